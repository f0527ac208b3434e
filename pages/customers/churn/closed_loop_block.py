"""From data to result, and back: how far figures and alerts came, and the way of each result back to its figure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import isnan

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day, numeral, share
from metrics.definitions.scope import Period, Scope, full_months
from pages.components import data, links, tables
from pages.components.typed_text import escaped
from pages.figures import cards
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration.closed_loop import STEPS, LoopTrace, steps_reached, traces
from workflow.collaboration.pinned_figures import pinned
from workflow.collaboration.record_kinds import KINDS
from workflow.collaboration.record_reading import records_of
from workflow.records import alert_loop
from workflow.records.self_service import SelfService, self_service

AT_ONCE = 5
MONTHS = 3
DAYS = 90


def show(viewer: Viewer) -> None:
    """Two funnels, the traces, and the hours that self-service saves."""
    records = [r for r in records_of(data.reader(viewer)) if not KINDS[r.kind].about_customer]
    st.subheader("From data to result")
    reached = steps_reached(records)
    if reached[0]:
        st.markdown(
            f"**Of {_figures(reached[0])} that colleagues talked about, {numeral(reached[1])} were followed by action; "
            f"{numeral(reached[3])} have a result on record**"
        )
        _funnel(STEPS, [float(n) for n in reached], "Pinned figures", "loop-of-figures")
    else:
        tables.empty("No figure has been pinned yet.", "Press Discuss below one to begin.")
    _traces(viewer, traces(records))
    _alerts(viewer)
    _hours(viewer)


def _figures(number: int) -> str:
    return f"{numeral(number)} pinned figure{'' if number == 1 else 's'}"


def _funnel(steps: Sequence[str], counts: Sequence[float], what: str, key: str) -> None:
    befores = [float("nan"), *counts[:-1]]
    frame = pd.DataFrame(
        {
            "Step": steps,
            what: [None if isnan(n) else n for n in counts],
            "Of the step before": [
                "" if isnan(n) or isnan(b) or not b else share(n / b, 0)
                for n, b in zip(counts, befores, strict=True)
            ],
        }
    )
    columns = {what: st.column_config.NumberColumn(format="localized")}
    tables.show(frame, key, "too few", called=f"From data to result: {what.lower()}", columns=columns)


def _traces(viewer: Viewer, lines: Sequence[LoopTrace]) -> None:
    """Each result with the way back to the figure it began with."""
    pins = pinned(data.reader(viewer))
    for line in lines[:AT_ONCE]:
        result, figure = line.chain[0], pins.get(line.pin_id)
        kind = KINDS[result.kind]
        grew = "".join(f" ← {KINDS[r.kind].singular} {r.record_id}" for r in line.chain[1:])
        began = (
            f" ← {CATALOGUE[figure.metric].label}, {figure.scope.in_words()}, data as of {day(figure.as_of)}"
            if figure is not None
            else " ← a figure that is not part of your role"
        )
        label = f"{kind.singular} {result.record_id}: {result.title}"
        with st.container(gap="xxsmall"):
            if links.has(kind.url) and st.button(
                escaped(label), key=f"loop-{result.record_id}", icon=kind.icon, type="tertiary"
            ):
                links.to(kind.url, record=str(result.record_id))
            st.caption(
                escaped(f"{kind.states[result.state]} {day(result.last.entered_at.date())}{grew}{began}")
            )
    if len(lines) > AT_ONCE:
        st.caption(f"The newest {AT_ONCE} of {len(lines)} results.")


def by_step(viewer: Viewer, period: Period) -> list[float] | None:
    """Customers of alerts at each step, as the viewer may see them."""
    return alert_loop.customers_by_step(data.reader(viewer), period)


def _alerts(viewer: Viewer) -> None:
    months = full_months(data.as_of(viewer), MONTHS)
    period = Period(months[0].start, months[-1].end)
    counts = data.until_changed(viewer, by_step, period)
    if counts is None:
        return
    st.subheader("From alert to offer")
    st.caption(f"{period.in_words()}; an alert counts on the 30th day after it was raised.")
    cards.row(["offered_in_30_days", "offer_windows"], Scope(period), viewer)
    if not counts[0] > 0:
        return
    st.caption(
        f"Alerts of {period.in_words()}, in customers; those held out are not among them. Accepted says what the "
        "customer did, not that the call brought it about: the experiments above compare."
    )
    _funnel(alert_loop.STEPS, counts, "Customers", "loop-of-alerts")


def saved_lately(_viewer: Viewer, today: date) -> SelfService:
    """What self-service saved in the last 90 days, over all departments."""
    return self_service(connect.here(), Period(date.fromordinal(today.toordinal() - DAYS + 1), today))


def _hours(viewer: Viewer) -> None:
    saved = data.until_changed(viewer, saved_lately, connect.here().now().date())
    st.subheader("Hours saved by self-service")
    each = numeral(saved.hours_each, 1 if saved.hours_each % 1 else 0)
    if not saved.reports:
        st.markdown(
            "**No department built a report of its own in the last 90 days, so no hours are counted**"
        )
    else:
        reports = "1 report" if saved.reports == 1 else f"{numeral(saved.reports)} reports"
        st.markdown(
            f"**About {numeral(saved.hours)} hours in the last {DAYS} days: {reports} × {each} hours**"
        )
    st.caption(
        f"Reports that other departments than Analytics built and saved themselves. That each would have cost Analytics "
        f"{each} hours is an assumption, not a measurement; the setting `hours_per_request` changes it."
    )
