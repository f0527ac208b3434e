"""What the night keeps about the model: its card, its checks, tonight's drift, and what became of older scores."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from sqlalchemy import Table, select

from cli.__main__ import main
from metrics.customers.departures import departures
from metrics.customers.profile import profile
from models.churn import model_files
from models.churn.churn_prediction import MODEL
from warehouse.access.data_coverage import available_columns
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.roles import ROLES
from warehouse.errors import AccessRefused
from warehouse.load.loading import next_snapshot
from warehouse.schema import accounts, customer_scores, customers, model_cards, model_checks
from warehouse.stores.connect import Stores
from workflow import nightly
from workflow.scoring import model_card_text
from workflow.scoring.model_monitoring import CALIBRATION, DRIFT, week_before
from workflow.scoring.training import MODELS

# One worker builds the bank these share; the other goes on elsewhere meanwhile.
pytestmark = pytest.mark.xdist_group("night-4000")

AS_OF = date(2026, 6, 30)
SEEN_BY = {"analyst", "executive", "team_lead"}


def _all(stores: Stores, table: Table) -> pd.DataFrame:
    return Reader(stores, SYSTEM).frame(select(table))


def test_the_card_and_every_check_are_kept_beside_the_scores(
    copied: Callable[[Path], Stores], after_a_night: Path
) -> None:
    stores = copied(after_a_night)
    model = model_files.load(stores.settings.data_dir / MODELS)
    (card,) = _all(stores, model_cards).to_dict("records")
    assert card["model_version"] == model.card.version
    assert card["sha256"] == model.sha256
    assert card["features"].split() == list(model.card.features)
    checks = _all(stores, model_checks)
    assert len(checks) == len(model.card.checks) + len(model.card.features) + 1
    tonight = checks[checks["check_name"] == DRIFT]
    assert set(tonight["part"]) == {*model.card.features, "score"}
    assert set(pd.to_datetime(tonight["day"]).dt.date) == {AS_OF}


def test_the_page_reads_its_finding_from_them(copied: Callable[[Path], Stores], after_a_night: Path) -> None:
    card = model_card_text.current(Reader(copied(after_a_night), SYSTEM))
    assert card is not None
    assert model_card_text.headline(card).startswith("Of the ")
    assert len(card.of("fairness by age band")) >= 12
    assert "PSI" in model_card_text.drift_words(model_card_text.drift_by_month(card))


def test_no_check_is_about_fewer_than_ten_people(
    copied: Callable[[Path], Stores], after_a_night: Path
) -> None:
    checks = _all(copied(after_a_night), model_checks)
    assert not (checks["n"] < 10).any()
    assert checks.loc[checks["n"].isna(), ["value", "low", "high"]].isna().all().all()


@pytest.mark.parametrize("role", ROLES)
def test_only_those_who_have_the_page_see_the_checks(
    role: str, copied: Callable[[Path], Stores], after_a_night: Path
) -> None:
    viewer = Viewer("someone", "Someone", role, rm_id="RM01", team="Central")
    door = Reader(copied(after_a_night), viewer)
    if role in SEEN_BY:
        assert not door.frame(select(model_checks)).empty
    else:
        for table in (model_checks, model_cards):
            with pytest.raises(AccessRefused):
                door.frame(select(table))


def test_scores_are_held_to_what_happened_once_their_window_has_passed(
    copied: Callable[[Path], Stores], after_a_night: Path
) -> None:
    stores, day = copied(after_a_night), date(2026, 3, 31)
    here = Reader(stores, SYSTEM).frame(departures(day, 90))
    older = pd.DataFrame(
        {
            "customer_id": here["customer_id"],
            "model": "churn_90d",
            "as_of": day,
            "probability": np.where(
                (here["left_in_window"] == 1) ^ (np.arange(len(here)) % 5 == 0), 0.2, 0.02
            ),
            "reasons": "[]",
            "model_version": "older",
        }
    )
    with next_snapshot(stores) as draft:
        draft.write(customer_scores, older)
        draft.write(customer_scores, older.assign(as_of=AS_OF - timedelta(days=60)))
    for _ in range(2):
        nightly.run(stores)
        checks = _all(stores, model_checks)
        calibration = checks[checks["check_name"] == CALIBRATION].set_index("measure")
        assert set(pd.to_datetime(calibration["day"]).dt.date) == {day}, "the other 60 days have not passed"
        assert calibration.loc["left", "value"] == pytest.approx(here["left_in_window"].mean())
        assert calibration.loc["expected", "value"] == pytest.approx(older["probability"].mean())
        assert set(calibration["model_version"]) == {"older"}


def test_what_was_a_week_ago_is_what_that_night_kept_or_else_worked_out(
    copied: Callable[[Path], Stores], after_a_night: Path
) -> None:
    stores = copied(after_a_night)
    reader = Reader(stores, SYSTEM)
    available = available_columns(reader)
    worked_out = week_before(reader, AS_OF, available)
    assert set(pd.to_datetime(worked_out["as_of"]).dt.date) == {AS_OF - timedelta(days=7)}
    kept = reader.frame(profile(AS_OF, available))
    again = week_before(reader, AS_OF + timedelta(days=7), available)
    assert len(again) == len(kept)


def _churn_scores(stores: Stores) -> pd.DataFrame:
    scores = _all(stores, customer_scores)
    return scores[scores["model"] == MODEL].sort_values("customer_id").reset_index(drop=True)


def test_a_refused_training_leaves_the_last_good_scores(
    copied: Callable[[Path], Stores], after_a_night: Path
) -> None:
    """The model's file is spoilt and there is no departure left to learn from: the scores of the night before stay."""
    stores = copied(after_a_night)
    before = _churn_scores(stores)
    with next_snapshot(stores) as draft:
        draft.connection.execute(customers.update().values(left_on=None))
        draft.connection.execute(accounts.update().values(closed_on=None))
    (stores.settings.data_dir / MODELS / model_files.FILE).write_bytes(b"spoilt")
    report = nightly.run(stores)
    assert report.scored == 0
    assert "changed after it was written" in report.messages[0]
    pd.testing.assert_frame_equal(before, _churn_scores(stores))


def test_the_operator_can_train_anew_and_reads_how_it_was_judged(
    copied: Callable[[Path], Stores], after_a_night: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(after_a_night).settings.data_dir
    monkeypatch.setenv("CONCORD_DATA_DIR", str(folder))
    (folder / MODELS / model_files.CARD).unlink()
    result = CliRunner().invoke(main, ["retrain"])
    assert result.exit_code == 0, result.output
    assert "Trained churn model" in result.output
    assert "recency_only" in result.output
    model_files.load(folder / MODELS)
