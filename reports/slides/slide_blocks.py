"""What stands on a slide below its title: a chart with its sentences, or sentences alone."""

from __future__ import annotations

from collections.abc import Sequence

from pptx.enum.dml import MSO_THEME_COLOR as THEME

from reports.documents import document_theme, number_scales, text_metrics
from reports.documents.sanitise import one_line, tied
from reports.review.review_document import Chart, Figure
from reports.slides import slide_cards, slide_charts, slide_text
from reports.slides.brand_template import Box
from reports.slides.slide_flow import GAP, Flow, texts

ALONE, BESIDE = (20.0, 12.0), (16.0, 11.5)
"""Sizes of sentences across the slide, and beside a chart."""
SPACED = 0.5
"""Between two sentences, in sizes of their type."""
MOST_BESIDE = 2
"""So many figures stand above the sentences, to the right of a chart; more stand in a row above both."""
_PART = 0.62
"""Of the width, for a chart with something to its right."""


def sentences(flow: Flow, sentences: Sequence[str], sizes: tuple[float, float] = ALONE) -> None:
    """Sentences across the slide, on as many slides as they need."""
    left = texts(sentences)
    while left:
        room = flow.room(flow.free.wide)
        size = text_metrics.size_for(left, room, flow.free.tall, sizes, gap=SPACED)
        if size is None and not flow.fresh:
            flow.turn()
            continue
        count = len(left) if size else how_many(left, room, flow.free.tall, sizes[1])
        if not count:
            # One sentence longer than a slide: as much of it as fits; all of it is in the notes.
            left[0], count = text_metrics.cut(left[0], room, flow.free.tall, sizes[1]), 1
        if count == len(left) - 1 and count > 2:
            count -= 1  # two on the next slide are better than one
        size = size or sizes[1]
        now, left = left[:count], left[count:]
        tall = height(now, room, size)
        box = Box(flow.free.x, flow.free.y, flow.free.wide, tall)
        slide_text.write(flow.slide, box, now, size, gap=SPACED)
        flow.took(tall + GAP)
        if left:
            flow.turn()


def height(sentences: Sequence[str], room: float, size: float) -> float:
    """How tall sentences become."""
    return sum(text_metrics.height(t, room, size) for t in sentences) + SPACED * size * (len(sentences) - 1)


def how_many(sentences: Sequence[str], room: float, tall: float, size: float) -> int:
    """How many sentences, from the first on, fit."""
    count = 0
    while count < len(sentences) and height(sentences[: count + 1], room, size) <= tall:
        count += 1
    return count


def width_of(flow: Flow, drawn: Chart, *, company: bool) -> float:
    """How wide a chart is: with something to its right, unless its names need all the width."""
    part = flow.free.wide * _PART
    narrow = slide_charts.shape_of(drawn, part) != slide_charts.shape_of(drawn, flow.free.wide)
    narrow = narrow or slide_charts.squeezed(drawn, part) > slide_charts.squeezed(drawn, flow.free.wide)
    return part if company and not narrow else flow.free.wide


def chart_height(flow: Flow, drawn: Chart, *, company: bool) -> float:
    """The least a chart needs, with its heading and its remarks."""
    wide = width_of(flow, drawn, company=company)
    remarks = _remarks_height(flow, drawn, wide)
    return (
        slide_charts.height_needed(drawn, wide) + 20 * bool(number_scales.heading(drawn, line=True)) + remarks
    )


def _remarks(drawn: Chart) -> list[str]:
    remarks = ["The lines are 95% intervals."] if drawn.shape == "intervals" else []
    if number_scales.has_gaps(drawn):
        remarks.append("Nothing is drawn where a value is not known, not yet there, or of too few people.")
    return [tied(" ".join(remarks))] if remarks else []


def _remarks_height(flow: Flow, drawn: Chart, wide: float) -> float:
    return sum(text_metrics.height(t, flow.room(wide), document_theme.SMALLEST) for t in _remarks(drawn))


def chart(
    flow: Flow, drawn: Chart, figures: Sequence[Figure], sentences: Sequence[str], tall: float
) -> list[str]:
    """A chart, to its right figures and as many sentences as fit; gives the sentences that did not."""
    tall = min(tall, flow.free.tall)
    x, y = flow.free.x, flow.free.y
    left = texts(sentences)
    wide = width_of(flow, drawn, company=bool(left or figures))
    top = y
    room = flow.room(wide)
    words = number_scales.heading(drawn, line=slide_charts.marked(drawn, wide))
    heading = text_metrics.cut(
        one_line(words), room, slide_cards.DETAIL * text_metrics.LINE * 1.5, slide_cards.DETAIL, bold=True
    )
    if heading:
        at = Box(x, top, wide, 15)
        slide_text.write(flow.slide, at, [heading], slide_cards.DETAIL, bold=True, colour=THEME.TEXT_2)
        top += 20
    under = _remarks_height(flow, drawn, wide)
    slide_charts.draw(flow.slide, Box(x, top, wide, y + tall - top - under), drawn)
    if under:
        at = Box(x, y + tall - under, wide, under)
        slide_text.write(flow.slide, at, _remarks(drawn), document_theme.SMALLEST, colour=THEME.TEXT_2)
    if wide < flow.free.wide:
        left = _company(
            flow, figures, left, Box(x + wide + 1.5 * GAP, y, flow.free.wide - wide - 1.5 * GAP, tall)
        )
    flow.took(tall + GAP)
    return left


def _company(flow: Flow, figures: Sequence[Figure], left: list[str], box: Box) -> list[str]:
    """What stands to the right of a chart; gives the sentences that did not fit."""
    y = box.y
    for figure in figures:
        tall = slide_cards.card_height(flow, figure, box.wide)
        slide_cards.card(flow, figure, Box(box.x, y, box.wide, tall))
        y += tall + GAP
    room, tall = flow.room(box.wide), box.end - y
    size = text_metrics.size_for(left, room, tall, BESIDE, gap=SPACED)
    count = len(left) if size else how_many(left, room, tall, BESIDE[1])
    if len(left) - count == 1 and count > 2:
        count -= 1  # two on the next slide are better than one
    if count:
        slide_text.write(
            flow.slide, Box(box.x, y, box.wide, tall), left[:count], size or BESIDE[1], gap=SPACED
        )
    return left[count:]


def beside(flow: Flow, drawn: Chart, figures: Sequence[Figure], sentences: Sequence[str]) -> bool:
    """Whether figures and all sentences have room to the right of a chart; if not, figures stand in rows above it."""
    if not figures or len(figures) > MOST_BESIDE:
        return False
    wide = flow.free.wide - width_of(flow, drawn, company=True) - 1.5 * GAP
    if wide < slide_cards.CARD:
        return False
    tall = flow.free.tall - sum(slide_cards.card_height(flow, f, wide) + GAP for f in figures)
    return text_metrics.size_for(texts(sentences), flow.room(wide), tall, BESIDE, gap=SPACED) is not None
