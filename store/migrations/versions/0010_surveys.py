"""What callers were asked in surveys, and have answered."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "survey_questions",
        sa.Column(
            "id",
            # SQLite counts only an INTEGER key up by itself
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("org", sa.String(64), nullable=False),
        sa.Column("contact", sa.String(128), nullable=False),
        sa.Column("survey", sa.String(128), nullable=False),
        sa.Column("question", sa.String(128), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True)),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("score", sa.Integer()),
        sa.Column("spoken_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_survey_questions"),
        sa.ForeignKeyConstraint(
            ["org", "contact"],
            ["contacts.org", "contacts.id"],
            name="fk_survey_questions_contacts",
            ondelete="CASCADE",
        ),
    )
    for column in ("contact", "asked_at", "answered_at"):
        op.create_index(f"ix_survey_questions_org_{column}", "survey_questions", ["org", column])


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("survey_questions")
