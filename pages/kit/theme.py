"""The plotly template: the charts' part of the one theme. Colours and fonts come from `.streamlit/config.toml`."""

from pathlib import Path

import streamlit as st

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


_CHINESE = {
    "Concord Chinese": ("traditional", "U+3000-33FF, U+4E00-9FFF, U+FE30-FE4F, U+FF00-FFEF"),
    "Concord Chinese Simplified": ("simplified", "U+4E00-9FFF"),
    "Concord Chinese Rare": ("rare", "U+2E80-2FDF, U+3400-9FFF, U+F900-FAFF"),
    "Concord Hong Kong": ("hong-kong", "U+2E80-2FDF, U+31C0-31EF, U+3400-9FFF, U+F900-FAFF, U+20000-3347F"),
}
"""Chinese for a machine that has none: a browser fetches a file only when a page shows a character of its range, and
the machine has no such type of its own. `reports/typefaces` says where the files come from."""
_OWN = {
    400: (
        "Noto Sans CJK TC",
        "NotoSansCJKtc-Regular",
        "PingFangHK-Regular",
        "PingFangTC-Regular",
        "Microsoft JhengHei",
    ),
    700: (
        "Noto Sans CJK TC Bold",
        "NotoSansCJKtc-Bold",
        "PingFangHK-Semibold",
        "PingFangTC-Semibold",
        "Microsoft JhengHei Bold",
    ),
}
"""What machines with Chinese have of their own, by its full name, for text and for what is bold."""


def _face(family: str, file: str, characters: str, weight: int) -> str:
    own = "".join(f'local("{name}"), ' for name in _OWN[weight])
    return (
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-display: swap; unicode-range: {characters}; '
        f'src: {own}url("/typefaces/{file}.woff2") format("woff2"); }}'
    )


_FACES = "\n".join(_face(family, *file, weight) for family, file in _CHINESE.items() for weight in _OWN)

STYLE = (
    """<style>
.stMainBlockContainer { padding: 2.2rem 2rem 3rem 2rem; }
[data-testid="stHeader"] { background: transparent; pointer-events: none; }
[data-testid="stHeader"] * { pointer-events: auto; }
[data-testid="stMetricLabel"] p { white-space: normal; }
[data-testid="stDataFrame"], [data-testid="stMetricValue"] { font-variant-numeric: tabular-nums; }
[class*="st-key-below-card-"] { flex-wrap: nowrap; }
@media (max-width: 640px) { .stMainBlockContainer { padding: 3.6rem 0.9rem 3rem 0.9rem; } }
"""
    + _FACES
    + """
</style>"""
)
"""What the theme's settings cannot say: room for the first screen, and figures that stand under each other."""

CONFIG = {"displayModeBar": False, "responsive": True}
