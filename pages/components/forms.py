"""Forms and buttons that write. What goes to the write is what this window showed: the version and every choice.

A write runs before the page is drawn anew, with arguments that were bound when its form was drawn. So no later state of
a record can stand in for the one the person looked at. When it is refused, every value stays under its own name and is
put into the form again, also into the form of a newer version. No other module calls `st.form` or `st.date_input`; a
test sees to it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from pages.components import viewer as door
from pages.components.typed_text import sentence
from warehouse import failures
from warehouse.access.reader import Viewer
from warehouse.errors import Problem, reference
from warehouse.stores import connect

Write = Callable[[Viewer, Mapping[str, Any]], str]
"""Given who presses and what the form holds, it writes and gives the sentence that says what was done."""

EARLIEST = date(1900, 1, 1)
"""The first day that a field for a day offers."""
_REFUSED, _GIVEN, _ROUND, _DRAWN, _PLACE, _TOP, _DONE = (
    "refused: ",
    "given: ",
    "round: ",
    "forms of this run",
    "place of this run",
    "top of this run",
    "just recorded",
)


class Looked(Exception):
    """Nothing was to be written: the person only wanted to look, and her form keeps what it holds."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A write that did not happen: why, and what the person had chosen and typed."""

    sentence: str
    values: Mapping[str, Any]
    place: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """An open form about one record in one version; its widgets take their keys from `keep`."""

    name: str
    prefix: str
    keys: dict[str, str] = field(default_factory=dict)

    def keep(self, of: str, default: Any = None, among: Collection[Any] | None = None) -> str:
        """The key of the field `of`, holding what was refused, else `default`.

        A choice is kept by its value, never by its place in a list; one that is no longer `among` the options is the
        default. A widget that may be empty says so itself (`value=None`, `index=None`).
        """
        key = f"{self.prefix}--{of}"
        self.keys[of] = key
        if key not in st.session_state:
            before = refused(self.name)
            held = before.values if before else st.session_state.get(_GIVEN + self.name, {})
            value = held.get(of, default)
            if among is not None and value not in among:
                value = default
            if value is not None:
                st.session_state[key] = value
        return key

    def submit(self, label: str, write: Write, **looks: Any) -> None:
        """A button that sends the form to `write`."""
        press = partial(_press, self.name, self.keys, write)
        # More than one button of a form may carry the same words on another day; the key holds them apart.
        st.form_submit_button(label, on_click=press, key=f"{self.prefix}--press-{_slug(label)}", **looks)


def date_input(
    label: str, key: str, *, first: date = EARLIEST, last: date | None = None, **looks: Any
) -> None:
    """A field for a day, or for two. Streamlit alone offers ten years round today, which may be after a bank's data."""
    st.date_input(label, min_value=first, max_value=last, format="DD/MM/YYYY", key=key, **looks)


@contextmanager
def form(name: str, version: object = "", *, border: bool = False) -> Iterator[Form]:
    """A form about the record `name` in the version on screen; what was refused is said below it.

    After a write that was made it begins anew.
    """
    # With a sign of whose window it is: a browser keeps what was typed into a form that comes back under its name.
    prefix = (
        f"form--{_slug(name)}--{_slug(version)}-{st.session_state.get(_ROUND + name, 0)}-{door.sign()[:6]}"
    )
    opened = Form(name, prefix)
    _drawn().add(name)
    with st.form(prefix, border=border, enter_to_submit=False):
        yield opened
    before = refused(name)
    if before:
        st.warning(sentence(before.sentence), icon=":material/error:")


def button(name: str, label: str, write: Write, *, key: str | None = None, **looks: Any) -> None:
    """A button that writes at once, with what `write` was bound to when the button was drawn."""
    _drawn().add(name)
    st.button(label, key=key or f"press--{_slug(name)}", on_click=partial(_press, name, {}, write), **looks)
    before = refused(name)
    if before:
        st.warning(sentence(before.sentence), icon=":material/error:")
        drop(name)


def refused(name: str) -> Refused | None:
    """What was refused of a form and not answered yet."""
    refusal: Refused | None = st.session_state.get(_REFUSED + name)
    return refusal


def fill(name: str, values: Mapping[str, Any]) -> None:
    """Put values into a form before it is drawn, in place of what it holds."""
    drop(name)
    st.session_state[_GIVEN + name] = dict(values)
    _anew(name)


def drop(name: str) -> None:
    """Forget what was refused of a form: it was recorded, moved elsewhere, or is not wanted any more."""
    st.session_state.pop(_REFUSED + name, None)


def placed(name: str) -> None:
    """The page itself shows what was refused of a form that it does not draw."""
    _drawn().add(name)


def begin(*place: str) -> None:
    """A page begins: say once what was recorded before it was drawn, and note which forms it draws."""
    st.session_state[_DRAWN] = set()
    st.session_state[_PLACE] = place
    st.session_state[_TOP] = st.container()
    done = st.session_state.pop(_DONE, None)
    if done:
        st.toast(done, icon=":material/check:")


def left_over(prefix: str = "") -> list[str]:
    """The refused forms of this place that the page has not drawn: their record was closed, moved or taken away."""
    place = st.session_state.get(_PLACE, ())
    names = [str(key).removeprefix(_REFUSED) for key in st.session_state if str(key).startswith(_REFUSED)]
    return [
        name
        for name in names
        if name.startswith(prefix)
        and name not in _drawn()
        and st.session_state[_REFUSED + name].place == place
    ]


def rest() -> None:
    """A page ends: above it stands what was typed into a form that is no longer on it, so that it can go elsewhere."""
    for name in left_over():
        before = st.session_state[_REFUSED + name]
        with st.session_state[_TOP]:
            st.warning(sentence(before.sentence), icon=":material/error:")
            if not before.values:
                drop(name)
                continue
            for typed in (v for v in before.values.values() if isinstance(v, str) and len(v.split()) > 1):
                st.caption("Your entry:")
                st.code(typed, language=None, wrap_lines=True)
            st.button("Dismiss", key=f"away--{_slug(name)}", on_click=drop, args=(name,))


def _press(name: str, keys: Mapping[str, str], write: Write) -> None:
    values = {of: st.session_state.get(key) for of, key in keys.items()}
    viewer = door.viewer()
    if viewer is None or not door.opened_by(viewer):
        # The gate sends her to the sign-in, and what she typed waits in her browser. What somebody else typed into a
        # window that was hers is recorded under nobody's name.
        return
    try:
        done = write(viewer, values)
    except Looked:
        return
    except Problem as problem:
        _keep(name, str(problem), values)
    except Exception as bug:  # whatever it is, what was typed stays and the person sees a number
        outside = failures.as_problem(bug)
        ask = f"Please give {connect.here().settings.administrator} the reference"
        _keep(name, str(outside or f"This could not be saved. {ask} {reference(bug)}."), values)
    else:
        drop(name)
        st.session_state.pop(_GIVEN + name, None)
        _anew(name)
        st.session_state[_DONE] = done


def _anew(name: str) -> None:
    st.session_state[_ROUND + name] = st.session_state.get(_ROUND + name, 0) + 1


def _keep(name: str, sentence: str, values: Mapping[str, Any]) -> None:
    place = st.session_state.get(_PLACE, ())
    st.session_state[_REFUSED + name] = Refused(sentence=sentence, values=values, place=place)


def _drawn() -> set[str]:
    drawn: set[str] = st.session_state.setdefault(_DRAWN, set())
    return drawn


def _slug(words: object) -> str:
    """Letters and digits that a key and a class name can carry, different for different words."""
    text = str(words)
    plain = re.sub(r"[^a-zA-Z0-9]+", "-", text).strip("-")
    return plain if plain == text else f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:6]}".strip("-")
