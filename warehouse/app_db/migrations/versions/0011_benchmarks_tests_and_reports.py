"""Benchmarks from outside, planned tests, saved reports."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, unless the desk was made in one go by a version that had them."""
    if sa.inspect(op.get_bind()).has_table("outside_benchmarks"):
        return
    op.create_table(
        "outside_benchmarks",
        sa.Column("benchmark_id", sa.Integer(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False, comment="A metric of the catalogue."),
        sa.Column(
            "value", sa.Float(), nullable=False, comment="In the metric's own unit; a share between 0 and 1."
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="Who published it, and where it can be read."),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("population", sa.Text(), nullable=False, comment="Whom it was measured on."),
        sa.Column(
            "replaces", sa.Integer(), nullable=True, comment="The entry that this one corrects or withdraws."
        ),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("benchmark_id"),
        comment="Figures of others to stand beside ours; appended, a correction names the entry it replaces.",
    )
    op.create_table(
        "planned_tests",
        sa.Column("test_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False, comment="What it shall answer, in a sentence."),
        sa.Column("base_rate", sa.Float(), nullable=False, comment="How often it happens now, 0 to 1."),
        sa.Column(
            "smallest_effect",
            sa.Float(),
            nullable=False,
            comment="The relative change worth finding, such as -0.1.",
        ),
        sa.Column(
            "per_arm", sa.Integer(), nullable=False, comment="People needed in each of the two groups."
        ),
        sa.Column("planned_by", sa.Text(), nullable=False),
        sa.Column("planned_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("test_id"),
        comment="Tests planned because two things were seen to go together; appended, never changed.",
    )
    op.create_table(
        "saved_reports",
        sa.Column("report_id", sa.Text(), nullable=False, comment="Part of its link."),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column(
            "breakdown", sa.Text(), nullable=True, comment="A dimension, or month; empty for one figure."
        ),
        sa.Column("filters", sa.Text(), nullable=False, comment="JSON: dimension and values."),
        sa.Column(
            "period",
            sa.Text(),
            nullable=False,
            comment="A word of the filter bar, so that a report moves with time.",
        ),
        sa.Column("chart", sa.Text(), nullable=False, comment="bars, line or table."),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column(
            "retired_at", sa.DateTime(), nullable=True, comment="Taken off the list; its link still opens."
        ),
        sa.PrimaryKeyConstraint("report_id"),
        comment="Questions people put together and keep. They hold no figures: each opening asks anew, as who opens it.",
    )
