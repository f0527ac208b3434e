"""“Qualified” in versions: both departments sign, a version never changes, an old figure can always be made again."""

from __future__ import annotations

from datetime import date
from itertools import product

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from metrics.comparison.condition import Condition, at_least
from metrics.definitions.scope import Period, Scope
from metrics.qualification.qualification_rule import (
    ATTRIBUTES,
    SOURCES_SAY,
    QualificationRule,
    dependent,
    read_rule,
)
from metrics.qualification.qualification_versions import timeline, versions
from metrics.query.query import Query, ask
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import audit_log, definition_signatures, definitions
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.schema import leads
from warehouse.stores.connect import Stores
from workflow.qualification.qualification_proposals import (
    figures_under_rules,
    leads_that_change,
    preview,
    propose,
    sign,
)

QUARTER = Scope(Period(date(2026, 4, 1), date(2026, 6, 30)))
AUGUST = date(2026, 8, 1)
MARKETING, SALES, ANALYST, EXECUTIVE = (
    Viewer(role, role, role) for role in ("marketing", "sales", "analyst", "executive")
)
SCORE_50 = QualificationRule(conditions=(at_least("score", 50.0),))
CARELESS = QualificationRule(
    conditions=(Condition(attribute="channel", operator="none_of", values=("social",)),), as_sources_say=False
)


def _reader(stores: Stores, viewer: Viewer = SYSTEM) -> Reader:
    return Reader(stores, viewer, stores.snapshot())


def _mql(stores: Stores, viewer: Viewer = SYSTEM) -> float:
    return float(ask(Query.of(["mql"], QUARTER), _reader(stores, viewer))["mql"].iloc[0])


def _figures_under(stores: Stores, numbers: list[int], scope: Scope = QUARTER) -> pd.DataFrame:
    rules = tuple((v.number, v.rule) for v in versions(_reader(stores)) if v.number in numbers)
    return figures_under_rules(_reader(stores), rules, scope)


def _proposed(stores: Stores, rule: QualificationRule = SCORE_50, by: Viewer = MARKETING) -> int:
    return propose(stores, by, rule, AUGUST, "Sales rejects most leads below 50.")


def test_version_1_is_what_the_sources_say(loaded: Stores) -> None:
    (first,) = versions(_reader(loaded))
    assert (first.number, first.rule, first.state()) == (1, SOURCES_SAY, "in force from the beginning")
    assert _figures_under(loaded, [1]).loc["mql", 1] == _mql(loaded)


def test_a_version_needs_both_departments_whoever_proposed_it(own_bank: Stores) -> None:
    number = _proposed(own_bank)
    assert versions(_reader(own_bank))[-1].waits_for == ("Marketing", "Sales")
    sign(own_bank, MARKETING, number, "signed")
    assert versions(_reader(own_bank))[-1].waits_for == ("Sales",)
    assert timeline(_reader(own_bank)) == ()
    sign(own_bank, SALES, number, "signed")
    assert timeline(_reader(own_bank)) == ((AUGUST, SCORE_50),)


def test_one_department_cannot_sign_twice_and_so_not_for_the_other(own_bank: Stores) -> None:
    number = _proposed(own_bank)
    sign(own_bank, MARKETING, number, "signed")
    colleague = Viewer("marketing-2", "Another", "marketing")
    with pytest.raises(ChangeRefused, match="already signed"):
        sign(own_bank, colleague, number, "signed")
    assert timeline(_reader(own_bank)) == ()


@pytest.mark.parametrize(
    "role", ["analyst", "executive", "administrator", "service", "relationship_manager", "team_lead"]
)
def test_no_other_role_signs_and_the_attempt_is_on_record(own_bank: Stores, role: str) -> None:
    number = _proposed(own_bank)
    with pytest.raises(AccessRefused, match="does not sign"):
        sign(own_bank, Viewer("x", "x", role, "RM01", "Central"), number, "signed")
    with own_bank.app_db.connect() as app_db:
        assert app_db.execute(select(func.count()).select_from(definition_signatures)).scalar() == 0
        assert app_db.execute(select(audit_log.c.action).order_by(audit_log.c.line.desc())).scalar() == (
            "definition.refused"
        )


def test_an_executive_may_not_propose(own_bank: Stores) -> None:
    with pytest.raises(AccessRefused):
        _proposed(own_bank, by=EXECUTIVE)


def test_a_declined_version_stays_declined_and_its_reason_stays(own_bank: Stores) -> None:
    number = _proposed(own_bank)
    with pytest.raises(ChangeRefused, match="what the author should change"):
        sign(own_bank, SALES, number, "declined", "  ")
    sign(own_bank, SALES, number, "declined", "50 is too low for mortgages.")
    with pytest.raises(ChangeRefused, match="declined"):
        sign(own_bank, MARKETING, number, "signed")
    last = versions(_reader(own_bank))[-1]
    assert (last.state(), last.signatures[0].note) == ("declined by Sales", "50 is too low for mortgages.")


@pytest.mark.parametrize(
    ("rule", "day", "why", "refusal"),
    [
        (SCORE_50, date(2026, 6, 30), "x", "must keep its numbers"),
        (SCORE_50, AUGUST, "  ", "reason"),
        (SOURCES_SAY, AUGUST, "x", "Version 1 says exactly this"),
    ],
)
def test_what_cannot_be_proposed(
    own_bank: Stores, rule: QualificationRule, day: date, why: str, refusal: str
) -> None:
    with pytest.raises(ChangeRefused, match=refusal):
        propose(own_bank, ANALYST, rule, day, why)
    with own_bank.app_db.connect() as app_db:
        assert app_db.execute(select(func.count()).select_from(definitions)).scalar() == 0


def test_the_same_rule_is_not_proposed_twice(own_bank: Stores) -> None:
    _proposed(own_bank)
    with pytest.raises(ChangeRefused, match="Version 2 says exactly this"):
        _proposed(own_bank, by=SALES)


@pytest.mark.parametrize(
    ("attribute", "operator", "values"),
    [
        ("full_name", "one_of", ("Chan",)),
        ("email", "one_of", ("a@b.example",)),
        ("score", "one_of", (50.0,)),
        ("channel", "at_least", ("email",)),
        ("score", "at_least", ("50; drop table leads",)),
        ("score", "at_least", (float("nan"),)),
        ("score", "at_least", (True,)),
        ("channel", "one_of", ()),
        ("channel", "one_of", tuple(str(n) for n in range(51))),
    ],
)
def test_a_rule_knows_only_its_attributes_and_comparisons(
    attribute: str, operator: str, values: tuple
) -> None:
    with pytest.raises(ChangeRefused):
        QualificationRule(conditions=(Condition(attribute=attribute, operator=operator, values=values),))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"conditions": [["score"]]}', '{"conditions": 3}', "null"])
def test_a_text_that_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(ChangeRefused):
        read_rule(text)


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
CONDITIONS = st.one_of(
    st.builds(
        lambda a, o, v: Condition(attribute=a, operator=o, values=tuple(v)),
        st.sampled_from(["channel", "product", "campaign"]),
        st.sampled_from(["one_of", "none_of"]),
        st.lists(WORDS, min_size=1, max_size=4),
    ),
    st.builds(
        lambda a, o, v: Condition(attribute=a, operator=o, values=(v,)),
        st.sampled_from(["score", "expected_value"]),
        st.sampled_from(["at_least", "at_most"]),
        st.floats(-1e6, 1e6),
    ),
)


@given(
    conditions=st.lists(CONDITIONS, min_size=1, max_size=4, unique_by=lambda c: (c.attribute, c.operator)),
    too=st.booleans(),
)
def test_a_rule_is_read_back_as_it_was_kept(conditions: list[Condition], *, too: bool) -> None:
    rule = QualificationRule(conditions=tuple(conditions), as_sources_say=too)
    assert read_rule(rule.as_text()) == rule
    assert all(ATTRIBUTES[c.attribute].label in rule.in_words() for c in conditions)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    conditions=st.lists(CONDITIONS, min_size=1, max_size=3, unique_by=lambda c: (c.attribute, c.operator)),
    too=st.booleans(),
)
def test_the_classes_of_a_preview_are_every_lead_once(
    loaded: Stores, conditions: list[Condition], *, too: bool
) -> None:
    rule = QualificationRule(conditions=tuple(conditions), as_sources_say=too)
    change = preview(_reader(loaded), rule, QUARTER)
    whole = ask(Query.of(["leads", "reached_mql"], QUARTER), _reader(loaded)).iloc[0]
    counts = change.classes[["kept", "gained", "lost", "neither"]].sum()
    assert counts.sum() == whole["leads"]
    assert counts["kept"] + counts["lost"] == whole["reached_mql"]
    assert counts["kept"] + counts["gained"] == change.figures.loc["reached_mql", "then"]
    if too:
        assert counts["gained"] == 0, "a rule on top of the sources' word only takes away"


def test_a_rule_counts_what_it_says(loaded: Stores) -> None:
    rows = _reader(loaded).frame(select(leads.c.lead_id, leads.c.channel, leads.c.mql_at, leads.c.created_at))
    inside = rows[rows["created_at"].between("2026-04-01", "2026-06-30 23:59:59")]
    accepted = inside["channel"].notna() & (inside["channel"].str.lower() != "social")
    rule = QualificationRule(
        conditions=(
            Condition(
                attribute="channel",
                operator="none_of",
                values=tuple({c for c in inside["channel"].dropna() if c.lower() == "social"}),
            ),
        ),
        as_sources_say=False,
    )
    change = preview(_reader(loaded), rule, QUARTER)
    assert change.figures.loc["reached_mql", "then"] == accepted.sum()
    listed = leads_that_change(_reader(loaded, ANALYST), rule, QUARTER)
    assert (listed["change"] == "Becomes qualified").sum() == (accepted & inside["mql_at"].isna()).sum()
    assert "full_name" not in listed


def test_who_sees_only_totals_gets_the_same_counts_and_no_rows(loaded: Stores) -> None:
    for viewer in (MARKETING, EXECUTIVE):
        mine = preview(_reader(loaded, viewer), SCORE_50, QUARTER)
        whole = preview(_reader(loaded), SCORE_50, QUARTER)
        both = mine.classes.merge(whole.classes, on="channel", suffixes=("", "_all"))
        known_to_both = both["lost"].notna()
        assert known_to_both.any()
        assert (both.loc[known_to_both, "lost"] == both.loc[known_to_both, "lost_all"]).all()
        assert not mine.classes["lost"].between(1, 9).any()
        with pytest.raises(AccessRefused):
            leads_that_change(_reader(loaded, viewer), SCORE_50, QUARTER)


def test_an_old_report_keeps_its_number_whatever_comes_into_force(own_bank: Stores) -> None:
    before = _mql(own_bank)
    number = _proposed(own_bank)
    first = _figures_under(own_bank, [1, number])
    for viewer in (MARKETING, SALES):
        sign(own_bank, viewer, number, "signed")
    later = _proposed(own_bank, CARELESS)
    for viewer in (MARKETING, SALES):
        sign(own_bank, viewer, later, "signed")
    assert _mql(own_bank) == before, "the quarter was reported before either was in force"
    again = _figures_under(own_bank, [1, number, later])
    assert again[[1, number]].equals(first)
    assert again[number]["mql"] < again[1]["mql"] < again[later]["mql"]


def test_a_version_in_force_counts_the_leads_that_come_from_its_day_on(own_bank: Stores) -> None:
    """As if the bank had agreed in April: the leads of May and June follow the new rule, those before the old one."""
    number = _proposed(own_bank)
    for viewer in (MARKETING, SALES):
        sign(own_bank, viewer, number, "signed")
    may = date(2026, 5, 1)
    with own_bank.app_db.begin() as app_db:
        app_db.execute(update(definitions).values(effective_on=may))
        app_db.execute(update(definition_signatures).values(as_of=date(2026, 4, 15)))
    halves = [Period(date(2026, 3, 1), date(2026, 4, 30)), Period(may, date(2026, 6, 30))]
    question = Query.of(["reached_mql"], QUARTER, periods=halves)
    agreed = ask(question, _reader(own_bank))["reached_mql"].tolist()
    under_1, under_2 = (
        [_figures_under(own_bank, [n], Scope(half))[n]["reached_mql"] for half in halves] for n in (1, number)
    )
    assert agreed == [under_1[0], under_2[1]]
    assert under_1[1] > under_2[1]


def test_a_late_signature_does_not_reach_back_behind_what_was_reported(own_bank: Stores) -> None:
    number = propose(own_bank, ANALYST, SCORE_50, date(2026, 7, 1), "x")
    for viewer in (MARKETING, SALES):
        sign(own_bank, viewer, number, "signed")
    with own_bank.app_db.begin() as app_db:
        late = definition_signatures.c.department == "Sales"
        app_db.execute(update(definition_signatures).where(late).values(as_of=date(2026, 9, 30)))
    assert timeline(_reader(own_bank)) == ((date(2026, 10, 1), SCORE_50),)


def test_every_figure_that_reads_the_moment_is_said_to_depend_on_it() -> None:
    assert {"mql", "reached_mql", "accepted", "acceptance_rate", "qualified_conversions"} <= dependent()
    assert not {"leads", "sql", "won", "revenue"} & dependent()


def test_every_role_reads_the_versions(own_bank: Stores) -> None:
    _proposed(own_bank)
    for role, expected in product(("relationship_manager", "service", "administrator", "executive"), (2,)):
        reader = _reader(own_bank, Viewer("x", "x", role, "RM01", "Central"))
        assert len(versions(reader)) == expected
