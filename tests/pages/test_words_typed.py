"""What people type stays text where Markdown is read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pages.components.typed_text import escaped

ADDRESS = re.compile(r"(https?://|www(?=\.))[-.\w]+", re.IGNORECASE)
ICON = re.compile(r":[a-z0-9_+-][\w+/-]*:", re.IGNORECASE)
"""What the reader of Markdown looks for in the finished text, after the backslashes have gone."""


def read(text: str) -> str:
    """The text as the reader of Markdown has it before it looks for addresses and icons."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


@pytest.mark.parametrize(
    "typed",
    ["see https://evil.example/x", "HTTP://evil.example", "www.evil.example", ":material/home:", ":smile:"],
)
def test_what_was_typed_becomes_no_link_and_no_icon(typed):
    assert ADDRESS.search(typed) or ICON.search(typed)
    page_text = read(escaped(typed))
    assert not ADDRESS.search(page_text)
    assert not ICON.search(page_text)


@given(
    some.text()
    | some.lists(some.sampled_from(["http", "s", "://", "www", ".", "x", ":", "/", "&lt;", "\\"])).map(
        "".join
    )
)
def test_it_is_shown_as_typed(typed):
    assert read(escaped(typed)).replace("\u2060", "") == typed.replace("\u2060", "")
    page_text = read(escaped(typed))
    assert not ADDRESS.search(page_text)
    assert not ICON.search(page_text)


@pytest.mark.parametrize("typed", ["12:30 to 14:05", "Q&A: 3 of 4", "Kept: yes: all"])
def test_ordinary_words_have_nothing_added(typed):
    assert read(escaped(typed)) == typed
