"""Whether the scores of a page are the last night's, and whether the next can use their model; said once, on top."""

from __future__ import annotations

from datetime import date

import streamlit as st

from models.churn.churn_prediction import MODEL
from pages.components import data
from warehouse.access.data_coverage import why_not_there
from warehouse.access.reader import Viewer
from workflow.records import model_state
from workflow.records.run_notes import CHURN_MODEL, MODEL_FILES


def show(viewer: Viewer, today: date) -> None:
    """A sentence about what is not as it should be: what, and what next; nothing where all is well."""
    reader, scored = data.reader(viewer), last_scored(viewer)
    why = model_state.why_file_refused(reader, scored) or data.cached(viewer, why_not_there, MODEL_FILES)
    for sentence in (why_older(viewer, today), why if scored else ""):
        if sentence:
            st.warning(sentence, icon=":material/model_training:")


def last_scored(viewer: Viewer) -> date | None:
    """The day of the chances of leaving that pages show."""
    return data.cached(viewer, model_state.scored_on).get(MODEL)


def why_older(viewer: Viewer, today: date) -> str:
    """Why the chances are those of an earlier day; "" where they are not."""
    scored = last_scored(viewer)
    if scored is None or scored >= today:
        return ""
    return model_state.why_older(scored, today, data.cached(viewer, why_not_there, CHURN_MODEL))
