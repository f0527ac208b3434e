"""Cases that relationship managers hand to Service, and what Service answered."""

from pages.together.records import customer_link, record_page
from warehouse.access.reader import Viewer


def page(viewer: Viewer, _scope: object) -> None:
    """Their list, or one of them with the way to its customer."""
    record_page.show("service_case", viewer, customer_link.show)
