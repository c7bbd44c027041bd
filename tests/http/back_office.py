"""An administrator at a browser, and people to administer."""

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode

from httpx2 import Response

from counterfoil.accounts import Account, Role
from counterfoil.administration import OPERATOR
from counterfoil.audit import Where
from counterfoil.http.house import House
from counterfoil.kit.ids import AuthenticatorId
from tests.ceremonies.desk import authenticators, must
from tests.http.visitor import Visitor, last_part

NOWHERE = Where("", "")
HTML = {"Accept": "text/html"}


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person with a browser, a key, and an account."""

    browser: Visitor
    account: Account

    @property
    def key(self) -> AuthenticatorId:
        return authenticators(self.browser.house, self.account)[0].id

    @property
    def path(self) -> str:
        return f"/admin/people/{self.account.id}"


def somebody(house: House, name: str, role: Role = Role.PERSON) -> Somebody:
    """Enrolled with a key, and signed in with it."""
    browser = Visitor(house, seed=name.encode())
    account = browser.enrol(name)
    browser.touch_in()
    if role is not Role.PERSON:
        must(
            house.store.write_now(
                lambda tx: house.administration.set_role(tx, OPERATOR, account.id, role, NOWHERE)
            )
        )
    held = now(house, account)
    assert held is not None
    return Somebody(browser, held)


def newcomer(house: House, name: str, *, display_name: str = "", email: str = "") -> Account:
    """An account that nobody has taken up yet."""
    return must(
        house.store.write_now(
            lambda tx: house.accounts.add(tx, name, display_name=display_name, email=email)
        )
    )


def now(house: House, account: Account) -> Account | None:
    """The person as they are now; None when they are gone."""
    return house.store.read_now(lambda tx: house.accounts.find(tx, account.id))


def touch(visitor: Visitor, answer: Response) -> str:
    """Follows an answer to a step-up, touches, and says where that leads."""
    assert answer.headers["location"].startswith("/step-up/"), answer.headers["location"]
    assert answer.headers["location"].endswith("?why=admin")
    begun = visitor.begin(last_part(answer), "step_up", alone=False)
    proven = visitor.prove(begun, visitor.touch(begun))
    assert proven.status_code == 200, proven.text
    return str(proven.json()["next"])


def words_of(answer: Response) -> str:
    """What a person reads of a page, in one line."""
    body = answer.text.partition("<body>")[2]
    seen = re.sub(r"<(script|option|title|desc).*?</\1>|<[^>]+>", " ", body, flags=re.DOTALL)
    return " ".join(unescape(seen).split())


def value_of(answer: Response, name: str) -> str:
    """What stands in a field of a form, as it comes from the server."""
    area = re.search(rf'<textarea id="{name}"[^>]*>\n?(.*?)</textarea>', answer.text, re.DOTALL)
    if area is not None:
        return unescape(area[1])
    field = re.search(rf'<input id="{name}"[^>]* value="([^"]*)"', answer.text)
    assert field is not None, name
    return unescape(field[1])


def wrong_at(answer: Response, name: str) -> str:
    """What is said to be wrong at a field."""
    found = re.search(rf'<p class="wrong" id="{name}-wrong">(.*?)</p>', answer.text, re.DOTALL)
    assert found is not None, answer.text
    return " ".join(unescape(re.sub(r"<[^>]+>", "", found[1])).split())


def told_in(answer: Response) -> str:
    """The sentence that the page begins with: a notice, or what was refused."""
    found = re.search(r'(?:role="status"|data-problem-words)>(.*?)</p>', answer.text)
    assert found is not None, answer.text
    return unescape(found[1])


def bulk(act: str, *accounts: Account) -> str:
    """The address of the question about several people."""
    asked: dict[str, str] = {"act": act} | {account.id: "1" for account in accounts}
    return f"/admin/people/bulk?{urlencode(asked)}"
