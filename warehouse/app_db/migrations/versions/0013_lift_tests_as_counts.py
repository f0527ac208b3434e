"""A lift test is entered as counts of treated and held out, perhaps of one campaign; older entries keep their share."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COLUMNS = {
    "campaign_id": "The campaign it was about; empty where it was about the channel.",
    "treated": "People treated; empty in entries of before, which have the share alone.",
    "treated_won": "How many of the treated won.",
    "held_out": "People held out.",
    "held_out_won": "How many of those held out won.",
}


def upgrade() -> None:
    """Add the columns, unless the desk was made in one go with them."""
    there = {c["name"] for c in sa.inspect(op.get_bind()).get_columns("lift_experiments")}
    for name, comment in COLUMNS.items():
        if name not in there:
            kind = sa.Text() if name == "campaign_id" else sa.Integer()
            op.add_column("lift_experiments", sa.Column(name, kind, nullable=True, comment=comment))
