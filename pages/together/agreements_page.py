"""What departments agree on: charters, negotiations, strategies, tools, and what each needs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, hkd, share
from pages.components import tables
from pages.components.typed_text import escaped
from pages.together.records import kind_tabs, negotiation_view
from pages.together.records.kind_tabs import KindTab
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration import (
    capability_needs,
    charters,
    mentions,
    negotiations,
    strategies,
    tool_register,
)
from workflow.collaboration.record_kind import Record
from workflow.learning.lesson_results import FEWEST_COLLEAGUES, together


def page(viewer: Viewer, _scope: object) -> None:
    """One of the five, or one record of them."""
    kind_tabs.show(
        {
            charters.KIND.name: KindTab(one=_charter),
            negotiations.KIND.name: KindTab(one=negotiation_view.show),
            strategies.KIND.name: KindTab(one=_strategy),
            tool_register.KIND.name: KindTab(one=_tool, above=_tools),
            capability_needs.KIND.name: KindTab(above=_needs),
        },
        viewer,
    )


def _charter(record: Record, _viewer: Viewer) -> None:
    """The promises in force, and how many have acknowledged them."""
    st.subheader(f"Version {charters.edition(record)}")
    st.markdown("\n".join(f"- {escaped(p)}" for p in record.contents["promises"]))
    people = mentions.colleagues(connect.here())
    members: dict[str, list[str]] = {}
    for colleague in people:
        if colleague.department in record.contents["between"]:
            members.setdefault(colleague.department, []).append(colleague.username)
    rows = charters.shares(record, people, together(members))
    if not rows:
        st.caption(
            f"{len(charters.acknowledged(record))} acknowledged this version. Shares by department are shown once its "
            f"departments have {FEWEST_COLLEAGUES} colleagues with an account."
        )
        return
    frame = pd.DataFrame(
        {
            "Department": [r.department for r in rows],
            "Colleagues": [r.colleagues for r in rows],
            "Acknowledged": [r.acknowledged for r in rows],
            "Share": [share(r.acknowledged / r.colleagues, 0) for r in rows],
        }
    )
    tables.show(frame, "charter-shares", called="Who acknowledged this version")


def _strategy(record: Record, _viewer: Viewer) -> None:
    """How often it was reviewed, and with what result."""
    reviews = [e for e in record.entries if e.step in ("keep", "change", "stop")]
    st.markdown(escaped(record.contents["strategy"]).replace("\n", "  \n"))
    if not reviews:
        st.caption("It has not been reviewed yet.")
        return
    words = {"keep": "kept", "change": "changed", "stop": "stopped"}
    listed = ", ".join(f"{words[e.step]} on {day(e.entered_at.date())}" for e in reviews)
    st.caption(f"Reviewed {_times(len(reviews))}: {listed}.")


def _tool(record: Record, _viewer: Viewer) -> None:
    """What the link check says, and whose view is there."""
    says = tool_register.link(record.contents)
    views = tool_register.views(record)
    text = f"Link check: its data {_LINKS[says]}."
    if says == "no link":
        st.warning(text, icon=":material/link_off:")
    else:
        st.info(text, icon=":material/link:")
    st.caption(f"Views given by {', '.join(views)}." if views else "No department has given its view yet.")


_LINKS = {
    "links": "can be linked with everybody else’s",
    "links by hand": "can be linked, but only by hand",
    "no link": "cannot be linked with everybody else’s, so taking it needs an exception",
}


def _tools(records: Sequence[Record], _viewer: Viewer) -> None:
    if not records:
        return
    frame = pd.DataFrame(
        {
            "Tool": [r.title for r in records],
            "Of": [r.department for r in records],
            "State": [tool_register.KIND.states[r.state] for r in records],
            "Link check": [tool_register.link(r.contents).capitalize() for r in records],
            "Cost in a year": [
                "not given" if r.contents.get("cost") is None else hkd(r.contents["cost"]) for r in records
            ],
        }
    )
    tables.show(frame, "tool-register", called="Tool register")


def _needs(records: Sequence[Record], _viewer: Viewer) -> None:
    """Each need with what serves it: the missing first."""
    kept = [r for r in records if r.state != "dropped"]
    if not kept:
        return
    order = tuple(reversed(capability_needs.STATUSES))
    rows = sorted(kept, key=lambda r: (order.index(r.contents["status"]), r.record_id))
    count = {s: sum(r.contents["status"] == s for r in rows) for s in order}
    st.markdown(", ".join(f"**{number}** {status.lower()}" for status, number in count.items()))
    frame = pd.DataFrame(
        {
            "Need": [r.title for r in rows],
            "Of": [r.department for r in rows],
            "Could be provided by": [r.contents["provider"] for r in rows],
            "Status": [r.contents["status"] for r in rows],
            "Served by": [r.contents.get("served_by") or "nothing yet" for r in rows],
        }
    )
    tables.show(frame, "need-map", called="Needs and what serves them")


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
