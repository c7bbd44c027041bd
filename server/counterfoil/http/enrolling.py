"""Setting up a phone, recovery codes or a password: the same pages in a first visit and later.

What is shown once is the answer to the form that made it; a wrong code brings the question back
and not the secret.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.accounts import Account
from counterfoil.ceremonies import Begun
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName, Proof, Purpose
from counterfoil.http.browser import set_session_cookie, where
from counterfoil.http.house import house_of
from counterfoil.http.pages import error_page, page, said, see_other
from counterfoil.http.steps import next_path
from counterfoil.http.turns import find_interaction, own_form
from counterfoil.interactions import Interaction, InteractionPurpose, Step
from counterfoil.interactions.rules import due
from counterfoil.kit.ids import CeremonyId
from counterfoil.sessions import Session
from counterfoil.store import Transaction
from counterfoil_web import Person

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]

# A wrong code leaves the ceremony open; after these there is nothing to go on with.
_OVER = frozenset({Reason.TRIES_SPENT, Reason.EXPIRED, Reason.REPLAYED})


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody setting something up: their browser, the interaction, and who they are."""

    session: Session
    interaction: Interaction
    account: Account

    @property
    def person(self) -> Person:
        return Person(self.account.name, self.account.display_name)


@dataclass(frozen=True, slots=True)
class Enrolling:
    """The pages below `path`, for interactions of one purpose. `start_again`: after an error."""

    path: str
    purpose: InteractionPurpose
    start_again: str

    def base(self, interaction: Interaction) -> str:
        return f"{self.path}/{interaction.id}"

    def routes(self) -> list[Route]:
        parts: dict[str, Handler] = {
            "phone": self.begin_phone,
            "phone/confirm": self.confirm_phone,
            "recovery": self.begin_recovery,
            "recovery/kept": self.keep_recovery,
            "password": self.password,
        }
        return [
            Route(f"{self.path}/{{interaction}}/{part}", handler, methods=["POST"])
            for part, handler in parts.items()
        ]

    async def turn(self, request: Request) -> Turn | Refused:
        """The interaction in the address, when it is this browser's, and whose it is."""
        found = await find_interaction(request, self.purpose)
        if isinstance(found, Refused):
            return found
        session, interaction = found
        house, account_id = house_of(request), interaction.account
        if account_id is None:
            return Refused(Reason.NOT_FOUND)
        account = await house.store.read(lambda tx: house.accounts.find(tx, account_id))
        if account is None or not account.active:
            return Refused(Reason.ACCOUNT_DISABLED)
        return Turn(session, interaction, account)

    # --- a phone ------------------------------------------------------------------------------

    async def begin_phone(self, request: Request) -> Response:
        """The code to scan: in this answer, and nowhere else."""
        asked = await self._asked(request)
        if isinstance(asked, Refused):
            return self._error(request, asked)
        turn, _ = asked
        begun = await self._begin(request, turn, KindName.TOTP)
        if isinstance(begun, Refused):
            return self.phone_page(request, turn, refused=begun)
        shown = begun.challenge
        return page(
            request,
            "enrol_phone",
            base=self.base(turn.interaction),
            ceremony=begun.ceremony,
            uri=shown["uri"],
            secret=shown["grouped"],
            algorithm=shown["algorithm"],
            digits=shown["digits"],
            period_s=shown["period_s"],
            back=self.base(turn.interaction),
        )

    async def confirm_phone(self, request: Request) -> Response:
        """The phone is live when it has shown a right code."""
        asked = await self._asked(request)
        if isinstance(asked, Refused):
            return self._error(request, asked)
        turn, form = asked
        proof = Proof(KindName.TOTP, {"code": form.get("code", "")})
        shown = await self._prove(request, turn, proof, form, _ceremony(form))
        if isinstance(shown, Response):
            return shown
        ceremony = "" if shown.reason in _OVER else form.get("ceremony", "")
        return self.phone_page(request, turn, ceremony, form.get("label", ""), shown)

    def phone_page(
        self,
        request: Request,
        turn: Turn,
        ceremony: str = "",
        label: str = "",
        refused: Refused | None = None,
    ) -> Response:
        status, problem = said(request, refused)
        base = self.base(turn.interaction)
        return page(
            request,
            "enrol_phone",
            status,
            base=base,
            ceremony=ceremony,
            label=label,
            back=base,
            problem=problem,
        )

    # --- recovery codes -----------------------------------------------------------------------

    async def begin_recovery(self, request: Request) -> Response:
        """Ten codes: in this answer, and nowhere else. The old list is good until they are kept."""
        asked = await self._asked(request)
        if isinstance(asked, Refused):
            return self._error(request, asked)
        turn, _ = asked
        begun = await self._begin(request, turn, KindName.RECOVERY)
        if isinstance(begun, Refused):
            return await self.recovery_page(request, turn, refused=begun)
        return page(
            request,
            "recovery_codes",
            base=self.base(turn.interaction),
            person=turn.person,
            ceremony=begun.ceremony,
            codes=begun.challenge["codes"],
        )

    async def keep_recovery(self, request: Request) -> Response:
        asked = await self._asked(request)
        if isinstance(asked, Refused):
            return self._error(request, asked)
        turn, form = asked
        proof = Proof(KindName.RECOVERY, {"kept": True})
        shown = await self._prove(request, turn, proof, form, _ceremony(form))
        if isinstance(shown, Response):
            return shown
        return await self.recovery_page(request, turn, refused=shown)

    async def recovery_page(
        self, request: Request, turn: Turn, *, refused: Refused | None = None
    ) -> Response:
        house, base = house_of(request), self.base(turn.interaction)
        held = await house.store.read(lambda tx: house.accounts.authenticators(tx, turn.account.id))
        status, problem = said(request, refused)
        return page(
            request,
            "recovery_codes",
            status,
            base=base,
            person=turn.person,
            replaces=any(a.kind is KindName.RECOVERY and a.live for a in held),
            may_decline=due(turn.interaction) is Step.OFFER_RECOVERY,
            back=self.start_again,
            problem=problem,
        )

    # --- a password ---------------------------------------------------------------------------

    async def password(self, request: Request) -> Response:
        """Chooses a password: a way to begin, never enough to sign in."""
        asked = await self._asked(request)
        if isinstance(asked, Refused):
            return self._error(request, asked)
        turn, form = asked
        proof = Proof(KindName.PASSWORD, {"name": "", "password": form.get("password", "")})
        shown = await self._prove(request, turn, proof, {}, None)
        return shown if isinstance(shown, Response) else self.password_page(request, turn, shown)

    def password_page(
        self, request: Request, turn: Turn, refused: Refused | None = None
    ) -> Response:
        status, problem = said(request, refused)
        why = {
            InteractionPurpose.FIRST_VISIT: "first_visit",
            InteractionPurpose.NEW_PASSWORD: "reset",
        }
        back = {
            InteractionPurpose.FIRST_VISIT: self.base(turn.interaction),
            InteractionPurpose.ENROL: self.start_again,
        }
        return page(
            request,
            "choose_password",
            status,
            base=self.base(turn.interaction),
            person=turn.person,
            why=why.get(self.purpose, "add"),
            back=back.get(self.purpose, ""),
            problem=problem,
        )

    # --- steps ------------------------------------------------------------------------------------

    async def _asked(self, request: Request) -> tuple[Turn, dict[str, str]] | Refused:
        form = await own_form(request)
        if isinstance(form, Refused):
            return form
        turn = await self.turn(request)
        return turn if isinstance(turn, Refused) else (turn, form)

    async def _begin(self, request: Request, turn: Turn, kind: KindName) -> Begun | Refused:
        house, whence = house_of(request), where(request)

        def begin(tx: Transaction) -> Begun | Refused:
            return house.interactions.begin(
                tx, turn.interaction.id, turn.session, kind, Purpose.ENROL, whence, alone=False
            )

        return await house.store.write(begin)

    async def _prove(
        self,
        request: Request,
        turn: Turn,
        proof: Proof,
        form: dict[str, str],
        ceremony: CeremonyId | None,
    ) -> Response | Refused:
        """On to the next page, or why not. Without a ceremony one begins with the proof."""
        house = house_of(request)
        shown = await house.interactions.prove_form(
            turn.interaction.id,
            turn.session,
            Purpose.ENROL,
            proof,
            where(request),
            ceremony=ceremony,
            label=form.get("label", ""),
        )
        if isinstance(shown, Refused):
            return shown
        return set_session_cookie(see_other(next_path(shown.interaction)), house, shown.cookie)

    def _error(self, request: Request, refused: Refused) -> Response:
        return error_page(request, refused, start_again=self.start_again)


def _ceremony(form: dict[str, str]) -> CeremonyId:
    """The one whose secret was shown; an empty one is nobody's and is refused as such."""
    return CeremonyId(form.get("ceremony", ""))
