"""Words that departments use for different figures: each meaning is a metric of its own, put beside the others."""

from collections.abc import Mapping

VARIANTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Conversion": (
        ("Digital: somebody filled in a form", "leads"),
        ("Marketing: Marketing called the lead qualified", "mql"),
        ("Sales: a contract was signed", "won"),
    ),
    "Qualified lead": (("Marketing", "mql"), ("Sales", "sql")),
    "New customer": (
        ("Sales: a contract was signed, also by existing customers", "won"),
        ("Finance: somebody became a customer through a lead", "customers_acquired"),
    ),
}
"""Word → who means what by it: a few words and the metric."""
