"""Dictionary: what every figure and every column means, read from the definitions the app itself runs on."""

import pandas as pd
import streamlit as st

from metrics import CATALOGUE, HEADLINES
from metrics.measure import Metric
from metrics.query import measures_of
from metrics.scope import Scope
from pages.kit import tables
from warehouse.access import Viewer
from warehouse.schema import DERIVED_TABLES, UNIFIED_TABLES

BETTER = {"up": "More is better", "down": "Less is better", "neither": "Neither more nor less is better"}


def page(viewer: Viewer, scope: Scope | None) -> None:
    """Search, the figures, the tables."""
    st.title(f"{len(CATALOGUE)} figures, each with one meaning for every department")
    words = st.text_input(
        "Search figures, synonyms, tables and columns", key="word", bind="query-params", max_chars=60
    )
    wanted = (words or "").strip().lower()
    figures = [n for n in [*HEADLINES, *sorted(set(CATALOGUE) - set(HEADLINES))] if _fits(n, wanted)]
    columns = _columns(wanted)
    if not figures and columns.empty:
        tables.empty(f"Nothing is called “{words}”.", "Try a shorter word.")
        return
    st.header(f"Figures ({len(figures)})")
    for name in figures:
        _figure(name)
    st.header(f"Columns ({len(columns)})")
    tables.show(columns, "columns")


def _fits(name: str, wanted: str) -> bool:
    metric = CATALOGUE[name]
    text = " ".join([name, metric.label, metric.means, metric.owner, *metric.synonyms.values()])
    return wanted in text.lower()


def _figure(name: str) -> None:
    metric: Metric = CATALOGUE[name]
    with st.expander(metric.label):
        st.text(metric.means)
        said = [f"{who} says “{word}”" for who, word in metric.synonyms.items()]
        st.caption(" · ".join([f"Owner: {metric.owner}", BETTER[metric.better], *said]))
        sources = ", ".join(dict.fromkeys(m.fact.name.replace("_", " ") for m in measures_of(metric)))
        st.caption(f"Read from {sources}. Versions: {' '.join(metric.history)}")
        st.caption("Worked example")
        st.code(_dedented(metric.example), language=None)


def _dedented(example: str) -> str:
    lines = [line.strip() for line in example.strip().splitlines()]
    return "\n".join(lines)


def _columns(wanted: str) -> pd.DataFrame:
    rows = [
        {
            "Table": table.name.replace("_", " "),
            "Column": column.key,
            "Means": column.comment,
            "Owner": column.info["owner"],
            "Personal": "yes" if column.info["personal"] else "",
        }
        for table in (*UNIFIED_TABLES, *DERIVED_TABLES)
        for column in table.c
        if wanted in f"{table.name} {column.key} {column.comment} {column.info['owner']}".lower()
    ]
    return pd.DataFrame(rows, columns=["Table", "Column", "Means", "Owner", "Personal"])
