"""Chinese type for a browser that has none, alike on the pages and on the screens before them.

The files are the project's own (`reports/typefaces`) and tell nothing, so they are given to whoever asks.
"""

from __future__ import annotations

PLACE = "/typefaces/"
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
        f'src: {own}url("{PLACE}{file}.woff2") format("woff2"); }}'
    )


FACES = "\n".join(_face(family, *file, weight) for family, file in _CHINESE.items() for weight in _OWN)
FAMILIES = ",".join(f'"{family}"' for family in _CHINESE)
"""To stand before every other family of a style: each serves its own characters only."""
PATHS = frozenset(f"{PLACE}{file}.woff2" for file, _ in _CHINESE.values())
"""What is given without a session."""
