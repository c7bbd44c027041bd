"""`counterfoil init`: configuration, root key, database, signing keys, first administrator.

Nothing is written over, and when a step fails what was made before it is removed again.
"""

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.accounts import Account, Accounts, Invitation, Role
from counterfoil.cli.files import (
    ROOT_KEY_BYTES,
    make_private_folder,
    private_files,
    write_new_secret,
)
from counterfoil.cli.opened import OPERATOR, opened_store, sqlite_file
from counterfoil.cli.options import AsJson, exit_codes
from counterfoil.cli.output import Exit, Problem, moment, pairs, refusal, say, show
from counterfoil.cli.reference import configuration_text
from counterfoil.cli.users import account_facts, invitation_facts, invitation_link
from counterfoil.errors import Refused
from counterfoil.kit.clock import SystemClock
from counterfoil.kit.entropy import system_entropy
from counterfoil.kit.sealing import RootKey
from counterfoil.kit.strict_json import Json
from counterfoil.notices import Notices
from counterfoil.settings import Settings, default_configs, load_settings
from counterfoil.store import Store, Transaction
from counterfoil.store.engines import without_password
from counterfoil.store.installation import (
    Installation,
    MadeBy,
    find_installation,
    load_keyring,
    make_installation,
)
from counterfoil.store.upgrades import upgrade
from counterfoil.tokens import make_signing_keys


@dataclass(frozen=True, slots=True)
class Places:
    """Where things go when the command line does not say."""

    config: Path
    root_key_file: Path
    database_url: str

    @classmethod
    def chosen(cls, config: Path | None) -> "Places":
        """Beside a configuration that was named; else the system's places for root, or one's own.

        The root key and the database are always in different folders.
        """
        own, system = default_configs()
        if config is not None:
            config = config.absolute()
            data = config.parent / "data"
        elif os.name == "posix" and os.geteuid() == 0:
            config, data = system, Path("/var/lib/counterfoil")
        else:
            config = own
            home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
            data = Path(home) / "counterfoil"
        return cls(config, config.parent / "root.key", f"sqlite:///{data / 'counterfoil.db'}")


def add_to(app: typer.Typer) -> None:
    """Put the command into its place."""
    app.command("init", epilog=exit_codes(Exit.WRONG, Exit.BUSY))(init)


def init(
    *,
    issuer: Annotated[
        str, typer.Option(help="Where people reach the service: https://login.example.org.")
    ],
    administrator: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Make the first administrator and print a link."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The configuration file to write.")
    ] = None,
    database_url: Annotated[
        str | None, typer.Option(help="SQLite or PostgreSQL; by default a SQLite file.")
    ] = None,
    root_key_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write the root key.")
    ] = None,
    rp_id: Annotated[
        str | None, typer.Option(help="The domain that keys are bound to; by default the host.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Set up a new installation.

    Writes the configuration and the root key, and makes the database and the signing keys.
    Nothing that exists is written over. There is no default account: --administrator makes the
    first one and prints a link, good once and for 15 minutes, that enrols a security key.
    """
    places = Places.chosen(config)
    settings = load_settings(
        None,
        issuer=issuer,
        rp_id=rp_id,
        listen_port=_own_port(issuer),
        database_url=database_url or places.database_url,
        root_key_file=root_key_file.absolute() if root_key_file else places.root_key_file,
    )
    with ExitStack() as undo:
        invited = set_up(settings, places.config, administrator, undo)
        undo.pop_all()
    _tell(settings, places.config, invited, as_json=as_json)


def _own_port(issuer: str) -> int | None:
    """The port of an issuer on this machine: nothing stands in front of it."""
    host, _, port = issuer.removeprefix("http://").partition(":")
    return int(port) if host == "localhost" and port.isdecimal() else None


def set_up(
    settings: Settings, config: Path, administrator: str | None, undo: ExitStack
) -> tuple[Account, Invitation] | None:
    """Write everything; closing `undo` removes the files again. Raises Problem."""
    write_new_secret(config, configuration_text(settings).encode(), undo)
    material = system_entropy(ROOT_KEY_BYTES)
    write_new_secret(settings.root_key_file, material, undo)
    return make_database(settings, RootKey(material), MadeBy.INIT, administrator)


def make_database(
    settings: Settings, root_key: RootKey, made_by: MadeBy, administrator: str | None
) -> tuple[Account, Invitation] | None:
    """Schema, data keys, signing keys and the first administrator. Raises Problem."""
    file = sqlite_file(settings.database_url)
    if file is not None:
        make_private_folder(file.parent)
    with private_files():
        upgrade(settings.database_url)
    with opened_store(settings.database_url) as store:
        return fill(store, settings, root_key, made_by, administrator)


def fill(
    store: Store, settings: Settings, root_key: RootKey, made_by: MadeBy, administrator: str | None
) -> tuple[Account, Invitation] | None:
    """In one transaction: data keys, signing keys and the first administrator. Raises Problem."""
    clock = SystemClock()

    def unit(tx: Transaction) -> tuple[Account, Invitation] | None:
        if find_installation(tx) is not None:
            raise Problem("This database already holds an installation.", "counterfoil doctor")
        made = Installation(made_by, settings.issuer)
        make_installation(tx, made, root_key, system_entropy, clock.now_ms())
        keyring = load_keyring(tx, root_key)
        make_signing_keys(tx, keyring, system_entropy, clock.now_ms())
        if administrator is None:
            return None
        notices = Notices(clock, system_entropy, keyring)
        accounts = Accounts(clock, system_entropy, keyring, notices)
        return _add_administrator(tx, accounts, administrator)

    return store.write_now(unit)


def _add_administrator(
    tx: Transaction, accounts: Accounts, name: str
) -> tuple[Account, Invitation]:
    account = accounts.add(tx, name, role=Role.ADMINISTRATOR, actor=OPERATOR)
    if isinstance(account, Refused):
        raise refusal(account, "counterfoil init --administrator ANOTHER_NAME")
    invitation = accounts.invite(tx, account.id, OPERATOR)
    if isinstance(invitation, Refused):
        raise refusal(invitation, f"counterfoil users invite {name}")
    return account, invitation


def _tell(
    settings: Settings,
    config: Path,
    invited: tuple[Account, Invitation] | None,
    *,
    as_json: bool,
) -> None:
    """Say what was made and what to do next; the link is data, the rest are messages."""
    database = without_password(settings.database_url)
    made = {
        "configuration": str(config),
        "root key": str(settings.root_key_file),
        "database": database,
    }
    facts: dict[str, Json] = {
        "issuer": settings.issuer,
        "config": str(config),
        "root_key_file": str(settings.root_key_file),
        "database_url": database,
        "administrator": None,
    }
    say(f"{settings.service_name} is set up for {settings.issuer}.", "bold")
    say(pairs(list(made.items())))
    say()
    say("Copy the root key to a safe place, apart from the backups of the database:")
    say("without it the database cannot be opened.")
    say()
    named = "" if config in default_configs() else f" --config {config}"
    say(f"Next: counterfoil serve{named}")
    link = ""
    if invited is None:
        say(f"Then: counterfoil users add YOUR_NAME --administrator{named}")
    else:
        account, invitation = invited
        facts["administrator"] = {
            **account_facts(account),
            "invitation": invitation_facts(settings.issuer, invitation),
        }
        link = invitation_link(settings.issuer, invitation)
        say(f"Then, until {moment(invitation.expires_ms)} UTC and once, {account.name} opens:")
    show(facts, link, as_json=as_json)
