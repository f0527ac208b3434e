"""Attribution: every win is shared out completely, by first, last and linear."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import attribution

PATHS = Path(__file__).parents[2].parent / "shared" / "real" / "attribution" / "PathData.csv"


def _at(day: int) -> pd.Timestamp:
    return pd.Timestamp("2026-04-01") + pd.Timedelta(days=day)


def _wins(**days: int) -> pd.DataFrame:
    return pd.DataFrame(
        [(lead, f"C-{lead}", _at(day)) for lead, day in days.items()],
        columns=["lead_id", "customer_id", "won_at"],
    )


def _touches(*rows: tuple[str, str, str | None, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [(touch, lead, channel, None, _at(day)) for touch, lead, channel, day in rows],
        columns=["touch_id", "lead_id", "channel", "campaign_id", "touched_at"],
    )


def _shares(found: pd.DataFrame, model: str) -> dict[str, float]:
    return found[found["model"] == model].set_index("touch_id")["credit"].to_dict()


def test_three_touches_share_a_win_in_three_ways() -> None:
    touches = _touches(("T3", "L", "event", 9), ("T1", "L", "email", 1), ("T2", "L", None, 5))
    found = attribution.credits(_wins(L=10), touches)
    assert _shares(found, "first") == {"T1": 1.0}
    assert _shares(found, "last") == {"T3": 1.0}
    assert _shares(found, "linear") == pytest.approx({"T1": 1 / 3, "T2": 1 / 3, "T3": 1 / 3})
    channels = found[found["model"] == "linear"].set_index("touch_id")["channel"]
    assert channels["T1"] == "email"
    assert pd.isna(channels["T2"])  # not known stays not known


def test_a_touch_after_the_win_does_not_count() -> None:
    touches = _touches(("T1", "L", "email", 1), ("T2", "L", "event", 10), ("T3", "L", "branch", 11))
    assert _shares(attribution.credits(_wins(L=10), touches), "last") == {"T2": 1.0}


def test_a_win_without_a_touch_before_it_is_kept_as_no_known_touch() -> None:
    touches = _touches(("T1", "A", "email", 1), ("T2", "B", "email", 20))
    found = attribution.credits(_wins(A=10, B=10, C=10), touches)
    untouched = found[found["touch_id"] == attribution.NO_TOUCH]
    assert sorted(untouched["lead_id"]) == sorted(["B", "C"] * 3)
    assert untouched["channel"].isna().all()
    assert (found.groupby("model")["credit"].sum() == 3).all()


def test_touches_at_the_same_moment_are_ordered_by_their_number() -> None:
    touches = _touches(("T2", "L", "email", 1), ("T1", "L", "event", 1))
    found = attribution.credits(_wins(L=10), touches)
    assert _shares(found, "first") == {"T1": 1.0}
    assert _shares(found, "last") == {"T2": 1.0}


def test_no_wins_give_no_credits() -> None:
    assert attribution.credits(_wins(), _touches(("T1", "A", "email", 1))).empty


@settings(max_examples=60, deadline=None)
@given(
    wins=st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers(0, 30), max_size=8),
    touched=st.lists(
        st.tuples(st.sampled_from("ABCDEFGHXY"), st.sampled_from([None, "email"]), st.integers(0, 40)),
        max_size=40,
    ),
)
def test_the_credits_of_every_win_add_up_to_one(
    wins: dict[str, int], touched: list[tuple[str, str | None, int]]
) -> None:
    touches = _touches(*[(f"T{i}", lead, c, day) for i, (lead, c, day) in enumerate(touched)])
    found = attribution.credits(_wins(**wins), touches)
    for model in attribution.MODELS:
        total = found[found["model"] == model].groupby("lead_id")["credit"].sum()
        assert set(total.index) == set(wins)
        assert np.allclose(total, 1, atol=1e-9)
    assert not found.duplicated(["model", "lead_id", "touch_id"]).any()


@pytest.mark.real
@pytest.mark.skipif(not PATHS.exists(), reason="../shared/real/attribution is not here")
def test_the_published_paths_give_the_published_figures() -> None:
    paths = pd.read_csv(PATHS).reset_index(names="lead_id")
    steps = paths.assign(channel=paths["path"].str.split(" > ")).explode("channel")
    place = steps.groupby("lead_id").cumcount()
    touches = steps.assign(
        touched_at=_at(0) + pd.to_timedelta(place, unit="h"),
        touch_id=steps["lead_id"].astype(str) + "-" + place.astype(str).str.zfill(4),
    )[["touch_id", "lead_id", "channel", "touched_at"]]
    wins = paths[["lead_id", "total_conversions"]].assign(won_at=_at(365))
    found = attribution.credits(wins, touches)
    found["conversions"] = found["credit"] * found["total_conversions"]
    total = found.pivot_table(index="channel", columns="model", values="conversions", aggfunc="sum")
    assert total["first"].sum() == pytest.approx(19_785)
    assert total.loc[["alpha", "eta", "iota"], "first"].tolist() == [6_308, 3_164, 4_606]
    assert total.loc[["alpha", "eta", "iota"], "last"].tolist() == [8_447, 4_167, 3_355]
    assert total.loc["alpha", "linear"] == pytest.approx(7_574.718594, abs=1e-6)
