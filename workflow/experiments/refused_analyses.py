"""Looks that were refused: each leaves a line in the audit log, so that a search for other people's customers shows."""

from warehouse.access import audit
from warehouse.access.reader import Viewer
from warehouse.stores.connect import Stores


def refused_customer(stores: Stores, viewer: Viewer, customer_id: str) -> None:
    """Note that `viewer` asked for a customer who is not hers or does not exist."""
    audit.note(stores, viewer.username, "customer.refused", customer_id[:64])


def refused_page(stores: Stores, viewer: Viewer, url: str) -> None:
    """Note that `viewer` asked for a page that her role does not have."""
    audit.note(stores, viewer.username, "page.refused", url[:64])
