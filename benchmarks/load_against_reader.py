"""How much a load costs beyond reading: the whole load against DuckDB running the same mappings into memory.

Usage: python benchmarks/load_against_reader.py FOLDER
"""

import contextlib
import sys
import tempfile
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1]))

from warehouse.load import loading as load
from warehouse.settings import Settings
from warehouse.stores import connect


def reading(folder: Path) -> float:
    """CPU seconds to run every mapping into a table in memory."""
    begun = time.process_time()
    with duckdb.connect() as db, contextlib.chdir(folder):
        for mapping in sorted(Path().glob("*.sql")):
            db.execute(f"CREATE TABLE {mapping.stem} AS {mapping.read_text(encoding='utf-8')}")
    return time.process_time() - begun


def loading(folder: Path) -> tuple[float, float]:
    """CPU seconds of a load with all checks of the contract, and of finding out who is who, which is no part of it."""
    begun: list[tuple[str, float]] = []
    with tempfile.TemporaryDirectory() as place:
        stores = connect.open_stores(Settings(data_dir=Path(place)), datetime.now)
        begun.append(("start", time.process_time()))
        load.load(
            stores, folder, sample=True, progress=lambda step: begun.append((step, time.process_time()))
        )
        begun.append(("end", time.process_time()))
    who = sum(
        then - now for (step, now), (_, then) in pairwise(begun) if step == "Matching records to people"
    )
    return begun[-1][1] - begun[0][1] - who, who


if __name__ == "__main__":
    extracts = Path(sys.argv[1]).resolve()
    for run in range(3):
        read, (whole, who) = reading(extracts), loading(extracts)
        print(
            f"run {run + 1}: reading {read:.1f} CPU s, loading {whole:.1f} CPU s, ratio {whole / read:.2f}; "
            f"who is who {who:.1f} CPU s"
        )
