"""Where settings come from: flags > environment > secret files > configuration file.

An unknown key in any of them stops the start.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource, SecretsSettingsSource, TomlConfigSettingsSource

from counterfoil.settings.fields import PREFIX, Settings, configurable_fields
from counterfoil.settings.problem import BadSettings

# Read by us, but no settings: where the others are, and what only checks and tests look at.
DOCUMENTED_VARIABLES = {
    "COUNTERFOIL_CONFIG": "the configuration file, when --config is not given",
    "COUNTERFOIL_SECRETS": "a folder of secret files, each named like its setting",
    "COUNTERFOIL_VECTORS": "where the tests find the shared vectors",
    "COUNTERFOIL_CI": "set by the checks: a test that would skip for want of a tool fails",
}
TEST_PREFIX = "COUNTERFOIL_TEST_"


def load_settings(config: Path | None, **flags: object) -> Settings:
    """Read every source; a flag that is None was not given. Raises BadSettings."""
    _refuse_unknown_variables(os.environ)
    from_file = _read_config(config)
    secrets = os.environ.get("COUNTERFOIL_SECRETS")
    from_secrets = _read_secrets(Path(secrets)) if secrets else {}
    from_environment = {
        key: value
        for key, value in EnvSettingsSource(Settings)().items()
        if key in configurable_fields()
    }
    given = {name: value for name, value in flags.items() if value is not None}
    origin = {
        **dict.fromkeys(from_file, f"(in {config})"),
        **dict.fromkeys(from_secrets, f"(in {secrets})"),
        **{key: f"(in {PREFIX}{key.upper()})" for key in from_environment},
        **dict.fromkeys(given, "(on the command line)"),
    }
    try:
        return Settings.model_validate({**from_file, **from_secrets, **from_environment, **given})
    except ValidationError as error:
        _say_what_is_wrong(error, origin, config)


def find_config(flag: Path | None) -> Path | None:
    """The configuration file: `--config`, COUNTERFOIL_CONFIG, or the default place if it exists.

    Never the current folder: whoever may write there would choose our settings.
    """
    if flag is not None:
        return flag.absolute()
    named = os.environ.get("COUNTERFOIL_CONFIG")
    if named:
        return Path(named).absolute()
    return next((path for path in default_configs() if path.exists()), None)


def default_configs() -> tuple[Path, ...]:
    """Where the configuration is looked for: the person's own place, then the system's."""
    own = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return own / "counterfoil" / "counterfoil.toml", Path("/etc/counterfoil/counterfoil.toml")


def _read_config(config: Path | None) -> dict[str, object]:
    if config is None:
        return {}
    try:
        if not config.is_file():
            raise BadSettings(
                f"There is no configuration at {config}.",
                f"counterfoil init --issuer https://login.example.org --config {config}",
            )
        found = TomlConfigSettingsSource(Settings, config)()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(
            f"The file {config} is not TOML: {error}.", f"$EDITOR {config}"
        ) from error
    except OSError as error:
        raise BadSettings(
            f"The file {config} cannot be read: {error.strerror}.", f"ls -l {config}"
        ) from error
    for key in found:
        _refuse_unknown_key(key, f"in {config}", f"$EDITOR {config}")
    return found


def _read_secrets(folder: Path) -> dict[str, object]:
    if not folder.is_dir():
        raise BadSettings(
            f"COUNTERFOIL_SECRETS names {folder}, which is no folder.", "unset COUNTERFOIL_SECRETS"
        )
    try:
        found = SecretsSettingsSource(Settings, folder, env_prefix="")()
    except OSError as error:
        raise BadSettings(
            f"A secret file in {folder} cannot be read: {error.strerror}.", f"ls -l {folder}"
        ) from error
    return {key: value for key, value in found.items() if key in configurable_fields()}


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    for name in sorted(environment):
        upper = name.upper()
        if not upper.startswith(PREFIX) or upper.startswith(TEST_PREFIX):
            continue
        if upper not in DOCUMENTED_VARIABLES:
            _refuse_unknown_key(
                upper.removeprefix(PREFIX).lower(), f"(from {name})", f"unset {name}"
            )


def _refuse_unknown_key(key: str, where: str, try_: str) -> None:
    known = configurable_fields()
    if key in known:
        return
    close = difflib.get_close_matches(key, known, 1)
    hint = f"; did you mean {close[0]}?" if close else "."
    raise BadSettings(f"There is no setting named {key} {where}{hint}", try_)


def _say_what_is_wrong(
    error: ValidationError, origin: Mapping[str, str], config: Path | None
) -> NoReturn:
    """Say the first error as one sentence, without the value: it may hold a password."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    edit = f"$EDITOR {config}" if config else "counterfoil init --help"
    if not first["loc"]:
        raise BadSettings(f"{_capital(message)}.", edit) from error
    key = str(first["loc"][0])
    if first["type"] == "missing":
        raise BadSettings(f"The setting {key} is missing.", edit) from error
    if first["type"] == "extra_forbidden":
        raise BadSettings(f"There is no setting named {key}.", edit) from error
    where = origin.get(key, "")
    separator = " " if first["type"] == "value_error" else ": "
    raise BadSettings(f"The setting {key} {where}{separator}{_lower(message)}.", edit) from error


def _capital(text: str) -> str:
    return text if text.startswith(tuple(Settings.model_fields)) else text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
