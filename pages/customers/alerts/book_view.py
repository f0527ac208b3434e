"""Whole books handed over: which are with whom since when, the form for another, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import day
from pages.components import data, forms
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.stores import connect
from workflow.alerts import book_transfers
from workflow.alerts.book_transfers import BookTransfer

AHEAD = timedelta(days=365)


def show(viewer: Viewer, load: pd.DataFrame) -> None:
    """`load` has the team's RMs, `rm_id` and `name`."""
    names = dict(zip(load["rm_id"], load["name"], strict=True))
    books = rows_of(book_transfers.standing(data.reader(viewer)), BookTransfer)
    for book in books:
        _standing(book, names)
    with st.expander("Hand a whole book over"):
        st.caption(
            "From that day on a colleague has the RM’s open alerts and tasks and those to come, and sees these "
            "customers. In core banking the customers stay with their own RM. You can hand the book back at any time."
        )
        _form(names)


def _standing(book: BookTransfer, names: dict[str, str]) -> None:
    def back(viewer: Viewer, values: Mapping[str, Any]) -> str:
        moved = book_transfers.hand_back(connect.here(), viewer, book.transfer_id, str(values["why"] or ""))
        return f"Handed back, with {_alerts(moved)}."

    whose, has = names.get(book.customer_rm_id, book.customer_rm_id), names.get(book.rm_id, book.rm_id)
    with st.container(horizontal=True, vertical_alignment="center", key=f"book-{book.transfer_id}"):
        st.caption(
            escaped(f"The book of {whose} is with {has} from {day(book.starts_on)}: {book.why}"),
            width="content",
        )
        with (
            st.popover("Hand it back", icon=":material/undo:"),
            forms.form(f"book back {book.transfer_id}") as form,
        ):
            st.text_input("Why", max_chars=200, key=form.keep("why", ""))
            form.submit("Hand it back", back, icon=":material/undo:")


def _form(names: dict[str, str]) -> None:
    today = connect.here().now().date()

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        on = values["on"]
        moved = book_transfers.hand_over(
            connect.here(),
            viewer,
            values["from"],
            values["to"],
            on if isinstance(on, date) else None,
            str(values["why"] or ""),
        )
        return f"Handed over, with {_alerts(moved)} so far."

    with forms.form("book") as form:
        for label, name in (("Whose book", "from"), ("Who takes it over", "to")):
            st.selectbox(
                label,
                list(names),
                format_func=lambda rm: names[rm],
                index=None,
                placeholder="Choose",
                key=form.keep(name, None, among=names),
            )
        forms.date_input("From which day on", form.keep("on", today), first=today, last=today + AHEAD)
        st.text_input("Why", max_chars=200, placeholder="Both colleagues read this", key=form.keep("why", ""))
        form.submit("Hand it over", write, icon=":material/swap_horiz:")


def _alerts(number: int) -> str:
    return "1 alert" if number == 1 else f"{number} alerts"
