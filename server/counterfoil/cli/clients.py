"""`counterfoil clients`: applications that people sign in to, and services."""

from typing import Annotated

import typer

from counterfoil.administration import OPERATOR
from counterfoil.audit import Where
from counterfoil.cli.opened import Opened, opened
from counterfoil.cli.options import AsJson, Config, exit_codes
from counterfoil.cli.output import (
    Exit,
    Problem,
    confirm,
    moment,
    pairs,
    printable,
    refusal,
    say,
    show,
    table,
)
from counterfoil.errors import Refused
from counterfoil.kit.secret import Secret
from counterfoil.kit.strict_json import Json
from counterfoil.oauth import Client, ClientKind, ConsentRule, read_client_id
from counterfoil.store import Transaction
from counterfoil.tokens import Algorithm

HERE = Where("", "")

clients = typer.Typer(
    help="Applications that people sign in to, and services.",
    rich_markup_mode=None,
)

ClientArgument = Annotated[
    str, typer.Argument(metavar="CLIENT_ID", help="The client's id, as `clients list` shows it.")
]


def add_to(app: typer.Typer) -> None:
    """Put the commands into their place."""
    app.add_typer(clients, name="clients")


@clients.command("add", epilog=exit_codes(Exit.WRONG, Exit.BUSY))
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people read when it asks.")],
    *,
    audience: Annotated[
        str, typer.Option(metavar="URI", help="The API that its access tokens are for (`aud`).")
    ],
    kind: Annotated[
        ClientKind,
        typer.Option(
            help="confidential: a server that keeps a secret; public: an app that cannot;"
            " service: acts for itself, without people."
        ),
    ] = ClientKind.CONFIDENTIAL,
    redirect_uri: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URI", help="Where people come back to; compared exactly. Repeatable."
        ),
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it may ask for; by default openid and profile. Repeatable."),
    ] = None,
    id_token_alg: Annotated[
        Algorithm, typer.Option(help="How its ID tokens are signed.")
    ] = Algorithm.ES256,
    consent: Annotated[
        ConsentRule, typer.Option(help="ask: each person agrees once; given: you agree for all.")
    ] = ConsentRule.ASK,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Add a client and print its id and, once, its secret."""
    with opened(config) as house:
        added = house.store.write_now(
            lambda tx: house.administration.add_client(
                tx,
                OPERATOR,
                name,
                HERE,
                kind=kind,
                redirect_uris=redirect_uri or (),
                scopes=scope or (),
                audience=audience,
                id_token_alg=id_token_alg,
                consent=consent,
            )
        )
    if isinstance(added, Refused):
        raise refusal(added, "counterfoil clients add --help")
    client, secret = added
    say(f"Added {printable(client.name)}.")
    _show_with_secret(client, secret, as_json=as_json)


@clients.command("list", epilog=exit_codes(Exit.BUSY))
def list_(config: Config = None, as_json: AsJson = False) -> None:
    """List all clients, in the order of their names."""
    with opened(config) as house:
        found = house.store.read_now(house.clients.list_clients)
    rows = [(c.id, c.name, c.kind, c.consent, moment(c.made_ms)) for c in found]
    show(
        [_facts(client) for client in found],
        table(("CLIENT ID", "NAME", "KIND", "CONSENT", "MADE"), rows),
        as_json=as_json,
    )


@clients.command("show", epilog=exit_codes(Exit.NOT_FOUND, Exit.BUSY))
def show_(client_id: ClientArgument, config: Config = None, as_json: AsJson = False) -> None:
    """Show one client.

    Its secret cannot be read again: `rotate-secret` makes a new one.
    """
    with opened(config) as house:
        client = house.store.read_now(lambda tx: _find(house, tx, client_id))
    show(_facts(client), _page(client), as_json=as_json)


@clients.command("change", epilog=exit_codes(Exit.WRONG, Exit.NOT_FOUND, Exit.BUSY))
def change(
    client_id: ClientArgument,
    *,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="What people read when it asks.")
    ] = None,
    add_redirect_uri: Annotated[
        list[str] | None,
        typer.Option(metavar="URI", help="One more place where people come back to. Repeatable."),
    ] = None,
    remove_redirect_uri: Annotated[
        list[str] | None,
        typer.Option(metavar="URI", help="Where they do not come back to any more. Repeatable."),
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it may ask for, in place of the old list. Repeatable."),
    ] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Change a client; what is not named stays.

    A token that was issued with a scope keeps it until it expires.
    """
    added, removed = add_redirect_uri or [], remove_redirect_uri or []
    with opened(config) as house:

        def unit(tx: Transaction) -> Client | Refused:
            client = _find(house, tx, client_id)
            missing = [uri for uri in removed if uri not in client.redirect_uris]
            if missing:
                raise Problem(
                    f"The client has no redirect URI {printable(missing[0])}.",
                    f"counterfoil clients show {client.id}",
                )
            kept = [uri for uri in (*client.redirect_uris, *added) if uri not in removed]
            return house.administration.change_client(
                tx, OPERATOR, client.id, HERE, name=name, redirect_uris=kept, scopes=scope
            )

        changed = house.store.write_now(unit)
    if isinstance(changed, Refused):
        raise refusal(changed, "counterfoil clients change --help")
    say(f"{printable(changed.name)} is as follows.")
    show(_facts(changed), _page(changed), as_json=as_json)


@clients.command("rotate-secret", epilog=exit_codes(Exit.WRONG, Exit.NOT_FOUND, Exit.BUSY))
def rotate_secret(
    client_id: ClientArgument, config: Config = None, as_json: AsJson = False
) -> None:
    """Make a new secret and print it once.

    The old one is worth nothing from now on.
    """
    with opened(config) as house:

        def unit(tx: Transaction) -> tuple[Client, Secret] | Refused:
            client = _find(house, tx, client_id)
            return house.administration.rotate_secret(tx, OPERATOR, client.id, HERE)

        rotated = house.store.write_now(unit)
    if isinstance(rotated, Refused):
        raise refusal(rotated, f"counterfoil clients show {client_id}")
    client, secret = rotated
    say(f"{printable(client.name)} has a new secret; the old one is dead.")
    _show_with_secret(client, secret, as_json=as_json)


@clients.command("delete", epilog=exit_codes(Exit.WRONG, Exit.NOT_FOUND, Exit.BUSY))
def delete(
    client_id: ClientArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Delete a client.

    What it was granted is revoked. An access token that an API checks by itself stays good
    until it expires.
    """
    with opened(config) as house:
        client = house.store.read_now(lambda tx: _find(house, tx, client_id))
        if not yes and not confirm(f"Delete {printable(client.name)} for good?"):
            raise Problem("Nothing was deleted.", f"counterfoil clients delete {client_id} --yes")
        refused = house.store.write_now(
            lambda tx: house.administration.delete_client(tx, OPERATOR, client.id, HERE)
        )
    if refused is not None:
        raise refusal(refused, "counterfoil clients list")
    say(f"Deleted {printable(client.name)}.")
    show({"deleted": client.id}, "", as_json=as_json)


def _find(house: Opened, tx: Transaction, text: str) -> Client:
    client_id = read_client_id(text)
    client = None if client_id is None else house.clients.find(tx, client_id)
    if client is None:
        raise Problem(
            f"There is no client with the id {printable(text)}.",
            "counterfoil clients list",
            Exit.NOT_FOUND,
        )
    return client


def _show_with_secret(client: Client, secret: Secret | None, *, as_json: bool) -> None:
    facts = _facts(client)
    facts["client_secret"] = None if secret is None else secret.reveal()
    rows = [("client_id", str(client.id))]
    if secret is not None:
        say("The secret is shown once: keep it where the client finds it.")
        rows.append(("client_secret", secret.reveal()))
    show(facts, pairs(rows), as_json=as_json)


def _page(client: Client) -> str:
    rows = [
        ("client id", str(client.id)),
        ("name", client.name),
        ("kind", client.kind.value),
        ("audience", client.audience),
        ("scopes", " ".join(client.scopes)),
        ("ID tokens", client.id_token_alg.value),
        ("consent", client.consent.value),
        ("made", moment(client.made_ms)),
    ]
    return pairs(rows + [("redirect URI", uri) for uri in client.redirect_uris])


def _facts(client: Client) -> dict[str, Json]:
    return {
        "client_id": client.id,
        "name": client.name,
        "kind": client.kind.value,
        "redirect_uris": list(client.redirect_uris),
        "scopes": list(client.scopes),
        "audience": client.audience,
        "id_token_alg": client.id_token_alg.value,
        "consent": client.consent.value,
        "made_ms": client.made_ms,
    }
