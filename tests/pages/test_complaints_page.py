"""Complaints that wait: Service takes, answers and hands them on, several at once, and each step can be undone."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from sqlalchemy import func, select, update

from metrics.customers import complaints
from tests.pages.staff import cells, somebody, words
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import alerts, audit_log, complaint_steps, users
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration.record_reading import about_customer
from workflow.customers import complaint_list
from workflow.customers.complaint_steps import ANSWERED, GIVEN, TAKEN, TO_RM, record_for_all, undo
from workflow.customers.sample_complaints import write_sample_complaints

SERVICE, AS_OF = somebody("service"), date(2026, 6, 30)


def waiting(bank: Stores) -> pd.DataFrame:
    reader = Reader(bank, SERVICE, bank.snapshot())
    return complaint_list.waiting(reader.frame(complaints.open_complaints(AS_OF)), reader, AS_OF)


def line_of(bank: Stores, ticket_id: str) -> pd.Series:
    frame = waiting(bank)
    return frame[frame["ticket_id"] == ticket_id].iloc[0]


def test_the_page_lists_every_open_complaint_with_its_day_its_rm_and_the_alert_beside_it(
    open_page, bank: Stores
):
    frame = waiting(bank)
    warned = frame["customer_id"].dropna().iloc[0]
    held_out = frame.loc[frame["alert_due"].isna(), "customer_id"].dropna().iloc[-1]
    with bank.app_db.begin() as app_db:
        for arm, customer in (("treated", warned), ("held_out", held_out)):
            of_arm = (
                alerts.c.alert_id
                == select(func.min(alerts.c.alert_id)).where(alerts.c.arm == arm).scalar_subquery()
            )
            app_db.execute(update(alerts).where(of_arm).values(customer_id=customer, rule=arm))
    frame = waiting(bank)
    assert held_out not in set(frame.loc[frame["alert_due"].notna(), "customer_id"])
    page = open_page(SERVICE, "complaints")
    assert not page.exception
    assert page.title[0].value.startswith(f"{len(frame)} complaints of the last 365 days wait")
    table = page.dataframe[0].value
    assert len(table) == len(frame)
    assert set(table["Case"]) == set(frame["ticket_id"])
    assert table["RM"].notna().any()
    assert (
        table.loc[table["Case"].isin(frame.loc[frame["customer_id"] == warned, "ticket_id"]), "Churn alert"]
        .notna()
        .all()
    )
    assert "savings" not in " ".join(table["Churn alert"].dropna()), "neither why nor how much"
    overdue = (frame["due_on"] < pd.Timestamp(AS_OF)).sum()
    assert f"{overdue} overdue" in page.title[0].value
    assert table["Status"].str.startswith("Overdue").sum() == overdue
    assert page.dataframe[0].value["Age, days"].tolist() == frame["age"].tolist()
    page.text_input[-1].set_value(str(frame["ticket_id"].iloc[0])).run()
    assert len(page.dataframe[0].value) == 1
    assert "complaints" not in words(open_page(somebody("marketing"), "complaints")) + cells(page)
    assert any("Open all complaints" in b.label for b in open_page(SERVICE, "today").button)


def test_the_sample_bank_shows_complaints_that_are_taken_answered_and_handed_on(bank: Stores):
    write_sample_complaints(bank, AS_OF)
    frame = waiting(bank)
    assert 0 < (frame["owner"] != "").sum() < len(frame)
    assert frame["handed_at"].notna().sum() == 1
    assert frame["answered_at"].notna().sum() == 1


def test_several_are_taken_in_one_go_or_none_and_undone_again(bank: Stores):
    first, second, third = waiting(bank)["ticket_id"].head(3)
    record_for_all(bank, SERVICE, {first: 0, second: 0}, TAKEN)
    assert [line_of(bank, t)["owner"] for t in (first, second, third)] == ["service-1", "service-1", ""]
    with pytest.raises(ChangeRefused, match="while you had it open"):
        record_for_all(bank, SERVICE, {third: 0, second: 0}, TAKEN)
    assert line_of(bank, third)["owner"] == "", "nothing is written where one of them is refused"
    record_for_all(bank, SERVICE, {first: 1}, ANSWERED, "The fee is paid back.")
    answered = line_of(bank, first)
    assert (answered["due_what"], answered["owner"]) == (complaint_list.SETTLE, "service-1")
    undo(bank, SERVICE, {first: 2})
    assert pd.isna(line_of(bank, first)["answered_at"])
    assert line_of(bank, first)["owner"] == "service-1", "taken it stays"
    undo(bank, SERVICE, {first: 3, second: 1})
    assert line_of(bank, first)["owner"] == line_of(bank, second)["owner"] == ""
    with bank.app_db.connect() as app_db:
        actions = app_db.execute(select(audit_log.c.action).order_by(audit_log.c.line)).scalars().all()[-4:]
        assert app_db.execute(select(complaint_steps)).fetchall()
    assert actions == [
        "complaint.taken",
        "complaint.answered",
        "complaint.taken_back",
        "complaint.taken_back",
    ]


def test_a_complaint_handed_on_is_a_case_of_the_rm_until_that_is_undone(bank: Stores):
    frame = waiting(bank)
    row = frame[frame["rm_id"].notna()].iloc[0]
    ticket, rm = str(row["ticket_id"]), somebody("relationship_manager", rm_id=str(row["rm_id"]))
    with pytest.raises(ChangeRefused, match="what the relationship manager should do"):
        record_for_all(bank, SERVICE, {ticket: 0}, TO_RM)
    record_for_all(bank, SERVICE, {ticket: 0}, TO_RM, "Please call: she asks for you.")
    (case,) = about_customer(Reader(bank, rm), str(row["customer_id"]), "service_case")
    assert (case.owner, case.contents["details"]) == (
        "Relationship managers",
        "Please call: she asks for you.",
    )
    assert pd.notna(line_of(bank, ticket)["handed_at"])
    undo(bank, SERVICE, {ticket: 1})
    (case,) = about_customer(Reader(bank, rm), str(row["customer_id"]), "service_case")
    assert case.state == "settled"
    assert pd.isna(line_of(bank, ticket)["handed_at"])


def test_what_is_not_service_s_is_refused(bank: Stores):
    ticket = str(waiting(bank)["ticket_id"].iloc[0])
    with pytest.raises(AccessRefused, match="Only Service"):
        record_for_all(bank, somebody("relationship_manager"), {ticket: 0}, TAKEN)
    with pytest.raises(AccessRefused):
        complaint_list.alerts_beside(Reader(bank, somebody("analyst")), frozenset())
    with pytest.raises(ChangeRefused, match="Choose the colleague"):
        record_for_all(bank, SERVICE, {ticket: 0}, GIVEN, to="rm")
    with pytest.raises(ChangeRefused, match="no open complaint"):
        record_for_all(bank, SERVICE, {"T-NONE": 0}, TAKEN)
    assert Reader(bank, SYSTEM).frame(select(complaint_steps)).empty
    assert Reader(bank, SYSTEM).frame(select(users.c.username)).shape[1] == 1
