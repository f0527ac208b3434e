"""What a test may lack on a machine, and how to get it. The one place that skips a test: none is left out silently.

The last lines of a run count what was skipped, by these sentences.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest

HOW_TO_GET = {
    "Chromium": "apt-get install chromium fonts-noto-cjk, or any Chromium or Chrome on PATH",
    "pdftotext": "apt-get install poppler-utils, or brew install poppler",
    "pdftoppm": "apt-get install poppler-utils, or brew install poppler",
    "LibreOffice": "apt-get install libreoffice-impress, so that soffice is on PATH",
    "PostgreSQL": "apt-get install postgresql, so that initdb is on PATH or in /usr/lib/postgresql",
    "a user for PostgreSQL": "it refuses to run as root: useradd postgres, or run the tests as another user",
    "a disk of its own": "only root may mount one: run the tests as root, outside a container that forbids it",
    "scikit-uplift": ".venv/bin/python -m pip install scikit-uplift; the project itself does not need it",
    "the real data": "public data of others, kept beside the project as ../shared/real; whoever runs the project has it",
}
PROGRAMS = {"pdftotext": "pdftotext", "pdftoppm": "pdftoppm", "LibreOffice": "soffice"}


def sentence(what: str, more: str = "") -> str:
    """Why a test is skipped, and what to do about it."""
    return f"{what}{f' ({more})' if more else ''} is not here. To get it: {HOW_TO_GET[what]}."


def skip(what: str, more: str = "") -> NoReturn:
    """Skip this test, because the machine lacks something."""
    pytest.skip(sentence(what, more))


def module(what: str, name: str) -> ModuleType:
    """A module that the project does not need itself, only this test."""
    try:
        return import_module(name)
    except ImportError:
        skip(what)


def needs(what: str) -> pytest.MarkDecorator:
    """Skips a test where a program is not on PATH."""
    return pytest.mark.skipif(shutil.which(PROGRAMS[what]) is None, reason=sentence(what))


def needs_file(file: Path, what: str, more: str = "") -> pytest.MarkDecorator:
    """Skips a test where a file is not beside the project."""
    return pytest.mark.skipif(not file.exists(), reason=sentence(what, more))


def counted(reasons: Iterable[str]) -> list[str]:
    """A line for each reason with how many tests were skipped for it, the most first; one line if none was."""
    by_reason = Counter(reasons)
    if not by_reason:
        return ["No test was skipped."]
    lines = [f"{number:>6}  {reason}" for reason, number in by_reason.most_common()]
    return [f"{by_reason.total()} tests were skipped:", *lines]
