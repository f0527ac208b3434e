"""Files on records: what they are by content, their versions, and who of every role gets one."""

from __future__ import annotations

import struct
import zlib

import pytest
from sqlalchemy import select

from tests.pages.staff import somebody
from warehouse.access.reader import Reader
from warehouse.access.record_rights import RECORD_RIGHTS
from warehouse.access.roles import ROLES
from warehouse.app_db.app_schema import audit_log, record_files
from warehouse.errors import AccessRefused, ChangeRefused, Problem
from warehouse.stores.connect import Stores
from workflow.collaboration import record_files as files
from workflow.collaboration import record_store
from workflow.collaboration.file_types import media_type

ANALYST, SALES, MARKETING = (somebody(r) for r in ("analyst", "sales", "marketing"))


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


PNG = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", bytes(13)) + _chunk(b"IDAT", b"x") + _chunk(b"IEND", b"")
PDF = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\n%%EOF\n"


def _meeting(bank: Stores) -> int:
    values = {"title": "July", "series": "Monthly review", "held_on": None, "starts_at": "10:00"}
    return record_store.open_record(bank, ANALYST, "meeting", values | {"held_on": bank.now().date()})


@pytest.mark.parametrize(
    ("name", "content", "type_of_it"),
    [
        ("a.txt", "Zinsen, 利率\n".encode(), "text/plain"),
        ("a.csv", b"month,share\nJune,-4.5%\nJuly,12\n", "text/csv"),
        ("a.pdf", PDF, "application/pdf"),
        ("a.png", PNG, "image/png"),
    ],
)
def test_a_file_is_what_its_content_says(name: str, content: bytes, type_of_it: str) -> None:
    assert media_type(name, content) == type_of_it
    for other in {"a.txt", "a.csv", "a.pdf", "a.png"} - {name, "a.txt"}:
        with pytest.raises(ChangeRefused):
            media_type(other, b"\x00\x01" + content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", PNG + b"<script>"),
        ("a.png", PNG.replace(b"IDAT", b"IDAX")),
        ("a.pdf", PDF.replace(b"<< >>", b"<< /OpenAction << /S /JavaScript >> >>")),
        ("a.csv", b"a,b\n1\n"),
        ("a.csv", b'a,b\n"=HYPERLINK(1)",2\n'),
        ("a.csv", b"a\n@SUM(1)\n"),
        ("a.txt", b"\xff\xfe\x00"),
        ("a.txt", b"a\x1b[2J"),
    ],
)
def test_what_pretends_or_does_something_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(ChangeRefused):
        media_type(name, content)


@pytest.mark.parametrize(
    "name", ["x.html", ".txt", "a.svg", "a.txt.exe", "x", 'a"b.txt', "\u202ea.txt", "a" * 101 + ".txt"]
)
def test_a_name_no_disk_keeps_is_refused(name: str, bank: Stores) -> None:
    number = _meeting(bank)
    with pytest.raises(ChangeRefused):
        files.add(bank, ANALYST, number, name, b"text", "Rates")


def test_the_same_name_again_is_a_version_and_the_one_before_stays(bank: Stores) -> None:
    number = _meeting(bank)
    assert files.add(bank, ANALYST, number, "C:\\x\\rates.txt", b"one", "Rates of June") == 1
    assert files.add(bank, SALES, number, "../rates.TXT", b"two", "Rates of July") == 2
    with pytest.raises(ChangeRefused, match="version 2"):
        files.add(bank, SALES, number, "rates.txt", b"two", "Again")
    for content in (b"", b"x" * (files.LARGEST + 1)):
        with pytest.raises(ChangeRefused):
            files.add(bank, SALES, number, "large.txt", content, "Too much, or nothing")
    latest, first = files.files_of(Reader(bank, MARKETING), number)
    assert (latest.version, latest.called, first.called) == (2, "rates (2).txt", "rates.txt")
    assert files.take(bank, MARKETING, MARKETING, first.file_id) == b"one"
    with bank.app_db.connect() as app_db:
        lines = app_db.execute(select(audit_log.c.action, audit_log.c.why).order_by(audit_log.c.line)).all()
    assert [line.action for line in lines[-3:]] == ["meeting.file", "meeting.file", "export.taken"]
    assert first.sha256 in lines[-1].why


@pytest.mark.parametrize("kind", list(RECORD_RIGHTS))
def test_a_file_is_read_by_who_reads_its_kind_and_nobody_else(kind: str, bank: Stores) -> None:
    """Whatever kind a row were of: the roles that read it are those of the kind."""
    number = _meeting(bank)
    files.add(bank, ANALYST, number, "rates.txt", b"secret", "Rates")
    with bank.app_db.begin() as app_db:
        app_db.execute(record_files.update().values(kind=kind))
    for role in ROLES:
        viewer = somebody(role)
        rows = files.files_of(Reader(bank, viewer), number)
        assert bool(rows) == (role in RECORD_RIGHTS[kind].see), role
        if not rows:
            with pytest.raises(AccessRefused):
                files.take(bank, viewer, viewer, 1)


def test_who_signed_out_or_another_meanwhile_gets_no_file_and_an_altered_one_is_kept_back(
    bank: Stores,
) -> None:
    number = _meeting(bank)
    files.add(bank, ANALYST, number, "rates.txt", b"one", "Rates")
    for now in (None, SALES):
        with pytest.raises(AccessRefused):
            files.take(bank, ANALYST, now, 1)
    with bank.app_db.begin() as app_db:
        app_db.execute(record_files.update().values(content=b"two"))
    with pytest.raises(AccessRefused, match="check sum"):
        files.take(bank, ANALYST, ANALYST, 1)


def test_a_record_about_a_customer_and_one_that_was_cancelled_take_no_file(bank: Stores) -> None:
    number = _meeting(bank)
    record_store.take_step(bank, ANALYST, number, 1, "cancel", {"why": "Holiday"})
    observation = record_store.open_record(
        bank, SALES, "observation", {"title": "Fewer calls", "to": "Service"}
    )
    for one in (number, observation, 999):
        with pytest.raises(Problem):
            files.add(bank, ANALYST, one, "rates.txt", b"one", "Rates")
