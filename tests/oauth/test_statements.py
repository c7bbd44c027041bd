"""What the busy endpoints cost the database: a figure without noise."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.oauth.town import Town, good

# How a transaction begins and ends is the engine's and the writer's business.
FRAME = ("BEGIN", "SAVEPOINT", "RELEASE")


@dataclass(slots=True)
class Counted:
    statements: list[str] = field(default_factory=list)
    commits: int = 0


@contextmanager
def counted() -> Iterator[Counted]:
    found = Counted()

    def statement(_connection: Any, _cursor: Any, text: str, *_more: Any) -> None:
        if not text.startswith(FRAME):
            found.statements.append(text.split(maxsplit=1)[0])

    def commit(_connection: Any) -> None:
        found.commits += 1

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", commit)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", statement)
        event.remove(Engine, "commit", commit)


def _redemption(town: Town) -> Callable[[], object]:
    app = town.application()
    code = town.code(app)
    return lambda: good(town.redeem(app, code))


def _client_credentials(town: Town) -> Callable[[], object]:
    robot = town.service()
    return lambda: good(town.token({"grant_type": "client_credentials"}, auth=robot.basic))


def _userinfo(town: Town) -> Callable[[], object]:
    token = town.tokens(town.application())["access_token"]
    return lambda: good(town.userinfo(token))


def _keys(town: Town) -> Callable[[], object]:
    return lambda: good(town.http.get("/oauth2/jwks"))


@pytest.mark.parametrize(
    ("prepare", "statements", "commits"),
    [
        (_redemption, ["SELECT", "SELECT", "SELECT", "UPDATE", "INSERT"], 1),
        (_client_credentials, ["SELECT", "INSERT", "INSERT"], 1),
        (_userinfo, ["SELECT"], 0),
        (_keys, [], 0),
    ],
    ids=["redemption", "client_credentials", "userinfo", "jwks"],
)
def test_a_request_costs_so_many_statements_and_commits(
    town: Town,
    prepare: Callable[[Town], Callable[[], object]],
    statements: list[str],
    commits: int,
) -> None:
    town.sign_in(town.person())
    request = prepare(town)
    with counted() as found:
        request()
    assert found.statements == statements
    assert found.commits == commits
