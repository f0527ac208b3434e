"""The look of documents: colours are those of `.streamlit/config.toml`, the one place that names them.

Screens use whatever sans-serif the machine has. A file goes to machines we do not know, so slides name Arial, which
each of them has under this or a metrically equal name: what was measured here fits there.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FONT = "Arial"
FAR_EAST = "Microsoft JhengHei"
LARGEST_TITLE = 26.0
"""Sizes are in points, as everywhere in `reports`."""
SMALLEST = 11.0
"""Nothing on a slide is smaller, but a line at the foot for which a brand left less room."""


@cache
def _theme() -> dict[str, Any]:
    path = Path(__file__).parents[2] / ".streamlit" / "config.toml"
    theme: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))["theme"]
    return theme


def colour(name: str, *, dark: bool = False) -> str:
    """A colour of the theme by its name there, as `0B5A6B`: `primaryColor`, `orangeTextColor`, …"""
    return str(_theme()["dark" if dark else "light"][name]).lstrip("#").upper()


def palette() -> tuple[str, ...]:
    """The colours that tell categories apart, in their order."""
    colours = _theme()["light"]["chartCategoricalColors"]
    return tuple(str(c).lstrip("#").upper() for c in colours)


VERDICTS = {"better": "greenTextColor", "worse": "redTextColor"}
"""Which verdict has a colour. The words beside it carry the meaning."""
