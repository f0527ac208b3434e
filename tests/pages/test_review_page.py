"""The page of the quarterly review shows what `reports` says, and its files are made on a click for whoever is there then."""

import pytest
import streamlit as st
from sqlalchemy import select

from pages.components import viewer as door
from reports import review_composition as quarterly
from reports.review.review_document import NAMES
from tests.pages.staff import somebody, words
from warehouse.access import data_coverage
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import audit_log
from warehouse.errors import AccessRefused
from warehouse.stores.connect import Stores

EVERY_ANSWER = {f"answer-{key}": "true" for key in NAMES}


@pytest.fixture
def offered(monkeypatch):
    """What the download buttons would make, by key."""
    files = {}
    monkeypatch.setattr(
        st, "download_button", lambda _label, data, _name, _mime, key, **_more: files.update({key: data})
    )
    return files


def _plainly(text: str) -> str:
    """What is read: without what keeps a number on the line of its unit, and a sign from being read as a style."""
    return text.replace("\\", "").replace("\u00a0", " ")


def test_every_answer_opens_and_says_what_the_review_says(open_page, bank: Stores, offered, monkeypatch):
    viewer = somebody("executive")
    reader = Reader(bank, viewer, bank.snapshot())
    available = data_coverage.available_columns(reader)
    review = quarterly.build(reader, quarterly.quarters(reader, available)[0], available)
    page = open_page(viewer, "quarterly-review", **EVERY_ANSWER)
    assert not [e.value for e in page.error]
    assert _plainly(page.title[0].value) == review.title
    first = len(review.exhibits)
    assert [_plainly(e.label).partition(" · ")[2] for e in page.expander[:first]] == [
        e.title for e in review.exhibits
    ]
    assert [_plainly(e.label) for e in page.expander[first : first + 10]] == [
        f"**{n} {NAMES[a.key]}** · {a.title}" for n, a in enumerate(review.answers, start=1)
    ]
    page_text = words(page)
    for answer in review.answers:
        assert all(sentence in page_text for sentence in answer.sentences), answer.key
        to_do = [answer.recommendation, *(e.recommendation for e in answer.exhibits)]
        assert all(text in _plainly(page_text) for text in to_do)
        assert all(e.title in _plainly(page_text) for e in answer.exhibits)
    cards = {(m.label, m.value) for m in page.metric}
    for figure in (*review.figures, *(f for a in review.answers for f in a.figures)):
        if any(c.isdigit() for c in figure.value):
            assert (figure.label, figure.value) in cards
    tables = [a.table for a in review.answers if a.table is not None]
    tables += [e.table for a in review.answers for e in a.exhibits if e.table is not None]
    assert len(page.dataframe) + len(page.table) == len(tables)
    # Where a cell is a sentence, the table wraps it.
    assert not [c for f in page.dataframe for row in f.value.to_numpy() for c in row if len(str(c)) > 50]
    assert offered["take-pptx"]()[:2] == b"PK"
    assert offered["take-pdf"]()[:5] == b"%PDF-"
    monkeypatch.setattr(door, "later", lambda: lambda: somebody("sales"))
    page.run()
    for kind in ("pptx", "pdf"):
        with pytest.raises(AccessRefused):
            offered[f"take-{kind}"]()
    with bank.app_db.connect() as app_db:
        lines = app_db.execute(select(audit_log).where(audit_log.c.action.like("export.%"))).all()
    review_lines = [(x.action, x.subject) for x in lines if x.subject.startswith("Quarterly review")]
    assert review_lines == [
        *[("export.taken", "Quarterly review 2026Q2")] * 2,
        *[("export.refused", "Quarterly review")] * 2,
    ]


def test_a_quarter_in_the_address_is_shown_and_one_without_data_gives_the_newest(open_page):
    viewer = somebody("executive")
    assert open_page(viewer, "quarterly-review", quarter="Q1 2026").title[0].value.startswith("Q1 2026")
    assert open_page(viewer, "quarterly-review", quarter="Q1 2031").title[0].value.startswith("Q2 2026")
