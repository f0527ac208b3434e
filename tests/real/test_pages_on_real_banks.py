"""Every page on banks of other people, where whole departments are missing: it says so, and nothing breaks."""

import pytest

from metrics.catalogue import CATALOGUE
from pages import MENU
from reports.review.review_document import NAMES
from tests.pages.staff import EVERYBODY, opener, words

pytestmark = pytest.mark.real
ENTRIES = [entry for entries in MENU.values() for entry in entries]


@pytest.mark.parametrize("bank", ["berka", "bank_marketing"])
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.url)
def test_every_page_opens_for_every_role(bank, entry, request, monkeypatch):
    open_as = next(opener(request.getfixturevalue(bank), monkeypatch))
    for viewer in EVERYBODY:
        if viewer.role in entry.roles:
            app = open_as(viewer, entry.url)
            assert not [e.value for e in app.error]
            assert app.title
            assert "nan" not in words(app).split()


def test_a_bank_without_leads_says_that_its_funnel_needs_them(berka, monkeypatch):
    app = next(opener(berka, monkeypatch))(next(v for v in EVERYBODY if v.role == "analyst"), "funnel")
    assert "The funnel: not known: `leads` was not given" in words(app)
    assert {m.value for m in app.metric} == {"not known"}


def test_a_stage_that_a_bank_does_not_record_is_no_stage_nobody_reached(bank_marketing, monkeypatch):
    app = next(opener(bank_marketing, monkeypatch))(
        next(v for v in EVERYBODY if v.role == "analyst"), "funnel"
    )
    values = {m.label: m.value for m in app.metric}
    assert values["Leads"] != "not known"
    assert values[CATALOGUE["acceptance_rate"].label] == "not known"
    assert values["Win rate"] == "not known", "without opportunities there is no share of them that was won"


@pytest.mark.parametrize("bank", ["berka", "bank_marketing"])
def test_the_quarterly_review_answers_every_question_in_whole_sentences(bank, request, monkeypatch):
    open_as = next(opener(request.getfixturevalue(bank), monkeypatch))
    executive = next(v for v in EVERYBODY if v.role == "executive")
    app = open_as(executive, "quarterly-review", **{f"answer-{key}": "true" for key in NAMES})
    assert not [e.value for e in app.error]
    page_text = words(app)
    assert "nan" not in page_text.split()
    assert "Disputes settled" in page_text
    assert "not given" in page_text.lower()
