"""What one run of a page reads once: which snapshot is served, and the rows of the application database.

A run sees one snapshot from its first line to its last. Rows of the application database are kept until its audit log
has another line, for every change that they show has one; a change made in the run itself is seen at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

KEPT = 2_000
"""Answers kept between two changes."""


Read = tuple[Callable[[], Any], Any]
"""A question, and the frame that answered it."""


@dataclass
class RunMemo:
    """What this run has read so far."""

    snapshot: str | None = None
    version: int | None = None
    """The last line of the audit log; None until asked for, and again after a change."""
    notes: dict[Hashable, Any] = field(default_factory=dict)
    """What the run worked out already of the viewer and the snapshot alone."""
    _noting: list[list[Read]] = field(default_factory=list)

    @contextmanager
    def noting(self) -> Iterator[list[Read]]:
        """What is read meanwhile of tables that change without a line in the audit log."""
        notes: list[Read] = []
        self._noting.append(notes)
        try:
            yield notes
        finally:
            self._noting.pop()

    def note(self, ask: Callable[[], Any], answer: Any) -> None:
        """Such an answer was read, by whatever is being worked out."""
        for notes in self._noting:
            notes.append((ask, answer))

    def asked_again(self, ask: Callable[[], Any], answer: Any) -> bool:
        """Whether what was read then is still so; also whoever asks now depends on it."""
        return bool(ask().equals(answer))


_now: ContextVar[RunMemo | None] = ContextVar("run", default=None)


@contextmanager
def one_run() -> Iterator[RunMemo]:
    """Around one run of a page."""
    memo = RunMemo()
    before = _now.set(memo)
    try:
        yield memo
    finally:
        _now.reset(before)


def current() -> RunMemo | None:
    """The run that goes on in this thread; None for a command or a nightly run, which read everything anew."""
    return _now.get()


def changed() -> None:
    """Something was written: what the run read before is not used again."""
    if (memo := _now.get()) is not None:
        memo.version = None


@dataclass
class KeptAnswers:
    """Answers about the application database in its latest version, for every run of the process."""

    _version: int = -1
    _answers: dict[Hashable, Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, key: Hashable, version: Callable[[], int]) -> Any:
        """What was kept under `key` in this version, which is asked for once a run; None outside a run."""
        memo = _now.get()
        if memo is None:
            return None
        if memo.version is None:
            memo.version = version()
        with self._lock:
            if memo.version > self._version:
                self._version, self._answers = memo.version, {}
            return self._answers.get(key) if memo.version == self._version else None

    def keep(self, key: Hashable, answer: Any) -> None:
        """Keep an answer that was read after its run had asked for the version."""
        memo = _now.get()
        with self._lock:
            if memo is not None and memo.version == self._version:
                if len(self._answers) >= KEPT:
                    self._answers.clear()
                self._answers[key] = answer
