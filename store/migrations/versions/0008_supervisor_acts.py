"""What supervisors have done."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "supervisor_acts",
        sa.Column(
            "id",
            # SQLite counts only an INTEGER key up by itself
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("org", sa.String(64), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("supervisor", sa.String(80), nullable=False),
        sa.Column("via", sa.String(16), nullable=False),
        sa.Column("phone", sa.String(128)),
        sa.Column("act", sa.String(32)),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(80)),
        sa.Column("agent", sa.String(64)),
        sa.Column("contact", sa.String(128)),
        sa.Column("queue", sa.String(128)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("to_queue", sa.String(128)),
        sa.Column("credit_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_supervisor_acts"),
        sa.UniqueConstraint("org", "event", name="uq_supervisor_acts_org_event"),
    )
    op.create_index("ix_supervisor_acts_org_at", "supervisor_acts", ["org", "at"])
    op.create_index("ix_supervisor_acts_org_contact", "supervisor_acts", ["org", "contact"])


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("supervisor_acts")
