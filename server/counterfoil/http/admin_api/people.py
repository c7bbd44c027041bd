"""People: found, added, changed, deleted, invited."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from counterfoil.administration import Action, PeopleFilter
from counterfoil.errors import Reason, Refused
from counterfoil.http.admin_api.answers import (
    AddedPerson,
    LinkFacts,
    People,
    PersonFacts,
    PersonInList,
    PersonWhole,
)
from counterfoil.http.admin_api.asked import Inviting, NewPerson, PeopleQuery, PersonId
from counterfoil.http.admin_api.described import changes, looks
from counterfoil.http.admin_api.guard import GuardedRoute, change, refusal, see, whence
from counterfoil.http.house import house_of
from counterfoil.kit.ids import AccountId

PEOPLE = "/api/admin/people"
PERSON = f"{PEOPLE}/{{person}}"

router = APIRouter(route_class=GuardedRoute)


@router.get(PEOPLE, response_model=People, **looks("findPeople", Action.FIND_PEOPLE))
async def find_people(request: Request, asked: Annotated[PeopleQuery, Query()]) -> object:
    """People in the order of their names, page after page."""
    wanted = PeopleFilter(asked.search, asked.state, asked.role, asked.without_token)
    flows = house_of(request).administration
    found = await see(request, flows.find_people, wanted, asked.after, asked.limit)
    if isinstance(found, Refused):
        return refusal(request, found)
    is_full = len(found) == asked.limit
    return People(
        people=[PersonInList.of(row) for row in found],
        next=found[-1].account.name if is_full else None,
    )


@router.post(
    PEOPLE,
    response_model=AddedPerson,
    status_code=201,
    **changes(
        "addPerson",
        Action.ADD_PERSON,
        Reason.NAME_REFUSED,
        Reason.NAME_TAKEN,
        Reason.EMAIL_REFUSED,
    ),
)
async def add_person(request: Request, new: NewPerson) -> object:
    """A new account and its first invitation."""
    house = house_of(request)
    added = await change(
        request,
        house.administration.add_person,
        new.name,
        new.display_name,
        new.email,
        new.role,
    )
    if isinstance(added, Refused):
        return refusal(request, added)
    account, invitation = added
    return AddedPerson(
        person=PersonFacts.model_validate(account),
        invitation=LinkFacts.to_first_visit(house.settings.issuer, invitation),
    )


@router.get(
    PERSON,
    response_model=PersonWhole,
    **looks("readPerson", Action.SEE_PERSON, Reason.NOT_FOUND),
)
async def read_person(request: Request, person: PersonId) -> object:
    """One person: tokens, sessions, an open invitation, what happened last."""
    found = await see(request, house_of(request).administration.person, AccountId(person))
    return refusal(request, found) if isinstance(found, Refused) else PersonWhole.of(found)


@router.delete(
    PERSON,
    status_code=204,
    **changes("deletePerson", Action.DELETE_PERSON, Reason.NOT_FOUND, Reason.ONESELF),
)
async def delete_person(request: Request, person: PersonId) -> Response:
    """The account and all that hangs on it; its events stay."""
    flows = house_of(request).administration
    refused = await change(request, flows.delete_person, AccountId(person), whence(request))
    return Response(None, 204) if refused is None else refusal(request, refused)


@router.post(
    f"{PERSON}/invitation",
    response_model=LinkFacts,
    status_code=201,
    **changes(
        "invitePerson",
        Action.INVITE,
        Reason.NOT_FOUND,
        Reason.ONESELF,
        Reason.ACCOUNT_DISABLED,
        Reason.HAS_TOKENS,
    ),
)
async def invite_person(request: Request, person: PersonId, inviting: Inviting) -> object:
    """A new link, good once and for 15 minutes; earlier ones are void.

    For somebody who has tokens it is a new beginning, and `again` must say so.
    """
    house = house_of(request)
    invitation = await change(
        request,
        house.administration.invite,
        AccountId(person),
        whence(request),
        again=inviting.again,
    )
    if isinstance(invitation, Refused):
        return refusal(request, invitation)
    return LinkFacts.to_first_visit(house.settings.issuer, invitation)


@router.post(
    f"{PERSON}/password-link",
    response_model=LinkFacts,
    status_code=201,
    **changes(
        "resetPassword",
        Action.RESET_PASSWORD,
        Reason.NOT_FOUND,
        Reason.ONESELF,
        Reason.ACCOUNT_DISABLED,
        Reason.NO_PASSWORD,
    ),
)
async def reset_password(request: Request, person: PersonId) -> object:
    """A link to a new password, good once and for half an hour; it replaces nothing else."""
    house = house_of(request)
    link = await change(
        request, house.administration.reset_password, AccountId(person), whence(request)
    )
    if isinstance(link, Refused):
        return refusal(request, link)
    return LinkFacts.to_new_password(house.settings.issuer, link)
