"""The stages of the funnel in one of two ways of counting, never mixed: by the day a thing happened, or by who came when.

By the day it happened, the people of two stages are different people: their numbers are set beside each other per 100,
and no share is claimed. By the day the lead came, every stage counts the same people.
"""

from datetime import timedelta

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.catalogue.funnel import STAGES
from metrics.comparison.compare import Change, compare, share_interval
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import change, numeral, share
from metrics.definitions.scope import Scope, months_back
from metrics.query.query import Query, absent, lopsided, unanswerable
from pages.charts import charts
from pages.components import data
from pages.figures import drill_chart, drill_table
from pages.figures.drill import DrillFigure
from pages.growth.funnel import funnel_steps
from warehouse.access.reader import Viewer

COHORT, EVENT = "cohort", "event"
GROWS_FOR = 90
"""Days after which a month's leads have nearly all gone where they go; younger months are marked as still growing."""
MONTHS = 12
_SHARE = {COHORT: "Of the stage before", EVENT: "Beside the stage before"}
"""What the table calls how many got on from the stage before."""


def stages(viewer: Viewer, view: str) -> list[tuple[str, str]]:
    """Label and metric of each stage; one the bank does not record is left out, not shown as empty."""
    available = data.available_columns(viewer)
    named = [(s.label, s.cohort if view == COHORT else s.event) for s in STAGES]
    return [(label, name) for label, name in named if name and not absent(name, available)]


def show(viewer: Viewer, scope: Scope, view: str) -> None:
    """Bars with counts and conversion, and beside them the table with the period before."""
    reached = data.until_changed(viewer, table, scope, view)
    how_to_read = (
        "The leads that first came in the period, as far as they have got by now. "
        + (
            "Compared with the leads of the compared period as those stood at its end, so that both had the same time; "
            "the changes of all steps are judged together (Holm). "
            if scope.looks_back
            else ""
        )
        + "A visit has no name, so visits cannot be followed."
        if view == COHORT
        else "Everything that happened in the period, whenever the lead first came. Two stages are different people, so "
        "they stand beside each other per 100, not as a share. Visits: as the campaigns' own statistics count them."
    )
    st.header(
        "How far the leads of this period got" if view == COHORT else "What happened in this period",
        help=how_to_read,
    )
    left, right = st.columns([1, 3], gap="small")
    drawn = reached[reached["Stage"] != "Visits"]
    drawn_names = [name for label, name in stages(viewer, view) if label != "Visits"]
    with left:
        texts = [
            f"{numeral(n)}  {conversion}" if pd.notna(n) else data.missing_cell(viewer, name)
            for n, conversion, name in zip(drawn["n"], drawn["short"], drawn_names, strict=True)
        ]
        says = [
            f"{numeral(n)} leads{f', of the stage before {of}' if of else ''}" if pd.notna(n) else text
            for n, of, text in zip(drawn["n"], drawn[_SHARE[view]], texts, strict=True)
        ]
        drill_chart.show(
            charts.bars(drawn["Stage"].tolist(), drawn["n"].fillna(0).tolist(), texts, row=36, says=says),
            opens=[[_figure(name, scope) for name in drawn_names]],
            texts=[[numeral(n) for n in drawn["n"]]],
            alt=f"Funnel: {'; '.join(f'{s} {t}' for s, t in zip(drawn['Stage'], texts, strict=True))}",
            key="stages",
        )
    with right:
        names = [name for _, name in stages(viewer, view)]
        drill_table.show(
            reached.drop(columns=["short"]).rename(columns={"n": "Number"}),
            "stages-table",
            "too few",
            opens={"Number": [_figure(name, scope) for name in names]},
            of=Query.of(names, scope),
            columns={"Number": st.column_config.NumberColumn(format="localized")},
        )


def _figure(name: str, scope: Scope) -> DrillFigure | None:
    """What a count opens; None where it is not kept by the filters that are set."""
    if unanswerable(name, Query.of([name], scope)) is not None:
        return None
    return DrillFigure(of=name, scope=scope)


def table(viewer: Viewer, scope: Scope, view: str) -> pd.DataFrame:
    """Columns Stage, n, Change, the conversion with its interval or per 100, its change, and `short` for the chart."""
    chosen = stages(viewer, view)
    names = [name for _, name in chosen]
    equal = {s.cohort: s.by_the_end for s in STAGES} if view == COHORT else {}
    metrics = list(dict.fromkeys([*names, *(equal.get(n, n) for n in names)]))
    answer = data.ask_and_before(viewer, metrics, scope).set_index("period")
    now, before = data.period_row(answer, 0), data.period_row(answer, 1)
    moves = {s.stage: s.moved() for s in funnel_steps.steps(viewer, scope)} if view == COHORT else {}
    rows = []
    for at, (label, name) in enumerate(chosen):
        like = equal.get(name, name)
        metric = CATALOGUE[like]
        uneven = lopsided(metric, Query.of([like], scope))
        moved = compare(metric, {"value": now[like]}, {"value": before[like]})
        moved = Change(Verdict.NOT_COMPARABLE) if uneven else moved
        row = {
            "Stage": label,
            "n": now[name],
            "Change": change(metric, now[like], before[like], moved),
            "Of the stage before": "",
            "Its change": "",
            "short": "",
        }
        if at and now[name] == now[name] and now[names[at - 1]] > 0:
            part, whole, above = now[name], now[names[at - 1]], chosen[at - 1][0]
            if view == COHORT:
                low, high = share_interval(min(part, whole), whole)
                row["short"] = f"({share(part / whole)})"
                row["Of the stage before"] = f"{share(part / whole)} ({share(low)} to {share(high)})"
                row["Its change"] = str(Verdict.NOT_COMPARABLE) if uneven else moves.get(label, "")
            else:
                # Visits are not drawn: their bar would dwarf the others.
                row["short"] = "" if above == "Visits" else f"({numeral(100 * part / whole, 1)} per 100)"
                row["Of the stage before"] = (
                    f"{numeral(100 * part / whole, 1)} per 100 {above.lower() if at < 3 else above}"
                )
        rows.append(row)
    frame = pd.DataFrame(rows)
    if not scope.looks_back:
        frame = frame.drop(columns=["Change", "Its change"])
    if view == EVENT:
        frame = frame.drop(columns="Its change", errors="ignore").rename(
            columns={"Of the stage before": "Beside the stage before"}
        )
    return frame


def months(viewer: Viewer, scope: Scope, view: str) -> None:
    """The last twelve months, each with counts and conversion."""
    chosen = stages(viewer, view)
    names = [name for _, name in chosen]
    periods = months_back(scope.period.end, MONTHS)
    st.header("By month the lead came (cohorts)" if view == COHORT else "By month it happened (events)")
    st.caption(
        f"Number, and share of the stage before. Months younger than {GROWS_FOR} days are still growing: a stage that "
        "nobody has reached is “not yet”."
        if view == COHORT
        else "Number, and how many per 100 of the stage before happened in the same month."
    )
    latest_first = [scope.over(period) for period in reversed(periods)]
    kept = {name for name in names if _figure(name, scope) is not None}
    drill_table.show(
        data.until_changed(viewer, by_month, scope, view),
        "months",
        "too few",
        opens={
            label: [DrillFigure(of=name, scope=each) if name in kept else None for each in latest_first]
            for label, name in chosen
        },
        of=Query.of(names, scope, periods=periods),
    )


def by_month(viewer: Viewer, scope: Scope, view: str) -> pd.DataFrame:
    """A row per month as it is shown, the latest first."""
    chosen = stages(viewer, view)
    names = [name for _, name in chosen]
    periods = months_back(scope.period.end, MONTHS)
    answer = data.ask(viewer, names, scope, periods=periods).set_index("period")
    as_of = data.as_of(viewer)
    missing = {name: data.missing_cell(viewer, name) for name in names}
    rows = []
    for at in reversed(range(len(periods))):
        month = data.period_row(answer, at)
        young = view == COHORT and periods[at].end > as_of - timedelta(days=GROWS_FOR)
        row = {"Month": f"{periods[at].start:%b %Y}" + (" (still growing)" if young else "")}
        for index, (label, name) in enumerate(chosen):
            above = names[index - 1] if index else ""
            row[label] = _cell(month, name, above, names[0], view, missing[name], young=young)
        rows.append(row)
    return pd.DataFrame(rows)


def _cell(row: pd.Series, name: str, above: str, first: str, view: str, missing: str, *, young: bool) -> str:
    """`first`: the stage at which the month's leads came in; nobody comes after the month, and of none none gets on."""
    count = row[name]
    if pd.isna(count):
        return missing if name != "visits" else "not known"
    if young and above and not count and row[first] != 0:
        return "not yet"
    if not above or not row[above] > 0:
        return numeral(count)
    part = count / row[above]
    return f"{numeral(count)} · " + (share(part) if view == COHORT else f"{numeral(100 * part, 1)} per 100")
