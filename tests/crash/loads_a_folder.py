"""Loads a folder as one process of its own, which a test may kill. Says “ready” when the load itself begins."""

import sys
from pathlib import Path

from tests.morning import MORNING
from warehouse.load.loading import load
from warehouse.settings import Settings
from warehouse.stores.connect import open_stores

if __name__ == "__main__":
    data, folder, url = sys.argv[1:4]
    stores = open_stores(Settings(data_dir=Path(data), warehouse_url=url), lambda: MORNING)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    load(stores, Path(folder), sample=True)
    sys.stdout.write("loaded\n")
