"""Looks that were refused: each leaves a line in the audit log, so that a search for other people's customers shows."""

from warehouse import journal
from warehouse.access import Viewer
from warehouse.connect import Stores


def refused_customer(stores: Stores, viewer: Viewer, customer_id: str) -> None:
    """Note that `viewer` asked for a customer who is not hers or does not exist."""
    journal.note(stores, viewer.username, "customer.refused", customer_id[:64])


def refused_page(stores: Stores, viewer: Viewer, url: str) -> None:
    """Note that `viewer` asked for a page that her role does not have."""
    journal.note(stores, viewer.username, "page.refused", url[:64])
