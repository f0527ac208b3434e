"""Two charts of value: what customers cost against what they are worth, and what each month's newcomers brought since."""

from collections.abc import Sequence
from math import log10

import pandas as pd

from metrics.comparison.currency import currency
from metrics.comparison.words import hkd, numeral, rounded
from pages.charts import charts, label_places
from pages.components import theme

LINES = ((1, "solid", "value = cost"), (3, "dot", "3 to 1"))


def value_against_cost(groups: pd.DataFrame, height: int = 330) -> charts.Figure:
    """A point per row of `groups` (`label`, `cac`, `ltv`, their bounds, `standing`, `says`), both axes logarithmic.

    Where names would cover each other, the earlier row keeps its own; the other shows when its point is touched.
    """
    drawn = groups[(groups["cac"] > 0) & (groups["ltv"] > 0)]
    least = float(min(drawn["cac"].min(), drawn["ltv"].clip(lower=1).min())) / 2
    across = [float(drawn["cac"].min()) / 2, float(drawn["cac_high"].max()) * 2.2]
    # The words at the end of the steeper line stand above it and need room too.
    most = float(max(drawn["ltv_high"].max(), across[1] * LINES[-1][0])) * 1.8
    lines = [
        charts.path(
            across,
            [times * x for x in across],
            mode="lines+text",
            line={"color": theme.GREY, "width": 1, "dash": dash},
            text=["", words],
            textposition="top left",
            cliponaxis=True,
        )
        for times, dash, words in LINES
    ]
    # The verdict is a shape too: colour alone says nothing to some eyes.
    looks = {"worth it": (theme.colour("primary"), "circle"), "not worth it": (theme.WARNING, "x")}
    colours, symbols = zip(
        *(looks.get(v, (theme.GREY, "diamond-open")) for v in drawn["standing"]), strict=True
    )
    places = label_places.places(drawn, _log(*across), _log(least, most), height)
    points = charts.points(
        drawn["cac"],
        drawn["ltv"],
        [
            f"{label}: cost {hkd(cac)}, lifetime value {hkd(ltv)} ({hkd(low)} to {hkd(high)}), {says}"
            for label, cac, ltv, low, high, says in zip(
                *(drawn[c] for c in ("label", "cac", "ltv", "ltv_low", "ltv_high", "says")), strict=True
            )
        ],
        mode="markers+text",
        text=[name if place else "" for name, place in zip(drawn["label"], places, strict=True)],
        textposition=[place or "top right" for place in places],
        marker={"size": 10, "color": colours, "symbol": symbols},
        error_x=_within(drawn, "cac"),
        error_y=_within(drawn, "ltv"),
        hovertemplate=charts.SAYS,
    )
    axis = {"type": "log", "tickformat": ",.0f", "dtick": 1, "showgrid": True}
    x = axis | {"title": {"text": f"Cost per customer, {currency()}"}, "range": _log(*across)}
    y = axis | {"title": {"text": f"Lifetime value, {currency()}"}, "range": _log(least, most)}
    return charts.figure([*lines, points], height, x, y, margin=theme.MARGIN | {"t": 16})


def _log(low: float, high: float) -> list[float]:
    return [log10(low), log10(high)]


def _within(drawn: pd.DataFrame, name: str) -> dict[str, object]:
    # A lower bound below nothing cannot be drawn on this axis: the bar then ends just above its foot.
    lows = drawn[f"{name}_low"].clip(lower=drawn[name] * 0.03)
    look = {"color": theme.GREY, "thickness": 1, "width": 3}
    return charts.within(drawn[name], list(zip(lows, drawn[f"{name}_high"], strict=True))) | look


def triangle(cumulative: pd.DataFrame, labels: Sequence[str], come: Sequence[int]) -> charts.Figure:
    """Rows of `cumulative` (a row per `label`, a column per month since joining, from 1 on) as shades.

    After the months that have `come` for a row it is hatched; NaN before is not known and stays blank.
    """
    values = cumulative.to_numpy(dtype=float)
    months = [int(c) for c in cumulative.columns]
    shades = {
        "type": "heatmap",
        "x": months,
        "y": labels,
        "z": [[rounded(v) for v in row] for row in values],
        "text": [["" if pd.isna(v) else _short(v) for v in row] for row in values],
        "hovertext": [["" if pd.isna(v) else hkd(v) for v in row] for row in values],
        "hovertemplate": "%{y}, month %{x}: %{hovertext} so far<extra></extra>",
    }
    hatched = {
        "type": "bar",
        "orientation": "h",
        "y": labels,
        "x": [max(months) - count for count in come],
        "base": [count + 0.5 for count in come],
        "width": 0.96,
        "marker": {
            "color": "rgba(128,140,150,0.08)",
            "pattern": {"shape": "/", "fgcolor": "rgba(128,140,150,0.45)", "size": 6},
        },
        "hovertemplate": "%{y}: not yet<extra></extra>",
    }
    x = {"title": {"text": "Months since joining"}, "dtick": 1, "range": [0.5, max(months) + 0.5]}
    return charts.figure([shades, hatched], 30 * len(labels) + 50, x, charts.NAMES)


def _short(value: float) -> str:
    return f"{numeral(value / 1000, 1)}k" if abs(value) >= 1000 else numeral(value)
