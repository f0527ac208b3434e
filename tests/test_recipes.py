"""The recipes of CONTRIBUTING.md are followed to the letter, each in a copy of the project."""

from __future__ import annotations

import ast
import builtins
import inspect
import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
STEP = re.compile(
    r"(?P<how>the end of|new file|in)\s+`(?P<file>[^`]+\.py)`(?:,\s+(?P<side>above|below)\s+`(?P<line>[^`]+)`)?:\n\n"
    r"   ```python\n(?P<code>.*?)\n   ```\n",
    re.DOTALL | re.IGNORECASE,
)
"""A step with code: where it goes, and the code, three blanks in because it stands in a list."""
NOT_COPIED = shutil.ignore_patterns(".*", "data", "build", "__pycache__", "typefaces")


def _recipe(name: str) -> str:
    section = re.search(rf"^### {name}\n(.*?)(?=^##)", TEXT, re.DOTALL | re.MULTILINE)
    assert section, f"CONTRIBUTING.md has no recipe for {name}"
    return section[1]


def _follow(recipe: str, copy: Path) -> list[list[str]]:
    """Put each piece of code where the recipe says; gives the commands it names."""
    steps = list(STEP.finditer(recipe))
    assert len(steps) == recipe.count("```python"), "a step does not say where its code goes"
    for step in steps:
        file, code = copy / step["file"], re.sub("^   ", "", step["code"], flags=re.MULTILINE) + "\n"
        if step["how"].lower() == "new file":
            assert not file.exists()
            file.write_text(code, encoding="utf-8")
            continue
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        place = len(lines)
        if step["line"]:
            places = [n for n, line in enumerate(lines) if line.strip() == step["line"]]
            assert len(places) == 1, f"{step['file']} has {len(places)} lines {step['line']}"
            place = places[0] + (step["side"] == "below")
        else:
            code = "\n\n" + code
        file.write_text("".join([*lines[:place], code, *lines[place:]]), encoding="utf-8")
    return [shlex.split(command) for command in re.findall(r"`python ([^`]+)`", recipe)]


def _run(copy: Path, *command: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=copy,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project as it stands, without its environment and its banks."""
    shutil.copytree(ROOT, tmp_path / "project", ignore=NOT_COPIED)
    return tmp_path / "project"


def _parsed(code: str) -> ast.Module:
    """The code of a step: statements, or what stands between brackets."""
    for brackets in ("{}", "[\n{}\n]", "{{\n{}\n}}"):
        with suppress(SyntaxError):
            return ast.parse(brackets.format(dedent(code)))
    raise AssertionError(f"no Python: {code}")


def test_what_the_recipes_call_is_there_and_takes_what_they_give() -> None:
    """The quick half of following them, for whoever renames something."""
    steps = list(STEP.finditer(TEXT))
    assert len(steps) >= 8
    for step in steps:
        file, tree = Path(step["file"]), _parsed(step["code"])
        if not (ROOT / file).exists():
            exec(
                compile(
                    ast.Module([n for n in tree.body if isinstance(n, ast.ImportFrom)], []), file, "exec"
                ),
                {},
            )
            continue
        module = ".".join(file.with_suffix("").parts).removesuffix(".__init__")
        names = vars(builtins) | vars(import_module(module))
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            name, given = call.func.id, {keyword.arg for keyword in call.keywords}
            assert name in names, f"{file} has no {name}"
            assert not given or given <= set(inspect.signature(names[name]).parameters), ast.unparse(call)


@pytest.mark.slow
def test_a_metric_a_chart_a_page_and_a_rule_are_added_as_the_recipes_say(
    copy: Path, after_a_night: Path
) -> None:
    recipes = [_recipe(name) for name in ("A metric", "A chart", "A page", "A rule")]
    commands = [command for recipe in recipes for command in _follow(recipe, copy)]
    # The small bank of this run serves the copy, too; to build one more takes a minute.
    with (copy / "tests" / "pages" / "conftest.py").open("a", encoding="utf-8") as conftest:
        conftest.write(
            dedent(f"""

            @pytest.fixture(scope="session")
            def after_a_night() -> Path:
                return Path({str(after_a_night)!r})
            """)
        )

    tests = [command[2:] for command in commands if command[:2] == ["-m", "pytest"]]
    files = dict.fromkeys(file for file, *_ in tests)
    chosen = dict.fromkeys(command[command.index("-k") + 1] for command in tests)
    output = _run(
        copy,
        *("-m", "pytest", "-n", "0", "-vv", "-p", "no:cacheprovider", "--write-golden", *files),
        *("-m", "not postgresql", "-k", " or ".join(chosen)),
    )
    for name in chosen:
        assert re.search(rf"{name}.*PASSED", output), f"no test {name}"
    for command in (command for command in commands if command[:2] == ["-m", "cli"]):
        _run(copy, *command)
    assert "Leads by phone" in (copy / "docs" / "dictionary.md").read_text(encoding="utf-8")
    assert (copy / "tests" / "golden" / "duckdb" / "phone_leads.sql").exists()
    _run(copy, "-m", "ruff", "check", "--no-cache", "--ignore", "I001", "metrics", "pages", "workflow")


@pytest.mark.slow
def test_a_table_is_added_as_the_recipe_says(copy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "FOLDER"
    folder.mkdir()
    (folder / "branches.csv").write_text(
        "branch_id,name,opened_on\nB1,Central,1999-05-01\n", encoding="utf-8"
    )
    for command in _follow(_recipe("A table"), copy):
        words = [str(folder) if word == "FOLDER" else word for word in command]
        output = _run(copy, *words, CONCORD_DATA_DIR=str(tmp_path / "data"))
    assert re.search(r"1  branches\n", output)
    assert "A branch of the bank." in (copy / "docs" / "dictionary.md").read_text(encoding="utf-8")
    reading = """
        import datetime, pathlib, sys
        from sqlalchemy import select
        from warehouse import schema, settings
        from warehouse.stores import connect
        from warehouse.access.reader import Reader, Viewer
        from warehouse.errors import AccessRefused

        chosen = settings.Settings(data_dir=pathlib.Path(sys.argv[1]))
        stores = connect.open_stores(chosen, lambda: datetime.datetime(2026, 7, 1, 9))
        for role in ("sales", "administrator"):
            reader = Reader(stores, Viewer(username="x", full_name="X", role=role), stores.snapshot())
            try:
                print(role, len(reader.frame(select(schema.branches))))
            except AccessRefused:
                print(role, "refused")
    """
    output = _run(copy, "-c", dedent(reading), str(tmp_path / "data"))
    assert output.split("\n")[:2] == ["sales 1", "administrator refused"]
