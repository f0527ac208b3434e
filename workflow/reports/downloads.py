"""Tables taken along as files, and figures read by programs: each leaves a line in the audit log."""

from warehouse.access import audit
from warehouse.access.reader import Viewer
from warehouse.stores.connect import Stores


def note(stores: Stores, viewer: Viewer, title: str, what: str) -> None:
    """Note that `viewer` took a table; `what` says kind, number of rows, period and filters."""
    audit.note(stores, viewer.username, "export.taken", title[:120], what)


def refused(stores: Stores, viewer: Viewer, title: str) -> None:
    """Note that a table was asked for in a session that has ended or may see other rows by now."""
    audit.note(stores, viewer.username, "export.refused", title[:120])


def asked_by_program(stores: Stores, viewer: Viewer, subject: str, why: str) -> None:
    """Note that a program on this machine asked in the viewer's name; nothing is changed by it."""
    audit.note(stores, viewer.username, "question.mcp", subject[:120], why)
