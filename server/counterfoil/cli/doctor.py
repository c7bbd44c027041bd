"""`counterfoil doctor`: what is wrong, and what to do about it.

Each check says one sentence; those behind a failed one are not looked at.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import httpx2
import typer

from counterfoil.accounts import Accounts, AccountState, Role
from counterfoil.cli.opened import (
    load,
    open_installation,
    opened_store,
    refuse_other_schema,
    unreachable,
)
from counterfoil.cli.options import AsJson, Config, exit_codes
from counterfoil.cli.output import Exit, Problem, say, show, table
from counterfoil.cli.users import everybody
from counterfoil.kit.clock import SystemClock
from counterfoil.kit.entropy import system_entropy
from counterfoil.kit.sealing import Keyring, RootKey, SealBroken
from counterfoil.kit.strict_json import Json
from counterfoil.notices import Notices
from counterfoil.notices.store import count_outbox
from counterfoil.settings import BadSettings, Settings, find_config, read_root_key
from counterfoil.store import Store, Transaction
from counterfoil.store.engines import BadDatabaseUrl, DatabaseError, without_password
from counterfoil.store.installation import MadeBy
from counterfoil.tokens import NoSigningKey, list_signing_keys, load_signing_keys

TIMEOUT_S = 5
CLOCK_MAY_DIFFER_S = 30
# Settings of an operator who was in the way of a flood, or of somebody who tests.
MANY_A_MINUTE = 600
MANY_AT_ONCE = 1200
T = TypeVar("T")
# 2026-11-01: no counterfoil is older, so a clock before that is wrong.
NOT_BEFORE_MS = 1_793_491_200_000


class State(StrEnum):
    """How a check ended."""

    FINE = "fine"
    ADVICE = "advice"
    WRONG = "wrong"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, how it is, and what to try when it is wrong."""

    what: str
    state: State
    sentence: str
    try_: str = ""


class Unknown(Exception):
    """A check needs something that an earlier one did not find."""


class Advice(Exception):
    """Nothing is wrong, and something could be better."""


class Patient:
    """What has been found out so far; asking for what is not known raises Unknown."""

    def __init__(self, config: Path | None, *, offline: bool, undo: ExitStack) -> None:
        self.config = config
        self.offline = offline
        self.undo = undo
        self._settings: Settings | None = None
        self._root_key: RootKey | None = None
        self._store: Store | None = None
        self._keyring: Keyring | None = None

    @property
    def settings(self) -> Settings:
        """The settings, once they were read."""
        return _known(self._settings)

    @property
    def root_key(self) -> RootKey:
        """The root key, once it was read."""
        return _known(self._root_key)

    @property
    def store(self) -> Store:
        """The database, once it answered with the right schema."""
        return _known(self._store)

    @property
    def keyring(self) -> Keyring:
        """The data keys, once the root key opened them."""
        return _known(self._keyring)

    def configuration(self) -> str:
        """Read the settings."""
        self._settings = load(self.config)
        return f"{find_config(self.config) or 'the environment'}, for {self.settings.issuer}"

    def relying_party(self) -> str:
        """The domain that keys are bound to; the settings refuse a wrong one."""
        return f"keys are bound to {self.settings.rp_id}"

    def limits(self) -> str:
        """How often strangers may ask from one address, and whether addresses are known."""
        settings = self.settings
        rate = f"{settings.anonymous_per_minute} a minute and {settings.anonymous_burst} at once"
        if settings.anonymous_per_minute > MANY_A_MINUTE or settings.anonymous_burst > MANY_AT_ONCE:
            raise Advice(f"one address may try {rate}: more than an office of thousands needs")
        if settings.issuer.startswith("https:") and not settings.trusted_proxies:
            raise Advice(
                "trusted_proxies names no proxy: its address stands for everybody, so that they"
                " share one limit, or have none when it is on this machine"
            )
        return f"one address may try {rate}"

    def look(self) -> str:
        """The language, the logo, and accents that can be read; told when more could read them."""
        from counterfoil.http.look import advice, read_look, refuse_unspoken  # noqa: PLC0415

        settings = self.settings
        refuse_unspoken(settings)
        read_look(settings)
        better = advice(settings)
        if better:
            raise Advice(better)
        return "our own" if not settings.accent else f"accent {settings.accent}, easy to read"

    def read_root_key(self) -> str:
        """Read the root key's file."""
        self._root_key = read_root_key(self.settings.root_key_file)
        return f"{self.settings.root_key_file}, for nobody else to read"

    def database(self) -> str:
        """Ask the database for its schema."""
        store = self.undo.enter_context(opened_store(self.settings.database_url))
        refuse_other_schema(store, self.settings.database_url)
        self._store = store
        return f"{without_password(self.settings.database_url)}, with this version's schema"

    def data_keys(self) -> str:
        """Open the data keys with the root key."""
        self._keyring = open_installation(self.store, self.settings, self.root_key, MadeBy.INIT)
        return "the root key opens the database's secrets"

    def signing_keys(self) -> str:
        """Open every signing key."""
        keyring = self.keyring
        try:
            found = self.store.read_now(lambda tx: load_signing_keys(tx, keyring))
        except (NoSigningKey, SealBroken) as error:
            raise Problem(f"{error}.", "restore the database from its backup") from error
        return f"{len(found.by_kid)} keys, {' and '.join(sorted(found.signing))} sign"

    def mail(self) -> str:
        """The mail server takes us; told when there is none, and what became of letters."""
        from counterfoil.mail import End, Line, server_of  # noqa: PLC0415

        server = server_of(self.settings)
        letters = self.store.read_now(count_outbox)
        wait = f"letters that wait: {letters.get('waiting', 0)}"
        if server is None:
            raise Advice(f"no mail server (smtp_host), so nobody is written to; {wait}")
        if self.offline:
            raise Unknown
        outcome = Line(server).try_()
        if outcome.end is not End.SENT:
            raise Problem(
                f"The mail server {server.host} port {server.port} does not take us:"
                f" {outcome.said}.",
                "counterfoil mail send-test YOUR_ADDRESS",
            )
        given_up = letters.get("given_up", 0)
        if given_up:
            raise Advice(
                f"{server.host} takes us, but letters were given up: {given_up} (mail list)"
            )
        return f"{server.host} takes us; {wait}"

    def administrator(self) -> str:
        """Somebody can administer: active, and with something to sign in with."""
        notices = Notices(SystemClock(), system_entropy, self.keyring)
        accounts = Accounts(SystemClock(), system_entropy, self.keyring, notices)
        administrators = self.store.read_now(lambda tx: _administrators(accounts, tx))
        able = [name for name, enrolled in administrators if enrolled]
        if not able:
            first = next((name for name, _ in administrators), None)
            raise Problem(
                "No administrator can sign in.",
                f"counterfoil users invite {first}"
                if first
                else "counterfoil users add YOUR_NAME --administrator",
            )
        return ", ".join(able[:3]) + (f" and {len(able) - 3} more" if len(able) > 3 else "")

    def clock(self) -> str:
        """The time here is neither before this version nor before what the database remembers."""
        now_ms = SystemClock().now_ms()
        newest = max((key.made_ms for key in self.store.read_now(list_signing_keys)), default=0)
        if now_ms < max(NOT_BEFORE_MS, newest):
            raise Problem("The clock of this machine is behind.", "timedatectl")
        return "plausible"

    def issuer(self) -> str:
        """The service answers where people look for it, and its time is ours."""
        if self.offline:
            raise Unknown
        address = f"{self.settings.issuer}/.well-known/openid-configuration"
        try:
            response = httpx2.get(address, timeout=TIMEOUT_S, trust_env=False)
            says = response.raise_for_status().json()["issuer"]
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            raise Problem(
                f"{self.settings.issuer} does not answer as we do ({type(error).__name__}).",
                "counterfoil serve; then look at the proxy in front of it",
            ) from error
        if says != self.settings.issuer:
            raise Problem(
                f"{self.settings.issuer} is answered by another service.", f"curl {address}"
            )
        _refuse_other_time(response)
        return "answers, and its clock is ours"


def add_to(app: typer.Typer) -> None:
    """Put the command into its place."""
    app.command("doctor", epilog=exit_codes(Exit.WRONG))(doctor)


def doctor(
    *,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask neither the issuer nor the mail server.")
    ] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong and what to do.

    Looks at the settings, the limits, the look, the root key, the database, its keys, the
    administrators, the clock, and whether the mail server and the issuer answer; changes nothing,
    but makes the data keys that a database of an earlier version lacks.
    """
    with ExitStack() as undo:
        findings = examine(Patient(config, offline=offline, undo=undo))
    wrong = [finding for finding in findings if finding.state is State.WRONG]
    rows = [(f.state, f.what, f.sentence) for f in findings]
    facts: dict[str, Json] = {
        "fine": not wrong,
        "checks": [
            {"what": f.what, "state": f.state.value, "sentence": f.sentence, "try": f.try_ or None}
            for f in findings
        ],
    }
    show(facts, table(("STATE", "CHECK", "FOUND"), rows), as_json=as_json)
    for finding in wrong:
        say()
        say(finding.sentence, "bold")
        say(f"try: {finding.try_}")
    if wrong:
        raise typer.Exit(Exit.WRONG)


def examine(patient: Patient) -> list[Finding]:
    """Every check in its order."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("configuration", patient.configuration),
        ("relying party", patient.relying_party),
        ("limits", patient.limits),
        ("look", patient.look),
        ("root key", patient.read_root_key),
        ("database", patient.database),
        ("data keys", patient.data_keys),
        ("signing keys", patient.signing_keys),
        ("administrator", patient.administrator),
        ("clock", patient.clock),
        ("mail", patient.mail),
        ("issuer", patient.issuer),
    ]
    return [_look(what, check) for what, check in checks]


def _look(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(what, State.FINE, check())
    except Advice as advice:
        return Finding(what, State.ADVICE, str(advice))
    except Unknown:
        return Finding(what, State.SKIPPED, "not looked at")
    except (Problem, BadSettings) as error:
        return Finding(what, State.WRONG, error.message, error.try_)
    except BadDatabaseUrl as error:
        return Finding(what, State.WRONG, f"database_url: {error}.", "counterfoil init --help")
    except DatabaseError as error:
        problem = unreachable(error)
        return Finding(what, State.WRONG, problem.message, problem.try_)


def _known(thing: T | None) -> T:
    if thing is None:
        raise Unknown
    return thing


def _administrators(accounts: Accounts, tx: Transaction) -> list[tuple[str, bool]]:
    """The active administrators, each with whether something live is enrolled."""
    return [
        (account.name, any(held.live for held in accounts.authenticators(tx, account.id)))
        for account in everybody(accounts, tx)
        if account.role is Role.ADMINISTRATOR and account.state is AccountState.ACTIVE
    ]


def _refuse_other_time(response: httpx2.Response) -> None:
    try:
        theirs_s = parsedate_to_datetime(response.headers.get("date", "")).timestamp()
    except ValueError:
        return
    if abs(theirs_s - SystemClock().now_ms() / 1000) > CLOCK_MAY_DIFFER_S:
        raise Problem("The clock of the machine that answers is not ours.", "timedatectl")
