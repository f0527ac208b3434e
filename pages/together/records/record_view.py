"""One record: the figure it is about, everything that happened to it, and what can be done next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day, numeral
from pages.components import data, forms, links, record_fields
from pages.components.typed_text import escaped
from pages.together.records import files_view, outcome_view, record_list
from reports.meetings import kept_packs
from warehouse.access.reader import Viewer
from warehouse.access.record_rights import RECORD_RIGHTS
from warehouse.stores import connect
from workflow.collaboration import (
    meeting_packs,
    pinned_figures,
    record_checks,
    record_outcomes,
    record_reading,
    record_store,
)
from workflow.collaboration.mentions import colleagues
from workflow.collaboration.record_kind import Record, RecordEntry, RecordKind, RecordStep
from workflow.collaboration.record_kinds import KINDS
from workflow.records.people import called

MANY = 5
"""So many entries of one step without words are shown one by one."""
Extra = Callable[[Record, Viewer], None]
"""What a kind shows of its own between the figure and the thread."""


def show(record: Record, viewer: Viewer, today: date, extra: Extra | None = None) -> None:
    """The whole record."""
    kind = KINDS[record.kind]
    st.title(escaped(record.title))
    names = called(connect.here(), [record.opened_by, *(e.entered_by for e in record.entries)])
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        record_list.badges(kind, record, today)
        st.caption(
            escaped(
                f"{kind.singular} {record.record_id}, opened by {names[record.opened_by]} ({record.department}) on "
                f"{day(record.opened_at.date())}"
            ),
            width="content",
        )
    if record.came_from is not None:
        _origin(record, viewer)
    if record.pin_id is not None:
        figure(record.pin_id, viewer)
    if extra is not None:
        extra(record, viewer)
    outcome_view.show(record, viewer)
    files_view.show(record, viewer)
    _grown(record, viewer)
    _steps(kind, record, viewer, today)
    _grow(kind, record, viewer, today)
    st.subheader("What happened")
    quiet = _said_often(record)
    for entry in record.entries:
        if entry.step not in quiet:
            _entry(kind, record, entry, names)
    for name, entries in quiet.items():
        _many(kind, name, entries)
    _say(record, viewer)


def figure(pin_id: int, viewer: Viewer) -> None:
    """A pinned figure: what it said, what it says now, and why that differs."""
    pin = pinned_figures.pinned(data.reader(viewer)).get(pin_id)
    with st.container(border=True, gap="xsmall"):
        if pin is None:
            st.caption(
                ":material/lock: The figure it is about is not part of your role, so neither what it said nor what it "
                "says now is shown."
            )
            return
        metric, then = CATALOGUE[pin.metric], pin.reading
        now = pinned_figures.slice_asked(data.once(viewer), data.reader(viewer), pin.metric, pin.scope)
        st.markdown(f"**{escaped(metric.label)}**, {escaped(pin.scope.in_words())}")
        why = pinned_figures.why_different(pin, now, data.reader(viewer))
        st.markdown(f"On {day(pin.pinned_at.date())}: **{escaped(pinned_figures.in_words(metric, then))}**")
        if now is not None:
            words = escaped(pinned_figures.in_words(metric, now))
            st.markdown(f"Now: **{words}**" if why else f"Now the same: {words}")
        if why:
            st.caption(escaped(why))
        st.caption(
            f"Data as of {day(pin.as_of)} when it was pinned, definition version {escaped(pin.definition)}. "
            f"Everybody whose role includes it reads this same slice; its check sum begins with {pin.content_hash[:8]}."
        )


def _origin(record: Record, viewer: Viewer) -> None:
    origin = record_reading.one_record(data.reader(viewer), record.came_from or 0)
    if origin is not None:
        _to(origin, "Grew out of")


def _grown(record: Record, viewer: Viewer) -> None:
    for grown in record_reading.records_of(data.reader(viewer)):
        if grown.came_from == record.record_id:
            _to(grown, "Followed by")


def _to(record: Record, how: str) -> None:
    kind = KINDS[record.kind]
    label = escaped(f"{how} {kind.singular.lower()} {record.record_id}: {record.title}")
    if links.has(kind.url) and st.button(label, key=f"to-record-{record.record_id}", type="tertiary"):
        links.to(kind.url, record=str(record.record_id))


def _entry(kind: RecordKind, record: Record, entry: RecordEntry, names: Mapping[str, str]) -> None:
    step = kind.step(entry.step)
    heading = step.label if step else {record_reading.COMMENT: "Comment"}.get(entry.step, "Opened")
    with st.container(border=True, gap="xsmall", key=f"entry-{entry.entry_id}"):
        when = f"{day(entry.entered_at.date())} at {entry.entered_at:%H:%M}"
        who = ", ".join(filter(None, (names[entry.entered_by], entry.department)))
        st.caption(f"**{escaped(heading)}** · {escaped(who)} · {when}")
        for field in kind.fields_of(entry.step, record):
            words = record_fields.in_words(field, entry.contents.get(field.name))
            if words:
                between = "\n\n" if field.kind == "lines" else " "
                st.markdown(f":gray[{escaped(field.heading)}:]{between}{words}")
        if entry.note:
            st.markdown(escaped(entry.note).replace("\n", "  \n"))


def _said_often(record: Record) -> dict[str, list[RecordEntry]]:
    """Steps without words that more than MANY colleagues took: one line each, or the thread is nothing else."""
    wordless: dict[str, list[RecordEntry]] = {}
    for entry in record.entries:
        if not entry.contents and not entry.note and entry.step != record_reading.OPENED:
            wordless.setdefault(entry.step, []).append(entry)
    return {name: entries for name, entries in wordless.items() if len(entries) > MANY}


def _many(kind: RecordKind, name: str, entries: Sequence[RecordEntry]) -> None:
    step = kind.step(name)
    first, last = entries[0].entered_at.date(), entries[-1].entered_at.date()
    with st.container(border=True, gap="xsmall", key=f"entries-{name}"):
        st.caption(f"**{escaped(step.label if step else name)}** · {day(first)} to {day(last)}")
        st.markdown(f"{numeral(len(entries))} times.")


def _steps(kind: RecordKind, record: Record, viewer: Viewer, today: date) -> None:
    offered = [s for s in record_checks.steps_for(record, viewer, today) if not s.worked_out]
    barred = record_checks.barred_for(record, viewer, today)
    if not offered:
        if record.owner:
            st.caption(f"It is the turn of {record.owner}. You can comment at any time.")
        _say_barred(barred)
        return
    st.subheader("What can be done now")
    with st.container(horizontal=True, gap="small", key=f"steps-of-{record.record_id}"):
        for step in offered:
            with st.popover(step.label, key=f"step-{record.record_id}-{step.name}"):
                _form(record, step, today)
    _say_barred(barred)


def _say_barred(reasons: Sequence[str]) -> None:
    for why in reasons:
        st.caption(escaped(why))


def _form(record: Record, step: RecordStep, today: date) -> None:
    with forms.form(f"record {record.record_id} {step.name}", record.version) as form:
        record_fields.draw(form, step.fields_for(record), today)
        takes = partial(_take, record.record_id, record.version, step.name)
        if (record.kind, step.name) == ("meeting", meeting_packs.STEP):
            takes = partial(_hold, record.record_id, record.version)
        form.submit(step.label, takes, type="primary")


def _grow(kind: RecordKind, record: Record, viewer: Viewer, today: date) -> None:
    """Another record out of this one, about the same figure."""
    kinds = [
        KINDS[name]
        for name in kind.grows_into
        if record_reading.may_open(name, viewer) and (record.pin_id is not None or not KINDS[name].needs_pin)
    ]
    is_hers = record.pin_id is None or record.pin_id in pinned_figures.pinned(data.reader(viewer))
    if not kinds or not is_hers:
        return
    with st.container(horizontal=True, gap="small", key=f"grow-{record.record_id}"):
        for grown in kinds:
            article = "an" if grown.singular.lower().startswith(tuple("aeiou")) else "a"
            label = f"Make it {article} {grown.singular.lower()}"
            with (
                st.popover(
                    label, icon=grown.icon, type="tertiary", key=f"grow-{record.record_id}-{grown.name}"
                ),
                forms.form(f"{grown.name} out of {record.record_id}") as form,
            ):
                record_fields.draw(form, (grown.title, *grown.fields), today)
                form.submit("Save", partial(_grow_into, grown.name, record.record_id), type="primary")


def _grow_into(kind: str, record_id: int, viewer: Viewer, values: Mapping[str, Any]) -> str:
    number = record_outcomes.grow(connect.here(), viewer, record_id, kind, values)
    return f"{KINDS[kind].singular} {number} is open."


def _take(record_id: int, version: int, step: str, viewer: Viewer, values: Mapping[str, Any]) -> str:
    return record_store.take_step(connect.here(), viewer, record_id, version, step, values)


def _hold(record_id: int, version: int, viewer: Viewer, values: Mapping[str, Any]) -> str:
    return kept_packs.hold(connect.here(), viewer, record_id, version, values)


def _say(record: Record, viewer: Viewer) -> None:
    if not record_reading.may_comment(record.kind, viewer):
        return
    reads = RECORD_RIGHTS[record.kind].see
    others = [c for c in colleagues(connect.here()) if c.username != viewer.username and c.role in reads]
    labels = {c.username: f"{c.full_name}, {c.department}" for c in others}
    with forms.form(f"comment on {record.record_id}") as form:
        st.text_area("Comment", max_chars=1_000, height=80, key=form.keep("said", ""))
        st.multiselect(
            "Tell",
            list(labels),
            format_func=lambda username: labels.get(username, username),
            placeholder="Nobody in particular",
            help="Or write @ and a name, or @ and a department, in the comment.",
            key=form.keep("to", []),
        )
        form.submit("Comment", partial(_comment, record.record_id))


def _comment(record_id: int, viewer: Viewer, values: Mapping[str, Any]) -> str:
    record_store.comment(connect.here(), viewer, record_id, values["said"], to=values["to"] or ())
    return "Your comment is there."
