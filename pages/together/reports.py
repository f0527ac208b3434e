"""Reports: a figure, a part of the bank and a way to show it, in three steps; kept, and shared by a link."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day
from metrics.definitions.scope import Scope
from metrics.query.missing_reasons import not_given_for
from metrics.query.query import absent
from metrics.query.report_query import CHARTS, MONTH, SavedReport, refusal
from pages.components import data, filters, forms, links, tables
from pages.components.typed_text import escaped
from pages.together import report_dashboards, report_result, report_steps, report_words
from pages.together.report_words import by_in_words
from warehouse.access.reader import Viewer
from warehouse.errors import AccessRefused, Problem
from warehouse.stores import connect
from workflow.records.people import called
from workflow.reports import saved_reports

URL = "reports"
_SAVED = "report just saved"


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The report behind a link, or the three steps to a new one."""
    saved = st.session_state.pop(_SAVED, None)
    if saved:
        links.to(URL, report=saved)
    if dashboard_id := st.query_params.get("dashboard"):
        report_dashboards.page(viewer, dashboard_id)
        return
    report_id = st.query_params.get("report")
    if report_id:
        _opened(viewer, report_id)
    else:
        _builder(viewer)


def _builder(viewer: Viewer) -> None:
    data.as_of(viewer)  # before a bank is loaded there is nothing to choose from
    head = st.container()
    chosen = report_steps.choose(viewer)
    if chosen is None:
        head.title("No figure has data for your role in this bank")
        tables.empty("Data status lists what has been loaded.")
        return
    report, room = chosen
    if why := refusal(report, viewer):
        head.title(escaped(f"{CATALOGUE[report.metric].label}: not shown this way"))
        st.info(why, icon=":material/lock:")
        return
    with room:
        _save(report)
        _list(viewer)
        report_dashboards.button(viewer)
    report_result.show(viewer, report, head)


def _opened(viewer: Viewer, report_id: str) -> None:
    try:
        saved = saved_reports.opened(connect.here(), viewer, report_id)
    except AccessRefused as refused:
        st.title("This report is about a figure that your role does not include")
        st.info(str(refused), icon=":material/lock:")
        _another()
        return
    except Problem as problem:
        st.title("This link opens no report")
        st.warning(escaped(str(problem)), icon=":material/link_off:")
        _another()
        return
    head = st.container()
    by = called(connect.here(), [saved.saved_by])[saved.saved_by]
    st.caption(
        f"Report **{escaped(saved.title)}**, saved by {escaped(by)} on {day(saved.saved_at.date())}. "
        "Its figures are computed again for you, under your rights, each time it is opened."
    )
    st.caption(report_words.definition(CATALOGUE[saved.report.metric]))
    if saved.retired_at:
        st.info(f"It was taken off the list on {day(saved.retired_at.date())}; its link still opens.")
    with st.container(horizontal=True, gap="small"):
        with st.popover("Link", icon=":material/link:"):
            st.caption("Whoever opens it sees what her own role includes, and nothing more.")
            st.code(_link(report_id), language=None)
        if st.button("Change it", icon=":material/edit:", help="Opens the steps; saved as a new report"):
            links.to(URL, **in_address(saved.report, viewer))
        if not saved.retired_at and (viewer.username == saved.saved_by or viewer.role == "analyst"):
            forms.button(
                f"retire {report_id}",
                "Take it off the list",
                partial(_retire, report_id),
                icon=":material/archive:",
            )
        _list(viewer)
        _another()
    if absent(saved.report.metric, data.available_columns(viewer)):
        missing = not_given_for([saved.report.metric], data.coverage_of(viewer))
        why = missing.clause if missing else "not known"
        head.title(escaped(f"{CATALOGUE[saved.report.metric].label}: {why}"))
        return
    report_result.show(viewer, saved.report, head)


def _another() -> None:
    if st.button("A new report", icon=":material/add_chart:", key="another-report"):
        links.to(URL)


def _link(report_id: str) -> str:
    here = (st.context.url or "").partition("?")[0]
    return f"{here or f'/{URL}'}?report={report_id}"


def in_address(report: SavedReport, viewer: Viewer) -> dict[str, str | list[str]]:
    """A report as the address of its steps."""
    offered = filters.periods(viewer)
    address: dict[str, str | list[str]] = {
        "metric": CATALOGUE[report.metric].label,
        "by": by_in_words(report.breakdown),
        "period": offered.get(report.period, offered["month"]),
        "over-time" if report.breakdown == MONTH else "chart": CHARTS[report.chart],
    }
    if report.across:
        address["and-by"] = by_in_words(report.across)
    if report.filters:
        address["filter"] = [by_in_words(d) for d, _ in report.filters]
    for dimension, values in report.filters:
        word = filters.label_of(dimension, viewer)
        address[f"{report_steps.ONLY}{dimension}"] = [word(v) for v in values]
    return address


def _save(report: SavedReport) -> None:
    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        title = str(values["title"] or "")
        st.session_state[_SAVED] = saved_reports.save(connect.here(), viewer, title, report)
        return "Saved."

    with st.popover("Save and share", icon=":material/bookmark_add:"), forms.form("save report") as form:
        st.text_input("Title", max_chars=saved_reports.LONGEST, key=form.keep("title", ""))
        st.caption(
            "Everybody reads the title, so it names no customer. Only the question is kept, no figure."
        )
        form.submit("Save", write, type="primary")


def _list(viewer: Viewer) -> None:
    on_list = saved_reports.on_the_list(data.reader(viewer))
    with st.popover(f"Saved reports ({len(on_list)})", icon=":material/bookmarks:"):
        if not on_list:
            st.caption("Nobody has saved a report yet.")
        names = called(connect.here(), [saved.saved_by for saved in on_list])
        for saved in on_list:
            caption = f"{names[saved.saved_by]}, {day(saved.saved_at.date())}"
            if st.button(
                f"{escaped(saved.title)} · {escaped(caption)}", key=f"open-{saved.report_id}", type="tertiary"
            ):
                links.to(URL, report=saved.report_id)


def _retire(report_id: str, viewer: Viewer, _: Mapping[str, Any]) -> str:
    saved_reports.retire(connect.here(), viewer, report_id)
    return "Taken off the list; its link still opens."
