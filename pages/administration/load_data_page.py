"""Load data: files of a CRM, a mail tool or a shop become the bank everybody reads, in four steps and with a way back."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from metrics.comparison.words import numeral
from metrics.definitions.scope import Scope
from pages.administration import load_mapping_view, load_outcome_view
from pages.components import forms, links, local_blocks
from pages.components.typed_text import escaped, sentence
from sign_in import demo_accounts
from warehouse.access.reader import Viewer
from warehouse.errors import ChangeRefused
from warehouse.stores import connect
from workflow.loads import upload_folders, upload_runs
from workflow.loads.upload_folders import Upload
from workflow.loads.upload_runs import StepRun
from workflow.loads.upload_steps import DRY_RUN, FAILED, LOAD, LOOK, RUNNING

STEPS = ("Choose the files", "Check the columns", "Dry run", "Load")
_DOING = {LOOK: "Looking at your files", DRY_RUN: "Dry run under way", LOAD: "Loading"}
EVERY = 1.0
"""Seconds between two looks at a step that runs."""


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The step that is due, and nothing of the others."""
    stores = connect.here()
    upload_folders.sweep(stores, upload_runs.is_running)
    upload = upload_folders.current(stores, viewer)
    if upload is None:
        _choose()
        return
    run, note, checked = upload_runs.last(upload), upload.read(LOOK), upload.read(DRY_RUN)
    if run is not None and run.state == RUNNING:
        _under_way(viewer, upload, run)
        return
    if loaded := upload.read("loaded"):
        load_outcome_view.loaded(viewer, upload, loaded)
        return
    step = _step(upload, note, checked)
    _where(step)
    if run is not None and run.state == FAILED:
        st.warning(sentence(run.sentence), icon=":material/error:")
    if step == 1:
        st.title("Your files could not be looked at")
        forms.button("look again", "Try again", _look_again, icon=":material/refresh:")
    elif step == 2:
        load_mapping_view.show(viewer, upload, note)
        if checked:
            st.button("To the last dry run", on_click=_go, args=(upload, 3), type="tertiary")
    elif step == 3:
        load_outcome_view.dry_run(viewer, upload, checked, partial(_go, upload))
    else:
        load_outcome_view.load(viewer, upload, checked, _begin_load, partial(_go, upload))
    _leave(upload)


def _step(upload: Upload, note: Mapping[str, Any], checked: Mapping[str, Any]) -> int:
    """The step that is shown: the one that was gone to, as far as its steps before were taken."""
    if not note:
        return 1
    room, at = st.session_state.get(load_mapping_view.STEP, ("", 0))
    if not checked:
        return 2
    step = at if room == upload.room.name else 3
    return 3 if step == 4 and not upload_runs.may_load(upload) else max(2, step)


def _go(upload: Upload, step: int) -> None:
    st.session_state[load_mapping_view.STEP] = (upload.room.name, step)


def _where(step: int) -> None:
    parts = [
        f"**{n} {label}**" if n == step else f"{':material/check:' if n < step else n} {label}"
        for n, label in enumerate(STEPS, 1)
    ]
    st.caption(" → ".join(parts))


def _choose() -> None:
    _where(1)
    st.title("Load data: choose the files")
    stores = connect.here()
    most = stores.settings.load_upload_mb
    if (stores.settings.data_dir / connect.HINT).exists():
        _instead_of_the_sample(stores)
    st.markdown(
        "Take the exports of your tools as they are: a CRM, a mail tool, a shop, a help desk, advertising, payments. "
        "Nothing changes for anybody before you press “Load” in the last step."
    )
    with forms.form("upload", border=True) as form:
        st.file_uploader(
            f"CSV, Excel, JSON lines, Parquet, or a zip of them; each at most {numeral(most)} MB",
            type=[e.removeprefix(".") for e in upload_folders.ENDINGS],
            accept_multiple_files=True,
            max_upload_size=most,
            key=form.keep("files", None, among=()),
        )
        form.submit("Look at these files", _uploaded, type="primary", icon=":material/search:")
    st.caption(
        "The files are yours alone. They are removed once they are loaded or you discard them, otherwise 24 hours after "
        "you last worked on them."
    )
    folders = upload_folders.pointed_at(stores)
    if folders:
        with st.expander("Or take a folder of the server"), forms.form("folder") as form:
            st.selectbox(
                f"Folder below {stores.settings.load_from}",
                folders,
                index=None,
                placeholder="Choose a folder",
                key=form.keep("folder", among=folders),
                help="The setting load_from names the place. Mappings are written beside its files; nothing is removed.",
            )
            form.submit("Look at this folder", _pointed, icon=":material/folder_open:")


def _instead_of_the_sample(stores: connect.Stores) -> None:
    st.info(
        "The sample bank is open. Loading your own data takes its place and closes the sample’s accounts, yours too if "
        "it is one of them."
        + (
            " First make an administrator of your own under People: without one you could not sign in again."
            if demo_accounts.are_the_only_administrators(stores)
            else ""
        ),
        icon=":material/science:",
    )
    if demo_accounts.are_the_only_administrators(stores):
        links.link("people", "Make an account under People", ":material/manage_accounts:")


def _uploaded(viewer: Viewer, values: Mapping[str, Any]) -> str:
    stores, files = connect.here(), values["files"] or []
    upload_folders.take(stores, viewer, [(file.name, file) for file in files])
    upload_runs.start(stores, viewer, LOOK)
    return f"{numeral(len(files))} {'file is' if len(files) == 1 else 'files are'} here."


def _pointed(viewer: Viewer, values: Mapping[str, Any]) -> str:
    if not values["folder"]:
        raise ChangeRefused("Choose a folder first. Nothing was read.")
    upload_folders.point(connect.here(), viewer, values["folder"])
    upload_runs.start(connect.here(), viewer, LOOK)
    return "The folder is being looked at."


def _look_again(viewer: Viewer, _: Mapping[str, Any]) -> str:
    upload_runs.start(connect.here(), viewer, LOOK)
    return "The files are being looked at."


def _begin_load(viewer: Viewer, _: Mapping[str, Any]) -> str:
    if demo_accounts.are_the_only_administrators(connect.here()):
        raise ChangeRefused(
            "Loading closes the sample’s accounts, and nobody else is an administrator: you could not sign in again. "
            "Make an account of your own under People first. Nothing was loaded."
        )
    upload_runs.start(connect.here(), viewer, LOAD)
    return "The load has begun."


def _under_way(viewer: Viewer, upload: Upload, run: StepRun) -> None:
    _where({LOOK: 1, DRY_RUN: 3, LOAD: 4}[run.step])
    st.title(_DOING[run.step])
    if run.step == LOAD:
        st.markdown("Everybody goes on reading the data from before until all of it is there.")
    local_blocks.watch(partial(_progress, viewer), viewer, EVERY)
    st.caption("You may leave this page: it goes on, and this page says how it ended.")


def _progress(viewer: Viewer) -> None:
    """What is done and what is being done; once it has ended the whole page is drawn anew."""
    upload = upload_folders.current(connect.here(), viewer)
    run = upload_runs.last(upload) if upload else None
    if upload is None or run is None or run.state != RUNNING:
        st.rerun()
    for line in run.lines[:-1]:
        st.markdown(f":material/check: {escaped(line)}")
    st.markdown(f":material/hourglass_top: {escaped((run.lines or ['Beginning'])[-1])} …")


def _leave(upload: Upload) -> None:
    st.divider()
    label = "Discard these files" if not upload.pointed else "Stop with this folder"
    forms.button("discard the load", label, _discarded, type="tertiary", icon=":material/delete:")
    if not upload.pointed:
        st.caption(
            "They are removed 24 hours after you last worked on them, or at once when they are loaded."
        )


def _discarded(viewer: Viewer, _: Mapping[str, Any]) -> str:
    upload_runs.discard(connect.here(), viewer)
    return "Discarded. Nothing was loaded."
