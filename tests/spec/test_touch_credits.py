"""Attribution in the warehouse: every win is shared out completely, by each of nine models, on every engine."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Executable, create_engine, delete, insert, text

from metrics.attribution import credit_models, journeys
from metrics.catalogue import CATALOGUE
from metrics.catalogue.attributed_wins import MODEL_OF
from metrics.definitions.measure import version
from warehouse.schema import BANK, lead_moves, leads, touches

AS_OF = date(2026, 6, 30)
START = datetime(2026, 4, 1)

Lead = dict[str, object]


def _at(day: float | None) -> datetime | None:
    return None if day is None else START + timedelta(days=day)


def _lead(name: str, won: float | None, **moments: float | None) -> Lead:
    """Moments in days since 1 April: created, opportunity, lost, rejected."""
    return {
        "lead_id": name,
        "customer_id": f"C-{name}",
        "won_at": _at(won),
        **{
            f"{moment}_at": _at(moments.get(moment))
            for moment in ("created", "opportunity", "lost", "rejected")
        },
    }


def _touch(number: str, lead: str, channel: str | None, day: float | None) -> Lead:
    return {"touch_id": number, "lead_id": lead, "channel": channel, "touched_at": _at(day)}


@pytest.fixture(
    scope="module",
    params=[
        "duckdb",
        pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]),
    ],
)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database with the bank's empty tables."""
    if request.param == "postgresql":
        engine = create_engine(request.getfixturevalue("postgresql_url"))
    else:
        engine = create_engine("duckdb:///:memory:")
    with engine.begin() as connection:
        for schema in ("unified", "derived"):
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
        BANK.create_all(connection)
    yield engine
    engine.dispose()


def _win(lead: Lead, at: object, move: int = 2, stage: str = "won", left: object = None) -> Lead:
    copied = ("lead_id", "customer_id", "created_at", "opportunity_at")
    return {
        "move": move,
        "stage": stage,
        "entered_at": at,
        "left_at": left,
        "is_waiting": False,
        **{k: lead[k] for k in copied},
    }


def _ask(
    engine: Engine, statement: Executable, won: list[Lead], met: list[Lead], moves: list[Lead] | None = None
) -> pd.DataFrame:
    with engine.connect() as connection:
        if won:
            connection.execute(insert(leads), won)
        # What the load makes of their columns: the end of a lead is a move.
        wins = (
            [
                _win(lead, lead[f"{stage}_at"], stage=stage)
                for lead in won
                for stage in ("won", "lost", "rejected")
                if lead[f"{stage}_at"] is not None
            ]
            if moves is None
            else moves
        )
        if wins:
            connection.execute(insert(lead_moves), wins)
        if met:
            connection.execute(insert(touches), met)
        result = connection.execute(statement)
        frame = pd.DataFrame(result.fetchall(), columns=list(result.keys()))
        connection.execute(delete(touches))
        connection.execute(delete(leads))
        connection.execute(delete(lead_moves))
        connection.commit()
    return frame


def _credits(
    engine: Engine,
    won: list[Lead],
    met: list[Lead],
    look_back: int = 90,
    half_life: float = 7,
    removal: dict[str | None, float] | None = None,
    moves: list[Lead] | None = None,
) -> pd.DataFrame:
    statement = credit_models.credits(AS_OF, look_back=look_back, half_life=half_life, removal=removal or {})
    return _ask(engine, statement, won, met, moves)


def _shares(credited: pd.DataFrame, model: str) -> dict[str, float]:
    of_model = credited[credited["model"] == model]
    return dict(zip(of_model["touch_id"], of_model["credit"], strict=True))


def _close(shares: dict[str, float]) -> object:
    return pytest.approx(shares, abs=1e-9)


FOUR = [
    _touch("T4", "L", "event", 30),
    _touch("T1", "L", "email", 2),
    _touch("T3", "L", "email", 23),
    _touch("T2", "L", None, 16),
]


def test_four_touches_share_a_win_in_nine_ways(engine: Engine) -> None:
    won = [_lead("L", 30, created=16, opportunity=23)]
    credited = _credits(engine, won, FOUR, removal={"email": 0.6, None: 0.1, "event": 0.3})
    assert set(credited["model"]) == set(credit_models.WEIGHTS)
    assert _shares(credited, "first") == _close({"T1": 1.0})
    assert _shares(credited, "last") == _close({"T4": 1.0})
    assert _shares(credited, "linear") == _close(dict.fromkeys(["T1", "T2", "T3", "T4"], 0.25))
    assert _shares(credited, "position") == _close({"T1": 0.4, "T2": 0.1, "T3": 0.1, "T4": 0.4})
    assert _shares(credited, "w") == _close({"T1": 0.3, "T2": 0.3, "T3": 0.3, "T4": 0.1})
    assert _shares(credited, "full_path") == _close(dict.fromkeys(["T1", "T2", "T3", "T4"], 0.25))
    weights = {"T1": 0.5**4, "T2": 0.5**2, "T3": 0.5, "T4": 1.0}
    assert _shares(credited, "decay") == _close({t: w / 1.8125 for t, w in weights.items()})
    assert _shares(credited, "shapley") == _close({"T1": 1 / 6, "T2": 1 / 3, "T3": 1 / 6, "T4": 1 / 3})
    assert _shares(credited, "markov") == _close({"T1": 0.3, "T2": 0.1, "T3": 0.3, "T4": 0.3})
    channels = credited[credited["model"] == "linear"].set_index("touch_id")["channel"]
    assert channels["T1"] == "email"
    assert pd.isna(channels["T2"])  # not known stays not known


def test_one_touch_can_be_two_of_the_three_of_w_and_a_moment_that_is_not_known_has_none(
    engine: Engine,
) -> None:
    both = _credits(engine, [_lead("L", 30, created=16, opportunity=17)], FOUR)
    assert _shares(both, "w") == _close({"T1": 0.3, "T2": 0.6, "T3": 0.05, "T4": 0.05})
    assert _shares(both, "full_path") == _close({"T1": 0.225, "T2": 0.45, "T3": 0.1, "T4": 0.225})
    neither = _credits(engine, [_lead("L", 30)], FOUR)
    ends = {"T1": 0.225, "T2": 0.05, "T3": 0.05, "T4": 0.225}
    assert _shares(neither, "full_path") == _close({t: part / 0.55 for t, part in ends.items()})
    assert _shares(neither, "w") == _close({"T1": 0.75, **dict.fromkeys(["T2", "T3", "T4"], 0.25 / 3)})


def test_a_touch_after_the_win_before_the_look_back_or_without_a_moment_does_not_count(
    engine: Engine,
) -> None:
    met = [
        _touch("T1", "L", "email", 19),
        _touch("T2", "L", "email", 20),
        _touch("T3", "L", "event", 30),
        _touch("T4", "L", "branch", 30.1),
        _touch("T5", "L", "branch", None),
    ]
    credited = _credits(engine, [_lead("L", 30)], met, look_back=10)
    assert _shares(credited, "linear") == _close({"T2": 0.5, "T3": 0.5})


ONLY_DAY = timedelta(microseconds=999)
"""What the load adds to a day without a time (`warehouse.sql.moments`)."""


def _day(number: int) -> datetime:
    return START + timedelta(days=number) + ONLY_DAY


def test_touches_of_the_day_of_a_win_without_a_time_may_have_led_to_it_and_those_of_the_next_day_not(
    engine: Engine,
) -> None:
    won = [_lead("L", None) | {"won_at": _day(30)}]
    met = [
        _touch("T1", "L", "email", 29.5),
        _touch("T2", "L", "event", 30.75),
        _touch("T3", "L", "call", None) | {"touched_at": _day(30)},
        _touch("T4", "L", "branch", None) | {"touched_at": _day(31)},
        _touch("T5", "L", "branch", 31),
    ]
    credited = _credits(engine, won, met)
    assert _shares(credited, "linear") == _close(dict.fromkeys(["T1", "T2", "T3"], 1 / 3))
    assert _shares(credited, "first") == _close({"T1": 1.0})
    # On the day of the win one touch has no time: which of its two was the last, nobody knows.
    assert _shares(credited, "last") == _close({"T2": 0.5, "T3": 0.5})
    assert _shares(credited, "position") == _close({"T1": 0.4, "T2": 0.3, "T3": 0.3})


def test_a_day_without_a_time_is_before_nothing_of_its_day_whatever_the_touches_are_called(
    engine: Engine,
) -> None:
    for names in itertools.permutations(["T1", "T2", "T3"]):
        met = [
            _touch(names[0], "L", "email", None) | {"touched_at": _day(5)},
            _touch(names[1], "L", "event", 5.9),
            _touch(names[2], "L", "call", 7),
        ]
        credited = _credits(engine, [_lead("L", 30)], met)
        assert _shares(credited, "first") == _close({names[0]: 0.5, names[1]: 0.5})
        assert _shares(credited, "last") == _close({names[2]: 1.0})


def test_tied_touches_are_walked_in_both_orders(engine: Engine) -> None:
    won = [_lead("L", None) | {"won_at": _day(30)}]
    met = [
        _touch("T1", "L", "email", None) | {"touched_at": _day(5)},
        _touch("T2", "L", "event", None) | {"touched_at": _day(5)},
        _touch("T3", "L", "call", 7),
    ]
    followed = []
    for backwards in (False, True):
        rows = _ask(engine, journeys.steps(AS_OF, look_back=90, backwards=backwards), won, met)
        followed.append({(r.channel, r.following) for r in rows.itertuples() if isinstance(r.following, str)})
    assert followed[0] == {("email", "event"), ("event", "call")}
    assert followed[1] == {("event", "email"), ("email", "call")}
    assert _ask(engine, journeys.without_a_time(AS_OF), won, met)["touches"].item() == 1
    assert _ask(engine, journeys.without_a_time(AS_OF), won, met[2:])["touches"].item() == 0


def test_a_win_without_a_touch_before_it_is_kept_as_no_known_touch(engine: Engine) -> None:
    met = [_touch("T1", "A", "email", 1), _touch("T2", "B", "email", 20)]
    credited = _credits(engine, [_lead(lead, 10) for lead in "ABC"], met)
    untouched = credited[credited["touch_id"] == journeys.NO_TOUCH]
    assert sorted(untouched["lead_id"]) == sorted(["B", "C"] * len(credit_models.WEIGHTS))
    assert untouched["channel"].isna().all()
    assert (credited.groupby("model")["credit"].sum() - 3).abs().max() < 1e-9


def test_touches_at_the_same_moment_are_ordered_by_their_number(engine: Engine) -> None:
    met = [_touch("T2", "L", "email", 1), _touch("T1", "L", "event", 1)]
    credited = _credits(engine, [_lead("L", 10)], met)
    assert _shares(credited, "first") == _close({"T1": 1.0})
    assert _shares(credited, "last") == _close({"T2": 1.0})


def test_a_very_short_half_life_leaves_everything_to_the_last_touch_and_breaks_nothing(
    engine: Engine,
) -> None:
    credited = _credits(engine, [_lead("L", 30)], FOUR, half_life=0.001)
    assert _shares(credited, "decay") == _close({"T4": 1.0})


TWICE = _lead("L", 10, created=0, opportunity=5)
WON_TWICE = [
    _win(TWICE, _at(10)),
    _win(TWICE, _at(20), 3, "reopened"),
    _win(TWICE, _at(35), 4, "opportunity"),
    _win(TWICE, _at(40), 5),
]


def test_a_lead_won_twice_is_credited_twice_each_time_to_the_touches_since_the_win_before(
    engine: Engine,
) -> None:
    met = [
        *(_touch("T1", "L", "email", 1), _touch("T2", "L", "event", 6), _touch("T3", "L", "email", 10)),
        *(_touch("T4", "L", "call", 10.5), _touch("T5", "L", "branch", 34), _touch("T6", "L", "email", 38)),
        _touch("T7", "L", "email", 41),
    ]
    credited = _credits(engine, [TWICE], met, moves=WON_TWICE)
    linear = credited[credited["model"] == "linear"].groupby("move")["touch_id"].agg(set).to_dict()
    assert linear == {2: {"T1", "T2", "T3"}, 5: {"T4", "T5", "T6"}}
    assert (credited.groupby(["model", "move"])["credit"].sum() - 1).abs().max() < 1e-9
    assert _shares(credited[credited["move"] == 5], "w") == _close({"T4": 3 / 7, "T5": 3 / 7, "T6": 1 / 7})
    wins = _ask(engine, journeys.wins_by_channel(AS_OF, look_back=90), [TWICE], met, WON_TWICE)
    assert wins.set_index("channel")["wins"].to_dict() == {"email": 2, "event": 1, "call": 1, "branch": 1}
    steps = _ask(engine, journeys.steps(AS_OF, look_back=90), [TWICE], met, WON_TWICE)
    assert steps[steps["is_first"] == 1]["touches"].sum() == 2
    assert steps["touches"].sum() == 6


def test_a_second_win_without_a_touch_since_the_first_is_no_known_touch(engine: Engine) -> None:
    credited = _credits(engine, [TWICE], [_touch("T1", "L", "email", 1)], moves=WON_TWICE)
    assert set(credited[credited["move"] == 5]["touch_id"]) == {journeys.NO_TOUCH}
    assert not credited.duplicated(["model", "touch_id", "lead_id", "move"]).any()
    none = _credits(engine, [TWICE], [], moves=WON_TWICE)
    assert len(none) == 2 * len(credit_models.WEIGHTS)


def test_each_of_the_models_says_since_when_every_win_of_a_lead_is_credited() -> None:
    """And none of them says a version of which its history tells nothing."""
    assert len(MODEL_OF) == 9
    for metric in (CATALOGUE[name] for name in MODEL_OF if name != "wins_full_path"):
        assert "A lead won twice has two wins" in metric.description
        assert metric.history[-1] == (
            f"{len(metric.history)}, 29 Nov 2026: each win of a lead, credited to its contacts since the win before it; "
            "until then a lead won twice had one."
        )
        assert version(metric) == str(len(metric.history))


def test_no_wins_give_no_credits(engine: Engine) -> None:
    assert _credits(engine, [_lead("A", None), _lead("B", 200)], [_touch("T1", "A", "email", 1)]).empty


def test_steps_count_won_and_ended_journeys_and_leave_out_those_under_way(engine: Engine) -> None:
    ended = [
        _lead("A", 30),
        _lead("B", None, lost=40),
        _lead("C", None, created=-10),  # older than the look-back: it counts as not won
        _lead("D", None, created=80),  # may still be won
    ]
    met = [
        *[_touch(f"A{i}", "A", c, i) for i, c in enumerate(["email", "event", None])],
        _touch("A9", "A", "branch", 31),
        _touch("B1", "B", "email", 1),
        _touch("C1", "C", "email", -12),
        _touch("D1", "D", "email", 81),
    ]
    counted = _ask(engine, journeys.steps(AS_OF, look_back=90), ended, met)
    rows = {
        tuple(None if pd.isna(v) else v for v in row)
        for row in counted.astype(object).itertuples(index=False, name=None)
    }
    assert rows == {
        ("email", "event", 1, 0, 1, 1),
        ("event", None, 0, 0, 1, 1),
        (None, None, 0, 1, 1, 1),
        ("email", None, 1, 1, 0, 2),
    }


def test_the_journey_of_a_lead_that_was_lost_and_has_come_back_is_under_way(engine: Engine) -> None:
    lost, back = _lead("E", None, created=1, lost=40), _lead("F", None, created=1, lost=40)
    met = [_touch("E1", "E", "email", 2), _touch("F1", "F", "event", 2)]
    moves = [
        _win(lost, _at(40), stage="lost"),
        _win(back, _at(40), stage="lost", left=_at(60)),
        _win(back, _at(60), move=3, stage="reopened"),
    ]
    counted = _ask(engine, journeys.steps(AS_OF, look_back=90), [lost, back], met, moves)
    assert counted["channel"].tolist() == ["email"]
    before = _ask(engine, journeys.steps(date(2026, 5, 20), look_back=90), [lost, back], met, moves)
    assert set(before["channel"]) == {"email", "event"}, "on that day it was lost"


@pytest.fixture(scope="module")
def small() -> Iterator[Engine]:
    """An engine that starts in no time, for many examples."""
    engine = create_engine("duckdb:///:memory:")
    with engine.begin() as connection:
        for schema in ("unified", "derived"):
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        for table in (leads, touches, lead_moves):
            table.create(connection)
    yield engine
    engine.dispose()


days = st.integers(-120, 60)
drawn_touches = st.lists(
    st.tuples(
        st.sampled_from("ABCDEX"), st.sampled_from([None, "email", "event", "branch"]), st.none() | days
    ),
    max_size=30,
)


@settings(max_examples=40, deadline=None)
@given(
    wins=st.dictionaries(
        st.sampled_from("ABCDE"), st.tuples(st.integers(0, 60), st.none() | days, st.none() | days)
    ),
    touched=drawn_touches,
    look_back=st.integers(0, 200),
    half_life=st.floats(0.01, 1000),
    removal=st.dictionaries(st.sampled_from([None, "email", "event"]), st.floats(0, 1), max_size=3),
    again=st.sets(st.sampled_from("ABCDE")),
)
def test_the_credits_of_every_win_add_up_to_one_by_every_model(
    small: Engine,
    wins: dict[str, tuple[int, int | None, int | None]],
    touched: list[tuple[str, str | None, int | None]],
    look_back: int,
    half_life: float,
    removal: dict[str | None, float],
    again: set[str],
) -> None:
    met = [_touch(f"T{i}", lead, c, day) for i, (lead, c, day) in enumerate(touched)]
    won = [_lead(n, at, created=made, opportunity=chance) for n, (at, made, chance) in wins.items()]
    moves = [_win(lead, lead["won_at"]) for lead in won]
    moves += [
        _win(lead, _at(wins[str(lead["lead_id"])][0] + 20), 3) for lead in won if lead["lead_id"] in again
    ]
    credited = _credits(small, won, met, look_back, half_life, removal, moves)
    assert not credited.duplicated(["model", "lead_id", "move", "touch_id"]).any()
    for model in credit_models.WEIGHTS:
        total = credited[credited["model"] == model].groupby(["lead_id", "move"])["credit"].sum()
        assert set(total.index) == {(m["lead_id"], m["move"]) for m in moves}
        assert (total - 1).abs().max() < 1e-9 or not wins


@settings(max_examples=25, deadline=None)
@given(
    paths=st.lists(
        st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=5), min_size=1, max_size=8
    )
)
def test_shapley_credits_sum_to_the_shapley_values_by_their_definition(
    small: Engine, paths: list[list[str]]
) -> None:
    won = [_lead(str(i), 50) for i in range(len(paths))]
    met = [_touch(f"{i}-{j}", str(i), c, j) for i, path in enumerate(paths) for j, c in enumerate(path)]
    credited = _credits(small, won, met)
    by_channel = credited[credited["model"] == "shapley"].groupby("channel")["credit"].sum()
    players = sorted(set(itertools.chain(*paths)))

    def worth(group: set[str]) -> int:
        return sum(set(path) <= group for path in paths)

    for player in players:
        others = [p for p in players if p != player]
        value = sum(
            math.factorial(k) * math.factorial(len(others) - k) / math.factorial(len(players))
            * (worth({*group, player}) - worth(set(group)))
            for k in range(len(players))
            for group in itertools.combinations(others, k)
        )  # fmt: skip
        assert by_channel.get(player, 0.0) == pytest.approx(value, abs=1e-9)
