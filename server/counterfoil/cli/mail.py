"""`counterfoil mail`: letters that wait, and whether the mail server takes them.

What a letter says, and to whom, is shown nowhere: it may hold a link that opens an account.
"""

from typing import Annotated

import typer

from counterfoil.cli.opened import Opened, opened
from counterfoil.cli.options import AsJson, Config, exit_codes
from counterfoil.cli.output import Exit, Problem, moment, say, show, table
from counterfoil.kit.email import is_email
from counterfoil.kit.ids import new_letter_id
from counterfoil.kit.sealing import SealBroken
from counterfoil.kit.strict_json import Json
from counterfoil.notices import Message, open_message, store
from counterfoil.notices.store import OutboxRow

MOST = 1000

mail = typer.Typer(help="Letters that wait, and the mail server.", rich_markup_mode=None)


def add_to(app: typer.Typer) -> None:
    """Put the commands into their place."""
    app.add_typer(mail, name="mail")


@mail.command("list", epilog=exit_codes(Exit.BUSY))
def list_(config: Config = None, as_json: AsJson = False) -> None:
    """List the letters that wait and those that were given up, the oldest first.

    At most 1000 of each. What they say, and to which address, is not shown.
    """
    with opened(config) as house:
        rows = house.store.read_now(
            lambda tx: [
                row
                for state in ("waiting", "given_up")
                for row in store.list_outbox(tx, state, MOST)
            ]
        )
        facts = [_facts(house, row) for row in rows]
        if not house.settings.smtp_host:
            say("There is no mail server (smtp_host): letters wait.")
    headers = ("STATE", "WHAT", "ACCOUNT", "TRIES", "DUE", "TROUBLE")
    shown = [
        (
            row.state,
            str(fact["what"]),
            row.account_name,
            str(row.tries),
            moment(row.due_ms) if row.state == "waiting" else "-",
            row.trouble or "-",
        )
        for row, fact in zip(rows, facts, strict=True)
    ]
    show([*facts], table(headers, shown), as_json=as_json)


@mail.command("send-test", epilog=exit_codes(Exit.WRONG, Exit.USAGE))
def send_test(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Where the letter goes.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Send one letter now and tell what the mail server says.

    It does not go through the outbox: whether the server takes it is known at once.
    """
    # Mail costs an import that most commands need not pay.
    from counterfoil.mail import Composer, End, Line, server_of  # noqa: PLC0415

    if not is_email(address):
        raise Problem(
            "That is no address for letters.", "counterfoil mail send-test you@example.org"
        )
    with opened(config) as house:
        settings, server = house.settings, server_of(house.settings)
        if server is None:
            raise Problem(
                "There is no mail server: smtp_host is empty.", "counterfoil mail send-test --help"
            )
        name, now_ms = new_letter_id(house.entropy), house.clock.now_ms()
        written = Composer.of(settings).compose(name, Message("test", address), now_ms)
    line = Line(server)
    try:
        outcome = line.send(written, settings.mail_from, address)
    finally:
        line.close()
    facts: dict[str, Json] = {
        "sent": outcome.end is End.SENT,
        "host": server.host,
        "port": server.port,
        "said": outcome.said,
    }
    show(facts, outcome.said, as_json=as_json)
    if outcome.end is not End.SENT:
        raise Problem(
            f"{server.host} port {server.port} did not take the letter: {outcome.said}.",
            "counterfoil doctor",
        )
    say(f"{server.host} port {server.port} took the letter.")


@mail.command("retry", epilog=exit_codes(Exit.BUSY))
def retry(config: Config = None, as_json: AsJson = False) -> None:
    """Try every letter again that waits after some trouble or was given up.

    The service that runs sends them within seconds. A letter whose link is no longer good is given
    up again.
    """
    with opened(config) as house:
        now_ms = house.clock.now_ms()
        number = house.store.write_now(lambda tx: store.retry_outbox(tx, now_ms))
    say(f"{number} letter{'' if number == 1 else 's'} will be tried again.")
    show({"retried": number}, "", as_json=as_json)


def _facts(house: Opened, row: OutboxRow) -> dict[str, Json]:
    try:
        what = open_message(house.keyring, row.id, row.sealed).what
    except SealBroken:
        what = "unknown"
    return {
        "id": row.id,
        "state": row.state,
        "what": what,
        "account": row.account_id,
        "account_name": row.account_name,
        "tries": row.tries,
        "trouble": row.trouble,
        "made_ms": row.made_ms,
        "due_ms": row.due_ms if row.state == "waiting" else None,
    }
