"""What the demonstration needs in its database: itself, two clients, two people.

Every secret is random and made here, once for each folder; nothing is shipped.
"""

import json
import secrets
from contextlib import ExitStack
from dataclasses import asdict, dataclass

from counterfoil.accounts import Account, Invitation
from counterfoil.app import make_house
from counterfoil.cli.dev.places import Places, spelled
from counterfoil.cli.files import ROOT_KEY_BYTES, private_files, write_new_secret
from counterfoil.cli.installation import fill
from counterfoil.cli.opened import (
    OPERATOR,
    check_schema,
    open_installation,
    opened_store,
    refuse_made_by,
    refuse_other_schema,
)
from counterfoil.cli.output import Problem, refusal
from counterfoil.errors import Refused
from counterfoil.factors.kind import KindName
from counterfoil.http.house import House
from counterfoil.oauth import ClientKind, ConsentRule, read_client_id
from counterfoil.settings import Settings, read_root_key
from counterfoil.store import Store, Transaction
from counterfoil.store.installation import MadeBy, find_installation
from counterfoil.store.upgrades import SchemaTooNew, upgrade

EMULATED_PERSON = "demo"
PERSON_WITH_PHONE = "phone"
PERSON_BY_HAND = "you"
SCOPES = ("openid", "profile", "greetings:read")


@dataclass(frozen=True, slots=True)
class SampleClients:
    """The applications of the demonstration: one in the browser, one in the terminal."""

    web_id: str
    web_secret: str
    terminal_id: str


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything is; the ports are fixed, because issuer and redirects are."""

    issuer: str
    sample: str

    @property
    def api(self) -> str:
        """The protected API, which is also the audience of its tokens."""
        return f"{self.sample}/api"

    @property
    def web_callback(self) -> str:
        """Where the sample application gets people back."""
        return f"{self.sample}/callback"

    @property
    def terminal_callback(self) -> str:
        """Where the client in the terminal would; the emulated person stops before it."""
        return f"{self.sample}/terminal"


def open_house(settings: Settings, places: Places) -> House:
    """The house of the demonstration, set up if it is new. Raises Problem."""
    _refuse_foreign_database(settings, places)
    try:
        with private_files():
            upgrade(settings.database_url)
    except SchemaTooNew as error:
        raise Problem(
            "The demonstration was made by a newer counterfoil.", f"{spelled()} --fresh"
        ) from error
    with opened_store(settings.database_url) as store:
        refuse_other_schema(store, settings.database_url)
        if store.read_now(find_installation) is None:
            _make_installation(store, settings, places)
        root_key = read_root_key(places.root_key)
        open_installation(store, settings, root_key, MadeBy.DEMONSTRATION)
    return make_house(settings, root_key)


def _refuse_foreign_database(settings: Settings, places: Places) -> None:
    """Refuse a database that another command made, before anything in it is changed."""
    if not places.database.exists() or check_schema(settings.database_url).found is None:
        return
    with opened_store(settings.database_url) as store:
        found = store.read_now(find_installation)
    if found is not None:
        refuse_made_by(found, MadeBy.DEMONSTRATION)


def _make_installation(store: Store, settings: Settings, places: Places) -> None:
    """The root key and, in one transaction, what it opens; both or none."""
    # Left by a run that was interrupted before its transaction: it opens nothing.
    places.root_key.unlink(missing_ok=True)
    with ExitStack() as undo:
        write_new_secret(places.root_key, secrets.token_bytes(ROOT_KEY_BYTES), undo)
        fill(store, settings, read_root_key(places.root_key), MadeBy.DEMONSTRATION, None)
        undo.pop_all()


def ensure_clients(house: House, places: Places, addresses: Addresses) -> SampleClients:
    """The clients that were made before, or new ones. Raises Problem."""
    kept = _read_clients(places)
    if kept is not None and house.store.read_now(lambda tx: _known(house, tx, kept)):
        return kept
    made = house.store.write_now(lambda tx: _make_clients(house, tx, addresses))
    places.clients.unlink(missing_ok=True)
    with ExitStack() as undo:
        write_new_secret(places.clients, json.dumps(asdict(made)).encode(), undo)
        undo.pop_all()
    return made


def wants_enrolment(house: House, places: Places) -> bool:
    """Whether the emulated person has no key, or lost it."""

    def enrolled(tx: Transaction) -> bool:
        account = house.accounts.find_by_name(tx, EMULATED_PERSON)
        if account is None:
            return False
        held = house.accounts.authenticators(tx, account.id)
        return any(a.live and a.kind is KindName.WEBAUTHN for a in held)

    return not places.security_key.exists() or not house.store.read_now(enrolled)


def invite(house: House, name: str, display_name: str) -> tuple[Account, Invitation]:
    """An invitation for that person, who is added if nobody has the name. Raises Problem."""

    def unit(tx: Transaction) -> tuple[Account, Invitation] | Refused:
        account = house.accounts.find_by_name(tx, name) or house.accounts.add(
            tx, name, display_name=display_name, actor=OPERATOR
        )
        if isinstance(account, Refused):
            return account
        invitation = house.accounts.invite(tx, account.id, OPERATOR)
        return invitation if isinstance(invitation, Refused) else (account, invitation)

    invited = house.store.write_now(unit)
    if isinstance(invited, Refused):
        raise refusal(invited, f"{spelled()} --fresh")
    return invited


def _read_clients(places: Places) -> SampleClients | None:
    try:
        return SampleClients(**json.loads(places.clients.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _known(house: House, tx: Transaction, kept: SampleClients) -> bool:
    ids = [read_client_id(kept.web_id), read_client_id(kept.terminal_id)]
    return all(i is not None and house.clients.find(tx, i) is not None for i in ids)


def _make_clients(house: House, tx: Transaction, addresses: Addresses) -> SampleClients:
    web = house.clients.add(
        tx,
        "Sample application",
        kind=ClientKind.CONFIDENTIAL,
        redirect_uris=[addresses.web_callback],
        scopes=SCOPES,
        audience=addresses.api,
        consent=ConsentRule.ASK,
    )
    terminal = house.clients.add(
        tx,
        "Demonstration in the terminal",
        kind=ClientKind.PUBLIC,
        redirect_uris=[addresses.terminal_callback],
        scopes=SCOPES,
        audience=addresses.api,
        consent=ConsentRule.GIVEN,
    )
    if isinstance(web, Refused):
        raise refusal(web, f"{spelled()} --fresh")
    if isinstance(terminal, Refused):
        raise refusal(terminal, f"{spelled()} --fresh")
    secret = web[1]
    assert secret is not None
    return SampleClients(web[0].id, secret.reveal(), terminal[0].id)
