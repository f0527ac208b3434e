"""The type of the pages and of the screens before them: one for Latin letters, and Chinese for a browser that has none.

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


_LATIN = {
    "latin": (
        "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+0304, U+0308, U+0329, U+2000-206F, "
        "U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215, U+FEFF, U+FFFD"
    ),
    "latin-more": (
        "U+0100-02BA, U+02BD-02C5, U+02C7-02CC, U+02CE-02D7, U+02DD-02FF, U+1D00-1DBF, U+1E00-1E9F, U+1EF2-1EFF, "
        "U+20A0-20AB, U+20AD-20C0, U+2113, U+2C60-2C7F, U+A720-A7FF"
    ),
}
"""The files of Inter, one for all weights each, whose figures can stand under each other."""
LATIN = "Concord Latin"


def _latin(file: str, characters: str) -> str:
    return (
        f'@font-face {{ font-family: "{LATIN}"; font-weight: 100 900; font-display: swap; unicode-range: {characters}; '
        f'src: url("{PLACE}{file}.woff2") format("woff2"); }}'
    )


def _face(family: str, file: str, characters: str, weight: int) -> str:
    own = "".join(f'local("{name}"), ' for name in _OWN[weight])
    return (
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-display: swap; unicode-range: {characters}; '
        f'src: {own}url("{PLACE}{file}.woff2") format("woff2"); }}'
    )


FACES = "\n".join(
    [
        *(_latin(file, characters) for file, characters in _LATIN.items()),
        *(_face(family, *file, weight) for family, file in _CHINESE.items() for weight in _OWN),
    ]
)
FAMILIES = ",".join(f'"{family}"' for family in (LATIN, *_CHINESE))
"""To stand before every other family of a style: each serves its own characters only."""
PATHS = frozenset(f"{PLACE}{file}.woff2" for file in (*_LATIN, *(file for file, _ in _CHINESE.values())))
"""What is given without a session."""
