"""Which files the app named to which session: what was offered to one is given to nobody else, who signed in or not.

Streamlit serves a file to whoever has its address, and makes one ready for whoever knows the number of its button. The
gate reads along what is sent to each window and remembers both, for the session's own requests.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable

MOST_SESSIONS, MOST_FILES = 10_000, 5_000
"""Of so many sessions, and of each so many files, it is remembered what they were offered; the earliest go."""
_ADDRESS = re.compile(rb"/media/([0-9A-Za-z]+)")
_BUTTON = re.compile(rb" ([0-9a-f]{32})")
"""A text of 32 letters in Streamlit's messages: its length is the sign before it."""


class HandedOut:
    """Session → the files and buttons it was told of."""

    def __init__(self) -> None:
        self._of: OrderedDict[str, OrderedDict[str, None]] = OrderedDict()

    def read_along(self, session: str, data: bytes) -> None:
        """Remember what a message to one of the session's windows names."""
        # What else has that length does no harm: nothing is made ready by its name.
        if named := _BUTTON.findall(data) + (_ADDRESS.findall(data) if b"/media/" in data else []):
            self._remember(session, named)

    def was_offered(self, session: str, file: str) -> bool:
        """Whether the session was told of a file (its name may have an ending) or of a button that makes one."""
        return file.partition(".")[0] in self._of.get(session, ())

    def _remember(self, session: str, names: Iterable[bytes]) -> None:
        files = self._of.setdefault(session, OrderedDict())
        self._of.move_to_end(session)
        for name in names:
            files[name.decode()] = None
            files.move_to_end(name.decode())
        while len(files) > MOST_FILES:
            files.popitem(last=False)
        while len(self._of) > MOST_SESSIONS:
            self._of.popitem(last=False)
