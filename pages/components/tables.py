"""Tables and the designed states of a block without rows."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from types import MappingProxyType
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from metrics.catalogue import CATALOGUE
from metrics.comparison.conclusion import Verdict
from metrics.definitions.meaning import Meaning
from metrics.definitions.measure import measures_of, version
from metrics.query.missing_reasons import Missing, not_given
from metrics.query.query import Query, columns_of, in_app_db, sql_of
from pages.components import data, discuss, export_button, local_blocks
from warehouse.access.data_coverage import origins_of, why_not_there
from warehouse.access.reader import Viewer
from warehouse.errors import AccessRefused
from warehouse.schema import plain
from warehouse.sql.moments import only_a_day, wall
from warehouse.stores import connect

TOO_FEW = "too few"
"""What an empty cell says where it may be hidden, because it is about too few people."""
NOTHING_MEANT = ("–", "")
"""Where an empty cell says no more than that, a column of nothing else is not shown; its file still has it."""
Columns = Mapping[str, ColumnConfig]
"""Column → how it is shown; a column that is not named is shown as it is."""
ROWS_AT_ONCE = 20
"""A table up to this long is shown whole; a longer one scrolls."""


def empty(meaning: str, next_step: str = "") -> None:
    """Nothing to show: what that means, and what to do."""
    st.info(f"{meaning} {next_step}".strip(), icon=":material/inbox:")


@contextmanager
def refused_in_place() -> Iterator[None]:
    """A part of a page whose question is refused to the viewer says so in its place; the rest of the page goes on."""
    try:
        yield
    except AccessRefused as refused:
        st.info(str(refused), icon=":material/lock:")


def sql(text: str, **looks: Any) -> None:
    """The text of a statement or of a part of one."""
    st.code(text, language="sql", **looks)


def lacking(viewer: Viewer, *needed: str) -> Missing | None:
    """What the bank did not give of some `table`s and `table.column`s; None if all of them tell something."""
    return not_given(needed, data.coverage_of(viewer))


def clause(viewer: Viewer, *needed: str) -> str:
    """What the bank did not give, as the end of a title: `not known: `leads` was not given`; "" if it gave all."""
    missing = lacking(viewer, *needed)
    return missing.clause if missing else ""


def absent(what: str, viewer: Viewer, *needed: str) -> bool:
    """Say what the bank did not give; True if any `table` or `table.column` of `needed` tells nothing in this bank."""
    missing = lacking(viewer, *needed)
    if missing:
        st.info(
            f"{what}: {missing.clause}. "
            f"Data status lists what has been loaded; {connect.here().settings.administrator} can add the rest.",
            icon=":material/database_off:",
        )
    return missing is not None


def not_worked_out(viewer: Viewer, subject: str, otherwise: str, next_step: str = "") -> None:
    """Why something the nightly run works out is not there: what it noted, or else `otherwise`."""
    empty(why_not_there(data.reader(viewer), subject) or otherwise, next_step)


def show(
    frame: pd.DataFrame,
    key: str,
    empty_cell: str = "–",
    *,
    of: Query | None = None,
    means: Meaning | None = None,
    called: str = "",
    whole: Callable[[Viewer], pd.DataFrame] | None = None,
    opens: bool = False,
    columns: Columns = MappingProxyType({}),
) -> tuple[int, str] | None:
    """A table with its columns' formats, and below it the ways to take it along and to have it explained.

    `empty_cell` says what an empty cell means: not known, or about too few people to show. `of` is the question the table
    answers and `means` what those of its columns mean that are no metrics, for its file and its explanation; `called`
    names it in the file; `whole` reads all of it where `frame` is only its beginning. Long tables are sent in parts. With
    `opens`, a number can be clicked: gives row and column of one that was clicked just now.
    """
    if empty_cell == TOO_FEW and not _hides(of, means):
        # Nothing is hidden from who may see single rows: what is empty there is not known.
        empty_cell = str(Verdict.NOT_KNOWN)
    clicked = None
    if opens:
        clicked = _clickable(frame, key, empty_cell, columns)
    else:
        _dataframe(frame, key, empty_cell, columns, lazy=len(frame) > 20_000)
    if frame.empty:
        return None
    content = whole or (lambda _viewer: frame)
    take = partial(export_button.button, content, called or plain(key), key, empty_cell, of, means)
    local_blocks.block(partial(_ways, take, key, of, means, opens=opens), export_button.here().viewer)
    return clicked


def _ways(
    take: Callable[[], None], key: str, of: Query | None, means: Meaning | None, *, opens: bool
) -> None:
    """Below a table: the ways to take it along and to have it explained."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        take()
        if of is not None or means is not None:
            _explain(key, list(of.metrics) if of else [], export_button.here().viewer, of, means)
        if opens:
            st.caption("A click on a number opens what is behind it.", width="content")


def _hides(of: Query | None, means: Meaning | None) -> bool:
    """Whether a table's figures about too few people are blank for the viewer; True where nobody said what it reads."""
    facts = {m.fact for name in (of.metrics if of else ()) for m in measures_of(CATALOGUE[name])}
    facts |= set(means.tables()) if means else set()
    return not facts or data.reader(export_button.here().viewer).sees_totals_only(*facts)


def sentences(escaped: pd.DataFrame, frame: pd.DataFrame, key: str) -> None:
    """A short table whose cells are sentences: each is read whole. `escaped` is `frame` with its markdown escaped."""
    st.table(escaped, hide_index=True, border="horizontal")
    take = partial(export_button.button, lambda _viewer: frame, plain(key), key, "–", None, None)
    local_blocks.block(take, export_button.here().viewer)


def decimals(places: int) -> ColumnConfig:
    """A column of figures that `words.rounded_column` rounded, written with their noughts; it is not rounded again."""
    return st.column_config.NumberColumn(format=f"%.{places}f")


def as_days(frame: pd.DataFrame, columns: Columns) -> tuple[pd.DataFrame, dict[str, ColumnConfig]]:
    """The frame with its moments as they are shown: of one without a time only the day, in a column that still sorts."""
    formats = dict(columns)
    for name in frame.columns:
        if not pd.api.types.is_datetime64_any_dtype(frame[name]):
            continue
        only = only_a_day(frame[name])
        if not only.any():
            continue
        at = pd.Series(wall(frame[name]), frame.index)
        help_text = formats[name].get("help") if name in formats else None
        if (only | at.isna()).all():
            frame = frame.assign(**{name: at})
            formats[name] = st.column_config.DateColumn(format="D MMM YYYY", help=help_text)
        else:
            texts = at.dt.strftime("%Y-%m-%d %H:%M").mask(only, at.dt.strftime("%Y-%m-%d"))
            frame = frame.assign(**{name: texts.where(at.notna(), None)})
            formats[name] = st.column_config.TextColumn(help=help_text)
    return frame, formats


def _dataframe(frame: pd.DataFrame, key: str, empty_cell: str, columns: Columns, **more: Any) -> Any:
    frame, formats = as_days(frame, columns)
    hidden = dict.fromkeys(_without_content(frame)) if empty_cell in NOTHING_MEANT else {}
    return st.dataframe(
        frame,
        hide_index=True,
        key=key,
        column_config={**formats, **hidden},
        placeholder=empty_cell,
        height="content" if len(frame) <= ROWS_AT_ONCE else "auto",
        **more,
    )


def _without_content(frame: pd.DataFrame) -> list[str]:
    """The columns in which no row has anything; all are kept where nothing else would be left."""
    bare = [
        str(name) for name in frame.columns if (frame[name].isna() | (frame[name].astype(str) == "")).all()
    ]
    return bare if len(bare) < len(frame.columns) else []


def _clickable(frame: pd.DataFrame, key: str, empty_cell: str, columns: Columns) -> tuple[int, str] | None:
    opened = f"opened in {key}"
    if opened in st.session_state:
        # What was opened has been closed again: nothing stays chosen, so the same number can be clicked once more.
        del st.session_state[opened]
        st.session_state[key] = {"selection": {"rows": [], "columns": [], "cells": []}}
    selected = _dataframe(frame, key, empty_cell, columns, on_select="rerun", selection_mode="single-cell")
    cells: list[tuple[int, str]] = selected["selection"]["cells"]
    if not cells:
        return None
    st.session_state[opened] = True
    return cells[0]


def explain(
    key: str,
    names: list[str],
    viewer: Viewer,
    query: Query | None = None,
    means: Meaning | None = None,
) -> None:
    """What the figures above mean, which files they come from, and, folded, the statements that read them.

    `names` are metrics of the catalogue, asked by `query`; `means` tells of figures that are none.
    """
    local_blocks.block(partial(_explain, key, names, viewer, query, means), viewer)


def _explain(key: str, names: list[str], viewer: Viewer, query: Query | None, means: Meaning | None) -> None:
    local_blocks.popover(
        "Explain",
        f"explain-{key}",
        partial(_explained, names, viewer, query, means),
        icon=":material/help:",
        type="tertiary",
    )
    if query is not None:
        discuss.of_query(key, query, viewer)


def _explained(names: list[str], viewer: Viewer, query: Query | None, means: Meaning | None) -> None:
    for name in names:
        metric = CATALOGUE[name]
        st.markdown(f"**{metric.label}**")
        st.text(f"{metric.description} Owner: {metric.owner}. Version {version(metric)}.")
    for term, sentence in means.terms if means else ():
        st.markdown(f"**{term}**")
        st.text(sentence)
    st.caption(
        f"As of {data.as_of(viewer):%d %b %Y}. "
        + (
            f"{means.over}."
            if means and means.over
            else "Period, filters and breakdown are those on the page."
        )
    )
    _sources(names, viewer, means)
    with st.expander("The statement that reads them (SQL)"):
        reads = (data.reader(viewer).sql(read) for read in (means.reads if means else ()))
        for text in (*_statements(names, viewer, query), *reads):
            sql(text, wrap_lines=True)


def _statements(names: list[str], viewer: Viewer, query: Query | None) -> tuple[str, ...]:
    """The statement for each table that the metrics are read from; none for what was not asked by a query."""
    if query is None:
        return ()
    if any(in_app_db(name) for name in names):
        return sql_of(data.reader(viewer), tuple(names), query)
    return data.cached(viewer, sql_of, tuple(names), query)


def _sources(names: list[str], viewer: Viewer, means: Meaning | None) -> None:
    """The tables and files the figures are read from, with the last load."""
    facts = dict.fromkeys(m.fact for n in names for m in measures_of(CATALOGUE[n]))
    for fact in dict.fromkeys([*facts, *(means.tables() if means else ())]):
        st.caption(f"Read from {plain(fact.name)}: {fact.comment}")
    pairs = list(
        dict.fromkeys([*(p for n in names for p in columns_of(n)), *(means.columns() if means else ())])
    )
    if not pairs:
        return
    origins = data.frame(viewer, origins_of(pairs))
    files = [
        f"{file} ({', '.join(sorted(c for c in set(rows['file_column']) if c)) or 'columns not stated'})"
        for file, rows in origins.groupby("file")
    ]
    loaded = pd.to_datetime(data.status(viewer)["loaded_at"]).max()
    if files:
        st.caption(f"Files and their columns: {'; '.join(files)}. Last load {loaded:%d %b %Y, %H:%M}.")
