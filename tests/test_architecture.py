"""The house stands as docs and design say: layers, names, one clock, one cache, one place for SQL."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from pages import MENU

ROOT = Path(__file__).parents[1]
LAYERS = ("warehouse", "metrics", "models", "workflow", "sign_in", "reports", "pages", "cli")
BELOW_PAGES = tuple(layer for layer in LAYERS if layer not in ("pages", "cli"))
FOLDERS = {*LAYERS, "sample_data", "tests", "benchmarks", "docs"}
"""A further folder needs a decision record."""
NAMES_OF_NOTHING = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "services",
    "service_layer",
    "core",
    "misc",
}


def _tracked() -> list[Path]:
    """The files of the project: what git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        files = (p.relative_to(ROOT) for p in ROOT.rglob("*") if p.is_file())
        return sorted(
            p for p in files if not p.parts[0].startswith(".") and p.parts[0] not in ("data", "build")
        )
    return sorted(p for p in map(Path, listed.stdout.splitlines()) if (ROOT / p).is_file())


FILES = _tracked()
MODULES = [f for f in FILES if f.suffix == ".py"]
OURS = [m for m in MODULES if m.parts[0] in LAYERS or len(m.parts) == 1]


def _text(file: Path) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(_text(file), filename=str(file))


@cache
def _names_used(file: Path) -> set[str]:
    """Every dotted name in the code, such as `datetime.now`; what a comment or a docstring says does not count."""
    return {ast.unparse(node) for node in ast.walk(_tree(file)) if isinstance(node, ast.Attribute | ast.Name)}


@cache
def _imports(file: Path) -> set[str]:
    imported: set[str] = set()
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return imported


def test_there_is_something_to_look_at() -> None:
    assert len(OURS) > 40
    assert {"app.py", "cli/__main__.py"} <= {str(m) for m in OURS}


def test_the_layers_hold() -> None:
    checked = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", checked.stdout)


def test_every_layer_is_under_contract() -> None:
    linted = tomllib.loads(_text(Path("pyproject.toml")))["tool"]["importlinter"]
    there = {layer for layer in LAYERS if (ROOT / layer).is_dir()}
    assert there <= set(linted["root_packages"])
    layers = next(c for c in linted["contracts"] if c["type"] == "layers")
    assert there <= set(re.findall(r"\w+", " ".join(layers["layers"])))


@pytest.mark.parametrize("door", ["app", "cli"])
def test_nobody_imports_a_front_door(door: str) -> None:
    """A test may knock at one, as an operator would."""
    others = [m for m in MODULES if m.parts[0] not in ("tests", door)]
    assert not [str(m) for m in others if door in {name.split(".")[0] for name in _imports(m)}]


def test_there_is_no_folder_that_nobody_agreed_on() -> None:
    there = {f.parts[0] for f in FILES if len(f.parts) > 1 and not f.parts[0].startswith(".")}
    assert there <= FOLDERS


def test_no_script_lies_in_pages_but_the_frame() -> None:
    """Streamlit serves any other script there to anybody who asks, without signing in."""
    assert {m.name for m in MODULES if m.parts[0] == "pages" and len(m.parts) == 2} == {
        "__init__.py",
        "frame.py",
    }


def test_a_page_is_a_function_one_level_down() -> None:
    for module in MODULES:
        if module.parts[0] == "pages" and len(module.parts) > 2 and module.parts[1] != "components":
            code = [
                n for n in _tree(module).body if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)
            ]
            assert not code, f"{module} runs something when it is imported"


def test_no_module_is_named_for_nothing_in_a_bank() -> None:
    parts = {part.removesuffix(".py") for m in MODULES for part in m.parts}
    assert not parts & NAMES_OF_NOTHING


def test_only_the_front_doors_read_the_clock_and_the_environment() -> None:
    clock = re.compile(
        r"(datetime\.(datetime\.)?(now|utcnow|today)|(datetime\.)?date\.today|time\.(time|time_ns|localtime|gmtime)"
        r"|os\.(environ|getenv)|(pd\.)?Timestamp\.(now|today|utcnow)|func\.(now|current_date|current_timestamp))"
    )
    for module in OURS:
        if module.parts[0] not in ("app.py", "cli"):
            read = sorted(name for name in _names_used(module) if clock.fullmatch(name))
            assert not read, f"{module} reads {read}"
            assert "environ" not in {i.rpartition(".")[2] for i in _imports(module)}, module


def test_there_is_one_cache() -> None:
    """Two would be two chances to hand one viewer's rows to another."""
    cached = [str(m) for m in OURS for line in _text(m).splitlines() if "AnswerCache(" in line]
    assert cached == ["pages/components/data.py"]
    for module in OURS:
        theirs = {"st.cache_data", "st.cache_resource", "st.experimental_memo", "st.cache"}
        assert not theirs & _names_used(module), module


def test_nothing_is_kept_under_a_word_that_somebody_chose() -> None:
    """What is kept is a function by its name and its arguments: `cached(viewer, function, …)`, `once(function, …)`."""
    calls = [
        (module, call)
        for module in OURS
        if module.parts[0] in ("pages", "reports", "workflow")
        for call in ast.walk(_tree(module))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).rpartition(".")[2] in ("cached", "until_changed", "once")
    ]
    assert len(calls) > 25
    for module, call in calls:
        place = 0 if ast.unparse(call.func).endswith("once") else 1
        if ast.unparse(call.func) == "data.once":
            continue
        named = call.args[place]
        assert isinstance(named, ast.Name | ast.Attribute), f"{module}:{call.lineno} {ast.unparse(call)}"


def test_whatever_else_is_remembered_depends_on_no_viewer_and_no_bank() -> None:
    """A function that remembers its answers is given the whole of what they depend on, as plain values."""
    remembering = [
        (module, node)
        for module in OURS
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and any(re.search(r"\b(lru_cache|cache)\b", ast.unparse(d)) for d in node.decorator_list)
    ]
    assert remembering
    for module, node in remembering:
        given = [ast.unparse(a.annotation) if a.annotation else "" for a in node.args.args]
        words = set(re.findall(r"\w+", " ".join(given)))
        assert "" not in given, f"{module}: {node.name}"
        assert not words & {"Reader", "Viewer", "Stores", "Settings", "Connection", "Engine", "Any"}, module


def _modules_of_pages() -> dict[str, frozenset[str]]:
    """Module under `pages/` → the pages it is a part of."""
    imported = {
        ".".join(m.with_suffix("").parts): {i for i in _imports(m) if i.startswith("pages.")}
        for m in MODULES
        if m.parts[0] == "pages"
    }
    used: dict[str, set[str]] = {name: set() for name in imported}
    for entry in (e for entries in MENU.values() for e in entries):
        reached, left = set(), {entry.page.__module__}
        while left:
            name = left.pop()
            reached.add(name)
            left |= {i for i in imported[name] if i in imported} - reached
        for name in reached:
            used[name].add(entry.url)
    return {name: frozenset(urls) for name, urls in used.items()}


def test_no_two_pages_keep_different_things_under_one_word_of_the_session() -> None:
    """A message or a choice of one page would show up on another."""
    pages_of = _modules_of_pages()
    words: dict[str, set[str]] = {}
    for module in (m for m in MODULES if m.parts[0] == "pages"):
        name = ".".join(module.with_suffix("").parts)
        text = _text(module)
        for pattern in (r'session_state(?:\.get\(|\.pop\(|\[)"([^"]+)"', r'\bkey="([^"]+)"'):
            for word in re.findall(pattern, text):
                words.setdefault(word, set()).add(name)
    assert len(words) > 30
    for word, modules in words.items():
        assert len({pages_of[m] for m in modules}) == 1, f"{word}: {sorted(modules)}"


@pytest.mark.parametrize(
    "forbidden", ["unsafe_allow_html", "allow_output_mutation", "unsafe_allow_javascript"]
)
def test_no_page_writes_raw_html(forbidden: str) -> None:
    assert not [str(m) for m in OURS if forbidden in _text(m)]


def test_no_sentence_says_ten_where_the_bank_chooses_the_smallest_cell() -> None:
    ten_people = re.compile(r"(fewer than|under|at least) (10|ten)\b(?! per)", re.IGNORECASE)
    assert [str(m) for m in OURS if ten_people.search(_text(m))] == []
    people = re.compile(ten_people.pattern + r" people", re.IGNORECASE)
    documents = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    assert [str(d) for d in documents if people.search(d.read_text())] == []


def test_no_module_has_its_own_number_of_people_to_hide() -> None:
    """Few people are hidden by the bank's smallest cell alone; a constant is named for the statistics it stands for."""
    its_own = re.compile(
        r"\b(FEWEST_PEOPLE|SMALLEST_CELL|SMALLEST_GROUP) *=|smallest_cell\b[^\n]*\bmax\(|\bmax\([^\n]*smallest_cell"
    )
    assert [str(m) for m in OURS if its_own.search(_text(m))] == []


COMPARES_WITH_A_SMALLEST = {
    "warehouse/disclosure/minimum_cell_size.py": "the one place that says who is few",
    "models/experiments/lift.py": "too few for an interval, which is statistics",
    "models/service/themes.py": "a word may be neither too rare nor too common",
    "reports/documents/text_metrics.py": "a size of letters",
}


def test_the_minimum_cell_size_is_compared_with_in_one_module() -> None:
    """Who hides by a comparison of its own hides by a rule of its own."""
    size = r"\b(smallest|fewest|smallest_cell|hidden_below)\b"
    compared = re.compile(rf"(?<!-)[<>]=? *[\w.()]*{size}|{size} *[<>]|\.between\([^)]*{size}")
    assert {str(m) for m in OURS if compared.search(_text(m))} == set(COMPARES_WITH_A_SMALLEST)


WRITES_FIGURES = {
    "metrics/comparison/words.py": "the one place that rounds and writes figures",
    "pages/growth/channels/budget.py": "how a field for an amount shows what was typed",
    "workflow/goals/sample_goals.py": "a target of the sample bank has three digits, as people set them",
    "models/evaluation/model_checks.py": "numbers of people, for a statistical interval",
    "models/churn/churn_prediction.py": "what a reason adds to the chance is kept with six places; nobody is shown it",
    "models/churn/fitting.py": "why a model was refused; beside the layer of words",
    "models/churn/model_evaluation.py": "calls that fit into a week are whole ones",
    "models/service/working_time.py": "a clock's whole seconds",
    "reports/slides/chart_xml.py": "where a chart stands on a slide",
    "warehouse/identity/link_quality.py": "what the command line says of links; below the layer of words",
    "warehouse/sql/moments.py": "a summer time's whole quarters of an hour",
    "warehouse/validation/volume_checks.py": "usual rows of a delivery; below the layer of words",
    "warehouse/settings.py": "a setting as it was given; below the layer of words",
    "warehouse/access/locks.py": "how often a lock is asked for",
    "sign_in/accounts.py": "seconds to wait, in the audit log",
    "cli/load_commands.py": "how long a command took",
    "cli/nightly_commands.py": "how long a command took, and a model's checks, on the command line",
    "cli/review_commands.py": "how long a command took",
}
"""Where a number may be rounded or written with a format of its own, and why."""
PLACED = r"(?:[^{}]?[<>=^])?[-+ ]?z?#?0?\d*[,_]?(?:\.(?:\d+|x))?[eEfFgGn%]"
"""A format that rounds what it writes; `x` stands for places worked out."""
ROUNDED_BY_THE_BROWSER = ("percent", "compact", "dollar", "euro", "accounting", "scientific", "engineering")
WRITTEN = re.compile(
    rf"\{{[^{{}}%:]*:{PLACED}\}}"  # "{:,.1f}".format(…)
    r"|%[-+ 0#]*\d*\.\d+[eEfFgG]"  # "%.2f" % …, and the same for a column of a table
    r"|%\{[^{}|]*:[^{}|]*[efgprs%]\}"  # "%{y:,.1f}" of a chart
)


def _formats(tree: ast.AST) -> list[str]:
    """Every place that rounds a number or gives it a format that does, as it is written."""
    formatted: list[str] = []
    skipped = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and isinstance(node.format_spec, ast.JoinedStr):
            parts = node.format_spec.values
            spec = "".join(str(p.value) if isinstance(p, ast.Constant) else "x" for p in parts)
            if re.fullmatch(PLACED, spec):
                formatted.append(f"{{…:{spec}}}")
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            plain = isinstance(node.func, ast.Name) and called == "format"
            if plain or called in ("round", "around", "rint", "quantize"):
                formatted.append(ast.unparse(node))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            formatted += WRITTEN.findall(node.value)
        elif isinstance(node, ast.keyword) and node.arg == "format":
            written = getattr(node.value, "value", "")
            formatted += [written] if written in ROUNDED_BY_THE_BROWSER else []
    return formatted


@pytest.mark.parametrize(
    "bypass",
    [
        'f"{value:.1f}%"',
        'f"{value:,.{places}f}"',
        'f"{value:+.0%}"',
        'f"{value:g}"',
        '"{:,.0f} days".format(value)',
        '"%.2f" % value',
        "round(value, 1)",
        "frame.round(2)",
        'format(value, ".1f")',
        'NumberColumn(format="%.2f")',
        'NumberColumn(format="percent")',
        '{"hovertemplate": "%{y:,.1f} leads"}',
    ],
)
def test_a_way_around_the_one_place_that_writes_figures_is_seen(bypass: str) -> None:
    assert _formats(ast.parse(bypass))


@pytest.mark.parametrize(
    "fine", ['f"{day:%d %b %Y}"', 'f"{count:,}"', 'f"{name:>12}"', '{"hovertemplate": "%{x|%d %b}: %{text}"}']
)
def test_dates_whole_numbers_and_texts_are_no_such_way(fine: str) -> None:
    assert not _formats(ast.parse(fine))


def test_a_figure_is_rounded_and_written_in_one_place() -> None:
    """Two places that round are two figures for one thing: 70.45 would be 70.4 here and 70.5 there."""
    by_module = {m.as_posix(): formats for m in OURS if (formats := _formats(_tree(m)))}
    ways_around = {name: formats for name, formats in by_module.items() if name not in WRITES_FIGURES}
    assert not ways_around, ways_around
    assert set(WRITES_FIGURES) <= set(by_module), sorted(set(WRITES_FIGURES) - set(by_module))


MOMENTS_IN_SQL = re.compile(r"""\w+_at["']?\]?\s*(<=?|>=?|-)\s*[\w."'\[]*_at\b""")
"""Two moments compared or subtracted in written SQL or in a frame: there a day without a time would be midnight."""


def _is_moment(side: ast.expr) -> bool:
    """Whether a frame's column is named like a moment of the bank; those of the application database always have a time."""
    from warehouse.schema import BANK

    names = {str(c.key) for t in BANK.tables.values() for c in t.c if str(c.key).endswith("_at")}
    return any(f"'{name}'" in ast.unparse(side) for name in names)


def test_moments_are_compared_in_one_place() -> None:
    for module in OURS:
        if module.parts[0] not in LAYERS or module.name in ("moments.py", "moment_sql.py"):
            continue
        texts = [n.value for n in ast.walk(_tree(module)) if isinstance(n, ast.Constant)]
        comparing = [t for t in texts if isinstance(t, str) and MOMENTS_IN_SQL.search(t)]
        # Doubles are looked for within 30 days: there no order is told and an hour makes no difference.
        assert not comparing or str(module) == "warehouse/identity/linking.py", (module, comparing)
        for node in ast.walk(_tree(module)):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
                sides: list[ast.expr] = [node.left, node.comparators[0]]
            elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
                sides = [node.left, node.right]
            else:
                continue
            of_frames = [isinstance(side, ast.Subscript) and _is_moment(side) for side in sides]
            assert not all(of_frames), (module, ast.unparse(node))


def test_every_moment_of_the_bank_is_of_the_type_that_compares_rightly() -> None:
    from sqlalchemy import DateTime

    from warehouse.schema import BANK, loads
    from warehouse.sql.moment_sql import Moment

    plain = [
        c
        for t in BANK.tables.values()
        for c in t.c
        if isinstance(c.type, DateTime) and not isinstance(c.type, Moment)
    ]
    # When a load ran is read from our own clock.
    assert plain == [loads.c.loaded_at]


def test_pages_know_no_sql() -> None:
    for module in MODULES:
        if module.parts[0] == "pages":
            used = {name.split(".")[0] for name in _imports(module)}
            assert not used & {"sqlalchemy", "duckdb", "sqlite3", "psycopg"}, module


def test_streamlit_ends_at_the_pages() -> None:
    for module in OURS:
        # The gate reads one message of Streamlit's wire format, to drop it.
        if module.parts[0] in BELOW_PAGES and str(module) != "sign_in/websocket_messages.py":
            assert "streamlit" not in {name.split(".")[0] for name in _imports(module)}, module


def test_only_workflow_and_sign_in_write_to_the_application_database() -> None:
    writers = {m.parts[0] for m in OURS if {"warehouse.access.audit"} & _imports(m)}
    assert writers <= {"workflow", "sign_in", "cli", "app.py"}


def test_models_are_saved_without_pickle() -> None:
    for module in OURS:
        assert not {name.split(".")[0] for name in _imports(module)} & {
            "pickle",
            "joblib",
            "dill",
            "shelve",
        }, module


def _public(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Functions and classes that others may use, and public methods of such classes."""
    definitions: list = []
    for node in tree.body:
        if isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ) and not node.name.startswith("_"):
            definitions.append(node)
            if isinstance(node, ast.ClassDef):
                definitions += [
                    method
                    for method in node.body
                    if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef)
                    and not method.name.startswith("_")
                    and not any("overload" in ast.unparse(d) for d in method.decorator_list)
                    # A property named like a field says what it is; so does a method of an outside protocol.
                    and not any(ast.unparse(d) == "property" for d in method.decorator_list)
                    and method.name != "invoke"
                ]
    return definitions


@pytest.mark.parametrize("layer", [*BELOW_PAGES, "cli", "app.py"])
def test_everything_public_below_the_pages_says_what_it_is(layer: str) -> None:
    silent = [
        f"{module}:{node.lineno} {node.name}"
        for module in MODULES
        if module.parts[0] == layer
        for node in _public(_tree(module))
        if not ast.get_docstring(node)
    ]
    assert not silent


def test_every_module_opens_with_a_sentence() -> None:
    assert not [str(m) for m in OURS if _text(m).strip() and not ast.get_docstring(_tree(m))]


def test_no_folder_of_tests_is_a_package() -> None:
    """A package `tests/metrics` would stand in front of `metrics`; so module names are unique instead."""
    tests = [m for m in MODULES if m.parts[0] == "tests"]
    assert not [str(m) for m in tests if m.name == "__init__.py"]
    names = [m.name for m in tests if m.name != "conftest.py"]
    assert len(names) == len(set(names))
