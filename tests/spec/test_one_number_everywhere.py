"""200 random scopes: the figure of a page, of a goal's month, of the rows behind it and of its file is one number."""

from __future__ import annotations

import csv
import io
import math
import random
from datetime import date, timedelta

import pytest

from metrics import CATALOGUE, query, rows
from metrics.measure import Measure
from metrics.query import Question
from metrics.scope import Period, Scope, month
from reports.export import Sheet, export
from warehouse.access import Reader, Viewer
from warehouse.connect import Stores

ANALYST = Viewer("amy", "Amy Chan", "analyst")
COUNTS = sorted(n for n, m in CATALOGUE.items() if isinstance(m, Measure) and m.total == "count")
FILTERS = {
    "channel": ("email", "social", "branch"),
    "product": ("savings", "card"),
    "segment": ("mass", "private"),
}
EDGES = (
    Period(date(2024, 2, 29), date(2024, 2, 29)),  # a leap day
    Period(date(2026, 3, 29), date(2026, 3, 29)),  # clocks change in Europe, not in Hong Kong
    Period(date(2025, 12, 31), date(2026, 1, 1)),
    Period(date(2031, 1, 1), date(2031, 12, 31)),  # not yet
    Period(date(1999, 1, 1), date(1999, 1, 31)),  # nothing there
)


def _scopes(count: int) -> list[tuple[str, Scope]]:
    drawn = random.Random(4)
    found = []
    while len(found) < count:
        start = date(2024, 1, 1) + timedelta(days=drawn.randrange(1000))
        period = drawn.choice([Period(start, start + timedelta(days=drawn.randrange(200))), *EDGES])
        picked = drawn.sample(sorted(FILTERS), drawn.randrange(3))
        scope = Scope(period, tuple((d, (drawn.choice(FILTERS[d]),)) for d in picked))
        name = drawn.choice(COUNTS)
        if query.unanswerable(name, Question.of([name], scope)) is None:
            found.append((name, scope))
    return found


def test_two_hundred_scopes_give_one_number_on_page_rows_and_file(own_bank: Stores) -> None:
    reader = Reader(own_bank, ANALYST, own_bank.snapshot())
    for position, (name, scope) in enumerate(_scopes(200)):
        measure = CATALOGUE[name]
        assert isinstance(measure, Measure)
        alone = query.ask(Question.of([name], scope, periods=[scope.period]), reader)[name].iloc[0]
        # A card asks for the figure with its period before and its trend, a goal month by month.
        periods = (scope.period, scope.period.before(), month(2026, 3))
        card = query.ask(Question.of([name], scope, periods=periods), reader)
        assert card.loc[card["period"] == 0, name].item() == alone
        statement = rows.behind(measure, scope)
        assert int(reader.frame(rows.number_of(statement))["n"].iloc[0]) == alone
        if position % 10 == 0:
            sheet = Sheet(title=name, content=lambda _viewer, s=statement: reader.frame(s))
            made = export(own_bank, sheet, "csv", ANALYST, ANALYST).decode("utf-8-sig")
            lines = [r for r in csv.reader(io.StringIO(made, newline="")) if not r[0].startswith("# ")]
            assert len(lines) - 1 == alone


@pytest.mark.parametrize("period", EDGES[3:], ids=lambda p: p.in_words())
@pytest.mark.parametrize("name", ["leads", "won", "win_rate", "revenue"])
def test_where_nothing_happened_a_count_is_0_and_a_share_or_a_sum_is_not_known(
    name: str, period: Period, loaded: Stores
) -> None:
    value = query.ask(Question.of([name], Scope(period), periods=[period]), Reader(loaded, ANALYST))[
        name
    ].iloc[0]
    assert value == 0 if name in ("leads", "won") else math.isnan(value)
