"""A review or a meeting's pack as text and back: typed values, so that what was kept is read as it was written."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from reports.review.review_document import Review

Document = TypeVar("Document")


def as_text(document: object) -> str:
    """A review, or another document of plain values, as JSON."""
    return json.dumps(_plain(document), ensure_ascii=False)


def from_text(text: str) -> Review:
    """The review behind `as_text`; what an older version did not keep has its default."""
    return document_from_text(text, Review)


def document_from_text(text: str, kind: type[Document]) -> Document:
    """The document of a kind behind `as_text`; what an older version did not keep has its default."""
    document: Document = _typed(json.loads(text), kind)
    return document


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return value.item() if isinstance(value, np.generic) else value


def _typed(value: Any, kind: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        if value is None:
            return None
        kind = next(k for k in get_args(kind) if k is not NoneType)
    if get_origin(kind) is tuple:
        return tuple(_typed(v, get_args(kind)[0]) for v in value)
    if get_origin(kind) is Literal:
        return value
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(**{f.name: _typed(value[f.name], hints[f.name]) for f in fields(kind) if f.name in value})
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    if kind is float:
        return float(value)
    return kind(value) if isinstance(kind, type) and issubclass(kind, Enum) else value
