"""The slides as a reader opens them, the figures and charts that must be on them, and reviews of any text."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from pptx import Presentation

from metrics.comparison.conclusion import Verdict
from reports.review.review_document import Answer, CaseStudy, Chart, Figure, Review, Series, Table
from tests.reports.full_review import REVIEW


def opened(data: bytes) -> Any:
    return Presentation(io.BytesIO(data))


def flat(text: str) -> str:
    """Text with each kind of space as one space."""
    return " ".join(text.replace("\u00a0", " ").split())


def words_of(slide: Any) -> str:
    """All text of a slide, its notes left out."""
    texts = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            texts += [p.text for p in shape.text_frame.paragraphs]
        if shape.has_table:
            texts += [cell.text for row in shape.table.rows for cell in row.cells]
    return flat("\n".join(texts))


def everything(data: bytes) -> str:
    return " ".join(words_of(slide) for slide in opened(data).slides)


def parts(review: Review) -> list[Answer | CaseStudy]:
    return [*review.answers, *review.case_studies]


def figures(review: Review) -> list[Figure]:
    return [figure for part in parts(review) for figure in part.figures]


def charts(review: Review) -> list[Chart]:
    """Every chart of a review in the order of its slides."""
    drawn = [c for e in review.exhibits for c in e.charts]
    for part in parts(review):
        drawn += [part.chart] if part.chart is not None else []
        drawn += [c for e in getattr(part, "exhibits", ()) for c in e.charts]
    return drawn


anything = st.text(max_size=300) | st.text(max_size=400).map(lambda t: f"=HYPERLINK({t}\x0b\ud800\x00<a&b>")


def of_any_text(text: str, number: float | None) -> Review:
    """A review of one answer and one study whose every text is `text`."""
    figure = Figure(label=text, value=text, before=text, n=text, verdict=Verdict.WORSE)
    chart = Chart(
        shape="bars",
        says=text,
        unit="HKD",
        categories=(text, "b"),
        series=(Series(name=text, values=(number, 1.0)),),
        mark=number,
        mark_label=text,
    )
    table = Table(columns=(text, "b"), rows=((text, text), (text,)))
    one = Answer(
        key="goals",
        question=text,
        title=text,
        sentences=(text,),
        figures=(figure,),
        chart=chart,
        table=table,
        sources=(text,),
    )
    study = CaseStudy(title=text, controlled=False, what=text, sentences=(text, text))
    return replace(
        REVIEW, qualified=text, title=text, figures=(figure,), answers=(one,), case_studies=(study,)
    )
