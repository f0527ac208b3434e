"""Events pinned to charts, and which department accepts which version of a definition."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two tables, unless the desk was made in one go by a version that had them."""
    if sa.inspect(op.get_bind()).has_table("annotations"):
        return
    op.create_table(
        "annotations",
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column(
            "metric", sa.Text(), nullable=False, comment="A metric of the catalogue; empty for every metric."
        ),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False, comment="What happened, in a few words."),
        sa.Column(
            "withdraws", sa.Integer(), comment="The annotation this row takes back; empty for an event."
        ),
        sa.Column("pinned_by", sa.Text(), nullable=False),
        sa.Column("pinned_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("annotation_id"),
        comment="Events pinned to the charts of a metric; appended, an undo is a row of its own.",
    )
    op.create_table(
        "acknowledgements",
        sa.Column("acknowledgement_id", sa.Integer(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False, comment="A metric of the catalogue."),
        sa.Column("version", sa.Text(), nullable=False, comment="The version of its definition."),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("acknowledged_by", sa.Text(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("acknowledgement_id"),
        comment="Which department has read and accepts which version of a definition; appended.",
    )
    op.create_index("acknowledged_once", "acknowledgements", ["metric", "version", "department"], unique=True)
