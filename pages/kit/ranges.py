"""Points with their interval, one line each: for comparing groups without making more of a gap than there is."""

from collections.abc import Sequence

import streamlit as st

from pages.kit import charts, theme


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
    """One point per label, first on top, with its 95 % interval and its words; a line where the whole stands."""
    labels, texts = charts.inert(labels), charts.inert(texts)
    shapes = []
    if whole is not None and whole == whole:
        line = {"color": theme.colour("text"), "width": 1, "dash": "dot"}
        shapes.append(
            {"type": "line", "x0": whole, "x1": whole, "y0": 0, "y1": 1, "yref": "paper", "line": line}
        )
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
            shapes=shapes,
            xaxis={
                "visible": False,
                "range": [least - 0.05 * room, most + 0.75 * room],
                "fixedrange": True,
            },
            yaxis={"autorange": "reversed", "showgrid": False, "automargin": True, "fixedrange": True},
        ),
    }
    st.plotly_chart(figure, config=theme.CONFIG, key=key, alt=alt)
