"""A meeting on screen: who has to be there, its pack with its files, and what was decided in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import day
from pages.components import data, forms, links, tables
from pages.components import viewer as door
from pages.components.typed_text import escaped
from reports.documents import document_facts
from reports.documents.meeting_document import MeetingPack
from reports.exports.pack_files import KINDS, pack_file
from reports.meetings import kept_packs, meeting_calendar, pack_composition
from reports.review.review_document import Answer
from warehouse.access.reader import Reader, Viewer
from warehouse.errors import ChangeRefused, NothingLoaded
from warehouse.stores import connect
from workflow.collaboration import decision_sources, record_reading
from workflow.collaboration.decision_records import KIND as DECISION
from workflow.collaboration.meetings import HELD, REQUIRED, absent_departments
from workflow.collaboration.record_kind import Record


def show(record: Record, viewer: Viewer) -> None:
    """Between the head of the record and its thread."""
    _attendance(record)
    if record.state == HELD:
        _decided(record, viewer)
    if record.state == "cancelled":
        return
    held = record.state == HELD
    if held:
        _as_it_was(record, viewer)
    with st.expander(
        "**The pack, as the data say today**" if held else "**The pack of this meeting**",
        expanded=not held,
        key=f"pack-{record.record_id}",
        on_change="rerun",
    ) as opened:
        if not opened.open:
            return
        try:
            pack = data.until_changed(viewer, pack_of, record.record_id)
        except NothingLoaded as nothing:
            tables.empty(str(nothing))
            return
        _take_along(record, pack, viewer)
        _sections(pack, "today")


def _as_it_was(record: Record, viewer: Viewer) -> None:
    """The pack as it said when the meeting was recorded."""
    with st.expander(
        "**The pack, as it was in the meeting**", key=f"kept-{record.record_id}", on_change="rerun"
    ) as opened:
        if not opened.open:
            return
        kept = kept_packs.kept(data.reader(viewer), record.record_id)
        if kept is None:
            tables.empty(
                "No pack of this meeting was kept for you.",
                "Packs are kept when a meeting is recorded, for those who could read one then.",
            )
            return
        st.caption(
            f"Kept on {day(kept.kept_at.date())} at {kept.kept_at:%H:%M}, and not changed since; its check sum (SHA-256) "
            f"begins with {kept.sha256[:8]}."
        )
        _take_along(record, kept.pack, viewer, as_kept=True)
        _sections(kept.pack, "kept")


def _sections(pack: MeetingPack, key: str) -> None:
    st.caption(escaped(" ".join(pack.facts)))
    for number, answer in enumerate(pack.answers, 1):
        _section(number, answer, key)


def pack_of(viewer: Viewer, record_id: int) -> MeetingPack:
    """The pack as it is filled now, for who reads it."""
    return pack_composition.build(
        data.reader(viewer), record_id, data.available_columns(viewer), data.once(viewer)
    )


def _attendance(record: Record) -> None:
    """Whom it needs; of one that was held, who of them was not there; and the file for a calendar."""
    required = REQUIRED[record.contents["series"]]
    absent = absent_departments(record) if record.state == HELD else ()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="attendance"):
        if record.state != HELD:
            st.caption(f"Required: {', '.join(required)}", width="content")
        elif absent:
            words = f"{len(required) - len(absent)} of {len(required)} required departments were there"
            st.caption(words, width="content")
            st.badge(f"Without {', '.join(absent)}", icon=":material/person_off:", color="orange")
        else:
            st.badge("All required departments were there", icon=":material/groups:", color="green")
        st.download_button(
            "Calendar (ICS)",
            meeting_calendar.calendar(record, connect.here().settings),
            meeting_calendar.file_name(record),
            "text/calendar",
            key=f"calendar-{record.record_id}",
            on_click="ignore",
            icon=":material/event:",
            type="tertiary",
        )


def _take_along(record: Record, pack: MeetingPack, viewer: Viewer, *, as_kept: bool = False) -> None:
    """Two buttons; the file is made on a click and on another thread, so whoever holds the session then is asked anew."""
    stores, available, who = connect.here(), data.available_columns(viewer), door.later()

    def build(now: Viewer) -> MeetingPack:
        if as_kept:
            kept = kept_packs.kept(Reader(stores, now), record.record_id)
            if kept is None:
                raise ChangeRefused("No pack of this meeting was kept for you.")
            return kept.pack
        return pack_composition.build(Reader(stores, now, stores.snapshot()), record.record_id, available)

    def file_of(kind: str) -> bytes:
        return pack_file(stores, build, kind, viewer, who())

    with st.container(horizontal=True, gap="small"):
        for kind, (label, mime) in KINDS.items():
            st.download_button(
                label,
                partial(file_of, kind),
                document_facts.file_name(pack, kind),
                mime,
                key=f"pack-{kind}-{record.record_id}{'-kept' if as_kept else ''}",
                on_click="ignore",
                icon=":material/download:",
            )


def _section(number: int, answer: Answer, key: str) -> None:
    with st.container(border=True, gap="xsmall", key=f"section-{key}-{answer.key}"):
        st.caption(f"{number} · {answer.question}")
        st.markdown(f"**{escaped(answer.title)}**")
        if answer.table is not None:
            frame = pd.DataFrame([list(r) for r in answer.table.rows], columns=list(answer.table.columns))
            st.table(frame.map(escaped), hide_index=True, border="horizontal")
        for sentence in answer.sentences:
            st.caption(escaped(sentence))


def _decided(record: Record, viewer: Viewer) -> None:
    """The decisions that were noted, and one press that puts them on the list of decisions."""
    titles = decision_sources.noted(record)
    if not titles:
        st.caption("No decision was noted in this meeting.")
        return
    there = decision_sources.on_the_list(data.reader(viewer), record.record_id)
    missing = [t for t in titles if t not in there]
    with st.container(border=True, gap="xsmall", key=f"decided-{record.record_id}"):
        count = "1 decision was noted" if len(titles) == 1 else f"{len(titles)} decisions were noted"
        st.markdown(f"**{count}, {len(titles) - len(missing)} on the list of decisions**")
        for title in titles:
            decision = there.get(title)
            if decision is None:
                st.markdown(f"- {escaped(title)}")
            elif links.has(DECISION.url) and st.button(
                escaped(f"{decision.record_id} · {title}"),
                key=f"noted-{decision.record_id}",
                icon=":material/gavel:",
                type="tertiary",
            ):
                links.to(DECISION.url, record=str(decision.record_id))
        if missing and record_reading.may_open("decision", viewer):
            forms.button(
                f"decisions of meeting {record.record_id}",
                "Put it on the list of decisions"
                if len(missing) == 1
                else f"Put {len(missing)} on the list of decisions",
                partial(_open_noted, record.record_id),
                icon=":material/playlist_add:",
                type="primary",
            )


def _open_noted(record_id: int, viewer: Viewer, _: Mapping[str, Any]) -> str:
    numbers = decision_sources.open_noted(connect.here(), viewer, record_id)
    return (
        "1 decision record is there." if len(numbers) == 1 else f"{len(numbers)} decision records are there."
    )
