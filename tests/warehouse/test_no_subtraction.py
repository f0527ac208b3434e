"""Nobody who sees only totals works out a blank cell by subtracting the others from a total shown elsewhere."""

from __future__ import annotations

import logging
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from metrics.attribution import audience_overlap
from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import measures_of
from metrics.definitions.scope import Period, Scope
from metrics.query.query import Query, ask
from metrics.query.report_query import ways
from models.experiments.association import links
from tests.warehouse.onlookers import EVERYBODY
from warehouse import schema
from warehouse.access.data_coverage import visible_failed_checks
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db import app_schema
from warehouse.disclosure.people_behind import BESIDES, PEOPLE
from warehouse.disclosure.primary_suppression import without_small_cells
from warehouse.errors import reference
from warehouse.stores.connect import Stores
from workflow.records import adoption
from workflow.scoring import voice_themes

SMALLEST = 10
SIZES = st.one_of(st.integers(0, 14), st.integers(0, 400))


def _alone(hidden: list[int]) -> bool:
    return len(hidden) < 2 or sum(hidden) < SMALLEST


def _masked(cells: dict[tuple[str, ...], int], groups: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame([(*key, n, n) for key, n in cells.items()], columns=[*groups, "x", f"x{PEOPLE}"])
    return without_small_cells(frame.astype({"x": float, f"x{PEOPLE}": float}), SMALLEST, groups)


@given(
    sizes=st.lists(st.lists(SIZES, min_size=1, max_size=5), min_size=1, max_size=5).filter(
        lambda rows: len({len(row) for row in rows}) == 1
    )
)
def test_every_line_of_a_table_hides_no_cell_alone_and_never_too_few(sizes: list[list[int]]) -> None:
    """The total of each row and of each column is known to the reader: what is blank in it stays unknown.

    Where nobody is in the other cells of a line there is nothing to hide it with.
    """
    cells: dict[tuple[str, ...], int] = {
        (f"a{i}", f"b{j}"): n for i, row in enumerate(sizes) for j, n in enumerate(row)
    }
    seen = _masked(cells, ["a", "b"]).set_index(["a", "b"])["x"]
    for key, n in cells.items():
        assert seen[key] != seen[key] or seen[key] == n
        assert not (1 <= n < SMALLEST and seen[key] == seen[key])
    for at in (0, 1):
        for name in {key[at] for key in cells}:
            line = {key: n for key, n in cells.items() if key[at] == name}
            hidden = [n for key, n in line.items() if seen[key] != seen[key]]
            if hidden and sum(hidden) < sum(line.values()):
                assert not _alone(hidden), (name, line, hidden)


@given(sizes=st.lists(SIZES, min_size=2, max_size=8), data=st.data())
def test_the_order_of_the_groups_makes_no_difference_to_what_is_blank(sizes: list[int], data) -> None:
    names = [f"g{i}" for i in range(len(sizes))]
    order = data.draw(st.permutations(range(len(sizes))))
    one = _masked({(names[i],): sizes[i] for i in range(len(sizes))}, ["g"]).set_index("g")["x"]
    other = _masked({(names[i],): sizes[i] for i in order}, ["g"]).set_index("g")["x"]
    assert one.isna().to_dict() == other.isna().to_dict()


def test_what_no_total_can_tell_is_not_blanked_for_it() -> None:
    seen = _masked({("a",): 40, ("b",): 0, ("c",): 12}, ["g"])
    assert seen["x"].tolist() == [40, 0, 12]
    assert _masked({("a",): 3, ("b",): 7, ("c",): 12, ("d",): 30}, ["g"])["x"].isna().tolist() == [
        True,
        True,
        False,
        False,
    ]


def test_a_figure_that_leaves_few_of_its_whole_out_is_blank() -> None:
    frame = pd.DataFrame(
        {
            "x": [97.0],
            f"x{PEOPLE}": [97.0],
            f"x{BESIDES}0{PEOPLE}": [3.0],
            "y": [100.0],
            f"y{PEOPLE}": [100.0],
        }
    )
    seen = without_small_cells(frame, SMALLEST).iloc[0]
    assert seen["y"] == 100
    assert seen.drop(["y", f"y{PEOPLE}"]).isna().all()


def test_no_table_of_two_dimensions_leaves_a_cell_alone(night: Stores) -> None:
    """The small bank, as an executive reads it, against the true totals of its rows and columns."""
    c = schema.customers
    people = func.count(c.c.customer_id.distinct())
    statement = select(c.c.segment, c.c.district, people.label("x"), people.label(f"x{PEOPLE}")).group_by(
        c.c.segment, c.c.district
    )
    seen = Reader(night, EVERYBODY["executive"]).frame(statement)
    true_ = Reader(night, SYSTEM).frame(statement)
    both = true_.merge(seen, on=["segment", "district"], suffixes=("", "_seen"))
    assert both["x_seen"].isna().any()
    assert both["x_seen"].notna().any()
    for column in ("segment", "district"):
        for _, line in both.groupby(column, dropna=False):
            hidden = line[line["x_seen"].isna()]["x"].tolist()
            assert not hidden or sum(hidden) == line["x"].sum() or not _alone(hidden)


QUARTER = Period(date(2026, 4, 1), date(2026, 6, 30))


@pytest.mark.parametrize("name", ["leads", "csat"])
def test_no_filter_leaves_so_few_out_that_the_whole_tells_of_them(name: str, night: Stores) -> None:
    """All but one value of a dimension: what is left out is unknown, nobody, or enough."""
    seen, true_ = Reader(night, EVERYBODY["marketing"]), Reader(night, SYSTEM)
    counts = [n for n, m in CATALOGUE.items() if any(m is one for one in measures_of(CATALOGUE[name]))]
    dims = [d for d in ways(name) if d not in ("campaign", "rep", "theme", "reason")]
    left_out = 0
    whole = ask(Query.of([name], Scope(QUARTER), periods=[QUARTER]), seen).iloc[0]
    for dimension in dims:
        apart = ask(Query.of([name], Scope(QUARTER), [dimension], [QUARTER]), true_)
        values = [v for v in apart[dimension] if isinstance(v, str)]
        for gone in list(apart.dropna(subset=[dimension]).nsmallest(3, counts[0])[dimension]) + values[:4]:
            for kept in (("", *(v for v in values if v != gone)), (gone,)):
                scope = Scope(QUARTER, ((dimension, kept),))
                rest = ask(Query.of([name], scope, periods=[QUARTER]), seen).iloc[0]
                for count in counts:
                    left_out += int(pd.notna(rest[count]))
                    assert not 1 <= whole[count] - rest[count] < SMALLEST, (dimension, gone, count)
    assert left_out


@pytest.mark.parametrize("by", [[], ["channel"], ["product"]])
def test_no_month_is_left_that_the_half_year_would_tell(by: list[str], night: Stores) -> None:
    months = [Period(date(2026, m, 1), date(2026, m + 1, 1) - timedelta(days=1)) for m in range(1, 7)]
    question = Query.of(["won"], Scope(QUARTER), by, months)
    seen, true_ = (ask(question, Reader(night, who)) for who in (EVERYBODY["executive"], SYSTEM))
    both = true_.merge(seen, on=["period", *by], suffixes=("", "_seen"))
    assert both["won_seen"].notna().any()
    assert not by or both["won_seen"].isna().any()
    for line in (["period"], by):
        for _, cells in both.groupby(line, dropna=False) if line else [("", both)]:
            hidden = cells[cells["won_seen"].isna()]["won"].tolist()
            assert not hidden or sum(hidden) == cells["won"].sum() or not _alone(hidden)


@pytest.mark.parametrize("name", ["csat", "lead_conversion"])
def test_a_share_of_nearly_all_is_as_blank_as_one_of_nearly_none(name: str, night: Stores) -> None:
    top, bottom = (next(n for n, m in CATALOGUE.items() if m is one) for one in measures_of(CATALOGUE[name]))
    for by in (["segment"], ["channel"], ["product"]):
        seen = ask(Query.of([name], Scope(QUARTER), by, [QUARTER]), Reader(night, EVERYBODY["executive"]))
        visible = seen.dropna(subset=[name])
        assert not (visible[bottom] - visible[top]).between(1, SMALLEST - 1).any()
        assert not visible[top].between(1, SMALLEST - 1).any()


@pytest.mark.parametrize(("accounts", "came"), [(12, 11), (30, 12), (30, 30), (30, 4), (9, 9)])
def test_colleagues_who_stayed_away_are_not_counted_when_they_are_few(
    accounts: int, came: int, empty: Stores
) -> None:
    at = empty.now()
    with empty.app_db.begin() as connection:
        for n in range(accounts):
            person = {"username": f"u{n}", "full_name": f"U {n}", "role": "sales", "password_hash": "x"}
            connection.execute(
                app_schema.users.insert().values(**person, created_at=at, must_change_password=False)
            )
        for n in range(came):
            session = {"token_hash": f"t{n}", "username": f"u{n}", "started_at": at, "seen_at": at}
            connection.execute(app_schema.sessions.insert().values(**session))
    today = Period(at.date(), at.date())
    for role in ("executive", "marketing", "sales", "analyst"):
        colleagues = adoption.signed_in(Reader(empty, EVERYBODY[role]), today)
        assert colleagues is not None
        numbers = [
            n
            for n in (colleagues.accounts, colleagues.came, colleagues.accounts - colleagues.came)
            if pd.notna(n)
        ]
        assert not [n for n in numbers if 1 <= n < SMALLEST], role


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 400), st.integers(0, 60), st.integers(0, 400)),
        min_size=1,
        max_size=4,
    )
)
def test_no_link_with_a_feature_counts_few_people(rows: list[tuple[int, int, int, int]]) -> None:
    """Everybody may read that table: so many of so many, with a case or without one."""
    table = [(f"f{i}", "s", a, a + n, c, c + m) for i, (a, n, c, m) in enumerate(rows)]
    columns = ["feature", "stratum", "users_with_case", "users", "others_with_case", "others"]
    visible = voice_themes.without_few(links(pd.DataFrame(table, columns=columns)), SMALLEST)
    for people in ("users", "others"):
        numbers = pd.concat(
            [
                visible[people],
                visible[f"{people}_with_case"],
                visible[people] - visible[f"{people}_with_case"],
            ]
        )
        assert not numbers.between(1, SMALLEST - 1).any()
    assert (
        visible.loc[visible["users_with_case"].isna(), ["risk_ratio", "low", "high", "p_adjusted"]]
        .isna()
        .all(axis=None)
    )


def test_the_log_of_a_bug_holds_no_value_of_a_row(empty: Stores, caplog: pytest.LogCaptureFixture) -> None:
    step = {
        "alert_id": "A1",
        "customer_id": "C00000001",
        "step": "call",
        "note": "Mrs Chan Siu Ming, 9123 4567",
    }
    with pytest.raises(Exception) as bug, empty.app_db.begin() as connection:  # noqa: PT011
        connection.execute(app_schema.alert_steps.insert().values(**step, taken_by="amy"))
    with caplog.at_level(logging.ERROR):
        number = reference(bug.value)
    assert number in caplog.text
    assert "IntegrityError" in caplog.text
    assert "Chan Siu Ming" not in caplog.text
    assert "9123" not in caplog.text
    database_words = (
        "duplicate key\nDETAIL:  Key (full_name)=(Chan Siu Ming\nof Central) already exists.\n[SQL: INSERT]"
    )
    with caplog.at_level(logging.ERROR):
        reference(ValueError(database_words))
    assert "[SQL: INSERT]" in caplog.text
    assert "Chan Siu Ming" not in caplog.text


def test_pairs_of_campaigns_and_findings_of_checks_tell_of_no_few(night: Stores) -> None:
    for role in ("marketing", "executive"):
        reader = Reader(night, EVERYBODY[role])
        pairs = audience_overlap.without_few_left(reader.frame(audience_overlap.pairs(QUARTER)), reader)
        assert pairs["close"].notna().any()
        assert not (pairs["reached"] - pairs["close"]).between(1, SMALLEST - 1).any()
        row_counts = visible_failed_checks(reader).set_index(["table_name", "check_name"])["row_count"]
        true_ = visible_failed_checks(Reader(night, SYSTEM)).set_index(["table_name", "check_name"])[
            "row_count"
        ]
        assert (
            not row_counts[row_counts.index.get_level_values(0).isin(["customers", "leads", "tickets"])]
            .between(1, 9)
            .any()
        )
        assert (row_counts.dropna() == true_[row_counts.notna()]).all()
