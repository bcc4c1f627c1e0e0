"""Holds, consultations and hand-overs of each conversation."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TABLES = ("queue_visits", "callbacks")


def upgrade() -> None:
    """Bring the schema forward."""
    for table in _TABLES:
        op.add_column(table, sa.Column("consultations", sa.Integer(), nullable=True))
        op.add_column(table, sa.Column("holds", sa.Integer(), nullable=True))
        op.add_column(table, sa.Column("held_ms", sa.BigInteger(), nullable=True))
        op.add_column(table, sa.Column("handed_to", sa.String(16), nullable=True))
        op.add_column(table, sa.Column("handed_target", sa.String(128), nullable=True))
        op.add_column(table, sa.Column("asked_first", sa.Boolean(), nullable=True))
    op.add_column("queue_visits", sa.Column("received", sa.String(16), nullable=True))


def downgrade() -> None:
    """Take the schema back."""
    with op.batch_alter_table("queue_visits") as changed:
        changed.drop_column("received")
    for table in _TABLES:
        with op.batch_alter_table(table) as changed:
            for column in (
                *("asked_first", "handed_target", "handed_to"),
                *("held_ms", "holds", "consultations"),
            ):
                changed.drop_column(column)
