"""What is not shown is not told by the way either: by another clock, a table beside the figure, a sentence or a goal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from metrics.catalogue import CATALOGUE
from metrics.definitions.scope import Period, Scope
from metrics.leads import backlog
from metrics.leads.stage_durations import STAGES, stays
from metrics.query.query import DENOMINATOR, Query, ask
from metrics.query.time_coverage import delivered_until
from models.churn import fitting
from models.value import lifetime_value
from tests.morning import stores_in
from tests.warehouse.onlookers import EVERYBODY
from warehouse.access import data_coverage
from warehouse.access.data_coverage import visible_failed_checks
from warehouse.access.reader import SYSTEM, Reader
from warehouse.access.roles import ROLES
from warehouse.errors import AccessRefused, ModelRefused
from warehouse.load.loading import load
from warehouse.schema import event_days
from warehouse.stores.connect import Stores
from workflow.goals.goal_outlook import with_path
from workflow.goals.goal_records import GoalDraft

SMALLEST = 10
JUNE = date(2026, 6, 30)
QUARTER = Period(date(2026, 4, 1), JUNE)
Loaded = Callable[[dict[str, str]], Stores]


@pytest.fixture
def loaded(tmp_path: Path) -> Iterator[Loaded]:
    """A bank of the given files as of the end of June."""
    stores = stores_in(tmp_path / "data")

    def of(files: dict[str, str]) -> Stores:
        folder = tmp_path / "extracts"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        load(stores, folder, as_of=JUNE)
        return stores

    yield of
    stores.app_db.dispose()


def _leads(won_until: date) -> str:
    """Three leads a day by e-mail and one in three days at events; each is won on its day, as far as was delivered."""
    lines, first = [], date(2026, 1, 1)
    for n in range((JUNE - first).days + 1):
        day = first + timedelta(days=n)
        for k, channel in enumerate(["email"] * 3 + ["event"] * (n % 3 == 0)):
            won = f"{day} 10:00" if day <= won_until else ""
            lines.append(f"L{n}-{k},{channel},{day} 09:00,{won}\n")
    return "lead_id,channel,created_at,won_at\n" + "".join(lines)


def test_a_figure_that_ends_earlier_than_its_part_does_not_tell_of_the_few_between(loaded: Loaded) -> None:
    """The leads of all days are shown beside a share of those of the days that were delivered."""
    stores = loaded({"leads.csv": _leads(date(2026, 6, 20))})
    everything, totals = (Reader(stores, who) for who in (SYSTEM, EVERYBODY["executive"]))
    covered = data_coverage.of(everything)
    assert covered is not None
    ratio = "lead_conversion"
    assert delivered_until(CATALOGUE[ratio], covered) < delivered_until(CATALOGUE["leads"], covered)
    question = Query.of(["leads", ratio], Scope(QUARTER), ["channel"], [QUARTER])
    true_, seen = (ask(question, reader).set_index("channel") for reader in (everything, totals))
    assert (true_["leads"] - true_[f"{ratio}{DENOMINATOR}"])["event"] in range(1, SMALLEST)
    assert not (seen["leads"] - seen[f"{ratio}{DENOMINATOR}"]).between(1, SMALLEST - 1).any()
    assert seen["leads"].tolist() == true_["leads"].tolist(), "the figure of all days stays"


def test_the_deals_won_beside_all_that_were_closed_do_not_tell_how_few_were_lost(loaded: Loaded) -> None:
    lines = [f"W{n},2026-04-{n % 28 + 1:02},2026-05-02,2026-06-{30 - n % 3},," for n in range(19)]
    lines += [f"L{n},2026-04-{n % 28 + 1:02},2026-05-02,,2026-06-{30 - n}," for n in range(8)]
    head = "lead_id,created_at,opportunity_at,won_at,lost_at,channel"
    stores = loaded({"leads.csv": "\n".join([head, *lines]) + "\n"})
    names = ["won", "opportunities_closed", "win_rate"]
    true_, seen = (
        ask(Query.of(names, Scope(QUARTER), (), [QUARTER]), Reader(stores, who)).iloc[0]
        for who in (SYSTEM, EVERYBODY["executive"])
    )
    assert (true_["won"], true_["opportunities_closed"]) == (19, 27)
    assert seen["opportunities_closed"] == 27
    assert np.isnan(seen["won"])
    assert np.isnan(seen["win_rate"])


def test_no_table_of_who_waits_tells_what_the_figure_under_the_same_filter_hides(loaded: Loaded) -> None:
    """By age and by stage: the whole less what a filter leaves would be the four leads of the events."""
    few = "".join(f"E{n},event,2026-05-0{n + 1} 09:00,\n" for n in range(4))
    many = "".join(f"M{n},email,2026-05-{n % 28 + 1:02} 09:00,\n" for n in range(40))
    taken = "".join(f"T{n},email,2026-05-02 09:00,2026-05-03 09:00\n" for n in range(2))
    stores = loaded({"leads.csv": f"lead_id,channel,created_at,contacted_at\n{few}{many}{taken}"})

    def counts(reader: Reader, *channels: str) -> list[float]:
        scope = Scope(QUARTER, (("channel", channels),))
        left, waits = stays(reader, scope, JUNE)[STAGES[0].label]
        return [
            backlog.never_taken_up_by_age(reader, JUNE, scope)["people"].sum(),
            backlog.never_taken_up_in_all(reader, JUNE, scope)["waiting__0"].sum(),
            left["people"].sum() + waits["people"].sum(),
        ]

    everything, totals = (Reader(stores, who) for who in (SYSTEM, EVERYBODY["marketing"]))
    assert counts(totals) == counts(everything) == [44, 44, 46]
    assert counts(everything, "email") == [40, 40, 42]
    assert counts(totals, "email") == [0, 0, 0]
    of_email = Scope(QUARTER, (("channel", ("email",)),))
    with pytest.raises(AccessRefused, match="channel and campaign together"):
        backlog.never_taken_up_by_campaign(totals, JUNE, of_email)


def test_two_periods_do_not_tell_how_long_the_few_between_them_have_waited(loaded: Loaded) -> None:
    many = "".join(f"M{n},2026-0{4 + n % 2}-{n % 28 + 1:02} 09:00\n" for n in range(40))
    few = "".join(f"E{n},2026-06-{29 + n % 2} 09:00\n" for n in range(4))
    stores = loaded({"leads.csv": f"lead_id,created_at\n{many}{few}"})
    spans = (QUARTER, Period(QUARTER.start, date(2026, 5, 31)))

    def waiting(who: str) -> list[float]:
        reader = Reader(stores, SYSTEM if who == "system" else EVERYBODY[who])
        return [sum(part["people"].sum() for part in stays(reader, Scope(p), JUNE)["Leads"]) for p in spans]

    assert waiting("system") == [44, 40]
    assert sorted(waiting("marketing")) in ([0, 40], [0, 44])


def test_no_goal_carries_a_figure_about_few_people_to_everybody(loaded: Loaded) -> None:
    """An analyst reads single leads and sets the goal; what it keeps of the year before is read in every role."""
    few = "".join(f"E{n},event,2025-05-0{n + 1} 09:00\n" for n in range(4))
    many = "".join(f"M{n},email,2025-05-{n % 28 + 1:02} 09:00\n" for n in range(40))
    late = "".join(f"L{n},email,2025-06-30 09:00\n" for n in range(12))
    stores = loaded({"leads.csv": f"lead_id,channel,created_at\n{few}{many}{late}"})
    analyst = Reader(stores, EVERYBODY["analyst"])
    kept = {
        channel: with_path(
            GoalDraft(
                metric="leads",
                target=50.0,
                span=QUARTER,
                owner="Marketing",
                filters=(("channel", (channel,)),),
            ),
            analyst,
        )
        for channel in ("event", "email")
    }
    assert kept["event"].baseline is None
    assert kept["email"].baseline is None, "the whole less e-mail would tell of the events"
    whole = GoalDraft(metric="leads", target=50.0, span=QUARTER, owner="Marketing")
    assert with_path(whole, analyst).baseline == 56


@pytest.mark.parametrize("left", [0, 3, 9])
def test_no_sentence_about_a_missing_model_counts_who_left(left: int) -> None:
    """Everybody reads why there is none."""
    gone = np.arange(500) < left
    people = pd.DataFrame(
        {"months_seen": 12, "left": gone.astype(int), "customer_id": np.arange(500).astype(str)}
    )
    with pytest.raises(ModelRefused) as values:
        lifetime_value.fit(people, pd.DataFrame())
    with pytest.raises(ModelRefused) as churn:
        fitting._enough(gone.astype(float), gone.astype(float))
    for refusal in (values, churn):
        assert f" {left} " not in str(refusal.value)


def test_a_check_of_a_table_that_nobody_of_a_role_sees_counts_no_few_rows(loaded: Loaded) -> None:
    rows = "".join(f"A{n},Sales,trust,2026-05-0{n + 1},3\n" for n in range(5))
    later = "A8,Sales,trust,2026-07-01,3\nA9,Sales,trust,2026-07-01,3\n"
    stores = loaded({"staff_surveys.csv": f"answer_id,department,question,answered_on,score\n{rows}{later}"})
    for role in ROLES:
        failed_checks = visible_failed_checks(Reader(stores, EVERYBODY[role]))
        count = failed_checks[failed_checks["table_name"] == "staff_surveys"]["row_count"]
        assert set(count.dropna()) <= {2}
        assert count.notna().any() == (role in ("analyst", "administrator")), role


def test_the_days_of_the_columns_are_read_row_by_row_only_by_who_mends_them(night: Stores) -> None:
    """How many rows have no date may be few; figures say it through `metrics.query.missing_reasons`, which knows who reads."""
    for role, viewer in EVERYBODY.items():
        reader = Reader(night, viewer)
        if role in ("analyst", "administrator"):
            assert len(reader.frame(event_days.select()))
        else:
            with pytest.raises(AccessRefused):
                reader.frame(event_days.select())
