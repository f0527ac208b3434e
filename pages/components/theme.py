"""The plotly template: the charts' part of the one theme. Colours and fonts come from `.streamlit/config.toml`."""

from pathlib import Path

import streamlit as st

from sign_in import typefaces

ICON = str(Path(__file__).parent / "concord.svg")

GRID = "rgba(128,140,150,0.22)"


def is_dark() -> bool:
    """Whether the viewer's browser shows the dark theme."""
    return st.context.theme.type == "dark"


def colour(name: str) -> str:
    """`primary` or `text` of the theme in use; charts need them spelled out where a mark is not in the palette."""
    mode = "dark" if is_dark() else "light"
    return str(st.get_option(f"theme.{mode}.{name}Color") or "#0b5a6b")


def layout(height: int, **more: object) -> dict[str, object]:
    """A layout without anything that carries no reading."""
    base: dict[str, object] = {
        "height": height,
        "margin": {"l": 8, "r": 24, "t": 8, "b": 8},
        "showlegend": False,
        "bargap": 0.35,
        "hoverlabel": {"align": "left"},
        "xaxis": {"showgrid": False, "zeroline": False, "fixedrange": True},
        "yaxis": {"showgrid": False, "zeroline": False, "fixedrange": True, "automargin": True},
        "dragmode": False,
    }
    return base | more


STYLE = (
    """<style>
.stMainBlockContainer { padding: 2.2rem 2rem 3rem 2rem; }
[data-testid="stHeader"] { background: transparent; pointer-events: none; }
[data-testid="stHeader"] * { pointer-events: auto; }
[data-testid="stMetricLabel"] p { white-space: normal; }
[data-testid="stMetricDelta"], [data-testid="stMetricDelta"] .stMarkdownEllipsis { height: auto; white-space: normal; }
[data-testid="stMetricDelta"] p { white-space: normal; }
[data-testid="stDataFrame"], [data-testid="stMetricValue"] { font-variant-numeric: tabular-nums; }
[class*="st-key-below-card-"] { flex-wrap: nowrap; }
@media (max-width: 640px) { .stMainBlockContainer { padding: 3.6rem 0.9rem 3rem 0.9rem; } }
"""
    + typefaces.FACES
    + """
</style>"""
)
"""What the theme's settings cannot say: room for the first screen, and figures that stand under each other."""

CONFIG = {"displayModeBar": False, "responsive": True}
