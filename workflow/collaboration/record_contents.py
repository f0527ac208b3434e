"""What a person filled in, checked field by field: what is kept is plain text, numbers, ISO days and lists of texts."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from warehouse.errors import ChangeRefused
from workflow.collaboration.record_kind import DEPARTMENTS, RecordField

MOST_LINES = 40
LAST_YEAR = 2100
AGAIN = "Nothing was saved; what you filled in is kept."


def checked(fields: Iterable[RecordField], values: Mapping[str, Any]) -> dict[str, Any]:
    """The contents of `fields`. Raises ChangeRefused, with a sentence that names the field, for what does not fit."""
    return {field.name: checked_field(field, values.get(field.name)) for field in fields}


def check_days(fields: Iterable[RecordField], contents: Mapping[str, Any], today: date) -> None:
    """Raise ChangeRefused for a day that had to lie ahead and does not."""
    for field in fields:
        day = contents.get(field.name)
        if field.future and isinstance(day, str) and date.fromisoformat(day) <= today:
            raise ChangeRefused(f"“{field.words}” lies ahead: choose a day after today. {AGAIN}")


def checked_field(field: RecordField, value: Any) -> Any:
    """What is kept of one field; empty is "", None or an empty list, by its kind."""
    kept = _kept(field, value)
    if field.needed and kept in ("", None, []):
        raise ChangeRefused(f"“{field.words}” is empty. Fill it in and save again. {AGAIN}")
    return kept


def _kept(field: RecordField, value: Any) -> Any:
    if field.kind == "day":
        return _day(field, value)
    if field.kind == "number":
        return _number(field, value)
    if field.kind == "departments":
        return _listed(field, value or [], DEPARTMENTS)
    if field.kind == "choice":
        chosen = str(value or "")
        if chosen and chosen not in field.choices:
            raise ChangeRefused(f"“{chosen[:60]}” is no choice for “{field.words}”. {AGAIN}")
        return chosen
    text = "\n".join(" ".join(line.split()) for line in str(value or "").strip().splitlines())
    _check_letters(field, text)
    if len(text) > field.longest:
        raise ChangeRefused(
            f"“{field.words}” has {len(text):,} characters; {field.longest:,} fit. Shorten it and save again. {AGAIN}"
        )
    if field.kind == "line":
        return " ".join(text.split())
    if field.kind == "lines":
        lines = [line for line in text.splitlines() if line]
        if len(lines) > MOST_LINES:
            raise ChangeRefused(f"“{field.words}” has {len(lines)} lines; {MOST_LINES} fit. {AGAIN}")
        return lines
    return text


def _check_letters(field: RecordField, text: str) -> None:
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") and c != "\n" for c in text):
        raise ChangeRefused(
            f"“{field.words}” has a character that cannot be seen. Type it again rather than copying it. {AGAIN}"
        )


def _day(field: RecordField, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, date):
        raise ChangeRefused(f"“{field.words}” needs one day. Choose it and save again. {AGAIN}")
    if value.year > LAST_YEAR:
        raise ChangeRefused(
            f"“{field.words}” lies too far ahead: choose a day before the year {LAST_YEAR + 1}. {AGAIN}"
        )
    return date(value.year, value.month, value.day).isoformat()


def _number(field: RecordField, value: Any) -> float | None:
    if value is None or value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise ChangeRefused(f"“{field.words}” needs a number, such as 1200 or 2.5. {AGAIN}")
    return number


def _listed(field: RecordField, value: Any, choices: Iterable[str]) -> list[str]:
    offered = list(choices)
    chosen = [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)]
    if strange := next((v for v in chosen if v not in offered), None):
        raise ChangeRefused(f"“{strange[:60]}” is no choice for “{field.words}”. {AGAIN}")
    return [v for v in offered if v in chosen]
