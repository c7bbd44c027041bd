"""`counterfoil overview`: how things stand."""

import typer

from counterfoil.administration import OPERATOR, Overview
from counterfoil.cli.opened import opened
from counterfoil.cli.options import AsJson, Config, exit_codes
from counterfoil.cli.output import Exit, pairs, show, table
from counterfoil.errors import Refused
from counterfoil.kit.strict_json import Json


def add_to(app: typer.Typer) -> None:
    """Put the command into its place."""
    app.command("overview", epilog=exit_codes(Exit.BUSY))(overview)


def overview(config: Config = None, as_json: AsJson = False) -> None:
    """Show how things stand: people, tokens, and what was proved and refused in two weeks."""
    with opened(config) as house:
        found = house.store.read_now(lambda tx: house.administration.overview(tx, OPERATOR))
    assert not isinstance(found, Refused), "the operator may see everything"
    show(overview_facts(found), _overview_text(found), as_json=as_json)


def overview_facts(shown: Overview) -> dict[str, Json]:
    """The overview as JSON; `since_ms` is the beginning of the first day (UTC)."""
    return {
        "people": shown.people,
        "disabled_people": shown.disabled_people,
        "helpdesk": shown.helpdesk,
        "administrators": shown.administrators,
        "disabled_tokens": shown.disabled_tokens,
        "open_invitations": shown.open_invitations,
        "undelivered_letters": shown.undelivered_letters,
        "clients": shown.clients,
        "enrolment": {
            "none": shown.enrolment.none,
            "one": shown.enrolment.one,
            "more": shown.enrolment.more,
            "recovery": shown.enrolment.recovery,
        },
        "since_ms": shown.since_ms,
        "days": [
            {
                "day": day.day.isoformat(),
                "kind": day.kind,
                "verified": day.verified,
                "refused": day.refused,
            }
            for day in shown.days
        ],
    }


def _overview_text(shown: Overview) -> str:
    numbers = pairs(
        [
            ("people", str(shown.people)),
            ("disabled", str(shown.disabled_people)),
            ("helpdesk", str(shown.helpdesk)),
            ("administrators", str(shown.administrators)),
            ("without a token", str(shown.enrolment.none)),
            ("with one token", str(shown.enrolment.one)),
            ("with more", str(shown.enrolment.more)),
            ("with recovery codes", str(shown.enrolment.recovery)),
            ("tokens shut by failures", str(shown.disabled_tokens)),
            ("open invitations", str(shown.open_invitations)),
            ("letters given up", str(shown.undelivered_letters)),
            ("applications", str(shown.clients)),
        ]
    )
    if not shown.days:
        return numbers
    rows = [(d.day.isoformat(), d.kind, str(d.verified), str(d.refused)) for d in shown.days]
    return f"{numbers}\n\n{table(('DAY', 'KIND', 'HELD', 'REFUSED'), rows)}"
