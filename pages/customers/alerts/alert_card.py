"""A customer's alerts: a line in a list, and what can be done about them: record a step, snooze, take a step back."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import streamlit as st

from metrics.comparison.words import day, hkd, of_ten
from pages.components import forms, links, theme
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.alerts.alert_queue import due_words
from workflow.alerts.alert_rows import Alert, FlaggedCustomer
from workflow.alerts.alert_steps import (
    CLOSING,
    LONGEST_SNOOZE_DAYS,
    OFFERED,
    SNOOZED,
    STEPS,
    add_note,
    record_for_all,
    take_back,
)
from workflow.customers import offers
from workflow.customers.offer_eligibility import BY_CODE, NextStep
from workflow.experiments.persuadable import WORTH_A_CALL

USUAL_SNOOZE_DAYS = 7


def line(alert: FlaggedCustomer, today: date, place: str) -> None:
    """Who, why, how much, until when; and the button that opens the customer."""
    with st.container(border=True, gap="xsmall", key=f"{place}-{alert.alert_id}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            with st.container(horizontal=True, vertical_alignment="center", width="content"):
                st.markdown(f"**{escaped(alert.called)}**", width="content")
                st.caption(plain(alert.segment), width="content")
                badges(alert, today)
            if st.button("Open", key=f"open-{place}-{alert.alert_id}", icon=":material/arrow_forward:"):
                links.to("customer", cid=alert.customer_id)
        st.caption(escaped(f"{'. '.join(alert.titles)}. {_why(alert)}"))


def _why(alert: Alert) -> str:
    """The first facts as of the day the alert was raised, and what they are by now where that differs."""
    words = f"On {day(alert.raised_on)}: {_in_sentences(alert.facts[:2])}"
    now = _in_sentences(alert.facts_now[:2])
    return f"{words} Now: {now}" if now else words


def _in_sentences(facts: Sequence[str | None]) -> str:
    return " ".join(fact if fact.endswith(".") else f"{fact}." for fact in facts if fact)


def badges(alert: Alert, today: date) -> None:
    """The due day, as icon and word, amber and red only when it presses; whether it is started, waits, was passed on."""
    due = alert.due_on.date()
    left = (due - today).days
    colour: theme.Colour = "red" if left < 0 else "orange" if left <= 7 else "gray"
    st.badge(due_words(due, today).capitalize(), icon=":material/schedule:", color=colour)
    if alert.snoozed and alert.snoozed_until is not None:
        st.badge(f"Back on {day(alert.snoozed_until)}", icon=":material/snooze:", color="gray")
    elif alert.status == "working":
        st.badge("Started", icon=":material/play_arrow:", color="blue")
    if alert.saved is not None and alert.saved >= WORTH_A_CALL:
        effect = f"calls keep about {of_ten(alert.saved)} such customers who would have left otherwise"
        st.badge(
            "Can be saved",
            icon=":material/favorite:",
            color="green",
            help=f"At risk, can be saved: {effect}.",
        )
    if alert.escalated_on is not None:
        st.badge("Team lead knows", icon=":material/campaign:", color="red")


def whole(
    alerts: Sequence[Alert],
    today: date,
    viewer: Viewer,
    advice: Callable[[], NextStep],
    why: Callable[[NextStep], None],
) -> None:
    """All reasons to call a customer, what to do (drawn by `advice`), one form for all of them, and why (`why`)."""
    with st.container(border=True, key=f"alert-{alerts[0].alert_id}"):
        reasons, do = st.columns([3, 2], gap="large")
        with reasons:
            for alert in alerts:
                _reason(alert, today)
            st.caption(
                "These facts go together with leaving; they are not proven causes. "
                f"At stake now: {hkd(alerts[0].value_at_stake)} in deposits and investments."
            )
        with do:
            st.caption("What to do")
            step = advice()
            _form(alerts, viewer, today, free=step.offer is not None)
            why(step)


def _reason(alert: Alert, today: date) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(escaped(alert.title), width="content")
        badges(alert, today)
    st.caption(f"Why, as of {alert.raised_on.day} {alert.raised_on:%b %Y}")
    for fact, now in list(zip(alert.facts, alert.facts_now, strict=True))[:5]:
        st.text(f"•  {fact}" + (f"\n    {day(today)}: {now}" if now else ""))


def _form(alerts: Sequence[Alert], viewer: Viewer, today: date, *, free: bool) -> None:
    versions = {alert.alert_id: alert.version for alert in alerts}
    titles = {alert.alert_id: alert.title for alert in alerts}

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        step, note = str(values["step"] or ""), str(values["note"] or "")
        about = values.get("about", list(versions))
        seen = {alert_id: versions[alert_id] for alert_id in about}
        if step == OFFERED and seen:
            despite = str(values.get("despite") or "")
            code = str(values["offer"] or "")
            offers.offer_for_all(connect.here(), viewer, seen, code, note, today, despite=despite)
            return f"Recorded: {BY_CODE[code].title} offered."
        until = values["until"] if step == SNOOZED and isinstance(values["until"], date) else None
        record_for_all(connect.here(), viewer, seen, step, note, until=until, today=today)
        return f"Recorded: {STEPS[step]}."

    name = f"step {' '.join(versions)}"
    with forms.form(name, " ".join(map(str, versions.values()))) as form:
        if len(alerts) > 1:
            st.multiselect(
                "For these reasons",
                list(versions),
                format_func=lambda alert_id: titles[alert_id],
                key=form.keep("about", list(versions)),
            )
        st.selectbox(
            "What did you do?",
            list(STEPS),
            format_func=lambda s: STEPS[s] + (" (closes the alert)" if s in CLOSING else ""),
            index=None,
            placeholder="Choose",
            key=form.keep("step", None, among=STEPS),
        )
        st.text_input(
            "Note",
            max_chars=500,
            placeholder="What the customer said, what you promised",
            key=form.keep("note", ""),
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            form.submit("Record", write, type="primary", icon=":material/check:")
            forms.date_input(
                "If later: back on",
                form.keep("until", today + timedelta(days=USUAL_SNOOZE_DAYS)),
                first=today + timedelta(days=1),
                last=today + timedelta(days=LONGEST_SNOOZE_DAYS),
                width=150,
                help="Only for “Not now”: the alert leaves the queue until that day. The day it is due stays.",
            )
            st.selectbox(
                "If an offer: which",
                list(BY_CODE),
                format_func=lambda code: BY_CODE[code].title,
                index=None,
                placeholder="Choose",
                width=190,
                key=form.keep("offer", None, among=BY_CODE),
            )
        if not free:
            st.text_input(
                "If an offer all the same: why",
                max_chars=300,
                help="An offer is not right now; with your reason it is recorded, unless the customer opted out.",
                key=form.keep("despite", ""),
            )


def correction(alert: Alert, last: str, viewer: Viewer) -> None:
    """The way back from a mis-clicked step: a further line that takes it back."""
    alert_id, version = alert.alert_id, alert.version

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        take_back(connect.here(), viewer, alert_id, str(values["why"] or ""), version)
        return "Undone."

    with (
        st.popover("Undo the last step", icon=":material/undo:", type="tertiary"),
        forms.form(f"back {alert_id}", version) as form,
    ):
        st.text(f"{alert.title}: “{last}” will be undone. Both lines stay in the history.")
        st.text_input("What was wrong?", max_chars=200, key=form.keep("why", ""))
        form.submit("Undo", write)


def unrecorded() -> None:
    """Steps that were refused because their alert is no longer open here: what was typed, and where it can go."""
    for name in forms.left_over("step "):
        before = forms.refused(name)
        if before is not None:
            _into_history(name, name.removeprefix("step ").partition(" ")[0], before)


def _into_history(name: str, alert_id: str, before: forms.Refused) -> None:
    chosen = STEPS.get(str(before.values.get("step")), "")

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        add_note(connect.here(), viewer, alert_id, str(values["note"] or ""))
        forms.drop(name)
        return "Added to the alert's history."

    with st.container(border=True, key=f"unrecorded-{alert_id}"):
        st.markdown("**Your step was not recorded**")
        st.warning(before.sentence, icon=":material/error:")
        with forms.form(f"note {alert_id}") as form:
            st.text_input(
                f"Your note, with “{chosen}”",
                max_chars=500,
                key=form.keep("note", before.values["note"] or ""),
            )
            with st.container(horizontal=True):
                form.submit("Add the note to its history", write, type="primary", icon=":material/note_add:")
        st.button("Dismiss", key=f"away-{alert_id}", type="tertiary", on_click=forms.drop, args=(name,))
    forms.placed(name)
