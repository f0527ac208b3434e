"""A question that a program asks, and its answer: the one place that reads questions for the API and for MCP.

It is the question of the page Reports, so it has that page's refusals, periods and figures, rounded as in its tables.
Nothing in it reads a row: its only numbers are answers of `metrics.query`.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison.currency import in_currency
from metrics.comparison.words import PLACES, change, figure, rounded
from metrics.definitions.dimensions import DIMENSIONS, caution
from metrics.definitions.measure import Metric, Ratio, measures_of, version
from metrics.definitions.scope import (
    NOT_KNOWN,
    PERIODS,
    PERIODS_BY_MONTH,
    Period,
    Scope,
    days_chosen,
    parts_by_month,
)
from metrics.qualification.qualification_rule import dependent
from metrics.qualification.qualification_versions import in_words as qualified_in_words
from metrics.query.missing_reasons import missed, why
from metrics.query.query import Query, ask, columns_of, in_app_db
from metrics.query.report_query import (
    MONTH,
    OFFERED_BY,
    Ask,
    SavedReport,
    may_ask,
    misfit,
    refusal,
    values_of,
    ways,
    ways_for,
    whose,
)
from metrics.query.report_reading import Cell, read, read_across
from metrics.query.time_coverage import delivered_until
from warehouse.access import data_coverage
from warehouse.access.reader import Reader, Viewer
from warehouse.access.roles import reads_by_month
from warehouse.errors import AccessRefused, NothingLoaded, Problem
from workflow.rules.unchecked_rules import why_no_alert

PARTS = ("metric", "period", "by", "filters")
EARLIEST = date(2000, 1, 1)
"""Before the first day of any bank's data: no question begins earlier."""
MOST_MONTHS = 60
"""Months that one answer may have a figure of."""
MOST_VALUES = 30
"""Values of one filter."""
MOST_ROWS = 5_000
"""Figures of one answer; of more nobody reads a part and takes it for the whole."""
LONGEST = 200
"""Characters of a word in a question."""
UNKNOWN = "not-known"
"""As the value of a filter or in an answer: the rows for which a dimension is not recorded, as in the filter bar."""


class NotUnderstood(Problem):
    """A question that does not fit: which part, and what would."""


def parsed(given: object) -> SavedReport:
    """The question in an object of JSON. Raises NotUnderstood, which says what does not fit and what would."""
    if not isinstance(given, Mapping):
        raise NotUnderstood(f"A question is an object with {', '.join(PARTS)}, such as {_EXAMPLE}.")
    if strange := next((k for k in given if k not in PARTS), None):
        raise NotUnderstood(
            f"“{_cut(strange)}” is no part of a question. A question has: {', '.join(PARTS)}, such as {_EXAMPLE}."
        )
    name = _word(given.get("metric"), "metric")
    if name not in CATALOGUE:
        raise NotUnderstood(
            f"The dictionary has no figure called “{_cut(name)}”.{_near(name, CATALOGUE)} The list of metrics has every "
            "name."
        )
    by = _words(given.get("by"), "by")
    if len(by) > 2 or len(set(by)) < len(by):
        raise NotUnderstood("A figure is broken down by one dimension, or by two different ones at most.")
    if by[:1] == (MONTH,) and len(by) == 2:
        by = (by[1], by[0])
    report = SavedReport(
        metric=name,
        breakdown=by[0] if by else "",
        across=by[1] if len(by) > 1 else "",
        filters=_filters(given.get("filters")),
        period=_period(given.get("period", "90d")),
        chart="table",
    )
    if why_not := misfit(report, days=True):
        raise NotUnderstood(_with_dimensions(why_not, name))
    return report


def in_words(report: SavedReport) -> str:
    """A question in a few words, for the audit log: `quarter, by channel, with product`; no value that was typed."""
    by = " and ".join(d for d in (report.breakdown, report.across) if d)
    parts = [report.period, f"by {by}" if by else "", *(f"with {d}" for d, _ in report.filters)]
    return ", ".join(part for part in parts if part)


_EXAMPLE = '{"metric": "leads", "period": "quarter", "by": "channel", "filters": {"product": ["loan"]}}'


def answered(reader: Reader, report: SavedReport) -> dict[str, Any]:
    """The answer to a question, for the reader's viewer: figures with all that is needed to read them.

    Raises AccessRefused for a question that is not hers, NotUnderstood for a value no figure of hers has, and
    NothingLoaded.
    """
    viewer, metric = reader.viewer, CATALOGUE[report.metric]
    if why_not := refusal(report, viewer):
        raise AccessRefused(why_not)
    as_of, covered = data_coverage.as_of(reader), data_coverage.of(reader)
    if covered is None:
        raise NothingLoaded("There is no record of when this bank was loaded. Load it again.")
    by_month = reads_by_month(viewer.role)
    period = report.scope(as_of, by_month=by_month).period
    _check_length(report, period)
    no_alerts = why_no_alert(reader) if in_app_db(report.metric) else None
    figures_of = _figures_of(reader, report.metric, blank=no_alerts is not None)
    _check_values(reader, report, as_of, figures_of)
    hidden_below = reader.hidden_below(*(m.fact for m in measures_of(metric)))
    totals_only = hidden_below is not None
    result = read(report, as_of, figures_of, covered, totals_only=totals_only)

    def cell(of: Cell, days: Period) -> dict[str, Any]:
        values = {"value": of.value, "denominator": of.cases}
        missing = no_alerts or why(report.metric, days, values, covered, hidden_below)
        return _cell(metric, of) | {
            "missing": {"kind": missing.kind, "sentence": missing.sentence} if missing else None
        }

    rows: list[dict[str, Any]] = []
    if report.across:
        cells = read_across(report, as_of, figures_of, covered, totals_only=totals_only)
        for down, side, of in cells:
            second = of.period.start.strftime("%Y-%m") if report.across == MONTH else _value(side)
            rows.append({report.breakdown: _value(down), report.across: second} | cell(of, of.period))
    elif report.breakdown == MONTH:
        months = parts_by_month(period)
        rows = [
            {MONTH: m.start.strftime("%Y-%m"), "partial": of.partial} | cell(of, m)
            for m, of in zip(months, result.parts, strict=True)
        ]
    elif report.breakdown:
        rows = [{report.breakdown: _value(of.part)} | cell(of, period) for of in result.parts]
    if len(rows) > MOST_ROWS:
        raise NotUnderstood(
            f"This answer would have more than {MOST_ROWS:,} figures. Ask for a shorter period or with a filter."
        )
    dimensions = [*(d for d in (report.breakdown, report.across) if d in DIMENSIONS), *dict(report.filters)]
    notes = [
        caution((m.fact for m in measures_of(metric)), dimensions),
        missed(report.metric, covered, hidden_below),
        "Your role counts people in whole months that are over." if by_month else "",
        f"“Qualified” as in force: {qualified_in_words(reader)}" if report.metric in dependent() else "",
    ]
    return {
        "metric": report.metric,
        "label": metric.label,
        "unit": in_currency(metric.unit),
        "definition": definition(report.metric),
        "of": whose(report.metric, viewer) or "the bank",
        "period": _days(period),
        "by": [d for d in (report.breakdown, report.across) if d],
        "filters": {d: [_value(v or None) for v in values] for d, values in report.filters},
        "figure": cell(result.whole, period),
        "rows": rows,
        "as_of": as_of.isoformat(),
        "sources": sources(report.metric),
        "delivered_until": delivered_until(metric, covered).isoformat(),
        "sample": covered.sample,
        "notes": [note for note in notes if note],
    }


def definition(name: str) -> dict[str, Any]:
    """What a metric means: its sentence, owner, version and history, and the words of departments for it."""
    metric = CATALOGUE[name]
    return {
        "description": metric.description,
        "owner": metric.owner,
        "version": version(metric),
        "history": list(metric.history),
        "better": metric.better,
        "synonyms": dict(metric.synonyms),
    }


def sources(name: str) -> list[str]:
    """The unified tables' columns that a metric is read from, as `table.column`; of what people write its table."""
    return [f"{table}.{column}" for table, column in columns_of(name)] or [
        m.fact.name for m in measures_of(CATALOGUE[name])
    ]


def metrics_for(viewer: Viewer, names: Iterable[str]) -> list[dict[str, Any]]:
    """Metrics with their definitions, and by what the viewer may break each down; `allowed` says whether she may ask."""
    listed = []
    for name in names:
        metric, allowed = CATALOGUE[name], may_ask(name, viewer)
        dimensions = ways_for(name, viewer) if allowed else ()
        listed.append(
            {
                "metric": name,
                "label": metric.label,
                "unit": in_currency(metric.unit),
                "definition": definition(name),
            }
            | {"sources": sources(name), "allowed": allowed}
            | {"dimensions": [MONTH, *dimensions] if allowed else []}
        )
    return listed


def periods_for(viewer: Viewer) -> dict[str, str]:
    """The words for periods that the viewer may ask, and what they mean for her."""
    return dict(PERIODS_BY_MONTH if reads_by_month(viewer.role) else PERIODS)


def _figures_of(reader: Reader, name: str, *, blank: bool = False) -> Ask:
    """The door to the figures of a metric; with `blank` none of them says anything in this bank."""
    given = data_coverage.available_columns(reader)

    def figures_of(scope: Scope, by: Sequence[str], periods: Sequence[Period]) -> pd.DataFrame:
        frame = ask(Query.of([name], scope, by, periods), reader, given)
        return frame.assign(**{name: math.nan}) if blank else frame

    return figures_of


def _check_length(report: SavedReport, period: Period) -> None:
    if MONTH in (report.breakdown, report.across) and len(parts_by_month(period)) > MOST_MONTHS:
        raise NotUnderstood(
            f"An answer by month has {MOST_MONTHS} months at most. Ask for a shorter period, or for several after each "
            "other."
        )


def _check_values(reader: Reader, report: SavedReport, as_of: date, figures_of: Ask) -> None:
    """Refuse a filter by a value that neither the figure nor the filter bar has: its 0 would be a claim."""
    for dimension, values in report.filters:
        there = {*values_of(dimension, as_of, figures_of), NOT_KNOWN}
        offering = SavedReport(metric=OFFERED_BY.get(dimension, report.metric), breakdown=dimension)
        if not there.issuperset(values) and not refusal(offering, reader.viewer):
            there |= {*values_of(dimension, as_of, _figures_of(reader, offering.metric))}
        if strange := next((v for v in values if v not in there), None):
            raise NotUnderstood(
                f"No figure of yours has the {dimension} “{_cut(strange)}”.{_near(strange, there)} An answer by "
                f"{dimension} has every value."
            )


def _cell(metric: Metric, of: Cell) -> dict[str, Any]:
    unit_places = PLACES[metric.unit] + (2 if metric.unit == "share" else 0)

    def number(value: float | None, places: int = unit_places) -> float | None:
        if value is None or math.isnan(value):
            return None
        return rounded(value, places) if places else int(rounded(value))

    moved = of.change
    return {
        "value": number(of.value),
        "in_words": figure(metric, of.value) if not math.isnan(of.value) else None,
        "counted": _days(of.period),
        "n": number(of.cases, 0) if isinstance(metric, Ratio) else None,
        "interval": {"low": number(of.bounds[0]), "high": number(of.bounds[1]), "level": 0.95}
        if of.bounds
        else None,
        "before": number(of.before),
        "change": change(metric, of.value, of.before, moved) if moved and not math.isnan(of.value) else None,
    }


def _days(period: Period) -> dict[str, str]:
    return {
        "from": period.start.isoformat(),
        "to": period.end.isoformat(),
        "in_words": period.in_words(),
    }


def _value(value: str | None) -> str:
    """A value of a dimension as questions and answers write it."""
    return value or UNKNOWN


def _filters(given: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if given is None:
        return ()
    if not isinstance(given, Mapping):
        raise NotUnderstood(
            'Filters are an object of dimensions with their values, such as {"channel": ["email"]}.'
        )
    filters = []
    for dimension, values in given.items():
        if not isinstance(dimension, str) or dimension not in DIMENSIONS:
            raise NotUnderstood(
                f"“{_cut(dimension)}” is nothing that figures are filtered by. Dimensions are: {', '.join(DIMENSIONS)}."
            )
        words = _words(values, f"filters.{dimension}")
        if not words:
            raise NotUnderstood(f"The filter by {dimension} has no value. Leave it out, or name one.")
        if len(words) > MOST_VALUES:
            raise NotUnderstood(f"A filter has {MOST_VALUES} values at most.")
        filters.append((dimension, tuple(sorted({NOT_KNOWN if w == UNKNOWN else w for w in words}))))
    return tuple(sorted(filters))


def _period(given: object) -> str:
    word = _word(given, "period")
    if word in PERIODS:
        return word
    days = days_chosen(word)
    if days is None:
        raise NotUnderstood(
            f"“{_cut(word)}” is no period. A period is two days, such as 2026-01-01..2026-03-31, or one of: "
            f"{', '.join(PERIODS)}."
        )
    if days.start < EARLIEST:
        raise NotUnderstood(f"A period begins on {EARLIEST.isoformat()} or later.")
    return f"{days.start.isoformat()}..{days.end.isoformat()}"


def _words(given: object, part: str) -> tuple[str, ...]:
    """One word or a list of words."""
    if given is None or given in ("", []):
        return ()
    if isinstance(given, str):
        return (_word(given, part),)
    if not isinstance(given, list | tuple):
        raise NotUnderstood(f"“{part}” is a word or a list of words.")
    return tuple(_word(item, part) for item in given)


def _word(given: object, part: str) -> str:
    if not isinstance(given, str) or not given.strip():
        raise NotUnderstood(f"“{part}” must be a word in quotes, such as {_EXAMPLE}.")
    if len(given) > LONGEST:
        raise NotUnderstood(f"“{part}” has more than {LONGEST} characters.")
    return given.strip()


def _cut(word: object) -> str:
    """The beginning of a word that was sent, for an error to repeat."""
    return "".join(c if c.isprintable() else "�" for c in str(word)[:60])


def _near(word: str, among: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, sorted(among), 3, 0.6)
    return f" Did you mean: {', '.join(near)}?" if near else ""


def _with_dimensions(sentence: str, name: str) -> str:
    return f"{sentence} It can be asked by: {', '.join([MONTH, *ways(name)])}."
