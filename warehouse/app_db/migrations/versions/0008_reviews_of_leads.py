"""What Sales decided about a lead that Marketing handed over."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of reviews, unless the desk was made in one go with it."""
    if sa.inspect(op.get_bind()).has_table("lead_reviews"):
        return
    op.create_table(
        "lead_reviews",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=True, comment="Copied, so that it can be counted here."),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            comment="Counts a lead's reviews; two reviewers collide on it.",
        ),
        sa.Column(
            "verdict",
            sa.Text(),
            nullable=False,
            comment="accepted, rejected, or taken_back: the one before is void.",
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why it was rejected; empty otherwise."),
        sa.Column(
            "to_nurture",
            sa.Boolean(),
            nullable=False,
            comment="Given back to Marketing to come again later.",
        ),
        sa.Column("reviewed_by", sa.Text(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("review_id"),
        sa.UniqueConstraint("lead_id", "version"),
        comment="What Sales decided about a lead; appended, the latest about a lead counts.",
    )
    op.create_index("reviews_by_day", "lead_reviews", ["reviewed_at"], unique=False)
