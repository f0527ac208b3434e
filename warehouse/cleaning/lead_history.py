"""`derived.lead_moves`: what became of each lead, move by move, so that a later move never takes back an earlier one.

A bank's history (`lead_stages`) counts where it is given. Where it is silent about a lead's stage, or begins on a later
day, the column of `leads` counts: one date per stage, so of a lead that was rejected twice only one rejection is known.
"""

from __future__ import annotations

from datetime import date

import duckdb

from warehouse.cleaning import later_rows
from warehouse.schema import LEAD_STAGES, leads

COLUMN_OF = {
    stage: "created_at" if stage == "lead" else f"{stage}_at" for stage in LEAD_STAGES if stage != "reopened"
}
"""Stage → the column of `leads` with the moment it was reached first."""
_REASON_OF = {"rejected": "rejected_reason", "lost": "lost_reason"}
_DECIDED = "stage IN ('accepted', 'rejected', 'sql', 'opportunity', 'won', 'lost')"
_COPIED = (
    *("customer_id", "campaign_id", "channel", "product", "sales_rep", "score", "expected_value"),
    *("created_at", "mql_at", "accepted_at", "opportunity_at"),
)


def write(db: duckdb.DuckDBPyConnection, day: date) -> frozenset[str]:
    """Fill `derived.lead_moves` with the moves up to the end of `day`; the columns of `leads` that the history gave.

    Those columns then hold the first moment of their stage, whatever the source's last state says.
    """
    _collect(db, day)
    filled = _first_moments(db)
    _put_in_order(db)
    db.execute("DROP TABLE lead_steps")
    return filled


def note_origins(db: duckdb.DuckDBPyConnection, filled: frozenset[str]) -> None:
    """The columns of `leads` that the history gave come from its file, too."""
    for column in sorted(filled):
        db.execute(
            "INSERT INTO derived.origins SELECT 'leads', ?, file, file_column FROM derived.origins "
            "WHERE table_name = 'lead_stages' AND column_name = 'entered_at'",
            [column],
        )


def _collect(db: duckdb.DuckDBPyConnection, day: date) -> None:
    """Every step that either source knows: lead_id, stage, entered_at, reason, and whether the history has it."""
    columns = " UNION ALL ".join(
        f"SELECT lead_id, '{stage}' AS stage, {column} AS entered_at, {_REASON_OF.get(stage, 'NULL')} AS reason "
        f"FROM unified.leads WHERE {column} < $day::DATE + 1"
        # A lead without its day is a lead all the same.
        + (f" OR {column} IS NULL" if stage == "lead" else "")
        for stage, column in COLUMN_OF.items()
    )
    db.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE lead_steps AS
        WITH history AS (
            SELECT lead_id, stage, entered_at, reason FROM unified.lead_stages WHERE entered_at < $day::DATE + 1
        ), begins AS (
            SELECT lead_id, stage, min(entered_at)::DATE AS first_on FROM history GROUP BY ALL
        )
        SELECT *, true AS in_history FROM history
        UNION ALL
        SELECT c.*, false FROM ({columns}) c LEFT JOIN begins b USING (lead_id, stage)
        WHERE b.first_on IS NULL OR c.entered_at::DATE < b.first_on
        """,
        {"day": day},
    )


def _first_moments(db: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Give `leads` the first moment of each stage that the history has; the columns it gave."""
    stages = {
        row[0] for row in db.execute("SELECT DISTINCT stage FROM lead_steps WHERE in_history").fetchall()
    }
    given = {stage: column for stage, column in COLUMN_OF.items() if stage in stages}
    if not given:
        return frozenset()
    expressions: dict[str, str] = {}
    for stage, column in given.items():
        which = f"FILTER (WHERE stage = '{stage}')"
        expressions[column] = f"min(entered_at) {which}"
        if stage in _REASON_OF:
            expressions[_REASON_OF[stage]] = f"arg_min(reason, entered_at) {which}"
    first = ", ".join(f"{value} AS {column}" for column, value in expressions.items())
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE first_moments AS SELECT lead_id, {first} FROM lead_steps WHERE lead_id IN "
        "(SELECT lead_id FROM lead_steps WHERE in_history) GROUP BY lead_id"
    )
    # A history row that is withdrawn later must not leave its moment behind.
    other = " OR ".join(f"coalesce(f.{c}, leads.{c}) IS DISTINCT FROM leads.{c}" for c in expressions)
    later_rows.keep(
        db, leads, f"EXISTS (SELECT 1 FROM first_moments f WHERE f.lead_id = leads.lead_id AND ({other}))"
    )
    put = ", ".join(f"{column} = coalesce(f.{column}, t.{column})" for column in expressions)
    db.execute(f"UPDATE unified.leads t SET {put} FROM first_moments f WHERE f.lead_id = t.lead_id")
    db.execute("DROP TABLE first_moments")
    return frozenset(expressions)


def _put_in_order(db: duckdb.DuckDBPyConnection) -> None:
    """Each lead's steps in their order, without those that are no move.

    A lead is first of all a lead. On a day on which one of its moments has no time the order of LEAD_STAGES holds. The
    same stage again, with no rejection, loss, win or reopening since, is no move.
    """
    rank = "CASE stage " + " ".join(f"WHEN '{s}' THEN {n}" for n, s in enumerate(LEAD_STAGES)) + " END"
    copied = ", ".join(f"t.{c}" for c in _COPIED)
    db.execute(
        f"""
        INSERT INTO derived.lead_moves
            (lead_id, move, stage, entered_at, left_at, reason, is_waiting, {", ".join(_COPIED)})
        WITH ranked AS (
            SELECT *, {rank} AS place, entered_at::DATE AS on_day, bool_or(is_day(entered_at))
                OVER (PARTITION BY lead_id, entered_at::DATE) AS without_time
            FROM lead_steps
        ), ordered AS (
            SELECT *, row_number() OVER (PARTITION BY lead_id ORDER BY place > 0, on_day,
                CASE WHEN without_time THEN place END, entered_at, place) AS n
            FROM ranked
        ), changes AS (
            SELECT *, lag(stage) OVER lead AS before FROM ordered
            WINDOW lead AS (PARTITION BY lead_id ORDER BY n)
            QUALIFY before IS DISTINCT FROM stage
        ), begun AS (
            -- A win is the end, unless the history goes on; a stage that a column dates after it is out of order, and so
            -- is a win dated before there was a lead.
            SELECT *, count(*) FILTER (WHERE stage = 'reopened' OR lag_stage IN ('rejected', 'lost')
                OR (lag_stage = 'won' AND in_history AND NOT coalesce(too_early, false))) OVER lead AS round
            FROM (SELECT *, lag(stage) OVER lead AS lag_stage,
                    lag(on_day) OVER lead < first_value(on_day) OVER lead AS too_early
                FROM changes WINDOW lead AS (PARTITION BY lead_id ORDER BY n))
            WINDOW lead AS (PARTITION BY lead_id ORDER BY n)
        ), moves AS (
            SELECT *, row_number() OVER (PARTITION BY lead_id ORDER BY n) AS move
            FROM (SELECT * FROM begun
                QUALIFY row_number() OVER (PARTITION BY lead_id, round, stage ORDER BY n) = 1)
        ), told AS (
            SELECT *, lead(entered_at) OVER lead AS next_at, lead(move) OVER lead IS NULL AS is_last,
                bool_or({_DECIDED}) OVER (PARTITION BY lead_id, round) AS decided,
                bool_or(stage = 'won') OVER (PARTITION BY lead_id, round ORDER BY n) AS is_won
            FROM moves WINDOW lead AS (PARTITION BY lead_id ORDER BY n)
        )
        SELECT m.lead_id, m.move, m.stage, m.entered_at,
            -- What is dated after the win took no time, rather than waiting for ever.
            coalesce(m.next_at, CASE WHEN m.is_won AND m.stage <> 'won' THEN m.entered_at END), m.reason,
            m.is_last AND NOT m.decided, {copied}
        FROM told m JOIN unified.leads t ON t.lead_id = m.lead_id
        """
    )


assert set(COLUMN_OF.values()) <= set(leads.c.keys())
