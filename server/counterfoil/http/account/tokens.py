"""My tokens: what one holds, and renaming, shutting, opening and removing it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.accounts import Authenticator
from counterfoil.accounts.rules import refuse_last_authenticator
from counterfoil.assurance import Level
from counterfoil.errors import Refused
from counterfoil.factors.kind import KindName
from counterfoil.factors.recovery.facts import left
from counterfoil.factors.webauthn.facts import CredentialFacts
from counterfoil.http.account.advice import advise, offers
from counterfoil.http.account.asked import Asked, by_the_person
from counterfoil.http.browser import where
from counterfoil.http.house import house_of
from counterfoil.http.pages import see_other
from counterfoil.http.signed_in import prove_first, signed_in
from counterfoil.http.steps import HOME
from counterfoil.interactions.rules import level_of, strongest
from counterfoil.kit.ids import AuthenticatorId, is_id
from counterfoil.notices import Notice
from counterfoil.store import Transaction
from counterfoil_web import NOTICES, SIGNED_OUT_BY, News, Token

_ORDER = {
    KindName.WEBAUTHN: 0,
    KindName.TOTP: 0,
    KindName.PASSWORD: 1,
    KindName.RECOVERY: 2,
}
ACTIONS = frozenset({"rename", "suspend", "resume", "remove"})


@dataclass(frozen=True, slots=True)
class Meant:
    """One of one's own authenticators, and the others."""

    one: Authenticator
    enrolled: Sequence[Authenticator]


Flow: TypeAlias = Callable[[Transaction, Asked, AuthenticatorId], None | Refused]
Least: TypeAlias = Callable[[Meant], Level]


async def my_tokens(request: Request) -> Response:
    found, done = await signed_in(request), request.query_params.get("done", "")
    if isinstance(found, Refused):
        # A removed key ends the sessions that it opened, this browser's perhaps among them.
        return see_other(f"/signed-out?done={done}" if done in SIGNED_OUT_BY else "/")
    session, account = found
    asked = Asked(request, house_of(request), session, account, where(request), {})
    return await _page(asked)


async def rename(asked: Asked) -> Response:
    label = asked.form.get("label", "")
    return await _change(
        asked,
        "renamed",
        lambda tx, by, token: by.house.accounts.rename(tx, by.account.id, token, label, by.where),
    )


async def suspend(asked: Asked) -> Response:
    """Any token that is not the lost one may say so; what the lost one opened ends."""
    return await _change_when_fresh(
        asked,
        "suspend",
        "suspended",
        lambda _: Level.OTP,
        lambda tx, by, token: by.house.accounts.suspend(tx, by.account.id, token, by.where),
    )


async def resume(asked: Asked) -> Response:
    """A token that works again is as much as a new one: it needs the strongest that is held."""
    return await _change_when_fresh(
        asked,
        "resume",
        "resumed",
        lambda meant: strongest(a.kind for a in meant.enrolled if a.live),
        lambda tx, by, token: by.house.accounts.resume(tx, by.account.id, token, by.where),
    )


async def remove(asked: Asked) -> Response:
    """Needs at least the removed one's level, and never takes the last way to sign in."""
    return await _change_when_fresh(
        asked,
        "remove",
        "removed",
        lambda meant: level_of(meant.one.kind),
        lambda tx, by, token: by.house.accounts.remove(tx, by.account.id, token, by.where),
    )


async def seen(asked: Asked) -> Response:
    """Understood, up to the last one that was shown: what came meanwhile is shown next."""
    text = asked.form.get("up_to", "")
    if text.isascii() and text.isdigit() and len(text) < 19:
        house, account = asked.house, asked.account
        await house.store.write(lambda tx: house.notices.see(tx, account.id, int(text)))
    return see_other(HOME)


# --- steps --------------------------------------------------------------------------------------


async def _change_when_fresh(
    asked: Asked, what: str, done: str, least_of: Least, flow: Flow
) -> Response:
    """The change, by way of a fresh proof when the last one is too old or too weak.

    After it the same thing is offered again, opened and in sight.
    """
    house, session, account = asked.house, asked.session, asked.account
    token = asked.path["authenticator"]
    enrolled = await house.store.read(lambda tx: house.accounts.authenticators(tx, account.id))
    one = next((a for a in enrolled if a.id == token), None)
    # Whoever asks for what is not there learns it after the same proof.
    least = Level.OTP if one is None else least_of(Meant(one, enrolled))
    if house.interactions.refuse_stale(session, least) is not None:
        way_back = HOME if one is None else f"{HOME}?open={what}:{one.id}#{one.id}"
        return await prove_first(asked.request, session, way_back, what, least)
    return await _change(asked, done, flow)


async def _change(asked: Asked, done: str, flow: Flow) -> Response:
    token = AuthenticatorId(asked.path["authenticator"])
    refused = await asked.house.store.write(
        lambda tx: asked.house.sessions.hold(tx, asked.session.id) or flow(tx, asked, token)
    )
    if refused is not None:
        return await _page(asked, refused)
    return see_other(f"{HOME}?done={done}")


async def _page(asked: Asked, refused: Refused | None = None) -> Response:
    house, account = asked.house, asked.account

    def read(tx: Transaction) -> tuple[list[Authenticator], list[Notice]]:
        return house.accounts.authenticators(tx, account.id), house.notices.unseen(tx, account.id)

    enrolled, unseen = await house.store.read(read)
    return asked.page(
        "tokens",
        refused=refused,
        tokens=[_token(a, enrolled) for a in sorted(enrolled, key=_place)],
        offers=offers(enrolled),
        advice=advise(enrolled),
        codes_left=sum(left(a.facts) for a in enrolled if a.kind is KindName.RECOVERY),
        news=[News(one.id, one.what.value, one.at_ms, one.details) for one in unseen],
        notice=asked.done(NOTICES),
        opened=_opened(asked.query("open")),
    )


def _place(one: Authenticator) -> tuple[int, bool]:
    """Keys and phones first, those that work in front; then password and recovery codes."""
    return _ORDER[one.kind], not one.live


def _opened(text: str) -> str:
    what, _, token = text.partition(":")
    return text if what in ACTIONS and is_id(token) else ""


def _token(one: Authenticator, enrolled: Sequence[Authenticator]) -> Token:
    transports: tuple[str, ...] = ()
    synced = None
    if one.kind is KindName.WEBAUTHN:
        facts = CredentialFacts.load(one.facts)
        transports, synced = facts.transports, facts.backup_state
    return Token(
        id=one.id,
        kind=one.kind.value,
        label=one.label,
        made_ms=one.made_ms,
        used_ms=one.used_ms,
        used_from=one.used_from or "",
        transports=transports,
        removable=refuse_last_authenticator(enrolled, one) is None,
        suspendable=refuse_last_authenticator(enrolled, one, recovery_counts=True) is None,
        state=one.state.value,
        synced=synced,
        left=left(one.facts) if one.kind is KindName.RECOVERY else 0,
    )


routes = [
    Route(HOME, my_tokens),
    Route(f"{HOME}/{{authenticator}}/rename", by_the_person(rename), methods=["POST"]),
    Route(f"{HOME}/{{authenticator}}/suspend", by_the_person(suspend), methods=["POST"]),
    Route(f"{HOME}/{{authenticator}}/resume", by_the_person(resume), methods=["POST"]),
    Route(f"{HOME}/{{authenticator}}/remove", by_the_person(remove), methods=["POST"]),
    Route("/account/news/seen", by_the_person(seen), methods=["POST"]),
]
