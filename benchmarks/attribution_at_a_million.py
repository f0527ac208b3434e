"""Eight attribution models on a million journeys: seconds and memory, and the worst error of a simulated Markov chain.

Usage: python benchmarks/attribution_at_a_million.py [PathData.csv] [PYTHON_WITH_CHANNELATTRIBUTION]

Journeys are drawn from the published paths of the ChannelAttribution package, or invented if no file is given. With the
interpreter of another environment the package itself runs on the same paths: it is GPL and needs an older numpy, so it is
neither a dependency of the product nor of its tests.
"""

import json
import resource
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

from metrics import credits, journeys
from models.attribution import removal_effects
from warehouse import contract
from warehouse.schema import leads, touch_credits, touches

JOURNEYS = 1_000_000
AS_OF = date(2026, 6, 30)

THEIRS = """
import json, sys, time
import pandas as pd
from ChannelAttribution import markov_model
paths = pd.read_csv(sys.argv[1])
begun = time.perf_counter()
found = markov_model(paths, "path", "wins", var_null="nulls", out_more=True, verbose=False)
effects = found["removal_effects"]
print(json.dumps([time.perf_counter() - begun, dict(zip(effects["channel_name"], effects["removal_effects"]))]))
"""


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
        for table in (leads, touches, touch_credits):
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
        db.execute("COPY paths TO '" + str(file.with_suffix(".csv")) + "' (HEADER)")
        return db.execute("SELECT count(*) FROM unified.touches").fetchone()[0]


def ours(file: Path) -> pd.DataFrame:
    """Prints the seconds of each step and the peak of memory; the removal effects."""
    engine = create_engine(
        f"duckdb:///{file}", connect_args={"config": {"threads": 2, "memory_limit": "700MB"}}
    )
    with engine.begin() as connection:
        begun, cpu = time.perf_counter(), time.process_time()
        result = connection.execute(journeys.steps(AS_OF, look_back=90))
        effects = removal_effects(pd.DataFrame(result.fetchall(), columns=list(result.keys())))
        solved = time.perf_counter()
        removal = dict(zip(effects["channel"], effects["removal_effect"], strict=True))
        rows = credits.credits(AS_OF, look_back=90, half_life=7, removal=removal)
        connection.execute(insert(touch_credits).from_select([c.key for c in rows.selected_columns], rows))
        written = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"removal effects {solved - begun:.1f} s, credits of eight models written {written - solved:.1f} s, "
        f"together {time.process_time() - cpu:.1f} CPU s, peak {peak:,.0f} MB"
    )
    engine.dispose()
    return effects.assign(seconds=solved - begun)


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
            csv = str(file.with_suffix(".csv"))
            told = subprocess.run(
                [sys.argv[2], "-c", THEIRS, csv], check=True, capture_output=True, text=True
            )
            seconds, theirs = json.loads(told.stdout.strip().splitlines()[-1])
            off = (pd.Series(theirs) / mine["removal_effect"] - 1).abs()
            print(
                f"ChannelAttribution {seconds:.1f} s, {seconds / mine['seconds'].iloc[0]:.1f} times ours; "
                f"furthest off {off.max():.0%} ({off.idxmax()})"
            )
