"""Data status: what was loaded, when, from where, which departments are missing, and what the checks found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day, share
from metrics.definitions.scope import Scope
from metrics.query.missing_reasons import not_given_for
from metrics.query.query import columns_of
from pages.components import data, links, tables
from pages.components.typed_text import escaped
from pages.governance import data_needs, messages
from warehouse.access.data_coverage import GIVEN_WITH_THE_LOAD, origins_of, why_not_there
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.schema import UNIFIED_TABLES, plain
from workflow.collaboration import record_outcomes
from workflow.records.run_notes import HOW_VALUED, LIFETIME_VALUE


@dataclass(frozen=True, kw_only=True)
class LoadedTable:
    """A row of `data_coverage.status`: how much of a table was given, until when, and how often it comes."""

    table_name: str
    row_count: int
    latest_on: date | None
    overdue: bool | None
    usual_gap: float | None


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The finding, then one line per table."""
    status = data.status(viewer)
    as_of = data.loaded_until(viewer)
    missing = status[status["row_count"] == 0]
    rows = int(status["row_count"].sum())
    lacking = f"{len(missing)} tables were" if len(missing) > 1 else "1 table was"
    without = f"; {lacking} not given" if len(missing) else "; every table was given"
    st.title(f"{rows:,} rows as of {day(as_of)}{without}")
    loaded_at = pd.to_datetime(status["loaded_at"]).max()
    fresh = data.freshness(viewer)
    st.caption(
        f"Loaded on {loaded_at:%d %b %Y at %H:%M}. {_why_this_day(viewer)} Nothing dated later counts. "
        "A load replaces the bank as a whole or not at all."
    )
    if not fresh.is_fresh:
        words = fresh.in_words()
        st.info(f"{words[:1].upper()}{words[1:]}.", icon=":material/schedule:")
    awaited = dict(fresh.awaited)
    comments = {t.name: t for t in UNIFIED_TABLES}
    loaded = rows_of(status, LoadedTable)
    frame = pd.DataFrame(
        {
            "Table": [plain(n) for n in status["table_name"]],
            "One row is": [comments[n].comment for n in status["table_name"]],
            "Owner": [comments[n].info["owner"] for n in status["table_name"]],
            "Rows": status["row_count"],
            "Latest day": pd.to_datetime(status["latest_on"]),
            "State": [_state(table, as_of, awaited) for table in loaded],
            "Usually comes": [_rhythm(table.usual_gap) for table in loaded],
            "Source": status["source"].fillna(""),
        }
    )
    tables.show(
        frame,
        "status",
        columns={
            "Table": st.column_config.TextColumn(width=160),
            "Owner": st.column_config.TextColumn(width=130),
            "Rows": st.column_config.NumberColumn(format="localized", width=80),
            "State": st.column_config.TextColumn(width=115),
            "One row is": st.column_config.TextColumn(width=300),
            "Latest day": st.column_config.DateColumn(format="D MMM YYYY", width=95),
            "Usually comes": st.column_config.TextColumn(width=160),
        },
    )
    _open_checks(viewer)
    _match_rates(viewer)
    _how_valued(viewer)
    _where_from(viewer)
    if len(missing):
        names = ", ".join(plain(n) for n in missing["table_name"])
        st.info(
            f"Figures that need {names} say “not known”. To add them, put their extracts into the folder "
            "and load it again.",
            icon=":material/database_off:",
        )
    _findings(data.failed_checks(viewer))
    data_needs.show(viewer, status)
    if viewer.role == "administrator":
        st.subheader("Messages")
        messages.show(viewer)


def _findings(failed: pd.DataFrame) -> None:
    st.subheader("Failed checks")
    if failed.empty:
        tables.empty("Every check of the load passed.", "New findings appear here after the next load.")
        return
    tables.show(
        pd.DataFrame(
            {
                "Owner": failed["department"],
                "Table": [plain(n) for n in failed["table_name"]],
                "Check": [n[0].upper() + n[1:] for n in failed["check_name"]],
                "Rows": failed["row_count"].astype("Float64"),
                "What it found": failed["says"],
                "These rows": ["stay" if stays else "are set aside" for stays in failed["kept"]],
            }
        ),
        "failed_checks",
        "too few",
        columns={"Rows": st.column_config.NumberColumn(format="localized")},
    )
    st.caption("The owner can correct them at the source; the keys of the rows are in the quarantine table.")


def _how_valued(viewer: Viewer) -> None:
    """On what customers' values rest, as the night chose by what was given, or why there are none."""
    st.header("How customers are valued")
    valued = "customer_values" in data.available_columns(viewer)
    subject = HOW_VALUED if valued else LIFETIME_VALUE
    tables.empty(data.cached(viewer, why_not_there, subject) or "The last nightly run valued nobody.")


def _where_from(viewer: Viewer) -> None:
    """Any figure, followed down to the files and columns it was made of."""
    st.header("Where a figure comes from")
    name = st.selectbox(
        "Figure",
        list(CATALOGUE),
        format_func=lambda n: CATALOGUE[n].label,
        key="figure",
        bind="query-params",
        width=360,
    )
    if name not in CATALOGUE:
        return
    columns = columns_of(name)
    if not columns:
        tables.empty("This figure is made of what people record in Concord itself.")
        return
    origins = data.frame(viewer, origins_of(columns))
    if origins.empty:
        missing = not_given_for([name], data.coverage_of(viewer))
        tables.empty(missing.sentence if missing else "No source names the files this figure comes from.")
        return
    frame = pd.DataFrame(
        {
            "Table": [plain(n) for n in origins["table_name"]],
            "Column": origins["column_name"],
            "File": origins["file"],
            "Column in the file": origins["file_column"].replace("", "not stated in the mapping"),
        }
    )
    tables.show(frame, "origins")


def _open_checks(viewer: Viewer) -> None:
    """Checks of the data that came of observations and are not done; nothing where there is none."""
    checks = record_outcomes.open_checks(data.reader(viewer))
    if not checks:
        return
    st.subheader("Checks that colleagues asked for")
    for record in checks:
        due = f", due {day(record.due_on)}" if record.due_on else ""
        label = f"{record.title.removeprefix(record_outcomes.CHECK_TITLE)} ({record.owner}{due})"
        if links.has("data-requests") and st.button(
            escaped(label), key=f"check-{record.record_id}", icon=":material/fact_check:", type="tertiary"
        ):
            links.to("data-requests", record=str(record.record_id))


def _match_rates(viewer: Viewer) -> None:
    """How many records of each source belong to a known customer; the others stay in the bank and are counted."""
    st.header("Identity matching")
    rates = data.match_rates(viewer)
    if rates.empty:
        tables.empty(
            "No source said whose records it keeps, so records are joined by the mappings' exact keys alone.",
            "To find misspelt ones too, add identities.sql to the extracts.",
        )
        return
    matched = rates[["by_number", "by_email", "by_phone", "by_likeness", "by_hand"]].sum(axis=1)
    st.caption(
        "A record belongs to a customer by the number its source keeps, by an equal e-mail address or phone, because it "
        "is very likely the same person, or because an analyst said so. The others are kept and counted here."
    )
    frame = pd.DataFrame(
        {
            "Source": rates["source"],
            "Records": rates["records"],
            "Match rate": [
                share(m / n if n else None) for m, n in zip(matched, rates["records"], strict=True)
            ],
            "By number": rates["by_number"],
            "By e-mail": rates["by_email"],
            "By phone": rates["by_phone"],
            "By match probability": rates["by_likeness"],
            "By decision": rates["by_hand"],
            "No customer, several records": rates["other_people"],
            "Not matched": rates["alone"],
        }
    )
    number = st.column_config.NumberColumn(format="localized")
    tables.show(frame, "match-rates", columns=dict.fromkeys(frame.columns[3:].insert(0, "Records"), number))


def _why_this_day(viewer: Viewer) -> str:
    covered = data.coverage_of(viewer)
    if covered is None:
        return ""
    if covered.as_of_from == GIVEN_WITH_THE_LOAD:
        return f"The day {day(covered.as_of)} was {covered.as_of_from}."
    return (
        f"{day(covered.as_of)} is the latest day in `{covered.as_of_from}`; a load can be given another one."
    )


def _state(table: LoadedTable, as_of: date, awaited: Mapping[str, date]) -> str:
    if not table.row_count:
        return "Not given"
    if table.latest_on is None:
        return "Loaded"
    if table.overdue:
        return f"Late: {(as_of - pd.Timestamp(table.latest_on).date()).days} days behind"
    if table.table_name in awaited:
        return f"{awaited[table.table_name]:%B %Y} not delivered"
    return f"To {day(as_of)}"


def _rhythm(gap: float | None) -> str:
    if gap is None:
        return ""
    return "every day" if gap <= 1 else f"at least every {int(gap)} days"
