"""One search over customers, figures, records, saved reports and pages, under the rights of who searches.

Nothing is looked through that the viewer could not open: an answer about what is not hers is the answer about what does
not exist. Nothing is written about a search.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day
from metrics.customers.customer_search import CustomerHit, customers_matching, words_of
from metrics.query.report_query import may_ask, refusal
from warehouse.access.reader import Reader, may_see
from warehouse.access.roles import Access
from warehouse.schema import customers
from warehouse.sql.closest_texts import closest
from workflow.collaboration import record_reading
from workflow.collaboration.record_kind import Record
from workflow.collaboration.record_kinds import KINDS
from workflow.reports import saved_reports

SHORTEST, LONGEST = 2, 100
"""Characters of what can be searched for."""
MOST_CUSTOMERS = 100
"""Of more than so many that fit, the first are listed and all are counted."""
NOT_YOURS = "its figures are not part of your role"

Group = Literal["customers", "figures", "records", "reports", "pages"]
Address = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One thing that fits: what it is called, what it is, and the address it opens at."""

    title: str
    note: str
    url: str
    address: Address = ()


@dataclass(frozen=True, kw_only=True)
class HitGroup:
    """What fits of one kind: the first of them, and how many there are in all."""

    group: Group
    hits: tuple[Hit, ...]
    total: int
    exact: bool
    """Whether they are spelled as it was typed."""
    customers: tuple[CustomerHit, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MenuPage:
    """A page of the viewer's menu: what it is called, where it stands, and what it is for."""

    url: str
    title: str
    section: str
    purpose: str


@dataclass(frozen=True)
class _Candidate:
    """Something that may fit: it is searched by its title and by the text below."""

    hit: Hit
    text: str


def misfit(typed: str) -> str:
    """Why a text cannot be searched for, as a sentence; "" if it can."""
    length = len(typed.strip())
    if length > LONGEST:
        return f"A search has at most {LONGEST} characters, and this one has {length:,}. Shorten it and search again."
    if length < SHORTEST:
        return f"Type at least {SHORTEST} letters."
    return ""


def everything_matching(reader: Reader, typed: str, menu: Sequence[MenuPage]) -> tuple[HitGroup, ...]:
    """What fits, by kind, of everything that the pages of the viewer's menu can open; nothing for a misfit.

    What is only close to it is given where nothing at all is spelled so.
    """
    if misfit(typed):
        return ()
    urls = {page.url for page in menu}
    groups = [
        *([_customers(reader, typed)] if "customer" in urls else []),
        *([_group("figures", typed, _figures(reader))] if "dictionary" in urls else []),
        _group("records", typed, _records(reader, urls)),
        *([_group("reports", typed, _reports(reader))] if "reports" in urls else []),
        _group("pages", typed, _pages(menu)),
    ]
    fitting = tuple(group for group in groups if group.total)
    spelled_so = tuple(group for group in fitting if group.exact)
    return spelled_so or fitting


def finds_customers(reader: Reader) -> bool:
    """Whether the viewer's role reads customers one by one and with their names."""
    return may_see(reader.viewer, customers) in (Access.ALL_ROWS, Access.OWN_ROWS)


def _customers(reader: Reader, typed: str) -> HitGroup:
    if not finds_customers(reader):
        return HitGroup(group="customers", hits=(), total=0, exact=True)
    matches = customers_matching(reader, typed.strip(), MOST_CUSTOMERS)
    return HitGroup(
        group="customers", hits=(), customers=matches.hits, total=matches.total, exact=matches.exact
    )


def _group(group: Group, typed: str, candidates: Iterator[_Candidate]) -> HitGroup:
    every = list(candidates)
    matches = closest([(c.hit.title, c.text) for c in every], _words(typed))
    hits = tuple(every[match.place].hit for match in matches)
    return HitGroup(group=group, hits=hits, total=len(hits), exact=all(m.exact for m in matches))


def _words(typed: str) -> tuple[str, ...]:
    """The words, without what stands between letters: `e-mail` is two."""
    return tuple("".join(c if c.isalnum() else " " for c in " ".join(words_of(typed))).split())


def _figures(reader: Reader) -> Iterator[_Candidate]:
    """Every figure of the dictionary: what one means is for everybody, also where its values are not."""
    for name, metric in CATALOGUE.items():
        yours = may_ask(name, reader.viewer)
        hit = Hit(
            title=metric.label,
            note=f"{metric.description} Owner: {metric.owner}."
            + ("" if yours else f" For you, {NOT_YOURS}."),
            url="dictionary",
            address=(("word", metric.label.lower()),),
        )
        yield _Candidate(hit, " ".join([metric.description, *metric.synonyms.values()]))


def _records(reader: Reader, urls: set[str]) -> Iterator[_Candidate]:
    for record in record_reading.records_of(reader):
        kind = KINDS[record.kind]
        if kind.url in urls:
            note = (
                f"{kind.singular} {record.record_id}, {kind.states[record.state].lower()}, opened by {record.department} "
                f"on {day(record.opened_at.date())}"
            )
            address = (("record", str(record.record_id)),)
            hit = Hit(title=record.title, note=note, url=kind.url, address=address)
            yield _Candidate(hit, f"{kind.singular} {record.record_id} {_texts(record)}")


def _texts(record: Record) -> str:
    """Everything that was written into a record."""
    return " ".join(part for e in record.entries for part in (e.note, *_of_contents(e.contents)) if part)


def _of_contents(contents: Mapping[str, Any]) -> Iterator[str]:
    for value in contents.values():
        yield from (str(v) for v in (value if isinstance(value, list) else [value]) if v is not None)


def _reports(reader: Reader) -> Iterator[_Candidate]:
    for saved in saved_reports.on_the_list(reader):
        if saved.report.metric not in CATALOGUE:
            continue
        label = CATALOGUE[saved.report.metric].label
        by = f" by {saved.report.breakdown}" if saved.report.breakdown else ""
        note = f"{label}{by}, saved on {day(saved.saved_at.date())}"
        if not may_ask(saved.report.metric, reader.viewer):
            note += f". For you, {NOT_YOURS}."
        elif refusal(saved.report, reader.viewer):
            note += ". Your role does not read it this way."
        hit = Hit(title=saved.title, note=note, url="reports", address=(("report", saved.report_id),))
        yield _Candidate(hit, f"{label}{by}")


def _pages(menu: Sequence[MenuPage]) -> Iterator[_Candidate]:
    for page in menu:
        hit = Hit(title=page.title, note=page.section, url=page.url)
        yield _Candidate(hit, f"{page.section} {page.purpose}")
