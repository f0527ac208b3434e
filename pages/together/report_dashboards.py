"""Dashboards: saved reports beside each other, each read under the rights of whoever looks."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day
from metrics.query.query import absent
from metrics.query.report_query import misfit, refusal
from pages.components import data, forms, links
from pages.components.typed_text import escaped
from pages.together import report_result
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.records.people import called
from workflow.reports import dashboards, saved_reports
from workflow.reports.dashboards import Dashboard
from workflow.reports.saved_reports import Saved

URL = "reports"
ONLY_ME, EVERYBODY = "Only me", "Everybody"


def page(viewer: Viewer, dashboard_id: str) -> None:
    """The dashboard behind a link: two reports beside each other, in its order."""
    board = next(
        (d for d in dashboards.visible(connect.here(), viewer) if d.dashboard_id == dashboard_id), None
    )
    if board is None:
        st.title("This link opens no dashboard")
        st.warning(
            "It was taken off the list, or its owner keeps it to herself. Ask whoever sent it, or open another.",
            icon=":material/link_off:",
        )
        _ways(viewer, None)
        return
    st.title(escaped(board.title))
    by = called(connect.here(), [board.saved_by])[board.saved_by]
    whose = "for everybody" if board.shared else "only for you"
    st.caption(
        f"Arranged by {escaped(by)}, {whose}, {day(board.saved_at.date())}. "
        "Each report is computed now, under your rights."
    )
    _ways(viewer, board)
    reader = data.reader(viewer)
    with st.grid(2, min_column_width=420, gap="small"):
        for report_id in board.reports:
            with st.container(border=True, height="stretch"):
                _tile(viewer, saved_reports.one(reader, report_id), report_id)


def button(viewer: Viewer) -> None:
    """The list of dashboards, and the form that makes one of saved reports."""
    listed = dashboards.visible(connect.here(), viewer)
    with st.popover(f"Dashboards ({len(listed)})", icon=":material/dashboard:"):
        if not listed:
            st.caption("Nobody has arranged a dashboard yet. It sets saved reports beside each other.")
        for one in listed:
            if st.button(escaped(one.title), key=f"dashboard-{one.dashboard_id}", type="tertiary"):
                links.to(URL, dashboard=one.dashboard_id)
        _form(viewer)


def _form(viewer: Viewer) -> None:
    titles = _titles(viewer)
    if not titles:
        return

    def write(who: Viewer, values: Mapping[str, Any]) -> str:
        shared = values["whose"] == EVERYBODY
        dashboards.save(
            connect.here(), who, str(values["title"] or ""), values["reports"] or [], shared=shared
        )
        return "Dashboard saved; it is on the list."

    st.markdown("**Set saved reports beside each other**")
    with forms.form("save dashboard") as form:
        st.text_input("Title", max_chars=saved_reports.LONGEST, key=form.keep("title", ""))
        _reports(form, titles, ())
        st.radio("For", (ONLY_ME, EVERYBODY), key=form.keep("whose", ONLY_ME), horizontal=True)
        form.submit("Save dashboard", write, type="primary")


def _ways(viewer: Viewer, board: Dashboard | None) -> None:
    with st.container(horizontal=True, gap="small"):
        if board and board.saved_by == viewer.username:
            with st.popover("Arrange", icon=":material/dashboard_customize:"):
                _arrange(viewer, board)
            forms.button(
                f"retire dashboard {board.dashboard_id}",
                "Take it off the list",
                partial(_retire, board.dashboard_id),
                icon=":material/archive:",
            )
        button(viewer)
        if st.button("A new report", icon=":material/add_chart:", key="another-report"):
            links.to(URL)


def _arrange(viewer: Viewer, board: Dashboard) -> None:
    def write(who: Viewer, values: Mapping[str, Any]) -> str:
        dashboards.arrange(connect.here(), who, board.dashboard_id, values["reports"] or [])
        return "Arranged."

    with forms.form(f"arrange {board.dashboard_id}", "-".join(board.reports)) as form:
        _reports(form, _titles(viewer), board.reports)
        form.submit("Save", write, type="primary")


def _reports(form: forms.Form, titles: Mapping[str, str], now: tuple[str, ...]) -> None:
    st.multiselect(
        f"Reports, in their order, {dashboards.MOST_REPORTS} at most",
        list(dict.fromkeys([*titles, *now])),
        format_func=lambda report_id: titles.get(report_id, "A report off the list"),
        key=form.keep("reports", list(now)),
    )


def _titles(viewer: Viewer) -> dict[str, str]:
    return {r.report_id: r.title for r in saved_reports.on_the_list(data.reader(viewer))}


def _tile(viewer: Viewer, saved: Saved | None, report_id: str) -> None:
    if saved is None or misfit(saved.report):
        st.caption("This report does not exist any more.")
        return
    st.markdown(f"**{escaped(saved.title)}**")
    if why := refusal(saved.report, viewer):
        st.info(why, icon=":material/lock:")
    elif absent(saved.report.metric, data.available_columns(viewer)):
        st.caption(f"“{CATALOGUE[saved.report.metric].label}” was not given by this bank.")
    else:
        report_result.tile(viewer, saved.report, report_id)
    if st.button(
        ":primary[Open]", key=f"tile-{report_id}", type="tertiary", help="The report with its table"
    ):
        links.to(URL, report=report_id)


def _retire(dashboard_id: str, viewer: Viewer, _: Mapping[str, Any]) -> str:
    dashboards.retire(connect.here(), viewer, dashboard_id)
    return "Taken off the list; its reports stay."
