"""A model's file that was changed, cut short or lost, and a night that scored nobody: the pages with scores say so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from models.churn import model_files
from tests.pages.staff import Open, busy_rm, somebody, words
from warehouse.access.reader import Reader
from warehouse.load.loading import next_snapshot
from warehouse.schema import customer_scores, customers, run_notes
from warehouse.stores.connect import Stores
from workflow.records import installation_checks
from workflow.records import run_notes as subjects
from workflow.records.model_state import MODELS

DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "changed": (lambda f: f.write_bytes(f.read_bytes()[:-1] + b"x"), "file was changed after it was written"),
    "cut short": (lambda f: f.write_bytes(f.read_bytes()[:100]), "file was changed after it was written"),
    "lost": (lambda f: f.unlink(), "file is missing or cannot be read"),
}


def _pages(stores: Stores, open_page: Open) -> dict[str, str]:
    """What the pages that show scores say."""
    rm = busy_rm(stores)
    hers = Reader(stores, rm).frame(select(customers.c.customer_id).where(customers.c.left_on.is_(None)))
    lead = somebody("team_lead")
    opened = {
        "customer-health": open_page(rm, "customer-health"),
        "portfolio": open_page(rm, "portfolio"),
        "customer": open_page(rm, "customer", cid=str(hers["customer_id"].iloc[0])),
        "churn-model": open_page(lead, "churn-model"),
        "churn-model, in totals": open_page(somebody("executive"), "churn-model"),
    }
    return {url: words(page) for url, page in opened.items()}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_model_file_that_cannot_be_used_is_a_sentence_on_each_page_with_its_scores(
    damage: str, bank: Stores, open_page: Open
) -> None:
    spoil, sentence = DAMAGES[damage]
    spoil(bank.settings.data_dir / MODELS / model_files.FILE)
    for url, text in _pages(bank, open_page).items():
        assert sentence in text, url
        assert "The scores of 30 Jun 2026 were made before" in text
        assert "the next nightly run does not use the file and trains a new model" in text
    checks = installation_checks.checked(bank, {}, bank.settings.data_dir / "settings.toml")
    assert any(c.what == "Models" and sentence in c.sentence and c.state == "look" for c in checks)


def test_scores_of_an_earlier_night_stand_with_their_day_and_why_there_are_no_newer(
    bank: Stores, open_page: Open
) -> None:
    why = "There is no churn model, because too few customers left."
    with next_snapshot(bank) as draft:
        draft.connection.execute(update(customer_scores).values(as_of=date(2026, 6, 29)))
        note = {"subject": subjects.CHURN_MODEL, "as_of": date(2026, 6, 30), "sentence": why}
        draft.connection.execute(insert(run_notes).values(**note))
    texts = _pages(bank, open_page)
    for url, text in texts.items():
        assert f"{why} The chances of leaving on this page are those of 29 Jun 2026" in text, url
    assert "customers leave, as of 29 Jun 2026" in str(texts["customer"])
