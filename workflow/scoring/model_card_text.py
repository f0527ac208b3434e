"""The churn model as people read about it: its card, and the checks the nights have kept. Nothing is worked out here."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import select

from metrics.comparison.words import day, numeral, of_ten, with_sign
from models.churn.churn_prediction import MODEL
from models.churn.drift import MOVED, SCORE, STEADY
from models.churn.features import BY_NAME
from warehouse.access.reader import Reader
from warehouse.disclosure.minimum_cell_size import is_enough
from warehouse.schema import BANK, UNIFIED, model_cards, model_checks, plain
from workflow.scoring.model_monitoring import CALIBRATION, DRIFT

RIVALS = {
    "model": "The model",
    "recency_only": "Last transaction only",
    "rules_only": "The rules alone",
    "random_rows": "Naive test (random rows)",
}
SLOPE_FROM, SLOPE_TO = 0.9, 1.1
"""Between these the model neither exaggerates nor plays down."""
MAY = (
    "Decide whom to call first, with the reasons beside it (RMs).",
    "Spread the calls over a team (team leads).",
    "Compare those who were called with those held out more closely (Impact).",
)
MAY_NOT = (
    "Refuse, reprice or close anything for a customer: it knows who may leave, not who deserves what.",
    "Judge an RM: her customers differ from her colleagues’ customers.",
    "Claim that a reason causes leaving: the reasons go together with leaving, nothing more.",
    "Score people who are not customers, or a bank it has not learned from.",
)


@dataclass(frozen=True, kw_only=True)
class JudgedModel:
    """The model in use: the row of `derived.model_cards`, its checks, and those of every version's nights."""

    card: Mapping[Hashable, Any]
    checks: pd.DataFrame
    nights: pd.DataFrame
    smallest: int
    latest: Mapping[tuple[str, str, str], Mapping[Hashable, Any]]
    """Check, part and measure → the row of the latest day that has a value."""

    def of(self, name: str, measure: str | None = None) -> pd.DataFrame:
        """The checks of a name, and of one measure if given, in a steady order."""
        rows = self.checks[self.checks["check_name"] == name]
        rows = rows if measure is None else rows[rows["measure"] == measure]
        return rows.sort_values(["day", "part", "measure"]).reset_index(drop=True)

    def one(self, name: str, part: str, measure: str) -> Mapping[Hashable, Any] | None:
        """One check as a row, or None if it was not made or is about too few people."""
        return self.latest.get((name, part, measure))

    def people(self, n: float | None) -> str:
        """How many, or that they are fewer than the bank's smallest cell."""
        return f"fewer than {self.smallest}" if n is None or pd.isna(n) else numeral(n)


def current(reader: Reader) -> JudgedModel | None:
    """The model that scored last, or None if none ever did."""
    cards = reader.frame(select(model_cards).where(model_cards.c.model == MODEL))
    if cards.empty:
        return None
    card = cards.sort_values(["last_used_on", "judged_on", "first_used_on"]).iloc[-1].to_dict()
    rows = reader.frame(select(model_checks).where(model_checks.c.model == MODEL))
    rows["day"] = pd.to_datetime(rows["day"])
    # A night of before may have written what the bank now calls too few.
    smallest = reader.smallest_cell
    few = rows["n"].notna() & ~is_enough(rows["n"], smallest)
    rows.loc[few, ["n", "value", "low", "high"]] = None
    nightly = rows["check_name"].isin([DRIFT, CALIBRATION])
    mine = rows["model_version"] == card["model_version"]
    checks = rows[mine & ~nightly]
    by_day = checks[checks["value"].notna()].sort_values("day", kind="stable")
    latest = {(r["check_name"], r["part"], r["measure"]): r for r in by_day.to_dict("records")}
    return JudgedModel(card=card, checks=checks, nights=rows[nightly], smallest=smallest, latest=latest)


def headline(model: JudgedModel) -> str:
    """What the model finds, as people."""
    called = model.one("capacity", "model", "left")
    lift = model.one("capacity", "model", "lift")
    if called is None or lift is None:
        area = model.one("figures", "model", "roc_auc")
        return (
            "Not enough data yet to say how well the model finds who leaves"
            if area is None
            else (
                f"Of one who left and one who stayed, the model ranked the right one first {of_ten(area['value'])} times"
            )
        )
    return (
        f"Of the {numeral(called['n'])} customers the model would have had called in a week, {of_ten(called['value'])} "
        f"left: {numeral(lift['value'])} times as many as among any {numeral(called['n'])}"
    )


def calibration_words(model: JudgedModel) -> str:
    """Whether "1 in 10" happens to 1 in 10."""
    slope = model.one("calibration", "model", "slope")
    if slope is None:
        return "Not enough data yet to say whether the chances are right."
    if slope["low"] > SLOPE_TO:
        return "It understates the differences: customers with a high predicted chance leave even more often."
    if slope["high"] < SLOPE_FROM:
        return "It exaggerates the differences: retrain it before its chances are quoted."
    return "The chances are right: of those given 1 in 10, about 1 in 10 left."


def drift_by_month(model: JudgedModel) -> pd.DataFrame:
    """`day`, `part`, `psi`, `n`: the last look of each month, from the examples and from the nights since."""
    mine = model.nights["model_version"] == model.card["model_version"]
    rows = pd.concat([model.of("drift"), model.nights[mine & (model.nights["check_name"] == DRIFT)]])
    rows = rows.sort_values("day")
    last = rows.groupby([rows["day"].dt.to_period("M"), "part"]).tail(1)
    columns: pd.DataFrame = last.rename(columns={"value": "psi"})[["day", "part", "psi", "n"]]
    return columns.reset_index(drop=True)


def drift_words(drift: pd.DataFrame) -> str:
    """How far the newest customers are from those the model learned from."""
    newest = drift[drift["day"] == drift["day"].max()]
    moved = newest[(newest["psi"] > MOVED) & (newest["part"] != SCORE)]
    scores = newest.loc[newest["part"] == SCORE, "psi"].max()
    if pd.isna(scores):
        return "Not measured yet."
    how = (
        "as when it learned"
        if scores < STEADY
        else "a little different"
        if scores < MOVED
        else "very different"
    )
    text = f"On {day(newest['day'].max())} the scores were spread {how} (PSI {numeral(scores, 3)})."
    if moved.empty:
        return f"{text} No input has moved much."
    names = ", ".join(feature_words(name) for name in moved.sort_values("psi", ascending=False)["part"][:3])
    return f"{text} Moved most: {names}."


def feature_words(name: str) -> str:
    """The label of a feature, or of the score."""
    return "The score itself" if name == SCORE else BY_NAME[name].label if name in BY_NAME else name


def unfair(groups: pd.DataFrame) -> list[str]:
    """The groups whose calibration interval lies wholly beside 1: the chances given to them were wrong."""
    rows = groups[(groups["measure"] == "calibration") & groups["value"].notna()]
    return [
        f"{part} (left {numeral(value, 2)} times as often as expected)"
        for part, value in rows.loc[(rows["low"] > 1) | (rows["high"] < 1), ["part", "value"]].to_numpy()
    ]


def without_source(lost: Mapping[str, Any]) -> str:
    """What the scores would have been without a source, as a sentence for whoever owns it; `lost` is its ROC-AUC row."""
    table = BANK.tables[f"{UNIFIED}.{lost['part']}"]
    who = f"{table.info['owner']}: without your “{plain(table.name)}”"
    value, low, high = (with_sign(lost[end], 3) for end in ("value", "low", "high"))
    if lost["low"] > 0:
        value, low, high = (numeral(lost[end], 3) for end in ("value", "low", "high"))
        return (
            f"{who}, the scores would tell those who leave from those who stay less well, by {value} of ROC-AUC "
            f"(95% interval {low} to {high})."
        )
    if lost["high"] < 0:
        return (
            f"{who}, the scores would have told them apart better on that day: ROC-AUC would have been "
            f"{numeral(-lost['value'], 3)} higher "
            f"(95% interval {numeral(-lost['high'], 3)} to {numeral(-lost['low'], 3)})."
        )
    return (
        f"{who}, it is not clear whether the scores would be worse: ROC-AUC lost {value} "
        f"(95% interval {low} to {high})."
    )
