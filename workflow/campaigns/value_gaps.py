"""Why no channel, campaign, product or month has a verdict on its worth: cost, values, or too few; never guessed."""

from __future__ import annotations

import pandas as pd

from metrics.query.missing_reasons import not_given_for
from models.value import net_value
from warehouse.access import data_coverage
from warehouse.access.reader import Reader
from workflow.records.run_notes import LIFETIME_VALUE

PARTLY_COSTED = "more than one in twenty campaign days has no recorded cost"


def no_cost(reader: Reader) -> str:
    """Why nobody knows what a customer cost, as the end of a sentence."""
    missing = not_given_for(["acquisition_cost"], data_coverage.of(reader))
    return missing.clause if missing else f"not known: {PARTLY_COSTED}"


def no_value(reader: Reader) -> str:
    """Why nobody knows what a customer is worth, as the end of a sentence."""
    why = data_coverage.why_not_there(reader, LIFETIME_VALUE).removesuffix(".")
    why = f"{why[:1].lower()}{why[1:]}"
    if why.startswith("not known"):
        return why
    return f"not known: {why}" if why else "not known: no customer of these days has been valued"


def why_no_verdict(reader: Reader, groups: pd.DataFrame) -> str:
    """Why none of `groups` (`net_value.judged`) has a verdict, as the end of a sentence; "" where too few were won."""
    named = groups[groups["group"].notna()]
    verdicts = set(named["verdict"])
    parts = []
    if len(named) and verdicts <= {net_value.NO_COST} | {net_value.TOO_FEW} and net_value.NO_COST in verdicts:
        parts.append(f"what a customer costs is {no_cost(reader)}")
    if len(named) and named["valued"].isna().all():
        parts.append(f"what one brings is {no_value(reader)}")
    return "; ".join(parts)
