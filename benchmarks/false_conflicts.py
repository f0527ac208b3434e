"""How often two figures that have nothing to do with each other are flagged as pulling apart; and true ones.

Usage: python benchmarks/false_conflicts.py [PAIRS_PER_KIND]
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from metrics.comparison.contradiction import detect

DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
STEPS = np.arange(12)
KINDS = {
    "both steady": (0.0, 0.0, 0.0, False),
    "volume grows 4% a month, quality steady": (0.04, 0.0, 0.0, False),
    "the same, restless months (10%)": (0.04, 0.0, 0.1, False),
    "both drift at random, apart (5% a month)": (0.0, 0.0, 0.05, True),
    "conflict: volume +4%, odds of acceptance −8% a month": (0.04, -0.08, 0.0, False),
    "conflict, restless months (10%)": (0.04, -0.08, 0.1, False),
}


def one(rng: np.random.Generator, growth: float, slide: float, unrest: float, *, drifts: bool) -> str:
    """One pair over a year: about 300 a month, of about 250 judged some 70% good."""
    noise = rng.normal(0, unrest, (2, 12))
    if drifts:
        noise = noise.cumsum(axis=1)
    volume = rng.poisson(300 * np.exp(growth * STEPS + noise[0]))
    judged = rng.poisson(250, 12)
    good = rng.binomial(judged, 1 / (1 + np.exp(-(np.log(0.7 / 0.3) + slide * STEPS + noise[1]))))
    return detect(list(volume), list(good), list(judged), DAYS)


if __name__ == "__main__":
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    for kind, (*terms, drifts) in KINDS.items():
        rng = np.random.default_rng(2026)
        flagged = sum(one(rng, *terms, drifts=drifts) == "conflict" for _ in range(pairs))
        print(f"{100 * flagged / pairs:6.2f}% flagged of {pairs:,}: {kind}")
