"""How much a load costs beyond reading: the whole load against DuckDB running the same mappings into memory.

Usage: python benchmarks/load_against_reader.py FOLDER
"""

import contextlib
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1]))

from warehouse import connect, load
from warehouse.settings import Settings


def reading(folder: Path) -> float:
    """CPU seconds to run every mapping into a table in memory."""
    begun = time.process_time()
    with duckdb.connect() as db, contextlib.chdir(folder):
        for mapping in sorted(Path().glob("*.sql")):
            db.execute(f"CREATE TABLE {mapping.stem} AS {mapping.read_text(encoding='utf-8')}")
    return time.process_time() - begun


def loading(folder: Path) -> float:
    """CPU seconds of a load."""
    with tempfile.TemporaryDirectory() as place:
        stores = connect.open_stores(Settings(data_dir=Path(place)), datetime.now)
        begun = time.process_time()
        load.load(stores, folder, sample=True)
        return time.process_time() - begun


if __name__ == "__main__":
    extracts = Path(sys.argv[1]).resolve()
    for run in range(3):
        read, whole = reading(extracts), loading(extracts)
        print(f"run {run + 1}: reading {read:.1f} CPU s, loading {whole:.1f} CPU s, ratio {whole / read:.2f}")
