"""Who reads while a load runs, or while a server restarts, notices nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from metrics.definitions.scope import Period, Scope
from metrics.query import query
from metrics.query.query import Query
from tests.crash import crash_bank
from tests.morning import MORNING
from tests.own_server import OwnServer
from warehouse.access.reader import SYSTEM, Reader
from warehouse.load.loading import load
from warehouse.settings import Settings
from warehouse.stores.connect import Stores, open_stores

SESSIONS, PAUSE = 5, 1.0
YEAR = Scope(Period(date(2025, 7, 1), date(2026, 6, 30)))
ASKED = Query.of(["leads", "won", "revenue", "customers_at_start", "complaints", "nps"], YEAR)


@contextmanager
def _sessions(stores: Stores, answers: dict[str, set], wrong: list[BaseException]) -> Iterator[None]:
    """Five people who keep asking, each question on the snapshot that is current when it begins."""
    ended = threading.Event()

    def asks() -> None:
        while not ended.wait(PAUSE):
            try:
                reader = Reader(stores, SYSTEM, stores.snapshot())
                answer = query.ask(ASKED, reader)
                answers.setdefault(str(reader.snapshot), set()).add(answer.round(6).to_csv())
            except BaseException as error:
                wrong.append(error)

    threads = [threading.Thread(target=asks) for _ in range(SESSIONS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def test_five_sessions_read_through_three_loads_each_answer_from_one_snapshot(
    bank: Callable[[], Stores], bank_folder: Path, small_folder: Path
) -> None:
    readers, writer = bank(), bank()
    answers: dict[str, set] = {}
    wrong: list[BaseException] = []
    with _sessions(readers, answers, wrong):
        for folder in (bank_folder, small_folder, bank_folder):
            load(writer, folder, sample=True)
    assert wrong == []
    assert len(answers) >= 3
    assert all(len(of_one) == 1 for of_one in answers.values()), "one snapshot gave two answers"
    assert len({next(iter(of_one)) for of_one in answers.values()}) == 2


@pytest.mark.slow
@pytest.mark.postgresql
def test_a_server_that_restarts_under_readers_shows_nobody_an_error(
    tmp_path: Path, small_folder: Path
) -> None:
    server = OwnServer()
    try:
        settings = Settings(data_dir=tmp_path, warehouse_url=server.url)
        stores = open_stores(settings, lambda: MORNING)
        load(stores, small_folder, sample=True)
        answers: dict[str, set] = {}
        wrong: list[BaseException] = []
        with _sessions(stores, answers, wrong):
            for _ in range(4):
                threading.Event().wait(1)
                server.stop()
                threading.Event().wait(0.5)
                server.start()
            threading.Event().wait(1)
        assert wrong == []
        assert [len(of_one) for of_one in answers.values()] == [1]
        crash_bank.close(stores)
    finally:
        server.close()
