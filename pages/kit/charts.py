"""Charts as plain plotly dicts: a figure object costs four times as much per run. Each has its words and its table."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.kit import theme


def bars(labels: Sequence[str], values: Sequence[float], texts: Sequence[str], *, alt: str, key: str) -> None:
    """Horizontal bars, first on top, each labelled directly."""
    top = max([v for v in values if v == v], default=1) or 1
    figure = {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "y": list(labels),
                "x": list(values),
                "text": list(texts),
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": theme.colour("primary")},
                "hovertemplate": "%{y}: %{text}<extra></extra>",
            }
        ],
        "layout": theme.layout(
            44 * len(labels) + 16,
            xaxis={"visible": False, "range": [0, top * 1.45], "fixedrange": True},
            yaxis={"autorange": "reversed", "showgrid": False, "automargin": True, "fixedrange": True},
        ),
    }
    st.plotly_chart(figure, config=theme.CONFIG, key=key, alt=alt)


def line(
    days: Sequence[object], values: Sequence[float], *, unit: str, alt: str, key: str, height: int = 220
) -> None:
    """One line over time from zero, its last point labelled."""
    figure = {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [str(d) for d in days],
                "y": list(values),
                "line": {"color": theme.colour("primary"), "width": 2},
                "marker": {"size": 5},
                "hovertemplate": f"%{{x|%d %b %Y}}: {unit} %{{y:,.0f}}<extra></extra>",
            }
        ],
        "layout": theme.layout(
            height,
            xaxis={"showgrid": False, "fixedrange": True, "tickformat": "%b %y", "nticks": 7},
            yaxis={
                "rangemode": "tozero",
                "gridcolor": theme.GRID,
                "nticks": 4,
                "tickformat": "~s",
                "fixedrange": True,
                "automargin": True,
            },
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
                "text": [e["label"] for e in events],
                "textposition": "top center",
                "customdata": [e["text"] for e in events],
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
                "tickformat": "%b %y",
                "nticks": 8,
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


def table_below(frame: pd.DataFrame, key: str) -> None:
    """The chart's figures as a table, for who cannot or would rather not read the picture."""
    with st.expander("Show as a table"):
        st.dataframe(frame, hide_index=True, key=key)
