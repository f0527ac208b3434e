"""The costly channel that is worth it and the cheap one that is not are named as the truth names them."""

from __future__ import annotations

from typing import Any

import pytest

from metrics.attribution import channel_net_value
from metrics.definitions.scope import Scope, period_named
from models.attribution import spend_response
from models.value import net_value
from pages.growth.channels.channel_value import headline
from warehouse.access.data_coverage import as_of
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.stores.connect import Stores
from workflow.scoring import channel_response

# One worker builds the bank these share; the other goes on elsewhere meanwhile.
pytestmark = pytest.mark.xdist_group("valued-20000")


@pytest.mark.parametrize("role", ["system", "marketing", "executive"])
def test_costly_but_worth_it_and_cheap_but_not(large: tuple[Stores, dict[str, Any]], role: str) -> None:
    stores, truth = large
    viewer = SYSTEM if role == "system" else Viewer("v", "V", role)
    reader = Reader(stores, viewer, stores.snapshot())
    scope = Scope(period_named("12m", as_of(reader)))
    channels = net_value.judged(channel_net_value.groups(reader, "channel", scope))
    named = channels[channels["group"].notna()].set_index("group")
    costly, cheap = truth["costly_channel_worth_it"], truth["cheap_channel_not_worth_it"]
    assert named["cac"].idxmax() == costly
    assert named.loc[costly, "verdict"] == net_value.WORTH
    assert named["cac"].idxmin() == cheap
    assert named.loc[cheap, "verdict"] == net_value.NOT_WORTH
    sentence = headline(channels.assign(label=channels["group"]), "channel")
    assert sentence.index(costly) < sentence.index("is worth it") < sentence.index(cheap)


def test_the_budgets_curves_hold_the_power_the_bank_was_drawn_with(
    large: tuple[Stores, dict[str, Any]],
) -> None:
    stores, truth = large
    reader = Reader(stores, SYSTEM, stores.snapshot())
    curves = spend_response.curves(channel_response.weeks(reader, as_of(reader))).dropna(subset=["power"])
    true = curves["channel"].map(truth["leads_follow_spend_to_the_power"])
    off = ((curves["power"] - true) / curves["power_error"]).abs()
    assert len(curves) >= 6
    assert off.max() < 3
    assert (off < 1.96).mean() >= 0.85
