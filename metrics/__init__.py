"""What the numbers mean. No screen, no model, no clock."""

from types import ModuleType

from metrics import (
    acquisition,
    attribution,
    cohorts,
    funnel,
    hand_off,
    newcomers,
    retention,
    service,
    value,
    voice,
)
from metrics.measure import Measure, Metric, Ratio

HEADLINES = (
    "leads",
    "mql",
    "sql",
    "opportunities",
    "won",
    "win_rate",
    "marketing_cost",
    "cac",
    "revenue",
    "churn_rate",
    "open_alerts",
    "nps",
)
"""The metrics every department knows; the others are what they are made of."""


def _defined_in(*modules: ModuleType) -> dict[str, Metric]:
    found: dict[str, Metric] = {}
    for module in modules:
        for name, metric in vars(module).items():
            if isinstance(metric, Measure | Ratio):
                if name in found:
                    raise ValueError(f"two metrics are called {name}")
                found[name] = metric
    return found


CATALOGUE: dict[str, Metric] = _defined_in(
    funnel, cohorts, hand_off, acquisition, newcomers, value, retention, service, voice, attribution
)
"""Every metric by name."""
