"""Text and tables on a slide, measured before they are put there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_THEME_COLOR as THEME
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.slide import Slide
from pptx.util import Pt

from reports.documents import document_theme, text_metrics
from reports.slides.brand_template import Box

_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""A table without lines and fills of its own."""
CELL = 4.0
"""Room above and below the text of a cell; its sides have twice as much."""


def write(
    slide: Slide,
    box: Box,
    paragraphs: Sequence[str],
    size: float,
    *,
    bold: bool = False,
    colour: Any = THEME.TEXT_1,
    gap: float = 0.0,
    right: bool = False,
    middle: bool = False,
    wrap: bool = True,
) -> Any:
    """Put paragraphs into a box of their own; `colour` is a colour of the template's theme, or a code."""
    shape = slide.shapes.add_textbox(*box.emu())
    frame = shape.text_frame
    frame.word_wrap, frame.auto_size = wrap, MSO_AUTO_SIZE.NONE
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE if middle else MSO_ANCHOR.TOP
    for position, text in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if position == 0 else frame.add_paragraph()
        if position and gap:
            paragraph.space_before = Pt(gap * size)
        if right:
            paragraph.alignment = PP_ALIGN.RIGHT
        _run(paragraph, text, size, colour, bold=bold)
    return shape


def _run(paragraph: Any, text: str, size: float, colour: Any, *, bold: bool) -> None:
    for position, line in enumerate(text.split("\n")):
        if position:
            paragraph.add_line_break()
        run = paragraph.add_run()
        run.text = line
        run.font.size, run.font.bold = Pt(size), bold
        paint(run.font.color, colour)


def paint(target: Any, colour: Any) -> None:
    """Colour something: by a slot of the theme, so that a brand's theme replaces ours, or by a code."""
    if isinstance(colour, str):
        target.rgb = RGBColor.from_string(colour)
    else:
        target.theme_color = colour


def columns_for(rows: Sequence[Sequence[str]], wide: float, size: float) -> list[float]:
    """Widths of columns: none narrower than its longest word, a short one as wide as its text, the rest shared."""
    count = len(rows[0])
    sides = 4 * CELL + 3

    def asks(texts: Sequence[str]) -> float:
        return max((1.03 * text_metrics.width(t, size, bold=True) for t in texts), default=0.0) + sides

    whole = [asks([line for row in rows for line in row[c].split("\n")]) for c in range(count)]
    if sum(whole) <= wide:
        spare = (wide - sum(whole)) / count
        return [w + spare for w in whole]
    widths = [asks([word for row in rows for word in row[c].split(" ")]) for c in range(count)]
    if sum(widths) > wide:
        # Some word will be cut: the long ones give way, the short ones keep what they need.
        fair = wide / count
        over = sum(max(f - fair, 0.0) for f in widths)
        spare = wide - sum(min(f, fair) for f in widths)
        return [min(f, fair) + (spare * max(f - fair, 0.0) / over if over else 0.0) for f in widths]
    # What is left goes to the columns by how much text they hold, to none more than its text needs.
    waiting = {c for c in range(count) if whole[c] > widths[c]}
    while waiting:
        spare = wide - sum(widths)
        holds = {c: max(sum(text_metrics.width(row[c], size) for row in rows), 1.0) ** 0.8 for c in waiting}
        shares = {c: spare * holds[c] / sum(holds.values()) for c in waiting}
        full = {c for c in waiting if widths[c] + shares[c] >= whole[c]}
        for c in full or waiting:
            widths[c] = whole[c] if c in full else widths[c] + shares[c]
        waiting = waiting - full if full else set()
    return widths


def words_fit(rows: Sequence[Sequence[str]], widths: Sequence[float], size: float) -> bool:
    """Whether no word of a table has to be cut."""
    rooms = [w - 4 * CELL for w in widths]
    return all(
        text_metrics.width(word, size, bold=True) * 0.99 <= room
        for row in rows
        for text, room in zip(row, rooms, strict=True)
        for word in text.replace("\n", " ").split(" ")
    )


def row_height(row: Sequence[str], widths: Sequence[float], size: float, strong: int | None = 0) -> float:
    """How tall a row becomes; column `strong` is bold, all of them are if it is None."""
    tall = (
        text_metrics.height(t, w - 4 * CELL, size, bold=strong in (None, c))
        for c, (t, w) in enumerate(zip(row, widths, strict=True))
    )
    return max(tall) + 2 * CELL


def heights(
    head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], size: float, strong: int
) -> list[float]:
    """How tall the head and each row become."""
    return [row_height(head, widths, size, None), *(row_height(r, widths, size, strong) for r in rows)]


def pages(tall: Sequence[float], first: float, others: float) -> list[int]:
    """How many rows of a table stand on each slide. `tall`: heights of head and rows; `first`, `others`: room there."""
    head, *rows = tall
    counts, used, room = [0], head, first
    for needs in rows:
        if used + needs > room and (counts[-1] or room < others):
            counts.append(0)
            used, room = head, others
        counts[-1] += 1
        used += needs
    # A last slide with one row reads badly: it takes one from the slide before.
    if len(counts) > 1 and counts[-1] == 1 and counts[-2] > 2 and head + sum(rows[-2:]) <= others:
        counts[-2:] = [counts[-2] - 1, 2]
    return counts


def table(
    slide: Slide,
    box: Box,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    size: float,
    measured: float,
    *,
    says: str,
    strong: int = 0,
    spread: float = 0.0,
) -> float:
    """A native table; column `strong` is bold. `measured` is the size it was measured at, `spread` makes each row taller.

    Gives its height.
    """
    every = [head, *rows]
    talls = [t + spread * bool(i) for i, t in enumerate(heights(head, rows, widths, measured, strong))]
    placed = Box(box.x, box.y, sum(widths), sum(talls))
    graphic = slide.shapes.add_table(len(every), len(widths), *placed.emu())
    graphic._element.nvGraphicFramePr.cNvPr.set("descr", says)
    made = graphic.table
    made.first_row = True
    properties = made._tbl.tblPr
    properties.find(qn("a:tableStyleId")).text = _NO_STYLE
    properties.set("bandRow", "0")
    for column, wide in zip(made.columns, widths, strict=True):
        column.width = Pt(wide)
    for position, (row, tall) in enumerate(zip(every, talls, strict=True)):
        made.rows[position].height = Pt(tall)
        heads = position == 0
        for number, text in enumerate(row):
            cell = made.cell(position, number)
            cell.margin_left = 0 if number == 0 else Pt(2 * CELL)
            cell.margin_right, cell.margin_top, cell.margin_bottom = Pt(2 * CELL), Pt(CELL), Pt(CELL)
            frame = cell.text_frame
            frame.word_wrap = True
            cell.vertical_anchor = (
                MSO_ANCHOR.BOTTOM if heads else MSO_ANCHOR.MIDDLE if spread else MSO_ANCHOR.TOP
            )
            bold = heads or number == strong
            _run(frame.paragraphs[0], text, size, THEME.TEXT_2 if heads else THEME.TEXT_1, bold=bold)
            _underlined(cell, 1.0 if heads else 0.5)
    return sum(talls)


def _underlined(cell: Any, points: float) -> None:
    properties = cell._tc.get_or_add_tcPr()
    line = etree.SubElement(properties, qn("a:lnB"), w=str(int(points * 12_700)))
    fill = etree.SubElement(line, qn("a:solidFill"))
    colour = etree.SubElement(fill, qn("a:schemeClr"), val="tx2")
    if points < 1:
        etree.SubElement(colour, qn("a:alpha"), val="40000")


def unstyled(shape: Any) -> Any:
    """A drawn shape without the shadows and lines that its theme would add."""
    style = shape._element.find(qn("p:style"))
    if style is not None:
        shape._element.remove(style)
    return shape


def verdict_colour(verdict: str | None, *, dark: bool) -> Any:
    """The colour of a figure, by its verdict."""
    named = document_theme.VERDICTS.get(verdict or "")
    return document_theme.colour(named, dark=dark) if named else THEME.TEXT_1
