"""Applications, by an administrator: added, changed, given a new secret, deleted."""

import pytest

from counterfoil.accounts import Account
from counterfoil.administration import OPERATOR, Actor
from counterfoil.audit import What, Where
from counterfoil.errors import Reason, Refused
from counterfoil.kit.ids import ClientId
from counterfoil.kit.secret import Secret
from counterfoil.oauth import Client, ClientKind, Presented
from tests.administration.office import OFFICE, Office
from tests.ceremonies.desk import must, reason, told

CALLBACK = "https://app.example/cb"
API = "https://api.example"
SOMEWHERE = Where("198.51.100.1", "an application")


def add(
    office: Office, actor: Actor, kind: ClientKind = ClientKind.CONFIDENTIAL
) -> tuple[Client, Secret | None] | Refused:
    return office.do(
        office.flows.add_client,
        actor,
        "Sample",
        OFFICE,
        kind=kind,
        audience=API,
        redirect_uris=(CALLBACK,) if kind.has_people else (),
    )


@pytest.fixture
def sample(office: Office) -> tuple[Client, Secret]:
    client, secret = must(add(office, office.ada))
    assert secret is not None
    return client, secret


def authenticates(office: Office, client: Client, secret: Secret) -> bool:
    presented = Presented(client.id, secret)
    outcome = office.do(office.house.clients.authenticate, presented, SOMEWHERE)
    return not isinstance(outcome, Refused)


def whose(office: Office) -> list[tuple[str, str, str]]:
    return [(e.what, e.actor, e.address) for e in told(office.house) if e.what.startswith("client")]


def test_a_client_is_added_found_and_listed(office: Office, sample: tuple[Client, Secret]) -> None:
    client, _ = sample
    assert must(office.do(office.flows.clients, office.ada)) == [client]
    assert office.do(office.flows.client, office.ada, client.id) == client
    assert whose(office) == [(What.CLIENT_ADDED, office.ada.id, OFFICE.address)]


def test_what_is_not_named_stays(office: Office, sample: tuple[Client, Secret]) -> None:
    client, secret = sample
    after = must(
        office.do(
            office.flows.change_client,
            office.ada,
            client.id,
            OFFICE,
            redirect_uris=[CALLBACK, "https://app.example/2", CALLBACK],
        )
    )
    assert after.redirect_uris == (CALLBACK, "https://app.example/2")
    assert (after.name, after.scopes, after.audience) == (client.name, client.scopes, API)
    assert office.do(office.flows.client, office.ada, client.id) == after
    assert authenticates(office, client, secret)
    event = told(office.house)[-1]
    assert (event.what, event.details) == (What.CLIENT_CHANGED, {"changed": "redirect_uris"})


def test_no_change_tells_nothing(office: Office, sample: tuple[Client, Secret]) -> None:
    client, _ = sample
    before = office.told()
    same = office.do(
        office.flows.change_client,
        office.ada,
        client.id,
        OFFICE,
        name=" Sample ",
        scopes=client.scopes,
    )
    assert same == client
    assert office.told() == before


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({"name": "\n"}, Reason.CLIENT_REFUSED),
        ({"redirect_uris": []}, Reason.CLIENT_REFUSED),
        ({"redirect_uris": ["https://app.example/cb#x"]}, Reason.REDIRECT_URI_REFUSED),
        ({"redirect_uris": ["https://*.example/cb"]}, Reason.REDIRECT_URI_REFUSED),
        ({"scopes": ["a b"]}, Reason.SCOPE_REFUSED),
        ({"redirect_uris": [f"https://app.example/{n}" for n in range(51)]}, Reason.CLIENT_REFUSED),
    ],
)
def test_what_could_not_be_added_cannot_be_changed_to(
    office: Office, sample: tuple[Client, Secret], what: dict[str, list[str]], why: Reason
) -> None:
    client, _ = sample
    outcome = office.do(
        office.flows.change_client,
        office.ada,
        client.id,
        OFFICE,
        **what,  # type: ignore[arg-type]  # a name is a text, the others are lists
    )
    assert reason(outcome) is why
    assert office.do(office.flows.client, office.ada, client.id) == client


def test_a_service_never_administers(office: Office) -> None:
    client, _ = must(add(office, office.ada, ClientKind.SERVICE))
    outcome = office.do(
        office.flows.change_client, office.ada, client.id, OFFICE, scopes=["counterfoil:admin"]
    )
    assert reason(outcome) is Reason.SCOPE_REFUSED


def test_a_new_secret_kills_the_old_one(office: Office, sample: tuple[Client, Secret]) -> None:
    client, old = sample
    same, new = must(office.do(office.flows.rotate_secret, office.ada, client.id, OFFICE))
    assert same == client
    assert authenticates(office, client, new)
    assert not authenticates(office, client, old)


def test_a_deleted_client_is_gone(office: Office, sample: tuple[Client, Secret]) -> None:
    client, _ = sample
    delete = office.flows.delete_client
    assert office.do(delete, OPERATOR, client.id, OFFICE) is None
    assert reason(office.do(delete, OPERATOR, client.id, OFFICE)) is Reason.NOT_FOUND
    assert whose(office)[-1] == (What.CLIENT_DELETED, "operator", OFFICE.address)


@pytest.mark.parametrize("client_id", ["cli_" + "A" * 22, "acc_" + "A" * 22, "", "cli_\0"])
def test_an_id_of_something_else_is_no_client(office: Office, client_id: str) -> None:
    which = ClientId(client_id)
    for outcome in (
        office.do(office.flows.client, office.ada, which),
        office.do(office.flows.change_client, office.ada, which, OFFICE, name="x"),
        office.do(office.flows.rotate_secret, office.ada, which, OFFICE),
        office.do(office.flows.delete_client, office.ada, which, OFFICE),
    ):
        assert reason(outcome) is Reason.NOT_FOUND


def test_the_helpdesk_sees_and_changes_no_application(
    office: Office, sample: tuple[Client, Secret]
) -> None:
    client, secret = sample
    before = office.told()

    def refused(actor: Account) -> list[object]:
        flows, which = office.flows, client.id
        return [
            office.do(flows.clients, actor),
            office.do(flows.client, actor, which),
            add(office, actor),
            office.do(flows.change_client, actor, which, OFFICE, name="x"),
            office.do(flows.rotate_secret, actor, which, OFFICE),
            office.do(flows.delete_client, actor, which, OFFICE),
        ]

    for outcome in refused(office.hugo) + refused(office.grace):
        assert reason(outcome) is Reason.FORBIDDEN
    assert office.told() == before
    assert authenticates(office, client, secret)
