"""One word for one thing: names are unique, replaced words are gone, and the glossary knows every word of a figure's name."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from metrics.catalogue import CATALOGUE

ROOT = Path(__file__).parents[1]
ROOMS = ("warehouse", "metrics", "models", "workflow", "sign_in", "reports", "pages", "cli")
GLOSSARY = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
MODULES = [p.relative_to(ROOT) for room in ROOMS for p in sorted((ROOT / room).rglob("*.py"))]

LONGEST = 30
"""Words in a sentence of a docstring; the house style asks for thirty."""
REPLACED_NAMES = {
    "Place": "SnapshotStore",
    "Draft": "SnapshotWriter",
    "See": "Access",
    "Question": "Query",
    "Night": "RunSummary",
}
REPLACED_FILES = {
    "desk",
    "journal",
    "patience",
    "parts",
    "kit",
    "night",
    "rhythm",
    "likeness",
    "salvageable",
    "outlook",
}
REPLACED_VALUES = {"found", "told", "said", "shown", "asked", "wanted", "known"}
"""They say that a value was come by, not what it holds: rows, label, message, requested, available."""
COLUMNS = {"workflow/records/annotations.py: said"}
"""A field of a row of a stored table is called as its column."""
PLAIN = """
a about again all among and answer answers answered as asked back became before by came called closed
complained customers day days due early end first for from found half in it later leavers left less loss lost
met missed model months named new nine no of on open opened or overdue people period reached recommend reply
running same share signed since so start still ten than that the their them they through time to us valued
value valuing waiting was were whether when who winning with within won would you
also average becoming began between brought chose counted counts decisions divided each earliest else fell given happened
hours including kind latest life long mainly measured more most much none otherwise part partly passed past points say serve set
settled share shared such taking them then this took twice unless up whatever whenever whole whose withdrawn far
"""
"""Everyday words that need no line in the glossary."""


def _classes() -> dict[str, list[str]]:
    modules: dict[str, list[str]] = defaultdict(list)
    for module in MODULES:
        for node in ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                modules[node.name].append(str(module))
    return modules


def test_a_public_class_has_a_name_of_its_own() -> None:
    assert {name: where for name, where in _classes().items() if len(where) > 1} == {}


def test_no_two_modules_have_one_name() -> None:
    modules: dict[str, list[str]] = defaultdict(list)
    for module in MODULES:
        if module.name not in ("__init__.py", "env.py"):
            modules[module.name].append(str(module))
    assert {name: where for name, where in modules.items() if len(where) > 1} == {}


def test_replaced_names_do_not_come_back() -> None:
    assert not set(_classes()) & set(REPLACED_NAMES)
    parts = {part.removesuffix(".py") for module in MODULES for part in module.parts}
    assert not parts & REPLACED_FILES


def _names_given(tree: ast.Module) -> Iterator[str]:
    """What a module calls its values, arguments, fields and functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.FunctionDef):
            yield node.name


def test_a_value_is_named_for_what_it_holds() -> None:
    beside = [
        p.relative_to(ROOT)
        for room in ("sample_data", "benchmarks", "tests")
        for p in (ROOT / room).rglob("*.py")
    ]
    vague = {
        f"{module}: {name}"
        for module in (*MODULES, *beside)
        for name in _names_given(ast.parse((ROOT / module).read_text(encoding="utf-8")))
        if name.strip("_") in REPLACED_VALUES
    }
    assert vague - COLUMNS == set()


def test_every_module_the_glossary_names_is_there() -> None:
    named = re.findall(r"\| `([\w.]+)` \|", GLOSSARY)
    assert len(named) > 50
    gone = [
        n
        for n in named
        if not any((ROOT / f"{n.replace('.', '/')}{end}").exists() for end in (".py", "/__init__.py"))
    ]
    assert not gone


def _is_there(name: str) -> bool:
    """Whether a dotted name is a module of ours, or something that stands in one."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:end])
        file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if file.exists():
            return end == len(parts) or parts[end] in file.read_text(encoding="utf-8")
    return False


def test_every_module_that_a_sentence_names_is_there() -> None:
    """A comment, a docstring or a document that names a module which has moved sends its reader nowhere."""
    named = re.compile(rf"`((?:{'|'.join(ROOMS)})\.[a-z]\w*(?:\.\w+)*)`")
    texts = [*MODULES, *(p.relative_to(ROOT) for p in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])]
    gone = {
        f"{file}: {name}"
        for file in texts
        for name in named.findall((ROOT / file).read_text(encoding="utf-8"))
        if not _is_there(name)
    }
    assert gone == set()


def _stem(word: str) -> str:
    return re.sub(r"(ies|es|s|ed|ing)$", "", word.lower())


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_word_of_a_figures_name_and_definition_is_in_the_glossary(name: str) -> None:
    defined = {_stem(word) for word in (*re.findall(r"[A-Za-z]+", GLOSSARY), *PLAIN.split())}
    words = re.findall(r"[A-Za-z]+", f"{CATALOGUE[name].label} {CATALOGUE[name].description}")
    assert [word for word in words if _stem(word) not in defined] == []


def test_the_longest_sentence_of_a_docstring_is_short_enough_to_be_read_once() -> None:
    long: list[str] = []
    for module in MODULES:
        tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                for sentence in re.split(r"[.:;?!]\s|\n\n|\n    ", ast.get_docstring(node) or ""):
                    if len(sentence.split()) > LONGEST:
                        long.append(f"{module}: {len(sentence.split())} words: {sentence[:60]}")
    assert long == []
