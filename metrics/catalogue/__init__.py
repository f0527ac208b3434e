"""Every metric, one module for each conversation between departments."""

from types import ModuleType

from metrics.catalogue import (
    acquisition,
    attributed_wins,
    cohorts,
    customer_value,
    first_months,
    funnel,
    lead_handoff,
    retention,
    service,
    surveys,
)
from metrics.definitions.measure import Measure, Metric, Ratio

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
    metrics: dict[str, Metric] = {}
    for module in modules:
        for name, metric in vars(module).items():
            if isinstance(metric, Measure | Ratio):
                if name in metrics:
                    raise ValueError(f"two metrics are called {name}")
                object.__setattr__(metric, "name", name)
                metrics[name] = metric
    return metrics


CATALOGUE: dict[str, Metric] = _defined_in(
    funnel,
    cohorts,
    lead_handoff,
    acquisition,
    first_months,
    customer_value,
    retention,
    service,
    surveys,
    attributed_wins,
)
"""Every metric by name."""
