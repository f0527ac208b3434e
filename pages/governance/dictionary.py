"""Dictionary: what every figure and every column means, read from the definitions the app itself runs on."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE, HEADLINES
from metrics.comparison.words import day, figure
from metrics.definitions.dimensions import MEANS, ONLY_CUSTOMERS
from metrics.definitions.measure import Metric, measures_of, version
from metrics.definitions.scope import Scope
from metrics.definitions.variants import VARIANTS
from metrics.query.report_query import may_ask
from pages.components import data, forms, links, tables
from pages.components.typed_text import escaped
from pages.governance.where_used import pages_of
from reports.exports.dictionary_text import BETTER, columns, figures, text_of
from warehouse.access.reader import Viewer
from warehouse.errors import Problem
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.records import acknowledgements

KNOWN_TO_ALL = "Known to all"
"""The headlines, which every department uses; each is also under its owner."""


def page(viewer: Viewer, scope: Scope | None) -> None:
    """Search, words with several meanings, the figures, the tables."""
    st.title(f"{len(CATALOGUE)} figures, each with one meaning for every department")
    words = st.text_input(
        "Search figures, synonyms, tables and columns", key="word", bind="query-params", max_chars=60
    )
    search = (words or "").strip().lower()
    matches = [n for n in figures() if search in text_of(n)]
    listed = _columns(search)
    if not matches and listed.empty:
        tables.empty(f"Nothing is called “{escaped(words)}”.", "Try a shorter word.")
        return
    groups = [w for w, meanings in VARIANTS.items() if not search or {n for _, n in meanings} & set(matches)]
    _figures(matches, viewer, searched=bool(search))
    if groups:
        _variants(groups, viewer)
    _dimensions(search)
    if len(listed):
        st.header(f"Columns ({len(listed)})")
        tables.show(listed, "columns")


def _figures(matches: list[str], viewer: Viewer, *, searched: bool) -> None:
    """What a search found, under the departments that own it; without a search one department's at a time."""
    given = acknowledgements.given(data.reader(viewer))
    st.header(f"Figures ({len(matches)})")
    if not matches:
        return
    by_owner: dict[str, list[str]] = {} if searched else {KNOWN_TO_ALL: list(HEADLINES)}
    for name in sorted(matches, key=lambda n: (CATALOGUE[n].owner, CATALOGUE[n].label)):
        by_owner.setdefault(CATALOGUE[name].owner, []).append(name)
    owners = list(by_owner)
    if not searched:
        chosen = st.pills(
            "Department that owns them",
            owners,
            default=KNOWN_TO_ALL,
            format_func=lambda owner: f"{owner} ({len(by_owner[owner])})",
            key="owner",
            bind="query-params",
            required=True,
        )
        owners = [chosen if chosen in by_owner else KNOWN_TO_ALL]
    for owner in owners:
        if searched:
            st.subheader(f"{owner} ({len(by_owner[owner])})")
        for name in by_owner[owner]:
            _figure(name, given, viewer)


def _dimensions(search: str) -> None:
    """What a filter or a breakdown means for each kind of figure."""
    meanings = {name: meaning for name, meaning in MEANS.items() if search in f"{name} {meaning}".lower()}
    if not meanings:
        return
    st.header("Filters and breakdowns")
    for name, meaning in meanings.items():
        st.markdown(f"**{name.capitalize()}**: {meaning}")
    if "segment" in meanings:
        st.caption(ONLY_CUSTOMERS)


def _variants(groups: list[str], viewer: Viewer) -> None:
    """The same word in the mouths of several departments, each with its count of the last 90 days."""
    st.header("One word, several figures")
    names = list(dict.fromkeys(n for g in groups for _, n in VARIANTS[g]))
    try:
        period = data.period_of(viewer, "90d")
        counts = data.ask(viewer, names, Scope(period), periods=[period]).iloc[0]
        st.caption(f"Counted over {period.in_words()}.")
    except Problem:
        counts = pd.Series(dict.fromkeys(names))
        st.caption("The counts need the bank's leads, which your role does not include or nobody has loaded.")
    rows = [
        {
            "Word": group,
            "Who means what": who,
            "Figure": CATALOGUE[name].label,
            "Count": figure(CATALOGUE[name], counts[name]),
        }
        for group in groups
        for who, name in VARIANTS[group]
    ]
    tables.show(pd.DataFrame(rows), "variants")


def _figure(name: str, given: pd.DataFrame, viewer: Viewer) -> None:
    metric: Metric = CATALOGUE[name]
    now = version(metric)
    mine = given[(given["metric"] == name)]
    accepted = mine[mine["version"] == now]
    department = acknowledgements.DEPARTMENTS.get(viewer.role)
    with st.expander(metric.label):
        st.text(metric.description)
        synonyms = [f"{who} says “{word}”" for who, word in metric.synonyms.items()]
        st.caption(" · ".join([f"Owner: {metric.owner}", BETTER[metric.better], *synonyms]))
        sources = ", ".join(dict.fromkeys(plain(m.fact.name) for m in measures_of(metric)))
        st.caption(f"Read from {sources}. Shown on: {', '.join(pages_of()[name]) or 'no page by itself'}.")
        st.caption(f"Versions: {' '.join(metric.history)}")
        who = [
            f"{of} ({day(at)})"
            for of, at in zip(accepted["department"], accepted["acknowledged_at"], strict=True)
        ]
        st.caption(f"Version {now} accepted by: {', '.join(who) or 'nobody yet'}.")
        if department and department not in set(accepted["department"]):
            before = department in set(mine["department"])
            label = (
                f"{'The definition changed: accept' if before else 'Accept'} version {now} for {department}"
            )
            forms.button(f"accept {name} {now}", label, partial(_accept, name, now), key=f"accept-{name}")
        if (
            links.has("reports")
            and may_ask(name, viewer)
            and st.button(
                "Build a report", icon=":material/add_chart:", key=f"report-{name}", type="tertiary"
            )
        ):
            links.to("reports", metric=metric.label)
        st.caption("Worked example")
        st.code(_dedented(metric.example), language=None)


def _accept(name: str, seen: str, viewer: Viewer, _: Mapping[str, Any]) -> str:
    acknowledgements.acknowledge(connect.here(), viewer, name, seen)
    return "Recorded for your department."


def _dedented(example: str) -> str:
    lines = [line.strip() for line in example.strip().splitlines()]
    return "\n".join(lines)


def _columns(search: str) -> pd.DataFrame:
    rows = [
        {
            "Table": plain(row["table"]),
            "Column": row["column"],
            "Means": row["means"],
            "Owner": row["owner"],
            "Also called": row["synonyms"],
            "Personal": row["personal"],
        }
        for row in columns()
        if search in " ".join(row.values()).lower()
    ]
    return pd.DataFrame(rows, columns=["Table", "Column", "Means", "Owner", "Also called", "Personal"])
