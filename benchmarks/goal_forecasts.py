"""How often the 95% interval of a goal's forecast holds: half a year ahead of made-up series of five kinds.

Usage: python benchmarks/goal_forecasts.py [SERIES_PER_KIND]
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from metrics.comparison.plan_pace import forecast

AHEAD = 6
Series = Callable[[np.random.Generator, int], np.ndarray]
KINDS: dict[str, Series] = {
    "steady, 1,000 a month": lambda r, n: r.poisson(1_000, n),
    "steady, 60 a month": lambda r, n: r.poisson(60, n),
    "level drifts by 4% a month": lambda r, n: r.poisson(1_000 * np.exp(r.normal(0, 0.04, n).cumsum())),
    "seasons of 15%": lambda r, n: r.poisson(
        1_000 * (1 + 0.15 * np.sin(np.arange(n) * np.pi / 6 + r.uniform(0, 6)))
    ),
    "grows 2% a month": lambda r, n: r.poisson(1_000 * 1.02 ** np.arange(n)),
}

if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for months in (12, 24, 36):
        for kind, series in KINDS.items():
            rng, held, widths = np.random.default_rng(3), 0, []
            for _ in range(count):
                values = series(rng, months + AHEAD).astype(float)
                made = forecast(list(values[:months]), [1.0] * AHEAD)
                assert made is not None
                held += made.low <= values[months:].sum() <= made.high
                widths.append((made.high - made.low) / made.middle)
            print(
                f"{months} months, {kind}: holds {100 * held / count:.0f}%, width {100 * np.median(widths):.0f}%"
            )
