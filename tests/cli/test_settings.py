"""Settings: where they come from, and what is refused before anything starts."""

from pathlib import Path

import pytest

from counterfoil.settings import BadSettings, Settings, find_config, load_settings

GOOD = {
    "issuer": "https://login.example.org",
    "database_url": "sqlite:////var/lib/counterfoil/counterfoil.db",
    "root_key_file": "/etc/counterfoil/root.key",
}


def refused(**changes: object) -> str:
    with pytest.raises(BadSettings) as caught:
        load_settings(None, **{**GOOD, **changes})
    assert caught.value.try_
    return caught.value.message


def write(path: Path, **changes: object) -> Path:
    lines = [f"{name} = {value!r}\n" for name, value in {**GOOD, **changes}.items()]
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "issuer",
    [
        "https://login.example.org",
        "https://login.example.org:8443",
        "https://xn--bcher-kva.example",
        "http://localhost",
        "http://localhost:8080",
        "https://localhost:8443",
    ],
)
def test_an_issuer_is_an_origin(issuer: str) -> None:
    settings = load_settings(None, **{**GOOD, "issuer": issuer})
    assert settings.origins == (issuer,)


@pytest.mark.parametrize(
    "issuer",
    [
        "https://login.example.org/",
        "https://login.example.org/path",
        "https://login.example.org?query",
        "https://login.example.org#fragment",
        "https://user@login.example.org",
        "https://Login.example.org",
        "HTTPS://login.example.org",
        "https://login.example.org:443",
        "http://localhost:80",
        "https://login.example.org:99999",
        "https://login.example.org:",
        "https://login.example.org.",
        "https://-login.example.org",
        "https://bücher.example",
        "https://192.0.2.1",
        "https://[2001:db8::1]",
        "http://login.example.org",
        "http://127.0.0.1:8080",
        "http://localhost.example.org",
        "ftp://login.example.org",
        "login.example.org",
        "https://[",
        "",
    ],
)
def test_anything_else_is_refused_as_an_issuer(issuer: str) -> None:
    assert refused(issuer=issuer).startswith("The setting issuer (on the command line) must ")


@pytest.mark.parametrize("rp_id", ["", "login.example.org", "example.org"])
def test_keys_may_be_bound_to_the_host_or_a_parent_domain(rp_id: str) -> None:
    settings = load_settings(None, **{**GOOD, "rp_id": rp_id})
    assert settings.rp_id == (rp_id or "login.example.org")


@pytest.mark.parametrize(
    ("rp_id", "says"),
    [
        ("org", "public suffix"),
        ("other.org", "must be the issuer's host"),
        ("ogin.example.org", "must be the issuer's host"),
        ("a.login.example.org", "must be the issuer's host"),
        ("localhost", "must be the issuer's host"),
    ],
)
def test_keys_are_never_bound_to_what_others_share(rp_id: str, says: str) -> None:
    assert says in refused(rp_id=rp_id)


def test_a_host_that_is_a_public_suffix_itself_is_refused() -> None:
    assert "public suffix" in refused(issuer="https://github.io")


def test_only_localhost_is_exempt_from_the_public_suffix_rule() -> None:
    local = load_settings(None, **{**GOOD, "issuer": "http://localhost:8080"})
    assert local.rp_id == "localhost"
    assert "public suffix" in refused(issuer="https://intranet")


@pytest.mark.parametrize(
    "root_key",
    [
        "/var/lib/counterfoil/root.key",
        "/var/lib/counterfoil/keys/root.key",
        "/var/lib/counterfoil/../counterfoil/root.key",
    ],
)
def test_the_root_key_is_not_kept_with_the_database(root_key: str) -> None:
    assert "must not be in the database's folder" in refused(root_key_file=root_key)


def test_paths_do_not_depend_on_where_we_are_started() -> None:
    assert "full path" in refused(root_key_file="root.key")
    assert "full path" in refused(database_url="sqlite:///counterfoil.db")


@pytest.mark.parametrize(
    ("name", "most"),
    [("code_s", 60), ("ceremony_s", 300), ("access_token_s", 3600), ("listen_port", 65535)],
)
def test_a_bound_holds_on_both_edges(name: str, most: int) -> None:
    for good in (1, most):
        assert getattr(load_settings(None, **{**GOOD, name: good}), name) == good
    for bad in (0, most + 1, -1):
        assert name in refused(**{name: bad})


def test_being_idle_ends_before_the_session_does() -> None:
    assert "session_idle_s" in refused(session_idle_s=100, session_absolute_s=99)
    same = load_settings(None, **{**GOOD, "session_idle_s": 9, "session_absolute_s": 9})
    assert same.session_idle_s == same.session_absolute_s


def test_proxies_are_addresses_or_networks() -> None:
    settings = load_settings(None, **{**GOOD, "trusted_proxies": "10.0.0.0/8, ::1"})
    assert settings.trusted_proxies == ("10.0.0.0/8", "::1")
    assert "trusted_proxies" in refused(trusted_proxies="everybody")


def test_what_people_may_edit_is_a_list_of_known_fields() -> None:
    assert load_settings(None, **GOOD).editable == ("display_name",)
    chosen = load_settings(None, **{**GOOD, "editable": "display_name, email"})
    assert chosen.editable == ("display_name", "email")
    assert load_settings(None, **{**GOOD, "editable": ""}).editable == ()
    assert "editable" in refused(editable="role")


def test_flags_come_before_environment_before_secrets_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = write(tmp_path / "c.toml", workers=2, code_s=2, access_token_s=2, id_token_s=2)
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name in ("code_s", "access_token_s", "id_token_s"):
        (secrets / name).write_text("3\n", encoding="utf-8")
    monkeypatch.setenv("COUNTERFOIL_SECRETS", str(secrets))
    monkeypatch.setenv("COUNTERFOIL_ACCESS_TOKEN_S", "4")
    monkeypatch.setenv("COUNTERFOIL_ID_TOKEN_S", "4")
    settings = load_settings(config, id_token_s=5)
    assert settings.workers == 2
    assert settings.code_s == 3
    assert settings.access_token_s == 4
    assert settings.id_token_s == 5


def test_a_flag_that_was_not_given_hides_nothing(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path / "c.toml", workers=2), workers=None).workers == 2


def test_an_unknown_name_in_the_file_stops_the_start(tmp_path: Path) -> None:
    config = write(tmp_path / "c.toml", acess_token_s=5)
    with pytest.raises(BadSettings, match=r"acess_token_s.*did you mean access_token_s") as caught:
        load_settings(config)
    assert str(config) in caught.value.try_


def test_an_unknown_variable_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERFOIL_ISUER", "https://login.example.org")
    message = refused()
    assert "isuer" in message
    assert "did you mean issuer" in message


@pytest.mark.parametrize(
    "name", ["COUNTERFOIL_VECTORS", "COUNTERFOIL_CI", "COUNTERFOIL_TEST_POSTGRESQL", "PATH"]
)
def test_documented_and_foreign_variables_are_left_alone(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "1")
    assert load_settings(None, **GOOD).issuer == GOOD["issuer"]


def test_an_unknown_flag_is_a_mistake_too() -> None:
    assert "nonsense" in refused(nonsense=1)


def test_the_demonstration_is_chosen_by_no_file_and_no_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "c.toml"
    config.write_text("demonstration = true\n", encoding="utf-8")
    with pytest.raises(BadSettings, match="no setting named demonstration"):
        load_settings(config)
    monkeypatch.setenv("COUNTERFOIL_DEMONSTRATION", "true")
    with pytest.raises(BadSettings, match="no setting named demonstration"):
        load_settings(None, **GOOD)


@pytest.mark.parametrize("text", ["issuer = ", "= 1", "\x00", "issuer = 'a'\nissuer = 'b'"])
def test_a_file_that_is_no_toml_is_one_sentence(tmp_path: Path, text: str) -> None:
    config = tmp_path / "c.toml"
    config.write_text(text, encoding="utf-8")
    with pytest.raises(BadSettings, match="is not TOML"):
        load_settings(config)


def test_a_file_of_other_bytes_is_one_sentence(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_bytes(b"issuer = '\xff'\n")
    with pytest.raises(BadSettings, match="is not TOML"):
        load_settings(config)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="no configuration") as caught:
        load_settings(tmp_path / "missing.toml")
    assert caught.value.try_.startswith("counterfoil init ")


def test_a_refusal_never_repeats_a_value_that_may_be_a_password() -> None:
    message = refused(database_url=5, listen_port="hunter2")
    assert "hunter2" not in message
    settings = load_settings(None, **{**GOOD, "database_url": "postgresql://u:hunter2@h/d"})
    assert "hunter2" not in repr(settings)


def test_settings_do_not_change() -> None:
    settings = load_settings(None, **GOOD)
    with pytest.raises(ValueError, match="frozen"):
        settings.code_s = 5


def test_every_setting_has_a_sentence() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


def test_the_current_folder_is_never_searched_for_settings(tmp_path: Path) -> None:
    # Whoever may write there would choose our settings.
    write(Path.cwd() / "counterfoil.toml")
    assert find_config(None) is None
    assert find_config(Path("counterfoil.toml")) == Path.cwd() / "counterfoil.toml"


def test_the_file_is_found_by_variable_and_in_the_persons_own_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "home" / "config" / "counterfoil" / "counterfoil.toml"
    own.parent.mkdir(parents=True)
    write(own)
    assert find_config(None) == own
    monkeypatch.setenv("COUNTERFOIL_CONFIG", str(tmp_path / "named.toml"))
    assert find_config(None) == tmp_path / "named.toml"


MAIL = {"smtp_host": "mail.example.org", "mail_from": "login@example.org"}


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_mail_needs_a_server_and_a_sender(security: str) -> None:
    settings = load_settings(None, **{**GOOD, **MAIL, "smtp_security": security})
    assert settings.mail_from == "login@example.org"
    assert "mail_from" in refused(smtp_host="mail.example.org")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_mail_goes_in_clear_to_this_machine_only(host: str) -> None:
    load_settings(None, **{**GOOD, **MAIL, "smtp_host": host, "smtp_security": "none"})


@pytest.mark.parametrize("host", ["mail.example.org", "192.0.2.1", "localhost.example.org", "::2"])
def test_mail_in_clear_to_another_machine_is_refused(host: str) -> None:
    assert "this machine" in refused(**{**MAIL, "smtp_host": host, "smtp_security": "none"})


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"smtp_security": "ssl"}, "smtp_security"),
        ({"mail_from": "nobody"}, "mail_from"),
        ({"mail_from": "a@example.org\nBcc: b@example.org"}, "mail_from"),
        ({"smtp_user": "counterfoil"}, "smtp_password_file"),
        ({"smtp_password_file": "/etc/counterfoil/smtp.password"}, "smtp_user"),
        ({"smtp_user": "m\u00fcller", "smtp_password_file": "/etc/smtp.password"}, "smtp_user"),
        ({"smtp_password_file": "smtp.password"}, "full path"),
        ({"smtp_ca_file": "ca.pem"}, "full path"),
        ({"smtp_port": 65536}, "smtp_port"),
    ],
)
def test_mail_that_could_not_be_sent_is_refused(changes: dict[str, object], word: str) -> None:
    assert word in refused(**{**MAIL, **changes})
