"""The packs of a meeting kept as text, in the change that records the meeting; each reads that of her own rights."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import select

from warehouse.access.audit import AuditEntry
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import meeting_packs as t
from warehouse.stores.connect import Stores
from workflow.collaboration import record_store

STEP = "hold"
"""The step that records a meeting."""


@dataclass(frozen=True, kw_only=True)
class PackText:
    """A pack as it was written."""

    content: str
    sha256: str
    kept_at: datetime


def hold(
    stores: Stores,
    viewer: Viewer,
    record_id: int,
    seen_version: int,
    values: Mapping[str, Any],
    contents: Mapping[str, str],
    as_of: date | None,
) -> str:
    """Record a meeting and keep its packs (audience → text), both or neither. Raises as `record_store.take_step`."""

    def keep(entry: AuditEntry) -> None:
        for whom, content in contents.items():
            entry.append(
                t,
                "kept",
                record_id=record_id,
                audience=whom,
                kind="meeting",
                as_of=as_of,
                sha256=_sum(content),
                content=content,
            )

    return record_store.take_step(stores, viewer, record_id, seen_version, STEP, values, also=keep)


def content(reader: Reader, record_id: int) -> PackText | None:
    """What was kept of a meeting for this reader; None where nothing was. A text that was altered is none."""
    rows = reader.rows(select(t).where(t.c.record_id == record_id))
    if len(rows) != 1 or _sum(rows[0].content) != rows[0].sha256:
        return None
    at = pd.Timestamp(rows[0].kept_at).to_pydatetime()
    return PackText(content=rows[0].content, sha256=rows[0].sha256, kept_at=at)


def _sum(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
