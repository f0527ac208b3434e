"""What analysts decided about whose record it is."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of rulings, unless the desk was made in one go by a version that had it."""
    if sa.inspect(op.get_bind()).has_table("identity_rulings"):
        return
    op.create_table(
        "identity_rulings",
        sa.Column("ruling_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False, comment="join or split."),
        sa.Column(
            "source", sa.Text(), nullable=False, comment="The department or tool that keeps the record."
        ),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False, comment="Whom the record is, or is not."),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("ruled_by", sa.Text(), nullable=False),
        sa.Column("ruled_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("ruling_id"),
        comment="What a colleague decided about whose record it is; appended, the latest about a pair counts.",
    )
    op.create_index("rulings_of_record", "identity_rulings", ["source", "record_id"], unique=False)
