"""Within which stratum an alert's arm was drawn, and which share was to be held out."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two columns, unless the desk was made in one go with them; arms drawn before keep them empty."""
    if "stratum" in {c["name"] for c in sa.inspect(op.get_bind()).get_columns("alerts")}:
        return
    op.add_column(
        "alerts",
        sa.Column(
            "stratum",
            sa.Text(),
            nullable=True,
            comment="Segment, risk band and team within which the arm was drawn.",
        ),
    )
    op.add_column(
        "alerts",
        sa.Column(
            "held_out_share",
            sa.Float(),
            nullable=True,
            comment="The share that was to be held out when the arm was drawn.",
        ),
    )
