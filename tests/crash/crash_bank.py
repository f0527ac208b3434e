"""Whether a bank is whole, whatever happened to the loads."""

from sqlalchemy import func, select

from warehouse.access.reader import SYSTEM, Reader
from warehouse.schema import UNIFIED_TABLES, loads
from warehouse.stores.connect import Stores


def close(stores: Stores) -> None:
    """Let go of everything a process would hold."""
    stores.app_db.dispose()
    for engine in (*stores._bank.values(), *getattr(stores.place, "_engines", {}).values()):
        engine.dispose()


def customers_of_a_whole_bank(stores: Stores) -> int:
    """How many customers the served bank has, after checking that every table has the rows its load counted."""
    reader = Reader(stores, SYSTEM, stores.snapshot())
    recorded = reader.frame(select(loads)).set_index("table_name")["row_count"]
    for table in UNIFIED_TABLES:
        counted = reader.frame(select(func.count().label("rows")).select_from(table))["rows"].item()
        assert counted == recorded[table.name], f"{table.name}: a mixture of two banks"
    return int(recorded["customers"])
