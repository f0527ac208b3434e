"""Who looks after the customer an offer was made to; another RM may have made it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, unless the desk was made in one go with it."""
    if "customer_rm_id" in {c["name"] for c in sa.inspect(op.get_bind()).get_columns("offers")}:
        return
    op.add_column("offers", sa.Column("customer_rm_id", sa.Text(), nullable=True))
