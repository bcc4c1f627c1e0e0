"""Versions of the call trees."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "tree_files",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_tree_files"),
    )
    op.create_table(
        "tree_versions",
        sa.Column("org", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("org", "number", name="pk_tree_versions"),
        sa.UniqueConstraint("org", "digest", name="uq_tree_versions_org_digest"),
    )
    op.create_table(
        "tree_changes",
        sa.Column("org", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(128), nullable=False),
        sa.Column("how", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("org", "seq", name="pk_tree_changes"),
        sa.ForeignKeyConstraint(
            ["org", "number"],
            ["tree_versions.org", "tree_versions.number"],
            name="fk_tree_changes_tree_versions",
        ),
    )


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("tree_changes")
    op.drop_table("tree_versions")
    op.drop_table("tree_files")
