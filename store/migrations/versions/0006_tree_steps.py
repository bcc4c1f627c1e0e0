"""How often callers went which way through a call tree."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "tree_steps",
        sa.Column(
            "id",
            # SQLite counts only an INTEGER key up by itself
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("org", sa.String(64), nullable=False),
        sa.Column("tree", sa.String(128), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("target", sa.String(255), nullable=False),
        sa.Column("way", sa.String(128), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tree_steps"),
    )
    op.create_index("ix_tree_steps_org_tree_day", "tree_steps", ["org", "tree", "day"])


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("tree_steps")
