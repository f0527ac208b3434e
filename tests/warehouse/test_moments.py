"""Moments: elapsed hours over a clock change, and days without a time, whatever kind of file they come from."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, literal, select

from metrics.comparison.words import until
from metrics.customers import timeline
from metrics.definitions.scope import Period, Scope
from metrics.query import missing_reasons
from metrics.query.query import Query, ask
from pages.components.tables import as_days
from reports.documents import safe_cells
from tests.warehouse.malformed import write
from warehouse.access.data_coverage import coverage
from warehouse.access.reader import SYSTEM, Reader
from warehouse.load.existing_warehouse import check_url
from warehouse.load.loading import load, next_snapshot
from warehouse.schema import leads, tickets
from warehouse.settings import Settings
from warehouse.sql.moment_sql import Moment, before, before_sql, hours_between, hours_sql, instant
from warehouse.sql.moments import Clock, instant_of, only_a_day, wall
from warehouse.sql.moments import before as surely_before
from warehouse.stores.connect import Stores, open_stores
from warehouse.validation import moment_marks, values
from workflow.qualification import lead_review as leads_list
from workflow.qualification.contact_deadlines import write_hand_offs

JULY = datetime(2026, 7, 1, 9)
AS_OF = date(2026, 6, 30)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Hong_Kong")
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)).map(
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)
NEAR = st.datetimes(datetime(2025, 10, 25, 20), datetime(2025, 10, 26, 6)).map(
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)
"""Hours round the autumn change in Europe."""


def bank(place: Path, zone: str = "Asia/Hong_Kong") -> Stores:
    return open_stores(Settings(data_dir=place, timezone=zone), lambda: JULY)


def findings(stores: Stores) -> dict[str, int]:
    with stores.bank().connect() as connection:
        rows = connection.exec_driver_sql("SELECT check_name, row_count FROM derived.findings").all()
    return {name: count for name, count in rows if count}


def lines(stores: Stores, question: str) -> list[tuple]:
    with stores.bank().connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(question).all()]


def figure(stores: Stores, name: str, period: Period) -> float:
    question = Query.of([name], Scope(period), periods=[period])
    return float(ask(question, Reader(stores, SYSTEM))[name].iloc[0])


TICKETS = """ticket_id,opened_at,first_reply_at,resolved_at
T1,2025-10-26T00:50:00Z,2025-10-26T01:10:00Z,2025-10-26T02:50:00Z
T2,2026-03-29T00:30:00Z,2026-03-29T01:30:00Z,2026-03-29T02:30:00Z
T3,2025-10-26T00:30:00Z,2025-10-26T01:30:00Z,2025-10-26T04:30:00Z
T4,2025-10-24T22:00:00Z,2025-10-27T23:00:00Z,2025-10-28T23:00:00Z
"""
WAITS = {"T1": 20 / 60, "T2": 1.0, "T3": 1.0, "T4": 73.0}


def test_hours_over_a_clock_change_are_those_that_passed(tmp_path):
    stores = bank(tmp_path / "data", "Europe/Berlin")
    load(stores, write_tickets(tmp_path / "f", TICKETS), as_of=AS_OF)
    statement = select(
        tickets.c.ticket_id, hours_between(tickets.c.opened_at, tickets.c.first_reply_at).label("h")
    )
    hours = Reader(stores, SYSTEM).frame(statement).set_index("ticket_id")["h"]
    assert hours.to_dict() == pytest.approx(WAITS)
    assert findings(stores) == {}
    october = Period(date(2025, 10, 1), date(2025, 10, 31))
    assert figure(stores, "reply_median", october) == pytest.approx(1.0)
    assert figure(stores, "reply_median", Period(date(2026, 3, 1), date(2026, 3, 31))) == pytest.approx(1.0)


def write_tickets(folder: Path, text: str) -> Path:
    write(folder, {"tickets.csv": text, "customers.csv": "customer_id,joined_on\nC1,2020-01-05\n"})
    return folder


def test_the_hour_that_happens_twice_without_a_zone_is_no_fault_of_order(tmp_path):
    stores = bank(tmp_path / "data", "Europe/Berlin")
    text = "ticket_id,opened_at,first_reply_at\nT1,2025-10-26 02:50,2025-10-26 02:10\nT2,2025-10-26 02:50,2025-10-26 01:10\n"
    load(stores, write_tickets(tmp_path / "f", text), as_of=AS_OF)
    # Between 02:50 and 02:10 lie 20 minutes, if the second 02:10 is meant; 01:10 was before in any case.
    assert findings(stores) == {"first reply before opened": 1}
    october = Period(date(2025, 10, 1), date(2025, 10, 31))
    assert figure(stores, "reply_median", october) == pytest.approx(20 / 60)


def test_times_without_a_zone_are_subtracted_by_the_clock_on_the_wall(tmp_path):
    stores = bank(tmp_path / "data", "Europe/Berlin")
    frame = pd.DataFrame(
        {
            "ticket_id": ["T1", "T2"],
            "opened_at": pd.to_datetime(["2026-03-28 22:00", "2025-10-25 22:00"]),
            "first_reply_at": pd.to_datetime(["2026-03-29 08:00", "2025-10-26 08:00"]),
        }
    )
    (tmp_path / "f").mkdir()
    frame.to_parquet(tmp_path / "f" / "tickets.parquet")
    load(stores, tmp_path / "f", as_of=AS_OF)
    statement = select(
        tickets.c.ticket_id, hours_between(tickets.c.opened_at, tickets.c.first_reply_at).label("h")
    )
    hours = Reader(stores, SYSTEM).frame(statement).set_index("ticket_id")["h"]
    assert hours.to_dict() == pytest.approx({"T1": 9.0, "T2": 11.0})


_DB = duckdb.connect()


def _sql(first: str, second: str, zone: str) -> tuple[float | None, bool, bool]:
    """Hours between two texts, and whether one was before the other, as the load marks them."""
    with _DB.cursor() as db:
        db.execute(f"SET TimeZone = '{zone}'")
        db.execute(
            "CREATE OR REPLACE TABLE staged AS SELECT $1::VARCHAR AS a, $2::VARCHAR AS b", [first, second]
        )
        clock = Clock(zone)
        casts = ", ".join(f"{values.cast(c, 'VARCHAR', 'TIMESTAMP', clock)} AS {c}" for c in "ab")
        moment_marks.define(db)
        db.execute(f"CREATE OR REPLACE TABLE rows AS SELECT {casts} FROM staged")
        given_types = {"a": "VARCHAR", "b": "VARCHAR"}
        moment_marks.mark_plain(db, "rows", given_types, clock, values.says_its_zone)
        question = f"SELECT {hours_sql('a', 'b')}, {before_sql('a', 'b')}, {before_sql('b', 'a')} FROM rows"
        return db.execute(question).fetchone()  # type: ignore[return-value]


@settings(deadline=None)
@given(st.sampled_from(ZONES), INSTANTS | NEAR, INSTANTS | NEAR, st.sampled_from(("UTC", "Asia/Tokyo")))
def test_of_instants_with_their_zone_hours_and_order_are_exact(zone, first, second, told_in):
    here = ZoneInfo(told_in)
    hours, earlier, later = _sql(
        first.astimezone(here).isoformat(), second.astimezone(here).isoformat(), zone
    )
    assert hours == pytest.approx((second - first).total_seconds() / 3600, abs=1e-9)
    assert (earlier, later) == (first < second, second < first)


@settings(deadline=None)
@given(st.sampled_from(ZONES), INSTANTS | NEAR, INSTANTS | NEAR, st.booleans(), st.booleans())
def test_without_a_zone_nothing_is_before_what_it_was_not(zone, first, second, day_of_first, day_of_second):
    """What the clock on the wall showed: of two real moments none is said to be before one that came earlier."""
    texts = [
        f"{at.astimezone(ZoneInfo(zone)):{'%Y-%m-%d' if a_day else '%Y-%m-%d %H:%M:%S'}}"
        for at, a_day in ((first, day_of_first), (second, day_of_second))
    ]
    hours, earlier, later = _sql(texts[0], texts[1], zone)
    assert not (earlier and second <= first)
    assert not (later and first <= second)
    if day_of_first or day_of_second:
        assert hours is None
        assert earlier == (texts[0][:10] < texts[1][:10])
    elif first <= second:
        assert hours is not None
        assert hours >= 0


HEADER = "lead_id,channel,created_at,mql_at,contacted_at,won_at\n"
WIN = HEADER + "L1,branch,2026-05-20 09:00,2026-05-20 09:05,2026-05-20 10:00,2026-05-20\n"


def _csv(folder: Path) -> None:
    write(folder, {"leads.csv": WIN})


def _lines(folder: Path) -> None:
    row = '{"lead_id": "L1", "channel": "branch", "created_at": "2026-05-20T09:00", "contacted_at": "2026-05-20T10:00", '
    write(folder, {"leads.jsonl": row + '"won_at": "2026-05-20"}\n'})


def _parquet(folder: Path) -> None:
    folder.mkdir()
    frame = pd.DataFrame(
        {
            "lead_id": ["L1"],
            "created_at": pd.to_datetime(["2026-05-20 09:00"]),
            "contacted_at": pd.to_datetime(["2026-05-20 10:00"]),
            "won_at": [date(2026, 5, 20)],
        }
    )
    frame.to_parquet(folder / "leads.parquet")


def _parquet_of_midnights(folder: Path) -> None:
    folder.mkdir()
    moments = {
        "created_at": "2026-05-20 09:00",
        "contacted_at": "2026-05-20 10:00",
        "won_at": "2026-05-20 00:00",
    }
    frame = pd.DataFrame({"lead_id": ["L1"], **{c: pd.to_datetime([at]) for c, at in moments.items()}})
    frame.to_parquet(folder / "leads.parquet")


def _excel(folder: Path) -> None:
    folder.mkdir()
    book = openpyxl.Workbook()
    book.active.append(["lead_id", "created_at", "contacted_at", "won_at"])
    book.active.append(["L1", datetime(2026, 5, 20, 9), datetime(2026, 5, 20, 10), date(2026, 5, 20)])
    book.active.append(["L2", datetime(2026, 5, 20, 9), datetime(2026, 5, 20, 10), datetime(2026, 5, 21, 11)])
    book.save(folder / "leads.xlsx")


def _mapping(folder: Path) -> None:
    write(folder, {"raw.csv": "n,made,called,signed\nL1,2026-05-20 09:00,2026-05-20 10:00,2026-05-20\n"})
    (folder / "leads.sql").write_text(
        "SELECT n AS lead_id, made::TIMESTAMP AS created_at, called::TIMESTAMP AS contacted_at, signed::DATE AS won_at "
        "FROM read_csv('raw.csv', all_varchar = true, header = true)"
    )


def _typed_mapping(folder: Path) -> None:
    write(folder, {"raw.csv": "n,made,called,signed\nL1,2026-05-20 09:00,2026-05-20 10:00,2026-05-20\n"})
    (folder / "leads.sql").write_text(
        "SELECT n AS lead_id, made::TIMESTAMP AS created_at, called::TIMESTAMP AS contacted_at, "
        "day_only(signed) AS won_at FROM read_csv('raw.csv', all_varchar = true, header = true)"
    )


@pytest.mark.parametrize(
    "made", [_csv, _lines, _parquet, _parquet_of_midnights, _excel, _mapping, _typed_mapping]
)
@pytest.mark.parametrize("zone", ["Asia/Hong_Kong", "Europe/Berlin"])
def test_a_win_without_a_time_is_not_before_the_call_of_that_day(made, zone, tmp_path):
    made(tmp_path / "f")
    stores = bank(tmp_path / "data", zone)
    load(stores, tmp_path / "f", as_of=AS_OF)
    assert not {name for name in findings(stores) if "before" in name}
    statement = select(
        leads.c.won_at,
        before(leads.c.won_at, leads.c.contacted_at).label("early"),
        hours_between(leads.c.created_at, leads.c.won_at).label("hours"),
    ).where(leads.c.lead_id == "L1")
    row = Reader(stores, SYSTEM).frame(statement).iloc[0]
    assert only_a_day([row["won_at"]])[0]
    assert not row["early"]
    assert pd.isna(row["hours"])


def test_a_lead_without_a_time_has_no_hours_and_is_in_no_order_with_its_day(tmp_path):
    rows = "L1,web,2026-05-20,,2026-05-20 10:00,\nL2,web,2026-05-20,,2026-05-20,\nL3,web,2026-05-21,,2026-05-20 10:00,\n"
    write(tmp_path / "f", {"leads.csv": HEADER + rows})
    stores = bank(tmp_path / "data")
    load(stores, tmp_path / "f", as_of=AS_OF)
    assert findings(stores).get("contacted before created") == 1  # L3: a day earlier
    statement = select(hours_between(leads.c.created_at, leads.c.contacted_at).label("hours"))
    assert Reader(stores, SYSTEM).frame(statement)["hours"].isna().all()


def test_midnight_among_other_times_is_midnight(tmp_path):
    rows = "T1,2026-05-20 09:00,2026-05-21 00:00\nT2,2026-05-20 09:00,2026-05-20 11:00\n"
    stores = bank(tmp_path / "data")
    load(stores, write_tickets(tmp_path / "f", "ticket_id,opened_at,first_reply_at\n" + rows), as_of=AS_OF)
    may = Period(date(2026, 5, 1), date(2026, 5, 31))
    assert figure(stores, "reply_median", may) == pytest.approx((15 + 2) / 2)


def test_days_added_with_times_make_midnight_of_the_bank_before_midnight_again(tmp_path):
    head = "ticket_id,opened_at,first_reply_at\n"
    first = "T1,2026-05-20 09:00,2026-05-21 00:00\n"
    second = "T2,2026-06-20 09:00,2026-06-20 11:00\n"
    stores, whole = bank(tmp_path / "data"), bank(tmp_path / "whole")
    load(stores, write_tickets(tmp_path / "f", head + first), as_of=AS_OF)
    at = "SELECT first_reply_at FROM unified.tickets ORDER BY ticket_id"
    assert only_a_day([lines(stores, at)[0][0]])[0]
    write(tmp_path / "g", {"tickets.csv": head + second})
    load(stores, tmp_path / "g", since=date(2026, 6, 1), as_of=AS_OF)
    load(whole, write_tickets(tmp_path / "h", head + first + second), as_of=AS_OF)
    assert lines(stores, at) == lines(whole, at)
    assert not only_a_day([row[0] for row in lines(stores, at)]).any()


def test_a_reading_of_a_fine_clock_is_not_taken_for_a_mark(tmp_path):
    rows = [("2026-05-20 10:00:00.000404", "2026-05-20 11:00:00.123404"), ("2026-05-20 10:00:00.000999",) * 2]
    text = "".join(f"T{i},{a},{b}\n" for i, (a, b) in enumerate(rows))
    frame = pd.DataFrame(
        {
            "ticket_id": [f"T{i}" for i in range(2)],
            "opened_at": pd.to_datetime([a for a, _ in rows]),
            "first_reply_at": pd.to_datetime([b for _, b in rows]),
        }
    )
    (tmp_path / "g").mkdir()
    frame.to_parquet(tmp_path / "g" / "tickets.parquet")
    write(tmp_path / "f", {"tickets.csv": "ticket_id,opened_at,first_reply_at\n" + text})
    for kind in "fg":
        stores = bank(tmp_path / f"data-{kind}")
        load(stores, tmp_path / kind, as_of=AS_OF)
        statement = select(hours_between(tickets.c.opened_at, tickets.c.first_reply_at).label("h")).order_by(
            tickets.c.ticket_id
        )
        assert Reader(stores, SYSTEM).frame(statement)["h"].tolist() == pytest.approx([1, 0], abs=1e-4)


def test_two_moments_are_never_subtracted_by_hand():
    with pytest.raises(TypeError, match="hours_between"):
        _ = leads.c.won_at - leads.c.created_at


@pytest.mark.parametrize(
    "engine",
    [
        "duckdb",
        pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]),
    ],
)
def test_every_engine_says_the_same_of_two_moments(engine, request):
    """Marks of every kind against each other, as DuckDB's own text of the load says it."""
    url = request.getfixturevalue("postgresql_url") if engine == "postgresql" else "duckdb:///:memory:"
    second = timedelta(microseconds=1)
    base = datetime(2025, 10, 26, 2, 30)
    some = [
        *(base + m * second for m in (0, 4, 404, 2, 396)),
        *(datetime(2025, 10, day) + m * second for day in (25, 26, 27) for m in (998, 999, 0)),
        datetime(2025, 10, 26, 2, 10, 5, 123456),
        datetime(1969, 12, 31, 23, 59, 0, 4),
    ]
    made: Engine = create_engine(url)
    with made.connect() as connection, duckdb.connect() as db:
        for a in some:
            for b in some:
                x, y = literal(a, Moment()), literal(b, Moment())
                got = connection.execute(select(before(x, y), hours_between(x, y))).one()
                texts = [f"TIMESTAMP '{m}'" for m in (a, b)]
                right = db.execute(f"SELECT {before_sql(*texts)}, {hours_sql(*texts)}").fetchone()
                assert right is not None
                assert (bool(got[0]), got[1]) == (right[0], pytest.approx(right[1]))
    made.dispose()


@settings(deadline=None)
@given(st.sampled_from(ZONES), st.datetimes(datetime(1985, 1, 1), datetime(2055, 1, 1)))
def test_the_clock_marks_a_time_as_the_zone_says(zone, local):
    clock = Clock(zone)
    marked = clock.marked(np.array([local], dtype="datetime64[us]"))
    assert wall(marked)[0] == np.datetime64(local.replace(microsecond=0)) or wall(marked)[0] == np.datetime64(
        local
    )
    ahead = local.replace(tzinfo=ZoneInfo(zone), fold=0).utcoffset()
    mark = int(marked.astype(np.int64)[0] % 1_000_000)
    shift = (mark % 400 if mark < 800 else 0) if mark < 1000 else 0
    assert ahead == timedelta(minutes=15 * (clock.standard + shift))


def test_a_figure_in_hours_says_how_many_rows_have_none(tmp_path):
    rows = "T1,2026-05-20 09:00,2026-05-20\nT2,2026-05-20 09:00,2026-05-20 11:00\n"
    stores = bank(tmp_path / "data")
    load(stores, write_tickets(tmp_path / "f", "ticket_id,opened_at,first_reply_at\n" + rows), as_of=AS_OF)
    may = Period(date(2026, 5, 1), date(2026, 5, 31))
    assert figure(stores, "reply_median", may) == pytest.approx(2)
    covered = coverage(stores)
    assert (
        missing_reasons.missed("reply_median", covered)
        == "1 row of tickets with only the day of first_reply_at is not in it"
    )
    assert missing_reasons.missed("cases_opened", covered) == ""


def test_a_bank_that_gives_days_only_has_no_hours_and_says_why(tmp_path):
    rows = "T1,2026-05-20,2026-05-21\nT2,2026-05-20,2026-05-20\n"
    stores = bank(tmp_path / "data")
    load(stores, write_tickets(tmp_path / "f", "ticket_id,opened_at,first_reply_at\n" + rows), as_of=AS_OF)
    may = Period(date(2026, 5, 1), date(2026, 5, 31))
    value = figure(stores, "reply_median", may)
    assert math.isnan(value)
    reason = missing_reasons.why("reply_median", may, {"value": value}, coverage(stores))
    assert reason is not None
    assert reason.sentence == (
        "Not known: of `tickets.opened_at` and `tickets.first_reply_at` only the day is given, and no hours."
    )
    assert figure(stores, "cases_opened", may) == 2


def test_of_two_cases_of_one_day_one_is_the_repeat(tmp_path):
    rows = "T1,C1,fees,2026-05-20\nT2,C1,fees,2026-05-20\nT3,C1,fees,2026-06-19\nT4,C1,fees,2026-07-20\n"
    stores = bank(tmp_path / "data")
    folder = write_tickets(tmp_path / "f", "ticket_id,customer_id,category,opened_at\n" + rows)
    load(stores, folder, as_of=date(2026, 7, 31))
    summer = Period(date(2026, 5, 1), date(2026, 7, 31))
    assert figure(stores, "repeat_cases", summer) == 2  # one of the first two, and T3 on the thirtieth day


def test_a_promise_of_a_day_without_a_time_is_kept_on_the_day_it_falls_due(tmp_path):
    rows = "".join(
        f"L{i},web,2026-06-12,{qualified},{called},\n"
        for i, (qualified, called) in enumerate(
            [
                ("2026-06-15", "2026-06-18"),  # due on the 18th at the latest
                ("2026-06-15", "2026-06-18 17:00"),
                ("2026-06-15 10:00", "2026-06-17"),
                ("2026-06-15", "2026-06-22"),
                ("2026-06-15 10:00", "2026-06-18"),
            ]
        )
    )
    write(tmp_path / "f", {"leads.csv": HEADER + rows})
    stores = bank(tmp_path / "data")
    load(stores, tmp_path / "f", as_of=AS_OF)
    with next_snapshot(stores) as draft:
        write_hand_offs(draft, Reader(stores, SYSTEM, stores.snapshot()), stores.settings, AS_OF)
    june = Period(date(2026, 6, 1), date(2026, 6, 30))
    assert figure(stores, "first_contacts_due", june) == 5
    assert figure(stores, "contacted_in_time", june) == 3
    waiting = leads_list.waiting(Reader(stores, SYSTEM), AS_OF)
    assert waiting["late"].notna().all()
    assert until(waiting.set_index("lead_id")["due_at"]["L0"]) == "18 Jun"


def test_a_file_shows_a_day_as_a_day(tmp_path):
    write(tmp_path / "f", {"leads.csv": WIN})
    stores = bank(tmp_path / "data", "Europe/Berlin")
    load(stores, tmp_path / "f", as_of=AS_OF)
    frame = Reader(stores, SYSTEM).frame(select(leads.c.created_at, leads.c.won_at))
    both = pd.DataFrame({"at": [frame["created_at"][0], frame["won_at"][0], pd.NaT]})
    assert safe_cells.columns(both) == [[datetime(2026, 5, 20, 9), date(2026, 5, 20), None]]
    displayed, formats = as_days(both, {})
    assert displayed["at"].tolist()[:2] == ["2026-05-20 09:00", "2026-05-20"]
    assert pd.isna(displayed["at"][2])
    displayed, formats = as_days(frame[["won_at"]], {})
    config = formats["won_at"]
    assert config is not None
    kind = config["type_config"]
    assert kind is not None
    assert kind["type"] == "date"


def test_the_journey_orders_a_day_without_a_time_before_nothing_of_its_day(tmp_path):
    rows = "L1,C1,2026-05-20 09:00,2026-05-20 10:00,2026-05-20,2026-05-19 12:00\n"
    head = "lead_id,customer_id,created_at,contacted_at,won_at,mql_at\n"
    write(
        tmp_path / "f", {"leads.csv": head + rows, "customers.csv": "customer_id,joined_on\nC1,2026-05-20\n"}
    )
    stores = bank(tmp_path / "data")
    load(stores, tmp_path / "f", as_of=AS_OF)
    statement = timeline.journey("C1", AS_OF, frozenset({"leads"}))
    assert statement is not None
    what = Reader(stores, SYSTEM).frame(statement)["what"].tolist()
    assert what[::-1] == [
        "Qualified by Marketing",
        "First asked about",
        "First call",
        "Signed a contract for",
    ]


def test_a_warehouse_read_in_place_is_told_of_columns_that_hold_days(tmp_path):
    with duckdb.connect(str(tmp_path / "own.duckdb")) as db:
        db.execute("CREATE SCHEMA unified")
        db.execute(
            "CREATE TABLE unified.customers AS SELECT 'C1' AS customer_id, DATE '2020-01-05' AS joined_on"
        )
        db.execute(
            "CREATE TABLE unified.tickets AS SELECT 'T1' AS ticket_id, 'C1' AS customer_id, "
            "TIMESTAMP '2026-05-20' AS opened_at, TIMESTAMP '2026-05-20 10:00:00.000404' AS first_reply_at, "
            "TIMESTAMP '2026-05-21 00:00:00.000999' AS resolved_at"
        )
    findings_of_check = check_url(f"duckdb:///{tmp_path / 'own.duckdb'}").findings
    by_column = {
        f.column: f.what
        for f in findings_of_check
        if f.table == "tickets" and f.what.startswith(("is 00:00", "1 rows"))
    }
    assert set(by_column) == {"opened_at", "first_reply_at"}


def test_a_frame_orders_moments_as_sql_does():
    mark = timedelta(microseconds=1)
    pairs = [
        (datetime(2026, 5, 20) + 999 * mark, datetime(2026, 5, 20, 9), False),
        (datetime(2025, 10, 26, 2, 50) + 4 * mark, datetime(2025, 10, 26, 2, 10), True),
        (datetime(2026, 5, 19) + 999 * mark, datetime(2026, 5, 20, 9), True),
        (datetime(2026, 5, 20, 9), datetime(2026, 5, 20, 8), False),
    ]
    first, second, right = (list(column) for column in zip(*pairs, strict=True))
    assert surely_before(first, second).tolist() == right


@pytest.mark.parametrize("zone", ZONES)
@given(st.one_of(INSTANTS, NEAR), st.timedeltas(timedelta(0), timedelta(days=3)))
def test_what_the_clock_shows_is_ordered_and_far_apart_as_it_happened(zone, at, wait):
    clock, wait = Clock(zone), wait - timedelta(microseconds=wait.microseconds)
    wall_time, later = clock.read(at), clock.read(at + wait)
    assert wall([wall_time])[0] == np.datetime64(at.astimezone(ZoneInfo(zone)).replace(tzinfo=None))
    assert instant_of(later) - instant_of(wall_time) == wait // timedelta(microseconds=1)
    assert clock.later(wall_time, wait) == later


def test_the_application_database_reads_an_instant_as_the_program_does():
    clock = Clock("Europe/London")
    wall_times = [clock.read(datetime(2026, 10, 25, hour, 30, tzinfo=UTC)) for hour in (0, 1, 2)]
    with create_engine("sqlite://").connect() as app_db:
        read_back = [app_db.execute(select(instant(literal(at)))).scalar() for at in wall_times]
    instants = [instant_of(at) for at in wall_times]
    assert read_back == instants == sorted(set(instants))
