"""Identity: which records belong to no customer, and an analyst's rulings on wrong and missed links."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from metrics.definitions.scope import Scope
from pages.components import data, forms, tables
from warehouse.access.reader import Viewer
from warehouse.identity import link_quality
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.records.link_rulings import LONGEST_WHY, VERDICTS, history, rule
from workflow.records.people import called

SHOWN = 500
_HEADERS = {
    "record_id": "Record",
    "lead_id": "Lead",
    "ticket_id": "Case",
    "full_name": "Name",
    "person_id": "Person",
}


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The finding, the records without a customer, the form, and what was ruled before."""
    rates = data.match_rates(viewer)
    if rates.empty:
        st.title("Identity matching is not available yet")
        tables.empty("No source gave identities.", "Add identities.sql to the extracts and load them again.")
        return
    open_ones = int((rates["other_people"] + rates["alone"]).sum())
    st.title(f"{open_ones:,} of {int(rates['records'].sum()):,} records belong to no customer we know")
    st.caption("Most are people who never became customers. Data status shows the rates of each source.")
    _form(viewer, list(rates["source"]))
    _unmatched(viewer, rates)
    _history(viewer)


def _form(viewer: Viewer, sources: list[str]) -> None:
    st.header("Decide on a record")
    st.caption(
        "The next load applies the decision. It stays in the history; a later decision may reverse it."
    )
    rulings = history(data.reader(viewer))
    seen = 0 if rulings.empty else int(rulings["ruling_id"].max())

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        verdict, source = str(values["verdict"]), str(values["source"])
        record, customer = (str(values[of] or "").strip() for of in ("record", "customer"))
        rule(connect.here(), viewer, verdict, source, record, customer, str(values["why"] or ""), seen=seen)
        return "Recorded. It takes effect with the next load."

    with forms.form("ruling", border=True) as form:
        st.selectbox("Source", sources, key=form.keep("source", sources[0], among=sources))
        st.text_input(
            "Record",
            placeholder="The record's number in that source",
            max_chars=200,
            key=form.keep("record", ""),
        )
        st.radio(
            "Verdict",
            list(VERDICTS),
            format_func=lambda v: VERDICTS[v],
            horizontal=True,
            key=form.keep("verdict", "split"),
        )
        st.text_input(
            "Customer", placeholder="The customer number", max_chars=200, key=form.keep("customer", "")
        )
        st.text_input(
            "Why",
            max_chars=LONGEST_WHY,
            placeholder="What you know that the records do not say",
            key=form.keep("why", ""),
        )
        form.submit("Record the decision", write, type="primary", icon=":material/gavel:")


def _unmatched(viewer: Viewer, rates: pd.DataFrame) -> None:
    st.header("Records without a customer")
    some = rates[rates["other_people"] + rates["alone"] > 0]
    if some.empty:
        tables.empty("Every record belongs to a customer.")
        return
    source = st.selectbox("Source", list(some["source"]), key="unmatched-source")
    rows = data.cached(viewer, link_quality.unmatched, source, SHOWN)
    st.caption(f"The first {SHOWN:,}, by number. Your role sees no names, addresses or phones.")
    given = rows.dropna(axis="columns", how="all") if len(rows) else rows
    frame = given.rename(columns=lambda c: _HEADERS.get(c, plain(c).capitalize()))
    tables.show(frame, "unmatched")


def _history(viewer: Viewer) -> None:
    st.header("Decisions")
    rulings = history(data.reader(viewer))
    if rulings.empty:
        tables.empty("No decision has been recorded yet.")
        return
    frame = pd.DataFrame(
        {
            "When": pd.to_datetime(rulings["ruled_at"]),
            "Who": rulings["ruled_by"].map(called(connect.here(), rulings["ruled_by"])),
            "Source": rulings["source"],
            "Record": rulings["record_id"],
            "Decision": rulings["verdict"].map(VERDICTS),
            "Customer": rulings["customer_id"],
            "Why": rulings["why"],
        }
    )
    tables.show(
        frame, "rulings", columns={"When": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm")}
    )
