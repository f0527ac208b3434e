"""Figures of others to stand beside ours: entered with source, date and population, or not shown at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import select

from metrics.catalogue import CATALOGUE
from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import outside_benchmarks
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores

MAY_ENTER = frozenset({"analyst", "marketing", "service", "executive"})
LONGEST = 500


@dataclass(frozen=True, kw_only=True)
class OutsideBenchmark:
    """A row of `standing`: what others reached, and where that was published."""

    value: float
    source: str
    published_on: date
    population: str
    entered_by: str


def enter(
    stores: Stores,
    viewer: Viewer,
    metric: str,
    value: float | None,
    source: str,
    published_on: date | None,
    population: str,
    *,
    replaces: int | None = None,
    withdrawn: bool = False,
) -> None:
    """Append a benchmark; `replaces` names the entry it corrects or, with `withdrawn`, takes back.

    Raises AccessRefused for other roles (logged), ChangeRefused if anything that makes it comparable is missing.
    """
    sentence = "Your role does not enter benchmarks. Ask an analyst."
    audit.check_role(stores, viewer, MAY_ENTER, "benchmark.refused", sentence, metric)
    if metric not in CATALOGUE:
        raise ChangeRefused(f"There is no figure called “{metric}”. The dictionary lists them all.")
    source, population = source.strip(), population.strip()
    for words, what in ((source, "its source"), (population, "whom it was measured on")):
        if len(words) < 3:
            raise ChangeRefused(f"A benchmark needs {what}, or nobody can judge whether it compares. Add it.")
        if len(words) > LONGEST:
            raise ChangeRefused(f"{what.capitalize()} has {len(words):,} characters; {LONGEST} fit.")
    if value is None or published_on is None:
        what = "the day it was published" if value is not None else "its value"
        raise ChangeRefused(f"A benchmark needs {what}, or nobody can judge whether it compares. Add it.")
    if published_on > stores.now().date():
        raise ChangeRefused("A benchmark cannot be published in the future. Correct its day.")
    if CATALOGUE[metric].unit == "share" and not 0 <= value <= 1:
        raise ChangeRefused("A share lies between 0% and 100%. Correct the value.")
    if CATALOGUE[metric].unit == "points" and not -100 <= value <= 100:
        raise ChangeRefused("A score lies between −100 and +100 points. Correct the value.")
    with audit.entry(stores, viewer.username, "benchmark.enter", metric, source) as entry:
        corrected = select(outside_benchmarks.c.benchmark_id).where(
            outside_benchmarks.c.benchmark_id == replaces, outside_benchmarks.c.metric == metric
        )
        if replaces is not None and not entry.app_db.execute(corrected).first():
            raise ChangeRefused("The benchmark to correct does not exist. Reload and choose it again.")
        entry.append(
            outside_benchmarks,
            "entered",
            metric=metric,
            value=value,
            source=source,
            published_on=published_on,
            population=population,
            replaces=replaces,
            withdrawn=withdrawn,
        )


def standing(reader: Reader, metric: str | None = None) -> pd.DataFrame:
    """The benchmarks that count: those neither corrected nor withdrawn, the newest first."""
    t = outside_benchmarks
    rows = reader.frame(select(t).order_by(t.c.benchmark_id.desc()))
    replaced = set(rows["replaces"].dropna().astype(int))
    rows = rows[~rows["benchmark_id"].isin(replaced) & ~rows["withdrawn"].astype(bool)]
    return rows[rows["metric"] == metric] if metric else rows
