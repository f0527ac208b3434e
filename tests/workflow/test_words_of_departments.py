"""Events pinned to charts, and departments that accept definitions: appended, checked, never rewritten."""

from datetime import date

import pytest
from sqlalchemy import func, select

from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import version
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import annotations as rows
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores.connect import Stores
from workflow.records import acknowledgements, annotations

AMY, BEN = Viewer("amy", "Amy", "marketing"), Viewer("ben", "Ben", "sales")
DAY = date(2026, 3, 3)


def words_on(stores: Stores, metric: str) -> list[str]:
    return annotations.events(Reader(stores, BEN), metric)["said"].tolist()


def test_an_event_stands_on_its_metric_and_one_for_all_on_every_metric(empty: Stores) -> None:
    annotations.pin(empty, AMY, "leads", DAY, " rate  change ")
    annotations.pin(empty, AMY, "", DAY, "new year")
    assert words_on(empty, "leads") == ["rate change", "new year"]
    assert words_on(empty, "nps") == ["new year"]


def test_an_undo_is_a_row_of_its_own_and_happens_once(empty: Stores) -> None:
    annotations.pin(empty, AMY, "leads", DAY, "rate change")
    number = int(annotations.events(Reader(empty, AMY), "leads")["annotation_id"].iloc[0])
    with pytest.raises(AccessRefused):
        annotations.withdraw(empty, BEN, number)
    annotations.withdraw(empty, AMY, number)
    assert words_on(empty, "leads") == []
    with pytest.raises(ChangeRefused):
        annotations.withdraw(empty, AMY, number)
    with empty.app_db.connect() as app_db:
        assert app_db.execute(select(func.count()).select_from(rows)).scalar() == 2


@pytest.mark.parametrize(("metric", "words"), [("no_such", "x"), ("leads", "  "), ("leads", "x" * 81)])
def test_an_event_that_does_not_fit_is_refused(metric: str, words: str, empty: Stores) -> None:
    with pytest.raises(ChangeRefused):
        annotations.pin(empty, AMY, metric, DAY, words)


def test_an_administrator_pins_nothing(empty: Stores) -> None:
    with pytest.raises(AccessRefused):
        annotations.pin(empty, Viewer("root", "Root", "administrator"), "leads", DAY, "x")


def test_a_department_accepts_the_version_it_read_once(empty: Stores) -> None:
    now = version(CATALOGUE["won"])
    acknowledgements.acknowledge(empty, AMY, "won", now)
    assert acknowledgements.given(Reader(empty, BEN))["department"].tolist() == ["Marketing"]
    with pytest.raises(ChangeRefused, match="already"):
        acknowledgements.acknowledge(empty, AMY, "won", now)
    with pytest.raises(ChangeRefused, match="changed since"):
        acknowledgements.acknowledge(empty, BEN, "won", "0")
    with pytest.raises(AccessRefused):
        acknowledgements.acknowledge(empty, Viewer("root", "Root", "administrator"), "won", now)
