"""Goals that several departments share are signed by each of them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the columns, unless the desk was made in one go by a version that had them.

    Goals of before stay in force as they were: nobody was asked to sign them, and nobody is made to have signed.
    """
    if sa.inspect(op.get_bind()).has_table("goal_signatures"):
        return
    op.add_column(
        "goals",
        sa.Column(
            "signing",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="JSON: the departments that must sign. Empty: one department's goal, or from before signatures.",
        ),
    )
    op.add_column(
        "goals",
        sa.Column(
            "supersedes",
            sa.Integer(),
            nullable=True,
            comment="The goal whose place it takes once it is in force.",
        ),
    )
    op.add_column(
        "goals",
        sa.Column(
            "replaces_why",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="Why it takes that goal's place.",
        ),
    )
    op.create_table(
        "goal_signatures",
        sa.Column("goal_id", sa.Integer(), sa.ForeignKey("goals.goal_id"), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False, comment="signed or declined."),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("goal_id", "department"),
        comment="What each department said about a goal they share; in force when all have signed.",
    )
