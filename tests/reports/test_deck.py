"""The slides: every figure of the review is on them, everything fits, nothing a person wrote runs or breaks the file."""

from __future__ import annotations

import io
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from full_review import REVIEW
from pptx import Presentation

from metrics import CATALOGUE
from metrics.measure import version
from reports import about, deck
from reports.review import Chart, Figure, Review


@cache
def made() -> bytes:
    return deck.slides(REVIEW)


def opened(data: bytes) -> Any:
    return Presentation(io.BytesIO(data))


def flat(text: str) -> str:
    """Text with each kind of space as one space."""
    return " ".join(text.replace("\u00a0", " ").split())


def words_of(slide: Any) -> str:
    """All text of a slide, its notes left out."""
    found = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            found += [p.text for p in shape.text_frame.paragraphs]
        if shape.has_table:
            found += [cell.text for row in shape.table.rows for cell in row.cells]
    return flat("\n".join(found))


def everything(data: bytes) -> str:
    return " ".join(words_of(slide) for slide in opened(data).slides)


def figures(review: Review) -> list[Figure]:
    parts = (*review.answers, *review.case_studies)
    return [figure for part in parts for figure in part.figures]


def charts(review: Review) -> list[Chart]:
    return [part.chart for part in (*review.answers, *review.case_studies) if part.chart is not None]


def test_every_title_figure_and_sentence_is_on_a_slide() -> None:
    text = everything(made())
    for part in (*REVIEW.answers, *REVIEW.case_studies):
        assert flat(part.title) in text
        for sentence in part.sentences:
            assert flat(sentence) in text, sentence
    for figure in figures(REVIEW):
        for said in (figure.value, figure.label, figure.before, figure.year_before, figure.target, figure.n):
            assert flat(said) in text, said
    for answer in REVIEW.answers:
        assert flat(answer.question) in text
        for row in answer.table.rows if answer.table else ():
            for cell in row:
                assert flat(cell) in text


def test_charts_are_native_and_hold_the_values_of_the_review() -> None:
    found = [s.chart for slide in opened(made()).slides for s in slide.shapes if s.has_chart]
    assert len(found) == len(charts(REVIEW))
    for chart, drawn in zip(charts(REVIEW), found, strict=True):
        plot = drawn.plots[0]
        assert list(plot.categories) == list(chart.categories)
        for series, there in zip(chart.series, plot.series, strict=False):
            assert tuple(there.values) == series.values


def test_the_notes_say_what_each_figure_means_and_how_fresh_it_is() -> None:
    for slide in opened(made()).slides:
        notes = slide.notes_slide.notes_text_frame.text
        assert REVIEW.period.in_words() in notes
        assert "as of 30 Jun 2026, loaded on 1 Jul 2026 at 06:12" in notes
    for answer in REVIEW.answers:
        slide = next(s for s in opened(made()).slides if flat(s.shapes.title.text) == flat(answer.title))
        for name in about.metrics_of([answer]):
            said = f"{CATALOGUE[name].label}, version {version(CATALOGUE[name])}"
            assert said in slide.notes_slide.notes_text_frame.text


def test_every_slide_of_a_sample_bank_says_so() -> None:
    assert all(about.SAMPLE in words_of(slide) for slide in opened(made()).slides)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here")
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    (tmp_path / "review.pptx").write_bytes(made())
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "review.pptx")], check=True, capture_output=True, timeout=120)
    pages = (tmp_path / "review.pdf").read_bytes().count(b"/Type/Page") - 1
    assert pages == len(opened(made()).slides)
