"""The type of the handout: a free or system sans-serif that has “−” and “≥”, and one with Chinese for names.

Everything is embedded as far as it is used. The sans-serif is taken where the machine has one; without any, Vera comes
with the PDF library. Chinese comes with the project.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from reports.documents import text_metrics

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
_BROUGHT = (
    ("Concord-Chinese", "DroidSansFallbackFull.ttf"),
    ("Concord-Hong-Kong", "NotoSansHK-Supplement.ttf"),
)
"""Chinese that comes with the project, so that it is in every file whatever machine makes or reads it."""
NOTHING_HAS_IT = "□"


@dataclass(frozen=True)
class Faces:
    """Names under which the type is known to the PDF library."""

    regular: str
    bold: str
    roomier: float
    """By how much it is wider than what `reports.documents.text_metrics` measures."""
    letters: frozenset[int]
    """What the regular face has."""


def _first_file(name: str, places: tuple[Path, ...]) -> Path | None:
    return next((p for place in places if place.is_dir() for p in sorted(place.rglob(name))), None)


@cache
def faces(places: tuple[Path, ...] = PLACES) -> Faces:
    """The type for everything but Chinese."""
    for family, regular, bold in _LATIN:
        files = _first_file(regular, places), _first_file(bold, places)
        if files[0] and files[1]:
            face = TTFont("Concord", str(files[0]))
            pdfmetrics.registerFont(face)
            pdfmetrics.registerFont(TTFont("Concord-Bold", str(files[1])))
            pdfmetrics.registerFontFamily("Concord", normal="Concord", bold="Concord-Bold")
            return Faces(
                "Concord", "Concord-Bold", text_metrics.allowance(family), frozenset(face.face.charToGlyph)
            )
    raise FileNotFoundError("The PDF library has come without its fonts.")


class _Embedded(TTFont):  # type: ignore[misc]
    """A type whose characters beyond the first plane can be searched and copied: a PDF names them in two halves.

    The library writes such a number in one piece, which readers take for another character.
    """

    def addObjects(self, doc: Any) -> None:  # noqa: N802
        super().addObjects(doc)
        for name, made in doc.idToObject.items():
            if str(name).startswith("toUnicodeCMap:"):
                made.content = re.sub(r"<([0-9A-F]{5,6})>", _halves, made.content)


def _halves(number: re.Match[str]) -> str:
    return f"<{chr(int(number[1], 16)).encode('utf-16-be').hex().upper()}>"


@cache
def chinese() -> tuple[tuple[str, frozenset[int]], ...]:
    """The names of the type with Chinese and what each has; read when the first such character is written."""
    faces_by_name = []
    for name, file in _BROUGHT:
        face = _Embedded(name, str(Path(__file__).parents[1] / "typefaces" / file))
        pdfmetrics.registerFont(face)
        faces_by_name.append((name, frozenset(face.face.charToGlyph)))
    return tuple(faces_by_name)


def _face(character: str) -> str | None:
    """The type that has a character which the Latin type lacks; None where the Latin type serves or nothing has it."""
    if ord(character) <= 0x2FF or ord(character) in faces().letters:
        return None
    return next((name for name, letters in chinese() if ord(character) in letters), None)


def runs(text: str) -> list[tuple[str, str | None]]:
    """`text` in pieces, each with the name of the type it needs, or None for the Latin one.

    What no type has is drawn as an empty square: something stands there. Marks that only join others are left out.
    """
    pieces: list[tuple[str, str | None]] = []
    for letter in text:
        character, face = letter, _face(letter)
        if face is None and ord(character) > 0x2FF and ord(character) not in faces().letters:
            if unicodedata.category(character) in ("Cf", "Mn", "Me"):
                continue
            character = NOTHING_HAS_IT
            face = _face(character)
        if pieces and pieces[-1][1] == face:
            pieces[-1] = (pieces[-1][0] + character, face)
        else:
            pieces.append((character, face))
    return pieces


def marked_up(text: str) -> str:
    """`text` for a paragraph: nothing in it is markup, line breaks are kept, Chinese stands in its own type."""
    parts = []
    for piece, face in runs(text):
        plain = escape(piece).replace("\n", "<br/>")
        parts.append(f'<font name="{face}">{plain}</font>' if face else plain)
    return "".join(parts)
