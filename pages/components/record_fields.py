"""The fields of a record as widgets, and what was filled in as words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import streamlit as st

from metrics.comparison.words import as_typed, day
from pages.components import forms
from pages.components.typed_text import escaped
from workflow.collaboration.record_kind import DEPARTMENTS, RecordField

YEARS_AHEAD = timedelta(days=5 * 366)


def draw(form: forms.Form, fields: Iterable[RecordField], today: date) -> None:
    """A widget for each field, holding what was refused, or its default."""
    for one in fields:
        _widget(form, one, today)


def _widget(form: forms.Form, field: RecordField, today: date) -> None:
    label = escaped(field.words) if field.is_typed else field.words
    label = label if field.needed else f"{label} (may stay empty)"
    if field.kind == "day":
        forms.date_input(
            label,
            form.keep(field.name, field.default),
            last=today + YEARS_AHEAD,
            value=None,
            help=field.hint or None,
        )
    elif field.kind == "choice":
        st.selectbox(
            label,
            field.choices,
            index=None,
            placeholder="Choose",
            key=form.keep(field.name, field.default, field.choices),
            help=field.hint or None,
        )
    elif field.kind == "departments":
        st.multiselect(
            label,
            DEPARTMENTS,
            placeholder="Choose",
            key=form.keep(field.name, field.default or []),
            help=field.hint or None,
        )
    elif field.kind == "number":
        st.number_input(
            label, value=None, step=None, key=form.keep(field.name, field.default), help=field.hint or None
        )
    elif field.kind == "line":
        st.text_input(
            label,
            max_chars=field.longest,
            placeholder=field.hint or None,
            key=form.keep(field.name, field.default or ""),
        )
    else:
        st.text_area(
            label,
            max_chars=field.longest,
            placeholder=field.hint or None,
            height=100,
            key=form.keep(field.name, field.default or ""),
        )


def in_words(field: RecordField, value: Any) -> str:
    """What was filled in, as Markdown that shows it as typed; "" for nothing."""
    if value in (None, "", []):
        return ""
    if field.kind == "day":
        return day(date.fromisoformat(value))
    if field.kind == "number":
        return as_typed(float(value))
    if field.kind == "departments":
        return escaped(", ".join(value))
    if field.kind == "lines":
        return "\n".join(f"- {escaped(line)}" for line in value)
    return escaped(str(value)).replace("\n", "  \n")
