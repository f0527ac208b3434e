"""The one way a meeting's pack leaves Concord as a file: made on a click, rights asked again, noted in the audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reports.documents.meeting_document import MeetingPack
from reports.exports.review_files import KINDS
from reports.handout import handout_pdf
from reports.slides import deck
from warehouse.access.reader import Viewer
from warehouse.errors import AccessRefused
from warehouse.stores.connect import Stores
from workflow.reports import downloads

__all__ = ["KINDS", "pack_file"]
MAKE: Mapping[str, Callable[[MeetingPack], bytes]] = {"pptx": deck.slides, "pdf": handout_pdf.pdf}


def pack_file(
    stores: Stores, build: Callable[[Viewer], MeetingPack], kind: str, drawn_for: Viewer, now: Viewer | None
) -> bytes:
    """The file. `drawn_for` had the pack on screen; `now` is who holds that session at this moment.

    `build` fills it for whoever that is. Raises AccessRefused, with an audit line, if nobody does or she may see other
    rows by now.
    """
    if now is None or now.row_rule != drawn_for.row_rule:
        downloads.refused(stores, drawn_for, "Meeting pack")
        raise AccessRefused("You have been signed out, or your role has changed. Load the page again.")
    pack = build(now)
    made = MAKE[kind](pack)
    downloads.note(
        stores, now, f"Meeting pack {pack.number}, {pack.series}", f"{kind}, {pack.period.in_words()}"
    )
    return made
