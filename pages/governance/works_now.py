"""What will work with the data that are there: page by page and figure by figure, with the columns that lack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from metrics.catalogue import CATALOGUE
from metrics.query.missing_reasons import Given, needs_of, not_given, not_given_for
from pages.governance import where_used


@dataclass(frozen=True, kw_only=True)
class WorkingPages:
    """Titles of the pages that work whole; those in part and those that stay empty, each with why."""

    whole: list[str] = field(default_factory=list)
    half: dict[str, str] = field(default_factory=dict)
    empty: dict[str, str] = field(default_factory=dict)


def pages_with(given: Given) -> WorkingPages:
    """What becomes of every page that shows figures or needs tables."""
    from pages import MENU  # the menu imports the pages

    shown_on, working = where_used.pages_of(), WorkingPages()
    for entry in (e for entries in MENU.values() for e in entries):
        figures = [name for name, titles in shown_on.items() if entry.title in titles]
        without = [name for name in figures if not_given_for([name], given)]
        missing = not_given(entry.needs, given)
        reason = missing or (not_given_for(without, given) if without else None)
        if reason is None:
            if figures or entry.needs:
                working.whole.append(entry.title)
            continue
        clause = reason.clause.removeprefix("not known: ")
        if missing or len(without) == len(figures):
            working.empty[entry.title] = clause
        else:
            working.half[entry.title] = f"{len(figures) - len(without)} of {len(figures)} figures; {clause}"
    return working


def missing_columns(given: Given) -> dict[str, list[str]]:
    """What lacks, as a clause → the labels of the figures it would bring; the column with most of them first."""
    by_column: dict[str, list[str]] = {}
    for name, metric in CATALOGUE.items():
        for column in given.lacking(needs_of(name, given)):
            by_column.setdefault(column, []).append(metric.label)
    clauses = {}
    for column, labels in sorted(by_column.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        missing = not_given([column], given)
        assert missing is not None
        clauses[missing.clause.removeprefix("not known: ")] = labels
    return clauses


def unknown_figures(given: Given) -> int:
    """How many figures of the catalogue will not be known."""
    return sum(not_given_for([name], given) is not None for name in CATALOGUE)


def lines(given: Given) -> Iterator[str]:
    """A line per page that shows figures or needs tables, then what each missing column would bring."""
    working = pages_with(given)
    yield f"Works now: {', '.join(working.whole) if working.whole else 'no page'}."
    for label, titles in (("Works in part:", working.half), ("Will be empty:", working.empty)):
        if titles:
            yield label
            yield from (f"  {title}: {clause}." for title, clause in titles.items())
    if unknown := unknown_figures(given):
        yield f"{unknown} of {len(CATALOGUE)} figures will not be known; what each column or table would bring:"
        for clause, labels in missing_columns(given).items():
            yield f"  {clause}: {'; '.join(labels)}."
