"""Figures as cards: the value large, what it is, and what it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from pptx.enum.dml import MSO_THEME_COLOR as THEME
from pptx.enum.shapes import MSO_CONNECTOR
from pptx.util import Pt

from reports.documents import document_facts, text_metrics
from reports.documents.sanitise import one_line, tied
from reports.review.review_document import Figure
from reports.slides import slide_text
from reports.slides.brand_template import Box
from reports.slides.slide_flow import GAP, Flow

CARD = 190.0
"""A card is at least as wide."""
VALUE, LABEL, DETAIL = 26.0, 12.0, 11.0
LARGER = (1.7, 1.6, 1.5, 1.4, 1.3, 1.2, 1.1)
"""On the slide of the first figures everything is so much larger, as far as that fits."""


def rows_of(flow: Flow, figures: Sequence[Figure], most: int = 4) -> list[Sequence[Figure]]:
    """Figures in rows of cards, as even as they come."""
    if not figures:
        return []
    most = max(1, min(most, int(flow.free.wide / CARD)))
    columns = ceil(len(figures) / ceil(len(figures) / most))
    return [figures[i : i + columns] for i in range(0, len(figures), columns)]


def _details(figure: Figure) -> list[str]:
    return [tied(f"{word}: {text}" if word else text) for word, text in document_facts.details(figure)]


def card_height(flow: Flow, figure: Figure, wide: float, by: float = 1.0) -> float:
    """How tall a figure with its words becomes, with its type `by` times as large."""
    room = flow.room(wide) / by
    label = text_metrics.height(tied(one_line(figure.label)), room, LABEL)
    return by * (
        8
        + VALUE * text_metrics.LINE
        + label
        + 3
        + sum(text_metrics.height(t, room, DETAIL) for t in _details(figure))
    )


def row_height(flow: Flow, row: Sequence[Figure], columns: int, by: float = 1.0) -> float:
    """How tall a row of cards becomes."""
    return max(card_height(flow, f, _width(flow, columns), by) for f in row)


def _width(flow: Flow, columns: int) -> float:
    return (flow.free.wide - GAP * (columns - 1)) / columns


def large_cards(flow: Flow, figures: Sequence[Figure]) -> None:
    """Figures alone on their slide, as large as they can be."""
    rows = rows_of(flow, figures, most=3)
    columns = len(rows[0])

    def fits(by: float) -> bool:
        return sum(row_height(flow, row, columns, by) + 2 * GAP for row in rows) <= flow.free.tall

    by = next((b for b in LARGER if fits(b)), 1.0)
    for row in rows:
        cards(flow, row, columns, by)
        flow.took(GAP * (by > 1))


def cards(flow: Flow, row: Sequence[Figure], columns: int, by: float = 1.0) -> None:
    """One row of figures, with its type `by` times as large."""
    tall = row_height(flow, row, columns, by)
    flow.wants(tall)
    wide = _width(flow, columns)
    for position, figure in enumerate(row):
        card(flow, figure, Box(flow.free.x + position * (wide + GAP), flow.free.y, wide, tall), by)
    flow.took(tall + GAP)


def card(flow: Flow, figure: Figure, box: Box, by: float = 1.0) -> None:
    """The value large, what it is, and what it is compared with."""
    slide, room = flow.slide, flow.room(box.wide)
    small, detail = LABEL * by, DETAIL * by
    ends = (*box.emu()[:2], Box(box.x + box.wide, 0, 0, 0).emu()[0], box.emu()[1])
    rule = slide_text.unstyled(slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, *ends))
    rule.line.width = Pt(1.5)
    rule.line.color.theme_color = THEME.ACCENT_1
    value = one_line(figure.value).replace(" ", "\u00a0")
    high = VALUE * by * text_metrics.LINE
    size = text_metrics.size_for([value], room, high, (VALUE * by, LABEL), bold=True)
    if size is None:
        value = text_metrics.cut(one_line(figure.value), room, high, LABEL, bold=True)
    top = Box(box.x, box.y + 6 * by, box.wide, high)
    slide_text.write(slide, top, [value], size or LABEL, bold=True, middle=True, wrap=False)
    label = tied(one_line(figure.label))
    under = Box(box.x, top.end, box.wide, text_metrics.height(label, room, small))
    slide_text.write(slide, under, [label], small, colour=THEME.TEXT_2)
    more = _details(figure)
    if not more:
        return
    below = Box(box.x, under.end + 3 * by, box.wide, sum(text_metrics.height(t, room, detail) for t in more))
    shape = slide_text.write(slide, below, more, detail)
    colour = slide_text.verdict_colour(figure.verdict, dark=flow.base.dark)
    for (word, _), paragraph in zip(document_facts.details(figure), shape.text_frame.paragraphs, strict=True):
        if word == "Quarter before" and isinstance(colour, str):
            for run in paragraph.runs:
                run.font.bold = True
                slide_text.paint(run.font.color, colour)
