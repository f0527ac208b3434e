"""How often the volume check cries wolf, and what it finds: every Sunday of two years of the sample bank, one by one.

Usage: python benchmarks/volume_alarms.py DATA_FOLDER (with the sample bank loaded)
"""

import sys
from datetime import date, timedelta
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1]))

from warehouse.schema import UNIFIED_TABLES
from warehouse.validation import volume_checks

if __name__ == "__main__":
    place = Path(sys.argv[1])
    file = place / f"bank-{(place / 'current').read_text().strip()}.duckdb"
    judged = alarms = lost = detected = 0
    with duckdb.connect(str(file), read_only=True) as db:
        for table in UNIFIED_TABLES:
            column = table.info["happened_on"]
            if not column:
                continue
            counts = dict(
                db.execute(f"SELECT {column}::DATE, count(*) FROM unified.{table.name} GROUP BY 1").fetchall()
            )
            counts.pop(None, None)
            mine = 0
            for week in range(12, 104):
                day = date(2024, 7, 1) + timedelta(days=7 * week - 1)
                seen = {d: n for d, n in counts.items() if day - timedelta(days=400) <= d <= day}
                if len(seen) < 20:
                    continue
                judged += 1
                mine += bool(volume_checks.judge(seen, day).volume)
                # The same week with its middle half lost: four of seven days.
                gone = {day - timedelta(days=d) for d in (1, 2, 3, 4)}
                lost += 1
                detected += bool(
                    volume_checks.judge({d: n for d, n in seen.items() if d not in gone}, day).volume
                )
            alarms += mine
            print(f"{table.name:24} {mine} alarms")
    print(f"{alarms} alarms in {judged} whole weeks; {detected} of {lost} weeks with four days lost are told")
