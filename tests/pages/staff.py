"""The people who open pages in tests, and what they read there."""

from collections.abc import Callable, Generator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import func, select
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from pages.components import viewer as door
from warehouse.access.reader import Viewer
from warehouse.access.roles import ROLES
from warehouse.app_db.app_schema import alerts
from warehouse.stores import connect

FRAME = str(Path(__file__).parents[2] / "pages" / "frame.py")
Open = Callable[..., AppTest]


def somebody(role: str, rm_id: str | None = "RM01", team: str = "Central") -> Viewer:
    """A viewer of a role."""
    return Viewer(
        username=f"{role}-1",
        full_name=f"Test {role}",
        role=role,
        rm_id=rm_id if role == "relationship_manager" else None,
        team=team if role == "team_lead" else None,
    )


def busy_rm(stores: connect.Stores) -> Viewer:
    """The RM with the most open alerts of a small bank; of a bank without alerts an RM who has no number."""
    conditions = [alerts.c.arm == "treated", alerts.c.status != "closed", alerts.c.rm_id.is_not(None)]
    most = (
        select(alerts.c.rm_id)
        .where(*conditions)
        .group_by(alerts.c.rm_id)
        .order_by(func.count().desc(), alerts.c.rm_id)
    )
    with stores.app_db.connect() as app_db:
        return somebody("relationship_manager", rm_id=app_db.execute(most).scalars().first())


EVERYBODY = [somebody(role) for role in ROLES]


def words(app: AppTest) -> str:
    """Everything a page says, as one text."""
    kinds = (
        "title",
        "header",
        "subheader",
        "markdown",
        "caption",
        "text",
        "info",
        "warning",
        "error",
        "metric",
        "button",
    )
    texts = []
    for kind in kinds:
        for element in getattr(app, kind):
            texts.append(str(getattr(element, "label", "") or ""))
            texts.append(str(getattr(element, "value", "") or ""))
    return "\n".join(texts)


def cells(app: AppTest) -> str:
    """Every cell of every table of a page, as one text."""
    return "\n".join(frame.value.to_csv() for frame in (*app.dataframe, *app.table))


@cache
def _components() -> BidiComponentManager:
    """The components of installed packages, of which the pages use none: looked for once, not at each opening."""
    manager = BidiComponentManager()
    manager.discover_and_register_components(start_file_watching=False)
    return manager


def opener(stores: connect.Stores, monkeypatch: pytest.MonkeyPatch) -> Generator[Open, None, None]:
    """Only who is asking is replaced, since a test has no browser with a cookie; everything else is the product."""
    connect.use(stores)

    def open_as(viewer: Viewer | None, url: str = "", **query: str) -> AppTest:
        monkeypatch.setattr(door, "viewer", lambda: viewer)
        monkeypatch.setattr(door, "later", lambda: lambda: viewer)
        app = AppTest.from_file(FRAME, default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        app._bidi_component_manager = _components()
        # AppTest can switch to pages that are files; ours are functions, known to Streamlit by their address's hash.
        app._page_hash = calc_hash("" if url == "today" else url)
        return app.run()

    yield open_as
