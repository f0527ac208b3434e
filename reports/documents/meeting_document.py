"""A meeting's pack as plain values: its page draws them, slides and handout print them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from metrics.comparison.words import day
from metrics.definitions.scope import Period
from reports.review.review_document import Answer, CaseStudy, Definition, Exhibit, Figure


@dataclass(frozen=True, kw_only=True)
class MeetingPack:
    """What a meeting talks about: a section each, with what it says, its rows, and what was looked at."""

    number: int
    """Of the meeting's record."""
    series: str
    held_on: date
    as_of: date
    loaded_at: datetime
    sample: bool
    """Whether the bank is invented; every page and slide then says so."""
    department: str
    """Whose rights it was filled with."""
    period: Period
    before: Period
    """Figures of `period` are compared with as many days or months before."""
    answers: tuple[Answer, ...]
    title: str = ""
    """All of it in one sentence."""
    figures: tuple[Figure, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    case_studies: tuple[CaseStudy, ...] = ()
    definitions: tuple[Definition, ...] = ()

    @property
    def name(self) -> str:
        """`Bi-weekly stand-up, 2 Jul 2026`."""
        return f"{self.series}, {day(self.held_on)}"

    @property
    def status(self) -> str:
        """With whose rights it was filled: two departments may read two packs of one meeting."""
        return f"Filled for {self.department}"

    @property
    def file_stem(self) -> str:
        """`concord-meeting-12-2026-07-02`."""
        return f"concord-meeting-{self.number}-{self.held_on.isoformat()}"

    @property
    def facts(self) -> list[str]:
        """What holds for the whole pack: days, load, whose rights."""
        facts = [
            f"{self.status}: it holds what this department may read.",
            f"Figures: {self.period.in_words()}, against {self.before.in_words()} where a figure counts those days.",
            f"Data as of {day(self.as_of)}, loaded on {day(self.loaded_at.date())} at {self.loaded_at:%H:%M}.",
        ]
        if self.sample:
            facts.append("Sample data: FinTrust Bank is invented, and so is everyone in it.")
        return facts
