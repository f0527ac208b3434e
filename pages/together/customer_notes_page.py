"""What colleagues noted about customers."""

from pages.together.records import customer_link, record_page
from warehouse.access.reader import Viewer


def page(viewer: Viewer, _scope: object) -> None:
    """Their list, or one of them with the way to its customer."""
    record_page.show("customer_note", viewer, customer_link.show)
