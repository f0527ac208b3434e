"""What the documents say is so: paths and names exist, each folder of tests says what it holds, owners are asked."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from datetime import datetime
from importlib import import_module
from pathlib import Path

import pytest

from pages import MENU
from warehouse.access.roles import ROLES
from warehouse.release import VERSION

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
LAYERS = ("warehouse", "metrics", "models", "workflow", "sign_in", "reports", "pages")
MADE_BY_A_RECIPE = {"pages/growth/leads/phone_page.py"}


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _exists(dotted: str) -> bool:
    """Whether a module, or what stands in one, can be had under this name."""
    module, _, name = dotted.rpartition(".")
    try:
        return hasattr(import_module(module), name) or bool(import_module(dotted))
    except ImportError:
        return False


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "README.md", "SECURITY.md"])
def test_what_a_document_names_exists(document: str) -> None:
    named = re.findall(r"`([^`\s]+)`", re.sub(r"```.*?```", "", _text(document), flags=re.DOTALL))
    files = {n for n in named if re.fullmatch(r"[\w.-]+(/[\w.-]*)*", n) and ("/" in n or n.endswith(".py"))}
    ours = {n for n in named if re.fullmatch(rf"({'|'.join(LAYERS)})(\.\w+)+", n)}
    assert [
        f for f in files - MADE_BY_A_RECIPE if not f.startswith("data/") and not (ROOT / f).exists()
    ] == []
    assert [n for n in ours if not _exists(n)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(ROOT)))
def test_a_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_each_folder_of_tests_says_in_a_line_what_it_holds() -> None:
    descriptions = dict(re.findall(r"^\| `(tests/\w+)` \| (.+) \|$", _text("CONTRIBUTING.md"), re.MULTILINE))
    there = {f"tests/{f.parent.name}" for f in (ROOT / "tests").glob("*/*.py")}
    assert set(descriptions) == there
    assert all(descriptions.values())


WHO = {
    "Relationship manager": {"relationship_manager"},
    "Marketing and Sales": {"marketing", "sales"},
    "Marketing": {"marketing"},
    "Team lead": {"team_lead"},
    "Service": {"service"},
    "Executives": {"executive"},
    "Analysts": {"analyst"},
    "Administrators": {"administrator"},
    "Everybody": {*ROLES} - {"administrator"},
}
"""Who the README names, by role; what everybody does is not an administrator's, who makes no reports."""


def test_the_readme_sends_everybody_to_pages_they_may_open() -> None:
    entries = {entry.title: entry for section in MENU.values() for entry in section}
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+\? \|$", _text("README.md"), re.MULTILINE)
    assert {who for who, _ in rows} == set(WHO)
    for who, titles in rows:
        for title in titles.split(", "):
            assert WHO[who] <= entries[title].roles, f"{who}: {title}"
    for title in re.findall(
        r"\*\*(\w[^*]+)\*\*(?= |\.|:|,)", _text("README.md").partition("## The first ten")[2]
    ):
        assert title in entries, title


def test_a_picture_is_small() -> None:
    assert all(file.stat().st_size < 200_000 for file in (ROOT / "docs").rglob("*.png"))


HANDLES = {
    "Marketing": "marketing-analytics",
    "Sales Operations": "sales-operations",
    "Sales": "sales-operations",
    "Finance": "finance",
    "Service": "service",
    "Core banking": "core-banking",
    "Analytics": "analytics",
}
"""The department that a definition names as its owner, by its team on the forge."""


def test_two_departments_are_asked_about_a_definition_its_owners_among_them() -> None:
    lines = [line.split() for line in _text("CODEOWNERS").splitlines() if line.startswith("/")]
    teams_by_path = {
        path.strip("/"): {team.removeprefix("@fintrust/") for team in teams} for path, *teams in lines
    }
    assert all((ROOT / path).exists() for path in teams_by_path)
    owned = {
        str(file.relative_to(ROOT)): owners
        for file in (ROOT / "metrics").rglob("*.py")
        if (owners := set(re.findall(r'owner="([^"]+)"', file.read_text(encoding="utf-8"))))
    }
    assert len(owned) > 5
    for file, owners in owned.items():
        teams = teams_by_path.get(file) or teams_by_path[str(Path(file).parent)]
        assert {HANDLES[owner] for owner in owners} <= teams, file
        assert len(teams) >= 2, file


def test_the_version_is_said_in_one_place_and_everywhere_the_same() -> None:
    assert tomllib.loads(_text("pyproject.toml"))["project"]["version"] == VERSION
    printed = subprocess.run(
        [sys.executable, "-m", "cli", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == f"Concord {VERSION}"
    sections = re.findall(r"^## (\S+)", _text("CHANGELOG.md"), re.MULTILINE)
    assert sections[:2] == ["Unreleased", VERSION]


def test_the_days_of_the_changelog_are_days_the_newest_first() -> None:
    days = re.findall(r"^### (.+)$", _text("CHANGELOG.md"), re.MULTILINE)
    read = [datetime.strptime(day, "%d %b %Y").date() for day in days]
    assert read
    assert read == sorted(set(read), reverse=True)


def test_cleaning_up_never_touches_a_bank() -> None:
    would = subprocess.run(
        ["make", "--dry-run", "clean"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ".venv" in would.stdout
    assert "data" not in would.stdout


def test_the_fast_run_names_files_that_are_there() -> None:
    would = subprocess.run(
        ["make", "--dry-run", "test-fast"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    named = re.findall(r"tests/\S+", would.stdout)
    assert len(named) > 10
    assert [name for name in named if not any(ROOT.glob(name))] == []


def test_the_gate_of_a_change_checks_and_tests() -> None:
    assert re.findall(r"^make \w+$", _text(".ci/run"), re.MULTILINE) == [
        "make setup",
        "make check",
        "make test",
    ]
