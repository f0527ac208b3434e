"""Taking a table along: the button beside it, for CSV and Excel."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from metrics.definitions.meaning import Meaning
from metrics.definitions.scope import Scope
from metrics.qualification.qualification_rule import dependent
from metrics.qualification.qualification_versions import in_words
from metrics.query.query import Query
from pages.components import data, local_blocks
from pages.components import viewer as door
from reports.exports.table_files import KINDS, Sheet, export, file_name
from warehouse.access.reader import Viewer
from warehouse.errors import NothingLoaded
from warehouse.stores import connect

_HERE = "page of this run"
_LABELS = {"csv": "CSV", "zip": "CSV and notes (zip)", "xlsx": "Excel"}


@dataclass(frozen=True)
class Here:
    """The page being drawn, for whom, over what."""

    title: str
    viewer: Viewer
    scope: Scope | None


def remember(title: str, viewer: Viewer, scope: Scope | None) -> None:
    """Keep what the tables of this run are about: a page does not say it again for each of them."""
    st.session_state[_HERE] = Here(title, viewer, scope)


def here() -> Here:
    """The page being drawn."""
    current: Here = st.session_state[_HERE]
    return current


def button(
    content: Callable[[Viewer], pd.DataFrame],
    called: str,
    key: str,
    empty_cell: str,
    of: Query | None = None,
    means: Meaning | None = None,
) -> None:
    """Offer a table as a file, in a local block. `of` is the question it answers, `means` what its other columns mean.

    Where neither says over what, the page's own period and filters are named.

    The file is made on a click and on another thread, so whoever holds the session then is asked for anew.
    """
    local_blocks.popover(
        "Export",
        f"export-{key}",
        partial(_files, content, called, key, empty_cell, of, means),
        icon=":material/download:",
        type="tertiary",
    )


def _files(
    content: Callable[[Viewer], pd.DataFrame],
    called: str,
    key: str,
    empty_cell: str,
    of: Query | None,
    means: Meaning | None,
) -> None:
    stores, who, viewer = connect.here(), door.later(), here().viewer
    made = sheet(content, called, empty_cell, of, means)

    def file_of(kind: str) -> bytes:
        return export(stores, made, kind, viewer, who())

    st.caption(
        "Excel and the zip say what the figures mean, over what and as of when; CSV is the table alone. Each download is "
        "recorded."
    )
    with st.container(horizontal=True):
        for kind, mime in KINDS.items():
            st.download_button(
                _LABELS[kind],
                partial(file_of, kind),
                file_name(made, kind),
                mime,
                key=f"take-{kind}-{key}",
                on_click="ignore",
            )


def sheet(
    content: Callable[[Viewer], pd.DataFrame],
    called: str,
    empty_cell: str,
    of: Query | None,
    means: Meaning | None = None,
) -> Sheet:
    """A table of the page being drawn, with all its file says about itself."""
    page = here()
    return Sheet(
        title=f"{page.title}: {called}",
        content=content,
        metrics=of.metrics if of else (),
        terms=means.terms if means else (),
        scope=(means.over if means else "") or _scope_in_words(of, page.scope),
        as_of=_as_of(page.viewer),
        qualified=_qualified(of, page.viewer),
        empty_cell={"–": "not known", "too few": "too few people to show"}.get(empty_cell, empty_cell),
        sample=data.is_sample(page.viewer),
    )


def _scope_in_words(of: Query | None, scope: Scope | None) -> str:
    if of is None:
        return scope.in_words() if scope else ""
    parts = [Scope(of.periods[0], of.filters).in_words()]
    if len(of.periods) > 1:
        more, first = len(of.periods) - 1, min(of.periods).in_words()
        parts.append(f"and {first}" if more == 1 else f"and {more} more periods, the first {first}")
    if of.by:
        parts.append(f"by {' and '.join(of.by)}")
    return ", ".join(parts)


def _qualified(of: Query | None, viewer: Viewer) -> str:
    if of is None or dependent().isdisjoint(of.metrics):
        return ""
    return in_words(data.reader(viewer))


def _as_of(viewer: Viewer) -> date | None:
    try:
        return data.as_of(viewer)
    except NothingLoaded:
        return None
