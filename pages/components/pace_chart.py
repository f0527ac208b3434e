"""A goal's figure against its path, with where it is heading, as a plain plotly dict like every chart."""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.components import theme, time_charts


def pace(
    days: Sequence[object],
    path: Sequence[float],
    actual: Sequence[float],
    heading: tuple[float, float, float] | None,
    texts: tuple[str, str, str],
    *,
    tick: str,
    write: Callable[[float], str],
    alt: str,
    key: str,
    events: Sequence[tuple[str, str]] = (),
) -> None:
    """A figure against its path, day by day of `days`; `actual` ends earlier, and `heading` (low, middle, high) goes on.

    `texts` label the ends of path, figure and forecast directly; `tick` is the number format of the axis, `write` says a
    figure, and `events` are as `time_charts.marks` gives them.
    """
    x, now = [str(d) for d in days], len(actual)
    grey, strong = "rgba(128,140,150,0.9)", theme.colour("primary")
    data: list[dict[str, object]] = []
    if heading is not None and 0 < now < len(x):
        low, middle, high = heading
        ahead, start = [x[now - 1], x[-1]], actual[-1]
        band: list[tuple[list[float], dict[str, object]]] = [
            ([start, high], {"line": {"width": 0}}),
            ([start, low], {"line": {"width": 0}, "fill": "tonexty", "fillcolor": "rgba(128,140,150,0.22)"}),
            ([start, middle], {"line": {"color": strong, "width": 1.5, "dash": "dot"}}),
        ]
        data += [
            {"type": "scatter", "mode": "lines", "x": ahead, "y": y, "hoverinfo": "skip", **look}
            for y, look in band
        ]
    shown = {"hovertemplate": "%{x|%d %b %Y}: %{customdata}<extra></extra>", "type": "scatter"}
    planned: dict[str, object] = {"x": x, "y": list(path), "customdata": [write(v) for v in path]}
    data.append({"mode": "lines", "line": {"color": grey, "dash": "dash"}, **planned, **shown})
    data.append(
        {
            "mode": "lines+markers",
            "x": x[:now],
            "y": [None if v != v else v for v in actual],
            "customdata": [write(v) for v in actual],
            "connectgaps": True,
            "line": {"color": strong, "width": 2.5},
            **shown,
        }
    )
    ends = [(x[-1], path[-1], texts[0], grey)]
    if now:
        ends.append((x[now - 1], actual[-1], texts[1], strong))
    if heading is not None and 0 < now < len(x):
        ends.append((x[-1], heading[1], texts[2], strong))
    notes = [
        {
            "x": day,
            "y": value,
            "text": text,
            "showarrow": False,
            "xanchor": "right" if day == x[-1] else "left",
            "yanchor": "bottom" if day == x[-1] else "top",
            "yshift": 4 if day == x[-1] else -6,
            "font": {"color": theme.colour("text") if colour == grey else colour, "size": 13},
        }
        for day, value, text, colour in ends
    ]
    figure = {
        "data": data,
        "layout": time_charts.with_events(
            theme.layout(
                280,
                annotations=notes,
                margin={"l": 8, "r": 12, "t": 26, "b": 8},
                xaxis={"showgrid": False, "fixedrange": True, "tickvals": x[1::2], "tickformat": "%-d %b"},
                yaxis={
                    "rangemode": "tozero",
                    "gridcolor": theme.GRID,
                    "nticks": 5,
                    "tickformat": tick,
                    "fixedrange": True,
                    "automargin": True,
                },
            ),
            events,
        ),
    }
    st.plotly_chart(figure, config=theme.CONFIG, key=key, alt=alt)
