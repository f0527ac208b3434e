"""What stands on a slide below its title: figures as cards, a chart with its sentences, sentences alone."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from pptx.enum.dml import MSO_THEME_COLOR as THEME
from pptx.enum.shapes import MSO_CONNECTOR
from pptx.util import Pt

from reports import about, fit, look, scales, slide_charts, slide_text
from reports.legible import one_line, tied
from reports.review import Chart, Figure
from reports.slide_flow import GAP, Flow, texts
from reports.template import Box

CARD = 190.0
"""A card is at least as wide."""
VALUE, LABEL, DETAIL = 26.0, 12.0, 11.0
ALONE, BESIDE = (20.0, 12.0), (16.0, 11.5)
"""Sizes of sentences across the slide, and beside a chart."""
SPACED = 0.5
"""Between two sentences, in sizes of their type."""
MOST_BESIDE = 2
"""So many figures stand above the sentences, to the right of a chart; more stand in a row above both."""
_PART = 0.62
"""Of the width, for a chart with something to its right."""


def rows_of(flow: Flow, figures: Sequence[Figure]) -> list[Sequence[Figure]]:
    """Figures in rows of cards, as even as they come."""
    if not figures:
        return []
    most = max(1, min(4, int(flow.free.wide / CARD)))
    columns = ceil(len(figures) / ceil(len(figures) / most))
    return [figures[i : i + columns] for i in range(0, len(figures), columns)]


def _details(figure: Figure) -> list[str]:
    return [tied(f"{word}: {text}" if word else text) for word, text in about.details(figure)]


def card_height(flow: Flow, figure: Figure, wide: float) -> float:
    """How tall a figure with its words becomes."""
    room = flow.room(wide)
    label = fit.height(tied(one_line(figure.label)), room, LABEL)
    return 8 + VALUE * fit.LINE + label + 3 + sum(fit.height(t, room, DETAIL) for t in _details(figure))


def row_height(flow: Flow, row: Sequence[Figure], columns: int) -> float:
    """How tall a row of cards becomes."""
    return max(card_height(flow, f, _width(flow, columns)) for f in row)


def _width(flow: Flow, columns: int) -> float:
    return (flow.free.wide - GAP * (columns - 1)) / columns


def cards(flow: Flow, row: Sequence[Figure], columns: int) -> None:
    """One row of figures."""
    tall = row_height(flow, row, columns)
    flow.wants(tall)
    wide = _width(flow, columns)
    for position, figure in enumerate(row):
        _card(flow, figure, Box(flow.free.x + position * (wide + GAP), flow.free.y, wide, tall))
    flow.took(tall + GAP)


def _card(flow: Flow, figure: Figure, box: Box) -> None:
    """The value large, what it is, and what it is compared with."""
    slide, room = flow.slide, flow.room(box.wide)
    ends = (*box.emu()[:2], Box(box.x + box.wide, 0, 0, 0).emu()[0], box.emu()[1])
    rule = slide_text.unstyled(slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, *ends))
    rule.line.width = Pt(1.5)
    rule.line.color.theme_color = THEME.ACCENT_1
    value = one_line(figure.value).replace(" ", "\u00a0")
    size = fit.size_for([value], room, VALUE * fit.LINE, (VALUE, LABEL), bold=True)
    if size is None:
        value = fit.cut(one_line(figure.value), room, VALUE * fit.LINE, LABEL, bold=True)
    top = Box(box.x, box.y + 6, box.wide, VALUE * fit.LINE)
    slide_text.write(slide, top, [value], size or LABEL, bold=True, middle=True)
    label = tied(one_line(figure.label))
    under = Box(box.x, top.end, box.wide, fit.height(label, room, LABEL))
    slide_text.write(slide, under, [label], LABEL, colour=THEME.TEXT_2)
    more = _details(figure)
    if not more:
        return
    below = Box(box.x, under.end + 3, box.wide, sum(fit.height(t, room, DETAIL) for t in more))
    shape = slide_text.write(slide, below, more, DETAIL)
    colour = slide_text.verdict_colour(figure.verdict, dark=flow.base.dark)
    for (word, _), paragraph in zip(about.details(figure), shape.text_frame.paragraphs, strict=True):
        if word == "Quarter before" and isinstance(colour, str):
            for run in paragraph.runs:
                run.font.bold = True
                slide_text.paint(run.font.color, colour)


def sentences(flow: Flow, said: Sequence[str], sizes: tuple[float, float] = ALONE) -> None:
    """Sentences across the slide, on as many slides as they need."""
    left = texts(said)
    while left:
        room = flow.room(flow.free.wide)
        size = fit.size_for(left, room, flow.free.tall, sizes, gap=SPACED)
        if size is None and not flow.fresh:
            flow.turn()
            continue
        count = len(left) if size else how_many(left, room, flow.free.tall, sizes[1])
        if not count:
            # One sentence longer than a slide: as much of it as fits; all of it is in the notes.
            left[0], count = fit.cut(left[0], room, flow.free.tall, sizes[1]), 1
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


def height(said: Sequence[str], room: float, size: float) -> float:
    """How tall sentences become."""
    return sum(fit.height(t, room, size) for t in said) + SPACED * size * (len(said) - 1)


def how_many(said: Sequence[str], room: float, tall: float, size: float) -> int:
    """How many sentences, from the first on, fit."""
    count = 0
    while count < len(said) and height(said[: count + 1], room, size) <= tall:
        count += 1
    return count


def width_of(flow: Flow, drawn: Chart, company: bool) -> float:
    """How wide a chart is: with something to its right, unless standing dots need all the width."""
    part = flow.free.wide * _PART
    narrow = slide_charts.shape_of(drawn, part) != slide_charts.shape_of(drawn, flow.free.wide)
    return part if company and not narrow else flow.free.wide


def chart_height(flow: Flow, drawn: Chart, company: bool) -> float:
    """The least a chart needs, with its heading and its remarks."""
    wide = width_of(flow, drawn, company)
    remarks = _remarks_height(flow, drawn, wide)
    return slide_charts.height_wanted(drawn, wide) + 20 * bool(scales.heading(drawn)) + remarks


def _remarks(drawn: Chart) -> list[str]:
    said = ["The lines are 95 % intervals."] if drawn.shape == "intervals" else []
    if scales.has_gaps(drawn):
        said.append("Nothing is drawn where a value is not known, not yet there, or of too few people.")
    return [tied(" ".join(said))] if said else []


def _remarks_height(flow: Flow, drawn: Chart, wide: float) -> float:
    return sum(fit.height(t, flow.room(wide), look.SMALLEST) for t in _remarks(drawn))


def chart(flow: Flow, drawn: Chart, figures: Sequence[Figure], said: Sequence[str], tall: float) -> list[str]:
    """A chart, to its right figures and as many sentences as fit; gives the sentences that did not."""
    tall = min(tall, flow.free.tall)
    x, y = flow.free.x, flow.free.y
    left = texts(said)
    wide = width_of(flow, drawn, bool(left or figures))
    top = y
    room = flow.room(wide)
    heading = fit.cut(one_line(scales.heading(drawn)), room, DETAIL * fit.LINE * 1.5, DETAIL, bold=True)
    if heading:
        at = Box(x, top, wide, 15)
        slide_text.write(flow.slide, at, [heading], DETAIL, bold=True, colour=THEME.TEXT_2)
        top += 20
    under = _remarks_height(flow, drawn, wide)
    slide_charts.draw(flow.slide, Box(x, top, wide, y + tall - top - under), drawn)
    if under:
        at = Box(x, y + tall - under, wide, under)
        slide_text.write(flow.slide, at, _remarks(drawn), look.SMALLEST, colour=THEME.TEXT_2)
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
        tall = card_height(flow, figure, box.wide)
        _card(flow, figure, Box(box.x, y, box.wide, tall))
        y += tall + GAP
    room, tall = flow.room(box.wide), box.end - y
    size = fit.size_for(left, room, tall, BESIDE, gap=SPACED)
    count = len(left) if size else how_many(left, room, tall, BESIDE[1])
    if count:
        slide_text.write(
            flow.slide, Box(box.x, y, box.wide, tall), left[:count], size or BESIDE[1], gap=SPACED
        )
    return left[count:]


def beside(flow: Flow, drawn: Chart, figures: Sequence[Figure]) -> bool:
    """Whether the figures stand to the right of a chart, rather than in rows above it."""
    if not figures or len(figures) > MOST_BESIDE:
        return False
    wide = flow.free.wide - width_of(flow, drawn, True)
    if wide < CARD:
        return False
    tall = sum(card_height(flow, f, wide - 1.5 * GAP) + GAP for f in figures)
    return tall < flow.base.body.tall * 0.6
