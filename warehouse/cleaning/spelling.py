"""Spellings of one word: “Email”, “email ” and “ＥＭＡＩＬ” are one word, as are “time deposit” and “time_deposit”.

Two spellings are one word if they differ only in capitals, in blanks, in underscores for blanks or in how Unicode writes
a letter. Nothing is guessed beyond that: “e-mail” is another word until the bank's own list says otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

BLANKS = " \t\r\n\u00a0\u2007\u202f\u3000\u200b\u200c\u200d\u2060\ufeff"
"""What looks like nothing at the end of a word, some of it in no font at all."""
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")


def tidy(text: str) -> str:
    """The word as one would write it: no invisible letters, one blank between its parts, none around it."""
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return " ".join(visible.split())


def word_of(text: str) -> str:
    """What is equal for all spellings of one word."""
    return " ".join(unicodedata.normalize("NFKC", tidy(text)).casefold().replace("_", " ").split())


def chosen(
    spellings: Mapping[str, int], settled: Iterable[str] = (), before: Mapping[str, int] | None = None
) -> dict[str, str]:
    """For each spelling the one to use.

    `spellings` are counted in rows. A spelling in `settled` (the contract's, the bank's list) wins, then the one the bank
    of `before` uses, then the commonest; of equally common ones the first in order.
    """
    spelling_of = {word_of(word): word for word in settled}
    for word, _ in sorted((before or {}).items(), key=lambda item: (-item[1], item[0])):
        spelling_of.setdefault(word_of(word), word)
    rows: dict[str, dict[str, int]] = {}
    for spelling, count in spellings.items():
        counts = rows.setdefault(word_of(spelling), {})
        counts[tidy(spelling)] = counts.get(tidy(spelling), 0) + count
    for word, counts in rows.items():
        spelling_of.setdefault(word, min(counts, key=lambda s: (-counts[s], s)))
    return {spelling: spelling_of[word_of(spelling)] for spelling in spellings}
