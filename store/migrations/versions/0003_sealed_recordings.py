"""Recordings with an end, the trace of deleted ones, and who had access to them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("recordings") as table:
        table.alter_column("path", existing_type=sa.String(512), nullable=True)
        table.add_column(sa.Column("language", sa.String(35)))
        table.add_column(sa.Column("expires_at", sa.DateTime(timezone=True)))
        table.add_column(sa.Column("deleted_at", sa.DateTime(timezone=True)))
        table.add_column(sa.Column("deletion", sa.String(16)))
        table.create_index("ix_recordings_expires_at", ["expires_at"])
    op.create_table(
        "recording_accesses",
        sa.Column(
            "id",
            # SQLite counts only an INTEGER key up by itself
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(128), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("recording", sa.String(160)),
        sa.Column("org", sa.String(64)),
        sa.Column("reason", sa.String(256)),
        sa.Column("detail", sa.String(256)),
        sa.PrimaryKeyConstraint("id", name="pk_recording_accesses"),
    )
    op.create_index("ix_recording_accesses_recording_at", "recording_accesses", ["recording", "at"])
    op.create_index("ix_recording_accesses_at", "recording_accesses", ["at"])


def downgrade() -> None:
    """Take the schema back; the traces of deleted recordings go, for they have no file."""
    op.drop_table("recording_accesses")
    op.execute("DELETE FROM recordings WHERE path IS NULL")
    with op.batch_alter_table("recordings") as table:
        table.drop_index("ix_recordings_expires_at")
        for column in ("deletion", "deleted_at", "expires_at", "language"):
            table.drop_column(column)
        table.alter_column("path", existing_type=sa.String(512), nullable=False)
