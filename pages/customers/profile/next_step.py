"""The next best step for a customer: what may be offered, or why not; and the form that records an offer."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from metrics.comparison.words import hkd
from pages.components import data, forms
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.alerts.alert_rows import Alert
from workflow.customers import offers
from workflow.customers.offer_eligibility import NextStep


def show(alerts: Sequence[Alert], viewer: Viewer, today: date) -> NextStep:
    """What to do about a customer's alerts, in a sentence, and the offer if one may be made."""
    step = offers.next_step(data.reader(viewer), alerts[0].customer_id, today, alerted=True)
    st.markdown(f"**{escaped(step.sentence)}**")
    if step.offer is not None:
        _offer(alerts, step, viewer, today)
    return step


def why(alerts: Sequence[Alert], step: NextStep) -> None:
    """Why that is the right step, and each rule's advice: below the form, which is within the first screen so."""
    st.text(step.reason)
    _against(step)
    for advice in dict.fromkeys(alert.advice for alert in alerts):
        st.caption(escaped(advice) or "The rule behind this alert was removed. Record how it ended.")


def without_alert(customer_id: str, viewer: Viewer, today: date) -> None:
    """The next best step for a customer nobody has to call."""
    step = offers.next_step(data.reader(viewer), customer_id, today, alerted=False)
    with st.container(border=True):
        st.caption("Next best step")
        _sentence(step)
        if step.offer is not None:
            st.caption(_cost(step))


def _sentence(step: NextStep) -> None:
    st.markdown(f"**{escaped(step.sentence)}**")
    st.text(step.reason)
    _against(step)


def _against(step: NextStep) -> None:
    if step.why_not and step.why_not != step.reason:
        st.caption(f":material/block: {escaped(step.why_not)}")


def _cost(step: NextStep) -> str:
    assert step.offer is not None
    return "Cost if taken: " + ("no cost data" if step.offer.cost is None else hkd(step.offer.cost)) + "."


def _offer(alerts: Sequence[Alert], step: NextStep, viewer: Viewer, today: date) -> None:
    assert step.offer is not None
    code, title, first = step.offer.code, step.offer.title, alerts[0]
    st.caption(f"{_cost(step)} {offers.what_it_did(data.reader(viewer), code, first.segment)}")
    seen = {alert.alert_id: alert.version for alert in alerts}

    def write(viewer: Viewer, _: Mapping[str, Any]) -> str:
        offers.offer_for_all(connect.here(), viewer, seen, code, "", today)
        return f"Recorded: {title} offered."

    name = f"offer {seen} {code}"
    forms.button(
        name, f"I offered: {title}", write, key=f"offer-{first.alert_id}", icon=":material/handshake:"
    )
