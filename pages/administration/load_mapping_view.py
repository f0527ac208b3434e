"""The second step of a load: what each file looks like, and each table's columns in a grid over its mapping file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import column as heading
from metrics.comparison.words import numeral
from pages.administration import load_sample_rows
from pages.components import forms, tables
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.errors import ChangeRefused
from warehouse.mapping import mapping_grid
from warehouse.mapping.mapping_grid import AS_IT_IS, Choice, GridCell, MappedRows
from warehouse.mapping.source_tables import DAYS, SourceColumn, SourceTable
from warehouse.schema import BANK, UNIFIED, UNIFIED_TABLES, plain
from warehouse.stores import connect
from workflow.loads import folder_look, upload_mappings, upload_runs
from workflow.loads.upload_folders import Upload
from workflow.loads.upload_mappings import TableMapping
from workflow.loads.upload_steps import DRY_RUN

NOT_GIVEN, BY_HAND = ("", ""), ("", "by hand")
_CLOCKS = ("", " %H:%M", " %H:%M:%S")
_DAY_SHOWN = datetime(2026, 12, 31, 17, 5)
_MARKS = {".": "1,234.50", ",": "1.234,50"}
_FILLED, _REST = "Read from your files", "Not given"
STEP = "step of the load"
"""Key of the step that was gone to, in the state of the session."""
_WORDS_AT_ONCE = 30


def show(viewer: Viewer, upload: Upload, note: Mapping[str, Any]) -> None:
    """What the files hold, then one table's grid at a time."""
    sources = upload_mappings.files_of(upload)
    there = upload_mappings.mappings(upload, sources)
    as_it_is = [s for s in sources if s.contract]
    files = len({s.label.partition("#")[0] for s in sources})
    read = len(there) + len({s.contract for s in as_it_is})
    st.title(
        f"{numeral(read) if read else 'No'} {'table' if read == 1 else 'tables'} recognised in "
        f"{numeral(files)} {'file' if files == 1 else 'files'}"
    )
    _files(note, sources, there)
    if there:
        _one_table(viewer, upload, note, there, sources)
    elif as_it_is:
        st.markdown("Your files have Concord’s own columns and are read as they are.")
        forms.button("dry run", "Make the dry run", _begin_dry_run, type="primary")
    _add([s for s in sources if s.rows and not s.contract], {m.table for m in there})
    _own_words(viewer, upload)


def _files(note: Mapping[str, Any], sources: Sequence[SourceTable], there: Sequence[TableMapping]) -> None:
    goes_into: dict[str, list[str]] = {}
    for mapping in there:
        own = {file.label for rows in mapping.blocks for file in rows.files.values()}
        for source in sources:
            if source.label in own or (not own and source.reads in mapping.text):
                goes_into.setdefault(source.label, []).append(plain(mapping.table))
    kinds = {one["label"]: one["kind"] for one in note["tables"]}
    frame = pd.DataFrame(
        [
            {
                "File": s.label,
                "Rows": s.rows,
                "Looks like": f"{plain(s.contract)}, as Concord has them"
                if s.contract
                else kinds[s.label] or "not recognised",
                "Goes into": plain(s.contract)
                if s.contract
                else ", ".join(goes_into.get(s.label, [])) or "nothing",
                "Why not": "" if s.label in goes_into else note["unused"].get(s.label, ""),
            }
            for s in sources
        ]
        + [
            {
                "File": name,
                "Rows": None,
                "Looks like": "cannot be read",
                "Goes into": "nothing",
                "Why not": why,
            }
            for name, why in note["unused"].items()
            if name not in kinds
        ]
    )
    if not frame.empty and not frame["Why not"].any():
        frame = frame.drop(columns="Why not")
    st.dataframe(frame, hide_index=True, width="stretch", key="load-files", placeholder="")
    if note["kept"]:
        st.caption(
            f"Taken over as written, from the load before or by hand: {', '.join(sorted(note['kept']))}."
        )
    currency = next((line for line in note["settings"] if line.startswith("currency")), "")
    if currency:
        code = currency.partition(" = ")[2].strip('"')
        if code != connect.here().settings.currency:
            st.caption(
                f"The files have amounts in {code}; Concord writes {connect.here().settings.currency} before each. "
                "The setting currency says which, and whoever runs the server can change it."
            )


def _one_table(
    viewer: Viewer,
    upload: Upload,
    note: Mapping[str, Any],
    there: Sequence[TableMapping],
    sources: Sequence[SourceTable],
) -> None:
    names = [m.table for m in there]
    st.header("What each column means")
    chosen = st.pills(
        "Table",
        names,
        format_func=lambda name: (
            f"{plain(name).capitalize()}{_doubts(next(m for m in there if m.table == name))}"
        ),
        default=names[0],
        key="load-table",
        label_visibility="collapsed",
        required=True,
    )
    mapping = next((m for m in there if m.table == chosen), there[0])
    st.caption(f"{BANK.tables[f'{UNIFIED}.{mapping.table}'].comment}")
    if not mapping.blocks:
        st.info(
            f"{mapping.table}.sql is written by hand in a form that the grid cannot show. It is loaded as it stands; "
            "correct it in the file.",
            icon=":material/code:",
        )
        forms.button(
            "dry run", "Make the dry run", _begin_dry_run, type="primary", icon=":material/play_arrow:"
        )
    at = 0
    if len(mapping.blocks) > 1:
        labels = [
            ", ".join(f.label for f in b.files.values()) or f"Part {n}"
            for n, b in enumerate(mapping.blocks, 1)
        ]
        at = st.selectbox(
            "These rows come from several files, one below the other. Columns of",
            range(len(labels)),
            format_func=labels.__getitem__,
            key=f"load-part-{mapping.table}",
        )
    if mapping.blocks:
        block = mapping.blocks[at]
        load_sample_rows.of_files(viewer, upload, note, [f.label for f in block.files.values()])
        _grid(upload, mapping, at, block, sources)
    with st.expander(f"The mapping file, {mapping.table}.sql"):
        st.caption(
            "This file is what is loaded by. The grid rewrites the lines you change in it, and no other."
        )
        tables.sql(mapping.text, height=300)
    if not upload.pointed:
        forms.button(
            f"leave out {mapping.table}",
            f"Load no {plain(mapping.table)}",
            partial(_left_out, mapping.table),
            type="tertiary",
            icon=":material/block:",
        )


def _grid(
    upload: Upload, mapping: TableMapping, at: int, block: MappedRows, sources: Sequence[SourceTable]
) -> None:
    target = BANK.tables[f"{UNIFIED}.{mapping.table}"]
    vocabulary = upload_mappings.vocabulary(connect.here(), upload)
    given = [c for c in target.c if (one := block.cells.get(str(c.key))) and (one.sql or one.source)]
    rest = [c for c in target.c if c not in given]
    options = [(alias, c.name) for alias, file in block.files.items() for c in file.columns]
    with forms.form(f"columns of {mapping.table} {at}", mapping.text) as form:
        for label, columns in ((_FILLED, given), (_REST, rest)):
            if not columns:
                continue
            with st.expander(f"{label} ({len(columns)})", expanded=label == _FILLED):
                for column in columns:
                    cell = block.cells.get(str(column.key), GridCell())
                    _row(form, mapping, block, column, cell, options, vocabulary)
        write = partial(_saved, mapping, at, block, sources)
        with st.container(horizontal=True):
            form.submit(
                "Save and make the dry run",
                partial(write, goes_on=True),
                type="primary",
                icon=":material/play_arrow:",
            )
            form.submit("Save the columns", partial(write, goes_on=False), icon=":material/save:")


def _row(
    form: forms.Form,
    mapping: TableMapping,
    block: MappedRows,
    column: Any,
    cell: GridCell,
    options: Sequence[tuple[str, str]],
    vocabulary: Mapping[str, tuple[str, ...]],
) -> None:
    name, kind = str(column.key), mapping_grid.readings_of(column)
    left, middle, right = st.columns([5, 5, 3], vertical_alignment="top")
    with left:
        st.markdown(f"**{heading(name)}**{'' if column.nullable else ' :small[(needed)]'}")
        st.caption(f"{column.comment} {_needed(mapping.table, name, given=bool(cell.sql))}")
    here = (cell.alias, cell.source) if cell.source else BY_HAND if cell.by_hand else NOT_GIVEN
    choices = [*([BY_HAND] if cell.by_hand else []), NOT_GIVEN, *options]
    with middle:
        st.selectbox(
            f"Column for {heading(name)}",
            choices,
            format_func=partial(_called, cell.always, block),
            key=form.keep(f"source {name}", here, among=choices),
            label_visibility="collapsed",
        )
        guessed, _, doubt = mapping_grid.origin(mapping.text, name).partition(" · CHECK: ")
        if cell.by_hand and not cell.always:
            st.caption(escaped(f"Worked out{f' from {guessed}' if guessed else ''}; kept as it is."))
            tables.sql(cell.sql, wrap_lines=True)
        elif cell.always:
            st.caption(escaped(f"Always “{plain(cell.always)}”{f', from {guessed}' if guessed else ''}."))
        if doubt:
            st.caption(f":material/help: {escaped(f'Please check: {doubt}.')}")
    source = _source(block, cell)
    with right:
        if kind == "day":
            formats = ["", AS_IT_IS, *(d + c for d in DAYS for c in _CLOCKS)]
            if cell.reading and cell.reading not in formats:
                formats.append(cell.reading)
            st.selectbox(
                f"How {heading(name)} is written",
                formats,
                format_func=_day_words,
                key=form.keep(f"reading {name}", cell.reading, among=formats),
                label_visibility="collapsed",
            )
        elif kind == "number":
            marks = ["", *_MARKS]
            st.selectbox(
                f"How {heading(name)} is written",
                marks,
                format_func=lambda mark: _MARKS.get(mark, "As it looks"),
                key=form.keep(f"reading {name}", cell.reading if cell.reading in _MARKS else "", among=marks),
                label_visibility="collapsed",
            )
    if kind == "words" and source is not None and source.words:
        _words(form, column, cell, source, vocabulary)


def _words(
    form: forms.Form,
    column: Any,
    cell: GridCell,
    source: SourceColumn,
    vocabulary: Mapping[str, tuple[str, ...]],
) -> None:
    """What each word of the file means; one that is left as it is must be a word of the table."""
    name, meanings = str(column.key), mapping_grid.words_for(column, vocabulary)
    words = source.words[:_WORDS_AT_ONCE]
    fit = {w for w in words if w in meanings or w in cell.words} if meanings else set(words)
    open_ones = len(words) - len(fit)
    label = f"Words of “{source.name}” ({len(words)})" + (
        f": {open_ones} not understood yet" if open_ones else ""
    )
    with st.expander(escaped(label), expanded=bool(open_ones)):
        for word in words:
            left, right = st.columns(2, vertical_alignment="center")
            left.text(word)
            means = cell.words.get(word, "")
            if meanings:
                choices = ["", *meanings]
                right.selectbox(
                    f"{word} means",
                    choices,
                    format_func=lambda m: plain(m) if m else "the word itself",
                    key=form.keep(f"word {name} {word}", means, among=choices),
                    label_visibility="collapsed",
                )
            else:
                right.text_input(
                    f"{word} means",
                    max_chars=60,
                    placeholder="the word itself",
                    key=form.keep(f"word {name} {word}", means),
                    label_visibility="collapsed",
                )


def _saved(
    mapping: TableMapping,
    at: int,
    block: MappedRows,
    sources: Sequence[SourceTable],
    viewer: Viewer,
    values: Mapping[str, Any],
    *,
    goes_on: bool,
) -> str:
    choices = {}
    for column in BANK.tables[f"{UNIFIED}.{mapping.table}"].c:
        name = str(column.key)
        cell = block.cells.get(name, GridCell())
        alias, source = values[f"source {name}"]
        if (alias, source) == BY_HAND:
            continue
        same = (alias, source) == (cell.alias, cell.source)
        reads = cell.reading if mapping_grid.readings_of(column) != "number" or cell.reading in _MARKS else ""
        reading = values.get(f"reading {name}", reads) or ""
        new_reading = reading if reading != reads else None
        typed = {
            w: values.get(f"word {name} {w}") or ""
            for w in _words_of(block, cell)
            if f"word {name} {w}" in values
        }
        words = {
            **{w: m for w, m in cell.words.items() if w not in typed},
            **{w: m.strip() for w, m in typed.items() if m.strip()},
        }
        if same and new_reading is None and (not typed or words == dict(cell.words)):
            continue
        choices[name] = Choice(
            alias=alias,
            source=source,
            reading=new_reading or "" if not same or new_reading is not None else reads.replace("words", ""),
            words=words if same and typed else None,
        )
    if choices:
        upload_mappings.change(connect.here(), viewer, mapping, at, choices, sources)
    if goes_on:
        return _begin_dry_run(viewer, values)
    return "Saved in the mapping file." if choices else "Nothing was different from the mapping file."


def _words_of(block: MappedRows, cell: GridCell) -> Sequence[str]:
    source = _source(block, cell)
    return source.words[:_WORDS_AT_ONCE] if source else ()


def _source(block: MappedRows, cell: GridCell) -> SourceColumn | None:
    if not cell.source:
        return None
    return next((c for c in block.files[cell.alias].columns if c.name == cell.source), None)


def _doubts(mapping: TableMapping) -> str:
    doubts = mapping.text.count("CHECK: ")
    return f" · {numeral(doubts)} to check" if doubts else ""


def _called(always: str, block: MappedRows, option: tuple[str, str]) -> str:
    if option == NOT_GIVEN:
        return "not given"
    if option == BY_HAND:
        return f"always “{plain(always)}”" if always else "worked out, see below"
    several = len(block.files) > 1
    return f"{option[1]} · {block.files[option[0]].label}" if several else option[1]


def _day_words(form: str) -> str:
    return {"": "As it looks", AS_IT_IS: "2026-12-31"}.get(form) or f"{_DAY_SHOWN:{form}}"


def _needed(table: str, name: str, *, given: bool) -> str:
    figures = folder_look.needed_for().get(f"{table}.{name}", [])
    if not figures:
        return ""
    some = ", ".join(figures[:2]) + (f" and {len(figures) - 2} more" if len(figures) > 2 else "")
    return f"For {some}." if given else f"Without it not known: {some}."


def _add(sources: Sequence[SourceTable], taken: set[str]) -> None:
    with (
        st.expander("Add a table, also from a file that was not recognised"),
        forms.form("use a file") as form,
    ):
        labels = {s.label: s for s in sources}
        st.selectbox(
            "File", list(labels), index=None, placeholder="Choose", key=form.keep("file", among=list(labels))
        )
        free = [t.name for t in UNIFIED_TABLES if t.name not in taken]
        st.selectbox(
            "It holds",
            free,
            format_func=lambda name: (
                f"{plain(name).capitalize()}: {BANK.tables[f'{UNIFIED}.{name}'].comment}"
            ),
            index=None,
            placeholder="Choose",
            key=form.keep("table", among=free),
        )
        form.submit("Choose its columns", partial(_used, labels), icon=":material/add:")


def _used(labels: Mapping[str, SourceTable], viewer: Viewer, values: Mapping[str, Any]) -> str:
    source, table = labels.get(values["file"] or ""), values["table"]
    if source is None or not table:
        raise ChangeRefused("Choose the file and what it holds. Nothing was changed.")
    upload_mappings.begin(connect.here(), viewer, table, source)
    return f"Now choose the columns of {plain(table)}."


def _own_words(viewer: Viewer, upload: Upload) -> None:
    lists = upload_mappings.vocabulary(connect.here(), upload)
    with st.expander("Products and service levels of your own"):
        st.caption(
            "Concord knows a retail bank’s. If yours differ, write them as they stand in the files, with commas between. "
            "They go with the mapping files."
        )
        for column, label in (("product", "Products"), ("segment", "Service levels of customers")):
            words = ", ".join(lists.get(column, ()))
            with forms.form(f"words of {column}", words) as form:
                left, right = st.columns([4, 1], vertical_alignment="bottom")
                left.text_input(label, max_chars=1_000, key=form.keep("words", words))
                with right:
                    form.submit("Keep", partial(_named, column))


def _named(column: str, viewer: Viewer, values: Mapping[str, Any]) -> str:
    upload_mappings.name_words(connect.here(), viewer, column, values["words"] or "")
    return "Kept with the mapping files."


def _left_out(table: str, viewer: Viewer, _: Mapping[str, Any]) -> str:
    upload_mappings.leave_out(connect.here(), viewer, table)
    return f"{plain(table).capitalize()} will not be loaded."


def _begin_dry_run(viewer: Viewer, _: Mapping[str, Any]) -> str:
    upload_runs.start(connect.here(), viewer, DRY_RUN)
    # Where one had gone back to the columns, what the dry run says is looked at next.
    st.session_state.pop(STEP, None)
    return "The dry run has begun."
