"""Which department has read and accepts which version of a definition; a new version is put to all of them again."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import select

from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import version
from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import acknowledgements as t
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores

DEPARTMENTS = {
    "marketing": "Marketing",
    "sales": "Sales",
    "relationship_manager": "Relationship managers",
    "team_lead": "Relationship managers",
    "service": "Service",
    "analyst": "Analytics",
    "executive": "Management",
}
"""Role → the department it speaks for."""


def acknowledge(stores: Stores, viewer: Viewer, metric: str, seen_version: str) -> None:
    """Record that the viewer's department accepts the version of a definition that she had on screen.

    Raises AccessRefused for a role of no department, ChangeRefused if the metric is unknown, the version is not the
    current one, or the department has accepted it already.
    """
    department = DEPARTMENTS.get(viewer.role)
    if department is None:
        sentence = "Your role speaks for no department that uses these figures. Nothing was recorded."
        audit.refuse(stores, viewer, "acknowledgement.refused", sentence, metric)
    if metric not in CATALOGUE:
        raise ChangeRefused(f"There is no metric called “{metric}”. The dictionary lists them all.")
    if seen_version != version(CATALOGUE[metric]):
        raise ChangeRefused("The definition has changed since you read it. Read the new version first.")
    with audit.entry(
        stores, viewer.username, "acknowledgement.give", metric, f"version {seen_version}"
    ) as entry:
        same = (t.c.metric == metric, t.c.version == seen_version, t.c.department == department)
        if entry.app_db.execute(select(t).where(*same)).first():
            raise ChangeRefused(f"{department} has already accepted this version.")
        entry.append(t, "acknowledged", metric=metric, version=seen_version, department=department)


def given(reader: Reader) -> pd.DataFrame:
    """Every acknowledgement, latest first; columns of `app_db.acknowledgements`."""
    return reader.frame(select(t).order_by(t.c.acknowledgement_id.desc()))
