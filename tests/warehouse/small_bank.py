"""A bank of a few lines, written as the files a department would hand over."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Select, select

from warehouse import schema
from warehouse.access.reader import SYSTEM, Reader
from warehouse.schema import UNIFIED_TABLES
from warehouse.stores.connect import Stores

NOT_KNOWN = "not known"
FILES = {
    "relationship_managers.csv": "rm_id,name,team\nR1,Amy Chan,Central\nR2,Ben Ho,Kowloon\n",
    "customers.csv": (
        "customer_id,full_name,segment,joined_on,rm_id,marketing_consent\n"
        "C1,Chan Tai Man,mass,2024-01-05,R1,true\n"
        "C2,Lee Siu Ming,private,2024-02-06,R2,\n"
        "C3,Wong Ka Yan,,2024-03-07,R1,false\n"
    ),
    "accounts.csv": (
        "account_id,customer_id,product,opened_on\nA1,C1,savings,2024-01-05\nA2,C2,card,2024-02-06\n"
    ),
    "balances.csv": "account_id,customer_id,month_on,balance\nA1,C1,2026-05-31,10.50\nA2,C2,2026-06-30,-3\n",
}


def write(folder: Path, **changed: str | None) -> Path:
    """The files, some of them replaced (`customers_csv="…"`) or left out (None)."""
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, str | None] = dict(FILES)
    for name, text in changed.items():
        stem, _, suffix = name.rpartition("_")
        files[f"{stem}.{suffix}"] = text
    for name, text in files.items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    return folder


def content(stores: Stores) -> dict[str, list[tuple]]:
    """Every row of every unified table, in an order of its own."""
    reader = Reader(stores, SYSTEM)
    return {t.name: in_order(reader, select(t)) for t in UNIFIED_TABLES}


def in_order(reader: Reader, statement: Select) -> list[tuple]:
    frame = reader.frame(statement).astype(object)
    texts = frame.map(str).where(frame.notna(), NOT_KNOWN)
    return sorted(texts.itertuples(index=False, name=None))


def fingerprint(stores: Stores) -> dict[str, tuple]:
    """How many rows each unified table has, and a sum over all their values that does not depend on their order."""
    with stores.bank().connect() as bank:
        return {
            t.name: tuple(bank.exec_driver_sql(f"SELECT count(*), sum(hash(t)) FROM {t.fullname} t").one())
            for t in UNIFIED_TABLES
        }


def left_in(stores: Stores) -> set[str]:
    """What lies in the data folder, apart from the application database."""
    return {f.name for f in stores.settings.data_dir.iterdir() if not f.name.startswith("app_db.")}


def names(stores: Stores) -> set[str]:
    return set(Reader(stores, SYSTEM).frame(select(schema.customers.c.full_name))["full_name"])
