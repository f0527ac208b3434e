"""Whether two written names may be one person's: what tells the members of one household apart.

Names are compared word by word. The words of the shorter name must all be found in the longer one, in any order: as they
are, as an initial, run together, or with a slip in a long word. “K. Chan” may be “Kelvin Chan Ka Ming”; “Ben Chan” is
not “Anna Chan”. A name that is not known, or written in another script, speaks for nobody and against nobody.
"""

from __future__ import annotations

import unicodedata
from functools import cache

_TITLES = frozenset(
    ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "madam", "mme", "herr", "frau", "sr", "jr"]
)
_LONG = 4
"""From this many letters on, a word may have lost or doubled a letter; two neighbours may be swapped in any word."""
_LONGER = 6
"""From this many letters on, one letter may be another: Ben is not Ken, but Queenie may be Queanie."""


@cache
def agree(one: str | None, other: str | None) -> bool:
    """Whether nothing in two names, in small letters and without signs, speaks against one person."""
    if not one or not other or _is_latin(one) != _is_latin(other):
        return True
    first, second = _words(one), _words(other)
    if not first or not second or "".join(first) == "".join(second):
        return True
    shorter, longer = sorted((first, second), key=len)
    return _all_paired(shorter, list(longer))


def _all_paired(shorter: list[str], left: list[str]) -> bool:
    # Words that are equal are paired first, so that an initial does not take another's place.
    for alike in (_equal, _may_be):
        unpaired = []
        for word in shorter:
            partner = next((w for w in left if alike(word, w)), None)
            if partner is None:
                unpaired.append(word)
            else:
                left.remove(partner)
        shorter = unpaired
    return all(_run_together(word, left) for word in shorter)


def _run_together(word: str, left: list[str]) -> bool:
    """Whether a word is two neighbours of the other name, or its beginning: “kaming” of “ka ming”."""
    return any(a + b == word for a in left for b in left if a is not b) or any(
        w.startswith(word) and len(word) >= _LONG for w in left
    )


def _equal(one: str, other: str) -> bool:
    return one == other


def _may_be(one: str, other: str) -> bool:
    if not one.isascii() or not other.isascii():
        # A name of three signs has no letter to spare; a family name alone may be anybody's of that family.
        return one.startswith(other) or other.startswith(one) if min(len(one), len(other)) == 1 else False
    if 1 in (len(one), len(other)):
        return one[0] == other[0]
    return _slip(one, other)


def _slip(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < _LONG - 1 or len(longer) - len(shorter) > 1:
        return False
    if len(shorter) < len(longer):
        return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
    differ = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differ) == 2:
        i, j = differ
        return j == i + 1 and one[i] == other[j] and one[j] == other[i]
    return len(differ) == 1 and len(one) >= _LONGER


def is_full(name: str) -> bool:
    """Whether a name has a given name that tells one member of a family from another."""
    words = _words(name)
    return len([w for w in words if len(w) > 1]) > 1 if _is_latin(name) else len("".join(words)) > 1


@cache
def _words(name: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return [word for word in plain.split() if word not in _TITLES]


def _is_latin(name: str) -> bool:
    return any("a" <= letter <= "z" for letter in name)
