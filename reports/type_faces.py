"""The type of the handout: a free or system sans-serif that has “−” and “≥”, and one with Chinese for names.

Files are taken where the machine has them, and embedded as far as they are used. Without any, Vera comes with the PDF
library, and Chinese is left to the reader's own font by the name that PDF reserves for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from reports import fit

PLACES = tuple(
    map(
        Path,
        (
            "/usr/share/fonts",
            "/usr/local/share/fonts",
            "/Library/Fonts",
            "/System/Library/Fonts",
            "C:/Windows/Fonts",
            str(Path(reportlab.__file__).parent / "fonts"),
        ),
    )
)
_LATIN = (
    ("Liberation Sans", "LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("Arial", "Arial.ttf", "Arial Bold.ttf"),
    ("Arial", "arial.ttf", "arialbd.ttf"),
    ("DejaVu Sans", "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("DejaVu Sans", "Vera.ttf", "VeraBd.ttf"),
)
_CHINESE = (
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "msjh.ttc",
    "Arial Unicode.ttf",
    "wqy-microhei.ttc",
)
BY_NAME = "MSung-Light"
"""Traditional Chinese as every PDF reader with Chinese fonts knows it."""


@dataclass(frozen=True)
class Faces:
    """Names under which the type is known to the PDF library."""

    regular: str
    bold: str
    roomier: float
    """By how much it is wider than what `reports.fit` measures."""
    letters: frozenset[int]
    """What the regular face has."""


def _found(name: str, places: tuple[Path, ...]) -> Path | None:
    return next((p for place in places if place.is_dir() for p in sorted(place.rglob(name))), None)


@cache
def faces(places: tuple[Path, ...] = PLACES) -> Faces:
    """The type for everything but Chinese."""
    for family, regular, bold in _LATIN:
        files = _found(regular, places), _found(bold, places)
        if files[0] and files[1]:
            face = TTFont("Concord", str(files[0]))
            pdfmetrics.registerFont(face)
            pdfmetrics.registerFont(TTFont("Concord-Bold", str(files[1])))
            pdfmetrics.registerFontFamily("Concord", normal="Concord", bold="Concord-Bold")
            return Faces("Concord", "Concord-Bold", fit.allowance(family), frozenset(face.face.charToGlyph))
    raise FileNotFoundError("The PDF library has come without its fonts.")


@cache
def chinese(places: tuple[Path, ...] = PLACES) -> str:
    """The name of a type with Chinese; its file is read when the first such character is written."""
    for name in _CHINESE:
        path = _found(name, places)
        if path is None:
            continue
        try:
            pdfmetrics.registerFont(TTFont("Concord-Chinese", str(path)))
        except TTFError:
            continue
        return "Concord-Chinese"
    pdfmetrics.registerFont(UnicodeCIDFont(BY_NAME))
    return BY_NAME


def runs(text: str) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it needs the Chinese type."""
    letters = faces().letters
    found: list[tuple[str, bool]] = []
    for character in text:
        other = ord(character) not in letters and ord(character) > 0x2FF
        if found and found[-1][1] == other:
            found[-1] = (found[-1][0] + character, other)
        else:
            found.append((character, other))
    return found


def marked_up(text: str) -> str:
    """`text` for a paragraph: nothing in it is markup, line breaks are kept, Chinese stands in its own type."""
    parts = []
    for piece, other in runs(text):
        plain = escape(piece).replace("\n", "<br/>")
        parts.append(f'<font name="{chinese()}">{plain}</font>' if other else plain)
    return "".join(parts)
