"""Two charts of value: what customers cost against what they are worth, and what each month's newcomers brought since."""

from collections.abc import Sequence
from math import log10

import pandas as pd
import streamlit as st

from metrics.comparison.words import hkd, numeral, rounded
from pages.components import label_places, theme

LINES = ((1, "worth = cost"), (3, "3 to 1"))


def value_against_cost(groups: pd.DataFrame, *, alt: str, key: str, height: int = 330) -> None:
    """A point per row of `groups` (`label`, `cac`, `ltv`, their bounds, `standing`, `says`), both axes logarithmic.

    Where names would cover each other, the earlier row keeps its own; the other shows when its point is touched.
    """
    shown = groups[(groups["cac"] > 0) & (groups["ltv"] > 0)]
    least = float(min(shown["cac"].min(), shown["ltv"].clip(lower=1).min())) / 2
    across = [float(shown["cac"].min()) / 2, float(shown["cac_high"].max()) * 2.2]
    # The words at the end of the steeper line stand above it and need room too.
    most = float(max(shown["ltv_high"].max(), across[1] * LINES[-1][0])) * 1.8
    lines = [
        {
            "type": "scatter",
            "mode": "lines+text",
            "x": across,
            "y": [times * x for x in across],
            "line": {"color": "rgba(128,140,150,0.7)", "width": 1, "dash": "solid" if times == 1 else "dot"},
            "text": ["", words],
            "textposition": "top left",
            "hoverinfo": "skip",
        }
        for times, words in LINES
    ]
    colours = {"worth it": theme.colour("primary"), "not worth it": "#c2410c"}
    places = label_places.places(shown, _log(*across), _log(least, most), height)
    points = {
        "type": "scatter",
        "mode": "markers+text",
        "x": list(shown["cac"]),
        "y": list(shown["ltv"]),
        "text": [name if place else "" for name, place in zip(shown["label"], places, strict=True)],
        "textposition": [place or "top right" for place in places],
        "cliponaxis": False,
        "marker": {
            "size": 10,
            "color": [colours.get(v, "rgba(128,140,150,0.9)") for v in shown["standing"]],
            # The verdict is a shape too: colour alone says nothing to some eyes.
            "symbol": [
                {"worth it": "circle", "not worth it": "x"}.get(v, "diamond-open") for v in shown["standing"]
            ],
        },
        "error_x": _bars(shown, "cac"),
        "error_y": _bars(shown, "ltv"),
        "customdata": [
            f"{r.label}: cost {hkd(r.cac)}, worth {hkd(r.ltv)} ({hkd(r.ltv_low)} to {hkd(r.ltv_high)}), {r.says}"
            for r in shown.itertuples()
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    axis = {"type": "log", "fixedrange": True, "tickformat": ",.0f", "dtick": 1, "gridcolor": theme.GRID}
    figure = {
        "data": [*lines, points],
        "layout": theme.layout(
            height,
            margin={"l": 8, "r": 24, "t": 16, "b": 8},
            xaxis=axis
            | {"title": {"text": "Cost per customer, HKD"}, "automargin": True, "range": _log(*across)},
            yaxis=axis
            | {"title": {"text": "Lifetime value, HKD"}, "automargin": True, "range": _log(least, most)},
        ),
    }
    st.plotly_chart(figure, config=theme.CONFIG, key=key, alt=alt)


def _log(low: float, high: float) -> list[float]:
    return [log10(low), log10(high)]


def _bars(shown: pd.DataFrame, name: str) -> dict[str, object]:
    # A lower bound below nothing cannot be drawn on this axis: the bar then ends just above its foot.
    down = (shown[name] - shown[f"{name}_low"]).clip(upper=shown[name] * 0.97)
    return {
        "type": "data",
        "symmetric": False,
        "array": list(shown[f"{name}_high"] - shown[name]),
        "arrayminus": list(down),
        "thickness": 1,
        "width": 3,
        "color": "rgba(128,140,150,0.8)",
    }


def triangle(cumulative: pd.DataFrame, labels: Sequence[str], *, alt: str, key: str) -> None:
    """Rows of `cumulative` (a row per `label`, a column per month since joining) as shades; what has not come is hatched.

    NaN before the last known cell of a row is about too few people and stays blank.
    """
    values = cumulative.to_numpy(dtype=float)
    months = [int(c) for c in cumulative.columns]
    reached = [int(max([m for m, v in zip(months, row, strict=True) if v == v], default=0)) for row in values]
    hatched = {
        "type": "bar",
        "orientation": "h",
        "y": list(labels),
        "x": [max(months) - r for r in reached],
        "base": [r + 0.5 for r in reached],
        "width": 0.96,
        "marker": {
            "color": "rgba(128,140,150,0.08)",
            "pattern": {"shape": "/", "fgcolor": "rgba(128,140,150,0.45)", "size": 6},
        },
        "hovertemplate": "%{y}: not yet<extra></extra>",
    }
    shades = {
        "type": "heatmap",
        "x": months,
        "y": list(labels),
        "z": [[None if v != v else rounded(v) for v in row] for row in values],
        "text": [["" if v != v else _short(v) for v in row] for row in values],
        "texttemplate": "%{text}",
        "textfont": {"color": theme.colour("text")},
        "colorscale": [[0, "rgba(11,90,107,0.06)"], [1, "rgba(11,90,107,0.55)"]],
        "showscale": False,
        "hoverongaps": False,
        "xgap": 2,
        "ygap": 2,
        "hovertext": [["" if v != v else hkd(v) for v in row] for row in values],
        "hovertemplate": "%{y}, month %{x}: %{hovertext} so far<extra></extra>",
    }
    figure = {
        "data": [shades, hatched],
        "layout": theme.layout(
            30 * len(labels) + 50,
            xaxis={
                "title": {"text": "Months since joining"},
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
                "dtick": 1,
                "range": [0.5, max(months) + 0.5],
            },
            yaxis={
                "autorange": "reversed",
                "type": "category",
                "automargin": True,
                "fixedrange": True,
                "showgrid": False,
            },
        ),
    }
    st.plotly_chart(figure, config=theme.CONFIG, key=key, alt=alt)


def _short(value: float) -> str:
    return f"{numeral(value / 1000, 1)}k" if abs(value) >= 1000 else numeral(value)
