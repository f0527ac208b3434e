"""The slides: every figure of the review is on them, everything fits, nothing a person wrote runs or breaks the file."""

from __future__ import annotations

import io
import re
import subprocess
import tempfile
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl import load_workbook
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER as KIND
from pptx.oxml.ns import qn
from pptx.util import Pt

from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import version
from reports.documents import document_facts, document_theme, number_scales, text_metrics
from reports.review.review_document import Chart, Exhibit, Series, Table
from reports.slides import deck
from tests import missing
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
    words_of,
)
from warehouse.errors import Problem


@cache
def made() -> bytes:
    return deck.slides(REVIEW)


def test_every_title_figure_and_sentence_is_on_a_slide() -> None:
    text = everything(made())
    for part in parts(REVIEW):
        assert flat(part.title) in text
        for sentence in part.sentences:
            assert flat(sentence) in text, sentence
    for figure in figures(REVIEW):
        for written in (
            figure.value,
            figure.label,
            figure.before,
            figure.year_before,
            figure.target,
            figure.n,
        ):
            assert flat(written) in text, written
    for answer in REVIEW.answers:
        assert flat(answer.question) in text
        for row in answer.table.rows if answer.table else ():
            for cell in row:
                assert flat(cell) in text


def test_a_further_slide_says_in_its_title_what_it_shows() -> None:
    rows = tuple((f"Goal {n}", "behind, as it was in the quarter before") for n in range(40))
    table = Table(columns=("Goal", "State"), rows=rows, title="All 40 goals and their state")
    answer = replace(REVIEW.answers[0], table=table)
    titles = [
        flat(s.shapes.title.text)
        for s in opened(deck.slides(replace(REVIEW, answers=(answer,), case_studies=()))).slides
    ]
    assert titles.count(flat(answer.title)) == 1
    assert "All 40 goals and their state" in titles
    assert not [t for t in titles if "(continued)" in t]


def test_what_figures_mean_stands_once_at_the_end() -> None:
    names = document_facts.metrics_of(REVIEW.answers)
    meant = tuple(document_facts.definition(n) for n in names)
    columns = ("Figure", "Version", "Owner", "Means")
    trust = replace(REVIEW.answers[-1], table=Table(columns=columns, rows=meant))
    presentation = opened(deck.slides(replace(REVIEW, answers=(*REVIEW.answers[:-1], trust))))
    slide_texts = [words_of(slide) for slide in presentation.slides]
    for name in names:
        assert sum(flat(CATALOGUE[name].description) in text for text in slide_texts) == 1
    assert flat(presentation.slides[len(slide_texts) - 1].shapes.title.text).startswith(
        document_facts.DEFINITIONS
    )


def test_charts_are_native_and_hold_the_values_of_the_review() -> None:
    native_charts = [s.chart for slide in opened(made()).slides for s in slide.shapes if s.has_chart]
    assert len(native_charts) == len(charts(REVIEW))
    for chart, drawn in zip(charts(REVIEW), native_charts, strict=True):
        plot = drawn.plots[0]
        assert list(plot.categories) == list(chart.categories)
        for series, there in zip(chart.series, plot.series, strict=False):
            assert tuple(there.values) == series.values


GOAL = Series(name="goal", values=(None, None, 0.03, 0.028))
BY_QUARTER = Chart(
    shape="columns",
    says="Churn by quarter",
    unit="share",
    categories=("Q3 25", "Q4 25", "Q1 26", "Q2 26"),
    series=(Series(name="Churn rate", values=(0.03, 0.031, None, 0.034)),),
    lines=(GOAL,),
    events=(("Q1 26", "12 Feb 2026: Rate change"),),
)
WITH_EXHIBITS = replace(
    REVIEW,
    exhibits=(Exhibit(title="Worse than a year before: churn", charts=(BY_QUARTER,) * 5),),
    answers=(
        replace(
            REVIEW.answers[1],
            recommendation="Ask the owners how they mean to reach the plan.",
            exhibits=(
                Exhibit(
                    title="Private customers leave more often",
                    recommendation="Ask their managers.",
                    charts=(BY_QUARTER,),
                    sentences=("Each is compared with all others.",),
                ),
            ),
        ),
    ),
    case_studies=REVIEW.case_studies[1:],
)


def test_beneath_each_finding_stands_what_to_do_about_it() -> None:
    slides = {flat(s.shapes.title.text): s for s in opened(deck.slides(WITH_EXHIBITS)).slides}
    answer, study = WITH_EXHIBITS.answers[0], WITH_EXHIBITS.case_studies[0]
    for part, to_do in (
        (answer, answer.recommendation),
        (answer.exhibits[0], answer.exhibits[0].recommendation),
        (study, "Plan a randomised test before anything rests on it."),
    ):
        slide = slides[flat(part.title)]
        (box,) = [s for s in slide.shapes if s.has_text_frame and flat(s.text_frame.text) == to_do]
        assert box.top >= slide.shapes.title.top
        assert to_do in slide.notes_slide.notes_text_frame.text or part is study


def test_goals_are_dashed_lines_over_a_native_chart_and_events_have_their_numbers() -> None:
    slides = [s for s in opened(deck.slides(WITH_EXHIBITS)).slides if any(h.has_chart for h in s.shapes)]
    trends, _, segment = slides[0], slides[1], slides[2]
    assert sum(shape.has_chart for shape in trends.shapes) == 5
    assert "Churn rate: [1] 12 Feb 2026: Rate change." in words_of(trends)
    (chart,) = [shape.chart for shape in segment.shapes if shape.has_chart]
    columns, lines = chart.plots
    assert list(columns.categories) == ["Q3 25", "Q4 25", "Q1 26 [1]", "Q2 26"]
    assert tuple(columns.series[0].values) == BY_QUARTER.series[0].values
    assert tuple(lines.series[0].values) == GOAL.values
    assert "[1] 12 Feb 2026: Rate change." in words_of(segment)
    assert "dashed line: goal" in words_of(segment)


def test_nothing_on_a_slide_is_too_small_to_read() -> None:
    for review in (REVIEW, WITH_EXHIBITS):
        for slide in opened(deck.slides(review)).slides:
            sizes = re.findall(r'<a:r>.*?sz="(\d+)"', etree.tostring(slide._element).decode())
            assert min(map(int, sizes)) >= 1_100, words_of(slide)


def test_one_interval_does_not_flatten_the_others() -> None:
    series = Series(name="Value", values=(9.0, 42.0, 7.0), low=(3.0, 11.0, 4.0), high=(14.0, 73.0, 11.0))
    chart = Chart(shape="intervals", says="", unit="HKD", categories=("A", "Event", "B"), series=(series,))
    drawn = number_scales.without_the_far_one(chart)
    assert drawn.categories == ("A", "B")
    assert drawn.series[0].values == (9.0, 7.0)
    assert drawn.remark == "Event is not drawn: HKD 42 (11 to 73) would flatten the others."
    near = replace(chart, series=(replace(series, high=(14.0, 41.0, 11.0)),))
    assert number_scales.without_the_far_one(near) == near


def test_the_steps_of_whole_numbers_are_whole() -> None:
    scores = Series(name="NPS", values=(-3.0, 7.0))
    chart = Chart(shape="line", says="", unit="points", categories=("a", "b"), series=(scores,))
    assert number_scales.axis(chart) == (-5.0, 0.0, 5.0, 10.0)


def test_the_notes_say_what_each_figure_means_and_how_fresh_it_is() -> None:
    for slide in opened(made()).slides:
        notes = slide.notes_slide.notes_text_frame.text
        assert REVIEW.period.in_words() in notes
        assert "as of 30 Jun 2026, loaded on 1 Jul 2026 at 06:12" in notes
    for answer in REVIEW.answers:
        slide = next(s for s in opened(made()).slides if flat(s.shapes.title.text) == flat(answer.title))
        for name in document_facts.metrics_of([answer]):
            definition = f"{CATALOGUE[name].label}, version {version(CATALOGUE[name])}"
            assert definition in slide.notes_slide.notes_text_frame.text


def test_every_slide_of_a_sample_bank_says_so() -> None:
    assert all(document_facts.SAMPLE in words_of(slide) for slide in opened(made()).slides)


def test_nothing_lies_outside_a_slide_or_waits_to_be_filled_in() -> None:
    for data in (made(), branded()):
        deck_made = opened(data)
        for slide in deck_made.slides:
            assert len({shape.shape_id for shape in slide.shapes}) == len(slide.shapes)
            for shape in slide.shapes:
                assert shape.left >= 0, shape.name
                assert shape.top >= 0, shape.name
                assert shape.left + shape.width <= deck_made.slide_width + 12_700, (
                    shape.name,
                    words_of(slide),
                )
                assert shape.top + shape.height <= deck_made.slide_height + 12_700, (
                    shape.name,
                    words_of(slide),
                )
            assert all(p.text_frame.text for p in slide.placeholders)


def test_texts_fit_their_boxes_and_no_two_overlap() -> None:
    for slide in list(opened(made()).slides)[1:]:
        taken = []
        for shape in slide.shapes:
            box = (shape.left, shape.top, shape.left + shape.width, shape.top + shape.height)
            if shape.has_text_frame and shape.text_frame.text and not shape.is_placeholder:
                sizes = [(p.text, p.runs[0].font.size.pt) for p in shape.text_frame.paragraphs if p.runs]
                tall = sum(text_metrics.height(text, shape.width.pt, size) for text, size in sizes)
                assert tall <= shape.height.pt + 1, shape.text_frame.text
            if shape.height and not shape.is_placeholder:
                taken.append((box, shape.name))
        for i, (a, name) in enumerate(taken):
            for b, other in taken[i + 1 :]:
                apart = a[2] <= b[0] + 9 or b[2] <= a[0] + 9 or a[3] <= b[1] + 25_400 or b[3] <= a[1] + 25_400
                assert apart, (slide.shapes.title.text, name, other)


BRAND = {"dk1": "1A1A2E", "lt2": "EFE9DC", "accent1": "7A1F3D", "accent2": "C08A2B"}


def write_brand(path: Path, *, as_template: bool = False) -> None:
    """A brand of 4:3 with other colours and another font, its layouts renamed, the other way round, and a slide in it."""
    brand = Presentation()
    ids = brand.slide_layouts._sldLayoutIdLst
    for entry in list(ids):
        ids.remove(entry)
        ids.insert(0, entry)
    for number, layout in enumerate(brand.slide_layouts):
        layout._element.cSld.set("name", f"Marke {number}")
    part = next(r.target_part for r in brand.slide_master.part.rels.values() if r.reltype.endswith("/theme"))
    theme = etree.fromstring(part.blob)
    for name, code in BRAND.items():
        (slot,) = theme.iter(qn(f"a:{name}"))
        for old in list(slot):
            slot.remove(old)
        etree.SubElement(slot, qn("a:srgbClr")).set("val", code)
    for family in ("majorFont", "minorFont"):
        theme.find(f".//{qn(f'a:{family}')}/{qn('a:latin')}").set("typeface", "Georgia")
    part._blob = etree.tostring(theme)
    slide = brand.slides.add_slide(brand.slide_layouts[0])
    slide.shapes.title.text = "Only an example"
    brand.save(path)
    if as_template:
        data = io.BytesIO(path.read_bytes())
        with zipfile.ZipFile(data) as old, zipfile.ZipFile(path, "w") as new:
            for item in old.infolist():
                text = old.read(item).replace(b"presentation.main+xml", b"template.main+xml")
                new.writestr(item, text)


@cache
def branded() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write_brand(Path(folder) / "brand.potx", as_template=True)
        return deck.slides(REVIEW, Path(folder) / "brand.potx")


def test_a_brand_replaces_our_look_by_the_kinds_of_its_placeholders() -> None:
    presentation = opened(branded())
    assert (presentation.slide_width, presentation.slide_height) == (9_144_000, 6_858_000)
    kinds = [
        {p.placeholder_format.type for p in slide.slide_layout.placeholders} for slide in presentation.slides
    ]
    assert {KIND.CENTER_TITLE, KIND.SUBTITLE} <= kinds[0]
    assert all(KIND.TITLE in of and KIND.OBJECT not in of for of in kinds[1:])
    themes = [p.blob for p in presentation.part.package.iter_parts() if "theme/theme1" in p.partname]
    assert b"7A1F3D" in themes[0]
    text = everything(branded())
    assert "Only an example" not in text
    for answer in REVIEW.answers:
        assert flat(answer.title) in text
        for figure in answer.figures:
            assert flat(figure.value) in text
    for slide in list(presentation.slides)[1:]:
        assert {KIND.FOOTER, KIND.SLIDE_NUMBER} <= {p.placeholder_format.type for p in slide.placeholders}
        codes = set(re.findall(r'srgbClr val="(\w+)"', etree.tostring(slide._element).decode()))
        assert not codes & {document_theme.colour("primaryColor"), document_theme.colour("textColor")}, (
            "our own colours in a brand"
        )


def test_the_line_at_the_foot_is_one_line_where_it_can_be_read_so(tmp_path: Path) -> None:
    brand, room = Presentation(), 320.0
    for owner in (brand.slide_masters[0], *brand.slide_layouts):
        for shape in owner.placeholders:
            if shape.placeholder_format.type == KIND.FOOTER:
                shape.left, shape.top, shape.width, shape.height = Pt(60), Pt(500), Pt(room), Pt(29)
    brand.save(tmp_path / "brand.pptx")
    short = replace(REVIEW, answers=REVIEW.answers[-1:], case_studies=(), figures=())
    slide = opened(deck.slides(short, tmp_path / "brand.pptx")).slides[1]
    (foot,) = [
        s for s in slide.shapes if s.has_text_frame and s.text_frame.text == document_facts.foot(short)
    ]
    size = foot.text_frame.paragraphs[0].runs[0].font.size.pt
    assert 8 <= size < 12
    assert text_metrics.width(document_facts.foot(short), size) <= room


def test_a_template_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.pptx").write_text("no presentation")
    with pytest.raises(Problem, match=r"Save it as \.pptx or \.potx"):
        deck.check(tmp_path / "notes.pptx")
    with pytest.raises(Problem, match="cannot be read"):
        deck.check(tmp_path / "missing.pptx")
    untitled = Presentation()
    for layout in list(untitled.slide_layouts):
        if layout.name != "Blank":
            untitled.slide_layouts.remove(layout)
    untitled.save(tmp_path / "untitled.pptx")
    with pytest.raises(Problem, match="no layout with a title"):
        deck.check(tmp_path / "untitled.pptx")


@settings(max_examples=8, deadline=None)
@given(anything, st.none() | st.floats())
@example("word " * 600, 1e300)
@example("x" * 3_000, -0.0)
def test_no_text_breaks_the_slides(text: str, number: float | None) -> None:
    presentation = opened(deck.slides(of_any_text(text, number)))
    for slide in presentation.slides:
        for shape in slide.shapes:
            if shape.has_chart:
                book = load_workbook(io.BytesIO(shape.chart.part.chart_workbook.xlsx_part.blob))
                kinds = {c.data_type for row in book.active.iter_rows() for c in row}
                assert kinds <= {"s", "n"}, "a formula in the workbook behind a chart"


@missing.needs("LibreOffice")
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    (tmp_path / "review.pptx").write_bytes(made())
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "review.pptx")], check=True, capture_output=True, timeout=120)
    pages = (tmp_path / "review.pdf").read_bytes().count(b"/Type/Page") - 1
    assert pages == len(opened(made()).slides)
