"""Customer: everything about one person on one page, as far as the viewer may see it."""

from datetime import date, timedelta
from functools import partial

import streamlit as st

from metrics.comparison.words import day
from metrics.customers import timeline as about
from metrics.customers.customer_search import customers_matching, name_or_number
from metrics.definitions.scope import Scope
from pages.components import data, links, tables
from pages.components.typed_text import escaped
from pages.customers import score_note
from pages.customers.alerts import alert_card, customer_health, tried_view
from pages.customers.profile import (
    colleagues_view,
    contact_log,
    customer_line,
    customer_strip,
    journey_view,
    next_step,
    relationship_view,
)
from warehouse.access.reader import Reader, Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.stores import connect
from workflow.alerts import alert_queue
from workflow.alerts.alert_rows import Alert, ClosedAlert
from workflow.experiments.refused_analyses import refused_customer

ENDED_LATELY = 30
"""Days for which the page of a customer still tells how an alert ended by itself."""


def page(viewer: Viewer, scope: Scope | None) -> None:
    """Search, or the customer named in the address."""
    today = data.as_of(viewer)
    customer_id = st.query_params.get("cid", "")
    if not customer_id:
        st.title("Find a customer")
        _search(viewer)
        return
    person = data.frame(viewer, about.person(customer_id))
    if person.empty:
        refused_customer(connect.here(), viewer, customer_id)
        st.title("This customer is not among yours")
        alert_card.unrecorded()
        tables.empty("Either the number does not exist or another colleague looks after this customer.")
        _search(viewer)
        return
    _whole(viewer, rows_of(person, about.Customer)[0], customer_id, today)


def _whole(viewer: Viewer, person: about.Customer, customer_id: str, today: date) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(escaped(name_or_number(person.full_name, person.customer_id)), width="content")
        links.link("customer-health", "Back to the queue", ":material/arrow_back:")
        if links.has("customer-health"):
            _neighbours(viewer, customer_id, today)
    customer_strip.show(viewer, person, today)
    if person.left_on is None and data.may_see(viewer, "customer_scores"):
        score_note.show(viewer, today)
    works_alerts = links.has("customer-health")
    if works_alerts:
        _alerts(viewer, customer_id, today)
    contact_log.show(viewer, customer_id)
    colleagues_view.show(viewer, customer_id)
    relationship_view.show(viewer, customer_id, today)
    journey_view.show(viewer, customer_id, today)
    left, right = st.columns(2, gap="large")
    with left:
        relationship_view.cases(viewer, customer_id, today)
        relationship_view.answers(viewer, customer_id, today)
    with right:
        if works_alerts:
            tried_view.show(viewer, customer_id, today)
        relationship_view.usage(viewer, customer_id, today)
    relationship_view.sources(viewer, customer_id, today)


def _neighbours(viewer: Viewer, customer_id: str, today: date) -> None:
    """The customers before and after this one in the queue, and where in it this one stands."""
    _, people, *_ = data.until_changed(viewer, customer_health.work_of, today)
    order = list(people[~people["snoozed"].astype(bool)]["customer_id"])
    if customer_id not in order:
        return
    place = order.index(customer_id)
    st.caption(f"{place + 1} of {len(order)} in the queue", width="content")
    for label, icon, to in (("Previous", "arrow_back", place - 1), ("Next", "arrow_forward", place + 1)):
        there = 0 <= to < len(order)
        if st.button(
            label, key=f"go-{label}", icon=f":material/{icon}:", type="tertiary", disabled=not there
        ):
            links.to("customer", cid=order[to])


def _alerts(viewer: Viewer, customer_id: str, today: date) -> None:
    reader = data.reader(viewer)
    mine = alert_queue.open_alerts(reader, customer_id, today)
    if about_her := rows_of(mine, Alert):
        advice = partial(next_step.show, about_her, viewer, today)
        alert_card.whole(about_her, today, viewer, advice, partial(next_step.why, about_her))
    alert_card.unrecorded()
    _ended(reader, customer_id, today)
    if viewer.role == "relationship_manager":
        for alert in rows_of(alert_queue.worked_by_others(reader, customer_id), Alert):
            who = "nobody yet: it waits in the pool" if alert.rm_id is None else f"RM {alert.rm_id}"
            due = alert_queue.due_words(alert.due_on.date(), today)
            st.info(escaped(f"{alert.title}: worked by {who}, {due}."))
    if mine.empty:
        st.caption(f"No alert of yours about this customer is open. Checked as of {day(today)}.")
        next_step.without_alert(customer_id, viewer, today)


def _ended(reader: Reader, customer_id: str, today: date) -> None:
    """Alerts that ended by themselves lately: she is told, and need not wonder where they went."""
    closed = alert_queue.closed_alerts(reader, today - timedelta(days=ENDED_LATELY), customer_id)
    for alert in rows_of(closed[closed["outcome"].isin(list(alert_queue.BY_ITSELF))], ClosedAlert):
        st.info(
            escaped(f"{alert.title}: {alert_queue.ending_words(alert)}"),
            icon=":material/task_alt:",
        )


def _search(viewer: Viewer) -> None:
    words = st.text_input("Name, customer number, phone or e-mail", key="find", max_chars=80).strip()
    if len(words) < 2:
        st.caption(
            "Type at least two letters, four digits of the phone, or the whole e-mail address. You find the customers "
            "you may see."
        )
        return
    matches = data.cached(viewer, customers_matching, words)
    if not matches.total:
        tables.empty(
            f"None of your customers matches “{escaped(words)}”.",
            "Check the spelling, or search by customer number.",
        )
        return
    if not matches.exact:
        st.caption(f"None of your customers is spelled “{escaped(words)}”. These names are close to it.")
    for hit in matches.hits:
        customer_line.show(hit, "hit")
    if matches.total > len(matches.hits):
        st.caption(
            f"{matches.total:,} customers fit, and the first {len(matches.hits)} are listed. Type more of the name to "
            "narrow it down."
        )
