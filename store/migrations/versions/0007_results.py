"""What came of conversations, by the agents' word."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TABLES = ("queue_visits", "callbacks")


def upgrade() -> None:
    """Bring the schema forward."""
    for table in _TABLES:
        op.add_column(table, sa.Column("result", sa.String(80), nullable=True))
        op.add_column(table, sa.Column("result_by", sa.String(80), nullable=True))


def downgrade() -> None:
    """Take the schema back."""
    for table in _TABLES:
        with op.batch_alter_table(table) as changed:
            changed.drop_column("result_by")
            changed.drop_column("result")
