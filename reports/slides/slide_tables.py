"""Tables on slides: larger where there is room, smaller where that saves a slide, and cut with their head where not."""

from __future__ import annotations

from reports.documents import text_metrics
from reports.documents.sanitise import legible, one_line, tied
from reports.review.review_document import Table
from reports.slides import slide_text
from reports.slides.slide_flow import GAP, Flow

SIZES = (14.0, 11.0)
SPREAD = 10.0
"""By so much at most a row is made taller where there is room."""


def plain(table: Table) -> tuple[list[str], list[list[str]]]:
    """A table's head and rows as they can be written: every row as long as the head."""
    head = [one_line(c) for c in table.columns]
    rows = [[tied(legible(cell)) for cell in row][: len(head)] for row in table.rows]
    return head, [row + [""] * (len(head) - len(row)) for row in rows]


def height(flow: Flow, table: Table) -> float:
    """How tall a table becomes at its smallest size."""
    head, rows = plain(table)
    if not head or not rows:
        return 0.0
    measured = SIZES[1] * flow.slack
    widths = slide_text.columns_for([head, *rows], flow.free.wide, measured)
    return sum(slide_text.heights(head, rows, widths, measured, 0))


def put(flow: Flow, table: Table, *, says: str, sizes: tuple[float, float] = SIZES, strong: int = 0) -> None:
    """A table, on as many slides as it needs, each with the head."""
    head, rows = plain(table)
    if not head or not rows:
        return
    whole = flow.whole
    size = _fitting(flow, head, rows, flow.free.tall, sizes, strong)
    if size is None and not flow.fresh:
        size = _fitting(flow, head, rows, whole, sizes, strong)
        if size is not None or flow.free.tall < whole / 2:
            flow.turn()
    split = size is None
    size = size or max(sizes[1], min(sizes[0], 11.0))
    # A wider font is measured as a larger one; what is written keeps its size.
    measured = size * flow.slack
    widths = slide_text.columns_for([head, *rows], flow.free.wide, measured)
    rows = [_short(row, widths, measured, whole / 2) for row in rows]
    talls = slide_text.heights(head, rows, widths, measured, strong)
    counts = slide_text.pages(talls, flow.free.tall, whole) if split else [len(rows)]
    spare = 0.0 if split else (flow.free.tall - sum(talls)) / len(rows)
    for position, count in enumerate(counts):
        if position:
            flow.turn()
        if count:
            tall = slide_text.table(
                flow.slide,
                flow.free,
                head,
                rows[:count],
                widths,
                size,
                measured,
                says=says,
                strong=strong,
                spread=max(0.0, min(SPREAD, spare)),
            )
            flow.took(tall + GAP)
            rows = rows[count:]


def _fitting(
    flow: Flow, head: list[str], rows: list[list[str]], tall: float, sizes: tuple[float, float], strong: int
) -> float | None:
    """The largest size at which all of it fits."""
    size = sizes[0]
    while size >= sizes[1]:
        measured = size * flow.slack
        widths = slide_text.columns_for([head, *rows], flow.free.wide, measured)
        talls = slide_text.heights(head, rows, widths, measured, strong)
        if sum(talls) <= tall and _uncut(flow, head, rows, size):
            return size
        size -= 0.5
    return None


def _uncut(flow: Flow, head: list[str], rows: list[list[str]], size: float) -> bool:
    """Whether no word has to be cut at that size."""
    every = [head, *rows]
    widths = slide_text.columns_for(every, flow.free.wide, size * flow.slack)
    return slide_text.words_fit(every, widths, size * flow.slack)


def _short(row: list[str], widths: list[float], size: float, tall: float) -> list[str]:
    """A row none of whose cells is taller than that."""
    return [
        text_metrics.cut(t, w - 4 * slide_text.CELL, tall, size, bold=True)
        for t, w in zip(row, widths, strict=True)
    ]
