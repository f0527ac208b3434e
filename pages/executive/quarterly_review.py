"""The quarterly review: a quarter in one sentence, its first figures, and ten questions that open into their answers."""

from functools import partial

import pandas as pd
import streamlit as st

from metrics.comparison.words import day
from metrics.definitions.quarters import Quarter
from metrics.definitions.scope import Scope
from pages.charts import review_chart
from pages.components import data, tables
from pages.components import viewer as door
from pages.components.typed_text import escaped
from pages.executive import decisions_to_list, review_issue
from pages.together.learning import workshop
from reports import issued
from reports import review_composition as quarterly
from reports.documents import document_facts, number_scales
from reports.exports.review_files import KINDS, review_file
from reports.review.review_document import NAMES, Answer, Exhibit, Figure, Review, Table
from warehouse.access.reader import Reader, Viewer
from warehouse.stores import connect
from workflow.reports.issued_reviews import Issue

LONG = 50
"""A cell with more letters than this is a sentence."""
COLOURS = {"better": "green", "worse": "red"}


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The finding, what to take along, the first figures, the ten answers."""
    reader, available = data.reader(viewer), data.available_columns(viewer)
    once = data.once(viewer)
    offered = quarterly.quarters(reader, available, once)
    headline = st.empty()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        quarter = _chosen(offered)
        version = review_issue.chosen(viewer, quarter)
        review = (
            data.until_changed(viewer, review_of, quarter)
            if version is None
            else issued.corrected(issued.read(reader, version), _today(viewer, quarter))
        )
        _take_along(viewer, review, quarter, version)
    headline.title(_unbroken(escaped(review.title)))
    st.caption(_how_to_read(review))
    review_issue.block(viewer, quarter, version, review)
    with st.grid(len(review.figures), min_column_width=140, gap="small"):
        for figure in review.figures:
            _first(figure)
    for number, exhibit in enumerate(review.exhibits):
        label = f"**{exhibit.name}** · {escaped(exhibit.title)}"
        with st.expander(label, key=f"glance-{number}", on_change="rerun") as opened:
            if opened.open:
                _exhibit(exhibit, f"glance-{number}")
    with st.container(gap="xxsmall", key="review-answers"):
        for number, answer in enumerate(review.answers, start=1):
            _answer(number, answer, review.quarter, viewer)
    if review.case_studies:
        with st.expander("**Pilots** · what was measured, for other departments to read"):
            for number, study in enumerate(review.case_studies):
                st.markdown(f"**{escaped(study.title)}**")
                st.caption(escaped(document_facts.studied(study)))
                for sentence in study.sentences:
                    st.text(sentence)
                if st.button(
                    "Plan a session on it", icon=":material/groups:", key=f"session-{number}", type="tertiary"
                ):
                    workshop.plan_session(study.title, "\n".join((study.what, *study.sentences)))


def review_of(viewer: Viewer, quarter: Quarter, *, alike: bool = False) -> Review:
    """The review as it stands now, for who reads it."""
    reader = data.reader(viewer)
    return quarterly.build(reader, quarter, data.available_columns(viewer), data.once(viewer), alike=alike)


def _today(viewer: Viewer, quarter: Quarter) -> Review:
    """What would be issued to her now: what an issued version is compared with."""
    return data.until_changed(issued.read_as(viewer), review_of, quarter, alike=True)


def _chosen(offered: tuple[Quarter, ...]) -> Quarter:
    by_name = {q.name: q for q in offered}
    name = st.selectbox(
        "Quarter",
        list(by_name),
        format_func=lambda n: (
            f"Q{by_name[n].number} {by_name[n].year}{' so far' if by_name[n].is_partial else ''}"
        ),
        key="quarter",
        bind="query-params",
        label_visibility="collapsed",
        width=170,
    )
    return by_name.get(str(name), offered[0])


def _take_along(viewer: Viewer, review: Review, quarter: Quarter, version: Issue | None) -> None:
    """Two buttons; the file is made on a click and on another thread, so whoever holds the session then is asked anew."""
    stores, available, who = connect.here(), data.available_columns(viewer), door.later()

    def build(now: Viewer) -> Review:
        reader = Reader(stores, now, stores.snapshot())
        return (
            quarterly.build(reader, quarter, available) if version is None else issued.read(reader, version)
        )

    def file_of(kind: str) -> bytes:
        return review_file(stores, build, kind, viewer, who())

    for kind, (label, mime) in KINDS.items():
        st.download_button(
            label,
            partial(file_of, kind),
            document_facts.file_name(review, kind),
            mime,
            key=f"take-{kind}",
            on_click="ignore",
            icon=":material/download:",
            type="primary" if kind == "pptx" else "secondary",
        )


def _how_to_read(review: Review) -> str:
    assert review.before is not None
    assert review.year_before is not None
    partial_quarter = "The quarter still runs. " if review.partial else ""
    nothing = f"There are no data before {day(review.begun)}. " if review.begun else ""
    return (
        f"{partial_quarter}{review.period.in_words()}, compared with {review.before.in_words()} and, a year before, "
        f"{review.year_before.in_words()}. {nothing}Data as of {day(review.as_of)}. Open a question for its answer."
    )


def _first(figure: Figure) -> None:
    """One of the figures that come first: little room, so the rest of it stands with its question below."""
    with st.container(gap="xxsmall", key=f"first-{figure.label}"):
        st.metric(figure.label, figure.value, help=_more(figure))
        st.caption(_since(figure) or _coloured(_short(figure)))


def _since(figure: Figure) -> str:
    """What an issued figure reads today, where a source corrected it since or it went on changing."""
    if figure.corrected:
        return f":orange[corrected since: now {escaped(figure.corrected)}]"
    return f":gray[by now {escaped(figure.by_now)}]" if figure.by_now else ""


def _short(figure: Figure) -> str:
    """What fits below a figure on one line: how it moved in a year if it did, or its interval."""
    if figure.year_before.endswith(", no significant change"):
        return "no significant change"
    if figure.year_before:
        return f"in a year {figure.year_before}"
    return figure.n.partition(", n =")[0].removeprefix("95% interval ")


def _more(figure: Figure) -> str | None:
    lines = (
        f"Against a year before: {figure.year_before}." if figure.year_before else "",
        f"Against the quarter before: {figure.before}." if figure.before else "",
        f"Target: {figure.target}." if figure.target else "",
        f"{figure.n[:1].upper()}{figure.n[1:]}." if figure.n else "",
    )
    return escaped("  \n".join(s for s in lines if s)) or None


def _coloured(text: str) -> str:
    """A change in words; its last word says which way it went, and has the colour of it."""
    colour = COLOURS.get(text.rpartition(", ")[2])
    return f":{colour}[{escaped(text)}]" if colour else escaped(text)


def _unbroken(text: str) -> str:
    """A number stays on one line with its unit and its n."""
    return text.replace("n = ", "n\u00a0=\u00a0")


def _card(figure: Figure) -> None:
    with st.container(border=True, height="stretch", gap="xxsmall"):
        if any(c.isdigit() for c in figure.value):
            st.metric(figure.label, figure.value)
        else:
            st.text(figure.label)
            st.markdown(f"**{escaped(figure.value[:1].upper() + figure.value[1:])}**")
        below = [
            _since(figure),
            f"Year before: {_coloured(figure.year_before)}" if figure.year_before else "",
            f"Quarter before: {_coloured(figure.before)}" if figure.before else "",
            f"Target {escaped(figure.target)}" if figure.target else "",
            escaped(figure.n),
            f"Elsewhere: {escaped(figure.benchmark)}" if figure.benchmark else "",
        ]
        st.caption("  \n".join(_unbroken(b) for b in below if b))


def _table(table: Table, key: str) -> None:
    """Sentences in a table are read whole: it wraps them, where a grid would cut them at its edge."""
    rows = [list(row) for row in table.rows]
    for cell in table.corrected:
        if cell.row is not None:
            rows[cell.row][cell.column] += f" (corrected since: now {cell.now})"
    frame = pd.DataFrame(rows, columns=list(table.columns))
    if max((len(cell) for row in rows for cell in row), default=0) > LONG:
        if table.title:
            st.markdown(f"**{escaped(table.title)}**")
        tables.sentences(frame.map(escaped), frame, key)
    else:
        tables.show(frame, key)


def _exhibit(exhibit: Exhibit, key: str) -> None:
    """A further finding below its title: what to do, the charts beside each other, the table."""
    if exhibit.recommendation:
        st.markdown(f"**{escaped(exhibit.recommendation)}**")
    drawn = [c for c in exhibit.charts if number_scales.drawable(c)]
    if len(drawn) == 1:
        review_chart.draw(drawn[0], f"exhibit-{key}")
    elif drawn:
        with st.grid(3 if len(drawn) > 4 else 2, min_column_width=300, gap="small"):
            for number, chart in enumerate(drawn):
                with st.container(gap="xxsmall"):
                    review_chart.draw(chart, f"exhibit-{key}-{number}")
    for sentence in exhibit.sentences:
        st.text(sentence)
    if exhibit.table is not None:
        _table(exhibit.table, f"exhibit-table-{key}")


def _answer(number: int, answer: Answer, quarter: str, viewer: Viewer) -> None:
    label = f"**{number} {NAMES[answer.key]}** · {_unbroken(escaped(answer.title))}"
    with st.expander(label, key=f"answer-{answer.key}", on_change="rerun", bind="query-params") as expander:
        if not expander.open:
            return
        st.caption(answer.question)
        if answer.recommendation:
            st.markdown(f"**{escaped(answer.recommendation)}**")
        if answer.chart is not None and number_scales.drawable(answer.chart):
            words, drawn = st.columns([1, 1], gap="large")
            with drawn:
                review_chart.draw(answer.chart, f"chart-{answer.key}")
        else:
            words = st.container()
        with words:
            for sentence in answer.sentences:
                st.text(sentence)
        if answer.figures:
            with st.grid(4, min_column_width=215, gap="small"):
                for figure in answer.figures:
                    _card(figure)
        if answer.table is not None:
            _table(answer.table, f"review-{answer.key}")
        for at, exhibit in enumerate(answer.exhibits):
            st.markdown(f"#### {escaped(exhibit.title)}")
            _exhibit(exhibit, f"{answer.key}-{at}")
        if answer.to_decide:
            decisions_to_list.block(viewer, quarter, answer.to_decide)
        for source in answer.sources:
            st.caption(f"Source: {escaped(source)}")
