"""Voice of the customer: how satisfied, where not, why it moved, who answers, what they write about."""

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison import multiple_comparisons
from metrics.comparison.compare import compare, interval
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import change, figure, numeral, verdict_in_words
from metrics.definitions.measure import Ratio
from metrics.definitions.scope import Scope, months_back
from metrics.query.query import Query, figures
from pages.charts import charts, time_charts
from pages.components import benchmark_captions, data, tables
from pages.customers.voice import voice_cases, voice_why
from pages.figures import cards, drill_table
from pages.figures.drill import DrillFigure
from warehouse.access.reader import Viewer
from warehouse.errors import AccessRefused
from warehouse.schema import plain
from workflow.records import annotations

CARDS = ("csat", "ces", "nps", "complaints")
DELAYS = ("reply_median", "reply_p90", "resolution_median", "resolution_p90", "cases_opened", "repeat_share")
SCORES = {"csat": "Satisfaction", "ces": "Effort", "nps": "Recommendation"}
WAYS = {
    "csat": ("touchpoint", "product", "district", "segment"),
    "ces": ("touchpoint", "product", "district", "segment"),
    "nps": ("district", "segment"),
}
VIEWS = {
    "where": "Where",
    "time": "Over time",
    "why": "Where it moved",
    "who": "Who answers",
    "wait": "How long they wait",
    "themes": "What they write about",
    "features": "App features and cases",
}


def page(viewer: Viewer, scope: Scope) -> None:
    """The finding, the figures, and one view at a time."""
    st.title(headline(viewer, scope))
    if tables.absent("This page", viewer, "surveys", "tickets"):
        return
    cards.row(CARDS, scope, viewer)
    view = _choice("View", VIEWS, "view")
    with tables.refused_in_place():
        _view(viewer, scope, view)


def _view(viewer: Viewer, scope: Scope, view: str) -> None:
    if view in ("themes", "features"):
        (voice_cases.themes if view == "themes" else voice_cases.features)(viewer, scope)
    elif view == "wait":
        st.header("Waiting times")
        st.caption(
            "Times to a reply are of the cases first answered in the period, times to settle of those settled in it. "
            "They have no interval here, so a change of them has no verdict."
        )
        cards.row(DELAYS, scope, viewer)
    else:
        with st.container(horizontal=True):
            score = _choice("Score", SCORES, "score")
            ways = WAYS[score]
            by = (
                _choice("By", {w: w.capitalize() for w in ways}, f"by-{score}")
                if view in ("where", "why")
                else ""
            )
        if view == "time":
            _over_time(viewer, scope, score)
        elif view == "why":
            voice_why.moved(viewer, scope, score, by)
        elif view == "who":
            voice_why.who_answers(viewer, scope, score)
        else:
            _where(viewer, scope, score, by)
        benchmark_captions.block(score, viewer)


def _choice(label: str, words: dict[str, str], key: str) -> str:
    """One of several, kept in the address; an address that names none of them gives the first."""
    chosen = st.segmented_control(
        label,
        list(words),
        default=next(iter(words)),
        format_func=words.__getitem__,
        key=key,
        bind="query-params",
    )
    return chosen if chosen in words else next(iter(words))


def headline(viewer: Viewer, scope: Scope) -> str:
    """The weakest touchpoint if it stands apart from the whole, else how satisfaction moved."""
    if "surveys" not in data.available_columns(viewer):
        return f"How satisfied customers are is {tables.clause(viewer, 'surveys')}"
    metric = CATALOGUE["csat"]
    answer = data.ask_and_before(viewer, ["csat"], scope).set_index("period")
    rows = [data.period_row(answer, i) for i in (0, 1)]
    now, before = (figures(metric, row) for row in rows)
    why = data.why_missing(viewer, "csat", scope.period, rows[0])
    if why and why.kind == "no cases":
        return "No customer has said how satisfied they are in this period"
    if why:
        return f"How satisfied customers are is not shown: {why.clause.removeprefix('hidden: ')}"
    moved = change(metric, now["value"], before["value"], compare(metric, now, before))
    sentence = f"{figure(metric, now['value'])} of answers are satisfied"
    sentence += f" ({moved})" if scope.looks_back else ""
    try:
        return f"{sentence}{_weakest(_parts(viewer, scope, 'csat', 'touchpoint'))}"
    except AccessRefused:
        return sentence


def _weakest(parts: pd.DataFrame) -> str:
    """The touchpoint that is clearly below all others together, judged over all touchpoints, as the end of a sentence."""
    if parts.empty:
        return ""
    below = parts[parts["verdict"] == Verdict.WORSE]
    if below.empty:
        return "; no touchpoint stands out"
    value = figure(CATALOGUE["csat"], below["value"].iloc[0])
    return f"; the weakest touchpoint is {plain(below['part'].iloc[0])} ({value})"


def _parts(viewer: Viewer, scope: Scope, score: str, by: str) -> pd.DataFrame:
    """part, value, low, high, n and the `verdict` against all others: weakest first; parts about too few are left out."""
    metric = CATALOGUE[score]
    assert isinstance(metric, Ratio)
    answer = data.ask(viewer, [score], scope, by=[by], periods=[scope.period])
    whole = figures(metric, data.ask(viewer, [score], scope, periods=[scope.period]).iloc[0])
    every = [figures(metric, row) for _, row in answer.iterrows()]
    rows = []
    for (_, row), part, moved in zip(
        answer.iterrows(), every, multiple_comparisons.apart(metric, every, whole), strict=True
    ):
        bounds = (
            interval(metric, part["numerator"], part["denominator"])
            if part["denominator"] == part["denominator"]
            else None
        )
        if bounds:
            rows.append(
                {
                    "part": row[by],
                    "value": part["value"],
                    "low": bounds[0],
                    "high": bounds[1],
                    "n": part["denominator"],
                    "verdict": moved.verdict,
                }
            )
    columns = ["part", "value", "low", "high", "n", "verdict"]
    return pd.DataFrame(rows, columns=columns).sort_values("value").reset_index(drop=True)


def _where(viewer: Viewer, scope: Scope, score: str, by: str) -> None:
    metric, parts = CATALOGUE[score], _parts(viewer, scope, score, by)
    assert isinstance(metric, Ratio)
    st.header(f"{metric.label} by {by}")
    if parts.empty:
        tables.empty(f"No {by} has 20 answers in this period.", "Choose a longer period.")
        return
    whole = data.ask(viewer, [score], scope, periods=[scope.period])[score].iloc[0]
    st.caption(
        f"{metric.description} Weakest first, with the 95% interval; the dotted line is the whole bank, "
        f"{figure(metric, whole)}. Groups with fewer than 20 answers are left out."
    )
    names = [plain(p).capitalize() for p in parts["part"]]
    texts = [f"{figure(metric, v)} of {numeral(n)}" for v, n in zip(parts["value"], parts["n"], strict=True)]
    charts.show(
        charts.dots(
            names,
            parts["value"].tolist(),
            list(zip(parts["low"], parts["high"], strict=True)),
            texts,
            lines=charts.reference(float(whole)),
        ),
        alt=f"{metric.label} by {by}: " + ", ".join(f"{a} {b}" for a, b in zip(names, texts, strict=True)),
        key=f"where-{score}-{by}",
    )
    frame = pd.DataFrame(
        {
            by.capitalize(): names,
            metric.label: [figure(metric, v) for v in parts["value"]],
            "95% interval": [
                f"{figure(metric, a)} to {figure(metric, b)}"
                for a, b in zip(parts["low"], parts["high"], strict=True)
            ],
            "Against all others": [
                {Verdict.WORSE: "below", Verdict.BETTER: "above"}.get(v, str(v)) for v in parts["verdict"]
            ],
            "Answers": parts["n"],
        }
    )
    answers = next(n for n, m in CATALOGUE.items() if m is metric.denominator)
    pieces = [scope.narrowed(by, part) for part in parts["part"]]
    opens = {
        heading: [DrillFigure(of=name, scope=piece) for piece in pieces]
        for heading, name in ((metric.label, score), ("Answers", answers))
    }
    drill_table.below(frame, f"where-table-{score}-{by}", opens=opens)
    tables.explain(f"where-{score}-{by}", [score], viewer, Query.of([score], scope, [by], [scope.period]))


def _over_time(viewer: Viewer, scope: Scope, score: str) -> None:
    metric = CATALOGUE[score]
    assert isinstance(metric, Ratio)
    months = months_back(scope.period.end, 24)
    answer = data.ask(viewer, [score], scope, periods=months).set_index("period")
    values = [figures(metric, data.period_row(answer, i)) for i in range(len(months))]
    st.header(f"{metric.label}, month by month")
    st.caption(f"{metric.description} Events pinned to this figure are marked.")
    factor = 100 if metric.unit == "share" else 1
    pinned = annotations.events(data.reader(viewer), score)
    charts.show(
        time_charts.line(
            [m.start for m in months],
            [factor * t["value"] for t in values],
            unit="%" if metric.unit == "share" else "points",
            events=time_charts.events_between(pinned, months[0].start, months[-1].end),
        ),
        alt=f"{metric.label} in the last 24 months, last {figure(metric, values[-1]['value'])}",
        key=f"time-{score}",
    )
    bounds = [interval(metric, t["numerator"], t["denominator"]) for t in values]
    frame = pd.DataFrame(
        {
            "Month": [f"{m.start:%b %Y}" for m in months],
            metric.label: [figure(metric, t["value"]) for t in values],
            "95% interval": [
                f"{figure(metric, b[0])} to {figure(metric, b[1])}"
                if b
                else verdict_in_words(Verdict.TOO_FEW, t["denominator"])
                for b, t in zip(bounds, values, strict=True)
            ],
            "Answers": [t["denominator"] for t in values],
        }
    )
    answers = next(n for n, m in CATALOGUE.items() if m is metric.denominator)
    opens = {
        heading: [DrillFigure(of=name, scope=scope.over(month)) for month in months]
        for heading, name in ((metric.label, score), ("Answers", answers))
    }
    drill_table.below(frame, f"time-table-{score}", opens=opens)
    tables.explain(f"months-{score}", [score], viewer, Query.of([score], scope, [], months))
