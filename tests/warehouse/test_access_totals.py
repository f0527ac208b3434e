"""Who sees only totals gets no single row, no singled-out group, and no figure about fewer than ten people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Select, case, distinct, func, literal, null, select, true
from sqlalchemy.sql.selectable import Subquery

from tests.warehouse.onlookers import EVERYBODY
from warehouse import schema
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db import app_schema
from warehouse.disclosure.people_behind import PEOPLE
from warehouse.errors import AccessRefused
from warehouse.sql.dialects import month_of, ratio, to_float
from warehouse.stores.connect import Stores

c, b, t = schema.customers, schema.balances, schema.tickets
PEOPLE_OF_C = func.count(c.c.customer_id.distinct())
PEOPLE_OF_B = func.count(b.c.customer_id.distinct())
ONE = "C00000019"


def _total(value, people, name: str = "x") -> tuple:
    return value.label(name), people.label(f"{name}{PEOPLE}")


def _inner(*columns) -> Subquery:
    return select(*columns).subquery()


def _over(rows, name: str = "who") -> Select:
    """Totals over a subquery, grouped by its column `who`."""
    column = rows.c[name]
    return select(column, *_total(func.count(), func.count(column.distinct()))).group_by(column)


FIRST_BALANCE = select(b.c.balance).where(b.c.customer_id == ONE).limit(1).scalar_subquery()
ONES_DISTRICT = select(c.c.district).where(c.c.customer_id == ONE).scalar_subquery()
IS_ONE = b.c.customer_id == ONE

REFUSED: dict[str, Any] = {
    "single rows": select(c.c.customer_id, c.c.segment),
    "one harmless column": select(c.c.segment),
    "distinct rows": select(c.c.segment).distinct(),
    "a union of rows": select(c.c.segment).union(select(c.c.district)),
    "a union of totals": select(*_total(func.count(), PEOPLE_OF_C)).union_all(
        select(*_total(func.count(), PEOPLE_OF_C))
    ),
    "a group by number": select(c.c.customer_id, *_total(func.count(), PEOPLE_OF_C)).group_by(c.c.customer_id),
    "a group by name": select(c.c.full_name, *_total(func.count(), PEOPLE_OF_C)).group_by(c.c.full_name),
    "a group by year of birth": select(c.c.birth_year, *_total(func.count(), PEOPLE_OF_C)).group_by(c.c.birth_year),
    "a group by half a number": select(
        func.substr(c.c.customer_id, 1, 8).label("s"), *_total(func.count(), PEOPLE_OF_C)
    ).group_by(func.substr(c.c.customer_id, 1, 8)),
    "a group hidden from view": select(*_total(func.count(), PEOPLE_OF_C)).group_by(c.c.customer_id),
    "a group by another number": select(t.c.ticket_id, *_total(func.count(), func.count(t.c.customer_id.distinct()))).group_by(
        t.c.ticket_id
    ),
    "a group by an amount": select(b.c.balance, *_total(func.count(), PEOPLE_OF_B)).group_by(b.c.balance),
    "a group by a moment": select(
        t.c.opened_at, *_total(func.count(), func.count(t.c.customer_id.distinct()))
    ).group_by(t.c.opened_at),
    "a group by a new name": _over(_inner(c.c.customer_id.label("who"))),
    "a group by a new name twice": _over(_inner(_inner(c.c.customer_id.label("a")).c.a.label("who"))),
    "a group by an amount under a new name": _over(
        _inner(func.max(b.c.balance).label("who"), b.c.customer_id.label("id"))
    ),
    "a group by a name in a CTE": _over(select(c.c.email.label("who")).cte()),
    "a group by somebody's district": select(
        ONES_DISTRICT.label("d"), *_total(func.count(), PEOPLE_OF_C)
    ).select_from(c).group_by(ONES_DISTRICT),
    "the smallest": select(*_total(func.min(b.c.balance), PEOPLE_OF_B)),
    "the largest": select(*_total(func.max(c.c.customer_id), PEOPLE_OF_C)),
    "the first": select(*_total(func.first_value(c.c.customer_id).over(order_by=c.c.joined_on), PEOPLE_OF_C)),
    "a total round a largest": select(*_total(func.coalesce(func.max(b.c.balance), 0), PEOPLE_OF_B)),
    "a total of a look-up": select(*_total(func.avg(FIRST_BALANCE), PEOPLE_OF_C)).select_from(c),
    "a look-up": select(*_total(FIRST_BALANCE, PEOPLE_OF_C)).select_from(c),
    "a look-up beside a total": select(*_total(func.count() * FIRST_BALANCE, PEOPLE_OF_C)).select_from(c),
    "a window": select(*_total(func.sum(b.c.balance).over(rows=(0, 0)), func.count().over())),
    "a window round a total": select(*_total(func.sum(func.sum(b.c.balance)).over(), PEOPLE_OF_B)),
    "a filter in a total": select(*_total(func.sum(b.c.balance).filter(IS_ONE), PEOPLE_OF_B)),
    "no people": select(func.sum(b.c.balance).label("x")),
    "no people for the second": select(*_total(func.count(), PEOPLE_OF_B), func.sum(b.c.balance).label("y")),
    "people made up": select(func.sum(b.c.balance).label("x"), literal(1000).label(f"x{PEOPLE}")).where(IS_ONE),
    "rows for people": select(*_total(func.sum(b.c.balance), func.count(b.c.customer_id))).where(IS_ONE),
    "accounts for people": select(*_total(func.sum(b.c.balance), func.count(b.c.account_id.distinct()))),
    "months for people": select(*_total(func.sum(b.c.balance), func.count(b.c.month_on.distinct()))).where(IS_ONE),
    "colleagues for people": select(
        *_total(func.count(), func.count(app_schema.sessions.c.username.distinct()))
    ).select_from(app_schema.alerts.join(app_schema.sessions, true())).where(app_schema.alerts.c.customer_id == ONE),
    "a colleague": select(
        app_schema.users.c.full_name, *_total(func.count(), func.count(app_schema.users.c.username.distinct()))
    ).group_by(app_schema.users.c.full_name),
    "a session": select(
        app_schema.sessions.c.token_hash, *_total(func.count(), func.count(app_schema.sessions.c.username.distinct()))
    ).group_by(app_schema.sessions.c.token_hash),
    "people multiplied": select(*_total(func.sum(b.c.balance), PEOPLE_OF_B * 100)),
    "a figure called people": select(func.count().label("x"), func.sum(b.c.balance).label(f"x{PEOPLE}")).where(IS_ONE),
    "only people, and they are money": select(func.sum(b.c.balance).label(f"x{PEOPLE}")).where(IS_ONE),
    "one person's sum over everybody's count": select(
        *_total(func.sum(case((IS_ONE, b.c.balance))), PEOPLE_OF_B)
    ),
    "one person's sum with 0 for the rest": select(
        *_total(func.sum(case((IS_ONE, b.c.balance), else_=0)), PEOPLE_OF_B)
    ),
    "another condition for the people": select(
        *_total(
            func.sum(case((IS_ONE, b.c.balance))), func.count(distinct(case((true(), b.c.customer_id))))
        )
    ),
    "one person inside the same condition": select(
        *_total(
            func.sum(case((b.c.balance > 0, case((IS_ONE, b.c.balance), else_=0)))),
            func.count(distinct(case((b.c.balance > 0, b.c.customer_id)))),
        )
    ),
    "a count of one inside the same condition": select(
        *_total(
            func.count(case((b.c.balance > 0, case((IS_ONE, 1))))),
            func.count(distinct(case((b.c.balance > 0, b.c.customer_id)))),
        )
    ),
    "two columns of one name": select(
        *_total(func.sum(b.c.balance), PEOPLE_OF_B), func.count().label("x")
    ),
}  # fmt: skip


@pytest.mark.parametrize("question", sorted(REFUSED))
@pytest.mark.parametrize("role", ["marketing", "executive"])
def test_a_question_that_could_show_one_person_is_refused(role: str, question: str, night: Stores) -> None:
    with pytest.raises(AccessRefused):
        Reader(night, EVERYBODY[role]).frame(REFUSED[question])


@pytest.fixture(params=["marketing", "executive"])
def totals(request: pytest.FixtureRequest, night: Stores) -> Reader:
    return Reader(night, EVERYBODY[request.param])


def test_totals_over_enough_people_are_the_true_ones(totals: Reader, night: Stores) -> None:
    statement = select(
        c.c.segment, *_total(func.count(), PEOPLE_OF_C), *_total(func.count() * 2 + 0, PEOPLE_OF_C, "y")
    ).group_by(c.c.segment)
    seen = totals.frame(statement).set_index("segment").sort_index()
    true_ = Reader(night, SYSTEM).frame(statement).set_index("segment").sort_index()
    enough = true_[f"x{PEOPLE}"] >= 10
    assert enough.any()
    assert (seen[enough] == true_[enough]).all(axis=None)
    assert seen[~enough].isna().all(axis=None)


def test_groups_by_month_by_look_up_and_by_a_count_are_allowed(totals: Reader) -> None:
    person, when = func.count(t.c.customer_id.distinct()), month_of(t.c.opened_at)
    who = c.alias("who")
    segment = select(who.c.segment).where(who.c.customer_id == t.c.customer_id).correlate(t).scalar_subquery()
    for group in (when, segment, t.c.category):
        frame = totals.frame(select(group.label("g"), *_total(func.count(), person)).group_by(group))
        assert len(frame) > 1
    held = select(schema.accounts.c.customer_id, func.count().label("n"))
    each = held.group_by(schema.accounts.c.customer_id).subquery()
    spread = select(each.c.n, *_total(func.count(), func.count(each.c.customer_id.distinct()))).group_by(
        each.c.n
    )
    assert not totals.frame(spread).empty


def test_a_rate_of_two_totals_and_a_constant_beside_it_are_allowed(totals: Reader) -> None:
    private = c.c.segment == "private"
    people = func.count(case((private, c.c.customer_id)).distinct())
    rate = ratio(func.count(case((private, 1))), to_float(func.sum(case((private, 1)))))
    frame = totals.frame(select(*_total(rate, people), null().label("nothing"), literal("a").label("word")))
    assert frame["x"].item() == pytest.approx(1.0)


@pytest.mark.parametrize("how_many", [0, 1, 9, 10, 11])
def test_a_cell_of_1_to_9_people_is_blank_and_so_is_how_few_they_are(
    how_many: int, totals: Reader, night: Stores
) -> None:
    some = Reader(night, SYSTEM).frame(select(c.c.customer_id).order_by(c.c.customer_id).limit(how_many))
    statement = select(*_total(func.count(), PEOPLE_OF_C)).where(
        c.c.customer_id.in_(list(some["customer_id"]))
    )
    row = totals.frame(statement).iloc[0]
    if 1 <= how_many <= 9:
        assert row.isna().all()
    else:
        assert row.tolist() == [how_many, how_many]


def test_the_smallest_cell_is_the_banks_choice(night: Stores) -> None:

    stricter = replace(night, settings=replace(night.settings, smallest_cell=2000))
    frame = Reader(stricter, EVERYBODY["executive"]).frame(select(*_total(func.count(), PEOPLE_OF_C)))
    assert frame.isna().all(axis=None)


def test_sales_sees_single_leads_but_revenue_only_in_total(night: Stores) -> None:
    sales, r = Reader(night, EVERYBODY["sales"]), schema.revenues
    assert sales.frame(select(schema.leads.c.full_name)).notna().any(axis=None)
    with pytest.raises(AccessRefused):
        sales.frame(select(r.c.customer_id, r.c.revenue))
    with pytest.raises(AccessRefused):
        sales.frame(
            select(schema.leads.c.full_name, r.c.revenue).join(
                r, r.c.customer_id == schema.leads.c.customer_id
            )
        )
    people = func.count(r.c.customer_id.distinct())
    assert sales.frame(select(*_total(func.sum(r.c.revenue), people)))["x"].item() > 0


def test_alerts_are_counted_but_not_listed_for_who_sees_totals(totals: Reader) -> None:
    a = app_schema.alerts
    people = func.count(a.c.customer_id.distinct())
    assert len(totals.frame(select(a.c.status, *_total(func.count(), people)).group_by(a.c.status))) >= 1
    with pytest.raises(AccessRefused):
        totals.frame(select(a.c.alert_id))
