"""DuckDB and PostgreSQL answer alike: every metric over random scopes, and the whole night."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from metrics.attribution import audience_overlap, channel_net_value
from metrics.catalogue import CATALOGUE
from metrics.definitions.dimensions import DIMENSIONS
from metrics.definitions.scope import Period, Scope
from metrics.query import query
from metrics.query.query import Query
from tests.morning import copy_of, stores_in
from tests.own_server import fresh_database
from tests.server.stores_on_server import stores_on
from warehouse.access import data_coverage
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import alerts
from warehouse.schema import customer_profiles, customer_scores, leads, published_cells, touch_credits
from warehouse.stores.connect import Stores
from workflow import nightly
from workflow.scoring import channel_response

pytestmark = [pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]
SCOPES = 30


def _values(reader: Reader) -> dict[str, list[str]]:
    leads_values = reader.frame(select(leads.c.channel, leads.c.product, leads.c.campaign_id).distinct())
    words = {
        "channel": leads_values["channel"],
        "product": leads_values["product"],
        "campaign": leads_values["campaign_id"],
        "segment": pd.Series(["mass", "affluent", "private"]),
    }
    return {name: sorted(set(values.dropna())) for name, values in words.items()}


def _questions(reader: Reader) -> list[tuple[Scope, tuple[str, ...]]]:
    chance, values = random.Random(20260701), _values(reader)
    drawn = []
    for _ in range(SCOPES):
        end = date(2026, 6, 30) - timedelta(days=chance.randrange(540))
        period = Period(end - timedelta(days=chance.choice([0, 6, 29, 89, 364])), end)
        chosen = chance.sample(sorted(values), chance.choice([0, 0, 1, 1, 2]))
        filters = tuple((d, tuple(chance.sample(values[d], min(2, len(values[d]))))) for d in chosen)
        by = tuple(chance.sample(sorted(DIMENSIONS), chance.choice([0, 1, 1, 2])))
        drawn.append((Scope(period, filters), by))
    return drawn


def _with_keys(answer: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    """The answer with a key for the part of which a dimension says nothing, so that both sides can be joined."""
    parts = answer[list(by)].astype(object)
    # Copied, since a frame put together column by column is slow to join, and pandas says so.
    return pd.concat([parts.where(parts.notna(), "\0"), answer.drop(columns=list(by))], axis=1).copy()


def test_every_metric_is_the_same_over_thirty_random_scopes(served: Stores, loaded: Stores) -> None:
    files, server = Reader(loaded, SYSTEM), Reader(served, SYSTEM)
    assert data_coverage.available_columns(files) == data_coverage.available_columns(server)
    compared = answered = 0
    for scope, by in _questions(files):
        names = sorted(CATALOGUE)
        question = Query.of(names, scope, by=by)
        one, other = (_with_keys(query.ask(question, reader), by) for reader in (files, server))
        keys = ["period", *by]
        both = one.merge(other, on=keys, how="outer", indicator=True, suffixes=("", " there"))
        assert (both["_merge"] == "both").all(), (scope, by)
        for name in names:
            a = both[name].to_numpy(dtype=float)
            b = both[f"{name} there"].to_numpy(dtype=float)
            np.testing.assert_allclose(b, a, rtol=1e-9, atol=1e-9, err_msg=f"{name} {scope} {by}")
            compared += 1
            answered += int(np.isfinite(a).any())
    assert compared == SCOPES * len(CATALOGUE)
    assert answered > compared / 3, "too many of the drawn questions had no answer at all"


def test_overlap_and_contact_pressure_are_the_same_and_can_be_shown_as_sql(
    served: Stores, loaded: Stores
) -> None:
    period = Period(date(2026, 4, 1), date(2026, 6, 30))
    readers = Reader(loaded, SYSTEM), Reader(served, SYSTEM)
    for means in (
        audience_overlap.meaning_of_pairs(period),
        audience_overlap.meaning_of_contacts(period, replies=True),
    ):
        for statement in means.reads:
            one, other = (r.frame(statement).astype(object) for r in readers)
            keys = list(one.columns)
            one, other = (f.where(f.notna(), None).sort_values(keys, key=_as_text) for f in (one, other))
            assert len(one)
            assert one.to_numpy().tolist() == other.to_numpy().tolist()
            assert all("2026" in r.sql(statement) for r in readers)


def test_channel_value_and_the_weeks_of_the_budget_are_the_same(served: Stores, loaded: Stores) -> None:
    scope = Scope(Period(date(2025, 7, 1), date(2026, 6, 30)))
    files, server = Reader(loaded, SYSTEM), Reader(served, SYSTEM)
    for by in ("channel", "campaign", "product", "month"):
        one, other = (channel_net_value.groups(r, by, scope) for r in (files, server))
        pd.testing.assert_frame_equal(one, other, check_dtype=False, check_exact=False)
        one, other = (
            channel_net_value.by_month_since_joining(r, by, scope, scope.period.end) for r in (files, server)
        )
        pd.testing.assert_frame_equal(one, other, check_dtype=False, check_exact=False)
    one, other = (channel_response.weeks(r, scope.period.end) for r in (files, server))
    assert len(one)
    pd.testing.assert_frame_equal(one, other, check_dtype=False, check_exact=False)


def _as_text(column: pd.Series) -> pd.Series:
    return column.map(str)


@pytest.fixture(scope="module")
def two_nights(
    after_a_night: Path,
    loaded_database: str,
    postgresql_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Stores, Stores]:
    files = tmp_path_factory.mktemp("files") / "data"
    copy_of(after_a_night, files)
    on_files = stores_in(files)
    url = fresh_database(postgresql_url, "night", like=loaded_database)
    on_server = stores_on(url, tmp_path_factory.mktemp("night"))
    nightly.run(on_server)
    return on_files, on_server


def _rows(stores: Stores, table) -> pd.DataFrame:
    frame = Reader(stores, SYSTEM).frame(select(table))
    keys = [c.key for c in table.primary_key]
    return frame.sort_values(keys).reset_index(drop=True)


@pytest.mark.parametrize("table", [customer_profiles, customer_scores, touch_credits], ids=lambda t: t.name)
def test_the_night_writes_the_same_rows(table, two_nights: tuple[Stores, Stores]) -> None:
    files, server = (_rows(stores, table) for stores in two_nights)
    assert len(files)
    assert len(files) == len(server)
    for column in table.c:
        one, other = files[column.key], server[column.key]
        if pd.api.types.is_float_dtype(one) or pd.api.types.is_integer_dtype(one):
            np.testing.assert_allclose(other.astype(float), one.astype(float), rtol=1e-9, err_msg=column.key)
        elif column.key != "reasons":
            assert one.astype(object).where(one.notna(), None).tolist() == (
                other.astype(object).where(other.notna(), None).tolist()
            ), column.key


def test_the_night_decides_the_same_cells(two_nights: tuple[Stores, Stores]) -> None:
    t = published_cells.c
    statement = select(t.measure, t.dimension, t.value, t.blocks).order_by(t.measure, t.dimension, t.value)
    files, server = (Reader(stores, SYSTEM).frame(statement) for stores in two_nights)
    assert len(files)
    one, other = (f.sort_values([*f], ignore_index=True) for f in (files, server))
    pd.testing.assert_frame_equal(one, other, check_dtype=False)


def test_the_night_raises_the_same_alerts_for_the_same_customers(two_nights: tuple[Stores, Stores]) -> None:
    raised = []
    for stores in two_nights:
        with stores.app_db.connect() as app_db:
            rows = app_db.execute(select(alerts)).mappings().all()
        raised.append({(r["customer_id"], r["rule"], r["rm_id"], r["arm"], r["due_on"]) for r in rows})
    assert raised[0]
    assert raised[0] == raised[1]


def test_a_second_night_on_the_server_doubles_nothing(two_nights: tuple[Stores, Stores]) -> None:
    _, server = two_nights
    tables = (customer_profiles, customer_scores, touch_credits)
    before, snapshot = {t.name: _rows(server, t) for t in tables}, server.snapshot()
    report = nightly.run(server)
    assert server.snapshot() != snapshot
    for table in tables:
        pd.testing.assert_frame_equal(before[table.name], _rows(server, table))
    assert all(night.raised == night.ended == 0 for night in report.alerts.values())
