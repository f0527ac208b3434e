"""Removal effects: what a Markov chain of all journeys would lose without a channel, solved and not simulated."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.attribution.removal_effect import removal_effects

Journey = tuple[tuple[str | None, ...], bool]


def steps(journeys: list[Journey]) -> pd.DataFrame:
    """The counts that the warehouse gives for these journeys."""
    rows = []
    for channels, won in journeys:
        for i, channel in enumerate(channels):
            last = i == len(channels) - 1
            rows.append((channel, None if last else channels[i + 1], int(i == 0), int(last), int(won)))
    frame = pd.DataFrame(rows, columns=["channel", "following", "is_first", "is_last", "won"], dtype=object)
    return frame.groupby(list(frame.columns), dropna=False).size().reset_index(name="touches")


def _effects(journeys: list[Journey]) -> dict[str | None, float]:
    effects = removal_effects(steps(journeys))
    assert effects["share"].sum() == pytest.approx(1)
    return {
        None if pd.isna(c) else c: e
        for c, e in zip(effects["channel"], effects["removal_effect"], strict=True)
    }


def test_three_journeys_worked_out_by_hand() -> None:
    effects = _effects([(("C1", "C2", "C3"), True), (("C1",), False), (("C2", "C3"), False)])
    # With all: 2/3 start at C1, half go on to C2, 1/3 start at C2; all reach C3; half win: (1/3 + 1/3) / 2 = 1/3.
    # Without C1 only the third that starts at C2 is left: 1/6. Without C2 or C3 nobody wins.
    assert effects == pytest.approx({"C1": 0.5, "C2": 1.0, "C3": 1.0})


def test_a_channel_that_is_not_known_is_one_of_the_channels() -> None:
    effects = _effects([((None,), True), (("email",), True), (("email",), False)])
    assert effects == pytest.approx({None: 0.5, "email": 0.5})


def test_staying_in_a_channel_before_going_on_changes_nothing() -> None:
    once = _effects([(("a", "b"), True), (("b",), False)])
    often = _effects([(("a", "a", "a", "b"), True), (("b",), False)])
    assert often == pytest.approx(once)


def test_journeys_without_a_win_have_no_effects() -> None:
    assert removal_effects(steps([(("a",), False)])).empty
    assert removal_effects(steps([])).empty


channels = st.sampled_from(["a", "b", "c", None])


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(channels, min_size=1, max_size=5).map(tuple), st.booleans()),
        min_size=1,
        max_size=8,
    )
)
def test_an_effect_is_what_walking_the_chain_step_by_step_loses(journeys: list[Journey]) -> None:
    """The same by another way: multiply the transition matrix until everybody has arrived."""
    if not any(won for _, won in journeys):
        return
    names = sorted({c for path, _ in journeys for c in path}, key=str)
    size = len(names)
    matrix = np.zeros((size + 3, size + 3))  # start, channels, won, lost
    start, won_state, lost_state = size, size + 1, size + 2
    for path, won in journeys:
        states = [start, *(names.index(c) for c in path), won_state if won else lost_state]
        for here, there in itertools.pairwise(states):
            matrix[here, there] += 1
    matrix[[won_state, lost_state], [won_state, lost_state]] = 1
    matrix /= matrix.sum(axis=1, keepdims=True)

    def chance(without: int | None = None) -> float:
        walked = matrix.copy()
        if without is not None:
            walked[without] = 0
            walked[without, lost_state] = 1
        return float(np.linalg.matrix_power(walked, 4096)[start, won_state])

    effects = _effects(journeys)
    for i, name in enumerate(names):
        assert effects[name] == pytest.approx(1 - chance(i) / chance(), abs=1e-6)
