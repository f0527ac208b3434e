"""Today: for each role one sentence, three figures, the list to work on, and one button."""

from datetime import date

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day, figure, numeral
from metrics.customers import complaints as waiting
from metrics.customers.customer_search import name_or_number
from metrics.definitions.scope import Scope
from metrics.query.missing_reasons import not_given_for
from pages.components import data, filters, links, tables
from pages.components.typed_text import escaped
from pages.customers.alerts import alert_card, alert_checks
from pages.customers.complaints import complaints_page
from pages.customers.profile import task_lines
from pages.figures import cards
from pages.governance import messages
from pages.growth.funnel import funnel_page
from pages.growth.goals import goal_list, goals_page
from pages.growth.leads import batch_alarms
from pages.together.learning import first_tasks_line
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.schema import plain
from workflow.alerts import alert_queue
from workflow.alerts.alert_rows import FlaggedCustomer
from workflow.goals.goal_news import NEWS_DAYS
from workflow.goals.goal_records import every_goal

SHOWN = 5


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The page of the viewer's role, below the line of her first tasks while there are some."""
    first_tasks_line.show(viewer)
    {
        "relationship_manager": _calls,
        "team_lead": _calls,
        "service": _complaints,
        "administrator": _house,
    }.get(viewer.role, _growth)(viewer)


def calls_of(viewer: Viewer, today: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The open alerts, and their customers in the order to call them."""
    alerts = alert_queue.open_alerts(data.reader(viewer), today=today)
    return alerts, alert_queue.by_customer(alerts)


def _calls(viewer: Viewer) -> None:
    today = data.as_of(viewer)
    alerts, people_waiting = data.until_changed(viewer, calls_of, today)
    counts = alert_queue.counts(people_waiting, today)
    pressing = counts["due"] + counts["overdue"]
    people = "customer" if counts["open"] == 1 else "customers"
    st.title(f"{counts['open']} {people} to call" if counts["open"] else alert_checks.nobody_to_call(viewer))
    with st.grid(3, min_column_width=105):
        st.metric("Not started", counts["new"], border=True)
        st.metric("Due within 7 days", counts["due"], border=True)
        st.metric("Overdue", counts["overdue"], border=True)
    st.caption(alert_queue.units(alerts, people_waiting, today))
    masks = alert_queue.kinds(people_waiting, today)
    waits, presses = masks["snoozed"], masks["due"] | masks["overdue"]
    people_waiting, presses = people_waiting[~waits], presses[~waits]
    if people_waiting.empty:
        alert_checks.none_flagged(viewer, "No customer is flagged.", today)
        task_lines.today_list(viewer)
        return
    first = "Most urgent first" if pressing else "First to call"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(first, width="content")
        if st.button("Open my queue", type="primary", icon=":material/ecg_heart:"):
            links.to("customer-health")
    ordered = pd.concat([people_waiting[presses], people_waiting[~presses]])
    for alert in rows_of(ordered.head(SHOWN), FlaggedCustomer):
        alert_card.line(alert, today, "today")
    task_lines.today_list(viewer)


def _complaints(viewer: Viewer) -> None:
    if tables.lacking(viewer, *complaints_page.NEEDED):
        st.title(f"Which complaints are open is {tables.clause(viewer, *complaints_page.NEEDED)}")
        tables.absent("Open complaints", viewer, *complaints_page.NEEDED)
        return
    today = data.as_of(viewer)
    opened = data.frame(viewer, waiting.open_complaints(today))
    st.title(f"{complaints_page.counted_in_words(len(opened))} {'are' if len(opened) > 1 else 'is'} open")
    # By the calendar: a case opened at noon eight days ago is eight days old on any hour of today.
    age = (pd.Timestamp(today) - pd.to_datetime(opened["opened_at"]).dt.normalize()).dt.days
    with st.grid(3, min_column_width=105):
        st.metric("Open longer than 7 days", int((age > 7).sum()), border=True)
        _count(viewer, "Without a first reply", opened["first_reply_at"].isna(), "tickets.first_reply_at")
        _count(viewer, "High severity", opened["severity"] == "high", "tickets.severity")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("Longest waiting", width="content")
        if len(opened) and st.button("Open all complaints", type="primary", icon=":material/report:"):
            links.to(complaints_page.URL)
    for case in rows_of(opened.head(SHOWN * 2), waiting.OpenComplaint):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            name = name_or_number(case.full_name, case.customer_id)
            st.markdown(f"**{escaped(name)}**", width="content")
            about = f"{plain(case.category)}, {plain(case.severity)} severity, since {day(case.opened_at)}"
            st.caption(escaped(about))
            if case.customer_id is not None and st.button("Open", key=f"case-{case.ticket_id}"):
                links.to("customer", cid=case.customer_id)


def _count(viewer: Viewer, label: str, which: pd.Series, column: str) -> None:
    """How many rows are so; not known where the column that says it was not given."""
    missing = tables.lacking(viewer, column)
    st.metric(
        label,
        "not known" if missing else int(which.sum()),
        border=True,
        help=missing.sentence if missing else None,
    )


def _growth(viewer: Viewer) -> None:
    scope = Scope(data.period_of(viewer, "30d"))
    st.title(
        _bank_in_a_sentence(viewer, scope)
        if viewer.role == "executive"
        else funnel_page.headline(viewer, scope)
    )
    called = "Last full month" if data.by_month(viewer) else "Last 30 days"
    before = filters.before_in_words(viewer, scope)
    st.caption(f"{called}, {scope.period.in_words()}, compared with {before}.")
    names = {
        "marketing": ("mql", "cac", "marketing_cost"),
        "sales": ("sql", "opportunities", "win_rate"),
        "executive": ("revenue", "churn_rate", "nps"),
    }.get(viewer.role, ("won", "churn_rate", "open_alerts"))
    if viewer.role in ("sales", "marketing"):
        batch_alarms.show(viewer)
    cards.row(names, scope, viewer)
    _news(viewer)
    if viewer.role == "executive":
        if st.button("Open the quarterly review", type="primary", icon=":material/summarize:"):
            links.to("quarterly-review")
    elif st.button("Open the funnel", type="primary", icon=":material/filter_alt:"):
        links.to("funnel")
    funnel_page.by_channel(viewer, scope)


def _news(viewer: Viewer) -> None:
    """Goals met within the last quarter, with the departments that met them, and those missed beside them."""
    as_of = data.as_of(viewer)
    recent = [
        g
        for g in every_goal(data.reader(viewer))
        if g.ended_at is None and g.in_force_since is not None and 0 <= (as_of - g.span.end).days < NEWS_DAYS
    ]
    if recent:
        goal_list.news(goals_page.read(viewer, recent), as_of)


def _bank_in_a_sentence(viewer: Viewer, scope: Scope) -> str:
    """Revenue, churn and new customers: what an executive asks first. Unknown figures are left out."""
    now = data.ask(
        viewer, ["revenue", "churn_rate", "customers_acquired"], scope, periods=[scope.period]
    ).iloc[0]
    texts = {
        "revenue": f"{figure(CATALOGUE['revenue'], now['revenue'])} revenue",
        "churn_rate": f"churn rate {figure(CATALOGUE['churn_rate'], now['churn_rate'])}",
        "customers_acquired": f"{numeral(now['customers_acquired'])} customers won through a lead",
    }
    parts = [words for name, words in texts.items() if now[name] == now[name]]
    if parts:
        return ", ".join(parts)
    why = not_given_for(texts, data.coverage_of(viewer))
    return f"Revenue, departures and new customers are {why.clause if why else 'not known for these days'}"


def _house(viewer: Viewer) -> None:
    status = data.status(viewer)
    loaded = status[status["row_count"] > 0]
    st.title(f"{len(loaded)} of {len(status)} tables are loaded, as of {day(data.as_of(viewer))}")
    with st.grid(3, min_column_width=105):
        st.metric("Tables with data", len(loaded), border=True)
        st.metric("Rows", f"{int(status['row_count'].sum()):,}", border=True)
        st.metric("Last load", f"{pd.to_datetime(status['loaded_at']).max():%d %b %Y}", border=True)
    messages.show(viewer)
    if st.button("Open data status", type="primary", icon=":material/database:"):
        links.to("data-status")
