"""What happened to one's account, in plain words, and what to do when it was somebody else."""

from starlette.responses import Response
from starlette.routing import Route

from counterfoil.accounts import Account
from counterfoil.audit import Event, EventFilter, find_events
from counterfoil.factors.kind import KindName
from counterfoil.http.account.asked import Asked, for_the_person
from counterfoil.http.account.happenings import SHOWN, application_of, happenings
from counterfoil.http.house import House
from counterfoil.kit.ids import ClientId
from counterfoil.store import Transaction
from counterfoil_web import Happening

PATH = "/account/activity"
NOT_ME = "/account/not-me"
PAGE = 20
_MOST = 2**63 - 1


async def activity(asked: Asked) -> Response:
    before = _number(asked.query("before"))

    def read(tx: Transaction) -> tuple[list[Happening], int]:
        found = _find(tx, asked.account, before, PAGE + 1)
        more = found[PAGE - 1].id if len(found) > PAGE else 0
        return _told(tx, asked.house, asked.account, found[:PAGE]), more

    told, older = await asked.house.store.read(read)
    return asked.page("account/activity", happenings=told, before=before or 0, older=older)


async def not_me(asked: Asked) -> Response:
    """What to do, and the event that it is about, if it is one of this person's."""
    event = _number(asked.path.get("event", ""))

    def read(tx: Transaction) -> tuple[Happening | None, bool]:
        enrolled = house.accounts.authenticators(tx, asked.account.id)
        has_password = any(a.kind is KindName.PASSWORD for a in enrolled)
        if event is None:
            return None, has_password
        found = [e for e in _find(tx, asked.account, event + 1, 1) if e.id == event]
        told = _told(tx, house, asked.account, found)
        return (told[0] if told else None), has_password

    house = asked.house
    happening, has_password = await house.store.read(read)
    return asked.page("account/not_me", happening=happening, has_password=has_password)


def _find(tx: Transaction, account: Account, before: int | None, limit: int) -> list[Event]:
    return find_events(tx, EventFilter(SHOWN, account=account.id), before=before, limit=limit)


def _told(tx: Transaction, house: House, account: Account, events: list[Event]) -> list[Happening]:
    enrolled = house.accounts.authenticators(tx, account.id)
    named = {client for event in events if (client := application_of(event))}
    clients = [house.clients.find(tx, ClientId(client)) for client in sorted(named)]
    return happenings(
        events,
        account.id,
        labels={a.id: a.label for a in enrolled},
        applications={client.id: client.name for client in clients if client},
    )


def _number(text: str) -> int | None:
    """The id of an event; None for what cannot be one."""
    if not text.isascii() or not text.isdigit() or len(text) > len(str(_MOST)):
        return None
    return number if 0 < (number := int(text)) < _MOST else None


routes = [
    Route(PATH, for_the_person(activity)),
    Route(NOT_ME, for_the_person(not_me)),
    Route(f"{NOT_ME}/{{event}}", for_the_person(not_me)),
]
