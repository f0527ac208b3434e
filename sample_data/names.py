"""Invented people: names, e-mail addresses and phone numbers, and the slips made in copying them.

A person's number decides e-mail and phone through a permutation, so both are unique without
a lookup.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sample_data.window import Flags, Ints

_LISTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
FAMILY, GIVEN, ENGLISH, FOREIGN = (_LISTS[name] for name in ("family", "given", "english", "foreign"))
DOMAINS = ("mail.example", "inbox.example", "webmail.example", "post.example", "netmail.example")
PRIMES = (9_973, 99_991, 999_983, 9_999_991, 99_999_989, 999_999_937)


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Full name, e-mail and the eight digits of a phone number, one per person."""

    name: pa.Array
    email: pa.Array
    phone: Ints


def pick(words: tuple[str, ...] | list[str], index: Ints) -> pa.Array:
    """The words at these positions; a negative position gives an empty cell."""
    index = np.asarray(index, dtype=np.int64)
    return pa.array(words).take(pa.array(np.maximum(index, 0), mask=index < 0))


def contacts(rng: np.random.Generator, numbers: Ints, people_in_all: int) -> Contact:
    """Name, e-mail and phone of each person number (unique below `people_in_all`)."""
    n = len(numbers)
    family, given, english = (rng.integers(0, len(w), n) for w in (FAMILY, GIVEN, ENGLISH))
    style = rng.choice(4, n, p=[0.58, 0.22, 0.12, 0.08])
    roman_family = pick([w.rsplit(" ", 1)[0] for w in FAMILY], family)
    roman_given = pick([w.rsplit(" ", 1)[0] for w in GIVEN], given)
    chinese = pc.binary_join_element_wise(
        pick([w.rsplit(" ", 1)[1] for w in FAMILY], family),
        pick([w.rsplit(" ", 1)[1] for w in GIVEN], given),
        "",
    )
    first = pick(ENGLISH, english)
    foreign = pick(FOREIGN, rng.integers(0, len(FOREIGN), n))
    name = pc.choose(
        pa.array(style),
        pc.binary_join_element_wise(first, roman_family, roman_given, " "),
        pc.binary_join_element_wise(roman_family, roman_given, " "),
        chinese,
        foreign,
    )
    prime = next(p for p in PRIMES if p > people_in_all)
    suffix = pa.array((numbers + 1) * 7_919 % prime).cast(pa.string())
    local = pc.choose(
        pa.array(style),
        pc.binary_join_element_wise(first, roman_family, "."),
        pc.binary_join_element_wise(roman_given, roman_family, "."),
        pc.binary_join_element_wise(roman_given, roman_family, "."),
        foreign,
    )
    local = pc.replace_substring(pc.utf8_lower(local), " ", "")
    domain = pick(DOMAINS, rng.integers(0, len(DOMAINS), n))
    email = pc.binary_join_element_wise(pc.binary_join_element_wise(local, suffix, ""), domain, "@")
    scrambled = (numbers + 1) * 18_273_641 % 30_000_000
    phone = np.array([5, 6, 9])[scrambled // 10_000_000] * 10_000_000 + scrambled % 10_000_000
    return Contact(name=name, email=email, phone=phone)


def misspell(rng: np.random.Generator, text: pa.Array, wrong: Flags) -> pa.Array:
    """The text as a hurried colleague types it, where `wrong` says so."""
    slips = (("example", "exmaple"), ("an", "na"), ("i", "ii"), ("e", "r"))
    out, which = text, rng.integers(0, len(slips), len(text))
    for number, (right, slip) in enumerate(slips):
        typed = pc.replace_substring(text, right, slip, max_replacements=1)
        out = pc.if_else(pa.array(wrong & (which == number)), typed, out)
    return out


def as_typed(rng: np.random.Generator, phone: Ints) -> pa.Array:
    """A phone number in one of the ways people write it; negative numbers are left out."""
    digits = pa.array(phone, mask=phone < 0).cast(pa.string())
    left, right = pc.utf8_slice_codeunits(digits, 0, 4), pc.utf8_slice_codeunits(digits, 4)
    spaced = pc.binary_join_element_wise(left, right, " ")
    return pc.choose(
        pa.array(rng.choice(4, len(phone), p=[0.4, 0.3, 0.2, 0.1])),
        pc.binary_join_element_wise("+852", spaced, " "),
        digits,
        spaced,
        pc.binary_join_element_wise("852", digits, "-"),
    )
