"""Attribution: whom eight models thank for the wins, how far they differ, and what experiments measured."""

import streamlit as st

from metrics.scope import Scope
from pages.growth import credit, lift_results
from pages.kit import data
from warehouse.access import Viewer


def page(viewer: Viewer, scope: Scope) -> None:
    """The widest disagreement in words, the models side by side, the experiments."""
    st.title(_headline(viewer, scope))
    credit.models(viewer, scope)
    lift_results.results(viewer)


def _headline(viewer: Viewer, scope: Scope) -> str:
    if not {"touches", "leads"} <= set(data.known(viewer)):
        return "Which channels win customers is not known here"
    return credit.disagreement(credit.credited(viewer, scope))
