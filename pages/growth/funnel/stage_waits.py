"""Where leads wait: days until half, and nine in ten, had left each stage; who still waits counts as waiting."""

from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from metrics.comparison.conclusion import Verdict
from metrics.definitions.meaning import Meaning
from metrics.definitions.scope import Period, Scope, month
from metrics.leads.stage_durations import STAGES, StageDuration, stays, who_entered, who_waits
from metrics.qualification.qualification_versions import timeline
from models.attribution.survival import Stay, stay
from pages.components import data, tables
from pages.figures import drill_table
from pages.figures.drill import DrillFigure
from warehouse.access.reader import Reader, Viewer

MEANS = Meaning(
    terms=(
        (
            "Median wait, 90th percentile wait",
            "Kaplan-Meier estimates: a lead that is still there is not left out, which would make every slow stage look "
            "quick, but counts as waiting for at least as long as it has.",
        ),
        ("MQL", "Entered when Marketing's systems call a lead qualified, whichever “qualified” is in force."),
    )
)
WORKED_OUT = "The days are worked out from how long each of them stayed, or has waited so far."


def show(viewer: Viewer, scope: Scope) -> None:
    """A line per stage, with the compared period as it stood at its end."""
    rows: list[dict[str, object]] = []
    entered, still = [], []
    for stage in STAGES:
        # Where there is a history of stages, it knows when each was entered.
        if "lead_stages" not in data.available_columns(viewer) and tables.lacking(viewer, *stage.dated_from):
            rows.append({"Stage": stage.label, "Median wait": str(Verdict.NOT_KNOWN)})
        else:
            stays_now, stays_before = (
                _stays(viewer, scope, back=back)[stage.label] for back in (False, scope.looks_back)
            )
            rows.append(_row(stage, stays_now, stays_before))
        entered.append(DrillFigure(of=who_entered(stage), scope=scope))
        still.append(DrillFigure(of=who_waits(stage, data.as_of(viewer)), scope=scope))
    st.header("Where leads wait")
    st.caption(
        "Leads that entered a stage in the period, until they moved on or were closed. Those still there count as "
        "waiting at least so long"
        + ("; the compared period is taken as it stood at its own end." if scope.looks_back else ".")
        + (
            " “MQL” is entered when Marketing's systems call a lead qualified, also where the agreed “qualified” asks "
            "for more."
            if timeline(data.reader(viewer))
            else ""
        )
    )
    frame = pd.DataFrame(rows)
    drill_table.show(
        frame if scope.looks_back else frame.drop(columns="Compared period", errors="ignore"),
        "waits",
        "too few",
        means=MEANS,
        opens={"Entered": entered, "Still there": still}
        | {
            column: [replace(figure, says=WORKED_OUT) for figure in entered]
            for column in ("Median wait", "90th percentile wait")
        },
        columns=dict.fromkeys(("Entered", "Still there"), st.column_config.NumberColumn(format="localized")),
    )


def _stays(viewer: Viewer, scope: Scope, *, back: bool) -> dict[str, Stay | None]:
    period = data.before(viewer, scope) if back else scope.period
    until = _as_long_before(viewer, scope.period, period)
    return data.cached(viewer, stay_in_each, Scope(period, scope.filters), until)


def _as_long_before(viewer: Viewer, now: Period, before: Period) -> date:
    """The day on which the period before had as much time as this one has had: whole months for who reads by month."""
    as_of = data.as_of(viewer)
    if not data.by_month(viewer):
        return as_of - (now.start - before.start)
    back = 12 * (now.start.year - before.start.year) + now.start.month - before.start.month
    return month(as_of.year, as_of.month - back).end


def stay_in_each(reader: Reader, scope: Scope, until: date) -> dict[str, Stay | None]:
    """How long the leads that entered each stage in a scope stayed in it, as it stood on a day."""
    return {stage: stay(*both) for stage, both in stays(reader, scope, until).items()}


def _row(stage: StageDuration, now: Stay | None, before: Stay | None) -> dict[str, object]:
    if now is None:
        return {"Stage": stage.label, "Median wait": str(Verdict.TOO_FEW)}
    interval = ""
    if now.median is not None:
        interval = (
            f"{_day(now.low)} to {_day(now.high)}" if now.high is not None else f"{_day(now.low)} or more"
        )
    return {
        "Stage": stage.label,
        "Entered": now.people,
        "Still there": now.still_there,
        "Median wait": _days(now.median, "median not reached yet"),
        "95% interval": interval,
        "Compared period": _days(before.median, "median not reached yet") if before else str(Verdict.TOO_FEW),
        "90th percentile wait": _days(now.ninth, "90th percentile not reached yet"),
    }


def _days(days: int | None, not_yet: str) -> str:
    if days is None:
        return not_yet
    return "the same day" if days == 0 else f"{days} day{'s' if days > 1 else ''}"


def _day(days: int | None) -> str:
    return "0" if days is None else str(days)
