"""The first tables: contacts, queue visits, agents' log-ins, recordings, stream positions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "contacts",
        sa.Column("org", sa.String(64), nullable=False),
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("caller", sa.String(128)),
        sa.Column("dialled", sa.String(128)),
        sa.Column("tree", sa.String(128)),
        sa.Column("language", sa.String(35)),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("end_reason", sa.String(32)),
        sa.PrimaryKeyConstraint("org", "id", name="pk_contacts"),
    )
    op.create_index("ix_contacts_org_started_at", "contacts", ["org", "started_at"])
    op.create_table(
        "queue_visits",
        _counted_id(),
        sa.Column("org", sa.String(64), nullable=False),
        sa.Column("contact", sa.String(128), nullable=False),
        sa.Column("queue", sa.String(128), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("left_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.String(16)),
        sa.Column("agent", sa.String(64)),
        sa.Column("waited_ms", sa.BigInteger()),
        sa.Column("talked_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_queue_visits"),
        sa.ForeignKeyConstraint(
            ["org", "contact"],
            ["contacts.org", "contacts.id"],
            name="fk_queue_visits_contacts",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "org",
            "contact",
            "queue",
            "queued_at",
            name="uq_queue_visits_org_contact_queue_queued_at",
        ),
    )
    op.create_index(
        "ix_queue_visits_org_queue_queued_at", "queue_visits", ["org", "queue", "queued_at"]
    )
    op.create_table(
        "agent_sessions",
        _counted_id(),
        sa.Column("org", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("phone", sa.String(128)),
        sa.Column("logged_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("logged_out_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_agent_sessions"),
    )
    op.create_index(
        "ix_agent_sessions_org_agent_logged_in_at",
        "agent_sessions",
        ["org", "agent", "logged_in_at"],
    )
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(160), nullable=False),
        sa.Column("org", sa.String(64), nullable=False),
        sa.Column("contact", sa.String(128), nullable=False),
        sa.Column("queue", sa.String(128)),
        sa.Column("agent", sa.String(64)),
        sa.Column("caller", sa.String(128)),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("mailbox", sa.String(128)),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.String(512), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("announce_after", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_recordings"),
    )
    op.create_index("ix_recordings_org_contact", "recordings", ["org", "contact"])
    op.create_index("ix_recordings_org_started_at", "recordings", ["org", "started_at"])
    op.create_table(
        "stream_positions",
        sa.Column("consumer", sa.String(64), nullable=False),
        sa.Column("org", sa.String(64), nullable=False),
        sa.Column("last_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "org", name="pk_stream_positions"),
    )


def downgrade() -> None:
    """Take the schema back."""
    for table in ("stream_positions", "recordings", "agent_sessions", "queue_visits", "contacts"):
        op.drop_table(table)


def _counted_id() -> sa.Column[int]:
    # SQLite counts only an INTEGER key up by itself
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=True, nullable=False)
