"""What who sees totals only may ask about people: the whole by months, or one dimension by months.

A figure under a filter is a cell of the table by that dimension, so a filter and a breakdown count alike. Two dimensions
at once make cells so small that most would tell of few people, and tables whose cells tell of one another in ways that
nobody can follow. Hidden is not absent: what is refused is refused with a sentence, and never shown as nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from metrics.definitions.scope import Filters
from warehouse.schema import plain


def refusal(by: Iterable[str], filters: Filters = ()) -> str:
    """Why a breakdown under filters is not for who sees totals only, as a sentence; "" if it is."""
    dimensions = list(dict.fromkeys([*(name for name, _ in filters), *by]))
    if len(dimensions) < 2:
        return ""
    *others, last = (plain(name) for name in dimensions)
    return (
        f"Not shown: your role sees people by one thing at a time, and this asks for {', '.join(others)} and {last} "
        "together. Take the filter away, or ask an analyst."
    )
