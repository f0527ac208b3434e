"""A review that was issued, as its readers meet it: what was presented stays, and a source's correction stands beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from tests.morning import stores_in
from tests.pages.staff import Open, opener, somebody, words
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import audit_log
from warehouse.load.loading import load
from warehouse.stores.connect import Stores
from workflow.reports.issued_reviews import issues

EXECUTIVE = somebody("executive")
OPENED = {"quarter": "Q1 2026", **{f"answer-{key}": "true" for key in ("value", "satisfaction", "channels")}}
MARCH, JUNE = date(2026, 3, 31), date(2026, 6, 30)
DAYS = [date(2025, 1, 1) + timedelta(days=n) for n in range((JUNE - date(2025, 1, 1)).days + 1)]
MONTH_ENDS = [day for day in DAYS if (day + timedelta(days=1)).day == 1]


def deliver(folder: Path, *, brought: int = 1000, score: int | None = None) -> None:
    """What the sources of a small bank say by the end of June; a customer of a channel joins each day.

    In February 2026 each customer brought `brought`, and all gave the `score`; otherwise one in three is unhappy. A
    complaint of February is taken back in May.
    """
    folder.mkdir(exist_ok=True)
    tables = {
        "customers": ["customer_id,joined_on,acquired_by_lead_id"],
        "leads": ["lead_id,channel,created_at"],
        "revenues": ["customer_id,product,month_on,revenue,cost_to_serve"],
        "surveys": ["survey_id,customer_id,kind,ticket_id,asked_at,answered_at,score"],
        "tickets": ["ticket_id,customer_id,opened_at,category,complaint,withdrawn,resolved_at"],
    }
    for n, day in enumerate(DAYS):
        tables["leads"].append(f"L{n},{('email', 'branch')[n % 2]},{day} 09:00")
        tables["customers"].append(f"C{n},{day},L{n}")
        in_february = score is not None and (day.year, day.month) == (2026, 2)
        given = score if in_february else 2 if n % 3 == 0 else 5
        tables["surveys"].append(f"S{n},C{n},csat,T{n},{day} 12:00,{day} 13:00,{given}")
        back, settled = ("true", "2026-05-04 09:00") if day == date(2026, 2, 3) else ("false", f"{day} 16:00")
        tables["tickets"].append(f"T{n},C{n},{day} 11:00,{('cards', 'fees')[n % 2]},true,{back},{settled}")
    for end in MONTH_ENDS:
        amount = brought if end == date(2026, 2, 28) else 1000
        tables["revenues"] += [f"C{n},savings,{end},{amount},100" for n in range(31)]
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture
def quarter_over(tmp_path: Path) -> Iterator[Stores]:
    """That bank as it stood on the evening of 31 March."""
    deliver(tmp_path / "extracts")
    stores = stores_in(tmp_path / "data")
    load(stores, tmp_path / "extracts", as_of=MARCH)
    yield stores
    stores.app_db.dispose()


@pytest.fixture
def open_page(quarter_over: Stores, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    yield from opener(quarter_over, monkeypatch)


def _review(open_page: Open, role: str = "executive") -> AppTest:
    return open_page(somebody(role), "quarterly-review", **OPENED)


def _press(page: AppTest, label: str) -> AppTest:
    next(b for b in page.button if b.label == label).click()
    return page.run()


def _cards(page: AppTest) -> list[tuple[str, str]]:
    return [(m.label, m.value) for m in page.metric]


def _cells(page: AppTest) -> list[str]:
    frames = (*page.dataframe, *page.table)
    return [str(c).replace("\\", "") for frame in frames for c in frame.value.to_numpy().ravel()]


def page_text(page: AppTest) -> str:
    assert not [e.value for e in (*page.error, *page.exception)]
    return words(page).replace("\\", "").replace("\u00a0", " ")


def test_an_executive_issues_a_review_on_its_page_and_a_further_version_needs_its_reason(
    open_page: Open, quarter_over: Stores
) -> None:
    assert "Issue it" not in [b.label for b in _review(open_page, "analyst").button]
    page, second_window = _review(open_page), _review(open_page)
    assert "Draft: computed from the bank as it is loaded now." in page_text(page)
    page = _press(page, "Issue it")
    assert "Version 1, issued on 1 Jul 2026 by executive-1" in page_text(page)
    assert "Version 1 was issued while you had this page open" in page_text(_press(second_window, "Issue it"))
    page = _press(page, "Issue it")
    assert "Version 1 was issued. Say why there is another" in page_text(page)
    next(t for t in page.text_input if t.label == "Why a further version").input("The *first* lacked a goal")
    assert "Version 2, issued on 1 Jul 2026 by executive-1. The *first* lacked a goal" in page_text(
        _press(page, "Issue it")
    )
    versions = issues(Reader(quarter_over, SYSTEM, quarter_over.snapshot()), "2026Q1")
    assert [(v.version, v.issued_by, v.as_of) for v in versions] == [
        (n, "executive-1", MARCH) for n in (2, 1)
    ]
    with quarter_over.app_db.connect() as app_db:
        lines = app_db.execute(
            select(audit_log.c.subject).where(audit_log.c.action == "review.issue")
        ).scalars()
        assert list(lines) == ["2026Q1", "2026Q1"]


def test_an_issued_figure_stays_later_days_correct_nothing_and_a_corrected_source_is_said_with_both_values(
    open_page: Open, quarter_over: Stores, tmp_path: Path
) -> None:
    page = _press(_review(open_page), "Issue it")
    then, rows = _cards(page), _cells(page)
    assert ("Net revenue", "HKD 83,700") in then

    load(quarter_over, tmp_path / "extracts", as_of=JUNE)
    for role in ("executive", "analyst"):
        page = _review(open_page, role)
        assert "Version 1" in page_text(page)
        assert (_cards(page), _cells(page)) == (then, rows), "what was issued is what is read"
        assert "orrected since" not in page_text(page), role
        assert "by now 89" in page_text(page), "a complaint that was taken back is no correction"

    deliver(tmp_path / "extracts", brought=2000, score=1)
    load(quarter_over, tmp_path / "extracts", as_of=JUNE)
    page = _review(open_page)
    assert _cards(page) == then, "an issued figure never changes"
    assert "corrected since: now HKD 114,700" in page_text(page)
    (warned,) = [w.value.replace("\\", "") for w in page.warning]
    assert warned.startswith(
        "Corrected since it was issued: Net revenue: issued HKD 83,700, now HKD 114,700; "
    )
    assert "Complaints" not in warned
    assert "Cards, Satisfied customers (CSAT): issued " in warned
    changed = [(a, b) for a, b in zip(rows, _cells(page), strict=True) if a != b]
    assert len(changed) >= 4, "share and interval of two touchpoints"
    for before, now in changed:
        assert now.startswith(f"{before} (corrected since: now "), (before, now)
