"""Every figure a page shows comes through here, and through the one cache of the project.

The cache's key is one text: the viewer's row rule, the settings, the snapshot, the definitions in force, and the call:
a function and its arguments (`metrics.definitions.cache_key`). Nobody chooses a word, so no two answers can have one
name; two viewers share an answer only when they may see the same rows of the same snapshot. What people write on the
application database changes by the minute and is not cached: a function that reads it is refused.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.definitions.cache_key import Once, key_of, spelled
from metrics.definitions.measure import Metric, measures_of
from metrics.definitions.scope import Period, Scope, period_named, year_before
from metrics.qualification.qualification_rule import dependent
from metrics.qualification.qualification_versions import BankReader, bank_reader, in_force
from metrics.query.freshness import Freshness
from metrics.query.freshness import freshness as freshness_of
from metrics.query.missing_reasons import Missing, not_given_for, why
from metrics.query.query import Query, answer, answer_as_agreed, figures, in_app_db
from metrics.query.query import ask as ask_warehouse
from metrics.query.time_coverage import compared_with, reaches_back, span_before
from warehouse.access import data_coverage
from warehouse.access.data_coverage import AvailableColumns, Coverage
from warehouse.access.reader import Reader, Viewer, frame_of
from warehouse.access.roles import reads_by_month, sees_single_rows
from warehouse.errors import NothingLoaded
from warehouse.identity import link_quality
from warehouse.settings import Settings
from warehouse.stores import connect, run_memo
from warehouse.stores.answer_cache import AnswerCache
from warehouse.stores.connect import State
from warehouse.stores.run_memo import Read
from workflow.campaigns import campaign_conclusions
from workflow.rules.unchecked_rules import why_no_alert

P = ParamSpec("P")
R = TypeVar("R")
NOWHERE = Path()

ANSWERS = AnswerCache(2_000)
"""The one cache of the project's pages, under keys that say everything an answer depends on."""
_UNLOGGED: dict[str, tuple[Read, ...]] = {}
"""Key of an answer → what was read for it of tables that change without a line in the audit log."""


def reader(viewer: Viewer) -> Reader:
    """The viewer's door, on the snapshot that is current now."""
    stores = connect.here()
    return Reader(stores, viewer, stores.snapshot())


def cached(
    viewer: Viewer,
    function: Callable[Concatenate[Reader, P], R],
    /,
    *arguments: P.args,
    **named: P.kwargs,
) -> R:
    """`function(reader, *arguments)`, done once for viewers of one row rule as long as nothing it depends on changes.

    The reader gives the bank alone, and the definitions in force to a function marked `as_agreed`. Raises CannotBeKept
    for a function that is not at the top of a module, for an argument that cannot be spelled exactly, and where the
    application database is read.
    """
    door = reader(viewer)
    bank, state = bank_reader(door, function), door.stores.state_of(str(door.snapshot))
    call = key_of(function, arguments, named)
    key = f"{_asked_by(bank, state)}{spelled(bank.agreed)}{call}"
    answer: R = ANSWERS.once(key, lambda: function(bank, *arguments, **named))
    return answer


def _asked_by(bank: BankReader, state: State) -> str:
    """The viewer's row rule, the settings and the snapshot, spelled once a run."""
    run = run_memo.current()
    if run is None:
        return spelled((bank.viewer, _choices(bank.stores.settings), state))
    if (bank.viewer, state) not in run.notes:
        run.notes[bank.viewer, state] = spelled((bank.viewer, _choices(bank.stores.settings), state))
    return str(run.notes[bank.viewer, state])


def _choices(settings: Settings) -> Settings:
    """The settings without where the files lie: a snapshot's id is random, so a copy of it gives the same answers."""
    return replace(settings, data_dir=NOWHERE, app_db_url="")


def until_changed(
    viewer: Viewer,
    function: Callable[Concatenate[Viewer, P], R],
    /,
    *arguments: P.args,
    **named: P.kwargs,
) -> R:
    """`function(viewer, *arguments)`, which may read what people wrote, done once per person and day until any of it, the
    snapshot or the settings change.

    What it reads of tables that change without a line in the audit log is asked again, and must be as it was.
    """
    door, run = reader(viewer), run_memo.current()
    if run is None:
        return function(viewer, *arguments, **named)
    # With where the files lie: two copies of a bank have one snapshot, and what people wrote in each is its own.
    state, today = door.stores.state_of(str(door.snapshot)), door.stores.now().date()
    asked_by = spelled((viewer, door.stores.settings, state, door.written(), today))
    key = f"{asked_by}{key_of(function, arguments, named)}"
    kept: tuple[R] | None = ANSWERS.find(key)
    if kept is not None and all(run.asked_again(*read) for read in _UNLOGGED.get(key, ())):
        return kept[0]
    with run.noting() as unlogged:
        answer = function(viewer, *arguments, **named)
    if len(_UNLOGGED) > ANSWERS.most:
        _UNLOGGED.clear()
        ANSWERS.clear()
    if unlogged:
        _UNLOGGED[key] = tuple(unlogged)
    else:
        _UNLOGGED.pop(key, None)
    ANSWERS.keep(key, (answer,))
    return answer


def once(viewer: Viewer) -> Once:
    """`cached` for one viewer, for who asks without knowing of pages."""
    called: Once = partial(cached, viewer)
    return called


def frame(viewer: Viewer, statement: Any) -> pd.DataFrame:
    """The rows of a statement, narrowed to the viewer."""
    return cached(viewer, frame_of, statement)


def fresh_or_cached(viewer: Viewer, statement: Any) -> pd.DataFrame:
    """The rows of a statement: about the application database read fresh, about the bank from the cache."""
    door = reader(viewer)
    return door.frame(statement) if door.is_of_app_db(statement) else frame(viewer, statement)


def as_of(viewer: Viewer) -> date:
    """The last day that counts for the viewer: the last one loaded, or the end of the last full month."""
    return data_coverage.as_of(reader(viewer))


def loaded_until(viewer: Viewer) -> date:
    """The last day fully loaded, for everybody."""
    return data_coverage.loaded_until(reader(viewer))


def by_month(viewer: Viewer) -> bool:
    """Whether the viewer, who sees people as totals only, reads the bank by whole months."""
    return reads_by_month(viewer.role)


def period_of(viewer: Viewer, name: str) -> Period:
    """The period behind a word of the address, for the viewer."""
    return period_named(name, as_of(viewer), by_month=by_month(viewer))


def before(viewer: Viewer, scope: Scope) -> Period:
    """What a scope's period is compared with: the same days a year before, or as many directly before.

    For who reads by month, of whole months as many months.
    """
    return (
        year_before(scope.period)
        if scope.against == "year"
        else span_before(scope.period, coverage_of(viewer))
    )


def coverage_of(viewer: Viewer) -> Coverage | None:
    """From when until when what is known: the one clock."""
    return data_coverage.of(reader(viewer))


def available_columns(viewer: Viewer) -> AvailableColumns:
    """What this bank has data of: `table`, and `table.column` for what its source gave and holds something."""
    return data_coverage.available_columns(reader(viewer))


def ask(
    viewer: Viewer,
    metrics: Sequence[str],
    scope: Scope,
    by: Sequence[str] = (),
    periods: Sequence[Period] = (),
    *,
    alike: bool = False,
) -> pd.DataFrame:
    """The figures of `metrics.query.query.ask`: about the application database read fresh, the others from the cache."""
    of_app_db = [m for m in metrics if in_app_db(m)]
    in_bank = [m for m in metrics if m not in of_app_db]
    given = available_columns(viewer)
    query = Query.of(in_bank, scope, by, periods)
    answered = answer if dependent().isdisjoint(in_bank) else answer_as_agreed
    of_bank = cached(viewer, answered, query, given, alike=alike)
    if not of_app_db:
        return of_bank
    fresh = ask_warehouse(Query.of(of_app_db, scope, by, periods), reader(viewer), given)
    if not_countable(viewer, *of_app_db):
        fresh[of_app_db] = math.nan
    return of_bank.merge(fresh, on=["period", *by], how="outer") if in_bank else fresh


def period_row(answer: pd.DataFrame, period: int) -> pd.Series:
    """The figures of one period, of an answer that has its period as index and no breakdown."""
    row = answer.loc[period]
    assert isinstance(row, pd.Series)
    return row


def ask_and_before(
    viewer: Viewer, metrics: Sequence[str], scope: Scope, by: Sequence[str] = (), more: Sequence[Period] = ()
) -> pd.DataFrame:
    """`ask` for a scope (period 0), the period it is compared with (1) and `more`, to compare 0 with 1.

    Where the bank's data had not begun over all of the period before, its figure is not known, rather than nearly 0; so
    it is where the scope does not look back.
    """
    frame = ask(viewer, metrics, scope, by, (scope.period, before(viewer, scope), *more))
    covered = coverage_of(viewer)
    names = {*metrics, *(m.name for n in metrics for m in measures_of(CATALOGUE[n]))}
    unlike = sorted(
        n
        for n in names
        if not scope.looks_back
        or not reaches_back(
            CATALOGUE[n], compared_with(CATALOGUE[n], scope.period, covered, scope.against), covered
        )
    )
    return frame.assign(**{n: frame[n].where(frame["period"] != 1) for n in unlike})


def hidden_below(viewer: Viewer, metric: Metric) -> int | None:
    """The fewest people a figure is shown about to who sees it in total only; None for others."""
    return reader(viewer).hidden_below(*(m.fact for m in measures_of(metric)))


def why_missing(viewer: Viewer, name: str, period: Period, row: pd.Series) -> Missing | None:
    """Why a row of an answer holds no value of a metric, from what is really missing; None where it holds one."""
    metric = CATALOGUE[name]
    return not_countable(viewer, name) or why(
        name, period, figures(metric, row), coverage_of(viewer), hidden_below(viewer, metric)
    )


def not_countable(viewer: Viewer, *names: str) -> Missing | None:
    """Why figures about what the nightly run raises say nothing in this bank; None where they do, and of others."""
    return why_no_alert(reader(viewer)) if any(in_app_db(n) for n in names) else None


def missing_cell(viewer: Viewer, name: str) -> str:
    """What an empty cell of a metric says: `not known` where it was not given, else `too few` of who sees totals only."""
    metric = CATALOGUE[name]
    missing = not_given_for([name], coverage_of(viewer)) or not_countable(viewer, name)
    if missing or hidden_below(viewer, metric) is None:
        return "not known"
    return "too few"


def concluded(viewer: Viewer, by: str) -> pd.DataFrame:
    """The one conclusion on each channel or campaign (`workflow.campaigns.campaign_conclusions`), from the cache."""
    return cached(viewer, campaign_conclusions.concluded, by, as_of(viewer), available_columns(viewer))


def catalogue(viewer: Viewer) -> Mapping[str, Metric]:
    """Every metric as the departments agreed it, with the “qualified” in force: for who needs the measure itself."""
    return in_force(reader(viewer))


def status(viewer: Viewer) -> pd.DataFrame:
    """One row per table: source, rows, last load, latest day."""
    return cached(viewer, frame_of, data_coverage.status())


def match_rates(viewer: Viewer) -> pd.DataFrame:
    """One row per source: how many of its records belong to a known customer, and by what."""
    return cached(viewer, link_quality.rates)


def freshness(viewer: Viewer) -> Freshness:
    """How fresh the bank is: late sources, awaited months, the age of its last day."""
    door = reader(viewer)
    covered = data_coverage.of(door)
    if covered is None:
        raise NothingLoaded("There is no record of when this bank was loaded. Load it again.")
    loaded = status(viewer)
    late = loaded.loc[loaded["overdue"].fillna(value=False).astype(bool), "table_name"]
    return freshness_of(covered, tuple(late), door.stores.now().date())


def failed_checks(viewer: Viewer) -> pd.DataFrame:
    """One row per check of the load that found something."""
    return cached(viewer, data_coverage.visible_failed_checks)


def awaits_first_night(viewer: Viewer) -> bool:
    """Whether a bank is loaded of which no nightly run has worked anything out yet."""
    covered = _coverage_if_loaded(viewer)
    return covered is not None and covered.nights == 0


def is_sample(viewer: Viewer) -> bool:
    """Whether what is loaded is the invented bank."""
    covered = _coverage_if_loaded(viewer)
    return covered is not None and covered.sample


def _coverage_if_loaded(viewer: Viewer) -> Coverage | None:
    try:
        return coverage_of(viewer)
    except NothingLoaded:
        return None


def may_see(viewer: Viewer, *tables: str) -> bool:
    """Whether the viewer's role includes every one of these tables row by row."""
    return all(sees_single_rows(viewer.role, t) for t in tables)
