"""The operator's look, from the settings: what cannot be read stops the start, in one sentence."""

from pathlib import Path

from counterfoil.settings import BadSettings, Settings
from counterfoil_web import (
    AA,
    AAA,
    DARK,
    LIGHT,
    MAX_LOGO_BYTES,
    BadLogo,
    Look,
    StaticFile,
    Theme,
    legibility,
    make_look,
    nearest,
    read_logo,
    spoken,
)


def read_look(settings: Settings) -> Look:
    """The accent and the logo of the settings. Raises BadSettings."""
    for name, accent, theme in _accents(settings):
        _refuse_pale(name, accent, theme)
    logo = None if settings.logo_file is None else _read_logo(settings.logo_file)
    return make_look(settings.accent, settings.accent_dark, logo)


def refuse_unspoken(settings: Settings) -> None:
    """Raises BadSettings for a language that there are no words for."""
    known = spoken()
    if settings.language not in known:
        raise BadSettings(
            f"The setting language is {settings.language}, which pages do not speak.",
            f"one of: {', '.join(known)}",
        )


def advice(settings: Settings) -> str:
    """One sentence on accents that are good enough and could be better; "" when none is."""
    for name, accent, theme in _accents(settings):
        found = legibility(accent, theme)
        if found < AAA:
            better = nearest(accent, theme, AAA)
            return (
                f"{name} has {_ratio(found)} on {theme.name} pages; more people can read"
                f" {better}, with {_ratio(legibility(better, theme))}"
            )
    return ""


def _accents(settings: Settings) -> list[tuple[str, str, Theme]]:
    chosen = [("accent", settings.accent, LIGHT), ("accent_dark", settings.accent_dark, DARK)]
    return [(name, accent.lower(), theme) for name, accent, theme in chosen if accent]


def _refuse_pale(name: str, accent: str, theme: Theme) -> None:
    found = legibility(accent, theme)
    if found < AA:
        good = nearest(accent, theme, AA)
        raise BadSettings(
            f"The setting {name} ({accent}) has a contrast of {_ratio(found)} on {theme.name}"
            f" pages, and text needs {_ratio(AA)}; the nearest that has it is {good}.",
            f'{name} = "{good}"',
        )


def _ratio(contrast: float) -> str:
    # Cut, not rounded: 4.49 is not 4.5.
    return f"{int(contrast * 10) / 10:.1f}:1"


def _read_logo(path: Path) -> StaticFile:
    try:
        with path.open("rb") as file:
            return read_logo(file.read(MAX_LOGO_BYTES + 1))
    except OSError as error:
        raise BadSettings(
            f"The logo at {path} cannot be read: {error.strerror}.", f"ls -l {path}"
        ) from error
    except BadLogo as error:
        raise BadSettings(f"The logo at {path} {error}.", f"file {path}") from error
