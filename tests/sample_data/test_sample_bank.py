"""FinTrust Bank keeps its word: every trap is in the files, and the truth is what the files say."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path

import duckdb
import numpy as np
import pytest

from sample_data import reopened
from sample_data.bank import MAPPINGS, generate
from sample_data.people import CHURN_EFFECT, WEALTH_EFFECT
from warehouse.validation import moment_marks

CUSTOMERS, SEED = 1000, 11
KEYS = {
    "relationship_managers": "rm_id",
    "customers": "customer_id",
    "accounts": "account_id",
    "balances": "account_id, month_on",
    "transactions": "transaction_id",
    "revenues": "customer_id, product, month_on",
    "campaigns": "campaign_id",
    "campaign_days": "campaign_id, day_on",
    "touches": "touch_id",
    "leads": "lead_id",
    "lead_stages": "lead_id, stage, entered_at",
    "product_usage": "customer_id, feature, used_on",
    "tickets": "ticket_id",
    "surveys": "survey_id",
    "staff_surveys": "answer_id",
    "identities": "source, record_id",
    "experiments": "experiment, customer_id",
}
REFERS = {
    "rm_id": ("relationship_managers", "rm_id"),
    "customer_id": ("customers", "customer_id"),
    "account_id": ("accounts", "account_id"),
    "campaign_id": ("campaigns", "campaign_id"),
    "lead_id": ("leads", "lead_id"),
    "acquired_by_lead_id": ("leads", "lead_id"),
    "ticket_id": ("tickets", "ticket_id"),
}


def open_bank(folder: Path) -> duckdb.DuckDBPyConnection:
    engine = duckdb.connect()
    engine.execute(f"SET file_search_path = '{folder}'")
    moment_marks.define(engine)
    for table in KEYS:
        engine.execute(f"CREATE TABLE {table} AS {(folder / f'{table}.sql').read_text()}")
    return engine


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("bank")
    generate(place, customers=CUSTOMERS, seed=SEED)
    return place


@pytest.fixture(scope="module")
def bank(folder):
    return open_bank(folder)


@pytest.fixture(scope="module")
def truth(folder):
    return json.loads((folder / "truth.json").read_text())


def one(bank, query):
    return bank.execute(query).fetchone()[0]


def fingerprints(folder):
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.suffix in (".csv", ".json", ".jsonl")
    }


def test_the_same_seed_writes_the_same_bytes(folder, tmp_path):
    generate(tmp_path, customers=CUSTOMERS, seed=SEED)
    assert fingerprints(tmp_path) == fingerprints(folder)


def test_another_seed_is_another_bank(folder, tmp_path):
    generate(tmp_path, customers=CUSTOMERS, seed=SEED + 1)
    assert fingerprints(tmp_path)["crm/leads.jsonl"] != fingerprints(folder)["crm/leads.jsonl"]


@pytest.mark.parametrize("table", KEYS)
def test_every_mapping_gives_rows_with_unique_keys(bank, table):
    rows = one(bank, f"SELECT count(*) FROM {table}")
    assert rows > 0
    assert rows == one(bank, f"SELECT count(*) FROM (SELECT DISTINCT {KEYS[table]} FROM {table})")


@pytest.mark.parametrize("table", KEYS)
def test_every_reference_exists(bank, table):
    columns = {row[0] for row in bank.execute(f"DESCRIBE {table}").fetchall()}
    for column in columns & REFERS.keys():
        target, key = REFERS[column]
        lost = one(
            bank,
            f"SELECT count(*) FROM {table} t WHERE t.{column} IS NOT NULL "
            f"AND NOT EXISTS (SELECT 1 FROM {target} o WHERE o.{key} = t.{column})",
        )
        assert lost == 0, (table, column)


def test_nothing_is_dated_after_the_last_day(bank):
    for table in KEYS:
        for name, kind, *_ in bank.execute(f"DESCRIBE {table}").fetchall():
            if kind in ("DATE", "TIMESTAMP"):
                assert one(bank, f"SELECT count(*) FROM {table} WHERE {name} >= DATE '2026-07-01'") == 0, (
                    table,
                    name,
                )


def test_an_empty_channel_stays_empty(bank, truth):
    empty = one(bank, "SELECT count(*) FROM leads WHERE channel IS NULL")
    assert 0 < empty <= truth["counts"]["leads_without_channel"] * 2
    assert one(bank, "SELECT count(DISTINCT channel) FROM leads") == 8


def test_exactly_one_win_is_dated_before_the_first_contact(bank, truth):
    early = bank.execute("SELECT lead_id FROM leads WHERE won_at < contacted_at").fetchall()
    assert early == [(truth["win_before_first_contact"],)]


def test_the_other_stages_follow_each_other(bank):
    order = [
        "created_at",
        "mql_at",
        "contacted_at",
        "accepted_at",
        "sql_at",
        "opportunity_at",
        "won_at",
    ]
    for before, after in itertools.pairwise(order):
        if after != "won_at":
            assert one(bank, f"SELECT count(*) FROM leads WHERE {after} < {before}") == 0


def test_a_leads_last_stage_is_its_last_move_unless_it_was_reopened_and_waits(bank, truth):
    """Of the win dated before the first contact the log has the right day."""
    stages = ("mql", "accepted", "rejected", "sql", "opportunity", "won", "lost")
    dated = " UNION ALL ".join(
        f"SELECT lead_id, '{s}' AS stage, {s}_at AS day FROM leads WHERE {s}_at NOTNULL" for s in stages
    )
    different = bank.execute(
        f"SELECT l.lead_id, m.stage, l.stage FROM (SELECT lead_id, max_by(stage, day) AS stage FROM ({dated}) GROUP BY 1) l "
        "FULL JOIN (SELECT lead_id, max_by(stage, entered_at) AS stage FROM lead_stages GROUP BY 1) m USING (lead_id) "
        "WHERE l.stage IS DISTINCT FROM m.stage"
    ).fetchall()
    waits = [row for row in different if row[0] != truth["win_before_first_contact"]]
    assert waits
    assert {(move, stage) for _, move, stage in waits} == {("reopened", "mql")}


def test_about_two_leads_of_a_hundred_are_reopened_and_the_record_alone_does_not_show_it(bank, truth):
    story, crm = truth["reopened_leads"], truth["counts"]["leads_received_by_crm"]
    assert 0.015 * crm < story["reopened"] < 0.03 * crm
    assert one(bank, "SELECT count(*) FROM lead_stages WHERE stage = 'reopened'") == story["reopened"]
    for closing in ("rejected", "lost"):
        for after in ("accepted", "won"):
            back = (
                "SELECT count(DISTINCT c.lead_id) FROM lead_stages c JOIN lead_stages r USING (lead_id) JOIN lead_stages a "
                f"USING (lead_id) WHERE c.stage = '{closing}' AND r.stage = 'reopened' AND a.stage = '{after}' "
                "AND c.entered_at < r.entered_at AND r.entered_at < a.entered_at"
            )
            assert one(bank, back) == story[f"{closing}_then_{after}"]
    assert min(story["rejected_then_accepted"], story["rejected_then_won"], story["lost_then_won"]) > 0
    assert (
        one(
            bank, "SELECT count(*) FROM leads WHERE won_at NOTNULL AND coalesce(rejected_at, lost_at) NOTNULL"
        )
        == 0
    )


def test_a_lead_rejected_in_one_month_is_accepted_in_another(bank):
    assert one(
        bank,
        "SELECT count(*) FROM lead_stages r JOIN lead_stages a USING (lead_id) WHERE r.stage = 'rejected' "
        "AND a.stage = 'accepted' AND date_trunc('month', r.entered_at) < date_trunc('month', a.entered_at)",
    )


def test_who_comes_back_changes_nothing_else_of_the_bank(folder, tmp_path, monkeypatch):
    for chance in ("COMES_BACK", "CLOSED_TOO_EARLY"):
        monkeypatch.setattr(reopened, chance, 0)
    generate(tmp_path, customers=CUSTOMERS, seed=SEED)
    with_them, without = fingerprints(folder), fingerprints(tmp_path)
    assert {f for f in with_them if with_them[f] != without[f]} == {
        "crm/leads.jsonl",
        "crm/lead_moves.csv",
        "truth.json",
    }
    rows = [(f / "crm/leads.jsonl").read_text().splitlines() for f in (folder, tmp_path)]
    assert sum(a != b for a, b in zip(*rows, strict=True)) < 0.02 * len(rows[0])


def test_a_value_of_zero_is_not_declared(bank, folder):
    assert '"expected_value":0.0' in (folder / "crm/leads.jsonl").read_text()
    assert one(bank, "SELECT count(*) FROM leads WHERE expected_value = 0") == 0
    assert one(bank, "SELECT count(*) FROM leads WHERE expected_value IS NULL AND mql_at NOTNULL") > 0


def test_equal_bookings_with_two_numbers_both_count(bank, folder):
    twins = one(
        bank,
        "SELECT count(*) FROM (SELECT account_id, booked_at, kind, amount FROM transactions "
        "WHERE kind = 'card_payment' GROUP BY ALL HAVING count(*) = 2)",
    )
    raw = one(bank, "SELECT count(*) FROM read_parquet('core/transactions.parquet')")
    assert twins > 0
    assert raw == one(bank, "SELECT count(*) FROM transactions")


def test_interest_moves_accounts_that_no_customer_moves(bank, truth):
    listed = truth["complaint_and_dormant_savings"]["customers"]
    moved = bank.execute(
        "SELECT count(DISTINCT customer_id) FROM transactions WHERE NOT customer_made "
        "AND booked_at > DATE '2026-06-01' AND list_contains(?, customer_id)",
        [listed],
    ).fetchone()[0]
    assert moved == len(listed)


def test_some_rows_come_late(bank):
    for late in (
        "SELECT count(*) FROM read_parquet('core/transactions.parquet') WHERE recorded_on > booked_at::DATE",
        (
            "SELECT count(*) FROM read_csv('marketing/campaign_days.csv', all_varchar = true) "
            "WHERE strptime(reported, '%d/%m/%Y') > strptime(day, '%d/%m/%Y') + INTERVAL 5 DAY"
        ),
    ):
        assert one(bank, late) > 0


def test_duplicates_of_both_departments_are_one_lead(bank, truth):
    counts = truth["counts"]
    assert counts["marketing_duplicates"] > 0
    assert counts["crm_duplicates"] > 0
    leads = one(bank, "SELECT count(*) FROM leads")
    # What exact keys cannot link stays two leads: a few per cent more, never fewer.
    assert counts["real_leads"] * 0.995 <= leads <= counts["real_leads"] * 1.05


def test_leads_that_never_reached_the_crm_are_kept(bank, truth):
    lost = truth["counts"]["leads_marketing_sent_crm_never_received"]
    kept = one(bank, "SELECT count(*) FROM leads WHERE lead_id LIKE 'MKT-%'")
    assert 0 < lost <= kept


def test_linking_by_exact_keys_is_nearly_always_right(bank):
    wrong, right = bank.execute(
        "SELECT count(*) FILTER (l.customer_id <> coalesce(w.customer_id, '')), "
        "count(*) FILTER (l.customer_id = w.customer_id) FROM leads l "
        "JOIN read_parquet('truth/who_is_who.parquet') w ON w.crm_lead_id = l.lead_id"
    ).fetchone()
    assert right > 300
    assert wrong <= right * 0.005


def test_the_listed_complaint_and_dormant_savings_customers_are_those_in_the_tables(bank, truth):
    story = truth["complaint_and_dormant_savings"]
    matching = bank.execute(
        """
        SELECT c.customer_id FROM customers c
        WHERE c.left_on IS NULL
        AND EXISTS (SELECT 1 FROM tickets t WHERE t.customer_id = c.customer_id AND t.complaint
            AND NOT t.withdrawn AND t.resolved_at IS NULL AND t.opened_at::DATE > DATE '2026-06-30' - 90)
        AND (SELECT sum(balance) FROM balances b JOIN accounts a USING (account_id)
            WHERE a.customer_id = c.customer_id AND a.product = 'savings' AND b.month_on = '2026-06-30')
            >= 500000
        AND (SELECT max(booked_at)::DATE FROM transactions x
            WHERE x.customer_id = c.customer_id AND x.customer_made) <= DATE '2026-06-30' - 180
        ORDER BY 1
        """
    ).fetchall()
    assert [row[0] for row in matching] == story["customers"]
    assert len(matching) >= 3


def test_the_overpromising_campaign_shows(bank, truth):
    rows = bank.execute(
        "SELECT campaign_id = ?, avg((mql_at IS NOT NULL)::INT), "
        "count(accepted_at) / (count(accepted_at) + count(rejected_at)) FROM leads "
        "WHERE campaign_id IS NOT NULL GROUP BY 1 ORDER BY 1",
        [truth["overpromising_campaign"]],
    ).fetchall()
    (_, mql_others, accepted_others), (_, mql, accepted) = rows
    assert mql > mql_others
    assert accepted < accepted_others / 1.5


def test_the_true_probability_tells_leavers_from_stayers(bank):
    bank.execute("CREATE OR REPLACE VIEW p AS FROM read_parquet('truth/churn_probability.parquet')")
    rows = bank.execute(
        "SELECT p.probability, p.observable_probability, coalesce(left_on <= as_of + 91, false) "
        "FROM p JOIN customers USING (customer_id) WHERE as_of < DATE '2026-06-01'"
    ).fetchnumpy()
    gone = np.asarray(rows["column2"] if "column2" in rows else list(rows.values())[2], bool)
    for chance in (rows["probability"], rows["observable_probability"]):
        rank = np.argsort(np.argsort(chance)) + 1
        auc = (rank[gone].sum() - gone.sum() * (gone.sum() + 1) / 2) / (gone.sum() * (~gone).sum())
        assert 0.72 < auc < 0.93
        assert abs(chance.mean() - gone.mean()) < 0.35 * gone.mean()


def test_nothing_happens_to_a_customer_after_leaving(bank):
    for table, moment in (
        ("transactions", "booked_at"),
        ("balances", "month_on"),
        ("product_usage", "used_on"),
        ("tickets", "opened_at"),
        ("surveys", "asked_at"),
        ("surveys", "answered_at"),
    ):
        after = f"SELECT count(*) FROM {table} JOIN customers USING (customer_id) WHERE {moment} >= left_on"
        assert one(bank, after) == 0, table
    assert (
        one(
            bank,
            "SELECT count(*) FROM customers c WHERE left_on IS NOT NULL AND EXISTS (SELECT 1 "
            "FROM accounts a WHERE a.customer_id = c.customer_id AND closed_on IS DISTINCT FROM left_on)",
        )
        == 0
    )


def test_the_arms_are_drawn_from_those_present_and_are_equal(bank, truth):
    rows = bank.execute(
        "SELECT arm, count(*), count(*) FILTER (joined_on >= DATE '2025-07-01' OR left_on < DATE '2025-07-01') "
        "FROM read_csv('crm/project_unity.csv') JOIN customers USING (customer_id) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert [(a, n) for a, n, _ in rows] == sorted(truth["pilot"]["arms"].items())
    assert rows[0][1] == rows[1][1]
    assert all(outside == 0 for *_, outside in rows)


def test_the_pilots_true_effects_act_on_the_hazard_and_on_the_openings(tmp_path):
    """Over twelve small banks the two arms differ as the truth says, within sampling error."""
    totals = {"control": np.zeros(3), "treated": np.zeros(3)}
    for seed in range(12):
        generate(tmp_path, customers=1500, seed=seed)
        engine = duckdb.connect()
        engine.execute(f"SET file_search_path = '{tmp_path}'")
        for arm, *sums in engine.execute(
            "SELECT arm, count(*), count(left_date), count(*) FILTER (EXISTS (SELECT 1 FROM "
            "read_parquet('core/accounts.parquet') a WHERE a.customer_no = c.customer_no AND "
            "product_code IN ('INV01', 'INS01') AND opened_date >= DATE '2025-07-01')) "
            "FROM read_csv('crm/project_unity.csv') u JOIN read_parquet('core/customers.parquet') c "
            "ON c.customer_no = u.customer_id GROUP BY 1"
        ).fetchall():
            totals[arm] += sums
    n, left, wealth = (np.array([totals[arm][i] for arm in ("control", "treated")]) for i in range(3))
    # Log ratio of cumulated hazards, with its standard error; 3.3 errors either way.
    for events, effect in ((left, CHURN_EFFECT), (wealth, WEALTH_EFFECT)):
        hazard = -np.log(1 - events / n)
        error = np.sqrt((1 / events).sum())
        assert abs(np.log(hazard[1] / hazard[0]) - np.log(1 + effect)) < 3.3 * error


def test_the_folder_holds_one_mapping_per_table_and_no_other(folder):
    assert {p.stem for p in folder.glob("*.sql")} == set(KEYS)


def test_each_committed_example_is_a_few_hundred_rows():
    examples = MAPPINGS.parent / "examples"
    files = [p for p in examples.rglob("*") if p.suffix in (".csv", ".jsonl")]
    assert len(files) >= 15
    assert all(2 <= len(p.read_text().splitlines()) <= 201 for p in files)
