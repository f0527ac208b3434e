"""A template, ours or the bank's brand: which of its layouts to use, by the kinds of placeholders, never by name."""

from __future__ import annotations

import copy
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER as KIND
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide, SlideLayout

from reports.documents import document_theme, text_metrics
from reports.slides import default_template
from warehouse.errors import Problem

TITLES = (KIND.TITLE, KIND.CENTER_TITLE)
FURNITURE = (KIND.DATE, KIND.FOOTER, KIND.SLIDE_NUMBER)
LARGEST_TITLE = 28.0
"""A message is longer than the titles most templates are made for."""
_POINT = 12_700
"""Of the file's own unit, EMU."""
_OF_A_TEMPLATE, _OF_A_DECK = (
    f"application/vnd.openxmlformats-officedocument.presentationml.{kind}.main+xml"
    for kind in ("template", "presentation")
)


@dataclass(frozen=True)
class Box:
    """A place on a slide, in points."""

    x: float
    y: float
    wide: float
    tall: float

    def emu(self) -> tuple[int, int, int, int]:
        """Left, top, width and height in the file's own unit."""
        return tuple(int(v * _POINT) for v in (self.x, self.y, self.wide, self.tall))  # type: ignore[return-value]

    @property
    def end(self) -> float:
        return self.y + self.tall


@dataclass(frozen=True)
class Template:
    """An empty deck and what was found in it."""

    deck: Deck
    opening: SlideLayout
    content: SlideLayout
    title: Box
    body: Box
    """What is free for content on a content slide."""
    hangs: bool
    """Whether a title begins at the top of its box, so that what follows may begin where a short one ends."""
    title_size: float
    roomier: float
    """By how much its font may be wider than the one measured."""
    dark: bool
    """Whether its slides have a dark ground."""


def read(path: Path | None) -> Template:
    """Our own template, or the .pptx or .potx at `path` without its slides.

    Raises Problem if the file is no presentation, or has no layout with a title.
    """
    deck = default_template.empty() if path is None else _brand(path)
    titled = [layout for layout in deck.slide_layouts if _of(layout, *TITLES) is not None]
    if not titled:
        raise Problem(
            "The template has no layout with a title, so no slide can say what it shows. Add a layout with a title "
            "placeholder and try again."
        )
    content = min(titled, key=lambda layout: _fitness(deck, layout))
    opening = min(titled, key=lambda la: (_of(la, KIND.CENTER_TITLE) is None, _of(la, KIND.SUBTITLE) is None))
    wide, tall = deck.slide_width / _POINT, deck.slide_height / _POINT
    title = _box(_of(content, *TITLES))
    font, dark = _theme(deck)
    return Template(
        deck=deck,
        opening=opening,
        content=content,
        title=title,
        body=_body(content, title, wide, tall),
        hangs=_anchor(content) == "t",
        title_size=min(_title_size(content), LARGEST_TITLE),
        roomier=text_metrics.allowance(font),
        dark=dark,
    )


def _brand(path: Path) -> Deck:
    try:
        deck = Presentation(io.BytesIO(_as_deck(path.read_bytes())))
    except OSError as missing:
        raise Problem(f"The template {path} cannot be read. Check the path and try again.") from missing
    except Exception as broken:
        raise Problem(
            f"{path.name} is no PowerPoint template that can be read. Save it as .pptx or .potx and try again."
        ) from broken
    ids = deck.slides._sldIdLst
    for slide in list(ids):
        deck.part.drop_rel(slide.rId)
        ids.remove(slide)
    return deck


def _as_deck(data: bytes) -> bytes:
    """A .potx differs from a .pptx in one word of its list of contents."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        contents = old.read("[Content_Types].xml")
        if _OF_A_TEMPLATE.encode() not in contents:
            return data
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
            for item in old.infolist():
                text = contents.replace(_OF_A_TEMPLATE.encode(), _OF_A_DECK.encode())
                new.writestr(item, text if item.filename == "[Content_Types].xml" else old.read(item))
    return made.getvalue()


def _placeholders(layout: SlideLayout) -> Iterator[Any]:
    yield from layout.placeholders


def _of(layout: SlideLayout, *kinds: Any) -> Any:
    return next((p for p in _placeholders(layout) if p.placeholder_format.type in kinds), None)


def _fitness(deck: Deck, layout: SlideLayout) -> tuple[bool, int, float]:
    """Least for the layout to write on: a title across the top and the fewest other things to fill in."""
    title = _box(_of(layout, *TITLES))
    wide, tall = float(deck.slide_width or 1) / _POINT, float(deck.slide_height or 1) / _POINT
    across = title.wide > wide / 2 and title.y < tall / 4
    others = sum(p.placeholder_format.type not in (*TITLES, *FURNITURE) for p in _placeholders(layout))
    return not across, others, title.y


def _box(shape: Any) -> Box:
    return Box(*(float(v or 0) / _POINT for v in (shape.left, shape.top, shape.width, shape.height)))


def _body(layout: SlideLayout, title: Box, wide: float, tall: float) -> Box:
    """From under the title to the line at the foot, as wide as the title."""
    feet = [_box(p).y for p in _placeholders(layout) if p.placeholder_format.type in FURNITURE]
    low = [y for y in feet if y > tall / 2]
    end = min([*low, tall - 0.055 * tall - 12])
    top = title.end + 6
    return Box(title.x, top, min(title.wide, wide - title.x), end - 8 - top)


def _anchor(layout: SlideLayout) -> str:
    """Where in its box a title stands: `t`, `ctr` or `b`."""
    masters = (p for p in layout.slide_master.placeholders if p.placeholder_format.type in TITLES)
    for shape in (_of(layout, *TITLES), *masters):
        body = shape._element.find(f".//{qn('a:bodyPr')}")
        if body is not None and body.get("anchor"):
            return str(body.get("anchor"))
    return "t"


def _title_size(layout: SlideLayout) -> float:
    """The title's size as layout or master state it."""
    shape = _of(layout, *TITLES)
    own = shape._element.find(f".//{qn('a:lvl1pPr')}/{qn('a:defRPr')}")
    master = layout.slide_master.element.find(f".//{qn('p:titleStyle')}/{qn('a:lvl1pPr')}/{qn('a:defRPr')}")
    for run in (own, master):
        if run is not None and run.get("sz"):
            return int(run.get("sz")) / 100
    return document_theme.LARGEST_TITLE


def _theme(deck: Deck) -> tuple[str, bool]:
    """The font of the text, and whether the ground is dark."""
    master = deck.slide_masters[0]
    parts = [r.target_part for r in master.part.rels.values() if r.reltype.endswith("/theme")]
    if not parts:
        return document_theme.FONT, False
    tree = etree.fromstring(parts[0].blob)
    latin = tree.find(f".//{qn('a:minorFont')}/{qn('a:latin')}")
    mapped = master.element.find(qn("p:clrMap"))
    ground = mapped.get("bg1", "lt1") if mapped is not None else "lt1"
    slot = tree.find(f".//{qn('a:clrScheme')}/{qn(f'a:{ground}')}")
    codes = (
        [e.get("val") if e.get("lastClr") is None else e.get("lastClr") for e in slot]
        if slot is not None
        else []
    )
    code = codes[0] if codes and codes[0] and len(codes[0]) == 6 else "FFFFFF"
    red, green, blue = (int(code[i : i + 2], 16) for i in (0, 2, 4))
    font = latin.get("typeface", document_theme.FONT) if latin is not None else document_theme.FONT
    return font, 0.299 * red + 0.587 * green + 0.114 * blue < 128


def with_foot(slide: Slide, base: Template, text: str) -> tuple[bool, bool]:
    """Give a slide its layout's line at the foot and number; whether the layout has a place for each."""
    done = {KIND.FOOTER: False, KIND.SLIDE_NUMBER: False}
    for shape in _placeholders(base.content):
        kind = shape.placeholder_format.type
        if kind not in done:
            continue
        copied = copy.deepcopy(shape._element)
        copied.nvSpPr.cNvPr.set("id", str(slide.shapes._next_shape_id))
        slide.shapes._spTree.append(copied)
        done[kind] = True
        if kind == KIND.FOOTER:
            _as_master(slide.shapes[-1], shape, text, base.roomier)
    return done[KIND.FOOTER], done[KIND.SLIDE_NUMBER]


def _as_master(shape: Any, of: Any, text: str, roomier: float) -> None:
    """Write the line at the foot with its own size and side: LibreOffice does not take them from the master."""
    shape.text_frame.text = text
    master = (
        p for p in of.part.slide_layout.slide_master.placeholders if p.placeholder_format.type == KIND.FOOTER
    )
    styles = [s._element.find(f".//{qn('a:lvl1pPr')}") for s in (of, *master)]
    paragraph = shape.text_frame.paragraphs[0]
    side = next((s.get("algn") for s in styles if s is not None and s.get("algn")), None)
    if side:
        paragraph._p.get_or_add_pPr().set("algn", side)
    run = paragraph.runs[0]
    properties = run._r.get_or_add_rPr()
    for style in (s.find(qn("a:defRPr")) for s in styles if s is not None):
        if style is not None:
            place = _box(of)
            room = (place.wide - 15) / roomier
            largest = int(style.get("sz", "1000")) / 100
            # On one line while it can be read so; then on as many as its place holds.
            sizes = (largest - n / 2 for n in range(max(0, int(2 * (largest - 8.0))) + 1))
            one_line = next((s for s in sizes if text_metrics.width(text, s) <= room), None)
            size = one_line or text_metrics.size_for([text], room, place.tall, (largest, 8.0)) or 8.0
            properties.set("sz", str(int(100 * size)))
            for child in style:
                properties.append(copy.deepcopy(child))
            break
    if properties.find(qn("a:latin")) is None:
        etree.SubElement(properties, qn("a:latin")).set("typeface", "+mn-lt")
