"""The operator's look is measured before anything is served."""

from pathlib import Path

import pytest

from tests.cli.commands import Made, is_sentence_and_try


def choose(made: Made, **settings: str) -> None:
    with made.config.open("a", encoding="utf-8") as file:
        file.writelines(f'{name} = "{value}"\n' for name, value in settings.items())


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("accent", "#ffcc00", "(#ffcc00) has a contrast of 1.3:1 on light pages"),
        ("accent", "#CCCCCC", "the nearest that has it is #6d6d6d."),
        ("accent_dark", "#101010", "(#101010) has a contrast of 1.0:1 on dark pages"),
        ("accent", "teal", "accent"),
        ("accent", "#abc", "accent"),
        ("language", "tlh", "language"),
        ("language", "xx", "The setting language is xx, which pages do not speak."),
        ("logo_file", "logo.svg", "logo_file"),
        ("logo_file", "/nowhere/logo.svg", "The logo at /nowhere/logo.svg cannot be read"),
    ],
)
def test_what_cannot_be_read_is_not_served(made: Made, name: str, value: str, told: str) -> None:
    choose(made, **{name: value})
    outcome = made.run("serve")
    assert outcome.code != 0
    assert is_sentence_and_try(outcome.err), outcome.err
    assert told in outcome.err


def test_the_sentence_names_a_colour_that_is_served(made: Made) -> None:
    choose(made, accent="#ffcc00")
    better = made.run("serve").err.splitlines()[1].removeprefix("try: accent = ").strip('"')
    made.config.write_text(made.config.read_text().replace("#ffcc00", better))
    found = made.run("doctor", "--offline", "--json").json["checks"]
    look = next(check for check in found if check["what"] == "look")
    assert look["state"] == "advice"
    assert "accent has 4.5:1 on light pages; more people can read #" in look["sentence"]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "our own"),
        ({"accent": "#7a1f5c"}, "accent #7a1f5c, easy to read"),
        ({"accent": "#7a1f5c", "logo_file": "LOGO"}, "accent #7a1f5c, easy to read"),
    ],
)
def test_the_doctor_tells_of_a_good_look(
    made: Made, tmp_path: Path, settings: dict[str, str], sentence: str
) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(b"\x89PNG\r\n\x1a\n")
    choose(made, **{name: value.replace("LOGO", str(logo)) for name, value in settings.items()})
    found = made.run("doctor", "--offline", "--json").json["checks"]
    assert {"what": "look", "state": "fine", "sentence": sentence, "try": None} in found


def test_a_logo_that_runs_stops_the_start(made: Made, tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', encoding="utf-8")
    choose(made, logo_file=str(logo))
    outcome = made.run("serve")
    assert is_sentence_and_try(outcome.err), outcome.err
    assert f"The logo at {logo} has a script in it: save it as plain SVG." in outcome.err
