"""Goals say which part of the bank they are about, keep their path and their end; versions of “qualified”, signed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen the table of goals and add four tables, unless the desk was made in one go by a version that had them."""
    if sa.inspect(op.get_bind()).has_table("goal_paths"):
        return
    _widen_goals()
    op.create_table(
        "goal_paths",
        sa.Column("goal_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False, comment="First day of the part of a month."),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "target",
            sa.Float(),
            nullable=False,
            comment="This part's share of the target; of a level, the level.",
        ),
        sa.ForeignKeyConstraint(["goal_id"], ["goals.goal_id"]),
        sa.PrimaryKeyConstraint("goal_id", "starts_on"),
        comment="The way to a goal, month by month, as it was set.",
    )
    op.create_table(
        "goal_endings",
        sa.Column("goal_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("superseded_by", sa.Integer(), comment="The goal that took its place, if one did."),
        sa.ForeignKeyConstraint(["goal_id"], ["goals.goal_id"]),
        sa.PrimaryKeyConstraint("goal_id"),
        comment="Goals that were given up or replaced before their time; appended, the goal itself stays.",
    )
    op.create_table(
        "definitions",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False, comment="JSON: the conditions a lead must meet."),
        sa.Column("effective_on", sa.Date(), nullable=False, comment="For leads that come from this day on."),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False, comment="The author's, if it signs definitions."),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version"),
        comment="Versions of what “qualified” means from version 2 on; never changed.",
    )
    op.create_table(
        "definition_signatures",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False, comment="signed or declined."),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False, comment="The last day loaded when it was signed."),
        sa.ForeignKeyConstraint(["version"], ["definitions.version"]),
        sa.PrimaryKeyConstraint("version", "department"),
        comment="What each department said about a version; in force when both have signed.",
    )


def _widen_goals() -> None:
    """The old goals are about the whole bank and have no path: they count by days, as they did."""
    lite = op.get_bind().dialect.name == "sqlite"
    names = {"uq": "uq_%(table_name)s_%(column_0_name)s"} if lite else None
    unnamed = "uq_goals_metric" if lite else "goals_metric_starts_on_ends_on_key"
    with op.batch_alter_table("goals", naming_convention=names) as goals:
        goals.add_column(
            sa.Column(
                "filters",
                sa.Text(),
                nullable=False,
                server_default="",
                comment="JSON: the part of the bank it is about.",
            )
        )
        goals.add_column(
            sa.Column(
                "revision",
                sa.Integer(),
                nullable=False,
                server_default="1",
                comment="Counts goals for the same figure and span.",
            )
        )
        goals.add_column(
            sa.Column(
                "baseline",
                sa.Float(),
                comment="The figure over the same span a year before, when it was set.",
            )
        )
        goals.add_column(
            sa.Column(
                "linked_to",
                sa.Text(),
                nullable=False,
                server_default="",
                comment="revenue, cost or satisfaction.",
            )
        )
        goals.add_column(
            sa.Column("note", sa.Text(), nullable=False, server_default="", comment="Why it can be reached.")
        )
        goals.add_column(sa.Column("set_by", sa.Text(), nullable=False, server_default=""))
        goals.drop_constraint(unnamed, type_="unique")
        goals.create_unique_constraint(
            "one_goal_per_figure_and_span", ["metric", "filters", "starts_on", "ends_on", "revision"]
        )
    if not lite:
        op.create_table_comment(
            "goals",
            "A shared target for a metric over a period; never changed, only ended.",
            existing_comment="A shared target for a metric over a period.",
        )
