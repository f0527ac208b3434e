"""One running process, walked through by every role, in random orders, with other filters each time: nothing breaks.

What one page leaves behind (in the cache, the session, the application database) may not break another, in whatever order they come.
"""

from __future__ import annotations

import logging
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from metrics.definitions.scope import PERIODS
from pages import MENU, MenuEntry
from tests.morning import copy_of, stores_in
from tests.pages.staff import EVERYBODY, Open, busy_rm, opener, somebody, words
from warehouse.access.reader import Viewer
from warehouse.load.loading import load
from warehouse.stores.connect import Stores
from workflow import nightly

Step = tuple[Viewer, MenuEntry, dict[str, str]]
FILTERS = {"channel": ("Email", "Social", "Branch"), "product": ("Card", "Savings"), "segment": ("Mass",)}
VIEWS = {
    "campaigns": [{"view": v} for v in ("scorecard", "overlap", "pressure", "life")],
    "goals": [{"view": v} for v in ("Goals", "Bonus", "Set a goal")],
    "quarterly-review": [{"quarter": q} for q in ("2026Q2", "2026Q1", "2025Q4")],
    "channel-value": [{"compare": by} for by in ("channel", "campaign", "product", "month")],
}
"""Page → what its own choices may say in the address."""


@pytest.fixture(scope="module")
def whole_bank(after_a_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    copy_of(after_a_night, tmp_path_factory.mktemp("walk") / "data")
    stores = stores_in(tmp_path_factory.getbasetemp() / "walk0" / "data")
    yield stores
    stores.app_db.dispose()


def steps_of(stores: Stores, chance: random.Random) -> list[Step]:
    """Every page of every role once, in an order and with filters that `chance` gives."""
    rm = busy_rm(stores)
    steps = []
    for viewer in EVERYBODY:
        who = rm if viewer.role == "relationship_manager" and rm.rm_id else viewer
        for entry in (e for entries in MENU.values() for e in entries if viewer.role in e.roles):
            query = dict(chance.choice(VIEWS.get(entry.url, [{}])))
            if entry.filters is not None:
                query["joined" if entry.cohort else "period"] = chance.choice(list(PERIODS.values()))
                for name in (f for f in entry.filters if f in FILTERS and chance.random() < 0.4):
                    query[name] = chance.choice(FILTERS[name])
            steps.append((who, entry, query))
    chance.shuffle(steps)
    return steps


def as_roles(steps: list[Step], roles: int) -> list[Step]:
    """Of the steps, in their order, each page as so many of its roles."""
    taken: dict[str, list[Step]] = {}
    for step in steps:
        taken.setdefault(step[1].url, []).append(step)
    kept = [step for some in taken.values() for step in some[:roles]]
    return [step for step in steps if any(step is k for k in kept)]


def walk(open_page: Open, steps: list[Step], caplog: pytest.LogCaptureFixture, seed: str) -> dict[str, str]:
    """Take the steps; gives what was said at each. Fails with the way there where a page broke or a bug was logged."""
    texts, way = {}, []
    for viewer, entry, query in steps:
        way.append(f"{viewer.role} {entry.url} {query or ''}")
        page = open_page(viewer, entry.url, **query)
        wrong = [str(e.value) for e in (*page.error, *page.exception)]
        bugs = [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR]
        assert [*wrong, *bugs] == [], "\n".join([f"seed {seed}, after:", *way[-8:], *wrong, *bugs])
        assert page.title, way[-1]
        texts[way[-1]] = words(page)
    return texts


def test_pages_of_all_roles_in_any_order_break_none_of_each_other(
    whole_bank: Stores, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Once cold, as one role each; a part of it once more, warm, in another order: the cache is as others left it."""
    seed = "one"
    chance = random.Random(seed)
    steps = as_roles(steps_of(whole_bank, chance), 1)
    open_page = next(walking := opener(whole_bank, monkeypatch))
    first = walk(open_page, steps, caplog, seed)
    again = walk(open_page, chance.sample(steps, len(steps) // 3), caplog, seed)
    assert again == {step: first[step] for step in again}
    walking.close()


@pytest.mark.parametrize("role", ["marketing", "executive"])
def test_who_sees_totals_only_may_choose_a_period_whose_period_before_is_not_known(
    whole_bank: Stores, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    open_page = next(walking := opener(whole_bank, monkeypatch))
    page = open_page(somebody(role), "funnel", period=PERIODS["24m"], product="Card", segment="Mass")
    assert page.title, words(page)
    walking.close()


PARTS = {
    "customers only": ("customers",),
    "customers and leads": ("customers", "leads"),
    "customers and tickets": ("customers", "tickets"),
}


@pytest.mark.parametrize("tables", PARTS.values(), ids=PARTS)
def test_a_bank_that_lacks_most_tables_opens_every_page(
    bank_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tables: tuple[str, ...],
) -> None:
    extracts = tmp_path / "extracts"
    shutil.copytree(bank_folder, extracts, ignore=shutil.ignore_patterns("checks"))
    for mapping in extracts.glob("*.sql"):
        if mapping.stem not in tables:
            mapping.unlink()
    stores = stores_in(tmp_path / "data")
    load(stores, extracts, sample=True)
    nightly.run(stores)
    open_page = next(walking := opener(stores, monkeypatch))
    chance = random.Random(" ".join(tables))
    # Each page as one of its roles, whichever comes first.
    steps = as_roles(steps_of(stores, chance), 1)
    walk(open_page, steps, caplog, " ".join(tables))
    walking.close()
    stores.app_db.dispose()
