"""One frozen `Settings`, read once: flags > environment > secret files > configuration file.

An unknown key stops the start. Issuer, RP ID and origins come from here and never from a request.
"""

import difflib
import os
import stat
import tomllib
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, NoReturn, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from counterfoil.kit.sealing import KEY_BYTES, RootKey

PREFIX = "COUNTERFOIL_"
# Read by us, but no settings: where the others are, and what only checks and tests look at.
DOCUMENTED_VARIABLES = {
    "COUNTERFOIL_CONFIG": "the configuration file, when --config is not given",
    "COUNTERFOIL_SECRETS": "a folder of secret files, each named like its setting",
    "COUNTERFOIL_VECTORS": "where the tests find the shared vectors",
    "COUNTERFOIL_CI": "set by the checks: a test that would skip for want of a tool fails",
}
TEST_PREFIX = "COUNTERFOIL_TEST_"
ROOT_KEY_MAX_BYTES = 4096

Seconds = Annotated[int, Field(ge=1)]


class BadSettings(Exception):
    """The settings cannot be used: one sentence, and what can be typed to go on."""

    def __init__(self, message: str, try_: str) -> None:
        super().__init__(message)
        self.message = message
        self.try_ = try_


class Settings(BaseSettings):
    """What an operator may choose; times are whole seconds in fields named `*_s`."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, hide_input_in_errors=True
    )

    issuer: str = Field(
        description="Where people and applications reach this service: an origin without a path."
        " It is `iss` in every token, so changing it later breaks every application."
    )
    service_name: str = Field(
        "Counterfoil", min_length=1, max_length=64, description="What the pages call this service."
    )
    rp_id: str = Field(
        "",
        description="The domain that security keys are bound to: the issuer's host (the default) or"
        " a parent domain of it. Changing it later makes every enrolled key useless.",
    )
    database_url: str = Field(
        repr=False,
        description="`sqlite:////full/path/file.db`, or `postgresql://user@host/database`.",
    )
    root_key_file: Path = Field(
        description="The file with the root key that opens the database's secrets: at least 32"
        " bytes, mode 0600, in another folder than the database."
    )
    listen_host: str = Field(
        "127.0.0.1", min_length=1, description="The address to listen on; TLS ends in front of it."
    )
    listen_port: int = Field(8080, ge=1, le=65535, description="The TCP port to listen on.")
    workers: int = Field(1, ge=1, le=256, description="How many processes serve requests.")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Addresses or networks whose X-Forwarded-For is believed, for the log of"
        " events only. Without any, the address of the connection counts.",
    )
    access_token_s: Seconds = Field(
        300, le=3600, description="How long an access token is good, in seconds."
    )
    id_token_s: Seconds = Field(
        300, le=3600, description="How long an ID token is good, in seconds."
    )
    code_s: Seconds = Field(
        60, le=60, description="How long an authorization code is good, in seconds."
    )
    ceremony_s: Seconds = Field(
        300, le=300, description="How long a challenge is good, in seconds."
    )
    interaction_s: Seconds = Field(
        3600, le=86400, description="How long a started sign-in can be finished, in seconds."
    )
    session_idle_s: Seconds = Field(
        3600, description="After how many seconds without a request a browser is signed out."
    )
    session_absolute_s: Seconds = Field(
        43200, description="After how many seconds a browser is signed out in any case."
    )
    step_up_s: Seconds = Field(
        300,
        description="How many seconds a proof counts as fresh when an authenticator is changed.",
    )
    demonstration: bool = Field(
        False,
        description="Set by `counterfoil dev` alone, never by a file or the environment: every page"
        " says that this is a demonstration.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take only what is given: `load_settings` reads the other sources and names them."""
        return (init_settings,)

    @property
    def issuer_host(self) -> str:
        """The issuer's host name, lower case."""
        return urlsplit(self.issuer).hostname or ""

    @property
    def origins(self) -> tuple[str, ...]:
        """The exact origins that a proof may come from."""
        return (self.issuer,)

    @field_validator("issuer")
    @classmethod
    def _refuse_what_is_no_origin(cls, issuer: str) -> str:
        try:
            parts, port = urlsplit(issuer), urlsplit(issuer).port
        except ValueError as error:
            raise ValueError("must be an origin, such as https://login.example.org") from error
        host = parts.hostname or ""
        canonical = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
        if parts.scheme not in {"http", "https"} or not host or issuer != canonical:
            raise ValueError("must be an origin without a path, such as https://login.example.org")
        if (parts.scheme, port) in {("http", 80), ("https", 443)}:
            raise ValueError("must leave out its scheme's own port, as browsers do")
        if not all(_is_label(label) for label in host.split(".")) or host.split(".")[-1].isdigit():
            raise ValueError("must have a domain name as its host: security keys know no addresses")
        if parts.scheme == "http" and host != "localhost":
            raise ValueError("must start with https:// (only http://localhost is exempt)")
        return issuer

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _refuse_what_is_no_network(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            try:
                ip_network(proxy, strict=False)
            except ValueError as error:
                raise ValueError("must be addresses or networks, such as 10.0.0.0/8") from error
        return proxies

    @field_validator("root_key_file")
    @classmethod
    def _refuse_relative_path(cls, path: Path) -> Path:
        if not path.is_absolute():
            raise ValueError("must be a full path, so that it does not matter where we are started")
        return path

    @model_validator(mode="before")
    @classmethod
    def _default_rp_id(cls, values: object) -> object:
        if isinstance(values, dict) and not values.get("rp_id"):
            try:
                host = urlsplit(str(values.get("issuer", ""))).hostname or ""
            except ValueError:  # the issuer's own check says what is wrong with it
                host = ""
            return {**values, "rp_id": host}
        return values

    @model_validator(mode="after")
    def _refuse_foreign_rp_id(self) -> Self:
        host = self.issuer_host
        if self.rp_id != host and not host.endswith(f".{self.rp_id}"):
            raise ValueError(f"rp_id must be the issuer's host {host} or a parent domain of it")
        if host != "localhost" and _is_public_suffix(self.rp_id):
            raise ValueError(f"rp_id {self.rp_id} is a public suffix: strangers could share it")
        return self

    @model_validator(mode="after")
    def _refuse_root_key_beside_database(self) -> Self:
        folder = _sqlite_folder(self.database_url)
        if folder and self.root_key_file.resolve().is_relative_to(folder):
            raise ValueError(
                "root_key_file must not be in the database's folder: one backup would hold both"
            )
        return self

    @model_validator(mode="after")
    def _refuse_idle_over_absolute(self) -> Self:
        if self.session_idle_s > self.session_absolute_s:
            raise ValueError("session_idle_s must not be more than session_absolute_s")
        return self


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


def configurable_fields() -> frozenset[str]:
    """The names that a file, a secret file or the environment may set."""
    return frozenset(Settings.model_fields) - {"demonstration"}


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


def read_root_key(path: Path) -> RootKey:
    """The root key: the file's bytes exactly as they are. Raises BadSettings."""
    try:
        # Opened before it is looked at, so that what was checked is what is read.
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            material = file.read(ROOT_KEY_MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise BadSettings(
            f"There is no root key at {path}.", "restore it from its backup, or: counterfoil init"
        ) from error
    except OSError as error:
        raise BadSettings(
            f"The root key at {path} cannot be read: {error.strerror}.", f"ls -l {path}"
        ) from error
    if os.name == "posix" and mode & 0o077:
        raise BadSettings(
            f"Others may read the root key at {path} (mode {mode:04o}).", f"chmod 600 {path}"
        )
    if not KEY_BYTES <= len(material) <= ROOT_KEY_MAX_BYTES:
        raise BadSettings(
            f"The root key at {path} does not have {KEY_BYTES} to {ROOT_KEY_MAX_BYTES} bytes.",
            f"restore {path} from its backup",
        )
    return RootKey(material)


def _is_label(label: str) -> bool:
    return (
        0 < len(label) <= 63
        and label.isascii()
        and label.replace("-", "").isalnum()
        and label == label.lower()
        and not label.startswith("-")
        and not label.endswith("-")
    )


def _is_public_suffix(domain: str) -> bool:
    # Reading the list takes 50 ms; commands that need no settings should not pay for it.
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415

    return bool(PublicSuffixList().is_public(domain))


def _sqlite_folder(url: str) -> Path | None:
    """The folder of a SQLite file; None for another database. Raises ValueError."""
    if not url.startswith("sqlite"):
        return None
    file = url.split("///", 1)[-1].split("?", 1)[0]
    if not Path(file).is_absolute():
        raise ValueError("database_url needs a full path for SQLite: sqlite:////full/path/file.db")
    return Path(file).resolve().parent


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
        raise BadSettings(f"{config} is not TOML: {error}.", f"$EDITOR {config}") from error
    except OSError as error:
        raise BadSettings(
            f"{config} cannot be read: {error.strerror}.", f"ls -l {config}"
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
