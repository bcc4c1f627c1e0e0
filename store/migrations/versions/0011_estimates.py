"""What was foretold of each wait."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_COLUMNS = ("estimated_ms", "estimated_low_ms", "estimated_high_ms")


def upgrade() -> None:
    """Bring the schema forward."""
    for column in _COLUMNS:
        op.add_column("queue_visits", sa.Column(column, sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take the schema back."""
    with op.batch_alter_table("queue_visits") as changed:
        for column in _COLUMNS:
            changed.drop_column(column)
