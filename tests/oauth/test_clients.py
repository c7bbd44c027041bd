"""What an operator does with clients."""

import pytest

from counterfoil.errors import Reason, Refused
from counterfoil.kit.ids import ClientId
from counterfoil.kit.secret import Secret
from counterfoil.oauth import Client, ClientKind, ConsentRule
from counterfoil.store.schema import clients
from counterfoil.tokens import Algorithm
from tests.oauth.town import API, CALLBACK, Town, good, refused


def test_a_client_is_found_as_it_was_added(town: Town) -> None:
    app = town.application(id_token_alg=Algorithm.RS256, consent=ConsentRule.ASK)
    store, ours = town.house.store, town.house.clients
    assert store.read_now(lambda tx: ours.find(tx, app.client.id)) == app.client
    assert store.read_now(ours.list_clients) == [app.client]
    assert store.read_now(lambda tx: ours.find(tx, ClientId("cli_none"))) is None
    assert town.events() == [
        ("signing_key_made", None),
        ("signing_key_made", None),
        ("client_added", None),
    ]


def test_a_secret_is_kept_as_a_keyed_hash_only(town: Town) -> None:
    app = town.application()
    assert app.secret is not None
    row = town.house.store.read_now(lambda tx: tx.execute(clients.select()).one())
    assert len(row.secret_hash) == 32
    assert app.secret.reveal().startswith("cf_secret_")
    assert app.secret.reveal() not in repr(row)
    assert app.secret.reveal() not in repr(app)


def test_a_public_client_has_no_secret(town: Town) -> None:
    app = town.application(ClientKind.PUBLIC)
    assert app.secret is None
    told = town.house.store.write_now(
        lambda tx: town.house.clients.rotate_secret(tx, app.client.id, "operator")
    )
    assert told == Refused(Reason.CLIENT_REFUSED, "a public client has no secret")


def test_a_new_secret_kills_the_old_one(town: Town) -> None:
    robot, form = town.service(), {"grant_type": "client_credentials"}
    good(town.token(form, auth=robot.basic))
    new = town.house.store.write_now(
        lambda tx: town.house.clients.rotate_secret(tx, robot.client.id, "operator")
    )
    assert isinstance(new, Secret)
    refused(town.token(form, auth=robot.basic), "invalid_client", 401)
    good(town.token(form, auth=(robot.id, new.reveal())))


def test_what_is_not_there_is_not_found(town: Town) -> None:
    nobody = ClientId("cli_" + "n" * 22)
    write, ours = town.house.store.write_now, town.house.clients
    for told in (
        write(lambda tx: ours.rotate_secret(tx, nobody, "operator")),
        write(lambda tx: ours.delete(tx, nobody, "operator")),
    ):
        assert isinstance(told, Refused)
        assert told.reason is Reason.NOT_FOUND


def _add(town: Town, **changes: object) -> tuple[Client, Secret | None] | Refused:
    facts: dict[str, object] = {
        "name": "Sample",
        "kind": ClientKind.CONFIDENTIAL,
        "redirect_uris": (CALLBACK,),
        "scopes": ("openid",),
        "audience": API,
        **changes,
    }
    name = str(facts.pop("name"))
    return town.house.store.write_now(
        lambda tx: town.house.clients.add(tx, name, **facts)  # type: ignore[arg-type]  # a table of changes
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": " "}, Reason.CLIENT_REFUSED),
        ({"name": "a\nb"}, Reason.CLIENT_REFUSED),
        ({"name": "a" * 101}, Reason.CLIENT_REFUSED),
        ({"audience": ""}, Reason.CLIENT_REFUSED),
        ({"redirect_uris": ()}, Reason.CLIENT_REFUSED),
        ({"kind": ClientKind.SERVICE}, Reason.CLIENT_REFUSED),
        ({"redirect_uris": [f"{CALLBACK}/{n}" for n in range(51)]}, Reason.CLIENT_REFUSED),
        ({"redirect_uris": ("http://app.example/cb",)}, Reason.REDIRECT_URI_REFUSED),
        ({"redirect_uris": (CALLBACK, "https://*.example/")}, Reason.REDIRECT_URI_REFUSED),
        ({"scopes": ("a b",)}, Reason.SCOPE_REFUSED),
        ({"kind": ClientKind.SERVICE, "redirect_uris": ()}, Reason.SCOPE_REFUSED),
    ],
    ids=str,
)
def test_settings_that_clash_make_no_client(
    town: Town, changes: dict[str, object], reason: Reason
) -> None:
    told = _add(town, **changes)
    assert isinstance(told, Refused)
    assert told.reason is reason
    assert town.house.store.read_now(town.house.clients.list_clients) == []


@pytest.mark.parametrize(
    ("changes", "scopes"),
    [
        ({"scopes": ()}, ("openid", "profile")),
        ({"scopes": ("read", "read")}, ("read",)),
        ({"kind": ClientKind.SERVICE, "redirect_uris": (), "scopes": ()}, ()),
        ({"name": "a" * 100}, ("openid",)),
        ({"redirect_uris": [f"{CALLBACK}/{n}" for n in range(50)]}, ("openid",)),
    ],
    ids=str,
)
def test_their_neighbours_do(
    town: Town, changes: dict[str, object], scopes: tuple[str, ...]
) -> None:
    added = _add(town, **changes)
    assert not isinstance(added, Refused)
    assert added[0].scopes == scopes
