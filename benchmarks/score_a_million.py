"""What scoring with reasons costs: time and memory for a million customers, and for a queue of 20,000.

The customers are profiles of a bank's last night, drawn with replacement, with a profile of a week before for each.
Scoring without reasons is the other side of the ratio.

Usage: python benchmarks/score_a_million.py DATA_FOLDER [CUSTOMERS] (a bank after a night)
"""

import resource
import sys
import time
from datetime import datetime
from pathlib import Path

import numpy as np
from sqlalchemy import select
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).parents[1]))

from models.churn import churn_prediction, features, model_files
from models.churn.recipes import probabilities
from warehouse.access.reader import SYSTEM, Reader
from warehouse.schema import customer_profiles
from warehouse.settings import Settings
from warehouse.stores import connect
from workflow.scoring.training import MODELS


def _memory() -> float:
    """Gigabytes at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    stores = connect.open_stores(Settings(data_dir=Path(sys.argv[1])), datetime.now)
    model = model_files.load(stores.settings.data_dir / MODELS)
    profiles = Reader(stores, SYSTEM, stores.snapshot()).frame(select(customer_profiles))
    for count in (20_000, int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000):
        some = np.random.default_rng(0).integers(0, len(profiles), count)
        drawn = profiles.iloc[some].reset_index(drop=True)
        drawn["customer_id"] = np.arange(count).astype(str)
        before = _memory()
        begun = time.process_time()
        with threadpool_limits(limits=1):
            for start in range(0, count, churn_prediction.CHUNK):
                chunk = drawn.iloc[start : start + churn_prediction.CHUNK]
                probabilities(model.estimator, features.matrix(chunk, model.card.features))
        plain = time.process_time() - begun
        begun = time.process_time()
        with threadpool_limits(limits=1):
            for start in range(0, count, churn_prediction.CHUNK):
                churn_prediction.contributions(model, drawn.iloc[start : start + churn_prediction.CHUNK])
        exact = time.process_time() - begun
        begun = time.process_time()
        churn_prediction.score(model, drawn, week_ago=drawn)
        whole = time.process_time() - begun
        print(
            f"{count:,} customers: probabilities {plain:.1f} CPU s, exact shares {exact:.1f} CPU s, scored with reasons "
            f"{whole:.1f} CPU s (ratio {whole / plain:.1f}); memory {before:.2f} GB before, {_memory():.2f} GB at most"
        )
