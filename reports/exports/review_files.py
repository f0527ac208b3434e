"""The one way a quarterly review leaves Concord as a file: made on a click, rights asked again, noted in the audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reports.handout import handout_pdf
from reports.review.review_document import Review
from reports.slides import deck
from warehouse.access.reader import Viewer
from warehouse.errors import AccessRefused
from warehouse.stores.connect import Stores
from workflow.reports import downloads

KINDS: Mapping[str, tuple[str, str]] = {
    "pptx": ("Slides (PPTX)", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "pdf": ("Handout (PDF)", "application/pdf"),
}
"""Ending of the file → what its button says, and its media type."""
MAKE: Mapping[str, Callable[[Review], bytes]] = {"pptx": deck.slides, "pdf": handout_pdf.pdf}


def review_file(
    stores: Stores, build: Callable[[Viewer], Review], kind: str, drawn_for: Viewer, now: Viewer | None
) -> bytes:
    """The file. `drawn_for` had the review on screen; `now` is who holds that session at this moment.

    `build` makes the review for whoever that is. Raises AccessRefused, with an audit line, if nobody does or she may
    see other rows by now.
    """
    if now is None or now.row_rule != drawn_for.row_rule:
        downloads.refused(stores, drawn_for, "Quarterly review")
        raise AccessRefused("You have been signed out, or your role has changed. Load the page again.")
    review = build(now)
    made = MAKE[kind](review)
    downloads.note(stores, now, f"Quarterly review {review.quarter}", f"{kind}, {review.period.in_words()}")
    return made
