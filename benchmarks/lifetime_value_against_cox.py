"""How well our monthly chances to leave order customers, against Cox's model of lifelines, both on customers held back.

lifelines needs an older pandas than this project, so it runs in an environment of its own:

    python benchmarks/lifetime_value_against_cox.py DATA_DIR SHARED.csv        # ours; writes what both look at
    /elsewhere/bin/python benchmarks/lifetime_value_against_cox.py SHARED.csv  # Cox, and both figures

Everybody present a year before the last full day, described as of then, is followed for 12 months; half of them, by a
fixed hash, are learned from, the others judged by the C-index (Harrell 1982). Both see the same columns.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))


def ours(data_dir: str, shared: str) -> None:
    """Fit on one half, and write the columns, what came, and our score of everybody."""
    from datetime import datetime

    import pandas as pd

    from metrics.definitions.scope import last_full_month, month
    from models.value import lifetime_value
    from warehouse.access import data_coverage
    from warehouse.access.reader import SYSTEM, Reader
    from warehouse.schema import revenues
    from warehouse.settings import Settings
    from warehouse.stores import connect
    from workflow.scoring import valuation

    stores = connect.open_stores(Settings(data_dir=Path(data_dir)), datetime.now)
    reader = Reader(stores, SYSTEM, stores.snapshot())
    as_of, available = data_coverage.as_of(reader), data_coverage.available_columns(reader)
    end = last_full_month(as_of).end
    then = month(end.year - 1, end.month).end
    people = valuation._people(reader, then, available)
    left = pd.to_datetime(people.pop("left_on"))
    gone = (left.dt.year * 12 + left.dt.month) - valuation.month_number(then)
    people["left"] = (gone <= 12).astype(int)
    people["months_seen"] = gone.clip(lower=1).where(gone <= 12, 12).astype(int)
    growth = reader.frame(valuation._growth(then, as_of, revenues.c.revenue - revenues.c.cost_to_serve))
    growth = growth.assign(ahead=valuation._ahead(growth["month_on"], then))
    learned = pd.util.hash_pandas_object(people["customer_id"], index=False) % 2 == 0
    model = lifetime_value.fit(people[learned], growth)
    raw = lifetime_value._matrix(people, model.channels)
    columns = pd.DataFrame(lifetime_value._standard(raw, model.centre, model.scale)).add_prefix("x")
    columns["tenure"] = lifetime_value._months_with_us(people)
    columns["left"], columns["months"] = people["left"].to_numpy(), people["months_seen"].to_numpy()
    columns["learned"] = learned.to_numpy()
    columns["ours"] = 1 - lifetime_value.survival(model, people, 12)[:, -1]
    columns.to_csv(shared, index=False)


def cox(shared: str) -> None:
    """Cox on the same half, and the C-index of both on the other."""
    import numpy as np
    import pandas as pd
    from lifelines import CoxPHFitter
    from lifelines.utils import concordance_index

    rows = pd.read_csv(shared)
    rows["tenure"] = np.log1p(rows["tenure"])
    x = [c for c in rows if c.startswith("x")]
    varying = [c for c in x if rows.loc[rows["learned"], c].std() > 0] + ["tenure"]
    train, test = rows[rows["learned"]], rows[~rows["learned"]]
    fitted = CoxPHFitter(penalizer=1e-4).fit(train[[*varying, "months", "left"]], "months", "left")
    theirs = concordance_index(test["months"], -fitted.predict_partial_hazard(test[varying]), test["left"])
    mine = concordance_index(test["months"], -test["ours"], test["left"])
    print(f"judged: {len(test):,} customers, {int(test['left'].sum()):,} left")
    print(f"C-index ours {mine:.4f}, Cox {theirs:.4f}, difference {mine - theirs:+.4f}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        ours(*sys.argv[1:])
    else:
        cox(sys.argv[1])
