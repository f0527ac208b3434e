"""The committed examples: the first rows of each extract, readable without any tool."""

from __future__ import annotations

import shutil
from itertools import islice
from pathlib import Path

import duckdb

FOLDER = Path(__file__).parent / "examples"
ROWS = 200


def write_examples(bank: Path) -> None:
    """Replace sample_data/examples by the first rows of each file of a bank."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for path in sorted(bank.glob("*/*")):
        target = FOLDER / path.relative_to(bank)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".parquet":
            first = f"SELECT * FROM read_parquet('{path}') LIMIT {ROWS}"
            with duckdb.connect(config={"threads": 1}) as engine:
                engine.execute(f"COPY ({first}) TO '{target.with_suffix('.csv')}' (HEADER)")
        else:
            with path.open(encoding="utf-8") as lines:
                target.write_text("".join(islice(lines, ROWS + 1)), encoding="utf-8")
    shutil.copyfile(bank / "truth.json", FOLDER / "truth.json")
