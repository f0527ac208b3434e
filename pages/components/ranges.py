"""Points, bars and lines with their intervals: for comparing groups without making more of a gap than there is."""

from collections.abc import Sequence

import streamlit as st

from pages.components import charts, theme, time_charts


def dots(
    labels: Sequence[str],
    values: Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
    texts: Sequence[str],
    *,
    whole: float | None,
    alt: str,
    key: str,
) -> None:
    """One point per label, first on top, with its 95% interval and its words; a line where the whole stands."""
    labels, texts = charts.inert(labels), charts.inert(texts)
    least, most = min([*lows, *values]), max([*highs, *values])
    room = (most - least) or 1
    figure = {
        "data": [
            {
                "type": "scatter",
                "mode": "markers",
                "x": list(values),
                "y": list(labels),
                "error_x": charts.whiskers(values, lows, highs, thickness=2, width=5),
                "marker": {"color": theme.colour("primary"), "size": 9},
                "customdata": list(texts),
                "hovertemplate": "%{y}: %{customdata}<extra></extra>",
            },
            {
                "type": "scatter",
                "mode": "text",
                "x": list(highs),
                "y": list(labels),
                "text": [f"  {t}" for t in texts],
                "textposition": "middle right",
                "cliponaxis": False,
                "hoverinfo": "skip",
            },
        ],
        "layout": theme.layout(
            30 * len(labels) + 24,
            shapes=_at(whole),
            xaxis={
                "visible": False,
                "range": [least - 0.05 * room, most + 0.75 * room],
                "fixedrange": True,
            },
            yaxis={"autorange": "reversed", "showgrid": False, "automargin": True, "fixedrange": True},
        ),
    }
    st.plotly_chart(figure, config=theme.CONFIG, key=key, alt=alt)


def bars(
    labels: Sequence[str],
    values: Sequence[float],
    bounds: Sequence[tuple[float, float] | None],
    texts: Sequence[str],
    *,
    whole: float | None,
    alt: str,
    key: str,
) -> None:
    """Horizontal bars from 0, first on top, each with its words and, where there is one, its 95% interval."""
    labels, texts = charts.inert(labels), charts.inert(texts)
    lows = [b[0] if b else v for v, b in zip(values, bounds, strict=True)]
    highs = [b[1] if b else v for v, b in zip(values, bounds, strict=True)]
    least, most = min([0.0, *lows]), max([0.0, *highs])
    room = (most - least) or 1
    figure = {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "x": list(values),
                "y": list(labels),
                # Lighter where an interval lies on it, so that its lower end is seen.
                "marker": {"color": theme.colour("primary"), "opacity": 0.55 if any(bounds) else 1},
                "customdata": list(texts),
                "hovertemplate": "%{y}: %{customdata}<extra></extra>",
            }
            | (
                {
                    "error_x": charts.whiskers(values, lows, highs, thickness=1.5, width=4)
                    | {"color": theme.colour("text")}
                }
                if any(bounds)
                else {}
            ),
            {
                "type": "scatter",
                "mode": "text",
                "x": [max(h, 0.0) for h in highs],
                "y": list(labels),
                "text": [f"  {t}" for t in texts],
                "textposition": "middle right",
                "cliponaxis": False,
                "hoverinfo": "skip",
            },
        ],
        "layout": theme.layout(
            32 * len(labels) + 24,
            shapes=_at(whole),
            xaxis={
                "visible": False,
                "range": [least - 0.02 * room, most + 0.6 * room],
                "fixedrange": True,
            },
            yaxis={
                "autorange": "reversed",
                "showgrid": False,
                "automargin": True,
                "fixedrange": True,
                "type": "category",
            },
        ),
    }
    st.plotly_chart(figure, config=theme.CONFIG, key=key, alt=alt)


def line(
    days: Sequence[object],
    values: Sequence[float],
    bounds: Sequence[tuple[float, float] | None],
    texts: Sequence[str],
    hollow: Sequence[bool],
    *,
    events: Sequence[tuple[str, str]],
    alt: str,
    key: str,
) -> None:
    """One line over time with gaps where nothing is known, intervals where there are any, and hollow marks where
    something is only part of what the others are; the last known point has its words beside it."""
    primary = theme.colour("primary")
    lows = [b[0] if b else v for v, b in zip(values, bounds, strict=True)]
    highs = [b[1] if b else v for v, b in zip(values, bounds, strict=True)]
    known = [i for i, v in enumerate(values) if v == v]
    texts = charts.inert(texts)
    figure = {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers+text",
                "x": [str(d) for d in days],
                "y": [v if v == v else None for v in values],
                "text": [f"   {t}" if known and i == known[-1] else "" for i, t in enumerate(texts)],
                "textposition": "middle right",
                "cliponaxis": False,
                "line": {"color": primary, "width": 2},
                "marker": {
                    "size": 8,
                    "color": primary,
                    "symbol": ["circle-open" if h else "circle" for h in hollow],
                },
                "customdata": list(texts),
                "hovertemplate": "%{x|%b %Y}: %{customdata}<extra></extra>",
            }
            | (
                {
                    "error_y": charts.whiskers(
                        [v if v == v else 0 for v in values],
                        [v if v == v else 0 for v in lows],
                        [v if v == v else 0 for v in highs],
                        thickness=1,
                        width=3,
                    )
                }
                if any(bounds)
                else {}
            )
        ],
        "layout": time_charts.with_events(
            theme.layout(
                280,
                margin={"l": 8, "r": 110, "t": 16, "b": 8},
                xaxis={"showgrid": False, "fixedrange": True, "nticks": 7} | time_charts.days_of(days),
                yaxis={
                    "rangemode": "tozero",
                    "gridcolor": theme.GRID,
                    "nticks": 4,
                    "tickformat": "~s",
                    "fixedrange": True,
                    "automargin": True,
                },
            ),
            events,
        ),
    }
    st.plotly_chart(figure, config=theme.CONFIG, key=key, alt=alt)


def _at(whole: float | None) -> list[dict[str, object]]:
    """A dotted line where the whole stands."""
    if whole is None or whole != whole:
        return []
    line = {"color": theme.colour("text"), "width": 1, "dash": "dot"}
    return [{"type": "line", "x0": whole, "x1": whole, "y0": 0, "y1": 1, "yref": "paper", "line": line}]
