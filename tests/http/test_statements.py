"""What a sign-in costs the database: statements and commits, a figure without noise.

These are today's figures as an upper bound. Whoever makes them rise has a reason to give.
What somebody does who is not signed in yet has one INSERT more than rows: it is counted
against the limit of their address, in the transaction of its cause.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from counterfoil.http.house import House
from tests.ceremonies.desk import PASSWORD
from tests.house import HandClock
from tests.http.holder import Holder
from tests.http.visitor import Visitor

# How a transaction begins and ends is the engine's and the writer's business.
FRAME = ("BEGIN", "SAVEPOINT", "RELEASE")


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Statements by their first word, and `commits`."""
    found: Counter[str] = Counter()

    def statement(_connection: Any, _cursor: Any, text: str, *_more: Any) -> None:
        if not text.startswith(FRAME):
            found[text.split(maxsplit=1)[0]] += 1

    def commit(_connection: Any) -> None:
        found["commits"] += 1

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", commit)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", statement)
        event.remove(Engine, "commit", commit)


@pytest.fixture
def visitor(house: House) -> Visitor:
    """Somebody with a password and a key, who has been here before."""
    visitor = Visitor(house)
    visitor.enrol(password=PASSWORD)
    visitor.touch_in()
    visitor.post("/sign-out")
    return visitor


def assert_at_most(found: Counter[str], **figures: int) -> None:
    assert found <= Counter(figures), found


def test_a_sign_in_opens_with_three_rows_and_one_commit(visitor: Visitor) -> None:
    with counted() as found:
        interaction = visitor.start()
    assert_at_most(found, INSERT=3, commits=1)
    with counted() as found:
        assert visitor.get(f"/sign-in/{interaction}").status_code == 200
    assert_at_most(found, SELECT=2)


def test_a_key_signs_in_with_two_commits(visitor: Visitor) -> None:
    interaction = visitor.start()
    with counted() as found:
        begun = visitor.begin(interaction)
    assert_at_most(found, SELECT=2, INSERT=2, commits=1)
    shown = visitor.touch(begun)
    with counted() as found:
        assert visitor.prove(begun, shown).status_code == 200
    assert_at_most(found, SELECT=5, UPDATE=8, INSERT=2, commits=1)
    with counted() as found:
        assert visitor.prove(begun, shown).status_code == 409
    assert_at_most(found, SELECT=2, commits=1)


def test_a_code_signs_in_with_one_commit(house: House, clock: HandClock) -> None:
    holder = Holder(house, clock)
    _, entry, _ = holder.settle_in()
    interaction = holder.half_way()
    wrong = holder.wrong_code(entry)
    with counted() as found:
        assert holder.type_code(interaction, wrong).status_code == 403
    assert_at_most(found, SELECT=11, INSERT=3, UPDATE=3, commits=1)
    with counted() as found:
        assert holder.type_code(interaction, holder.phone.code(entry)).status_code == 303
    assert_at_most(found, SELECT=10, UPDATE=7, INSERT=3, commits=1)


def test_a_password_takes_two_commits_right_or_wrong(visitor: Visitor) -> None:
    interaction = visitor.start()
    with counted() as right:
        assert visitor.type_password(interaction, "ada").status_code == 303
    assert_at_most(right, SELECT=8, UPDATE=7, INSERT=3, commits=2)
    interaction = visitor.start()
    with counted() as wrong:
        assert visitor.type_password(interaction, "ada", "another one").status_code == 403
    assert_at_most(wrong, SELECT=7, UPDATE=4, INSERT=3, commits=2)
    with counted() as unknown:
        assert visitor.type_password(interaction, "nobody", "another one").status_code == 403
    assert_at_most(unknown, SELECT=6, UPDATE=2, INSERT=2, commits=2)
    # A commit is what takes time: its number tells nobody whether a name exists.
    assert right["commits"] == wrong["commits"] == unknown["commits"]
