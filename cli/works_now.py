"""What will work with the data that are there: page by page and figure by figure, with the columns that lack."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterator

from metrics.catalogue import CATALOGUE
from metrics.query.missing_reasons import Given, needs, not_given, not_given_for


def lines(given: Given) -> Iterator[str]:
    """A line per page that shows figures or needs tables, then what each missing column would bring."""
    logging.disable(logging.WARNING)  # Streamlit warns that no app is running
    menu, where_used = (
        importlib.import_module("pages").MENU,
        importlib.import_module("pages.governance.where_used"),
    )
    logging.disable(logging.NOTSET)
    shown_on = where_used.pages_of()
    whole, half, empty = [], [], []
    for entry in (e for entries in menu.values() for e in entries):
        figures = [name for name, titles in shown_on.items() if entry.title in titles]
        without = [name for name in figures if not_given_for([name], given)]
        if missing := not_given(entry.needs, given):
            empty.append(f"  {entry.title}: {missing.clause.removeprefix('not known: ')}.")
        elif figures and len(without) == len(figures):
            reason = not_given_for(without, given)
            assert reason is not None
            empty.append(f"  {entry.title}: {reason.clause.removeprefix('not known: ')}.")
        elif without:
            reason = not_given_for(without, given)
            assert reason is not None
            clause = reason.clause.removeprefix("not known: ")
            half.append(
                f"  {entry.title}: {len(figures) - len(without)} of {len(figures)} figures; {clause}."
            )
        elif figures or entry.needs:
            whole.append(entry.title)
    yield f"Works now: {', '.join(whole) if whole else 'no page'}."
    if half:
        yield "Works in part:"
        yield from half
    if empty:
        yield "Will be empty:"
        yield from empty
    by_column: dict[str, list[str]] = {}
    for name, metric in CATALOGUE.items():
        for column in given.lacking(needs(name)):
            by_column.setdefault(column, []).append(metric.label)
    unknown = sum(not_given_for([name], given) is not None for name in CATALOGUE)
    if unknown:
        yield f"{unknown} of {len(CATALOGUE)} figures will not be known; what each column or table would bring:"
        for column, labels in sorted(by_column.items(), key=lambda pair: (-len(pair[1]), pair[0])):
            missing = not_given([column], given)
            assert missing is not None
            yield f"  {missing.clause.removeprefix('not known: ')}: {'; '.join(labels)}."
