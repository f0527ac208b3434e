"""`python -m sample_data OUT_DIR`: write FinTrust Bank's extracts, mappings and truth."""

from __future__ import annotations

import argparse
from pathlib import Path

from sample_data.bank import generate
from sample_data.examples import write_examples


def main() -> None:
    """Read the command line and write."""
    ask = argparse.ArgumentParser(prog="python -m sample_data", description=__doc__)
    ask.add_argument("folder", type=Path, help="where to write; replaces an earlier sample")
    ask.add_argument("--customers", type=int, default=40_000, help="customers ever served (40000)")
    ask.add_argument("--seed", type=int, default=2026, help="same seed and size, same bank (2026)")
    ask.add_argument("--examples", action="store_true", help="also renew sample_data/examples from this run")
    given = ask.parse_args()
    if given.customers < 500:
        ask.error("the sample needs at least 500 customers to contain every trap")
    generate(given.folder, customers=given.customers, seed=given.seed)
    if given.examples:
        write_examples(given.folder)


if __name__ == "__main__":
    main()
