"""What belongs to no single question: the figures of eight quarters in a row, and the funnel against a year before."""

from __future__ import annotations

import math

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.catalogue.funnel import STAGES, FunnelStage
from metrics.comparison.compare import share_interval
from metrics.comparison.words import in_a_sentence, numeral, share
from reports.review.review_context import NOTHING_TO_DECIDE, ReviewContext, ask_what_may_be
from reports.review.review_document import Chart, Exhibit, Series, Table

TRENDS = ("leads", "won", "churn_rate", "net_revenue", "complaints", "nps")


def exhibits(context: ReviewContext) -> tuple[Exhibit, ...]:
    """Trends and funnel, as far as the bank gave what they need."""
    return (*_trends(context), *_funnel(context))


def _trends(context: ReviewContext) -> tuple[Exhibit, ...]:
    drawn = {name: context.chart_over_time(name, "line") for name in TRENDS}
    names = [name for name, chart in drawn.items() if chart is not None]
    if not names:
        return ()
    moved = {name: context.moved(name, 2).verdict for name in names} if context.is_there(2) else {}
    verdicts = [v for v in moved.values() if v in ("worse", "better")]
    parts = [
        f"{word}{{}}: {', '.join(in_a_sentence(CATALOGUE[n].label) for n, v in moved.items() if v == word)}"
        for word in ("worse", "better")
        if word in verdicts
    ]
    title = "No figure has clearly moved in a year"
    if parts:
        first, *more = parts
        first = first.format(" than a year before")
        title = "; ".join([f"{first[:1].upper()}{first[1:]}", *(p.format("") for p in more)])
    if not moved:
        title = "The quarters so far; there is no data of a year before to compare with"
    rest = (
        ""
        if len(verdicts) == len(moved)
        else f"{'The others' if verdicts else 'They'} show no significant change or cannot be compared."
    )
    if "changed" in moved.values():
        rest += " Of amounts nobody can say which change is chance."
    return (
        Exhibit(
            name="Trends",
            title=title,
            recommendation="Nothing to decide here; whether goals are met stands under Goals.",
            charts=tuple(c for c in drawn.values() if c is not None),
            sentences=(rest,) if rest else (),
            metrics=tuple(names),
        ),
    )


def _funnel(context: ReviewContext) -> tuple[Exhibit, ...]:
    """The leads that came in the quarter, by the stage they had reached at its end, or so far."""
    if "leads" not in context.available:
        return ()
    quarter = context.quarter
    periods = (quarter.period, quarter.before, quarter.year_before)
    names = tuple(s.by_the_end for s in STAGES if s.by_the_end)
    answer = context.once(
        ask_what_may_be, names, quarter.period, periods, context.available, alike=context.alike
    )
    stages = [s for s in STAGES if s.by_the_end and pd.notna(answer[s.by_the_end].loc[0])]
    if len(stages) < 2 or not answer[stages[0].by_the_end].loc[0]:
        return ()
    there = [0, *(when for when in (1, 2) if context.is_there(when))]
    words = ("This quarter", "Quarter before", "Year before")
    counts = {when: [float(answer[s.by_the_end].loc[when]) for s in stages] for when in there}
    labels = tuple(s.label for s in stages)
    rows = []
    for at, label in enumerate(labels):
        row = [label]
        for when in there:
            of_stage = counts[when][at]
            row += [numeral(of_stage), _share(of_stage, counts[when][at - 1]) if at else ""]
        rows.append(tuple(row))
    columns = ["Stage"]
    for when in there:
        columns += [words[when], f"{words[when]}, of the stage before"]
    last = 2 if 2 in there else 1 if 1 in there else None
    compared = _compared(counts[0], counts[last]) if last else []
    leak = _leak(compared, counts[0], counts[last]) if last else None
    end = "so far" if quarter.is_partial else "at its end"
    title = _title(stages[-1], counts[0][0], counts[0][-1], end)
    recommendation = (
        f"{NOTHING_TO_DECIDE} No step of the funnel leaks clearly more than it did."
        if compared
        else NOTHING_TO_DECIDE
    )
    if leak is not None:
        at, now, then = leak
        long_ago = "a year" if last == 2 else "a quarter"
        title = f"{now} of “{labels[at - 1]}” reached “{labels[at]}”, {then} {long_ago} before"
        recommendation = (
            f"Ask Marketing and Sales what changed between “{labels[at - 1]}” and “{labels[at]}”."
        )
    steps = list(zip(labels[1:], counts[0][1:], counts[0], strict=False))
    drawn = [0] if last is None else [0, last]
    texts = ", ".join(f"{a} {numeral(v)}" for a, v in zip(labels, counts[0], strict=True))
    return (
        Exhibit(
            name="Funnel",
            title=title,
            recommendation=recommendation,
            charts=(
                Chart(
                    shape="bars",
                    says=f"Leads that came in the quarter, by the stage they had reached {end}: {texts}",
                    unit="count",
                    categories=(labels[0], *(f"{a} ({_share(n, b)})" for a, n, b in steps)),
                    series=tuple(Series(name=words[w], values=_drawn(counts[w])) for w in drawn),
                ),
            ),
            sentences=(
                "Leads are counted by the day they came, as they stood at the end of the days compared, so that quarters "
                "compare: late wins of these leads come later. In brackets: of the stage before.",
            ),
            table=Table(columns=tuple(columns), rows=tuple(rows), title="The funnel, stage by stage"),
            metrics=tuple(s.by_the_end for s in stages),
        ),
    )


def _drawn(counts: list[float]) -> tuple[float | None, ...]:
    return tuple(None if math.isnan(v) else v for v in counts)


def _share(part: float, whole: float) -> str:
    if math.isnan(part) or math.isnan(whole) or not whole:
        return "not known"
    return share(part / whole)


def _title(last: FunnelStage, leads: float, reached: float, end: str) -> str:
    head = f"Of {numeral(leads)} leads of the quarter {numeral(reached)} ({_share(reached, leads)})"
    if last is STAGES[-1]:
        return f"{head} {'are' if end == 'so far' else 'were'} customers {end}"
    return f"{head} {'have' if end == 'so far' else 'had'} reached “{last.label}” {end}"


def _compared(now: list[float], before: list[float]) -> list[int]:
    """The places of the steps whose share is known both now and before."""
    return [
        at
        for at in range(1, len(now))
        if now[at - 1] > 0 and before[at - 1] > 0 and not math.isnan(now[at]) and not math.isnan(before[at])
    ]


def _leak(compared: list[int], now: list[float], before: list[float]) -> tuple[int, str, str] | None:
    """The step with the largest clear fall: its place and both shares; clear is where the 95% intervals are apart."""
    falls = []
    for at in compared:
        here, there = share_interval(now[at], now[at - 1]), share_interval(before[at], before[at - 1])
        if here[1] < there[0]:
            drop = before[at] / before[at - 1] - now[at] / now[at - 1]
            falls.append((drop, at))
    if not falls:
        return None
    _, at = max(falls)
    return at, _share(now[at], now[at - 1]), _share(before[at], before[at - 1])
