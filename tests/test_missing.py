"""No test is left out silently: each skip says how to get what is missing, and the last lines of a run count them."""

from __future__ import annotations

import re
from pathlib import Path

from tests import missing

TESTS = Path(__file__).parent
SKIPS = re.compile(r"pytest\.skip\(|importorskip|mark\.skip\b|skipif\(|unittest\.skip")


def test_only_one_place_skips_tests() -> None:
    others = [
        file.relative_to(TESTS)
        for file in sorted(TESTS.rglob("*.py"))
        if file.name not in ("missing.py", "test_missing.py")
        and SKIPS.search(file.read_text(encoding="utf-8"))
    ]
    assert others == []


def test_each_missing_thing_says_how_to_get_it() -> None:
    for what in missing.HOW_TO_GET:
        assert ". To get it: " in missing.sentence(what)
    assert set(missing.PROGRAMS) <= set(missing.HOW_TO_GET)


def test_what_was_skipped_is_counted_by_reason_and_nothing_is_said_to_be_fine_silently() -> None:
    assert missing.counted([]) == ["No test was skipped."]
    reasons = [missing.sentence("pdftotext")] * 2 + [missing.sentence("Chromium")] * 30
    first, second, third = missing.counted(reasons)
    assert first == "32 tests were skipped:"
    assert second.split()[:2] == ["30", "Chromium"]
    assert third.split()[:2] == ["2", "pdftotext"]
