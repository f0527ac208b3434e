"""What service cases are about, and whether features of the app go with fewer of them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import compare
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import change, day, numeral, share
from metrics.customers import complaints
from metrics.definitions.scope import Scope
from metrics.query.missing_reasons import needs
from metrics.query.query import Query
from models.service.themes import FEWEST_CASES
from pages.components import data, forms, tables
from pages.components.typed_text import escaped
from pages.figures import drill_table
from pages.figures.drill import DrillFigure
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.experiments import planned_tests
from workflow.records.people import called
from workflow.records.run_notes import FEATURE_LINKS

SAMPLES = 5


def themes(viewer: Viewer, scope: Scope) -> None:
    """Cases by theme against the period before, and a few typical ones for those who may read them."""
    st.header("Case themes")
    answer = data.ask_and_before(viewer, ["theme_cases"], scope, by=["theme"])
    if answer["theme_cases"].fillna(0).sum() == 0:
        tables.empty(_why_none(viewer, answer))
        return
    metric = CATALOGUE["theme_cases"]
    # A sum would make a blank figure 0.
    wide = answer.set_index(["theme", "period"])["theme_cases"].unstack("period")
    wide = wide.rename(columns={0: "now", 1: "before"})
    wide = wide.sort_values("now", ascending=False, na_position="last")
    rows = []
    for name, now, before in zip(wide.index, wide["now"], wide["before"], strict=True):
        verdict = compare(metric, {"value": now}, {"value": before})
        rows.append(
            {"Theme": name, "Cases": now, "Before": before, "Change": change(metric, now, before, verdict)}
        )
    if not scope.looks_back:
        rows = [{"Theme": row["Theme"], "Cases": row["Cases"]} for row in rows]
    whole = st.column_config.NumberColumn(format="localized")
    opens = {
        heading: [
            DrillFigure(of="theme_cases", scope=scope.over(days).narrowed("theme", t)) for t in wide.index
        ]
        for heading, days in (("Cases", scope.period), ("Before", data.before(viewer, scope)))
        if heading == "Cases" or scope.looks_back
    }
    drill_table.show(
        pd.DataFrame(rows), "themes", "too few", opens=opens, columns={"Cases": whole, "Before": whole}
    )
    st.caption(
        "Each case counts for its main theme. A theme is named by the words that occur together in its cases; "
        "the same cases "
        "always give the same themes. A word must occur in the cases of many customers, and no name of a "
        "customer is used."
    )
    if not data.may_see(viewer, "tickets") or viewer.role != "service":
        st.caption("Customers' own words are visible to Service only.")
        return
    chosen = st.selectbox("Typical cases of", list(wide.index), key="theme", bind="query-params")
    if chosen in wide.index:
        for case in rows_of(data.frame(viewer, complaints.of_theme(chosen, SAMPLES)), complaints.TypicalCase):
            st.caption(escaped(f"{day(case.opened_at)} · {plain(case.category)} · case {case.ticket_id}"))
            st.text(case.text)
    tables.explain("themes-below", ["theme_cases"], viewer, Query.of(["theme_cases"], scope, ["theme"]))


def _why_none(viewer: Viewer, answer: pd.DataFrame) -> str:
    """Why no theme has a case to show: not given, hidden, none worked out yet, or none in these days."""
    if missing := tables.lacking(viewer, *needs("theme_cases")):
        return f"What cases are about is {missing.clause}."
    if answer.loc[answer["period"] == 0, "theme_cases"].isna().any():
        return "Every theme of this period is about too few customers to show."
    if data.frame(viewer, complaints.with_a_theme())["cases"].iloc[0] == 0:
        return f"No themes yet: it takes {FEWEST_CASES} cases with words and one nightly run."
    return "No case with a theme was opened in this period."


def features(viewer: Viewer, scope: Scope) -> None:
    """Per feature: do its users open fewer cases than like customers who use the app without it?"""
    st.header("Do customers who use a feature open fewer service cases?")
    links = data.frame(viewer, complaints.features())
    if links.empty:
        tables.not_worked_out(viewer, FEATURE_LINKS, "The last nightly run compared no feature.")
        return
    clear = links[links["p_adjusted"] < 0.05]
    names = ", ".join(plain(f) for f in clear["feature"])
    st.text(
        f"Significant after correction for {len(links)} features: {names}."
        if names
        else f"None of the {len(links)} features is significantly associated with fewer or more cases."
    )
    frame = pd.DataFrame(
        {
            "Feature": [plain(f).capitalize() for f in links["feature"]],
            "Its users": links["users"],
            "With a case": [_share(*r) for r in zip(links["users_with_case"], links["users"], strict=True)],
            "Other app users": links["others"],
            "Others with a case": [
                _share(*r) for r in zip(links["others_with_case"], links["others"], strict=True)
            ],
            "Among like customers": [
                _ratio(link, len(links)) for link in rows_of(links, complaints.FeatureLink)
            ],
        }
    )
    whole = st.column_config.NumberColumn(format="localized")
    tables.show(frame, "features", "too few", columns={"Its users": whole, "Other app users": whole})
    st.warning(
        "Association, not causation: people who use a feature differ from those who do not.",
        icon=":material/info:",
    )
    st.caption(
        f"Use in the 90 days before, cases in the 90 days to {day(links['as_of'].iloc[0])}; compared within segment and "
        "years with the bank (Mantel-Haenszel), 95% interval, corrected for the number of features (Holm)."
    )
    if viewer.role in planned_tests.MAY_PLAN:
        _plan(viewer, links)


def _share(cases: float | None, people: float | None) -> str:
    if pd.isna(cases) or pd.isna(people):
        return "too few"
    return share(cases / people) if people else ""


def _ratio(link: complaints.FeatureLink, features: int) -> str:
    if link.risk_ratio is None:
        return str(Verdict.TOO_FEW)
    clear = link.p_adjusted is not None and link.p_adjusted < 0.05
    beside_one = link.low is None or link.high is None or not link.low <= 1 <= link.high
    verdict = "clear" if clear else "within chance"
    if beside_one and not clear:
        verdict = f"not significant after correction for {features} features"
    return f"{numeral(link.risk_ratio, 2)} times as many ({numeral(link.low, 2)} to {numeral(link.high, 2)}), {verdict}"


def _plan(viewer: Viewer, links: pd.DataFrame) -> None:
    """Only a test can tell: how many people it takes, kept for everybody to see."""
    complete = links.dropna(subset=["others", "others_with_case"])
    rate = float(complete["others_with_case"].sum() / max(1, complete["others"].sum()))
    offered = list(links["feature"])

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        feature = plain(values["feature"])
        question = f"Do customers who are shown “{feature}” open fewer service cases within 90 days?"
        needed = planned_tests.plan(connect.here(), viewer, question, rate, -float(values["fewer"]) / 100)
        return (
            f"Planned: {needed:,} people in each of two randomly assigned groups; {share(rate)} have a case in "
            "90 days now."
        )

    with st.popover("Plan a test", icon=":material/science:"), forms.form("plan a test") as form:
        st.selectbox(
            "Feature to show to half of the people",
            offered,
            format_func=plain,
            key=form.keep("feature", offered[0], among=offered),
        )
        st.number_input("Smallest drop in cases worth finding (%)", 1, 90, key=form.keep("fewer", 10))
        form.submit("Plan it", write, type="primary")
    done = planned_tests.planned(data.reader(viewer))
    if len(done):
        st.subheader("Planned tests")
        names = called(connect.here(), done["planned_by"])
        for test in rows_of(done.head(5), planned_tests.PlannedTest):
            st.text(
                f"{day(test.planned_at)}: {test.question} {test.per_arm:,} people per group ({names[test.planned_by]})."
            )
