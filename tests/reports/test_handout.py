"""The handout and the command that writes both files: every figure of the executive's review is in them."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cli.__main__ import main
from reports import review_composition
from reports.documents import document_facts, font_files, number_scales
from reports.handout import handout_pdf
from reports.review.review_document import Review
from tests import missing
from tests.morning import copy_of, stores_in
from tests.reports.causal_words import claims
from tests.reports.full_review import REVIEW
from tests.reports.opened_slides import (
    anything,
    charts,
    everything,
    figures,
    flat,
    of_any_text,
    opened,
    parts,
)
from warehouse.access import data_coverage
from warehouse.access.reader import Reader, Viewer

# Its bank and reviews are made once, by one worker.
pytestmark = pytest.mark.xdist_group("handout")

needs_pdftotext = missing.needs("pdftotext")


@cache
def text_of(pdf: bytes) -> str:
    """The text of a PDF, page by page, with each kind of space as one space."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def words(text: str) -> str:
    """A text as its letters and digits: lines are broken where the page is full."""
    return re.sub(r"\s+", "", text)


@cache
def made() -> bytes:
    return handout_pdf.pdf(REVIEW)


def raw(pdf: bytes) -> str:
    """The text of a PDF in the order it was written, so that the cells of a table stay together."""
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return words(done.stdout.decode())


@needs_pdftotext
def test_every_title_figure_and_value_is_in_the_handout() -> None:
    text = raw(made())
    for part in parts(REVIEW):
        assert words(part.title) in text
    for figure in figures(REVIEW):
        for written_text in (figure.value, figure.label, figure.before, figure.n):
            assert words(written_text) in text, written_text
    for chart in charts(REVIEW):
        for series in chart.series:
            for value in series.values:
                if value is not None:
                    assert words(number_scales.text(chart, value)) in text
    for answer in REVIEW.answers:
        for row in answer.table.rows if answer.table else ():
            assert all(words(cell) in text for cell in row)


@needs_pdftotext
def test_every_page_has_its_number_the_day_and_the_mark_of_sample_data() -> None:
    pages = [flat(page) for page in text_of(made()).split("\f") if page.strip()]
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        assert f"{number} of {len(pages)}" in page
        assert "as of 30 Jun 2026" in page
        assert page.count("Sample data") >= 2


@needs_pdftotext
def test_chinese_names_are_printed_and_heads_repeat() -> None:
    text = text_of(made())
    assert "陳大文" in text
    assert "中環分行" in text
    assert len(re.findall(r"Goal +Owner +Status +Reason", text)) > 1


def test_every_type_of_the_handout_is_embedded_also_for_names_of_any_kind() -> None:
    """Traditional, simplified, Hong Kong's own characters, and what nothing has: none is left to the reader's machine."""
    names = "陳大文 张伟刘德华 𨋢嘅啲㗎鰂魚涌 한국 😀"
    pdf = handout_pdf.pdf(of_any_text(names, 1.0))
    # A type that is not embedded has no file among the objects of the PDF.
    fonts = len(re.findall(rb"/Type\s*/Font\b", pdf))
    descriptors = len(re.findall(rb"/FontFile2\b", pdf))
    assert fonts > 3
    assert descriptors >= fonts - 1, "only the library's own name for its first type has no file"
    pieces = font_files.runs(names)
    assert "".join(piece for piece, _ in pieces).replace("□", "") == names.replace("한국", "").replace(
        "😀", ""
    )
    assert "□□" in "".join(piece for piece, _ in pieces), "what no type has is seen to be missing"


@needs_pdftotext
def test_names_can_be_searched_and_copied_whatever_characters_they_have() -> None:
    text = text_of(handout_pdf.pdf(of_any_text("陳大文 张伟 𨋢嘅啲㗎", 1.0)))
    for name in ("陳大文", "张伟", "𨋢嘅啲㗎"):
        assert name in text


@given(st.text(min_size=1))
def test_no_character_is_left_to_chance(text: str) -> None:
    has: dict[str | None, frozenset[int]] = {None: font_files.faces().letters, **dict(font_files.chinese())}
    for piece, face in font_files.runs(text):
        assert face is None or all(ord(c) in has[face] for c in piece)
        assert all(ord(c) in has[face] or ord(c) <= 0x2FF for c in piece)


def test_without_any_font_of_the_machine_the_type_of_the_library_has_a_minus() -> None:
    own = (font_files.PLACES[-1],)
    assert ord("−") in font_files.faces(own).letters
    font_files.faces.cache_clear()


def test_the_file_says_what_it_is() -> None:
    assert b"/Title" in made()
    assert b"/Author (Concord)" in made()


@settings(max_examples=8, deadline=None)
@given(anything, st.none() | st.floats())
@example("word " * 600, 1e300)
@example("x" * 3_000, -0.0)
@example("<b>陳</font> & {", float("nan"))
def test_no_text_breaks_the_handout(text: str, number: float | None) -> None:
    assert handout_pdf.pdf(of_any_text(text, number)).startswith(b"%PDF")


@dataclass(frozen=True)
class Written:
    """What the command wrote, and the review as an executive's screen has it."""

    review: Review
    slides: bytes
    pdf: bytes
    output: str


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """`cli review` on the bank in `folder`."""
    done = CliRunner().invoke(
        main, ["review", *arguments], env={**os.environ, "CONCORD_DATA_DIR": str(folder)}
    )
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def written(after_a_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Written:
    bank, out = tmp_path_factory.mktemp("bank") / "data", tmp_path_factory.mktemp("out")
    copy_of(after_a_night, bank)
    code, output = run(bank, "--quarter", "2026Q2", "--out", str(out))
    assert code == 0, output
    stores = stores_in(bank)
    reader = Reader(stores, Viewer("eve", "Eve", "executive"), stores.snapshot())
    quarter = review_composition.named("2026Q2", reader)
    review = review_composition.build(reader, quarter, data_coverage.available_columns(reader))
    stores.app_db.dispose()
    slides, pdf = ((out / document_facts.file_name(review, kind)).read_bytes() for kind in ("pptx", "pdf"))
    return Written(review, slides, pdf, output)


@needs_pdftotext
def test_the_command_writes_what_an_executive_sees(written: Written) -> None:
    slides, paper = everything(written.slides), raw(written.pdf)
    for title in (written.review.title, *(part.title for part in parts(written.review))):
        assert flat(title) in slides
        assert words(title) in paper
    for figure in (*figures(written.review), *written.review.figures):
        assert flat(figure.value) in slides
        assert words(figure.value) in paper
    drawn = [s.chart for slide in opened(written.slides).slides for s in slide.shapes if s.has_chart]
    drawable = [c for c in charts(written.review) if number_scales.drawable(c)]
    assert len(drawn) == len(drawable)
    for chart, there in zip(drawable, drawn, strict=True):
        for series, values in zip(chart.series, there.plots[0].series, strict=False):
            assert tuple(values.values) == series.values
            assert all(words(number_scales.text(chart, v)) in paper for v in series.values if v is not None)


def test_no_answer_without_a_random_group_claims_a_cause(written: Written) -> None:
    for part in parts(written.review):
        experiment = getattr(part, "controlled", any(": analysis " in source for source in part.sources))
        sentences = [part.title, *part.sentences, *([part.chart.says] if part.chart else [])]
        assert experiment or [c for text in sentences for c in claims(text)] == [], part.title


@pytest.mark.parametrize("quarter", ["2031Q1", "spring", "2026Q5"])
def test_an_impossible_quarter_is_a_sentence(quarter: str, after_a_night: Path, tmp_path: Path) -> None:
    code, _ = run(after_a_night, "--quarter", quarter, "--out", str(tmp_path))
    assert code == 1
    assert list(tmp_path.iterdir()) == []


def test_a_review_without_anything_still_opens() -> None:
    empty = replace(REVIEW, answers=(), case_studies=(), sample=False)
    assert handout_pdf.pdf(empty).startswith(b"%PDF")
