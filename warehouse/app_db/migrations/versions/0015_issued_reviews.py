"""Quarterly reviews as they were issued."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, unless the desk was made in one go by a version that had them."""
    if sa.inspect(op.get_bind()).has_table("issued_reviews"):
        return
    op.create_table(
        "issued_reviews",
        sa.Column("quarter", sa.Text(), nullable=False, comment="Such as 2026Q2."),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False, comment="Why a later version was issued."),
        sa.Column("snapshot", sa.Text(), nullable=False, comment="The snapshot its figures were read from."),
        sa.Column("as_of", sa.Date(), nullable=False, comment="The last day loaded when it was issued."),
        sa.PrimaryKeyConstraint("quarter", "version"),
        comment="Quarterly reviews as they were issued: a version is never changed, a better one is the next.",
    )
    op.create_table(
        "issued_review_contents",
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("audience", sa.Text(), nullable=False, comment="The role whose rights it was read with."),
        sa.Column(
            "content",
            sa.Text(),
            nullable=False,
            comment="JSON: figures, goals and definitions as typed values.",
        ),
        sa.PrimaryKeyConstraint("quarter", "version", "audience"),
        comment="What an issued review says to each audience: nobody is shown what her role could not have asked.",
    )
