"""What a rule would change: leads by class, figures and goals; and the place to try one and propose it."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from math import isnan
from typing import Any

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.condition import Condition, at_least
from metrics.comparison.currency import currency
from metrics.comparison.words import figure, numeral, points, share, signed
from metrics.definitions.scope import Scope, month
from metrics.qualification.qualification_rule import QualificationRule, dependent
from pages.components import data, filters, forms, tables
from pages.figures import drill
from warehouse.access.reader import Viewer
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.goals.goal_records import current, every_goal
from workflow.kept import progress_under
from workflow.qualification.qualification_proposals import (
    LONGEST_LIST,
    LONGEST_WHY,
    QualificationPreview,
    leads_that_change,
    preview,
    propose,
)


def effect(viewer: Viewer, rule: QualificationRule, scope: Scope, name: str) -> None:
    """The preview of a rule over the leads of a scope."""
    available = data.available_columns(viewer)
    previewed = data.cached(viewer, preview, rule, scope, available)
    st.caption(
        f"If {name} applied to the leads that came {scope.in_words()}, {changes_in_words(previewed.classes)}"
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Figures that depend on it**")
        tables.show(_figures(previewed), f"figures-{name}", "too few")
    with right:
        st.markdown("**Leads whose qualification changes, by channel**")
        tables.show(_classes(previewed), f"classes-{name}", "too few")
    _goals(viewer, rule, name)
    if data.may_see(viewer, "leads"):
        _rows(viewer, rule, scope, name)
    else:
        st.caption("Your role sees totals; Sales and analysts see which leads change.")


def changes_in_words(classes: pd.DataFrame) -> str:
    """How many leads would change class, from `kept`, `lost` and `gained` by channel; what is hidden is said to be so."""
    kept, lost, gained = (float(classes[name].sum(skipna=False)) for name in ("kept", "lost", "gained"))
    was = kept + lost
    leave = "would no longer be qualified"
    if not isnan(was):
        of_all = f" ({share(lost / was)})" if was else ""
        first = f"{numeral(lost)} of {numeral(was)} qualified leads {leave}{of_all}"
    elif not isnan(lost):
        first = f"{numeral(lost)} qualified leads {leave}, of how many is hidden"
    else:
        first = f"how many qualified leads {leave} is hidden"
    second = (
        "how many others would become so is hidden"
        if isnan(gained)
        else f"{numeral(gained) if gained else 'no'} others would become so"
    )
    some = classes[["kept", "lost", "gained"]].isna().any(axis=None)
    why = " Hidden: in some channels they are too few to show; the table has the others." if some else ""
    return f"{first}, and {second}.{why}"


def figures_told(names: Iterable[object]) -> list[str]:
    """The figures that people know, in the order of the funnel; those that only others are made of are left out."""
    return [n for n in CATALOGUE if n in set(names) and n not in ("accepted_of_decided", "mql_by_the_end")]


def _figures(previewed: QualificationPreview) -> pd.DataFrame:
    rows = []
    figures_now, figures_then = (previewed.figures[column].to_dict() for column in ("now", "then"))
    for name in figures_told(previewed.figures.index):
        metric, now, then = CATALOGUE[name], figures_now[name], figures_then[name]
        moved = then - now
        relative = signed(moved / now) if now else "from none" if then else "no change"
        words = points(moved) if metric.unit == "share" else relative
        has_change = pd.notna(moved)
        rows.append(
            {
                "Figure": metric.label,
                "Now": figure(metric, now),
                "If applied": figure(metric, then),
                "Change": words if has_change else "not known",
            }
        )
    return pd.DataFrame(rows)


def _classes(previewed: QualificationPreview) -> pd.DataFrame:
    classes = previewed.classes[["channel", "kept", "lost", "gained"]].copy()
    classes["channel"] = [plain(c).capitalize() for c in classes["channel"]]
    return classes.rename(
        columns={
            "channel": "Channel",
            "kept": "Stay qualified",
            "lost": "No longer",
            "gained": "Newly qualified",
        }
    )


def _goals(viewer: Viewer, rule: QualificationRule, name: str) -> None:
    as_of, available = data.as_of(viewer), data.available_columns(viewer)
    touched = [g for g in current(every_goal(data.reader(viewer)), as_of) if g.metric in dependent()]
    if not touched:
        st.caption("No running goal depends on it.")
        return
    now, then = data.cached(viewer, progress_under, tuple(touched), as_of, available, rule)
    rows = [
        {
            "Goal": a.goal.in_words(),
            "So far": figure(CATALOGUE[a.goal.metric], a.actual),
            "So far, if applied": figure(CATALOGUE[a.goal.metric], b.actual),
            "State": a.state_in_words().capitalize(),
            "State, if applied": b.state_in_words().capitalize(),
        }
        for a, b in zip(now, then, strict=True)
    ]
    st.markdown("**Goals that depend on it**")
    tables.show(pd.DataFrame(rows), f"goals-{name}")


def _rows(viewer: Viewer, rule: QualificationRule, scope: Scope, name: str) -> None:
    with st.expander("The leads whose qualification changes"):
        rows = data.cached(viewer, leads_that_change, rule, scope)
        st.caption(f"The newest {LONGEST_LIST:,} of each kind.")
        tables.show(
            drill.in_words(rows),
            f"rows-{name}",
            columns={
                "Created at": st.column_config.DatetimeColumn(format="D MMM YYYY"),
                "Expected value": st.column_config.NumberColumn(format="localized"),
            },
        )


def try_one(viewer: Viewer, scope: Scope) -> None:
    """Put a rule together, look at what it changes, propose it."""
    rule = _rule_on_trial(viewer)
    if rule is None:
        return
    st.text(f"A lead is qualified when {rule.in_words()}.")
    effect(viewer, rule, scope, "this rule")
    as_of = data.as_of(viewer)
    first = as_of + timedelta(days=1)

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        start = values["start"]
        effective_on = start if isinstance(start, date) else as_of
        number = propose(connect.here(), viewer, rule, effective_on, str(values["why"] or ""))
        return f"Version {number} is proposed and waits for both departments."

    with forms.form("propose", border=True) as form:
        left, right = st.columns([1, 3])
        with left:
            start = month(as_of.year, as_of.month + 1).start
            forms.date_input("For leads from this day on", form.keep("start", start), first=first)
        with right:
            st.text_input(
                "Why, so that the other department can follow",
                max_chars=LONGEST_WHY,
                key=form.keep("why", ""),
            )
        form.submit("Propose it", write, type="primary", icon=":material/send:")
    st.caption(
        "It comes into force when Marketing and Sales have both signed, for leads that come after that."
    )


def _rule_on_trial(viewer: Viewer) -> QualificationRule | None:
    """The rule of the widgets, or None while it says nothing new."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        score = st.number_input("Score at least", 0, 100, 45, step=5, width=130, key="rule-score")
        worth = st.number_input(
            f"Expected {currency()} at least",
            0,
            10_000_000,
            0,
            step=500,
            width=170,
            key="rule-worth",
            help="A lead whose value Sales has not declared does not count as worth enough.",
        )
        channels = st.multiselect("Channel is one of", filters.values("channel", viewer), width=260)
        products = st.multiselect("Product is one of", filters.values("product", viewer), width=260)
    too = st.checkbox("Marketing's systems must call it qualified as well", value=True, key="rule-sources")
    conditions = []
    if score:
        conditions.append(at_least("score", float(score)))
    if worth:
        conditions.append(at_least("expected_value", float(worth)))
    for attribute, values in (("channel", channels), ("product", products)):
        if values:
            conditions.append(Condition(attribute=attribute, operator="one_of", values=tuple(sorted(values))))
    if not conditions:
        tables.empty(
            "This is version 1, what the sources say.", "Set at least one condition to see a change."
        )
        return None
    return QualificationRule(conditions=tuple(conditions), as_sources_say=too)
