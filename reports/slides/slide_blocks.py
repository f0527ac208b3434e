"""What stands on a slide below its title: a chart with its sentences, or sentences alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pptx.enum.dml import MSO_THEME_COLOR as THEME

from reports.documents import document_theme, number_scales, text_metrics
from reports.documents.sanitise import one_line, tied
from reports.review.review_document import Chart, Figure
from reports.slides import slide_cards, slide_charts, slide_text
from reports.slides.brand_template import Box
from reports.slides.slide_flow import GAP, Flow, texts

ALONE, BESIDE = (18.0, 13.0), (16.0, 12.0)
"""Sizes of sentences across the slide, and beside a chart."""
SPACED = 0.5
"""Between two sentences, in sizes of their type."""
MORE = "More in the handout."
MOST_BESIDE = 2
"""So many figures stand above the sentences, to the right of a chart; more stand in a row above both."""
_PART = 0.62
"""Of the width, for a chart with something to its right."""


def as_many(
    flow: Flow, sentences: Sequence[str], wide: float, tall: float, sizes: tuple[float, float]
) -> tuple[list[str], float]:
    """As many sentences, from the first on, as fit, and their size; what is left out stands in notes and handout."""
    left, room = texts(sentences), flow.room(wide)
    size = text_metrics.size_for(left, room, tall, sizes, gap=SPACED)
    if size is not None or not left:
        return left, size or sizes[0]
    size = sizes[1]
    below = height([MORE], room, size) + SPACED * size
    count = how_many(left, room, tall - below, size)
    if not count and tall >= below + 3 * size * text_metrics.LINE:
        # One sentence longer than its place: as much of it as fits.
        return [text_metrics.cut(left[0], room, tall - below, size), MORE], size
    return [*left[:count], MORE] if count else [], size


def sentences(
    flow: Flow, sentences: Sequence[str], sizes: tuple[float, float] = ALONE, tall: float | None = None
) -> None:
    """Sentences across the slide, as many as fit into `tall` of what is free."""
    those, size = as_many(flow, sentences, flow.free.wide, min(tall or math.inf, flow.free.tall), sizes)
    if not those:
        return
    used = height(those, flow.room(flow.free.wide), size)
    slide_text.write(flow.slide, Box(flow.free.x, flow.free.y, flow.free.wide, used), those, size, gap=SPACED)
    flow.took(used + GAP)


def all_fit(flow: Flow, sentences: Sequence[str], tall: float) -> bool:
    """Whether all sentences have room across the slide."""
    return (
        text_metrics.size_for(texts(sentences), flow.room(flow.free.wide), tall, ALONE, gap=SPACED)
        is not None
    )


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
    remarks += [words for words in (drawn.remark, number_scales.pinned(drawn)) if words]
    if number_scales.has_gaps(drawn):
        remarks.append("Nothing is drawn where a value is not known, not yet there, or of too few people.")
    return [tied(" ".join(remarks))] if remarks else []


def _remarks_height(flow: Flow, drawn: Chart, wide: float) -> float:
    return sum(text_metrics.height(t, flow.room(wide), document_theme.SMALLEST) for t in _remarks(drawn))


def chart(
    flow: Flow, drawn: Chart, figures: Sequence[Figure], sentences: Sequence[str], tall: float
) -> list[str]:
    """A chart, to its right figures and as many sentences as fit; gives all of them where there is no place for any."""
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
    """What stands to the right of a chart; nothing is left after it."""
    y = box.y
    for figure in figures:
        tall = slide_cards.card_height(flow, figure, box.wide)
        slide_cards.card(flow, figure, Box(box.x, y, box.wide, tall))
        y += tall + GAP
    tall = box.end - y
    those, size = as_many(flow, left, box.wide, tall, BESIDE)
    if those:
        slide_text.write(flow.slide, Box(box.x, y, box.wide, tall), those, size, gap=SPACED)
    return []


def beside(flow: Flow, drawn: Chart, figures: Sequence[Figure], sentences: Sequence[str]) -> bool:
    """Whether figures and a sentence have room to the right of a chart; if not, figures stand in rows above it."""
    if not figures or len(figures) > MOST_BESIDE:
        return False
    wide = flow.free.wide - width_of(flow, drawn, company=True) - 1.5 * GAP
    if wide < slide_cards.CARD:
        return False
    tall = flow.free.tall - sum(slide_cards.card_height(flow, f, wide) + GAP for f in figures)
    return bool(as_many(flow, sentences, wide, tall, BESIDE)[0]) or (tall >= 0 and not texts(sentences))


def small_charts(flow: Flow, charts: Sequence[Chart], sentences: Sequence[str]) -> None:
    """Charts beside each other, each under its heading, as many in a row as their number asks for."""
    columns = 3 if len(charts) > 4 else 2
    rows = math.ceil(len(charts) / columns)
    pinned = (f"{c.series[0].name}: {words}" for c in charts if (words := number_scales.pinned(c)))
    pins = [tied(words) for words in dict.fromkeys(pinned)]
    below, size = as_many(flow, [*sentences, *pins], flow.free.wide, 52, (12.0, 12.0))
    under = height(below, flow.room(flow.free.wide), size) + 6 if below else 0.0
    wide = (flow.free.wide - GAP * (columns - 1)) / columns
    tall = (flow.free.tall - under - GAP * (rows - 1)) / rows
    for position, drawn in enumerate(charts):
        row, column = divmod(position, columns)
        x, y = flow.free.x + column * (wide + GAP), flow.free.y + row * (tall + GAP)
        words = text_metrics.cut(
            one_line(number_scales.heading(drawn, line=True)),
            flow.room(wide),
            30,
            slide_cards.LABEL,
            bold=True,
        )
        high = text_metrics.height(words, flow.room(wide), slide_cards.LABEL, bold=True)
        slide_text.write(flow.slide, Box(x, y, wide, high), [words], slide_cards.LABEL, bold=True)
        slide_charts.draw(flow.slide, Box(x, y + high + 2, wide, tall - high - 2), drawn)
    if below:
        at = Box(flow.free.x, flow.free.end - under + 6, flow.free.wide, under - 6)
        slide_text.write(flow.slide, at, below, size, gap=SPACED, colour=THEME.TEXT_2)
    flow.took(flow.free.tall)
