"""How much of what can be known the churn model finds: its ROC-AUC beside that of the sample bank's own probabilities.

The generator writes the probability it drew each departure from, and the same without the trait that nobody observes.
Both are judged on the same customers and departures as the model, on the day the model is judged by.

Usage: python benchmarks/churn_ceiling.py DATA_FOLDER EXTRACTS (the sample bank, loaded; and the folder it was written to)
"""

import sys
from datetime import datetime
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from models.churn import fitting
from models.evaluation import prediction_metrics
from warehouse.access import data_coverage
from warehouse.access.reader import SYSTEM, Reader
from warehouse.settings import Settings
from warehouse.stores import connect
from workflow.scoring.training import examples

if __name__ == "__main__":
    stores = connect.open_stores(Settings(data_dir=Path(sys.argv[1])), datetime.now)
    reader = Reader(stores, SYSTEM, stores.snapshot())
    rows = examples(
        reader, stores.settings, data_coverage.as_of(reader), data_coverage.available_columns(reader)
    )
    card = fitting.fit(rows, source="sample").card
    truth = pd.read_parquet(Path(sys.argv[2]) / "truth" / "churn_probability.parquet")
    day = pd.to_datetime(rows["as_of"]).dt.date
    judged = rows[day == card.judged_on].merge(
        truth[pd.to_datetime(truth["as_of"]).dt.date == card.judged_on],
        on="customer_id",
        validate="one_to_one",
    )
    left = judged["left_in_window"].to_numpy(dtype=float)
    model = card.figures["model"]
    print(f"judged on {card.judged_on}: {len(left):,} customers, {left.sum():,.0f} left; {card.version}")
    print(f"model: ROC-AUC {model['roc_auc']['value']:.4f}, PR-AUC {model['pr_auc']['value']:.4f}")
    for name in ("probability", "observable_probability"):
        figures = prediction_metrics.judge(left, judged[name].to_numpy(), resamples=2)
        most = figures["roc_auc"].value
        reached = (model["roc_auc"]["value"] - 0.5) / (most - 0.5)
        print(
            f"{name}: ROC-AUC {most:.4f}, PR-AUC {figures['pr_auc'].value:.4f}; reached {reached:.1%} of its excess"
        )
