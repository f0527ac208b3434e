"""What one wants to know before picking up the phone: segment, value, risk, complaint, consent, last contacts."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, hkd, of_ten
from metrics.customers import timeline as about
from metrics.customers.customer_search import name_or_number
from metrics.query import value_basis
from pages.components import data, forms, links, tables
from pages.components.typed_text import escaped
from pages.customers import score_note
from warehouse.access.data_coverage import why_not_there
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.alerts import contacts
from workflow.alerts.contacts import DepartmentContact
from workflow.collaboration.record_kind import MARKETING
from workflow.customers import consent
from workflow.customers.contact_details import (
    REASONS,
    Contact,
    dialling,
    masked_email,
    masked_phone,
    reveal,
    writing_to,
)
from workflow.records.people import called
from workflow.records.run_notes import CHURN_MODEL, LIFETIME_VALUE


def show(viewer: Viewer, person: about.Customer, today: date) -> None:
    """Badges that speak for themselves, then who the customer is and how to reach them."""
    customer_id = person.customer_id
    with st.container(horizontal=True, gap="small"):
        st.badge(f"{plain(person.segment).capitalize()} segment", icon=":material/star:", color="gray")
        _value_and_risk(viewer, customer_id, today, gone=person.left_on is not None)
        _complaint(viewer, customer_id, today)
        _consent(viewer, person, today)
        if person.left_on is not None:
            st.badge(f"Left on {day(person.left_on)}", icon=":material/logout:", color="red")
    still = "joined" if tables.lacking(viewer, "customers.left_on") else "with us since"
    since = "day of joining not known" if person.joined_on is None else f"{still} {day(person.joined_on)}"
    facts = [f"Customer {customer_id}", since]
    if person.returned_on is not None:
        facts.append(f"came back {day(person.returned_on)}")
    if person.district is not None:
        facts.append(person.district)
    if person.preferred_channel is not None:
        facts.append(f"prefers {plain(person.preferred_channel)}")
    if person.rm_name is not None:
        facts.append(f"RM {person.rm_name}")
    st.text(" · ".join(facts))
    with st.container(horizontal=True, vertical_alignment="center"):
        _reach(viewer, person, customer_id)
    _linked(viewer, person)
    _contacts(viewer, customer_id, today)


def _linked(viewer: Viewer, person: about.Customer) -> None:
    """Customers of the viewer's that are reached in the same way, often of one household; nothing without any."""
    statement = about.sharing_contact(person.customer_id, person.phone, person.email)
    others = data.frame(viewer, statement) if statement is not None else pd.DataFrame()
    if others.empty:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Same phone or e-mail as", width="content")
        for row in others.itertuples():
            name = name_or_number(
                row.full_name if isinstance(row.full_name, str) else None, str(row.customer_id)
            )
            if st.button(escaped(name), key=f"linked-{row.customer_id}", type="tertiary"):
                links.to("customer", cid=str(row.customer_id))


def _value_and_risk(viewer: Viewer, customer_id: str, today: date, *, gone: bool) -> None:
    """A role without revenues and scores does not get these; whoever has left is at no risk of it."""
    income = tables.lacking(viewer, "revenues", "revenues.revenue")
    cost = tables.lacking(viewer, "revenues", value_basis.COST)
    if data.may_see(viewer, "revenues") and income:
        st.badge("Income not known", icon=":material/payments:", color="gray", help=income.sentence)
    elif data.may_see(viewer, "revenues"):
        value = data.frame(viewer, about.net_revenue(customer_id, today))["net_revenue"].iloc[0]
        what = f"Revenue {hkd(value)}" if cost else f"Brought {hkd(value)}"
        st.badge(
            "Income not known" if pd.isna(value) else f"{what} in 12 months",
            icon=":material/payments:",
            color="gray",
            help=f"Before costs. {cost.sentence}" if cost else "Revenue after the cost of service.",
        )
    if value_basis.rests_on_purchases(data.available_columns(viewer)):
        _buys_again(viewer, customer_id, today)
    elif not gone and data.may_see(viewer, "customer_scores"):
        nights = data.frame(viewer, about.scores(customer_id, today))
        if nights.empty:
            why = why_not_there(data.reader(viewer), CHURN_MODEL) or "Not scored in the last nightly run."
            st.badge("Risk not known", icon=":material/help:", color="gray", help=why)
            return
        chance, scored = float(nights["probability"].iloc[-1]), pd.Timestamp(nights["as_of"].iloc[-1]).date()
        st.badge(
            f"{of_ten(chance).capitalize()} such customers leave{'' if scored >= today else f', as of {day(scored)}'}",
            icon=":material/trending_down:" if chance >= 0.1 else ":material/check:",
            color="orange" if chance >= 0.1 else "gray",
            help="Of customers like this one, how many leave within 90 days. "
            + score_note.why_older(viewer, today),
        )


def _buys_again(viewer: Viewer, customer_id: str, today: date) -> None:
    """Of a shop, whose customers do not say when they leave: how likely this one is to buy again."""
    if not data.may_see(viewer, "customer_values"):
        return
    rows = data.frame(viewer, about.lifetime_value(customer_id, today))
    if rows.empty or rows["model"].iloc[0] != value_basis.NON_CONTRACTUAL:
        why = (
            why_not_there(data.reader(viewer), LIFETIME_VALUE) or "No purchase of this customer is on record."
        )
        st.badge("Chance to buy again not known", icon=":material/help:", color="gray", help=why)
        return
    chance, months = float(rows["stay_probability"].iloc[0]), int(rows["horizon_months"].iloc[0])
    st.badge(
        f"{of_ten(chance).capitalize()} such customers buy again",
        icon=":material/shopping_cart:",
        color="gray",
        help=f"Within {months} months, of customers with such a buying history.",
    )


def _complaint(viewer: Viewer, customer_id: str, today: date) -> None:
    if not data.may_see(viewer, "tickets"):
        return
    missing = tables.lacking(viewer, "tickets", "tickets.complaint", "tickets.resolved_at")
    if missing:
        st.badge("Complaints not known", icon=":material/help:", color="gray", help=missing.sentence)
        return
    cases = data.frame(viewer, about.cases(customer_id, today))
    complaint = cases["complaint"].fillna(value=False).astype(bool)
    waits = (
        complaint & cases["still_open"].astype(bool) & ~cases["withdrawn"].fillna(value=False).astype(bool)
    )
    if waits.any():
        since = pd.to_datetime(cases[waits]["opened_at"]).min()
        st.badge(f"Open complaint since {day(since)}", icon=":material/sentiment_dissatisfied:", color="red")
    else:
        st.badge("No open complaint", icon=":material/check:", color="gray")


def _consent(viewer: Viewer, person: about.Customer, today: date) -> None:
    """Whether marketing is agreed to; once it is not, since when, and what reached the customer all the same."""
    reader, customer_id = data.reader(viewer), person.customer_id
    said_on = consent.opted_out(reader, [customer_id]).get(customer_id)
    stands = consent.standing(person.marketing_consent, person.consent_changed_on, said_on)
    if stands is False:
        since, logged = consent.ended(person.marketing_consent, person.consent_changed_on, said_on)
        st.badge(
            f"No marketing since {day(since)}" if since else "No marketing, please",
            icon=":material/do_not_disturb_on:",
            color="orange",
            help="A colleague has logged it; the bank's own record does not say so yet."
            if logged
            else "As the bank's records say. No offer can be recorded.",
        )
        if late := consent.contact_after(reader, customer_id, since, today):
            st.badge(
                f"{MARKETING} reached the customer on {day(late)}, after that",
                icon=":material/warning:",
                color="red",
                help="Tell Marketing: nobody may be contacted after the consent was withdrawn.",
            )
    elif stands is None:
        missing = tables.lacking(viewer, "customers.marketing_consent")
        st.badge(
            "Marketing consent not known",
            icon=":material/do_not_disturb_on:",
            color="orange",
            help=missing.sentence if missing else None,
        )
    else:
        st.badge("May be contacted for marketing", icon=":material/verified_user:", color="gray")


def _reach(viewer: Viewer, person: about.Customer, customer_id: str) -> None:
    """Phone and e-mail, masked until the viewer says why she needs them; that leaves a line."""
    seen: Contact | None = st.session_state.get(f"revealed {viewer.username} {customer_id}")
    if seen is not None:
        if seen.phone:
            st.link_button(escaped(seen.phone), dialling(seen.phone), icon=":material/call:", type="tertiary")
        if seen.email:
            address = writing_to(seen.email)
            st.link_button(escaped(seen.email), address, icon=":material/mail:", type="tertiary")
        return
    masked = [m for m in (masked_phone(person.phone), masked_email(person.email)) if m]
    if not masked:
        missing = tables.lacking(viewer, "customers.phone", "customers.email")
        st.caption(missing.sentence if missing else "Neither phone nor e-mail is on record.")
        return
    st.text(" · ".join(masked), width="content")
    with st.popover("Show", icon=":material/visibility:", type="tertiary"):
        st.caption("Viewing phone and e-mail is recorded, with your reason.")
        for reason, words in REASONS.items():
            forms.button(
                f"reveal {reason} {customer_id}",
                words,
                partial(_reveal, customer_id, reason),
                key=f"reveal-{reason}",
                type="tertiary",
            )


def _reveal(customer_id: str, reason: str, viewer: Viewer, _: Mapping[str, Any]) -> str:
    contact = reveal(connect.here(), viewer, customer_id, reason)
    st.session_state[f"revealed {viewer.username} {customer_id}"] = contact
    return "Shown, and recorded."


def _contacts(viewer: Viewer, customer_id: str, today: date) -> None:
    """When each department last was in touch, the latest first, so that nobody calls twice without knowing."""
    reader = data.reader(viewer)
    last = rows_of(contacts.last_contacts(reader, [customer_id], today), DepartmentContact)
    if not last:
        sees_all = data.may_see(viewer, "touches", "leads", "tickets", "alert_steps", "interactions")
        where = "" if sees_all else " in what your role sees"
        st.caption(f"No contact with the customer is on record{where}.")
        return
    names = called(connect.here(), [contact.by for contact in last if contact.by])
    texts = [
        f"{names[contact.by]}, {contact.department}, {day(contact.at)}"
        if contact.by
        else f"{contact.department} {day(contact.at)}"
        for contact in last
    ]
    st.caption(
        escaped(f"Last contact: {' · '.join(texts)}"),
        help="From us to the customer: calls, visits, meetings, e-mails, replies of Service, and what colleagues "
        "recorded. A day on which the customer wrote or complained is none.",
    )
