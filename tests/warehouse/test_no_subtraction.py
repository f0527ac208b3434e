"""Nobody who sees only totals works out a blank cell by subtracting the others from a total shown elsewhere."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from onlookers import EVERYBODY
from sqlalchemy import func, select

from warehouse import schema
from warehouse.access import SYSTEM, Reader
from warehouse.connect import Stores
from warehouse.totals import BESIDES, PEOPLE, without_small_cells

SMALLEST = 10
SIZES = st.one_of(st.integers(0, 14), st.integers(0, 400))


def _alone(hidden: list[int]) -> bool:
    return len(hidden) < 2 or sum(hidden) < SMALLEST


def _masked(cells: dict[tuple[str, ...], int], groups: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame([(*key, n, n) for key, n in cells.items()], columns=[*groups, "x", f"x{PEOPLE}"])
    return without_small_cells(frame.astype({"x": float, f"x{PEOPLE}": float}), SMALLEST, groups)


@given(
    sizes=st.lists(st.lists(SIZES, min_size=1, max_size=5), min_size=1, max_size=5).filter(
        lambda rows: len({len(row) for row in rows}) == 1
    )
)
def test_every_line_of_a_table_hides_no_cell_alone_and_never_too_few(sizes: list[list[int]]) -> None:
    """The total of each row and of each column is known to the reader: what is blank in it stays unknown.

    Where nobody is in the other cells of a line there is nothing to hide it with.
    """
    cells = {(f"a{i}", f"b{j}"): n for i, row in enumerate(sizes) for j, n in enumerate(row)}
    seen = _masked(cells, ["a", "b"]).set_index(["a", "b"])["x"]
    for key, n in cells.items():
        assert seen[key] != seen[key] or seen[key] == n
        assert not (1 <= n < SMALLEST and seen[key] == seen[key])
    for at in (0, 1):
        for name in {key[at] for key in cells}:
            line = {key: n for key, n in cells.items() if key[at] == name}
            hidden = [n for key, n in line.items() if seen[key] != seen[key]]
            if hidden and sum(hidden) < sum(line.values()):
                assert not _alone(hidden), (name, line, hidden)


@given(sizes=st.lists(SIZES, min_size=2, max_size=8), data=st.data())
def test_the_order_of_the_groups_makes_no_difference_to_what_is_blank(sizes: list[int], data) -> None:
    names = [f"g{i}" for i in range(len(sizes))]
    order = data.draw(st.permutations(range(len(sizes))))
    one = _masked({(names[i],): sizes[i] for i in range(len(sizes))}, ["g"]).set_index("g")["x"]
    other = _masked({(names[i],): sizes[i] for i in order}, ["g"]).set_index("g")["x"]
    assert one.isna().to_dict() == other.isna().to_dict()


def test_what_no_total_can_tell_is_not_blanked_for_it() -> None:
    seen = _masked({("a",): 40, ("b",): 0, ("c",): 12}, ["g"])
    assert seen["x"].tolist() == [40, 0, 12]
    assert _masked({("a",): 3, ("b",): 7, ("c",): 12, ("d",): 30}, ["g"])["x"].isna().tolist() == [
        True,
        True,
        False,
        False,
    ]


def test_a_figure_that_leaves_few_of_its_whole_out_is_blank() -> None:
    frame = pd.DataFrame(
        {
            "x": [97.0],
            f"x{PEOPLE}": [97.0],
            f"x{BESIDES}0{PEOPLE}": [3.0],
            "y": [100.0],
            f"y{PEOPLE}": [100.0],
        }
    )
    seen = without_small_cells(frame, SMALLEST).iloc[0]
    assert seen["y"] == 100
    assert seen.drop(["y", f"y{PEOPLE}"]).isna().all()


def test_no_table_of_two_dimensions_leaves_a_cell_alone(night: Stores) -> None:
    """The small bank, as an executive reads it, against the true totals of its rows and columns."""
    c = schema.customers
    people = func.count(c.c.customer_id.distinct())
    asked = select(c.c.segment, c.c.district, people.label("x"), people.label(f"x{PEOPLE}")).group_by(
        c.c.segment, c.c.district
    )
    seen = Reader(night, EVERYBODY["executive"]).frame(asked)
    true_ = Reader(night, SYSTEM).frame(asked)
    both = true_.merge(seen, on=["segment", "district"], suffixes=("", "_seen"))
    assert both["x_seen"].isna().any()
    assert both["x_seen"].notna().any()
    for column in ("segment", "district"):
        for _, line in both.groupby(column, dropna=False):
            hidden = line[line["x_seen"].isna()]["x"].tolist()
            assert not hidden or sum(hidden) == line["x"].sum() or not _alone(hidden)
