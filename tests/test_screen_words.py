"""What the screen says is said in the field's words: none of the words they replaced, and percentages as 70.4%."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from metrics.comparison.words import share, signed

ROOT = Path(__file__).parents[1]
PRODUCT = ("warehouse", "metrics", "models", "workflow", "sign_in", "reports", "pages", "cli", "sample_data")
REPLACED_LABELS = frozenset(
    {
        "Every",
        "First contact",
        "Last contact",
        "All alike",
        "First and last",
        "Hand-overs",
        "Latest most",
        "Fair share",
        "Would be lost",
    }
)
REPLACED = re.compile(
    r"thank for the wins|customers lost|contracts won|promise kept|lead hand-off|hand-?overs?\b|what is qualified"
    r"|customer voice|below the path|path to date|heading for|than we keep|promises? too much|they differ by"
    r"|if it were gone|\bdata office|no clear change|too early to say|\bby lot\b(?!\|)",
    re.IGNORECASE,
)
SPACED_PERCENT = re.compile(r'[\d}"]\s"?%')


def literals(tree: ast.AST) -> Iterator[str]:
    """The texts of a module without its docstrings; what an f-string fills in stands as {}."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", ())
        for statement in body if isinstance(body, list) else ():
            if isinstance(statement, ast.Expr):
                skipped.add(id(statement.value))
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values if isinstance(part, ast.Constant)}
            yield "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


def faults(text: str) -> list[str]:
    return [text] if text in REPLACED_LABELS else [*REPLACED.findall(text), *SPACED_PERCENT.findall(text)]


@pytest.mark.parametrize("room", PRODUCT)
def test_no_text_of_the_product_has_a_replaced_word_or_a_space_before_percent(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert files
    wrong_by_file = {
        str(file.relative_to(ROOT)): wrong
        for file in files
        if (wrong := [f for t in literals(ast.parse(file.read_text(encoding="utf-8"))) for f in faults(t)])
    }
    assert wrong_by_file == {}


@pytest.mark.parametrize(
    "source",
    [
        '"Every"',
        '"Whom eight models thank for the wins"',
        'f"{value} %"',
        '"95 % interval"',
        '"95\\u00a0% interval"',
        """'0.0"\\u00a0"%'""",
        'f"{rate} of customers lost"',
        '"Ask the data office."',
    ],
)
def test_a_replaced_word_is_seen(source: str) -> None:
    assert [f for text in literals(ast.parse(f"text = {source}")) for f in faults(text)]


@pytest.mark.parametrize("fine", ['"70.4%"', '"Write it in %."', '"First contacts due"', 'f"{a} every day"'])
def test_other_words_are_fine(fine: str) -> None:
    assert not [f for text in literals(ast.parse(f"text = {fine}")) for f in faults(text)]


def test_percentages_are_written_without_a_space() -> None:
    assert (share(0.704), signed(-0.18), share(0.5, 0)) == ("70.4%", "−18.0%", "50%")
