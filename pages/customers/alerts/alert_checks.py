"""What to say where no customer is flagged: nobody to call, or rules that could not be checked."""

from datetime import date

import streamlit as st

from metrics.comparison.words import day
from pages.components import data, tables
from warehouse.access.reader import Viewer
from workflow.rules.unchecked_rules import not_checked


def nobody_to_call(viewer: Viewer) -> str:
    """The title: nobody is to be called only where the rules could be checked and whose customer is whose is known."""
    if missing := _no_owner(viewer):
        return f"Your call list is {missing}"
    sentences, checked = not_checked(data.reader(viewer))
    if sentences and not checked:
        return "Your call list is not known: no rule could be checked"
    return "Nobody to call today"


def none_flagged(viewer: Viewer, says: str, today: date) -> None:
    """Nobody is flagged: by which rules that was checked, and which of them could not be."""
    if missing := _no_owner(viewer):
        tables.empty(f"Whose customer is whose is {missing}.")
        return
    sentences, checked = not_checked(data.reader(viewer))
    if checked:
        rules = f" by {checked} of {checked + len(sentences)} rules" if sentences else ""
        tables.empty(f"{says} Checked{rules} as of {day(today)}.")
    for sentence in sentences:
        st.info(sentence, icon=":material/database_off:")


def _no_owner(viewer: Viewer) -> str:
    if viewer.role not in ("relationship_manager", "team_lead"):
        return ""
    team = ("relationship_managers",) if viewer.role == "team_lead" else ()
    return tables.clause(viewer, "customers.rm_id", *team)
