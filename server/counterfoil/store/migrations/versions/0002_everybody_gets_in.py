"""Codes, recovery, mail, notices and limits.

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("accounts", sa.Column("email", sa.Text(), nullable=True))
    op.add_column(
        "accounts",
        sa.Column("email_verified", sa.Integer(), nullable=False, server_default="0"),
    )
    op.add_column("accounts", sa.Column("language", sa.Text(), nullable=True))
    op.add_column(
        "invitations",
        sa.Column("purpose", sa.Text(), nullable=False, server_default="first_visit"),
    )
    op.add_column("invitations", sa.Column("details", sa.Text(), nullable=False, server_default=""))
    op.add_column("interactions", sa.Column("least", sa.Text(), nullable=True))
    op.add_column("ceremonies", sa.Column("sealed_secret", sa.LargeBinary(), nullable=True))
    op.add_column(
        "ceremonies", sa.Column("tries", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_index("ix_events_at_ms", "events", ["at_ms"])
    _create_notices()
    _create_outbox()
    op.create_table(
        "limits",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("until_ms", _big(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_limits"),
        sqlite_strict=True,
    )


def _create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", _big(), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("at_ms", _big(), nullable=False),
        sa.Column("seen_ms", _big(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name="fk_notices_account_id_accounts",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sqlite_strict=True,
    )
    op.create_index("ix_notices_account_id", "notices", ["account_id"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("sealed_letter", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("made_ms", _big(), nullable=False),
        sa.Column("due_ms", _big(), nullable=False),
        sa.Column("sent_ms", _big(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name="fk_outbox_account_id_accounts",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_strict=True,
    )
    op.create_index("ix_outbox_account_id", "outbox", ["account_id"])
    op.create_index("ix_outbox_due_ms", "outbox", ["due_ms"])
