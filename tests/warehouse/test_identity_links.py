"""Who is who in the sample bank: linked rightly, always alike, nothing dropped, and a source's own number never changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from sqlalchemy import func, select

from tests.morning import stores_in
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.roles import RULES
from warehouse.errors import AccessRefused, LoadRefused, Problem
from warehouse.identity import link_quality
from warehouse.load.loading import load
from warehouse.schema import identities, lead_doubles, leads, match_rates, person_links, tickets, touches
from warehouse.stores.connect import Stores
from warehouse.validation import moment_marks

ANALYST = Viewer("ana", "Ana Au", "analyst")


@pytest.fixture(scope="module")
def reader(loaded: Stores) -> Reader:
    return Reader(loaded, SYSTEM)


@pytest.fixture(scope="module")
def records(reader: Reader) -> pd.DataFrame:
    of_record = (identities.c.source == person_links.c.source) & (
        identities.c.record_id == person_links.c.record_id
    )
    own = identities.c.customer_id.label("own_number")
    return reader.frame(
        select(person_links, own, identities.c.lead_id, identities.c.ticket_id).join_from(
            identities, person_links, of_record
        )
    )


def test_linked_pairs_are_one_person_and_pairs_of_one_person_are_linked(reader: Reader, bank_folder: Path):
    agreement = link_quality.agreement(link_quality.links(reader), link_quality.truth_of(bank_folder))
    assert agreement.precision >= 0.995, agreement
    assert agreement.recall >= 0.95, agreement


def test_likeness_finds_people_whom_exact_keys_leave_apart_and_is_right_about_them(
    reader: Reader, bank_folder: Path
):
    links, truth = link_quality.links(reader), link_quality.truth_of(bank_folder)
    likely = links["how"] == "likely"
    assert likely.sum() >= 10
    by_keys = links.assign(person_id=links["person_id"].mask(likely))
    with_likeness, without = link_quality.agreement(links, truth), link_quality.agreement(by_keys, truth)
    assert with_likeness.right_pairs > without.right_pairs
    assert with_likeness.linked_pairs - with_likeness.right_pairs <= 2


def test_without_a_truth_the_phones_held_back_say_the_links_are_right(reader: Reader):
    agreement = link_quality.held_back(reader)
    assert agreement.linked_pairs > 20
    assert agreement.precision >= 0.95, agreement


def test_a_folder_without_a_truth_is_refused_in_words(tmp_path: Path):
    with pytest.raises(Problem, match="does not say who is who"):
        link_quality.truth_of(tmp_path)


def test_the_same_extracts_give_the_same_links(reader: Reader, bank_folder: Path, tmp_path: Path):
    again = stores_in(tmp_path / "again")
    load(again, bank_folder, sample=True)
    by = ["source", "record_id"]
    first = reader.frame(select(person_links)).sort_values(by, ignore_index=True)
    second = Reader(again, SYSTEM).frame(select(person_links)).sort_values(by, ignore_index=True)
    again.app_db.dispose()
    pd.testing.assert_frame_equal(first, second)


def test_every_record_has_exactly_one_row_and_every_unmatched_one_is_counted(
    reader: Reader, records: pd.DataFrame
):
    given = reader.frame(select(identities.c.source, identities.c.record_id))
    assert len(records) == len(given)
    assert not records.duplicated(["source", "record_id"]).any()
    rates = reader.frame(select(match_rates)).set_index("source")
    assert rates["records"].to_dict() == given["source"].value_counts().to_dict()
    parts = rates.drop(columns="records").sum(axis=1)
    assert parts.to_dict() == rates["records"].to_dict()
    without = records[records["customer_id"].isna()]["source"].value_counts()
    counted = rates["other_people"] + rates["alone"]
    assert counted[counted > 0].to_dict() == without.to_dict()
    assert without["Service"] > 0, "a misdialled phone stays nobody's"


def test_a_number_that_a_source_gave_is_never_changed(records: pd.DataFrame):
    own = records[records["own_number"].notna()]
    assert len(own) > 2000
    assert (own["customer_id"] == own["own_number"]).all()
    assert (own["how"] == "number").all()
    assert (own["score"] == 1).all()


def test_every_link_says_how_sure_it_is_and_why(records: pd.DataFrame):
    assert records["reason"].str.len().min() > 10
    assert records["score"].between(0, 1).all()
    assert not records["reason"].str.contains("@|[0-9]{4}").any(), "a reason holds no personal data"
    assert set(records["how"]) <= set(person_links.c.how.info["allowed"])


def test_leads_cases_and_touches_have_the_customer_their_record_belongs_to(
    reader: Reader, records: pd.DataFrame
):
    for table, key in ((leads, "lead_id"), (tickets, "ticket_id")):
        rows = reader.frame(select(table.c[key], table.c.customer_id)).dropna().set_index(key)["customer_id"]
        linked = records.dropna(subset=[key, "customer_id"])
        assert set(linked[key]) <= set(rows.index)
    lost = select(func.count().label("n")).join_from(touches, leads, touches.c.lead_id == leads.c.lead_id)
    lost = lost.where(touches.c.customer_id.is_(None), leads.c.customer_id.is_not(None))
    assert reader.frame(lost)["n"].iloc[0] == 0


def test_a_customer_that_a_mapping_gave_stays_and_gaps_are_filled(reader: Reader, bank_folder: Path):
    with duckdb.connect() as db:
        db.execute(f"SET file_search_path = '{bank_folder}'")
        moment_marks.define(db)
        query = (bank_folder / "leads.sql").read_text()
        mapped = db.execute(f"SELECT lead_id, customer_id AS given FROM ({query})").df()
    now = reader.frame(select(leads.c.lead_id, leads.c.customer_id)).merge(mapped, on="lead_id")
    given = now[now["given"].notna()]
    assert (given["customer_id"] == given["given"]).all()
    assert now["customer_id"].notna().sum() > len(given)


def test_one_lead_kept_by_two_departments_is_reported_and_both_stay(reader: Reader, bank_folder: Path):
    doubles = reader.frame(select(lead_doubles))
    assert len(doubles) >= 10
    assert doubles["days_apart"].between(0, 30).all()
    both = set(doubles["lead_id"]) | set(doubles["same_as_lead_id"])
    assert both <= set(reader.frame(select(leads.c.lead_id))["lead_id"])
    assert ((doubles["lead_id"].str[:2] == "L-") != (doubles["same_as_lead_id"].str[:2] == "L-")).all()


def test_a_bank_without_identities_loads_as_before(bank_folder: Path, tmp_path: Path):
    folder = shutil.copytree(bank_folder, tmp_path / "extracts")
    (folder / "identities.sql").unlink()
    stores = stores_in(tmp_path / "data")
    load(stores, folder, sample=True)
    plain = Reader(stores, SYSTEM)
    assert plain.frame(select(person_links)).empty
    assert link_quality.rates(plain).empty
    stores.app_db.dispose()


def test_a_record_given_twice_is_refused_with_its_number(bank_folder: Path, tmp_path: Path):
    folder = shutil.copytree(bank_folder, tmp_path / "extracts")
    (folder / "identities.sql").write_text(
        "SELECT 'CRM' AS source, 'L-1' AS record_id UNION ALL SELECT 'CRM', 'L-1'"
    )
    stores = stores_in(tmp_path / "data")
    with pytest.raises(LoadRefused, match=r"L-1.*already given"):
        load(stores, folder, sample=True)
    stores.app_db.dispose()


def test_only_analysts_see_how_records_were_linked_and_they_see_no_names(loaded: Stores):
    for role in RULES:
        viewer = Viewer(role, role, role, rm_id="RM01", team="Central")
        for table in (identities, person_links, lead_doubles):
            if role in ("analyst", "system"):
                Reader(loaded, viewer).frame(select(table).limit(1))
            else:
                with pytest.raises(AccessRefused):
                    Reader(loaded, viewer).frame(select(table).limit(1))
    seen = Reader(loaded, ANALYST).frame(select(identities))
    assert seen[["full_name", "email", "phone", "birth_year"]].isna().all().all()
    rows = link_quality.unmatched(Reader(loaded, ANALYST), "Marketing", 50)
    assert len(rows) == 50
    assert rows[["full_name", "email", "phone"]].isna().all().all()
