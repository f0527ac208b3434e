"""Sends what waits in one data folder, as a program of its own, so that a test can kill it."""

import os
import sys
from datetime import datetime
from pathlib import Path

from tests.workflow.receivers import ADDRESS
from warehouse.settings import Settings
from warehouse.stores.connect import open_stores
from workflow.messages import sending

if __name__ == "__main__":
    folder, app_db_url, at = sys.argv[1:]
    choices = Settings(data_dir=Path(folder), app_db_url=app_db_url, app_address=ADDRESS)
    stores = open_stores(choices, lambda: datetime.fromisoformat(at))
    sys.stdout.write(f"{sending.send(stores, 'weekly', os.environ)}\n")
