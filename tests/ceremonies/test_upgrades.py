"""A database of the first schema comes forward with all that is in it."""

from alembic import command
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from counterfoil.accounts import Role
from counterfoil.app import close_house
from counterfoil.store import upgrades
from counterfoil.store.engines import parse_url
from tests.ceremonies.desk import Desk
from tests.house import HandClock, house_on, install

# What the first version wrote for somebody, as that version wrote it.
ROWS = (
    (
        "INSERT INTO accounts (id, name, name_key, name_rule, display_name, user_handle, role,"
        " state, made_ms) VALUES ('acc_ada', 'Ada', 'ada', 'UsernameCaseMapped/1', 'Ada', :handle,"
        " 'administrator', 'active', 1)"
    ),
    (
        "INSERT INTO invitations (id, token_hash, account_id, made_ms, expires_ms)"
        " VALUES ('inv_1', :hash, 'acc_ada', 1, 2)"
    ),
    (
        "INSERT INTO sessions (id, cookie_hash, account_id, factors, user_agent, address, made_ms,"
        " seen_ms, expires_ms) VALUES ('ses_1', :hash, 'acc_ada', '[]', '', '', 1, 1, 2)"
    ),
    (
        "INSERT INTO interactions (id, session_id, purpose, state, factors, made_ms, expires_ms)"
        " VALUES ('int_1', 'ses_1', 'sign_in', 'open', '[]', 1, 2)"
    ),
    (
        "INSERT INTO ceremonies (id, interaction_id, kind, purpose, state, challenge,"
        " terms, made_ms, expires_ms)"
        " VALUES ('cer_1', 'int_1', 'webauthn', 'sign_in', 'open', :hash, '{}', 1, 2)"
    ),
    (
        "INSERT INTO events (at_ms, what, account_id, actor, address, details)"
        " VALUES (1, 'account_added', 'acc_ada', 'operator', '', '{}')"
    ),
)


def test_the_first_schema_comes_forward_with_all_that_is_in_it(database_url: str) -> None:
    first_schema(database_url)
    with connected(database_url) as connection:
        for statement in ROWS:
            bound = {"handle": b"h" * 64, "hash": b"h" * 32}
            named = {name: value for name, value in bound.items() if f":{name}" in statement}
            connection.execute(text(statement), named)
        connection.commit()

    assert upgrades.upgrade(database_url).current

    with connected(database_url) as connection:
        account = connection.execute(text("SELECT * FROM accounts")).one()
        assert (account.name, account.email, account.email_verified) == ("Ada", None, 0)
        link = connection.execute(text("SELECT * FROM invitations")).one()
        assert (link.purpose, link.details) == ("first_visit", "")
        ceremony = connection.execute(text("SELECT * FROM ceremonies")).one()
        assert (ceremony.tries, ceremony.sealed_secret) == (0, None)
        assert connection.execute(text("SELECT least FROM interactions")).scalar_one() is None


def test_an_upgraded_database_serves_who_was_in_it_before(database_url: str) -> None:
    first_schema(database_url)
    with connected(database_url) as connection:
        connection.execute(text(ROWS[0]), {"handle": b"h" * 64})
        connection.commit()
    upgrades.upgrade(database_url)
    install(database_url)
    house = house_on(database_url, HandClock())
    try:
        ada = house.store.read_now(lambda tx: house.accounts.find_by_name(tx, "ADA"))
        assert ada is not None
        assert ada.role is Role.ADMINISTRATOR
        desk = Desk(house)
        desk.enrol(ada)
        desk.touch_in()
        assert desk.session.account == "acc_ada"
    finally:
        close_house(house)


def first_schema(url: str) -> None:
    """The schema of the first version, made by its own migration."""
    with upgrades._connect(url) as connection:
        config = upgrades._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.commit()


def connected(url: str) -> Connection:
    return create_engine(parse_url(url), poolclass=NullPool).connect()
