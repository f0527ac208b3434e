"""The next slide, and the next place on it: what does not fit goes on a further slide under the same title."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pptx.enum.dml import MSO_THEME_COLOR as THEME
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.slide import Slide
from pptx.util import Pt

from reports.documents import document_facts, document_theme, text_metrics
from reports.documents.document_facts import Document
from reports.documents.sanitise import legible, one_line, tied
from reports.slides import brand_template, slide_text
from reports.slides.brand_template import Box, Template

GAP = 16.0
"""Between two things on a slide."""
SMALLEST_TITLE = 16.0
TO_DO, QUESTION = 15.0, 12.0
MARKED = 30.0
"""Above this stands the mark of invented data."""
CONTINUED = "(continued)"


class Flow:
    """The slides of one message: `slide` is the one being filled, `free` what is left of it."""

    def __init__(
        self, base: Template, review: Document, title: str, under: str, notes: str, to_do: str = ""
    ) -> None:
        """Open the first slide.

        `under` is the line below the title, such as the question it answers; `to_do` the recommendation between them.
        """
        self.to_do = one_line(to_do)
        self.base, self.review, self.notes = base, review, notes
        self.title, self.under = one_line(title), one_line(under)
        self.further = f"{self.title} {CONTINUED}"
        self.fresh = True
        self.count = 0
        self.turn()

    @property
    def slack(self) -> float:
        """Widths are divided by this: a brand's font may be wider than the one measured."""
        return self.base.roomier

    def turn(self) -> None:
        """Go to a further slide."""
        self.count += 1
        self.slide = self.base.deck.slides.add_slide(self.base.content)
        text = self.title if self.count == 1 else self.further
        used = _title(self.slide, self.base, text, MARKED if self.review.sample else 0.0)
        notes = [self.notes] if used[1] else [self.title, self.notes]
        clear(self.slide)
        furnish(self.slide, self.base, self.review)
        note(self.slide, "\n".join(notes))
        body = self.base.body
        top = max(self.base.title.y, MARKED * self.review.sample) + used[0] + 8 if self.base.hangs else body.y
        self.free = Box(body.x, top, body.wide, body.end - top)
        if self.to_do and self.count == 1:
            room = self.room(body.wide - 12)
            words = text_metrics.cut(tied(self.to_do), room, 2 * TO_DO * text_metrics.LINE, TO_DO, bold=True)
            tall = text_metrics.height(words, room, TO_DO, bold=True)
            rule = self.slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *Box(body.x, top + 1, 3, tall - 2).emu())
            slide_text.unstyled(rule)
            rule.fill.solid()
            rule.fill.fore_color.theme_color = THEME.ACCENT_1
            rule.line.fill.background()
            box = Box(body.x + 12, top, body.wide - 12, tall)
            slide_text.write(self.slide, box, [words], TO_DO, bold=True, colour=THEME.ACCENT_1)
            self.free = Box(body.x, top, body.wide, body.end - top)
            self.took(tall + 6)
            top = self.free.y
        if self.under:
            room = self.room(body.wide)
            under = text_metrics.cut(self.under, room, 2 * QUESTION * text_metrics.LINE, QUESTION)
            tall = text_metrics.height(under, room, QUESTION)
            box = Box(body.x, top, body.wide, tall)
            slide_text.write(self.slide, box, [under], QUESTION, colour=THEME.TEXT_2)
            self.took(tall + GAP)
        self.fresh = True
        self.whole = self.free.tall

    def goes_on_with(self, title: str) -> None:
        """Further slides say in their title what they show; without one, that they continue."""
        self.further = one_line(title) or f"{self.title} {CONTINUED}"

    def room(self, wide: float) -> float:
        """`wide`, as our measure sees it."""
        return wide / self.slack

    def took(self, tall: float) -> None:
        """`tall` points of the free place are used."""
        self.free = Box(self.free.x, self.free.y + tall, self.free.wide, self.free.tall - tall)
        self.fresh = False

    def wants(self, tall: float) -> None:
        """Turn to a further slide unless `tall` points are free, or this one is still empty."""
        if self.free.tall < tall and not self.fresh:
            self.turn()


def _title(slide: Slide, base: Template, text: str, free_from: float) -> tuple[float, bool]:
    """Write the title below `free_from`; gives the height it takes, and whether all of it is there."""
    shape: Any = slide.shapes.title
    box = base.title
    if box.y < free_from < box.end:
        box = Box(box.x, free_from, box.wide, box.end - free_from)
        shape.left, shape.top, shape.width, shape.height = box.emu()
    room = box.wide / base.roomier
    title = tied(text)
    size = text_metrics.size_for([title], room, box.tall, (base.title_size, SMALLEST_TITLE), bold=True)
    whole = size is not None
    size = _with_less_lines(title, room, size)
    if size is None:
        size = SMALLEST_TITLE
        title = text_metrics.cut(title, room, box.tall, size, bold=True)
    shape.text_frame.text = title
    for run in shape.text_frame.paragraphs[0].runs:
        run.font.size = Pt(size)
    return text_metrics.height(title, room, size, bold=True), whole


def _with_less_lines(title: str, room: float, size: float | None) -> float | None:
    """A little smaller, if that spares a last line of a word or two."""
    if size is None:
        return None
    broken = text_metrics.lines(title, room, size, bold=True)
    if len(broken) < 2 or text_metrics.width(broken[-1], size, bold=True) > room / 3:
        return size
    smaller = size * 0.88
    return smaller if len(text_metrics.lines(title, room, smaller, bold=True)) < len(broken) else size


def clear(slide: Slide) -> None:
    """Take away what the layout offers to fill in and nobody did."""
    for shape in list(slide.placeholders):
        if not shape.has_text_frame or not shape.text_frame.text:
            shape._element.getparent().remove(shape._element)


def furnish(slide: Slide, base: Template, review: Document, *, foot: bool = True) -> None:
    """The line at the foot, the slide's number, and the mark of invented data."""
    wide = float(base.deck.slide_width or 0) / 12_700
    tall = float(base.deck.slide_height or 0) / 12_700
    if foot:
        line, number = brand_template.with_foot(slide, base, document_facts.foot(review))
        low = Box(base.body.x, tall - 32, base.body.wide - 60, 14)
        if not line:
            slide_text.write(
                slide, low, [document_facts.foot(review)], document_theme.SMALLEST, colour=THEME.TEXT_2
            )
        if not number:
            at = Box(base.body.x + base.body.wide - 50, low.y, 50, 14)
            _number(
                slide_text.write(slide, at, [""], document_theme.SMALLEST, colour=THEME.TEXT_2, right=True)
            )
    if review.sample:
        size = document_theme.SMALLEST
        broad = text_metrics.width(document_facts.SAMPLE, size, bold=True) * base.roomier + 18
        end = min(base.body.x + base.body.wide, wide - 8)
        shape = slide.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, *Box(end - broad, 8, broad, 18).emu())
        shape.name = document_facts.SAMPLE
        slide_text.unstyled(shape)
        shape.fill.solid()
        shape.fill.fore_color.rgb = _rgb("orangeBackgroundColor")
        shape.line.color.rgb = _rgb("orangeColor")
        shape.line.width = Pt(0.75)
        frame = shape.text_frame
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.vertical_anchor, frame.word_wrap = MSO_ANCHOR.MIDDLE, False
        frame.paragraphs[0].alignment = PP_ALIGN.CENTER
        run = frame.paragraphs[0].add_run()
        run.text, run.font.size, run.font.bold = document_facts.SAMPLE, Pt(size), True
        run.font.color.rgb = _rgb("orangeTextColor")


def _rgb(name: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(document_theme.colour(name))


def _number(shape: Any) -> None:
    """Turn a text box into the slide's own number."""
    paragraph = shape.text_frame.paragraphs[0]._p
    run = paragraph.find(qn("a:r"))
    field = OxmlElement("a:fld")
    field.set("id", "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}")
    field.set("type", "slidenum")
    for child in list(run):
        field.append(child)
    field.find(qn("a:t")).text = "‹#›"
    paragraph.replace(run, field)


def note(slide: Slide, text: str) -> None:
    """Write the speaker notes."""
    frame = slide.notes_slide.notes_text_frame
    assert frame is not None
    frame.text = legible(text)


def texts(sentences: Sequence[str]) -> list[str]:
    """Sentences as they are written on a slide."""
    return [tied(legible(t)) for t in sentences if legible(t)]
