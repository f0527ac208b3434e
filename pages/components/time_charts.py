"""Charts over time: one line, lanes of events, and what colleagues pinned to a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import numeral
from pages.components import charts, theme

MONTHS: dict[str, Any] = {
    "tickformat": "%b %y",
    "tickformatstops": [{"dtickrange": [None, 23 * 86_400_000], "value": "%-d %b %y"}],
}
"""A date axis in months, and in days where the marks stand closer: a month is never written twice."""
FEW = 6
"""A line with no more points than this has a mark on the axis for each."""


def days_of(days: Sequence[object]) -> dict[str, Any]:
    """The marks of a date axis: of each day where there are few."""
    if len(days) > FEW:
        return MONTHS
    return {"tickvals": [str(d) for d in days], "tickformat": "%-d %b %y"}


def marks(pinned: pd.DataFrame, first: date, last: date) -> list[tuple[str, str]]:
    """The events of `workflow.records.annotations.events` from one day to another, as a chart's `events` wants them."""
    days = pd.to_datetime(pinned["happened_on"]).dt.date
    return [(d.isoformat(), s) for d, s in zip(days, pinned["said"], strict=True) if first <= d <= last]


def with_events(layout: dict[str, Any], events: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """`layout` with a dotted line and a few words for each event: one function for every chart over time."""
    text = theme.colour("text")
    dotted = {
        "type": "line",
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": text, "width": 1, "dash": "dot"},
    }
    words = {
        "yref": "paper",
        "y": 1,
        "yanchor": "top",
        "xanchor": "left",
        "showarrow": False,
        "align": "left",
    }
    return layout | {
        "shapes": [dotted | {"x0": at, "x1": at} for at, _ in events],
        "annotations": [
            *layout.get("annotations", ()),
            *(
                words
                | {"x": at, "text": charts.inert([said])[0], "font": {"size": 11}, "yshift": -14 * (i % 3)}
                for i, (at, said) in enumerate(events)
            ),
        ],
    }


def line(
    days: Sequence[object],
    values: Sequence[float],
    *,
    unit: str,
    alt: str,
    key: str,
    height: int = 220,
    places: int = 0,
    events: Sequence[tuple[str, str]] = (),
) -> None:
    """One line over time from zero, its last point labelled; `events` (day, words) as `marks` gives them."""
    figure = {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [str(d) for d in days],
                "y": list(values),
                "line": {"color": theme.colour("primary"), "width": 2},
                "marker": {"size": 5},
                "customdata": [f"{unit} {numeral(v, places)}".strip() for v in values],
                "hovertemplate": "%{x|%d %b %Y}: %{customdata}<extra></extra>",
            }
        ],
        "layout": with_events(
            theme.layout(
                height,
                xaxis={"showgrid": False, "fixedrange": True, "nticks": 7} | days_of(days),
                yaxis={
                    "rangemode": "tozero",
                    "gridcolor": theme.GRID,
                    "nticks": 4,
                    "tickformat": f".{places}f" if places else "~s",
                    "fixedrange": True,
                    "automargin": True,
                },
            ),
            events,
        ),
    }
    st.plotly_chart(figure, config=theme.CONFIG, key=key, alt=alt)


def timeline(
    lanes: Sequence[str], events: Sequence[dict[str, str]], *, alt: str, key: str, height: int = 250
) -> None:
    """What happened when, one lane per department. An event has `at`, `lane`, `text` (on hover), `mark` and `label`.

    `mark` is a plotly symbol; `label` stands beside the mark, and is empty for all but a few.
    """
    figure = {
        "data": [
            {
                "type": "scatter",
                "mode": "markers+text",
                "x": [e["at"] for e in events],
                "y": [e["lane"] for e in events],
                "text": charts.inert(e["label"] for e in events),
                "textposition": "top center",
                "customdata": charts.inert(e["text"] for e in events),
                "marker": {
                    "size": 10,
                    "color": theme.colour("primary"),
                    "opacity": 0.75,
                    "symbol": [e["mark"] for e in events],
                },
                "cliponaxis": False,
                "hovertemplate": "%{x|%d %b %Y}: %{customdata}<extra></extra>",
            }
        ],
        "layout": theme.layout(
            height,
            xaxis={
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
                "nticks": 8,
                **MONTHS,
            },
            yaxis={
                "categoryorder": "array",
                "categoryarray": list(reversed(lanes)),
                "range": [-0.5, len(lanes) - 0.3],
                "gridcolor": theme.GRID,
                "automargin": True,
                "fixedrange": True,
            },
        ),
    }
    st.plotly_chart(figure, config=theme.CONFIG, key=key, alt=alt)
