"""The churn model page: every section says its finding, too few people say nothing, and no section is worked out anew."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from pages.customers.churn.churn_model import SECTIONS
from tests.pages.staff import cells, somebody, words
from warehouse.load.loading import next_snapshot
from warehouse.schema import model_cards, model_checks
from warehouse.stores import connect

DAY, LATER = date(2026, 3, 31), date(2026, 6, 30)
VERSION = "a version"
CARD = {
    "model": "churn_90d", "model_version": VERSION, "first_used_on": LATER, "last_used_on": LATER, "kind": "boosting",
    "features": "complaints_90d total_balance", "window_days": 90, "trained_from": date(2025, 1, 31),
    "trained_until": DAY, "judged_on": DAY, "examples": 1234, "departures": 56, "base_rate": 0.045, "source": "sample",
    "sha256": "0123456789abcdef0123",
}  # fmt: skip
CHECKS = [
    *[("figures", who, m, DAY, 900, 0.8) for who in ("model", "recency_only") for m in ("roc_auc", "pr_auc", "brier")],
    ("capacity", "model", "left", DAY, 50, 0.31),
    ("capacity", "model", "lift", DAY, 50, 6.9),
    ("capacity", "model", "found", DAY, 56, 0.27),
    ("calibration", "model", "slope", DAY, 900, 0.5),
    ("calibration", "model", "intercept", DAY, 900, 0.01),
    *[("calibration curve", f"{t:02}", m, DAY, 90, t / 100) for t in range(1, 11) for m in ("expected", "left")],
    *[("by month", "model", m, DAY, 900, 0.05) for m in ("expected", "left", "roc_auc")],
    ("drift", "score", "psi", DAY, 900, 0.002),
    ("nightly drift", "score", "psi", LATER, 900, 0.4),
    ("nightly drift", "complaints_90d", "psi", LATER, 900, 0.7),
    *[("fairness by age band", "under 30", m, DAY, 300, 0.2) for m in ("selected", "recall", "calibration")],
    *[("fairness by district", "Tai Po", m, DAY, None, None) for m in ("selected", "recall", "calibration")],
    *[("source", "tickets", m, DAY, 900, 0.06) for m in ("roc_auc", "pr_auc")],
]  # fmt: skip
SAYS = {
    "good": ["Last transaction only", "50 calls a week", "31% (26–36)"],
    "right": ["It exaggerates the differences", "Slope 0.50", "31 Mar 2026"],
    "fits": ["very different (PSI 0.400)", "Moved most: Complaints in 90 days"],
    "fair": ["under 30 (left 0.20 times as often as expected)", "not enough data yet", "fewer than 10"],
    "sources": ["Tickets", "+0.060", "adds"],
    "card": ["May not be used to", "Complaints in 90 days; Deposits and investments", "invented sample bank"],
}


@pytest.fixture
def judged_bank(bank: connect.Stores) -> connect.Stores:
    """The bank with a model of made-up figures."""
    names = ["check_name", "part", "measure", "day", "n", "value"]
    checks = pd.DataFrame(CHECKS, columns=names).astype({"n": "Int64"})
    checks["low"], checks["high"] = checks["value"] - 0.05, checks["value"] + 0.05
    with next_snapshot(bank) as draft:
        draft.write(model_cards, pd.DataFrame([CARD]), replacing=model_cards.c.model == "churn_90d")
        draft.write(
            model_checks,
            checks.assign(model="churn_90d", model_version=VERSION),
            replacing=model_checks.c.model == "churn_90d",
        )
    return bank


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_says_its_finding(judged_bank, open_page, section: str) -> None:
    role = "executive" if section in ("fair", "card") else "analyst"
    app = open_page(somebody(role), "churn-model", section=SECTIONS[section])
    assert not app.exception
    assert app.title[0].value.startswith(
        "Of the 50 customers the model would have had called in a week, 3 in 10 left"
    )
    page_text = words(app) + cells(app)
    assert [text for text in SAYS[section] if text not in page_text] == []
    assert "nan" not in page_text.lower().replace("finance", "")


def test_without_a_model_the_page_says_so(bank, open_page) -> None:
    with next_snapshot(bank) as draft:
        draft.connection.execute(model_cards.delete())
    app = open_page(somebody("team_lead"), "churn-model")
    assert app.title[0].value == "There is no churn model"
