"""Pauses of recordings, and what recordings say."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "recording_pauses",
        sa.Column(
            "id",
            # SQLite counts only an INTEGER key up by itself
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("org", sa.String(64), nullable=False),
        sa.Column("contact", sa.String(128), nullable=False),
        sa.Column("recording", sa.String(160), nullable=False),
        sa.Column("cause", sa.String(16), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resumed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_recording_pauses"),
    )
    op.create_index("ix_recording_pauses_recording", "recording_pauses", ["recording"])
    op.create_index("ix_recording_pauses_org_contact", "recording_pauses", ["org", "contact"])
    op.create_table(
        "transcripts",
        sa.Column("recording", sa.String(160), nullable=False),
        sa.Column("leg", sa.String(16), nullable=False),
        sa.Column("language", sa.String(35)),
        sa.Column("engine", sa.String(32)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(64)),
        sa.Column("words", sa.JSON()),
        sa.Column("text", sa.Text()),
        sa.Column("folded", sa.Text()),
        sa.Column("announce_after", sa.String(64)),
        sa.PrimaryKeyConstraint("recording", "leg", name="pk_transcripts"),
        sa.ForeignKeyConstraint(
            ["recording"],
            ["recordings.id"],
            name="fk_transcripts_recordings",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_transcripts_state", "transcripts", ["state"])
    op.create_index("ix_transcripts_announce_after", "transcripts", ["announce_after"])


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("transcripts")
    op.drop_table("recording_pauses")
