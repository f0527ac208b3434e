"""Tables taken along as files: each leaves a line in the audit log, and so does each that was refused."""

from warehouse import journal
from warehouse.access import Viewer
from warehouse.connect import Stores


def note(stores: Stores, viewer: Viewer, title: str, what: str) -> None:
    """Note that `viewer` took a table; `what` says kind, number of rows, period and filters."""
    journal.note(stores, viewer.username, "export.taken", title[:120], what)


def refused(stores: Stores, viewer: Viewer, title: str) -> None:
    """Note that a table was asked for in a session that has ended or may see other rows by now."""
    journal.note(stores, viewer.username, "export.refused", title[:120])
