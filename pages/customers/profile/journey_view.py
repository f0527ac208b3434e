"""The customer's journey: a time line with a lane per department, and a list in words, the newest first."""

from datetime import date

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, hkd
from metrics.customers import timeline as about
from metrics.query.value_basis import rests_on_purchases
from pages.charts import charts, time_charts
from pages.components import data, tables
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.schema import plain
from warehouse.sql.moments import only_a_day, wall
from workflow.customers import recorded_events

_WHAT = {
    "click": "Clicked on an advertisement or link",
    "visit": "Visited the website",
    "email": "Was sent an e-mail",
    "call": "Was called",
    "branch": "Was seen in a branch",
    "event": "Came to an event",
}
"""What a touch is, in words."""
_MARKS = {
    "Signed a contract for": "star",
    "Was won for": "star",
    "Bought": "square",
    "Was refunded": "x",
    "Opened": "square",
    "Closed": "x",
    "Complained": "triangle-up",
    "Case settled": "circle-open",
}
_OF_A_BANK = "Star: contract signed. Triangle: complaint. Square: account opened."
"""What stands out has a mark of its own; everything else is a dot."""


def show(viewer: Viewer, customer_id: str, today: date) -> None:
    """From the first touch to the last case, in the order of the stages; only the departments the viewer may see."""
    st.header("The journey so far")
    available = data.available_columns(viewer)
    shop = rests_on_purchases(available)
    visible = frozenset(
        t
        for t in ("leads", "touches", "tickets", "surveys", "accounts", "transactions")
        if t in available and data.may_see(viewer, t)
    )
    statement = about.journey(customer_id, today, visible, purchases=shop)
    events = data.frame(viewer, statement) if statement is not None else pd.DataFrame()
    recorded = recorded_events.of_customer(data.reader(viewer), customer_id)
    if events.empty and recorded.empty:
        if shop and not data.may_see(viewer, "transactions"):
            tables.empty("No contact or case of this customer is on record in what your role sees.")
        else:
            last = "purchase" if shop else "contract"
            tables.empty(f"No contact, case or {last} of this customer is on record.")
        return
    if not events.empty:
        _time_line(_with_amounts(events), shop=shop)
    _list(_with_amounts(events), recorded)


def _with_amounts(events: pd.DataFrame) -> pd.DataFrame:
    """A purchase's detail is its amount, written as amounts are."""
    if events.empty or not (paid := events["what"].isin(["Bought", "Was refunded"])).any():
        return events
    amounts = pd.to_numeric(events["detail"].where(paid)).map(hkd, na_action="ignore").astype(object)
    return events.assign(detail=events["detail"].astype(object).mask(paid, amounts))


def _time_line(events: pd.DataFrame, *, shop: bool) -> None:
    """What the bank delivered, in a lane for each department, under one sentence from the first to the last."""
    events = events.iloc[::-1].assign(at=pd.to_datetime(events["at"]))
    first, *_, last = rows_of(pd.concat([events.head(1), events.tail(1)]), about.JourneyEvent)
    st.caption(
        f"{len(events)} events from {day(first.at)} ({_inside(first)}) to {day(last.at)} "
        f"({_inside(last)}). "
        + ("Star: lead won. Triangle: complaint. Square: purchase." if shop else _OF_A_BANK)
        + (" Cross: refund." if (events["what"] == "Was refunded").any() else "")
        + (" Cross: account closed." if (events["what"] == "Closed").any() else "")
    )
    lanes = [d for d in about.DEPARTMENTS if (events["department"] == d).any()]
    charts.show(
        time_charts.timeline(lanes, _marked(events)),
        alt=f"Time line of {len(events)} events in {', '.join(lanes)}, from {day(first.at)} to {day(last.at)}",
        key="journey",
    )


def _list(events: pd.DataFrame, recorded: pd.DataFrame) -> None:
    """Everything in words, the newest first, with what colleagues recorded; of the departments that are chosen."""
    parts = [recorded] if len(recorded) else []
    if len(events):
        # An e-mail by e-mail says nothing twice.
        once = events["detail"].mask(events["detail"] == events["what"])
        parts.append(events.assign(detail=once.map(plain, na_action="ignore")))
    both = pd.concat(parts)
    both = both.assign(at=pd.to_datetime(both["at"])).sort_values("at", ascending=False, kind="stable")
    departments = list(dict.fromkeys(both["department"]))
    chosen = st.pills(
        "Show", departments, selection_mode="multi", key="journey-of", label_visibility="collapsed"
    )
    if chosen:
        both = both[both["department"].isin(chosen)]
    frame = pd.DataFrame(
        {
            "When": both["at"].dt.normalize(),
            "Department": both["department"],
            "What": [_WHAT.get(w, plain(w).capitalize()) for w in both["what"]],
            "About": both["detail"],
        }
    )
    tables.show(frame, "journey-table", columns={"When": st.column_config.DateColumn(format="D MMM YYYY")})


def _marked(events: pd.DataFrame) -> list[dict[str, str]]:
    # A day without a time stands in the middle of the day: before nothing and after nothing that happened on it.
    noon = pd.Series(wall(events["at"]), events.index) + pd.Timedelta(hours=12)
    at = events["at"].mask(only_a_day(events["at"]), noon)
    return [
        {
            "at": event.at.isoformat(),
            "lane": event.department,
            "text": _in_words(event),
            "mark": _MARKS.get(event.what, "circle"),
            "label": "",
        }
        for event in rows_of(events.assign(at=at), about.JourneyEvent)
    ]


def _inside(event: about.JourneyEvent) -> str:
    """An event in the middle of a sentence."""
    text = escaped(_in_words(event))
    return f"{text[:1].lower()}{text[1:]}"


def _in_words(event: about.JourneyEvent) -> str:
    what = _WHAT.get(event.what, plain(event.what).capitalize())
    words = "" if event.detail is None else plain(event.detail)
    # An e-mail by e-mail says nothing twice.
    return f"{what}: {words}" if words and event.detail != event.what else what
