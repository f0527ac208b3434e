"""How charts and pages look: the plotly template and a few rules of style. Colours and fonts come from
`.streamlit/config.toml`."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from sign_in import typefaces

ICON = str(Path(__file__).parent / "concord.svg")

GREY = "rgba(128,140,150,0.8)"
FAINT = "rgba(128,140,150,0.22)"
WARNING = "#c2410c"
Colour = Literal["red", "orange", "blue", "green", "gray"]
"""A colour of a badge or of a change, by the name Streamlit has for it."""


def colour(name: str) -> str:
    """`primary` or `text` of the viewer's light or dark theme, for a mark that the template does not colour so."""
    return _colour(name, _mode())


def apart() -> tuple[str, ...]:
    """Colours for two or three series beside each other, apart for every eye, in the viewer's light or dark theme."""
    # The blue, orange and purple of Okabe and Ito, darker or lighter for the ground they stand on.
    return ("#56b4e9", "#e69f00", "#cc79a7") if _mode() == "dark" else ("#0072b2", "#c25a00", "#a0447c")


def template() -> dict[str, Any]:
    """How every chart looks where it asks for nothing else, in the viewer's light or dark theme."""
    return _template(_mode())


def _mode() -> str:
    return "dark" if st.context.theme.type == "dark" else "light"


def _colour(name: str, mode: str) -> str:
    return str(st.get_option(f"theme.{mode}.{name}Color") or "#0b5a6b")


@cache
def _template(mode: str) -> dict[str, Any]:
    primary, text = _colour("primary", mode), _colour("text", mode)
    scatter = {
        "mode": "markers",
        "marker": {"color": primary, "size": 9, "line": {"width": 0}},
        "line": {"color": primary, "width": 2},
        "error_x": {"thickness": 2, "width": 5},
        "error_y": {"thickness": 1.5, "width": 3},
        "textposition": "middle right",
        "cliponaxis": False,
    }
    bar = {
        "marker": {"color": primary},
        "error_x": {"color": text, "thickness": 1.5, "width": 4},
        "textposition": "outside",
        "cliponaxis": False,
    }
    heatmap = {
        "colorscale": [[0, "rgba(11,90,107,0.06)"], [1, "rgba(11,90,107,0.55)"]],
        "showscale": False,
        "hoverongaps": False,
        "xgap": 2,
        "ygap": 2,
        "texttemplate": "%{text}",
        "textfont": {"color": text},
    }
    note = {"align": "left", "showarrow": False, "xanchor": "left", "yanchor": "top", "font": {"size": 11}}
    layout = {
        "showlegend": False,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "bargap": 0.35,
        "dragmode": False,
        "hoverlabel": {"align": "left"},
        "modebar": {"orientation": "v", "bgcolor": "rgba(0,0,0,0)", "color": GREY, "activecolor": text},
        "yaxis": {"showgrid": False, "zeroline": False},
        "shapedefaults": {"line": {"color": text, "width": 1, "dash": "dot"}},
        "annotationdefaults": note,
    }
    return {"data": {"scatter": [scatter], "bar": [bar], "heatmap": [heatmap]}, "layout": layout}


MARGIN = {"l": 8, "r": 24, "t": 8, "b": 8}
"""Of every chart; beside the template, whose margins Streamlit sets to its own."""

CONFIG = {
    "displayModeBar": "hover",
    "displaylogo": False,
    "modeBarButtons": [["toImage", "zoomIn2d", "zoomOut2d", "resetScale2d"]],
    "toImageButtonOptions": {"format": "png", "scale": 2},
    # An axis that can be dragged would move a chart under a finger that scrolls.
    "showAxisDragHandles": False,
    "responsive": True,
}
"""Of every chart: a picture of it and zoom by buttons, which show while the pointer is on it."""


def style() -> str:
    """What the theme's settings cannot say: room for the first screen, readable greys, a visible focus, the strip."""
    return _style(_mode())


@cache
def _style(mode: str) -> str:
    greys = f"light-dark({_colour('grayText', 'light')}, {_colour('grayText', 'dark')})"
    on_primary = f"light-dark({_colour('background', 'light')}, {_colour('background', 'dark')})"
    accent = f"light-dark({_colour('primary', 'light')}, {_colour('primary', 'dark')})"
    colours = f".stApp {{ --grey: {greys}; --on-primary: {on_primary}; --accent: {accent}; }}"
    # What opens over the page lies outside of it, and does not know whether it is light or dark.
    over_page = (
        f"body {{ --grey: {_colour('grayText', mode)}; --on-primary: {_colour('background', mode)}; "
        f"--accent: {_colour('primary', mode)}; }}"
    )
    return f"<style>{over_page}{colours}{_RULES}{typefaces.FACES}</style>"


_RULES = """
.stMainBlockContainer { padding: 0.55rem 2rem 3rem 2rem; }
[data-testid="stHeader"] { background: transparent; pointer-events: none; }
[data-testid="stHeader"] :not(button, a, button *, a *) { pointer-events: none; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] code { color: var(--grey); opacity: 1; }
[data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primaryFormSubmit"],
[data-testid="stBaseLinkButton-primary"], [data-testid="stBaseButton-primary"] p,
[data-testid="stBaseButton-primaryFormSubmit"] p,
.stMultiSelect [data-tag], .stMultiSelect [data-tag] * { color: var(--on-primary); }
.stApp :is(a, button, input, textarea, [tabindex="0"], [role="tab"], [role="radio"]):focus-visible {
  outline: 2px solid var(--accent); outline-offset: 2px; box-shadow: none; }
[data-testid="stMetricLabel"] p { white-space: normal; }
[data-testid="stMetricDelta"], [data-testid="stMetricDelta"] .stMarkdownEllipsis { height: auto; white-space: normal; }
[data-testid="stMetricDelta"] p { white-space: normal; font-size: 0.76rem; }
.stApp, [data-testid="stDataFrame"], [data-testid="stMetricValue"] { font-variant-numeric: tabular-nums; }
[class*="st-key-first-"] [data-testid="stMetricValue"] { font-size: 1.25rem; }
[data-testid="stSidebar"] [class*="st-key-whose-"] { position: absolute; top: 1.05rem; left: 1.9rem; width: auto; }
[data-testid="stSidebarUserContent"] [class*="st-key-whose-"] p { font-size: 1.15rem; }
.st-key-top-strip { padding-right: 2.2rem; min-height: 2.4rem; border-bottom: 1px solid light-dark(#0001, #fff2); }
.st-key-search-frame input { padding-top: 0.25rem; padding-bottom: 0.25rem; }
.st-key-show-filters { display: none; }
@media (max-width: 640px) {
  .st-key-show-filters { display: block; padding-bottom: 0.45rem; }
  .st-key-filter-bar:not(:has(.st-key-show-filters input:checked))
    > [class*="st-key-"]:not(.st-key-show-filters, [class*="st-key-period"], [class*="st-key-joined"]) { display: none; }
  .stMainBlockContainer { padding: 3.4rem 0.9rem 3rem 0.9rem; }
  .st-key-top-strip { padding-right: 0; }
  .st-key-strip-name { display: none; }
}
"""
