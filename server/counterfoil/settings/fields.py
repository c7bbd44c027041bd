"""One frozen `Settings`: issuer, RP ID and origins come from here and never from a request."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from counterfoil.settings.mail import wrong_about_mail

PREFIX = "COUNTERFOIL_"
Seconds = Annotated[int, Field(ge=1)]
_COLOUR = "^(#[0-9A-Fa-f]{6})?$"
Editable = Literal["name", "display_name", "email"]


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
        " events and the limits per address. Without any, the address of the connection counts.",
    )
    anonymous_per_minute: int = Field(
        120,
        ge=1,
        le=6000,
        description="How many sign-ins a minute people who are not signed in may open from one"
        " address in the long run, and as many tries with a key, password or code; IPv6 by its"
        " /64. An office behind one address shares it: 120 are some 40 whole sign-ins a minute.",
    )
    anonymous_burst: int = Field(
        240,
        ge=5,
        le=100_000,
        description="How many of those may come at once from an address that was quiet: a morning"
        " when everybody arrives. There is no value that switches the limits off.",
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
    totp_algorithm: Literal["SHA1", "SHA256", "SHA512"] = Field(
        "SHA1",
        description="The hash of new phone codes. Phones often ignore another one than SHA1 and"
        " then show codes that never fit.",
    )
    totp_digits: int = Field(
        6,
        ge=6,
        le=8,
        description="How many digits a new phone's codes have; phones often ignore others than 6.",
    )
    totp_period_s: Seconds = Field(
        30, ge=15, le=120, description="After how many seconds a new phone shows the next code."
    )
    editable: Annotated[tuple[Editable, ...], NoDecode] = Field(
        ("display_name",),
        description="What people may change of their own profile: any of `name`, `display_name` and"
        " `email`. Whatever is not here is changed by the people who run this service.",
    )
    language: str = Field(
        "en",
        pattern="^[a-z]{2}$",
        description="The language of the pages for people whose browser asks for none that we"
        " speak, as a two-letter tag.",
    )
    accent: Annotated[str, Field(pattern=_COLOUR)] = Field(
        "",
        description="The one colour of buttons and links on light pages, such as `#06584d`. It is"
        " measured at start: what cannot be read (under 4.5:1) is refused, with one that can.",
    )
    accent_dark: Annotated[str, Field(pattern=_COLOUR)] = Field(
        "",
        description="The same on dark pages. By default it is `accent`, made light enough.",
    )
    logo_file: Path | None = Field(
        None,
        description="A PNG or plain SVG of at most 64 KB, by its full path, shown 32 pixels high"
        " beside the service's name instead of our mark.",
    )
    smtp_host: str = Field(
        "",
        description="The mail server that takes our letters. Without one no letter is sent: they"
        " wait until there is one.",
    )
    smtp_port: int = Field(
        0, ge=0, le=65535, description="Its TCP port; 0 is 465 for `tls`, and 587 otherwise."
    )
    smtp_security: Literal["tls", "starttls", "none"] = Field(
        "tls",
        description="`tls` from the first byte, `starttls` before anything is said, or `none`,"
        " which is for a server on this machine only.",
    )
    smtp_user: str = Field(
        "", description="Whom we sign in as at the mail server; empty when it asks for nobody."
    )
    smtp_password_file: Path | None = Field(
        None,
        description="The file with the mail server's password, by its full path, mode 0600; a line"
        " end behind the password does not count.",
    )
    smtp_ca_file: Path | None = Field(
        None,
        description="A PEM file, by its full path, with an authority of your own that the mail"
        " server's certificate may come from. Certificates are always checked.",
    )
    mail_from: str = Field(
        "", description="The address that our letters come from; needed with smtp_host."
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

    @field_validator("trusted_proxies", "editable", mode="before")
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

    @field_validator("logo_file", mode="before")
    @classmethod
    def _empty_is_none(cls, path: object) -> object:
        return path or None

    @field_validator("root_key_file", "logo_file")
    @classmethod
    def _refuse_relative_path(cls, path: Path | None) -> Path | None:
        if path is not None and not path.is_absolute():
            raise ValueError("must be a full path, so that it does not matter where we are started")
        return path

    @field_validator("smtp_password_file", "smtp_ca_file", mode="before")
    @classmethod
    def _no_file_is_none(cls, path: object) -> object:
        return path or None

    @field_validator("smtp_password_file", "smtp_ca_file")
    @classmethod
    def _refuse_relative_mail_file(cls, path: Path | None) -> Path | None:
        if path is not None and not path.is_absolute():
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

    @model_validator(mode="after")
    def _refuse_mail_that_cannot_be_sent(self) -> Self:
        wrong = wrong_about_mail(
            host=self.smtp_host,
            security=self.smtp_security,
            user=self.smtp_user,
            has_password=self.smtp_password_file is not None,
            sender=self.mail_from,
        )
        if wrong:
            raise ValueError(wrong)
        return self


def configurable_fields() -> frozenset[str]:
    """The names that a file, a secret file or the environment may set."""
    return frozenset(Settings.model_fields) - {"demonstration"}


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
