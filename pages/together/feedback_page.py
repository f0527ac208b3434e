"""Feedback of departments to each other, and below it how much goes from one to another and how soon it is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, numeral, rounded, share
from pages.components import data, tables
from pages.together.records import record_page
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration import department_traffic, mentions, record_reading
from workflow.collaboration.department_traffic import DAYS, Interaction, Traffic
from workflow.collaboration.record_kind import DEPARTMENTS, RELATIONSHIP

NOTHING = "nothing yet"
Pairs = Mapping[tuple[str, str], Traffic]


def page(viewer: Viewer, _scope: object) -> None:
    """Their list, one of them, or the form for another."""
    record_page.show("feedback", viewer, None, _traffic)


def _traffic(viewer: Viewer) -> None:
    """From department to department, and the share written in others' records by month."""
    reader, today = data.reader(viewer), connect.here().now().date()
    pairs = department_traffic.traffic(
        record_reading.records_of(reader), reader.kept(mentions.departments_named), today
    )
    st.subheader("From department to department")
    st.markdown(traffic_in_words(pairs))
    st.caption(
        f"The last {DAYS} days to {day(today)}. A line is who wrote, a column whom it went to: records, handoffs, "
        "comments and mentions, and of them how many the other department answered. Records about a single customer are "
        "not counted."
    )
    tables.show(
        _matrix(pairs),
        "department-traffic",
        NOTHING,
        called="From department to department",
        columns={name: st.column_config.TextColumn(width=_width(name)) for name in ("From", *DEPARTMENTS)},
    )
    if any(pair.sent for pair in pairs.values()):
        st.subheader("How soon they answer")
        st.caption(
            "Median days to the answer, and days since the oldest that has none; – where there is none."
        )
        tables.show(_clock(pairs), "reply-clock", called="Days to the answer between departments")
    _interaction(department_traffic.interaction(record_reading.records_of(reader), today))


def traffic_in_words(pairs: Pairs) -> str:
    """What went, how much of it was answered, and between whom nothing did."""
    sent = sum(pair.sent for pair in pairs.values())
    if not sent:
        return f"No department has written to another in the last {DAYS} days."
    answered = sum(pair.answered for pair in pairs.values())
    silent = department_traffic.silent_pairs(pairs)
    between = len(pairs) // 2
    words = "Once something" if sent == 1 else f"{numeral(sent)} times something"
    words += " went from one department to another; "
    words += (
        "nothing is answered yet. " if not answered else f"{numeral(answered)} {_are(answered)} answered. "
    )
    if not silent:
        return f"{words}Every two departments have something between them."
    if len(silent) > 3:
        return f"{words}Between {len(silent)} of {between} pairs of departments nothing went either way."
    listed = "; ".join(f"{a} and {b}" for a, b in silent)
    return f"{words}Nothing went either way between {listed}."


def _width(column: str) -> int:
    """Pixels: the longest department's name, or the longest cell."""
    return 155 if column in ("From", RELATIONSHIP) else 118


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _matrix(pairs: Pairs) -> pd.DataFrame:
    rows = []
    for sender in DEPARTMENTS:
        to = {receiver: _cell(pairs.get((sender, receiver))) for receiver in DEPARTMENTS}
        rows.append({"From": sender, **to})
    return pd.DataFrame(rows)


def _cell(pair: Traffic | None) -> str | None:
    """None, which reads as nothing yet, for a pair without anything."""
    if pair is None:
        return "–"
    return f"{pair.sent}, {pair.answered} answered" if pair.sent else None


def _clock(pairs: Pairs) -> pd.DataFrame:
    """One line for each way on which something went, in the order of the departments."""
    rows = [pair for pair in pairs.values() if pair.sent]
    return pd.DataFrame(
        {
            "From": [p.sender for p in rows],
            "To": [p.receiver for p in rows],
            "Records": [p.records for p in rows],
            "Handoffs": [p.handoffs for p in rows],
            "Comments": [p.comments for p in rows],
            "Mentions": [p.mentions for p in rows],
            "Answered": [p.answered for p in rows],
            "Median days": [p.days_to_answer for p in rows],
            "Longest wait (days)": [p.longest_wait for p in rows],
        }
    )


def _interaction(months: Sequence[Interaction]) -> None:
    st.subheader("Written in other departments’ records")
    st.markdown(interaction_in_words(months))
    if not any(m.entries for m in months):
        return
    running = months[-1].period
    st.caption(
        f"Of all entries written in a month, those in a record that another department opened. {running.start:%b %Y} "
        f"runs until {day(running.end)}."
    )
    frame = pd.DataFrame(
        {
            "Month": [f"{m.period.start:%b %Y}" for m in months],
            "Entries": [m.entries for m in months],
            "In other departments’ records": [m.elsewhere for m in months],
            "Share (%)": [None if m.share is None else rounded(100 * m.share, 1) for m in months],
        }
    )
    tables.show(frame, "interaction", "nothing written", called="Written in other departments’ records")


def interaction_in_words(months: Sequence[Interaction]) -> str:
    """The last three months that are over against the three before, and whether they differ by more than chance."""
    before, last = department_traffic.halves(months)
    if not before.entries or not last.entries:
        return "There are not entries of six months yet, so there is no trend to tell."
    words = (
        f"{share(last.share)} of {_entries(last)} stand in another department’s record, {share(before.share)} of "
        f"{_entries(before)}: "
    )
    if not department_traffic.is_more_than_chance(before, last):
        return f"{words}no significant change."
    return f"{words}{'more' if (last.share or 0) > (before.share or 0) else 'less'} than before."


def _entries(months: Interaction) -> str:
    count = numeral(months.entries)
    return f"{count} {'entry' if count == '1' else 'entries'} of {months.period.in_words()}"
