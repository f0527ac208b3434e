"""What belongs to no single question: the figures of eight quarters in a row, and the funnel against a year before."""

from __future__ import annotations

import math

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.catalogue.funnel import STAGES
from metrics.comparison.compare import share_interval
from metrics.comparison.words import in_a_sentence, numeral, share
from reports.review.review_context import ReviewContext, ask_what_may_be
from reports.review.review_document import Chart, Exhibit, Series, Table

TRENDS = ("leads", "won", "churn_rate", "net_revenue", "complaints", "nps")
NOTHING = "Nothing to decide here."


def exhibits(context: ReviewContext) -> tuple[Exhibit, ...]:
    """Trends and funnel, as far as the bank gave what they need."""
    return (*_trends(context), *_funnel(context))


def _trends(context: ReviewContext) -> tuple[Exhibit, ...]:
    drawn = {name: context.chart_over_time(name, "line") for name in TRENDS}
    names = [name for name, chart in drawn.items() if chart is not None]
    if not names:
        return ()
    moved = {name: context.moved(name, 2).verdict for name in names} if context.is_there(2) else {}
    parts = [
        f"{word}{{}}: {', '.join(in_a_sentence(CATALOGUE[n].label) for n, v in moved.items() if v == word)}"
        for word in ("worse", "better")
        if word in moved.values()
    ]
    title = "No figure has clearly moved in a year"
    if parts:
        first, *more = parts
        title = "; ".join([first.format(" than a year before").capitalize(), *(p.format("") for p in more)])
    if not moved:
        title = "The quarters so far; there is no data of a year before to compare with"
    words = f"{'The rest shows' if parts else 'It shows'} no significant change, or has no interval and so no verdict."
    return (
        Exhibit(
            title=title,
            recommendation="Nothing to decide here; whether goals are met stands under Goals.",
            charts=tuple(c for c in drawn.values() if c is not None),
            sentences=(words,) if moved else (),
            metrics=tuple(names),
        ),
    )


def _funnel(context: ReviewContext) -> tuple[Exhibit, ...]:
    """What happened in the quarter at each stage; a lead may pass a stage in another quarter than the one before."""
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
        columns += [words[when], "of the stage before"]
    last = 2 if 2 in there else 1 if 1 in there else None
    leak = _leak(labels, counts[0], counts[last]) if last else None
    first, won = counts[0][0], counts[0][-1]
    title = f"Of {numeral(first)} leads of the quarter {numeral(won)} ({_share(won, first)}) are customers at its end"
    recommendation = f"{NOTHING} No step of the funnel leaks clearly more than it did."
    if leak is not None:
        at, now, then = leak
        long_ago = "a year" if last == 2 else "a quarter"
        title = f"{now} of “{labels[at - 1]}” reached “{labels[at]}”, {then} {long_ago} before"
        recommendation = (
            f"Ask Marketing and Sales what changed between “{labels[at - 1]}” and “{labels[at]}”."
        )
    elif last is None:
        recommendation = NOTHING
    steps = list(zip(labels[1:], counts[0][1:], counts[0], strict=False))
    drawn = [0] if last is None else [0, last]
    texts = ", ".join(f"{a} {numeral(v)}" for a, v in zip(labels, counts[0], strict=True))
    return (
        Exhibit(
            title=title,
            recommendation=recommendation,
            charts=(
                Chart(
                    shape="bars",
                    says=f"Leads that came in the quarter, by the stage they had reached at its end: {texts}",
                    unit="count",
                    categories=(labels[0], *(f"{a} ({_share(n, b)})" for a, n, b in steps)),
                    series=tuple(Series(name=words[w], values=_drawn(counts[w])) for w in drawn),
                ),
            ),
            sentences=(
                "Leads are counted by the day they came, as they stood at the end of their quarter, so that quarters "
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


def _leak(labels: tuple[str, ...], now: list[float], before: list[float]) -> tuple[int, str, str] | None:
    """The step with the largest clear fall: its place and both shares; clear is where the 95% intervals are apart."""
    falls = []
    for at in range(1, len(labels)):
        if not now[at - 1] > 0 or not before[at - 1] > 0 or now[at] != now[at] or before[at] != before[at]:
            continue
        here, there = share_interval(now[at], now[at - 1]), share_interval(before[at], before[at - 1])
        if here[1] < there[0]:
            drop = before[at] / before[at - 1] - now[at] / now[at - 1]
            falls.append((drop, at))
    if not falls:
        return None
    _, at = max(falls)
    return at, _share(now[at], now[at - 1]), _share(before[at], before[at - 1])
