"""Observations from the front line, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, share
from metrics.query.query import Query, in_app_db, unanswerable
from metrics.query.report_query import whose
from pages.components import data, filters, links, tables
from pages.components.typed_text import escaped
from pages.together.records import record_page
from warehouse.access.reader import Viewer
from warehouse.errors import Problem
from warehouse.schema import plain
from workflow.collaboration import part_against_rest, pinned_figures, record_reading, wins
from workflow.collaboration.follow_through import by_department
from workflow.collaboration.record_kind import Record
from workflow.collaboration.record_kinds import KINDS


def page(viewer: Viewer, _scope: object) -> None:
    """Their list with what came of them, or one of them."""
    record_page.show("observation", viewer, _one, _below)


def _below(viewer: Viewer) -> None:
    _wins(viewer)
    _through(viewer)


def _wins(viewer: Viewer) -> None:
    """What went well, the newest first; nothing where nothing did yet."""
    newest = wins.wins(record_reading.records_of(data.reader(viewer)))
    if not newest:
        return
    st.subheader("Wins")
    st.caption(
        "Observations acted on, disputes settled by a test and decisions recorded as having done what was expected."
    )
    for win in newest:
        _win(win)


def _win(win: wins.Win) -> None:
    kind = KINDS[win.record.kind]
    with st.container(border=True, gap="xsmall", key=f"win-{win.record.record_id}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**{escaped(win.record.title)}**", width="stretch")
            key = f"open-win-{win.record.record_id}"
            if links.has(kind.url) and st.button("Open", key=key, icon=":material/arrow_forward:"):
                links.to(kind.url, record=str(win.record.record_id))
        number = f"{kind.singular} {win.record.record_id} {win.how} ({day(win.won_on)})"
        st.caption(escaped(f"{number}, with {_and(win.departments)}."))
        if win.began_with is not None:
            origin = f"observation {win.began_with.record_id} of {win.began_with.department}"
            st.caption(escaped(f"It began with {origin}: {win.began_with.title}"))


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _through(viewer: Viewer) -> None:
    """By department: how many were asked of it, answered, acted on, and the median days."""
    rows = by_department(record_reading.records_of(data.reader(viewer), "observation"))
    if not rows:
        return
    st.subheader("What came of them")
    frame = pd.DataFrame(
        {
            "Department": [r.department for r in rows],
            "Observations": [r.asked_of_it for r in rows],
            "Answered": [r.answered for r in rows],
            "Acted on": [
                f"{share(r.acted_on / r.asked_of_it, 0)} ({r.acted_on} of {r.asked_of_it})" for r in rows
            ],
            "Days to the answer (median)": [r.days_to_answer for r in rows],
            "Days until acted on (median)": [r.days_to_act for r in rows],
        }
    )
    tables.show(frame, "follow-through", "none yet", called="What came of observations")


def _one(record: Record, viewer: Viewer) -> None:
    """The part of the bank that it names, against the rest."""
    pin = pinned_figures.pinned(data.reader(viewer)).get(record.pin_id or 0)
    if pin is None or in_app_db(pin.metric):
        return
    scope, named = pin.scope, None
    if len(scope.filters) == 1 and len(scope.filters[0][1]) == 1:
        dimension, (value,) = scope.filters[0]
        named, scope = (dimension, value), scope.__class__(scope.period)
    elif not scope.filters:
        kept_by = [
            d
            for d in part_against_rest.DIMENSIONS_NAMED
            if unanswerable(pin.metric, Query.of([pin.metric], scope, [d])) is None
        ]
        try:
            values = {d: filters.values(d, viewer) for d in kept_by}
        except Problem:
            return
        texts = f"{record.title} {record.contents.get('details', '')}"
        named = part_against_rest.named_part(texts, values)
    if named is None:
        return
    compared = data.cached(viewer, part_against_rest.part_against_rest, pin.metric, scope, *named)
    if compared is not None:
        label = plain(named[1]).capitalize()
        of_whom = f"Of {hers}. " if (hers := whose(pin.metric, viewer)) else ""
        st.info(
            escaped(of_whom + part_against_rest.in_words(pin.metric, label, compared)),
            icon=":material/compare_arrows:",
        )
