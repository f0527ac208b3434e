"""One person leaves every store and does not come back; what is held can be taken out for the person; time ends the rest."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from sign_in import accounts
from tests.morning import MORNING, copy_of, stores_in
from tests.pages.staff import EVERYBODY, somebody
from warehouse import settings as choices
from warehouse.access import audit
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db import app_schema as a
from warehouse.errors import AccessRefused, ChangeRefused, Problem
from warehouse.identity import erased_people
from warehouse.load.loading import load, next_snapshot
from warehouse.schema import BANK, customer_profiles, customers, findings
from warehouse.settings import Settings
from warehouse.stores.connect import Stores
from workflow.collaboration import interactions, record_kinds, record_store
from workflow.customers.contact_details import reveal
from workflow.privacy import data_retention, erasure, subject_access, traces

ANN, ANN_TOO = "CU-00017", "Canary Ann Quill"
CANARIES = (ANN, ANN_TOO, "canary.ann@bank.example", "61234567", "LE-0071", "TI-0071")
"""What stands about one person, in whatever store; nobody else has any of it."""
FILES = {
    "relationship_managers.csv": "rm_id,name,team\nR1,Amy Chan,Central\n",
    "customers.csv": (
        "customer_id,full_name,email,phone,joined_on,rm_id,acquired_by_lead_id\n"
        "CU-00017,Canary Ann Quill,canary.ann@bank.example,+852 6123 4567,2024-01-05,R1,LE-0071\n"
        "CU-00018,Lee Siu Ming,lee@bank.example,+852 9999 1111,2024-02-06,R1,\n"
    ),
    "accounts.csv": "account_id,customer_id,product,opened_on\nA1,CU-00017,savings,2024-01-05\nA2,CU-00018,card,2024-02-06\n",
    "balances.csv": "account_id,customer_id,month_on,balance\nA1,CU-00017,2026-05-31,10.50\nA2,CU-00018,2026-05-31,3\n",
    "leads.csv": (
        "lead_id,customer_id,full_name,email,created_at\n"
        "LE-0071,CU-00017,Canary Ann Quill,canary.ann@bank.example,2023-12-01\n"
        "LE-0072,,Canary Ann Quill,Canary.Ann@bank.example,2023-12-02\n"
        "LE-0073,,Sam Ho,sam@bank.example,2024-01-02\n"
    ),
    "touches.csv": "touch_id,lead_id,customer_id,touched_at\nT1,LE-0071,CU-00017,2023-11-01\nT2,LE-0073,,2024-01-01\n",
    "tickets.csv": "ticket_id,customer_id,opened_at,text\nTI-0071,CU-00017,2026-05-01,My name is Canary Ann Quill\n",
    "surveys.csv": "survey_id,customer_id,ticket_id,asked_at,comment\nS1,CU-00017,TI-0071,2026-05-03,canary\n",
    "identities.csv": (
        "source,record_id,customer_id,lead_id,full_name,email\n"
        "crm,7,CU-00017,,Canary Ann Quill,canary.ann@bank.example\n"
        "web,9,,LE-0072,Canary Ann Quill,canary.ann@bank.example\n"
        "web,10,,LE-0073,Sam Ho,sam@bank.example\n"
    ),
}
RM = replace(somebody("relationship_manager", rm_id="R1"), username="amy")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a bank of two customers, one of whom is everywhere."""
    folder = tmp_path_factory.mktemp("privacy")
    stores = stores_in(folder / "data")
    load(stores, delivered(folder / "first"), as_of=date(2026, 6, 30))
    accounts.create(
        stores,
        "amy",
        "correct horse battery 9",
        by="operator",
        full_name="Amy",
        role="relationship_manager",
        rm_id="R1",
    )
    interactions.log(stores, RM, ANN, "call", MORNING.date(), "spoke", f"{ANN_TOO} asked for 6123 4567")
    interactions.log(stores, RM, "CU-00018", "note", MORNING.date(), "", f"Sister of {ANN_TOO}, see {ANN}")
    record_store.open_record(stores, RM, "customer_note", {"title": f"{ANN_TOO} calls late"}, customer_id=ANN)
    contents = {field.name: f"As {ANN_TOO.lower()} says" for field in record_kinds.KINDS["idea"].fields}
    record_store.open_record(stores, RM, "idea", {"title": "Late calls", **contents})
    reveal(stores, RM, ANN, "meeting")
    with audit.entry(stores, "nightly", "alert.raised") as entry:
        entry.append(
            a.alerts,
            alert_id="al-1",
            customer_id=ANN,
            rule="test",
            rm_id="R1",
            raised_on=date(2026, 6, 30),
            due_on=date(2026, 7, 30),
            arm="treated",
            reasons={"of": ANN},
            status="open",
        )
    (folder / "data" / "bugs").mkdir()
    (folder / "data" / "bugs" / "K7Q2-M4TD.txt").write_text(f"KeyError: {ANN}")
    stores.app_db.dispose()
    return folder / "data"


@pytest.fixture
def bank(prepared: Path, tmp_path: Path) -> Iterator[Stores]:
    stores = stores_in(copy_of(prepared, tmp_path / "copy"))
    yield stores
    stores.app_db.dispose()


def delivered(folder: Path, **more: str) -> Path:
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text + more.get(name.removesuffix(".csv"), ""), encoding="utf-8")
    return folder


def erased(
    stores: Stores, ground: str = "request", why: str = "Request 2026-114"
) -> erasure.ErasureCertificate:
    return erasure.erase(stores, erasure.OPERATOR, ANN, ground=ground, why=why)


def everything(stores: Stores) -> str:
    """Every cell of every table of both stores but the audit log, as one text."""
    texts: list[str] = []
    for engine, tables in ((stores.bank(), BANK.tables), (stores.app_db, a.APP_DB.tables)):
        with engine.connect() as connection:
            for table in tables.values():
                if table is not a.audit_log:
                    texts += map(str, connection.exec_driver_sql(f"SELECT * FROM {table.fullname}"))
    return "\n".join(texts)


def bytes_of(stores: Stores) -> bytes:
    """Every file of the data folder but the application database, whose log keeps the number."""
    files = (
        f for f in stores.settings.data_dir.rglob("*") if f.is_file() and not f.name.startswith("app_db")
    )
    return b"".join(f.read_bytes() for f in files)


def test_a_person_leaves_every_store_and_nobody_else_loses_a_row(bank: Stores) -> None:
    before = everything(bank)
    assert all(word.lower() in before.lower() for word in CANARIES if word != "61234567")
    done = erased(bank)
    left = everything(bank).lower()
    assert [word for word in CANARIES if word.lower() in left] == []
    assert [word for word in CANARIES if word.encode() in bytes_of(bank)] == []
    assert left.count("lee siu ming") == before.lower().count("lee siu ming")
    assert "sister of [erased], see [erased]" in left
    assert "as [erased] says" in left
    assert bank.place.earlier() == []
    stores_named = {line.store for line in done.lines}
    assert stores_named == {
        "bank",
        "application database",
        "audit log",
        "data folder",
        "models",
        "exports",
        "backups",
    }
    assert done.finished_at is not None
    assert audit.broken_line(bank) is None


def test_the_certificate_names_nobody_and_counts_what_is_kept_with_its_ground(bank: Stores) -> None:
    done = erased(bank)
    assert not any(word in str(done) for word in CANARIES)
    removed = {line.what: line.removed for line in done.lines if line.removed}
    assert (
        removed["customers"]
        == removed["alerts"]
        == removed["record_entries"]
        == removed["traces of bugs"]
        == 1
    )
    assert removed["interactions: texts that named the person, now “[erased]”"] == 1
    log = next(line for line in done.lines if line.store == "audit log")
    assert log.kept == 2
    assert "17(3)(b)" in log.ground
    assert all(line.ground for line in done.lines if not line.removed)
    with bank.app_db.connect() as app_db:
        kept = app_db.execute(
            select(a.audit_log.c.why).where(a.audit_log.c.action == "privacy.certificate")
        ).scalar()
    assert kept == erasure.seal(done)


def test_no_later_load_brings_the_person_back_by_number_lead_e_mail_or_record(
    bank: Stores, tmp_path: Path
) -> None:
    erased(bank)
    again = delivered(
        tmp_path / "again",
        leads=(
            "LE-0079,,A. Quill,CANARY.ANN@bank.example,2026-06-01\n"
            "LE-0099,,New Name,canary.ann@bank.example,2026-07-20\n"
        ),
        identities="shop,3,,,Ann Quill,canary.ann@bank.example\n",
    )
    later = replace(bank, now=lambda: MORNING + timedelta(days=40))
    load(later, again, as_of=date(2026, 7, 31))
    left = everything(later).lower()
    numbers_and_names = (*CANARIES[:2], *CANARIES[3:], "quill", "LE-0079", "LE-0072")
    assert [word for word in numbers_and_names if word.lower() in left] == []
    assert [word for word in numbers_and_names if word.encode() in bytes_of(later)] == []
    # Who comes back after the erasure is somebody new.
    assert "le-0099" in left
    reader = Reader(later, SYSTEM)
    assert list(reader.frame(select(customers.c.customer_id))["customer_id"]) == ["CU-00018"]
    left_out = reader.frame(select(findings).where(findings.c.check_name == erased_people.LEFT_OUT))
    assert left_out.set_index("table_name")["row_count"].to_dict()["leads"] == 3


def test_no_account_erases_anybody_or_takes_out_what_is_held(empty: Stores, tmp_path: Path) -> None:
    for viewer in EVERYBODY:
        with pytest.raises(AccessRefused, match="on the command line"):
            erasure.erase(empty, viewer, ANN, ground="request", why="mine")
        with pytest.raises(AccessRefused, match="on the command line"):
            subject_access.export(empty, viewer, ANN, tmp_path / "out")
        for table in (a.erased_keys, *((a.erasures,) if viewer.role != "administrator" else ())):
            with pytest.raises(AccessRefused):
                Reader(empty, viewer).frame(select(table))
    assert not (tmp_path / "out").exists()
    with empty.app_db.connect() as app_db:
        who = app_db.execute(
            select(a.audit_log.c.who).where(a.audit_log.c.action == erasure.REFUSED)
        ).scalars()
        assert list(who) == [viewer.username for viewer in EVERYBODY for _ in range(2)]


def test_nobody_is_erased_for_no_ground_under_their_own_name_or_by_a_number_nobody_has(bank: Stores) -> None:
    for wrong in (
        {"ground": "because"},
        {"why": " "},
        {"why": f"the wish of {ANN_TOO}"},
        {"why": f"as {ANN} asked"},
    ):
        with pytest.raises(ChangeRefused):
            erased(bank, **wrong)
    with pytest.raises(ChangeRefused, match="No store knows"):
        erasure.erase(bank, erasure.OPERATOR, "CU-0001", ground="request", why="Request 1")
    assert ANN_TOO in everything(bank)


def test_an_erasure_that_stopped_before_the_bank_says_so_and_doing_it_again_ends_it(
    bank: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(
            "warehouse.stores.snapshots.write_anew", lambda _: (_ for _ in ()).throw(OSError(28, "full"))
        )
        with pytest.raises(OSError, match="full"):
            erased(bank)
    assert [done.finished_at for done in erasure.listed(Reader(bank, SYSTEM))] == [None]
    done = erased(bank)
    assert done.finished_at is not None
    assert "ends erasure 1" in done.why
    assert ANN_TOO not in everything(bank)


def test_what_is_held_is_one_private_file_with_nobody_else_in_it(bank: Stores, tmp_path: Path) -> None:
    file = subject_access.export(bank, erasure.OPERATOR, ANN, tmp_path / "out")
    text = file.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    held = json.loads(text)
    tables = {part["table"]: part for part in held["tables"]}
    assert {
        "customers",
        "balances",
        "leads",
        "tickets",
        "alerts",
        "interactions",
        "records",
        "record_entries",
    } <= set(tables)
    assert tables["customers"]["columns"]["email"] == "The customer's e-mail address."
    assert tables["customers"]["rows"][0]["email"] == "canary.ann@bank.example"
    assert [look["role"] for look in held["who looked"]] == ["relationship_manager"]
    assert held["named in texts about other things"] == {"interactions": 1, "record_entries": 1}
    others = ("CU-00018", "Lee Siu Ming", "lee@bank.example", "Sam Ho", "LE-0073", "password_hash", "$2b$")
    assert [word for word in others if word in text] == []
    with bank.app_db.connect() as app_db:
        line = app_db.execute(
            select(a.audit_log).where(a.audit_log.c.action == subject_access.EXPORTED)
        ).one()
    assert (line.who, line.subject) == ("operator", ANN)


def test_short_numbers_and_common_digits_are_not_taken_for_the_person_in_texts() -> None:
    person = traces.PersonTraces(
        customer_id="17",
        in_bank=True,
        full_name=None,
        emails=(),
        phones=("+852 6123-4567",),
        leads=(),
        tickets=(),
        records=(),
    )
    names = traces.pattern(person)
    assert (
        names.sub("…", "17 calls; 6123 4567, +852-6123-4567; 361234567; HKD 17")
        == "17 calls; …, …; 361234567; HKD 17"
    )


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("陳大文", "客戶陳大文先生來電", "客戶[erased]先生來電"),
        ("陳", "陳大文", "陳大文"),
        ("Amy Chan", "客戶Amy Chan來電, not Amy Chang", "客戶[erased]來電, not Amy Chang"),
        ("Open", "Open questions", "Open questions"),
        ("Jo Li", "Jo Li", "Jo Li"),
    ],
)
def test_a_name_is_found_in_running_text_of_every_script_unless_it_occurs_by_chance(
    name: str, text: str, left: str
) -> None:
    person = traces.PersonTraces(
        customer_id="17",
        in_bank=True,
        full_name=name,
        emails=("amy@bank.example", "a@b.example"),
        phones=(),
        leads=(),
        tickets=(),
        records=(),
    )
    assert traces.pattern(person).sub(traces.ERASED, text) == left
    staff = traces.pattern(person, ["Amy@bank.example"])
    assert staff.sub(traces.ERASED, "@amy@bank.example, a@b.example") == "@amy@bank.example, [erased]"


def test_no_key_state_or_colleague_is_among_the_texts_that_an_erasure_rewrites() -> None:
    for table, names in traces.FREE_TEXTS.items():
        for column in (table.c[name] for name in names):
            assert not column.foreign_keys
            assert not column.primary_key
            assert not column.key.endswith(("_by", "_id"))
            assert column.key not in {"username", "kind", "state", "step", "owner", "department", "audience"}


def test_an_erasure_leaves_colleagues_states_and_numbers_of_rows_as_they_are(
    bank: Stores, tmp_path: Path
) -> None:
    called = {"customers": "open,Amy,amy,+852 6000 0000,2024-02-06,R1,\n"}
    load(bank, delivered(tmp_path / "named", **called), as_of=date(2026, 6, 30))
    erasure.erase(bank, erasure.OPERATOR, "open", ground="request", why="Request 3")
    with bank.app_db.connect() as app_db:
        assert app_db.execute(select(a.alerts.c.status)).scalar() == "open"
        assert set(app_db.execute(select(a.interactions.c.logged_by)).scalars()) == {"amy"}


def test_files_that_cannot_be_searched_are_counted_for_a_look_by_hand(bank: Stores) -> None:
    with bank.app_db.connect() as app_db:
        idea = app_db.execute(select(a.records.c.record_id).where(a.records.c.kind == "idea")).scalar_one()
    contents = (b"%PDF-1.7\n\x00\x9c\x01", b"\x89PNG\r\n\x1a\n", b"Who: nobody", b"Who: " + ANN.encode())
    with audit.entry(bank, "amy", "record.file") as entry:
        for at, content in enumerate(contents):
            entry.append(
                a.record_files,
                "added",
                record_id=idea,
                kind="idea",
                name=f"{at}",
                version=1,
                media_type="application/pdf",
                size=len(content),
                sha256="",
                shows="Calls",
                content=content,
            )
    kept = {line.what: line.kept for line in erased(bank).lines if line.what.startswith("record_files")}
    assert kept == {"record_files": 1, "record_files that cannot be searched, in whole or in part": 2}


def test_an_erasure_that_stopped_after_the_bank_is_ended_by_doing_it_again_once(
    bank: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Stores, "overwrite_removed", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(OSError, match="full"):
            erased(bank)
    assert ANN_TOO not in everything(bank)
    done = erased(bank)
    assert done.finished_at is not None
    assert "ends erasure 1" in done.why
    with pytest.raises(ChangeRefused, match="No store knows"):
        erased(bank)


def test_rows_set_aside_go_by_e_mail_and_phone_however_they_are_written(bank: Stores, tmp_path: Path) -> None:
    folder = delivered(tmp_path / "ahead", identities="web,11,,LE-0083,Ann Quill,\n")
    (folder / "leads.csv").write_text(
        "lead_id,customer_id,full_name,email,phone,created_at\n"
        "LE-0081,,A. Quill, Canary.ANN@bank.example,,2026-07-01\n"
        "LE-0084,,A. Quill,,(852) 6123-4567,2026-07-01\n"
        "LE-0082,,Sam Ho,sam@bank.example,,2026-07-01\n"
        "LE-0083,,A. Quill,CANARY.ann@bank.example,,2026-06-02\n"
        "LE-0073,,Sam Ho,sam@bank.example,,2024-01-02\n"
        "LE-0072,,Canary Ann Quill,,,2023-12-02\n"
        "LE-0071,CU-00017,Canary Ann Quill,,,2023-12-01\n"
    )
    load(bank, folder, as_of=date(2026, 6, 30))
    assert "LE-0081" in everything(bank)
    erased(bank)
    left = everything(bank)
    assert [word for word in ("LE-0081", "LE-0083", "LE-0084") if word in left] == []
    assert "LE-0082" in left


def test_an_address_that_others_have_too_keeps_nobody_out_and_the_certificate_says_so(
    bank: Stores, tmp_path: Path
) -> None:
    family = {"customers": "CU-00019,Quill Bo,Canary.Ann@bank.example,6123-4567,2024-02-06,R1,\n"}
    load(bank, delivered(tmp_path / "family", **family), as_of=date(2026, 6, 30))
    done = erased(bank)
    assert next(line.kept for line in done.lines if line.ground == erasure.SHARED) == 2
    later = {"leads": "LE-0079,,Bo,canary.ann@bank.example,2026-06-01\n"}
    load(bank, delivered(tmp_path / "again", **family, **later), as_of=date(2026, 6, 30))
    assert {"Quill Bo", "LE-0079"} <= {word for word in ("Quill Bo", "LE-0079") if word in everything(bank)}
    assert ANN not in everything(bank)


def aged(stores: Stores, **kept: Any) -> Stores:
    """The same stores four hundred days later, with other settings."""
    return replace(
        stores, settings=replace(stores.settings, **kept), now=lambda: MORNING + timedelta(days=400)
    )


def test_nothing_is_removed_that_no_setting_names(bank: Stores) -> None:
    assert data_retention.run(aged(bank)) == ()
    assert (
        data_retention.run(aged(bank, keep_contacts_days=500, keep_notes_days=500, keep_messages_days=500))
        == ()
    )


def test_what_is_too_old_goes_is_counted_and_has_its_line(bank: Stores) -> None:
    with audit.entry(bank, "amy", "alert.step") as entry:
        entry.append(
            a.alert_steps, "taken", alert_id="al-1", customer_id=ANN, step="contacted", note="long ago"
        )
    later = aged(bank, keep_contacts_days=365, keep_notes_days=365)
    messages = data_retention.run(later)
    assert [sentence.partition(" rows")[0] for sentence in messages] == ["Retention: 2", "Retention: 3"]
    with later.app_db.connect() as app_db:
        counts = {
            t.name: app_db.execute(select(func.count()).select_from(t)).scalar()
            for t in (a.interactions, a.records, a.alert_steps, a.record_entries)
        }
        note = app_db.execute(select(a.alert_steps.c.note)).scalar()
        line = app_db.execute(
            select(a.audit_log.c.why).where(a.audit_log.c.action == data_retention.REMOVED)
        ).scalar()
    # The step is still counted, by whatever counts steps; a discussion is about no customer.
    assert (counts, note) == ({"interactions": 0, "records": 1, "alert_steps": 1, "record_entries": 1}, "")
    assert line == "keep_contacts_days 2; keep_notes_days 3"
    assert data_retention.run(later) == ()


def test_a_wish_for_no_marketing_that_was_taken_back_stays_so_and_loses_its_note(bank: Stores) -> None:
    for _ in range(2):
        interactions.log(bank, RM, "CU-00018", "call", MORNING.date(), "opted_out", "In her own words")
    with bank.app_db.connect() as app_db:
        first = app_db.execute(
            select(func.min(a.interactions.c.interaction_id)).where(a.interactions.c.outcome == "opted_out")
        ).scalar_one()
    interactions.undo(bank, RM, first)
    interactions.undo(bank, RM, first + 1)
    later = aged(bank, keep_contacts_days=365)
    assert data_retention.run(later)
    assert interactions.opted_out(Reader(later, SYSTEM)) == {}
    with bank.app_db.connect() as app_db:
        assert set(app_db.execute(select(a.interactions.c.note)).scalars()) == {""}
    assert data_retention.run(later) == ()


def test_old_nights_leave_the_bank_and_the_latest_stay(bank: Stores) -> None:
    nights = [date(2026, 6, 30) - timedelta(days=back) for back in (0, 89, 90, 91)]
    with next_snapshot(bank) as draft:
        draft.connection.execute(
            insert(customer_profiles), [{"customer_id": "CU-00018", "as_of": night} for night in nights]
        )
        settings = replace(bank.settings, keep_scores_days=90)
        assert data_retention.trim_scores(draft, settings, nights[0]) == 1
    left = Reader(bank, SYSTEM).frame(select(customer_profiles.c.as_of))["as_of"]
    assert sorted(left.astype(str)) == sorted(str(night) for night in nights[:3])


@pytest.mark.parametrize(
    ("name", "days"), [("keep_contacts_days", 364), ("keep_notes_days", 1), ("keep_scores_days", 89)]
)
def test_a_time_so_short_that_pages_would_miss_what_they_show_is_refused(
    tmp_path: Path, name: str, days: int
) -> None:
    with pytest.raises(Problem, match="at least"):
        choices.read(tmp_path / "settings.toml", {f"CONCORD_{name.upper()}": str(days)})
    assert getattr(Settings(), name) == 0
