"""Callbacks, what agents do when, and the after-call work of each conversation."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("queue_visits", sa.Column("wrapup_ms", sa.BigInteger()))
    op.drop_index("ix_queue_visits_org_queue_queued_at", "queue_visits")
    op.create_index("ix_queue_visits_org_queued_at", "queue_visits", ["org", "queued_at"])
    op.create_index("ix_contacts_org_caller", "contacts", ["org", "caller"])
    op.create_table(
        "callbacks",
        _counted_id(),
        sa.Column("org", sa.String(64), nullable=False),
        sa.Column("contact", sa.String(128), nullable=False),
        sa.Column("queue", sa.String(128), nullable=False),
        sa.Column("source", sa.String(16)),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True)),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("missed", sa.String(32)),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.String(16)),
        sa.Column("agent", sa.String(64)),
        sa.Column("waited_ms", sa.BigInteger()),
        sa.Column("talked_ms", sa.BigInteger()),
        sa.Column("wrapup_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
        sa.ForeignKeyConstraint(
            ["org", "contact"],
            ["contacts.org", "contacts.id"],
            name="fk_callbacks_contacts",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_callbacks_org_contact", "callbacks", ["org", "contact"])
    op.create_index("ix_callbacks_org_requested_at", "callbacks", ["org", "requested_at"])
    op.create_table(
        "agent_periods",
        _counted_id(),
        sa.Column("org", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(64)),
        sa.Column("contact", sa.String(128)),
        sa.Column("queue", sa.String(128)),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_agent_periods"),
    )
    op.create_index(
        "ix_agent_periods_org_agent_ended_at", "agent_periods", ["org", "agent", "ended_at"]
    )
    op.create_index("ix_agent_periods_org_ended_at", "agent_periods", ["org", "ended_at"])


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("agent_periods")
    op.drop_table("callbacks")
    op.drop_index("ix_contacts_org_caller", "contacts")
    op.drop_index("ix_queue_visits_org_queued_at", "queue_visits")
    op.create_index(
        "ix_queue_visits_org_queue_queued_at", "queue_visits", ["org", "queue", "queued_at"]
    )
    op.drop_column("queue_visits", "wrapup_ms")


def _counted_id() -> sa.Column[int]:
    # SQLite counts only an INTEGER key up by itself
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=True, nullable=False)
