"""Impact: whether what we do keeps customers. Treated against held out, on planned days only; totals for everybody."""

from datetime import date
from math import isnan

import pandas as pd
import streamlit as st

from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import day, hkd, numeral, share, signed, with_sign
from metrics.comparison.words import points as in_points
from metrics.definitions.scope import Scope
from models.experiments.sequential_analysis import best, verdict
from pages.charts import charts
from pages.components import data, tables, theme
from pages.customers.churn import (
    agreed_tests_block,
    closed_loop_block,
    department_use_block,
    impact_details,
    page_use_block,
)
from pages.customers.churn.impact_trust import guardrails, trust, wrong_draw
from reports.review.experiment_effects import as_counted
from warehouse.access.reader import Viewer
from workflow.experiments.experiment_results import WORTH, ExperimentResult, Figures, readings
from workflow.experiments.interim_results import CHURN, CROSS_SELL, TARGETS
from workflow.rules.unchecked_rules import not_checked

GOOD = {CHURN: "fewer", CROSS_SELL: "more"}
WORDS = {CHURN: "Churn", CROSS_SELL: "Opened a wealth product"}
SHORT = {CHURN: "churn", CROSS_SELL: "wealth products"}
DID = {CHURN: "left", CROSS_SELL: "opened an investment or insurance"}


def read_now(viewer: Viewer, as_of: date, on: date | None) -> list[ExperimentResult]:
    """Every experiment by its latest look, or by the look of one day."""
    return readings(data.reader(viewer), as_of, on)


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The finding of one experiment, its figures, and whether to believe them."""
    today = data.as_of(viewer)
    results = data.until_changed(viewer, read_now, today, _requested_day())
    if not results:
        st.title("No experiment has begun")
        tables.empty("The first alert of a rule also assigns who is held out; no alert has been raised.")
        for sentence in not_checked(data.reader(viewer))[0]:
            st.info(sentence, icon=":material/database_off:")
        agreed_tests_block.show(viewer)
        return
    at = {r.experiment: r for r in results}
    headline = st.container()
    if len(results) > 1:
        chosen = st.pills(
            "Experiment",
            list(at),
            format_func=lambda e: at[e].title,
            default=results[0].experiment,
            key="experiment",
            label_visibility="collapsed",
            required=True,
        )
    else:
        chosen = results[0].experiment
    reading = at.get(str(chosen), results[0])
    with headline:
        st.title(_headline(reading))
        st.caption(_how_to_read(reading, data.reader(viewer).smallest_cell))
    if reading.look is None:
        _not_yet(reading)
    else:
        _cards(reading)
        _chart(reading)
        impact_details.over_time(reading, today)
        impact_details.who_can_be_saved(reading)
        guardrails(reading)
    trust(reading)
    impact_details.alike_before(reading)
    agreed_tests_block.show(viewer)
    closed_loop_block.show(viewer)
    department_use_block.show(viewer)
    page_use_block.show(viewer)


def _requested_day() -> date | None:
    """The day of a look in the address; what is no day counts as none."""
    try:
        return date.fromisoformat(st.query_params.get("on", ""))
    except ValueError:
        return None


def _conclusion(reading: ExperimentResult, outcome: str) -> str:
    return verdict(best(reading.figures.get(outcome, {}), "points"), GOOD[outcome])


def _headline(reading: ExperimentResult) -> str:
    if reading.look is None:
        when = f": first analysis on {day(reading.following.on)}" if reading.following else ""
        return f"Not enough data yet to say what “{reading.title}” achieves{when}"
    if wrong_draw(reading.arms):
        return f"The random assignment of “{reading.title}” failed its check, so its figures prove nothing"
    parts = []
    for outcome, lowered, raised in (
        (CHURN, "kept customers", "lost customers"),
        (CROSS_SELL, "sold wealth products to fewer customers", "sold wealth products to more customers"),
    ):
        points = best(reading.figures.get(outcome, {}), "points")
        relative = best(reading.figures.get(outcome, {}), "relative")
        if _conclusion(reading, outcome) in ("helped", "harmed") and points and relative:
            parts.append(f"{lowered if points.value < 0 else raised} ({signed(relative.value, 0)})")
    outcomes = [o for o in (CHURN, CROSS_SELL) if _conclusion(reading, o) not in ("helped", "harmed")]
    unclear, few = (
        [SHORT[o] for o in outcomes if o not in reading.unknown and _conclusion(reading, o) == conclusion]
        for conclusion in ("not clear", "too few")
    )
    unknown = [
        f"its effect on {SHORT[o]} is {reading.unknown[o].clause}" for o in outcomes if o in reading.unknown
    ]
    rest = [
        *([f"no clear effect on {' or on '.join(unclear)} yet"] if unclear else []),
        *([f"{Verdict.TOO_FEW} to say what it does to {' or to '.join(few)}"] if few else []),
        *unknown,
    ]
    if not parts:
        return f"{reading.title}: {'; '.join(rest)}"
    return "; ".join([f"{reading.title} {' and '.join(parts)}", *rest])


def _how_to_read(reading: ExperimentResult, smallest: int) -> str:
    if not reading.arms or reading.first_on is None:
        return (
            "Assigned at random in the last nightly run, for the first time. The next run counts the groups."
        )
    treated, held_out = reading.arms["treated"].value, reading.arms["held_out"].value
    return (
        f"Randomly assigned since {day(reading.first_on)}: {_people(treated, smallest)} treated, "
        f"{_people(held_out, smallest)} held out. Random assignment makes both groups comparable, so a "
        "clear difference is the effect of the treatment."
    )


def _people(number: float, smallest: int) -> str:
    return f"fewer than {smallest:,}" if isnan(number) else numeral(number)


def _not_yet(reading: ExperimentResult) -> None:
    tables.empty(
        "No results are shown before the planned day: repeated checks would show effects that are not there."
        if reading.following
        else "No analysis is planned.",
        f"On {day(reading.following.on)} the first customers will have been watched for long enough."
        if reading.following
        else "The next nightly run plans one.",
    )


def _cards(reading: ExperimentResult) -> None:
    with st.grid(3, min_column_width=250, gap="small"):
        for outcome in (CHURN, CROSS_SELL):
            missing = reading.unknown.get(outcome)
            if missing and not best(reading.figures.get(outcome, {}), "points"):
                with st.container(border=True, height="stretch"):
                    st.metric(WORDS[outcome], missing.word)
                    st.caption(missing.sentence)
            elif outcome in reading.figures:
                with st.container(border=True, height="stretch"):
                    _card(outcome, reading.figures[outcome], _conclusion(reading, outcome))
        with st.container(border=True, height="stretch"):
            _worth(reading)


def _card(outcome: str, figures: Figures, conclusion: str) -> None:
    points, relative = best(figures, "points"), best(figures, "relative")
    if points is None or relative is None:
        st.metric(WORDS[outcome], str(Verdict.TOO_FEW))
        st.caption(_more(outcome, figures))
        return
    colours: dict[str, theme.Colour] = {"helped": "green", "harmed": "red"}
    st.metric(
        WORDS[outcome],
        f"{signed(relative.value)}",
        delta={"not clear": str(Verdict.NOT_CLEAR)}.get(conclusion, conclusion),
        delta_color=colours.get(conclusion, "gray"),
        delta_arrow="off",
        help=f"Of the treated, {share(figures['share_treated'].value)} {DID[outcome]}; of those held out, "
        f"{share(figures['share_held_out'].value)}. Adjusted for the risk known before assignment, where there was a "
        "score.",
    )
    st.caption(
        f"95% interval {signed(relative.low)} to {signed(relative.high)}  \n"
        f"{in_points(points.value)} ({with_sign(100 * points.low)} to {with_sign(100 * points.high)})  \n"
        f"{share(figures['share_treated'].value)} of {numeral(figures['treated'].value)} against "
        f"{share(figures['share_held_out'].value)} of {numeral(figures['held_out'].value)}{as_counted(figures)}  \n"
        f"Target {signed(TARGETS[outcome], 0)}. {_more(outcome, figures) if conclusion == 'not clear' else ''}"
    )


def _more(outcome: str, figures: Figures) -> str:
    if "needed" not in figures:
        return "Not enough data yet to say how many customers are needed."
    if figures["needed"].value > 0:
        return f"Needs {numeral(figures['needed'].value)} more customers to show the target."
    half, more = signed(TARGETS[outcome] / 2, 0), figures["needed_half"].value
    return f"Large enough to show the target; {numeral(more)} more would show {half}."


def _worth(reading: ExperimentResult) -> None:
    figures, conclusion = reading.figures[CHURN], _conclusion(reading, CHURN)
    worth = figures.get("worth")
    if worth is None:
        st.metric("Net value of customers retained, per year", "not known")
        st.caption(_why_no_worth(reading))
        return
    cost = figures.get("cost")
    has_cost = cost is not None and not isnan(cost.value)
    spent = cost.value if cost is not None and has_cost else 0.0
    after = "after the cost of offers" if has_cost else "before cost: no cost data"
    st.metric(
        "Net value of customers retained, per year",
        hkd(worth.value - spent),
        delta=str(Verdict.NOT_CLEAR) if conclusion == "not clear" else conclusion,
        delta_color="gray",
        delta_arrow="off",
        help="Customers retained × the net revenue of a customer in the year before assignment.",
    )
    st.caption(
        f"95% interval {hkd(worth.low - spent)} to {hkd(worth.high - spent)}  \n"
        f"At {hkd(figures['yearly'].value)} net revenue a customer, {after}"
        + (f" ({hkd(spent)})" if has_cost else "")
    )


def _why_no_worth(reading: ExperimentResult) -> str:
    """What was not given, or too few who left, or no revenue in the year before assignment."""
    if missing := reading.unknown.get(WORTH):
        return missing.sentence
    if best(reading.figures[CHURN], "points") is None:
        return "Too few customers left in an arm to say how many were retained."
    return "No revenue is on record for these customers in the year before assignment."


def _chart(reading: ExperimentResult) -> None:
    measured = [
        (WORDS[o], r, TARGETS[o])
        for o in (CHURN, CROSS_SELL)
        if (r := best(reading.figures.get(o, {}), "relative")) is not None
    ]
    if not measured:
        return
    labels, figures, targets = zip(*measured, strict=True)
    texts = "; ".join(f"{w} {signed(f.value)} ({signed(f.low)} to {signed(f.high)})" for w, f, _ in measured)
    charts.show(
        charts.intervals(labels, [f.value for f in figures], [(f.low, f.high) for f in figures], targets),
        alt=f"Change of the treated against the held-out with 95% interval: {texts}",
        key="effects",
    )
    table = pd.DataFrame(
        {
            "Outcome": labels,
            "Change": [signed(f.value) for f in figures],
            "From": [signed(f.low) for f in figures],
            "To": [signed(f.high) for f in figures],
            "Target": [signed(t, 0) for t in targets],
        }
    )
    charts.table_below(table, "effects-table")
