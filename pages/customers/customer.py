"""Customer: everything about one person on one page, as far as the viewer may see it."""

from datetime import date

import pandas as pd
import streamlit as st

from metrics import customer as about
from metrics.scope import Scope
from metrics.words import day, hkd, of_ten, plain
from pages.customers import alert_card
from pages.kit import charts, data, links, tables
from warehouse import connect
from warehouse.access import Viewer
from workflow import queue
from workflow.refusals import refused_customer
from workflow.steps import HISTORY

_AT_MOST = 40


def page(viewer: Viewer, scope: Scope | None) -> None:
    """Search, or the customer named in the address."""
    today = data.as_of(viewer)
    customer_id = st.query_params.get("cid", "")
    if not customer_id:
        st.title("Find a customer")
        _search(viewer)
        return
    found = data.frame(viewer, about.person(customer_id))
    if found.empty:
        refused_customer(connect.here(), viewer, customer_id)
        st.title("This customer is not among yours")
        tables.empty("Either the number does not exist or another colleague looks after this customer.")
        _search(viewer)
        return
    person = found.iloc[0]
    alert_card.confirm()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(alert_card.escaped(alert_card.name_of(person)), width="content")
        links.link("customer-health", "Back to the queue", ":material/arrow_back:")
    _strip(viewer, person, today)
    if links.has("customer-health"):
        for alert in queue.open_alerts(data.reader(viewer), customer_id, today).itertuples():
            alert_card.full(alert, today, viewer)
    _relationship(viewer, customer_id, today)
    _service_and_journey(viewer, customer_id, today)


def _search(viewer: Viewer) -> None:
    words = st.text_input("Name, customer number or phone", key="find", max_chars=80).strip()
    if len(words) < 2:
        st.caption("Type at least two letters. You find the customers you may see.")
        return
    hits = data.frame(viewer, about.search(words))
    if hits.empty:
        tables.empty(f"Nobody of yours fits “{words}”.", "Check the spelling, or search by customer number.")
    for hit in hits.itertuples():
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(alert_card.name_of(hit), key=f"hit-{hit.customer_id}", type="tertiary"):
                links.to("customer", cid=hit.customer_id)
            st.caption(
                f"{hit.customer_id} · {plain(hit.segment)}{' · left' if pd.notna(hit.left_on) else ''}"
            )


def _strip(viewer: Viewer, person: pd.Series, today: date) -> None:
    """What one wants to know before picking up the phone."""
    consent = {True: "May be contacted for marketing", False: "No marketing, please"}.get(
        None if pd.isna(person["marketing_consent"]) else bool(person["marketing_consent"]),
        "Marketing consent not known",
    )
    with st.container(horizontal=True, gap="small"):
        st.badge(f"{plain(person['segment']).capitalize()} segment", icon=":material/star:", color="gray")
        st.badge(
            consent,
            icon=":material/verified_user:" if consent.startswith("May") else ":material/do_not_disturb_on:",
            color="gray" if consent.startswith("May") else "orange",
        )
        if isinstance(person["preferred_channel"], str):
            st.badge(f"Prefers {plain(person['preferred_channel'])}", icon=":material/forum:", color="gray")
        if pd.notna(person["left_on"]):
            st.badge(f"Left on {day(person['left_on'])}", icon=":material/logout:", color="red")
    facts = [f"Customer {person['customer_id']}", f"with us since {day(person['joined_on'])}"]
    facts += [person[c] for c in ("district", "phone", "email") if isinstance(person[c], str)]
    if isinstance(person["rm_name"], str):
        facts.append(f"RM {person['rm_name']}")
    st.text(" · ".join(facts))


def _relationship(viewer: Viewer, customer_id: str, today: date) -> None:
    """Holdings, balance, value and risk; a role without balances does not get this part."""
    if not data.may_see(viewer, "balances", "accounts"):
        return
    known = data.known(viewer)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.header("What they hold")
        if not tables.absent("This list", viewer, "accounts"):
            held = data.frame(viewer, about.holdings(customer_id, today))
            shown = pd.DataFrame(
                {
                    "Product": [plain(p).capitalize() for p in held["product"]],
                    "Since": pd.to_datetime(held["opened_on"]),
                    "Balance (HKD)": held["balance"].astype(float),
                }
            )
            if shown.empty:
                tables.empty("No product is open.")
            else:
                tables.show(
                    shown,
                    "holdings",
                    Since=st.column_config.DateColumn(format="D MMM YYYY"),
                    **{"Balance (HKD)": st.column_config.NumberColumn(format="localized")},
                )
        _value_and_risk(viewer, customer_id, today, known)
    with right:
        st.header("Money with us, 12 months")
        if not tables.absent("This chart", viewer, "balances"):
            months = data.frame(viewer, about.balance_by_month(customer_id, today))
            if months.empty:
                tables.empty("No balance in the last 12 months.")
            else:
                charts.line(
                    pd.to_datetime(months["month_on"]).dt.date.tolist(),
                    months["balance"].astype(float).tolist(),
                    unit="HKD",
                    alt=f"Balance by month end, last {hkd(float(months['balance'].iloc[-1]))}",
                    key="balance",
                )


def _value_and_risk(viewer: Viewer, customer_id: str, today: date, known: frozenset[str]) -> None:
    if "revenues" in known:
        value = data.frame(viewer, about.net_revenue(customer_id, today))["net_revenue"].iloc[0]
        st.text(f"Brought {hkd(value)} in the last 12 months after the cost of service.")
    nights = data.frame(viewer, about.scores(customer_id, today))
    if nights.empty:
        st.caption("Not yet scored for the risk of leaving.")
    else:
        last = nights.iloc[-1]
        st.text(f"About {of_ten(float(last['probability']))} customers like this one leave within 90 days.")


def _service_and_journey(viewer: Viewer, customer_id: str, today: date) -> None:
    wanted = frozenset(
        t
        for t in ("leads", "touches", "tickets", "surveys", "accounts")
        if t in data.known(viewer) and data.may_see(viewer, t)
    )
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.header("Service cases")
        if data.may_see(viewer, "tickets") and not tables.absent("This list", viewer, "tickets"):
            _cases(data.frame(viewer, about.cases(customer_id, today)))
        if links.has("customer-health"):
            _tried(viewer, customer_id)
    with right:
        st.header("The journey so far")
        statement = about.journey(customer_id, today, wanted)
        events = data.frame(viewer, statement) if statement is not None else pd.DataFrame()
        if events.empty:
            tables.empty("No contact, case or contract of this customer is on record.")
            return
        shown = pd.DataFrame(
            {
                "When": pd.to_datetime(events["at"]),
                "Department": events["department"],
                "What": [f"{plain(w).capitalize()}" for w in events["what"]],
                "About": [plain(d) for d in events["detail"]],
            }
        )
        tables.show(shown.head(_AT_MOST), "journey", When=st.column_config.DateColumn(format="D MMM YYYY"))
        if len(shown) > _AT_MOST:
            st.caption(f"The latest {_AT_MOST} of {len(shown)} events.")


def _cases(cases: pd.DataFrame) -> None:
    if cases.empty:
        st.caption("No service case on record.")
    for case in cases.head(5).itertuples():
        state = "open" if case.still_open else "settled"
        kind = "Complaint" if case.complaint is True or case.complaint == 1 else "Question"
        st.text(f"{day(case.opened_at)}: {kind.lower()} about {plain(case.category)}, {state}".capitalize())
        if isinstance(case.text, str):
            st.caption(alert_card.escaped(f"“{case.text[:200]}”"))


def _tried(viewer: Viewer, customer_id: str) -> None:
    st.header("What was tried")
    done = queue.steps(data.reader(viewer), customer_id)
    if done.empty:
        st.caption("No step has been recorded yet.")
    for step in done.head(20).itertuples():
        note = f": {step.note}" if step.note else ""
        st.text(f"{day(step.taken_at)} · {HISTORY.get(step.step, step.step)}{note} ({step.taken_by})")
