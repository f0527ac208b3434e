"""The currency of all amounts of a process, put here once by the front door; nothing is ever converted."""

from __future__ import annotations

_CHOSEN = {"currency": "HKD"}


def use_currency(code: str) -> None:
    """From here on amounts of this process are written in `code`; called before anything is shown."""
    _CHOSEN["currency"] = code


def currency() -> str:
    """The code of the currency of all amounts, such as `HKD`."""
    return _CHOSEN["currency"]


def in_currency(text: str) -> str:
    """A sentence or label that was written with HKD, in the currency chosen."""
    return text.replace("HKD", currency())
