"""An observation that names a part of the bank: that part against the rest of the same slice, with its interval."""

from __future__ import annotations

import pytest

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import compare
from metrics.definitions.scope import Scope
from metrics.query.query import Query, ask, figures
from tests.collaboration.test_records import QUARTER
from tests.pages.staff import somebody
from warehouse.access.reader import Reader
from warehouse.stores.connect import Stores
from workflow.collaboration.part_against_rest import in_words, named_part, part_against_rest

VALUES = {"product": ("mortgage", "card"), "channel": ("email", "paid_search"), "district": ("Sha Tin",)}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Mortgage deals take longer", ("product", "mortgage")),
        ("Fewer by PAID SEARCH since May", ("channel", "paid_search")),
        ("Emails are not a channel’s name", None),
        ("In Sha Tin more close their account", ("district", "Sha Tin")),
        ("Discard it", None),
        ("", None),
    ],
)
def test_a_part_is_named_by_a_word_of_its_own(text: str, part: tuple[str, str] | None) -> None:
    assert named_part(text, VALUES) == part


def test_the_part_and_the_rest_are_the_whole(bank: Stores) -> None:
    reader = Reader(bank, somebody("analyst"), bank.snapshot())
    compared = part_against_rest(reader, "win_rate", QUARTER, "product", "mortgage")
    assert compared is not None
    whole = ask(Query.of(["win_rate"], QUARTER, periods=[QUARTER.period]), reader).iloc[0]
    both = figures(CATALOGUE["win_rate"], whole)
    for side in ("numerator", "denominator"):
        assert compared.part[side] + compared.rest[side] == both[side]
    alone = ask(
        Query.of(
            ["win_rate"], Scope(QUARTER.period, (("product", ("mortgage",)),)), periods=[QUARTER.period]
        ),
        reader,
    ).iloc[0]
    assert compared.part["value"] == alone["win_rate"]
    assert compared.change == compare(CATALOGUE["win_rate"], compared.part, compared.rest)
    assert "the rest: " in in_words("win_rate", "Mortgage", compared)


def test_a_count_has_no_part_against_the_rest(bank: Stores) -> None:
    reader = Reader(bank, somebody("analyst"), bank.snapshot())
    assert part_against_rest(reader, "leads", QUARTER, "product", "mortgage") is None
    assert part_against_rest(reader, "win_rate", QUARTER, "product", "no such product") is None
