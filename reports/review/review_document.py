"""A quarterly review as plain values: the page draws them, slides and handout print them, tests read them back.

Every figure is worded once, here, so that screen and paper cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from metrics.comparison.conclusion import Verdict
from metrics.definitions.measure import Unit
from metrics.definitions.scope import Period

Shape = Literal["columns", "bars", "line", "intervals"]

NAMES: Mapping[str, str] = {
    "goals": "Goals",
    "churn": "Churn",
    "value": "Value",
    "cross_sell": "Cross-sell",
    "channels": "Channels",
    "satisfaction": "Satisfaction",
    "together": "Together",
    "unknown": "Not known",
    "decisions": "Decisions",
    "trust": "Trust",
}
"""Key of an answer → its name where the question is too long."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number in words: what it is now, a quarter before and a year before."""

    label: str
    value: str
    """`1.8%`, or `not enough data yet (n = 12)`, `not known`, `too few`."""
    metric: str = ""
    """Its name in the catalogue; empty for a figure of an experiment or of the application database."""
    before: str = ""
    """Against `Review.before`: `−0.2 points, no significant change`."""
    year_before: str = ""
    """Against `Review.year_before`."""
    target: str = ""
    """`HKD 5,000, met`; empty where no goal is set."""
    n: str = ""
    """`n = 1,204`, or an interval: `95% interval 1.6% to 2.0%, n = 1,204`."""
    verdict: Verdict | None = None
    """Against the quarter before; it colours, the words carry the meaning."""
    number: float | None = None
    """The value of a figure of the catalogue, unrounded; None where there is none."""
    scope: str = ""
    """Days and part of the bank, where they are not the review's own."""
    benchmark: str = ""
    """What others reached, with its source, day and population; empty where nobody entered one."""
    corrected: str = ""
    """What an issued figure reads today, where a source corrected it."""
    by_now: str = ""
    """What it reads today, where it goes on changing in the course of things: complaints that were taken back."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """The values of a chart by category; None is not known, not yet, or too few people."""

    name: str
    values: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    """The ends of the 95% intervals, for a chart of intervals."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What a chart shows, not how: the page and the slide each draw it natively."""

    shape: Shape
    says: str
    """In words, for those who do not see it."""
    unit: Unit
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    mark: float | None = None
    """A value drawn as a line across, such as a target or 0."""
    mark_label: str = ""
    lines: tuple[Series, ...] = ()
    """Goals and plans by category, drawn as dashed lines."""
    events: tuple[tuple[str, str], ...] = ()
    """What people pinned to a category: its name, and what happened there."""
    exceptions: tuple[str, ...] = ()
    """Categories whose bar has the colour of what needs a look; the words carry the meaning."""
    remark: str = ""
    """What is to be known when reading it, such as what is not drawn, and why."""


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """A cell of an issued table that reads differently today; of a row that was not there then, no cell."""

    row: int | None
    column: int
    what: str
    """Which cell it is, in words: `Email, Customers`."""
    then: str
    now: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """Columns and rows, as text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    """What it shows, in words: the title of a slide that has room for it alone."""
    short: Table | None = None
    """The rows that matter most, for a slide that cannot hold all."""
    estimated: tuple[str, ...] = ()
    """Columns of estimates and of days counted from today, which move without that anything was corrected. With the first
    of them it is the rows that come and go."""
    corrected: tuple[Corrected, ...] = ()
    """What of an issued table reads differently today."""

    def __post_init__(self) -> None:
        """Raises ValueError for two columns of one heading: they could not be told apart, nor compared."""
        if len(set(self.columns)) < len(self.columns):
            raise ValueError(f"columns of one heading: {self.columns}")

    @property
    def is_of_its_day(self) -> bool:
        """Whether another day's rows are no correction."""
        return self.columns[0] in self.estimated


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """A further finding with its charts or its table: a slide of its own."""

    title: str
    name: str = ""
    """What it is about in a word, where it stands under no question."""
    recommendation: str = ""
    charts: tuple[Chart, ...] = ()
    sentences: tuple[str, ...] = ()
    table: Table | None = None
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One of the ten questions, answered."""

    key: str
    """A word for address and tests: `goals`, `churn`, `value`, `cross_sell`, `channels`, `satisfaction`, `together`,
    `unknown`, `decisions`, `trust`."""
    question: str
    title: str
    """The message, with its number: what a slide says if only its title is read."""
    sentences: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    chart: Chart | None = None
    table: Table | None = None
    metrics: tuple[str, ...] = ()
    """Every metric of the catalogue that it draws on, for the definitions in the notes."""
    sources: tuple[str, ...] = ()
    """Where figures outside the catalogue come from, such as an experiment and the day of its look."""
    to_decide: tuple[str, ...] = ()
    """The questions that it puts to whoever decides, without the figures that call for them."""
    recommendation: str = ""
    """What to do about it, or that there is nothing to decide; empty where a table of the answer says it."""
    exhibits: tuple[Exhibit, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CaseStudy:
    """A measured pilot, told for other departments."""

    title: str
    controlled: bool
    """Whether a random group without treatment was kept; only then may a sentence say what the pilot did."""
    what: str
    sentences: tuple[str, ...]
    planned: bool = False
    """Whether it is only planned, so that nothing was measured yet."""
    figures: tuple[Figure, ...] = ()
    chart: Chart | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What a figure of the catalogue meant when the review was made."""

    metric: str
    label: str
    version: str
    owner: str
    means: str


@dataclass(frozen=True, kw_only=True)
class Review:
    """A quarter of the bank."""

    quarter: str
    """`2026Q2`."""
    period: Period
    as_of: date
    loaded_at: datetime
    sample: bool
    """Whether the bank is invented; every page and slide then says so."""
    qualified: str
    """Which version of “qualified” was in force."""
    answers: tuple[Answer, ...]
    case_studies: tuple[CaseStudy, ...] = ()
    title: str = ""
    """The quarter in one sentence."""
    figures: tuple[Figure, ...] = ()
    """The few that come first; each is among an answer's too."""
    exhibits: tuple[Exhibit, ...] = ()
    """What belongs to no single question: the quarters in a row, the funnel."""
    partial: bool = False
    """Whether the quarter still runs."""
    before: Period | None = None
    """The quarter before; of a quarter that still runs, as many days of it."""
    year_before: Period | None = None
    """The same quarter a year before, likewise."""
    begun: date | None = None
    """Where the data begin, if one of those two lies before that."""
    definitions: tuple[Definition, ...] = ()
    """The definitions its figures were made by; those in force where none were kept."""
    issued: str = ""
    """`Version 2, issued on 4 Jul 2026 by Vivian Tse`; empty for a draft."""
