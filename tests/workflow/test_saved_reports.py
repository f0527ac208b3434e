"""Reports that are kept: what fits, who may, what a link gives, and that none of it holds or changes a figure."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from metrics.query.report_query import SavedReport
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import audit_log, saved_reports
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores.connect import Stores
from workflow.reports.saved_reports import LONGEST, on_the_list, one, opened, retire, save

AMY, BEN = Viewer("amy", "Amy", "analyst"), Viewer("ben", "Ben", "marketing")
RM = Viewer("rosa", "Rosa", "relationship_manager", rm_id="RM01", team="Central")
SERVICE, ADMIN = Viewer("sam", "Sam", "service"), Viewer("root", "Root", "administrator")
LEADS = SavedReport(metric="leads", breakdown="channel", filters=())


def actions(stores: Stores) -> list[str]:
    with stores.app_db.connect() as app_db:
        return list(app_db.execute(select(audit_log.c.action).order_by(audit_log.c.line)).scalars())


def test_a_report_is_kept_as_its_question_opened_by_its_link_and_retired_once(own_bank: Stores) -> None:
    kept = save(own_bank, BEN, "  Leads by channel ", LEADS)
    assert len(kept) >= 20
    report = opened(own_bank, AMY, kept)
    assert (report.title, report.report, report.saved_by) == ("Leads by channel", LEADS, "ben")
    assert [r.report_id for r in on_the_list(Reader(own_bank, RM))] == [kept]
    with pytest.raises(ChangeRefused, match="already"):
        save(own_bank, BEN, "Leads by channel", LEADS)
    other = save(own_bank, AMY, "Leads by channel", LEADS)
    assert other != kept
    with pytest.raises(AccessRefused, match="Only who saved"):
        retire(own_bank, BEN, other)
    retire(own_bank, AMY, kept)  # an analyst may take any off the list
    with pytest.raises(ChangeRefused, match="already"):
        retire(own_bank, BEN, kept)
    assert [r.report_id for r in on_the_list(Reader(own_bank, AMY))] == [other]
    assert opened(own_bank, BEN, kept).retired_at, "its link still opens"
    assert actions(own_bank)[-4:] == ["report.save", "report.save", "report.refused", "report.retire"]
    assert not set(saved_reports.c.keys()) & {"value", "figure", "figures"}


@pytest.mark.parametrize(
    "title",
    [
        "",
        "ab",
        "x" * (LONGEST + 1),
        "two\nlines",
        "turned \u202e round",
        "zero\u200bwidth",
        "a\0b",
        "\x1b[31mred",
    ],
)
def test_a_title_that_is_too_short_too_long_or_cannot_be_seen_is_refused(
    title: str, own_bank: Stores
) -> None:
    with pytest.raises(ChangeRefused, match="title"):
        save(own_bank, AMY, title, LEADS)
    assert not on_the_list(Reader(own_bank, AMY))


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (SavedReport(metric="no_such"), "no figure called"),
        (SavedReport(metric="leads", breakdown="district"), "not kept by district"),
        (SavedReport(metric="leads", breakdown="full_name"), "nothing that figures are broken down by"),
        (SavedReport(metric="leads", filters=(("theme", ("x",)),)), "not kept by theme"),
        (SavedReport(metric="leads", period="for ever"), "no period"),
        (SavedReport(metric="leads", chart="pie"), "does not fit"),
        (SavedReport(metric="leads", breakdown="channel", chart="line"), "does not fit"),
        (SavedReport(metric="leads", filters=(("channel", ("[look](https://evil.example)",)),)), "no filter"),
        (SavedReport(metric="leads", filters=(("channel", ()),)), "1 to"),
        (SavedReport(metric="leads", filters=(("channel", ("email",)), ("channel", ("event",)))), "twice"),
    ],
)
def test_what_does_not_go_together_is_refused_in_words(
    report: SavedReport, words: str, own_bank: Stores
) -> None:
    with pytest.raises(ChangeRefused, match=words):
        save(own_bank, AMY, "A title", report)


def test_nobody_keeps_a_report_that_she_may_not_ask_herself_and_the_try_is_on_record(
    own_bank: Stores,
) -> None:
    for viewer in (SERVICE, ADMIN, Viewer("x", "X", "nobody")):
        with pytest.raises(AccessRefused):
            save(own_bank, viewer, "Leads by channel", LEADS)
    assert actions(own_bank) == ["report.refused"] * 3


def test_a_link_gives_no_right_and_each_refused_look_is_on_record(own_bank: Stores) -> None:
    kept = save(own_bank, AMY, "Leads by channel", LEADS)
    with pytest.raises(AccessRefused, match=r"leads.*role \(service\).*ask Marketing"):
        opened(own_bank, SERVICE, kept)
    for odd in ("", "no-such", "a\0b", "x" * 5_000, f"{kept}'", f"{kept}\n", "%", kept.swapcase()):
        with pytest.raises(ChangeRefused, match="no report behind this link"):
            opened(own_bank, AMY, odd)
    assert actions(own_bank).count("report.refused") == 9


def test_a_report_whose_figure_left_the_dictionary_says_so(own_bank: Stores) -> None:
    with own_bank.app_db.begin() as app_db:
        row = {"metric": "gone", "filters": "[]", "period": "90d", "chart": "bars", "saved_by": "amy"}
        app_db.execute(
            insert(saved_reports).values(report_id="old", title="Old", saved_at=own_bank.now(), **row)
        )
    with pytest.raises(ChangeRefused, match="no figure called “gone”"):
        opened(own_bank, AMY, "old")
    report = one(Reader(own_bank, AMY), "old")
    assert report
    assert report.report.breakdown == ""
