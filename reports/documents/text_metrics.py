"""Whether a text fits, by the widths of Helvetica, which Arial and its free twins share to the unit.

Another font is allowed a fifth more room: its widths are not known here, nor is what stands in for it elsewhere.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache

from reportlab.pdfbase.pdfmetrics import stringWidth

LINE = 1.2
"""The height of a line in sizes of its type: single spacing of Arial, rounded up."""
_SLACK = 0.98
"""Programs round differently: a line is called full a little before it is."""


def allowance(font: str) -> float:
    """How much wider than Helvetica a font may be."""
    if font in (
        "Arial",
        "Helvetica",
        "Liberation Sans",
        "Calibri",
        "Carlito",
        "Arial Narrow",
        "Times New Roman",
    ):
        return 1.0
    return 1.2


@cache
def _advance(character: str, *, bold: bool) -> float:
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return 1.1 if unicodedata.category(character) == "So" else 1.0
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0.0
    stand_in = {"−": "+", "\u00a0": " ", "\u202f": " "}.get(character, character)
    try:
        stand_in.encode("cp1252")
    except UnicodeEncodeError:
        return 0.8
    return float(stringWidth(stand_in, "Helvetica-Bold" if bold else "Helvetica", 1))


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of one line in points."""
    return size * sum(_advance(c, bold=bold) for c in text)


def lines(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """`text` as the lines a program breaks it into where `room` points are wide; a word that is too long is cut."""
    broken = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if width(longer, size, bold=bold) <= room * _SLACK:
                line = longer
                continue
            if line:
                broken.append(line)
            *full, line = _pieces(word, room, size, bold=bold)
            broken += full
        broken.append(line)
    return broken


def _pieces(word: str, room: float, size: float, *, bold: bool) -> list[str]:
    """A word as it is cut where it does not fit on a line; Chinese is cut like this everywhere."""
    pieces, piece, used = [], "", 0.0
    for character in word:
        more = size * _advance(character, bold=bold)
        if piece and used + more > room * _SLACK:
            pieces.append(piece)
            piece, used = "", 0.0
        piece, used = piece + character, used + more
    return [*pieces, piece]


def height(text: str, room: float, size: float, *, bold: bool = False) -> float:
    """The height of a paragraph in points."""
    return len(lines(text, room, size, bold=bold)) * size * LINE


def size_for(
    texts: Sequence[str],
    room: float,
    tall: float,
    sizes: tuple[float, float],
    *,
    gap: float = 0.0,
    bold: bool = False,
) -> float | None:
    """The largest of the sizes from the first down to the second at which `texts` stand in `room` × `tall`, or None.

    `gap` is the space between two paragraphs in sizes of the type.
    """
    size, smallest = sizes
    while size >= smallest:
        used = sum(height(t, room, size, bold=bold) for t in texts) + gap * size * (len(texts) - 1)
        if used <= tall:
            return size
        size -= 0.5
    return None


def cut(text: str, room: float, tall: float, size: float, *, bold: bool = False) -> str:
    """As much of `text` as fits, with `…` where something is left out."""
    broken = lines(text, room, size, bold=bold)
    most = max(1, int(tall / (size * LINE)))
    if len(broken) <= most:
        return text
    beginning = " ".join(broken[:most])
    while beginning and len(lines(f"{beginning}…", room, size, bold=bold)) > most:
        beginning = beginning[:-1].rstrip()
    return f"{beginning}…"
