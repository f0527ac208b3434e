"""Attribution: conversions credited to each channel, by model, where they differ, and what experiments measured."""

import streamlit as st

from metrics.definitions.scope import Scope
from pages.components import data, tables
from pages.growth.channels import credit, lift_results
from warehouse.access.data_coverage import why_not_there
from warehouse.access.reader import Viewer
from workflow.records.run_notes import CREDITS


def page(viewer: Viewer, scope: Scope) -> None:
    """The widest disagreement in words, the models side by side, the experiments."""
    st.title(_headline(viewer, scope))
    credit.models(viewer, scope)
    lift_results.results(viewer)


def _headline(viewer: Viewer, scope: Scope) -> str:
    if missing := tables.clause(viewer, *credit.NEEDS):
        return f"Which channels win customers is {missing}"
    if why := why_not_there(data.reader(viewer), CREDITS):
        return f"How the models differ is not known: {why[:1].lower()}{why[1:].removesuffix('.')}"
    return credit.disagreement(credit.credited(viewer, scope))
