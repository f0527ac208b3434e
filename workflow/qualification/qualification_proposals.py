"""Changing what “qualified” means: proposed with its preview, signed by both departments, then in force for new leads.

A version is never changed and never withdrawn from the past: a better idea is the next version. Nobody signs for the
other department, whoever proposed it.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import func, select

from metrics.comparison.words import day
from metrics.definitions.scope import Period, Scope
from metrics.qualification.qualification_rule import (
    QualificationRule,
    catalogue,
    changes,
    dependent,
    moment,
    under,
)
from metrics.qualification.qualification_versions import SIGNING, as_agreed, timeline
from metrics.query.query import Query, ask, check_published, statement
from warehouse.access import audit
from warehouse.access.data_coverage import AvailableColumns, as_of
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import definition_signatures, definitions
from warehouse.errors import ChangeRefused
from warehouse.schema import leads
from warehouse.stores.connect import Stores

DEPARTMENTS = {"marketing": "Marketing", "sales": "Sales"}
"""Role → the department it signs for."""
MAY_PROPOSE = frozenset({"marketing", "sales", "analyst", "system"})
LONGEST_WHY = 2000
LONGEST_LIST = 500


def propose(stores: Stores, viewer: Viewer, rule: QualificationRule, effective_on: date, why: str) -> int:
    """Append the next version and give its number. The author's department still has to sign like the other.

    Raises AccessRefused for a role that may not propose (the attempt is logged). Raises ChangeRefused if the reason is
    missing, the day is already reported on, or a version says the same.
    """
    _check_role(stores, viewer, MAY_PROPOSE, "propose what “qualified” means", "proposed")
    why = _reason(why, "A change needs a reason that the other department can follow.")
    reader = Reader(stores, viewer, stores.snapshot())
    last = as_of(reader)
    if effective_on <= last:
        raise ChangeRefused(
            f"Leads up to {day(last)} have been reported on, and an old report must keep its numbers. Choose "
            f"{day(last + timedelta(days=1))} or later."
        )
    with audit.entry(stores, viewer.username, "definition.propose", "qualified", why) as entry:
        numbers = {row.rule: row.version for row in entry.app_db.execute(select(definitions))}
        if rule == QualificationRule() or rule.as_text() in numbers:
            raise ChangeRefused(
                f"Version {numbers.get(rule.as_text(), 1)} says exactly this. Sign that one, or change a condition."
            )
        number = int(entry.app_db.execute(select(func.max(definitions.c.version))).scalar() or 1) + 1
        entry.append(
            definitions,
            version=number,
            rule=rule.as_text(),
            effective_on=effective_on,
            why=why,
            author=viewer.username,
            department=DEPARTMENTS.get(viewer.role, ""),
            proposed_at=entry.at,
        )
    return number


def sign(stores: Stores, viewer: Viewer, number: int, verdict: str, note: str = "") -> None:
    """Record what the viewer's own department says about a version: `signed` or `declined`.

    Raises AccessRefused for a role that signs for no department (the attempt is logged). Raises ChangeRefused if there
    is no such version, the department has spoken, it was declined, or a refusal has no reason.
    """
    _check_role(stores, viewer, DEPARTMENTS, "sign for Marketing or Sales", f"version {number} {verdict}")
    department = DEPARTMENTS[viewer.role]
    if verdict not in ("signed", "declined"):
        raise ChangeRefused(f"“{verdict}” is not an answer. A version is signed or declined.")
    if verdict == "declined":
        note = _reason(note, "Say what the author should change, so that the next version can be signed.")
    last = as_of(Reader(stores, viewer, stores.snapshot()))
    with audit.entry(stores, viewer.username, f"definition.{verdict}", f"qualified {number}", note) as entry:
        there = entry.app_db.execute(select(definitions).where(definitions.c.version == number)).first()
        if there is None:
            raise ChangeRefused(f"There is no version {number} to sign.")
        verdicts = {
            s.department: s.verdict
            for s in entry.app_db.execute(
                select(definition_signatures).where(definition_signatures.c.version == number)
            )
        }
        if department in verdicts:
            raise ChangeRefused(f"{department} has already {verdicts[department]} version {number}.")
        if "declined" in verdicts.values():
            raise ChangeRefused(
                f"Version {number} was declined, so it cannot come into force. Propose the next one."
            )
        entry.append(
            definition_signatures,
            "signed",
            version=number,
            department=department,
            verdict=verdict,
            note=note.strip()[:LONGEST_WHY],
            as_of=last,
        )


def figures_under_rules(
    reader: Reader,
    rules: tuple[tuple[int, QualificationRule], ...],
    scope: Scope,
    available: AvailableColumns | None = None,
) -> pd.DataFrame:
    """Every figure that depends on “qualified”, over a scope, under each version's rule applied to every lead.

    One row per figure (its catalogue name as index), one column per version number. A version never changes, so on the
    same data the same call gives the same numbers for ever.
    """
    names = sorted(dependent())
    query = Query.of(names, scope, periods=[scope.period])
    answers = {n: ask(query, reader, available, under(rule)).iloc[0][names] for n, rule in rules}
    return pd.DataFrame(answers, index=names)


@dataclass(frozen=True, kw_only=True)
class QualificationPreview:
    """What a rule would change, were it in force for the leads that came in a period.

    `classes`: one row per channel with kept, gained, lost, neither. `figures`: index catalogue name, columns now and
    then. NaN: not known, or too few people to show.
    """

    period: Period
    classes: pd.DataFrame
    figures: pd.DataFrame


@as_agreed
def preview(
    reader: Reader,
    rule: QualificationRule,
    scope: Scope,
    available: AvailableColumns | None = None,
    by: str = "channel",
) -> QualificationPreview:
    """Compare `rule` with what is in force now, over the leads of a scope."""
    agreed = timeline(reader)
    measures = changes(moment(agreed), rule.moment())
    query = Query.of([], scope, [by], [scope.period])
    check_published(reader, [leads], query)
    counted = reader.sees_totals_only(leads)
    classes = reader.frame(statement(leads, measures, query, counting_people=counted))
    classes = classes.rename(columns={f"{m}__0": m for m in measures})[[by, *measures]]
    names = sorted(dependent())
    figures_query = Query.of(names, scope, periods=[scope.period])
    now = ask(figures_query, reader, available, catalogue(agreed)).iloc[0][names]
    then = ask(figures_query, reader, available, under(rule)).iloc[0][names]
    return QualificationPreview(
        period=scope.period,
        classes=classes.sort_values("lost", ascending=False, ignore_index=True),
        figures=pd.DataFrame({"now": now, "then": then}),
    )


@as_agreed
def leads_that_change(reader: Reader, rule: QualificationRule, scope: Scope) -> pd.DataFrame:
    """The first leads that a rule would call otherwise, newest first: their attributes, no names.

    Raises AccessRefused for a role that sees totals only.
    """
    measures = changes(moment(timeline(reader)), rule.moment())
    parts = []
    for name in ("gained", "lost"):
        statement = select(
            leads.c.lead_id,
            leads.c.created_at,
            leads.c.channel,
            leads.c.product,
            leads.c.score,
            leads.c.expected_value,
        ).where(measures[name].within(scope.period))
        part = reader.frame(
            statement.order_by(leads.c.created_at.desc(), leads.c.lead_id).limit(LONGEST_LIST)
        )
        parts.append(part.assign(change=measures[name].label))
    return pd.concat(parts, ignore_index=True)


def _check_role(stores: Stores, viewer: Viewer, roles: Container[str], what: str, subject: str) -> None:
    sentence = (
        f"Your role does not {what}, so nothing was recorded. {' and '.join(SIGNING)} decide it together; tell one of "
        "them."
    )
    audit.check_role(stores, viewer, roles, "definition.refused", sentence, subject)


def _reason(why: str, missing: str) -> str:
    return audit.checked_text(why, LONGEST_WHY, f"{missing} Write it and save again.", "The reason has")
