"""The same done to several people: first what it will do, then what it did, one by one."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.accounts import Account, Invitation
from counterfoil.administration import Action
from counterfoil.administration.rules import refuse
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName
from counterfoil.http.admin.door import Desk, Typed, asking, changing, office_page
from counterfoil.http.admin.people import Link, link_of, query_of, write_letter
from counterfoil.http.admin.person import TO_A_PERSON, Target
from counterfoil.http.admin.shown import plain_row, problem_for
from counterfoil.http.browser import where
from counterfoil.http.house import House, house_of
from counterfoil.http.pages import error_page
from counterfoil.kit.ids import AccountId, is_id
from counterfoil.store import Transaction
from counterfoil_web.admin_facts import BULK, Choice

ACTIONS = {
    "disable": Action.SET_STATE,
    "invite": Action.INVITE,
    "sign_out": Action.END_SESSIONS,
}


async def ask(request: Request, desk: Desk, kept: Typed) -> Response:
    """Whom it will be done to, and who is left out for which reason; nothing happens yet."""
    form = kept or dict(request.query_params)
    act = form.get("act", "")
    if act not in BULK:
        return error_page(request, Refused(Reason.NOT_FOUND), start_again="/admin/people")
    house = house_of(request)
    choices = await house.store.read(lambda tx: _foreseen(house, tx, desk.account, act, form))
    return _page(request, desk, "admin/bulk", act, choices)


async def do(request: Request, desk: Desk, form: Typed) -> Response:
    """Each person in a transaction of their own: one refusal takes nothing from the others."""
    act = form.get("act", "")
    if act not in BULK:
        return error_page(request, Refused(Reason.NOT_FOUND), start_again="/admin/people")
    house, choices = house_of(request), []
    for one in _chosen(form):
        target = Target(desk.account, one, where(request))

        def change(tx: Transaction, target: Target = target) -> Choice | None:
            return _done(house, tx, desk, act, target)

        choices.append(await house.store.write(change))
    return _page(request, desk, "admin/bulk_result", act, [c for c in choices if c is not None])


def _chosen(form: Typed) -> list[AccountId]:
    return [AccountId(name) for name in form if name.startswith("acc_") and is_id(name)]


def _foreseen(house: House, tx: Transaction, actor: Account, act: str, form: Typed) -> list[Choice]:
    found = [house.accounts.find(tx, one) for one in _chosen(form)]
    choices = []
    for account in sorted((a for a in found if a is not None), key=lambda a: a.name):
        refused = _refuse(house, tx, actor, act, account)
        row = plain_row(account, actor)
        choices.append(
            Choice(row, "will") if refused is None else Choice(row, "refused", problem_for(refused))
        )
    return choices


def _refuse(
    house: House, tx: Transaction, actor: Account, act: str, account: Account
) -> Refused | None:
    """What the flow would say, as things are now."""
    refused = refuse(ACTIONS[act], actor, account)
    if refused is not None or act != "invite":
        return refused
    if not account.active:
        return Refused(Reason.ACCOUNT_DISABLED)
    held = house.accounts.authenticators(tx, account.id)
    has_tokens = any(a.kind is not KindName.PASSWORD for a in held)
    return Refused(Reason.HAS_TOKENS) if has_tokens else None


def _done(house: House, tx: Transaction, desk: Desk, act: str, target: Target) -> Choice | None:
    account = house.accounts.find(tx, target.person)
    if account is None:
        return None
    row = plain_row(account, desk.account)
    held = house.sessions.hold(tx, desk.session.id)
    outcome = held or TO_A_PERSON[act].do(house.administration, tx, target)
    if isinstance(outcome, Refused):
        return Choice(row, "refused", problem_for(outcome))
    if not isinstance(outcome, Invitation):
        return Choice(row, "done")
    write_letter(house, tx, account, outcome, Link.INVITATION)
    return Choice(row, "done", link=link_of(house, outcome, Link.INVITATION))


def _page(
    request: Request, desk: Desk, template: str, act: str, choices: Iterable[Choice]
) -> Response:
    return office_page(
        request,
        desk,
        template,
        "people",
        act=act,
        choices=tuple(choices),
        query=query_of(request),
    )


routes = [
    Route("/admin/people/bulk", asking(ask)),
    Route("/admin/people/bulk", changing(do), methods=["POST"]),
]
