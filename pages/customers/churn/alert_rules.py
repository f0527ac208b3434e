"""Alert rules: which are in force, what another threshold would flag, and putting one live; never in written SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, numeral
from metrics.definitions.scope import Scope
from pages.charts import charts, time_charts
from pages.components import data, forms, tables
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.errors import ChangeRefused
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.experiments.experiment_results import retirement_suggestions
from workflow.kept import flagged_by
from workflow.records.people import called
from workflow.rules import rule_preview
from workflow.rules import rule_versions as versions
from workflow.rules.rule_definitions import lacking
from workflow.rules.rule_drafts import ATTRIBUTES, MOST_GROUPS, RuleDraft, as_rule, check_groups, code_of

NEW = "a new rule"
DUE_DAYS = (1, 2, 3, 5, 7, 14)
JOINED = {
    "all": "all conditions hold: A and B",
    "one": "one of several groups holds: (A and B) or C",
    "each": "one condition of each group holds: (A or B) and C",
}
WITHIN = {
    "all": "Conditions, all of which must hold",
    "one": "Group {}, all of which must hold",
    "each": "Group {}, one of which must hold",
}
WIDE = 0.25
"""A rule that flags more than this share of the customers flags too many."""


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The rules in force, the form with its preview, what waits for a decision, and every version."""
    reader = data.reader(viewer)
    in_force = {draft.code: draft for draft in versions.drafts_in_force(reader)}
    st.title(f"{len(in_force)} rule{'s' if len(in_force) != 1 else ''} raise alerts in each nightly run")
    st.caption(
        "Each is a set of conditions, joined by “and” and “or”. Change one below, see whom it would "
        "flag, then put it live."
    )
    frame = pd.DataFrame(
        {
            "Rule": [d.title for d in in_force.values()],
            "Flags a customer when": [d.in_words() for d in in_force.values()],
            "Call within": [_within(d.due_days) for d in in_force.values()],
            "Within RM capacity": ["Yes" if d.within_capacity else "No" for d in in_force.values()],
        }
    )
    tables.sentences(frame.map(escaped), frame, "rules")
    suggested = data.until_changed(viewer, _without_effect, data.as_of(viewer))
    for code in in_force.keys() & suggested.keys():
        st.info(escaped(f"{in_force[code].title}: {suggested[code]}"), icon=":material/experiment:")
    draft = _chosen(viewer, in_force)
    try:
        check_groups(draft.groups)
    except ChangeRefused as missing:
        st.caption(escaped(str(missing)))
    else:
        _preview_and_decide(viewer, draft, data.as_of(viewer), exists=draft.code in in_force)
    _waiting(viewer)
    _past(viewer)


def _without_effect(viewer: Viewer, today: date) -> dict[str, str]:
    return retirement_suggestions(data.reader(viewer), today)


def _chosen(viewer: Viewer, in_force: dict[str, RuleDraft]) -> RuleDraft:
    """The rule as the widgets say; nothing that was typed goes when a condition is missing."""
    st.header("Try a rule")
    offered = in_force | {f"proposal {d.code}": d for d, _, _ in versions.proposals(data.reader(viewer))}
    code = st.selectbox(
        "Begin with",
        [*offered, NEW],
        format_func=lambda c: "A new rule" if c == NEW else _called(c, offered[c]),
        key="begin",
        width=420,
    )
    begun = offered.get(code)
    joined = st.selectbox(
        "A customer is flagged when",
        [*JOINED],
        index=[*JOINED].index(_joined(begun)),
        format_func=JOINED.__getitem__,
        key=f"joined-{code}",
        width=420,
    )
    given = begun.groups if begun else ()
    several = joined != "all"
    counts = range(2, MOST_GROUPS + 1)
    number = (
        st.segmented_control(
            "Groups",
            counts,
            default=max(counts[0], len(given)),
            required=True,
            key=f"groups-{code}",
        )
        if several
        else 1
    )
    groups = tuple(
        _group(
            f"{code}-{i}", given[i] if i < len(given) else {}, WITHIN[joined].format(i + 1), bordered=several
        )
        for i in range(number)
    )
    title = begun.title if begun else st.text_input("Title, as the RM reads it", max_chars=80)
    advice = st.text_input(
        "What the RM should do", value=begun.advice if begun else "", max_chars=200, key=f"advice-{code}"
    )
    promise = begun.due_days if begun else None
    promises: list[int | None] = [*sorted({*DUE_DAYS, *([promise] if promise else [])}), None]
    within = st.selectbox(
        "Call within",
        promises,
        index=promises.index(promise),
        format_func=_within,
        width=220,
        key=f"within-{code}",
    )
    capped = st.toggle(
        "Raise no more in a week than each RM can work, those with the most at stake first",
        value=begun.within_capacity if begun else True,
        key=f"capacity-{code}",
    )
    return RuleDraft(
        code=begun.code if begun else code_of(title, versions.known_rules(data.reader(viewer))),
        title=title,
        advice=advice,
        groups=groups,
        any_group=joined != "each",
        within_capacity=capped,
        due_days=within,
    )


def _joined(draft: RuleDraft | None) -> str:
    if draft is None or (draft.any_group and len(draft.groups) == 1):
        return "all"
    return "one" if draft.any_group else "each"


def _group(key: str, given: Mapping[str, float], label: str, *, bordered: bool) -> dict[str, float]:
    """The conditions of one group with their thresholds, as the widgets say."""
    with st.container(border=bordered):
        names = st.multiselect(
            label,
            list(ATTRIBUTES),
            default=list(given),
            format_func=lambda n: ATTRIBUTES[n].label,
            key=f"conditions-{key}",
        )
        thresholds: dict[str, float] = {}
        with st.grid(3, min_column_width=220):
            for name in names:
                attribute, at = ATTRIBUTES[name], given.get(name)
                choices = sorted({*attribute.choices, *([] if at is None else [at])})
                thresholds[name] = st.selectbox(
                    f"{attribute.label}: {plain(attribute.operators[0])}",
                    choices,
                    index=choices.index(at) if at is not None else 0,
                    format_func=attribute.written,
                    key=f"threshold-{key}-{name}",
                )
    return thresholds


def _within(days: int | None) -> str:
    usual = connect.here().settings.alert_due_days
    return f"{usual} days, as usual" if days is None else f"{days} day{'' if days == 1 else 's'}"


def _called(code: str, draft: RuleDraft) -> str:
    return f"Proposed: {draft.title}" if code.startswith("proposal ") else draft.title


def _preview_and_decide(viewer: Viewer, draft: RuleDraft, today: date, *, exists: bool) -> None:
    missing = lacking(as_rule(draft), data.coverage_of(viewer))
    if missing:
        st.subheader("Whom it would flag is not known")
        tables.empty(missing, "A rule that looks at what is not given raises no alert.")
        return
    with st.spinner("Counting whom it would flag, now and at the past month ends …"):
        preview = data.cached(viewer, flagged_by, draft, today, data.available_columns(viewer))
    whose = "of your team's" if viewer.role == "team_lead" else "of"
    st.subheader(f"It would flag {preview.now:,} {whose} {preview.people:,} customers on {day(today)}")
    st.text(f"Flagged when {draft.in_words()}.")
    st.caption(
        "Counted before alerts that are open or settled already, before the share that is held out, and before what "
        "RMs can work in a week."
    )
    if preview.people and preview.now / preview.people > WIDE:
        st.warning("That is more than a quarter of the customers: too many to call.", icon=":material/error:")
    left, right = st.columns(2, gap="large")
    with left:
        _per_rm(preview.per_rm)
    with right:
        _month_ends(preview.past, draft)
    _decide(viewer, draft, preview.now, exists=exists)


def _per_rm(per_rm: pd.DataFrame) -> None:
    st.caption("For each RM")
    tables.show(
        per_rm.rename(
            columns={"name": "RM", "flagged": "Would be flagged", "capacity": "Can work in a week"}
        ),
        "preview-rm",
    )


def _month_ends(past: pd.DataFrame, draft: RuleDraft) -> None:
    st.caption("At past month ends")
    counted = past.dropna()
    if counted.empty:
        tables.empty(
            "Scores are kept from the first nightly run on, and none was done at an earlier month end."
            if "probability" in draft.attributes
            else "The bank's data do not reach back far enough before an earlier month end to count it."
        )
        return
    days = [d.isoformat() for d in counted["day"]]
    values = [float(v) for v in counted["flagged"]]
    charts.show(
        time_charts.line(days, values, unit=""),
        alt=f"Flagged at month ends, last {numeral(values[-1])}",
        key="preview-past",
    )
    charts.table_below(
        pd.DataFrame({"Month end": [day(d) for d in past["day"]], "Flagged": past["flagged"]}),
        "preview-past-table",
    )


def _decide(viewer: Viewer, draft: RuleDraft, now: int, *, exists: bool) -> None:
    seen_version = versions.latest(data.reader(viewer), draft.code)

    def propose(viewer: Viewer, values: Mapping[str, Any]) -> str:
        versions.propose(connect.here(), viewer, draft, str(values["why"] or ""), seen_version=seen_version)
        return "Proposed."

    def put_live(viewer: Viewer, values: Mapping[str, Any]) -> str:
        versions.put_live(
            connect.here(),
            viewer,
            draft,
            str(values["why"] or ""),
            seen=now,
            flagged_now=_counted(viewer, draft),
            seen_version=seen_version,
        )
        return "Live: it raises alerts from the next nightly run on."

    def remove(viewer: Viewer, values: Mapping[str, Any]) -> str:
        versions.retire(
            connect.here(), viewer, draft.code, str(values["why"] or ""), seen_version=seen_version
        )
        return "Removed. Its open alerts were closed with that reason and stay on record."

    with forms.form(f"rule {draft.code}", seen_version) as form:
        st.text_input(
            "Why", max_chars=200, placeholder="Colleagues read this later", key=form.keep("why", "")
        )
        with st.container(horizontal=True):
            if viewer.role == "team_lead":
                form.submit("Propose to the analysts", propose, type="primary", icon=":material/send:")
            else:
                form.submit(f"Put live ({now:,} flagged)", put_live, type="primary", icon=":material/bolt:")
                if exists:
                    form.submit("Remove this rule", remove, icon=":material/delete:")
    if exists and viewer.role != "team_lead":
        st.caption("Removing a rule closes its open alerts, those being worked too; their history stays.")


def _counted(viewer: Viewer, draft: RuleDraft) -> int:
    """What the rule flags now, counted afresh: the bank may have been loaded anew since the preview."""
    reader = data.reader(viewer)
    return rule_preview.flagged_now(reader, as_rule(draft), data.as_of(viewer))


def _waiting(viewer: Viewer) -> None:
    waiting = versions.proposals(data.reader(viewer))
    if waiting:
        st.header("Proposed by team leads")
        names = called(connect.here(), [who for _, who, _ in waiting])
        for draft, who, why in waiting:
            st.text(f"{draft.title}: {draft.in_words()}. {names[who]} writes: {why}")


def _past(viewer: Viewer) -> None:
    past = versions.history(data.reader(viewer))
    with st.expander(f"Every version ({len(past)})"):
        if past.empty:
            st.caption("Nobody has changed a rule yet; the built-in rules apply.")
            return
        frame = pd.DataFrame(
            {
                "When": pd.to_datetime(past["made_at"]),
                "Rule": past["title"],
                "State": past["state"].str.capitalize(),
                "Flags a customer when": past["words"],
                "Would flag": past["would_flag"],
                "Why": past["why"],
                "Who": past["made_by"].map(called(connect.here(), past["made_by"])),
            }
        )
        tables.show(
            frame, "versions", columns={"When": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm")}
        )
