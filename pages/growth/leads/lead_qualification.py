"""What “qualified” means: the version in force, the one that waits for a signature, and any period under any version."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day, figure
from metrics.definitions.meaning import Meaning
from metrics.definitions.scope import Scope
from metrics.qualification.qualification_versions import SIGNING, Version, versions
from pages.components import data, forms, tables
from pages.growth.leads import qualification_preview
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.qualification.qualification_proposals import (
    DEPARTMENTS,
    LONGEST_WHY,
    MAY_PROPOSE,
    figures_under_rules,
    sign,
)
from workflow.records.people import called

VIEWS = ("Waiting", "Side by side", "Try a rule", "History")


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The finding, and one of: what waits, versions side by side, a rule to try, the history."""
    assert scope is not None
    every_version = versions(data.reader(viewer))
    st.title(headline(every_version))
    waiting = [v for v in every_version if v.waits_for]
    views = [
        v for v in VIEWS if (v != "Waiting" or waiting) and (v != "Try a rule" or viewer.role in MAY_PROPOSE)
    ]
    view = st.segmented_control(
        "Show",
        views,
        default=views[0],
        key="qualified-view",
        label_visibility="collapsed",
        required=True,
    )
    if tables.absent("“Qualified”", viewer, "leads"):
        return
    if view == "Waiting":
        for version in waiting:
            _waiting(viewer, version, scope)
    elif view == "Try a rule":
        qualification_preview.try_one(viewer, scope)
    elif view == "History":
        _history(every_version)
    else:
        _side_by_side(viewer, every_version, scope)


def headline(every_version: tuple[Version, ...]) -> str:
    """Which version is in force, and what waits for whom."""
    signed = [v for v in every_version if v.in_force_from is not None]
    newest = max(signed, key=lambda v: (v.in_force_from, v.number), default=every_version[0])
    since = "" if newest.number == 1 else f" for leads from {day(newest.in_force_from)} on"
    first = f"“Qualified” is version {newest.number}{since}"
    waiting = [
        f"version {v.number} waits for {' and '.join(v.waits_for)}" for v in every_version if v.waits_for
    ]
    return "; ".join([first, *waiting])


def _waiting(viewer: Viewer, version: Version, scope: Scope) -> None:
    names = _names((version,))
    with st.container(border=True):
        st.markdown(f"**Version {version.number}: a lead is qualified when**")
        st.text(f"{version.rule.in_words()}.")
        st.caption(
            f"Proposed by {names[version.author]}, for leads from {day(version.effective_on)} on. Old reports keep their "
            "numbers."
        )
        st.text(f"Why: {version.why}")
        with st.container(horizontal=True, vertical_alignment="center"):
            for department in SIGNING:
                signed = next((s for s in version.signatures if s.department == department), None)
                words = f"{department} signed" if signed else f"{department} has not signed"
                st.badge(
                    words,
                    icon=":material/draw:" if signed else ":material/hourglass_empty:",
                    color="green" if signed else "orange",
                    help=f"{names[signed.signed_by]}, {day(signed.signed_at)}" if signed else None,
                )
            mine = DEPARTMENTS.get(viewer.role)
            if mine in version.waits_for:
                _signing(version, str(mine))
            elif mine is None:
                st.caption("Only Marketing and Sales sign, each for itself.")
    qualification_preview.effect(viewer, version.rule, scope, f"version {version.number}")


def _signing(version: Version, mine: str) -> None:
    name = f"qualified {version.number}"
    forms.button(
        f"sign {name}",
        f"Sign for {mine}",
        partial(_say, version.number, "signed"),
        type="primary",
        key=f"sign-{version.number}",
        icon=":material/draw:",
    )
    with st.popover("Decline", icon=":material/block:"), forms.form(f"decline {name}") as form:
        st.caption("A declined version does not come back; the author proposes the next one.")
        st.text_input("What should change", key=form.keep("note", ""), max_chars=LONGEST_WHY)
        form.submit(f"Decline for {mine}", partial(_say, version.number, "declined"))


def _say(number: int, verdict: str, viewer: Viewer, values: Mapping[str, Any]) -> str:
    sign(connect.here(), viewer, number, verdict, str(values.get("note") or ""))
    return f"Version {number} is {verdict}."


def _side_by_side(viewer: Viewer, every_version: tuple[Version, ...], scope: Scope) -> None:
    by_number = {v.number: v for v in every_version}
    chosen = st.multiselect(
        "Versions",
        list(by_number),
        default=list(by_number)[-3:],
        format_func=lambda n: f"Version {n}",
        key="versions-shown",
    )
    if not chosen:
        tables.empty("No version is chosen.", "Choose one or more above.")
        return
    available = data.available_columns(viewer)
    rules = tuple((n, by_number[n].rule) for n in chosen)
    answer = data.cached(viewer, figures_under_rules, rules, scope, available)
    names = qualification_preview.figures_told(answer.index)
    under = {n: answer[n].to_dict() for n in chosen}
    rows = [
        {
            "Figure": CATALOGUE[name].label,
            **{f"Version {n}": figure(CATALOGUE[name], under[n][name]) for n in chosen},
        }
        for name in names
    ]
    st.caption(
        f"{scope.in_words()}, each version applied to every lead whatever day it came. A version never changes, so these "
        "numbers can be made again at any time from the same data."
    )
    meaning = Meaning(
        terms=tuple((CATALOGUE[name].label, CATALOGUE[name].description) for name in names),
        over=scope.in_words(),
    )
    tables.show(pd.DataFrame(rows), "side-by-side", "too few", means=meaning)
    for n in chosen:
        st.text(f"Version {n}: {by_number[n].rule.in_words()}.")


def _names(every_version: tuple[Version, ...]) -> dict[str, str]:
    """Sign-in name → full name of everybody who proposed or signed one of these."""
    return called(
        connect.here(),
        [*(v.author for v in every_version), *(s.signed_by for v in every_version for s in v.signatures)],
    )


def _history(every_version: tuple[Version, ...]) -> None:
    names = _names(every_version)
    rows = [
        {
            "Version": v.number,
            "A lead is qualified when": v.rule.in_words(),
            "State": v.state().capitalize(),
            "Proposed by": names[v.author],
            "Why": v.why,
            "Said": "; ".join(
                f"{s.department} {s.verdict} ({names[s.signed_by]}, {day(s.signed_at)}){': ' + s.note if s.note else ''}"
                for s in v.signatures
            ),
        }
        for v in reversed(every_version)
    ]
    st.caption("No version is ever changed or removed.")
    tables.show(pd.DataFrame(rows), "versions")
