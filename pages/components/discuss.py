"""Talking about a figure where it stands: a comment, observation, dispute or decision that carries it as it is.

In two clicks from any card, chart and table: Discuss, and Save.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.definitions.scope import Filters, Period, Scope, whole_months
from metrics.query.query import Query, unanswerable
from pages.components import forms, local_blocks
from pages.components.record_fields import draw
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration import record_reading, record_store
from workflow.collaboration.pinned_figures import pin_figure
from workflow.collaboration.record_kind import RecordKind
from workflow.collaboration.record_kinds import KINDS

OFFERED = {"discussion": "Comment", "observation": "Observe", "dispute": "Dispute", "decision": "Decide"}
"""Kind → the word of its button."""


def popover(key: str, names: Sequence[str], scope: Scope, viewer: Viewer) -> None:
    """`Discuss`, for the figures `names` over `scope`; nothing where the viewer's role opens no record about them."""
    pinnable = tuple(n for n in names if unanswerable(n, Query.of([n], scope)) is None)
    if pinnable and any(record_reading.may_open(kind, viewer) for kind in OFFERED):
        local_blocks.popover(
            "Discuss",
            f"discuss-{key}",
            partial(_offer, key, pinnable, scope, viewer),
            icon=":material/forum:",
            type="tertiary",
        )


def of_query(key: str, query: Query, viewer: Viewer) -> None:
    """The same, about what a table or a chart answers: its figures over its latest period, under its filters."""
    latest = max(query.periods, key=lambda period: (period.end, period.days))
    popover(key, query.metrics, Scope(latest, query.filters), viewer)


def _offer(key: str, names: tuple[str, ...], scope: Scope, viewer: Viewer) -> None:
    offered = [kind for kind in OFFERED if record_reading.may_open(kind, viewer)]
    chosen = st.segmented_control(
        "What do you want to do?",
        offered,
        format_func=OFFERED.__getitem__,
        default=offered[0],
        key=f"discuss-as-{key}",
        label_visibility="collapsed",
        required=True,
    )
    name = names[0]
    if len(names) > 1:
        name = (
            st.selectbox(
                "About which figure?",
                names,
                format_func=lambda n: CATALOGUE[n].label,
                key=f"discuss-which-{key}",
            )
            or name
        )
    kind = KINDS[chosen if chosen in offered else offered[0]]
    scope = _over_months(key, scope)
    st.caption(
        f"About {CATALOGUE[name].label}, {scope.in_words()}. The whole bank’s figure is kept as it is now, so that "
        "everybody whose role includes it reads the same."
    )
    with forms.form(f"{kind.name} about {key}") as form:
        draw(form, (kind.title, *kind.fields), connect.here().now().date())
        form.submit("Save", _writing(kind, name, scope), type="primary")


def _over_months(key: str, scope: Scope) -> Scope:
    """The slice over whole months, which every role may read; on demand over the very days on the page."""
    months = whole_months(scope.period)
    if months is None or months == scope.period:
        return scope
    exact = st.checkbox(
        f"Keep the days on the page ({scope.period.in_words()})",
        key=f"discuss-days-{key}",
        help="Only roles that see the whole tables behind the figure could read it. The others, such as Marketing, "
        "executives and relationship managers, read whole months.",
    )
    return scope if exact else scope.over(months)


def _writing(kind: RecordKind, name: str, scope: Scope) -> Callable[[Viewer, Mapping[str, Any]], str]:
    return partial(_open, kind.name, name, scope.period, scope.filters)


def _open(
    kind: str, name: str, period: Period, filters: Filters, viewer: Viewer, values: Mapping[str, Any]
) -> str:
    stores = connect.here()
    pin_id = pin_figure(stores, viewer, name, Scope(period, filters))
    number = record_store.open_record(stores, viewer, kind, values, pin_id=pin_id)
    owner = record_reading.whose_turn(stores, viewer, number)
    return f"{KINDS[kind].singular} {number} is open." + (f" It is the turn of {owner}." if owner else "")
