"""The last steps of a load: what a dry run saw, what loading changes, and what was loaded, with the way back."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day, numeral
from pages.administration import load_sample_rows, loads_page
from pages.components import forms, links
from pages.components.typed_text import escaped, sentence
from pages.governance import works_now
from warehouse.access.reader import Viewer
from warehouse.schema import FINGERPRINT, plain
from warehouse.stores import connect
from workflow.loads import upload_mappings, upload_runs, upload_steps
from workflow.loads.upload_folders import Upload
from workflow.loads.upload_steps import DRY_RUN
from workflow.records import load_history

Go = Callable[[int], None]


def dry_run(viewer: Viewer, upload: Upload, checked: Mapping[str, Any], go: Go) -> None:
    """Errors first, then what would be there: rows, day, pages."""
    problems, rows = checked["problems"], sum(checked["rows"].values())
    fits = upload_runs.may_load(upload)
    if problems:
        st.title(f"{numeral(len(problems))} {'thing is' if len(problems) == 1 else 'things are'} wrong")
        st.markdown(
            "Nothing was loaded. Correct each in the columns or in the file, then make the dry run again."
        )
        for problem in problems:
            first, _, rest = problem.partition("\n")
            st.warning(sentence(first), icon=":material/error:")
            if rest:
                st.code(rest, language=None)
    else:
        st.title(f"Nothing is wrong: {numeral(rows)} rows can be loaded")
    if not problems and not fits:
        st.warning(
            "The files or the columns have changed since this dry run. Make it again before you load.",
            icon=":material/update:",
        )
    with st.container(horizontal=True):
        if fits:
            st.button(
                "Go on to load", on_click=go, args=(4,), type="primary", icon=":material/arrow_forward:"
            )
        st.button("Back to the columns", on_click=go, args=(2,), type="secondary" if fits else "primary")
        forms.button(
            "dry run again", "Make the dry run again", partial(_again, go), icon=":material/refresh:"
        )
    if not checked["read"]:
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Rows")
        _rows(checked)
    with right:
        st.header("Until which day")
        _day(upload, checked)
    _to_look_at(checked)
    st.header("Which pages work with these data")
    _pages(checked)
    load_sample_rows.of_tables(viewer, upload, checked["heads"])


def load(viewer: Viewer, upload: Upload, checked: Mapping[str, Any], begin: forms.Write, go: Go) -> None:
    """What changes for everybody, and the button."""
    rows = sum(checked["rows"].values())
    st.title(f"Load {numeral(rows)} rows, data as of {_as_day(checked['as_of'])}?")
    before = connect.here().place.served()
    st.markdown(
        "**Everybody reads these data from then on"
        + (", instead of those that are served now.**" if before else ".**")
        + (" You can go back to them afterwards." if before and before.endswith(FINGERPRINT) else "")
        + " It is all or nothing: if anything fails, nothing changes. "
        "Records, decisions and notes of people stay as they are."
    )
    if not upload.pointed:
        st.markdown(
            "Your uploaded files are removed once they are loaded; the mappings are kept for the next time."
        )
    if (connect.here().settings.data_dir / connect.HINT).exists():
        st.markdown(
            "The sample bank’s accounts are closed and its clock ends, so you will have to sign in again, with your own."
        )
    with st.container(horizontal=True):
        forms.button("load", "Load now", begin, type="primary", icon=":material/cloud_upload:")
        st.button("Back to the dry run", on_click=go, args=(3,))
    _rows(checked)


def loaded(viewer: Viewer, upload: Upload, note: Mapping[str, Any]) -> None:
    """What is served now, what comes next, and the way back to the snapshot before."""
    stores, rows = connect.here(), sum(note["rows"].values())
    served, before = stores.place.served(), note["before"]
    if served == before:
        st.title("Everybody reads the data from before again")
        st.markdown("What you loaded is kept and can be chosen on the page Loads and runs.")
    else:
        st.title(f"Loaded: {numeral(rows)} rows, data as of {_as_day(note['as_of'])}")
        st.markdown(
            "Everybody reads them now. Alerts, churn risk, lifetime values and credited wins come with the next nightly "
            "run."
        )
    with st.container(horizontal=True):
        forms.button("load more", "Load something else", _done, icon=":material/add:")
        links.link("loads", "All loads and runs", ":material/history:")
    frame = pd.DataFrame({"Table": [plain(t) for t in note["rows"]], "Rows": list(note["rows"].values())})
    st.dataframe(frame, hide_index=True, width="stretch", key="rows-loaded", placeholder="")
    if not upload.pointed:
        st.caption(
            "The uploaded files were removed. The next files of the same names start from the mappings you mended."
        )
    if served and served == note["snapshot"] and before and before not in load_history.earlier(stores):
        st.caption(
            "There is no way back: the data from before were loaded by another version, or are not kept any more."
        )
    elif served and served == note["snapshot"] and before:
        st.header("Undo this load")
        st.markdown("Everybody would read the data from before again. What people recorded stays.")
        loads_page.back_form(before, served)


def _rows(checked: Mapping[str, Any]) -> None:
    frame = pd.DataFrame(
        {"Table": [plain(t) for t in checked["rows"]], "Rows": list(checked["rows"].values())}
    )
    if not frame.empty:
        st.dataframe(frame, hide_index=True, width="stretch", key="rows-of-tables", placeholder="")
    if checked["refused"]:
        st.caption(f"Left out until mended: {', '.join(plain(t) for t in checked['refused'])}.")
    if checked["unread"]:
        st.caption(escaped(f"Not read: {', '.join(checked['unread'])}."))


def _day(upload: Upload, checked: Mapping[str, Any]) -> None:
    st.markdown(
        f"**{_as_day(checked['as_of'])}**: {escaped(checked['day_from'])}. Nothing dated later counts."
    )
    for table, rows in checked["later"].items():
        st.caption(
            f"{plain(table).capitalize()}: {numeral(rows)} {'row lies' if rows == 1 else 'rows lie'} after it."
        )
    with forms.form("as of day", upload.as_of) as form:
        chosen = date.fromisoformat(upload.as_of) if upload.as_of else None
        forms.date_input(
            "Complete until another day? Leave it empty for the latest in the files.",
            form.keep("day", chosen),
            value=None,
        )
        form.submit("Make the dry run with this day", _with_day, icon=":material/event:")


def _with_day(viewer: Viewer, values: Mapping[str, Any]) -> str:
    upload_mappings.choose_day(connect.here(), viewer, values["day"].isoformat() if values["day"] else "")
    upload_runs.start(connect.here(), viewer, DRY_RUN)
    return "The dry run has begun."


def _to_look_at(checked: Mapping[str, Any]) -> None:
    lines = list(checked["findings"])
    if checked["empty"]:
        lines.append(f"Given, and empty in every row: {', '.join(checked['empty'])}.")
    for column, (undated, total) in checked["undated"].items():
        lines.append(
            f"{column}: {numeral(undated)} of {numeral(total)} rows have no day, so they are in hardly any figure."
        )
    if lines:
        with st.expander(
            f"{numeral(len(lines))} more to look at; {'it does' if len(lines) == 1 else 'they do'} not stop a load"
        ):
            for line in lines:
                st.markdown(f"- {escaped(line)}")


def _pages(checked: Mapping[str, Any]) -> None:
    report = upload_steps.report_of(checked)
    working = works_now.pages_with(report)
    st.markdown(f":material/check_circle: **Work:** {', '.join(working.whole) or 'no page yet'}")
    for icon, label, titles in (
        (":material/contrast:", "Work in part", working.half),
        (":material/circle:", "Stay empty", working.empty),
    ):
        if titles:
            st.markdown(f"{icon} **{label}:** {', '.join(titles)}")
    with st.expander("Why, page by page"):
        frame = pd.DataFrame(
            [
                {"Page": title, "Why": clause.replace("`", "")}
                for title, clause in (working.half | working.empty).items()
            ]
        )
        if not frame.empty:
            st.table(frame.set_index("Page"))
    unknown = works_now.unknown_figures(report)
    if unknown:
        with st.expander(
            f"{numeral(unknown)} of {numeral(len(CATALOGUE))} figures will not be known: what would bring them"
        ):
            for clause, labels in works_now.missing_columns(report).items():
                st.markdown(f"- {clause}: {'; '.join(labels)}")


def _again(go: Go, viewer: Viewer, _: Mapping[str, Any]) -> str:
    upload_runs.start(connect.here(), viewer, DRY_RUN)
    go(3)
    return "The dry run has begun."


def _done(viewer: Viewer, _: Mapping[str, Any]) -> str:
    upload_runs.discard(connect.here(), viewer)
    return "Choose the next files."


def _as_day(text: str) -> str:
    return day(date.fromisoformat(str(text)[:10])) if text else "not known"
