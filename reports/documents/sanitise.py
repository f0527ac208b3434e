"""Text on its way into a document: nothing in it can break the file, and what belongs together stays on one line."""

from __future__ import annotations

import re

from metrics.comparison.currency import currency

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped: most control characters, half surrogate pairs, U+FFFE and U+FFFF."""
_SPACES = re.compile(r"[ \t]+")
_TIED = re.compile(r" (?=– )|(?<=\d) (?=points?\b|days?\b|hours?\b|m\b)|(?<=\bn) (?==)|(?<=\bn =) ")
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAYS = re.compile(rf"(?<=\d) (?={_MONTH}\b)|(?<=\d .{{3}}) (?=\d{{4}}\b)")


def legible(text: str) -> str:
    """`text` without what a document cannot hold; each line break is one `\\n`."""
    lines = re.split(r"\r\n|[\r\n\u2028\u2029\x0b\x0c\x85]", text)
    cleaned = (_SPACES.sub(" ", _ILLEGAL.sub("", line)).strip() for line in lines)
    return "\n".join(line for line in cleaned if line)


def one_line(text: str) -> str:
    """The same without line breaks, for titles and names."""
    return " ".join(legible(text).split("\n"))


def tied(text: str) -> str:
    """`text` with spaces that do not break inside `1.8%`, `HKD 5,000` and `30 Jun`, and before a short last word."""
    text = _DAYS.sub("\u00a0", _TIED.sub("\u00a0", text))
    text = re.sub(rf"(?<=\b{currency()}) (?=[−\d])", "\u00a0", text)
    head, space, last = text.rpartition(" ")
    return f"{head}\u00a0{last}" if space and head.count(" ") > 2 and len(last) < 12 else text
