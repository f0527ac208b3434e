"""Passwords: what a new one must be, and one price for checking any of them, known user or not.

streamlit-authenticator brings the bcrypt (`Hasher`). Its `Validator` caps passwords at 20 characters and asks for
four kinds of character, which punishes passphrases, so length and variety are judged here instead.
"""

from __future__ import annotations

import re

from streamlit_authenticator.utilities.hasher import Hasher

from warehouse.errors import ChangeRefused

SHORTEST, LONGEST = 12, 64
BCRYPT_READS = 72
"""bcrypt reads this many bytes and no more; a longer password would be cut in silence, or crash."""
COST = 12
"""The bcrypt cost of every hash. One cost for all, or the time of an answer would tell whose account is old."""

NOBODYS = "$2b$12$/x8kQZVlzzeG9CREGNNmgu5Bco.DADkE61YHEttAN5nbvunCVzUTe"
"""The hash of a random text that was thrown away: what an unknown user's password is compared with."""


def hash_new(password: str, username: str) -> str:
    """The hash of a new password. Raises ChangeRefused with a sentence if it is too easy or cannot be hashed."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ChangeRefused(
            f"A password has {SHORTEST} to {LONGEST} characters; a sentence you can remember is best. "
            f"This one has {len(password)}."
        )
    if any(not letter.isprintable() for letter in password):
        raise ChangeRefused("A password cannot contain tabs, line ends or invisible characters.")
    if len(password.encode()) > BCRYPT_READS:
        raise ChangeRefused(
            "This password has letters that need several bytes each, and is too long for that reason. "
            "About 24 Chinese characters are the limit."
        )
    if len(set(password)) < 5 or username in password.casefold():
        raise ChangeRefused(
            "This password is easy to guess: it repeats few characters or contains the user name. Choose another."
        )
    return str(Hasher.hash(password))


def check_imported(hashed: str, username: str) -> str:
    """A hash made elsewhere, if it has our cost. Raises ChangeRefused otherwise."""
    if not re.fullmatch(rf"\$2[aby]\${COST:02d}\$[./A-Za-z0-9]{{53}}", hashed):
        raise ChangeRefused(
            f"The password hash of “{username}” is not bcrypt with cost {COST}. "
            "Hash it again with streamlit-authenticator, or give a new password."
        )
    return hashed


def fits(password: str, hashed: str | None) -> bool:
    """Whether `password` belongs to `hashed`; without a hash the same bcrypt runs, and the answer is no."""
    # What `hash_new` would not take is in no password of ours; half a character could not even be written as bytes.
    readable = password.isprintable() and 0 < len(password.encode()) <= BCRYPT_READS
    # A password bcrypt cannot read is replaced, not skipped: the time to say no must not differ.
    matched = Hasher.check_pw(password if readable else "unreadable", hashed or NOBODYS)
    return bool(matched) and readable and hashed is not None
