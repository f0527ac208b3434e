"""A problem as a sentence and a bug as a number, for a page and for a block that is drawn anew alone."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from pages.components.typed_text import sentence
from warehouse import failures
from warehouse.errors import AccessRefused, NothingLoaded, Problem, reference
from warehouse.stores import connect


@contextmanager
def in_their_place(what: str = "This page") -> Iterator[None]:
    """Around what may fail: the sentence stands where it was being drawn, and says `what` a bug kept back."""
    try:
        yield
    except NothingLoaded as problem:
        st.title("No bank has been loaded yet")
        st.info(str(problem), icon=":material/database_off:")
    except AccessRefused as problem:
        st.info(sentence(str(problem)), icon=":material/lock:")
    except Problem as problem:
        st.warning(sentence(str(problem)), icon=":material/error:")
    except Exception as bug:  # whatever it is, the person sees a number and not a trace
        if outside := failures.as_problem(bug):
            st.warning(sentence(str(outside)), icon=":material/error:")
            return
        st.error(
            f"{what} could not be shown. Nothing was changed. Please give "
            f"{connect.here().settings.administrator} the reference {reference(bug)}.",
            icon=":material/bug_report:",
        )
