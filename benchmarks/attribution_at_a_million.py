"""Eight attribution models on a million journeys: seconds and memory, and the worst error of a simulated Markov chain.

Usage: python benchmarks/attribution_at_a_million.py [PathData.csv] [PYTHON_WITH_CHANNELATTRIBUTION]

Journeys are drawn from the published paths of the ChannelAttribution package, or invented if no file is given. With the
interpreter of another environment the package itself runs on the same paths: it is GPL and needs an older numpy, so it is
neither a dependency of the product nor of its tests.
"""

import json
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
from sqlalchemy import create_engine, insert

sys.path.insert(0, str(Path(__file__).parents[1]))

from metrics.attribution import credit_models, journeys
from models.attribution.removal_effect import removal_effects
from warehouse.cleaning import lead_history
from warehouse.schema import lead_moves, lead_stages, leads, touch_credits, touches
from warehouse.validation import contract, moment_marks

JOURNEYS = 1_000_000
AS_OF = date(2026, 6, 30)

THEIRS = """
import json, sys, time
import pandas as pd
from ChannelAttribution import markov_model
paths = pd.read_csv(sys.argv[1])
begun = time.perf_counter()
found = markov_model(paths, "path", "wins", var_null="nulls", out_more=True, conv_par=float(sys.argv[2]), verbose=False,
    flg_pro=False)
seconds = time.perf_counter() - begun
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024
told = [dict(found[part].itertuples(index=False, name=None)) for part in ("result", "removal_effects")]
print(json.dumps([len(paths), seconds, peak, *told]))
"""
"""The package on a file of paths: rows, seconds, peak MB, wins and removal effect by channel."""
RUNS = (
    ("one row per journey", "journeys", 0.05),
    ("paths counted before", "paths", 0.05),
    ("the same, converged to 1%", "paths", 0.01),
)
"""What the package is given, and the convergence it is asked for: .05 unless told otherwise."""


def paths(db: duckdb.DuckDBPyConnection, file: str | None) -> None:
    """A table `paths`: path, wins, nulls, together about a million journeys."""
    if file:
        db.execute(
            f"CREATE TABLE given AS SELECT path, total_conversions AS w, total_null AS n FROM read_csv('{file}')"
        )
    else:
        db.execute(
            "CREATE TABLE given AS SELECT array_to_string(list_transform(range(1 + i % 9), "
            "j -> chr(97 + CAST(hash(i * 31 + j) % 12 AS INTEGER))), ' > ') AS path, i % 3 AS w, 3 AS n "
            "FROM range(10000) r(i)"
        )
    times = JOURNEYS / db.execute("SELECT sum(w + n) FROM given").fetchone()[0]
    db.execute(
        f"CREATE TABLE paths AS SELECT path, CAST(round(w * {times}) AS INTEGER) AS wins, "
        f"CAST(round(n * {times}) AS INTEGER) AS nulls FROM given"
    )


def bank(file: Path, given: str | None) -> int:
    """A warehouse of leads and touches, one lead per journey; how many touches."""
    with duckdb.connect(str(file)) as db:
        paths(db, given)
        for table in (leads, lead_stages, touches, lead_moves, touch_credits):
            columns = ", ".join(f"{c.key} {contract.type_of(c)}" for c in table.c)
            db.execute(f"CREATE SCHEMA IF NOT EXISTS {table.schema}")
            db.execute(f"CREATE TABLE {table.schema}.{table.name} ({columns})")
        db.execute(
            "CREATE TABLE walked AS SELECT 'L' || (row_number() OVER ()) AS lead_id, string_split(path, ' > ') AS path, "
            "k <= wins AS won FROM paths, range(1, wins + nulls + 1) r(k)"
        )
        moment = "TIMESTAMP '2026-06-01'"
        db.execute(
            f"INSERT INTO unified.leads (lead_id, won_at, lost_at) SELECT lead_id, CASE WHEN won THEN {moment} END, "
            f"CASE WHEN NOT won THEN {moment} END FROM walked"
        )
        db.execute(
            "INSERT INTO unified.touches (touch_id, lead_id, channel, touched_at) "
            "SELECT lead_id || '-' || printf('%04d', place), lead_id, channel, "
            f"{moment} - to_hours(CAST(500 - place AS INTEGER)) FROM "
            "(SELECT lead_id, unnest(path) AS channel, generate_subscripts(path, 1) AS place FROM walked)"
        )
        moment_marks.define(db)
        lead_history.write(db, AS_OF)
        single = "SELECT path, CAST(k <= wins AS INTEGER) AS wins, CAST(k > wins AS INTEGER) AS nulls "
        single += "FROM paths, range(1, wins + nulls + 1) r(k)"
        db.execute(f"COPY paths TO '{_csv(file, 'paths')}' (HEADER)")
        db.execute(f"COPY ({single}) TO '{_csv(file, 'journeys')}' (HEADER)")
        return db.execute("SELECT count(*) FROM unified.touches").fetchone()[0]


def _csv(file: Path, rows: str) -> str:
    return str(file.with_name(f"{rows}.csv"))


def ours(file: Path) -> pd.DataFrame:
    """Prints the seconds of each step and the peak of memory; the removal effects."""
    engine = create_engine(
        f"duckdb:///{file}", connect_args={"config": {"threads": 2, "memory_limit": "700MB"}}
    )
    with engine.begin() as connection:
        begun, cpu = time.perf_counter(), time.process_time()
        result = connection.execute(journeys.steps(AS_OF, look_back=90))
        steps = pd.DataFrame(result.fetchall(), columns=list(result.keys()))
        counted = time.perf_counter()
        effects = removal_effects(steps)
        solved = time.perf_counter()
        removal = dict(zip(effects["channel"], effects["removal_effect"], strict=True))
        rows = credit_models.credits(AS_OF, look_back=90, half_life=7, removal=removal)
        connection.execute(insert(touch_credits).from_select([c.key for c in rows.selected_columns], rows))
        written = time.perf_counter()
    # Not getrusage: a child's begins with the memory of the process that started it.
    status = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    print(
        f"transitions counted in {counted - begun:.1f} s, removal effects solved in {solved - counted:.3f} s, credits of "
        f"eight models written in {written - solved:.1f} s, "
        f"together {time.process_time() - cpu:.1f} CPU s, peak {peak:,.0f} MB"
    )
    engine.dispose()
    return effects.assign(seconds=solved - begun, solving=solved - counted)


def beside(file: Path, mine: pd.DataFrame, python: str) -> None:
    """Prints what the package answers on the same journeys, run by run, and its credits beside ours."""
    with duckdb.connect(str(file), read_only=True) as db:
        wins = db.execute("SELECT sum(wins) FROM paths").fetchone()[0]
    side = pd.DataFrame({"exact": mine["removal_effect"], "exact wins": mine["share"] * wins})
    for words, rows, converged in RUNS:
        command = [python, "-c", THEIRS, _csv(file, rows), str(converged)]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        if finished.returncode:
            print(f"ChannelAttribution, {words}: {finished.stderr.strip().splitlines()[-1]}")
            continue
        count, seconds, peak, credited, effects = json.loads(finished.stdout.strip().splitlines()[-1])
        off = (pd.Series(effects) / mine["removal_effect"] - 1).abs()
        print(
            f"ChannelAttribution, {words} ({count:,} rows): {seconds:.1f} s, peak {peak:,.0f} MB, "
            f"{seconds / mine['seconds'].iloc[0]:.2f} times ours from the warehouse, "
            f"{seconds / mine['solving'].iloc[0]:,.0f} times ours from counts; furthest off "
            f"{off.max():.0%} ({off.idxmax()})"
        )
        side[f"{words}: effect"], side[f"{words}: wins"] = pd.Series(effects), pd.Series(credited)
    print(side.round({c: 4 if "effect" in c or c == "exact" else 0 for c in side}).to_string())


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "bank.duckdb"
        if len(sys.argv) > 3:  # the measured part in a process of its own, so that its memory is its own
            ours(Path(sys.argv[3]))
            raise SystemExit
        print(f"{JOURNEYS:,} journeys, {bank(file, given):,} touches")
        subprocess.run([sys.executable, __file__, given or "", "", str(file)], check=True)
        if len(sys.argv) > 2 and sys.argv[2]:
            mine = ours(file).set_index("channel")
            beside(file, mine, sys.argv[2])
