"""A lead that was rejected or lost and came back: both happened, each in its month, and no closed quarter changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from metrics.catalogue import CATALOGUE
from metrics.customers import timeline
from metrics.definitions.measure import Measure
from metrics.definitions.scope import Period, Scope
from metrics.leads import stage_durations
from metrics.query import drill_rows, query
from metrics.query.query import Query
from tests.morning import stores_in
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.load.loading import load
from warehouse.schema import findings, lead_moves
from warehouse.stores.connect import Stores
from workflow.qualification import lead_review
from workflow.qualification.lead_review import review

AS_OF = date(2026, 6, 30)
Q1, Q2 = Period(date(2026, 1, 1), date(2026, 3, 31)), Period(date(2026, 4, 1), date(2026, 6, 30))
COLUMNS = "lead_id,channel,created_at,mql_at,contacted_at,accepted_at,rejected_at,sql_at,opportunity_at,won_at,lost_at\n"
FOUR = """\
L1,email,2026-01-05,2026-01-06,2026-01-07,2026-05-05,2026-01-08,,,,
L2,email,2026-01-05,2026-01-06,2026-01-07,2026-01-08,,2026-01-09,2026-01-10,2026-05-10,2026-02-01
L3,email,2026-01-05,2026-01-06,2026-01-07,2026-01-08,,2026-01-09,2026-01-10,2026-02-10,2026-05-20
L4,email,2026-01-05,2026-01-06,2026-01-07,2026-01-08,,2026-01-09,2026-01-10,,2026-02-01
"""
HISTORY = """\
lead_id,stage,entered_at,reason,by
L1,rejected,2026-01-08 10:00,Not eligible,Ada
L1,reopened,2026-02-08 10:00,,Ada
L1,rejected,2026-03-02 10:00,Duplicate enquiry,Ada
L1,reopened,2026-04-10 10:00,,Ada
L1,accepted,2026-05-05 10:00,,Ben
L2,lost,2026-02-01 10:00,Went elsewhere,Ben
L2,lost,2026-02-03 10:00,Went elsewhere,Ben
L2,reopened,2026-03-01 10:00,,Ben
L2,won,2026-05-10 10:00,,Ben
L4,reopened,2026-06-10 10:00,,Ben
"""
Bank = Callable[..., Stores]


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    """A bank of some leads, with or without a history of their stages."""
    made: list[Stores] = []

    def built(given: str = FOUR, history: str = "", columns: str = COLUMNS) -> Stores:
        folder = tmp_path / str(len(made))
        (folder / "files").mkdir(parents=True)
        (folder / "files" / "leads.csv").write_text(columns + given)
        if history:
            (folder / "files" / "lead_stages.csv").write_text(history)
        made.append(stores_in(folder / "data"))
        load(made[-1], folder / "files", as_of=AS_OF)
        return made[-1]

    yield built
    for stores in made:
        stores.app_db.dispose()


def figures(stores: Stores, period: Period, *names: str) -> list[float]:
    question = Query.of(names, Scope(period), periods=[period])
    return [round(v, 3) for v in query.ask(question, Reader(stores, SYSTEM)).iloc[0][list(names)]]


def test_a_closed_quarter_keeps_its_rejection_and_its_loss(bank: Bank) -> None:
    stores = bank()
    assert figures(stores, Q1, "decided", "accepted", "rejected", "acceptance_rate") == [4, 3, 1, 0.75]
    assert figures(stores, Q1, "opportunities_closed", "opportunities_won", "win_rate") == [3, 1, 0.333]
    assert figures(stores, Q2, "decided", "accepted", "rejected", "rejected_then_accepted") == [1, 1, 0, 0]
    assert figures(stores, Q2, "opportunities_closed", "won", "win_rate") == [2, 1, 0.5]
    assert figures(stores, Q1, "rejected_then_accepted") == [1]


def test_a_history_tells_each_rejection_where_the_columns_know_one(bank: Bank) -> None:
    stores = bank(history=HISTORY)
    assert figures(stores, Q1, "decided", "accepted", "rejected", "acceptance_rate") == [5, 3, 2, 0.6]
    assert figures(stores, Q1, "opportunities_closed", "opportunities_won") == [3, 1]
    assert figures(stores, Q2, "decided", "accepted", "opportunities_closed", "won") == [1, 1, 2, 1]
    reasons = Query.of(["rejected"], Scope(Q1), ["reason"], [Q1])
    rejections = query.ask(reasons, Reader(stores, SYSTEM)).set_index("reason")["rejected"]
    assert rejections.to_dict() == {"Not eligible": 1, "Duplicate enquiry": 1}


def test_a_history_alone_makes_the_columns_that_leads_does_not_give(bank: Bank) -> None:
    stores = bank(
        "L1,2026-01-05,2026-01-06\nL2,2026-01-05,2026-01-06\n",
        HISTORY.replace("L4", "L2"),
        "lead_id,created_at,mql_at\n",
    )
    assert figures(stores, Q1, "rejected", "reached_accepted") == [2, 1]


def test_a_win_dated_before_its_lead_counts_once_and_begins_nothing_anew(bank: Bank) -> None:
    """The log knows the day on which the win was entered; the record the day that was typed."""
    typed = "L3,email,2026-02-12,2026-02-13,2026-02-14,2026-02-15,,,2026-02-25,2026-02-10,\n"
    log = "lead_id,stage,entered_at,reason,by\nL3,opportunity,2026-02-25 10:00,,Ben\nL3,won,2026-03-10 10:00,,Ben\n"
    stores = bank(typed, log)
    assert figures(stores, Q1, "won", "opportunities_won") == [1, 0]
    left = select(lead_moves.c.left_at).where(lead_moves.c.stage != "won")
    assert Reader(stores, SYSTEM).frame(left)["left_at"].notna().all(), "it is no open opportunity"


def test_without_a_later_move_the_quarter_reads_the_same_as_with_it(bank: Bank) -> None:
    names = ("decided", "accepted", "rejected", "opportunities_closed", "opportunities_won", "won", "sql")
    before = FOUR.replace("2026-05-05", "").replace("2026-05-10", "").replace("2026-05-20", "")
    assert figures(bank(before), Q1, *names) == figures(bank(), Q1, *names)


@pytest.mark.parametrize(
    "name", ["accepted", "decided", "rejected", "opportunities_closed", "won", "opportunities_won"]
)
def test_the_rows_behind_a_figure_are_as_many_as_it_says(name: str, bank: Bank) -> None:
    stores, measure = bank(history=HISTORY), CATALOGUE[name]
    assert isinstance(measure, Measure)
    for period in (Q1, Q2):
        behind = Reader(stores, SYSTEM).frame(drill_rows.behind(measure, Scope(period)))
        assert [len(behind)] == figures(stores, period, name)


def test_won_and_lost_is_a_finding_only_where_it_contradicts_itself(bank: Bank) -> None:
    def checks_failed(stores: Stores) -> dict[str, int]:
        failed_checks = Reader(stores, SYSTEM).frame(select(findings))
        return dict(zip(failed_checks["check_name"], failed_checks["row_count"], strict=True))

    assert "both won and lost" not in checks_failed(bank())
    same_day = FOUR.replace("2026-05-10,2026-02-01", "2026-05-10,2026-05-10")
    assert checks_failed(bank(same_day))["both won and lost"] == 1
    in_order = FOUR.replace("2026-05-10,2026-02-01", "2026-05-10 16:00,2026-05-10 09:00")
    assert "both won and lost" not in checks_failed(bank(in_order))
    assert checks_failed(bank(history=HISTORY))["no move"] == 1  # lost again, without having been reopened


def test_a_decision_before_the_lead_was_qualified_is_found_and_counts_in_no_quarter(bank: Bank) -> None:
    stores = bank(FOUR.replace("L1,email,2026-01-05,2026-01-06", "L1,email,2026-01-05,2026-02-06"))
    assert figures(stores, Q1, "decided", "rejected") == [3, 0]
    failed_checks = Reader(stores, SYSTEM).frame(select(findings))
    assert "decided before it was qualified" in failed_checks["check_name"].tolist()


def test_a_reopened_lead_waits_for_sales_again_and_can_be_decided_on_anew(bank: Bank) -> None:
    again = "L5,email,2026-01-05,2026-01-06,2026-01-07,,2026-01-08,,,,\n"
    history = HISTORY + "L5,rejected,2026-01-08 10:00,Not eligible,Ada\n"
    sue = Viewer("sue", "Sue", "sales")
    assert lead_review.waiting(Reader(bank(FOUR + again, history), sue), AS_OF)["lead_id"].tolist() == ["L4"]
    stores = bank(FOUR + again, history + "L5,reopened,2026-06-29 10:00,,Ada\n")
    waiting = lead_review.waiting(Reader(stores, sue), AS_OF).set_index("lead_id")
    assert set(waiting.index) == {"L4", "L5"}
    assert waiting["late"]["L5"] < 0, "its promise begins when it came back"
    assert waiting["contacted_at"].isna().all(), "a call before it came back is none"
    assert review(stores, sue, "L5", "accepted") == 1
    assert lead_review.waiting(Reader(stores, sue), AS_OF)["lead_id"].tolist() == ["L4"]


def test_a_lead_that_left_a_stage_and_came_back_is_in_it_twice(bank: Bank) -> None:
    again = HISTORY + "L1,rejected,2026-05-20 10:00,Not eligible,Ada\nL1,reopened,2026-06-01 10:00,,Ada\n"
    reader = Reader(bank(history=again + "L1,accepted,2026-06-03 10:00,,Ada\n"), SYSTEM)
    left, waits = stage_durations.stays(reader, Scope(Q2), AS_OF)["Accepted"]
    assert left.to_dict("list") == {"days": [15], "people": [1]}
    assert waits.to_dict("list") == {"days": [27], "people": [1]}


def test_moves_after_the_as_of_day_count_nowhere(bank: Bank) -> None:
    late = FOUR.replace("2026-05-05", "2026-07-01")
    stages_of = Reader(bank(late), SYSTEM).frame(
        select(lead_moves.c.stage).where(lead_moves.c.lead_id == "L1")
    )
    assert sorted(stages_of["stage"]) == ["lead", "mql", "rejected"]


def test_the_sample_banks_customers_see_a_closed_lead_and_its_return_each_on_its_day(loaded: Stores) -> None:
    reader = Reader(loaded, SYSTEM)
    returned = select(lead_moves.c.customer_id).where(
        lead_moves.c.stage == "reopened", lead_moves.c.customer_id.is_not(None)
    )
    for customer_id in reader.frame(returned.order_by(lead_moves.c.lead_id).limit(3))["customer_id"]:
        statement = timeline.journey(customer_id, AS_OF, frozenset({"leads"}))
        assert statement is not None
        moments = reader.frame(statement).set_index("what")["at"]
        closed = moments[moments.index.isin(["Not taken on", "Did not sign"])]
        assert closed.min() < moments.loc[["Taken up again"]].min()
