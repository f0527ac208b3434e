"""Requests for data between departments."""

from pages.together.records import record_page
from warehouse.access.reader import Viewer


def page(viewer: Viewer, _scope: object) -> None:
    """Their list, one of them, or the form for another."""
    record_page.show("data_request", viewer)
