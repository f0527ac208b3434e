"""The sections of the churn model page: each its finding in words, its chart, its table."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import nan

import pandas as pd
import streamlit as st

from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import day, numeral, rounded_column, share, with_sign
from models.churn.drift import MOVED, SCORE, STEADY
from pages.charts import charts, time_charts
from pages.components import tables
from pages.components.typed_text import escaped
from warehouse.access.typed_rows import rows_of
from warehouse.schema import plain
from workflow.scoring import model_card_text
from workflow.scoring.model_card_text import JudgedModel

TOO_FEW = str(Verdict.TOO_FEW)


Written = Callable[[float], str]
"""How the figures of a column are written."""


@dataclass(frozen=True, kw_only=True)
class CheckedFigure:
    """A row of `derived.model_checks`: a measure of the model with its 95% interval, and about how many people."""

    measure: str
    n: float | None
    value: float | None
    low: float | None
    high: float | None


def to(places: int, write: Callable[..., str] = numeral) -> Written:
    """`write` with so many places."""
    return partial(write, places=places)


def _ends(check: CheckedFigure, write: Written) -> str:
    if check.value is None:
        return TOO_FEW
    value, low, high = (write(nan if v is None else v) for v in (check.value, check.low, check.high))
    between = " to " if any(v[0] in "+−" for v in (value, low, high)) else "–"
    return f"{value} ({low.removesuffix('%')}{between}{high.removesuffix('%')})"


def _wide(rows: pd.DataFrame, first: str, columns: dict[str, tuple[str, Written]]) -> pd.DataFrame:
    """One line per part, a column of text with its interval per measure."""
    lines = []
    for part, group in rows.groupby("part", sort=False):
        by = {check.measure: check for check in rows_of(group, CheckedFigure)}
        line: dict[str, object] = {first: part}
        for measure, (label, write) in columns.items():
            line[label] = _ends(by[measure], write) if measure in by else ""
        lines.append(line)
    return pd.DataFrame(lines)


def good(model: JudgedModel) -> None:
    """The model beside what a bank could do without it."""
    st.caption(
        "With 95% intervals; the first three are evaluated on the same customers. Of a Brier score, lower is better. "
        "Precision, lift and recall are about the calls of one week: as many customers of each RM as the RM can call, "
        "those with the highest chance first."
    )
    calls = model.of("capacity")
    rows = pd.concat([model.of("figures"), calls.assign(measure="called_" + calls["measure"])])
    rows = rows.assign(place=rows["part"].map(list(model_card_text.RIVALS).index)).sort_values(
        "place", kind="stable"
    )
    rows["part"] = rows["part"].map(model_card_text.RIVALS)
    frame = _wide(
        rows,
        "Selected by",
        {
            "roc_auc": ("ROC-AUC", to(3)),
            "pr_auc": ("PR-AUC", to(3)),
            "brier": ("Brier", to(3)),
            "called_left": ("Precision", to(0, share)),
            "called_lift": ("Lift", to(1)),
            "called_found": ("Recall", share),
        },
    )
    tables.show(frame, "rivals")
    n, called = model.one("figures", "model", "roc_auc"), model.one("capacity", "model", "left")
    st.caption(
        f"n = {model.people(n['n'] if n else None)} customers"
        + (f", {numeral(called['n'])} calls a week." if called else "; the RMs’ capacity is not known.")
    )


def right(model: JudgedModel) -> None:
    """The calibration: by tenth of the list, and month by month."""
    st.markdown(f"**{model_card_text.calibration_words(model)}**")
    slope, level = (model.one("calibration", "model", m) for m in ("slope", "intercept"))
    if slope and level:
        st.caption(
            f"Slope {numeral(slope['value'], 2)} ({numeral(slope['low'], 2)} to {numeral(slope['high'], 2)}), "
            f"intercept {with_sign(level['value'], 2)} ({with_sign(level['low'], 2)} to {with_sign(level['high'], 2)}), "
            f"n = {numeral(slope['n'])}. Below: each tenth of the customers, from the least to the most likely "
            f"to leave, as predicted and as it came."
        )
    curve = model.of("calibration curve")
    expected, left = (curve[curve["measure"] == m].set_index("part") for m in ("expected", "left"))
    charts.show(
        charts.agreement(
            (100 * expected["value"]).tolist(),
            (100 * left["value"]).tolist(),
            list(zip(100 * left["low"], 100 * left["high"], strict=True)),
            x="predicted to leave, %",
            y="left, %",
        ),
        alt="Share that left against the share predicted, by tenth of the customers; the line is where both agree",
        key="calibration",
    )
    rows = left.assign(
        Tenth=left.index.astype(int),
        Predicted=[share(v, 2) for v in expected["value"].reindex(left.index)],
        Left=[_ends(check, to(2, share)) for check in rows_of(left, CheckedFigure)],
        Customers=[model.people(n) for n in left["n"]],
    )[["Tenth", "Predicted", "Left", "Customers"]]
    charts.table_below(rows, "calibration-table")
    _by_month(model)


def _by_month(model: JudgedModel) -> None:
    st.subheader("Month by month")
    nights = model.nights[model.nights["check_name"] != "nightly drift"]
    rows = pd.concat([model.of("by month"), nights]).sort_values("day")
    if rows.empty:
        tables.empty("Not enough data yet.", "It needs a half year of months whose 90 days have passed.")
        return
    st.caption(
        "The earlier months by a model that learned only from the days before all of them, so that the months show how "
        "it ages; since it is in use, each month’s last nightly run once its 90 days have passed."
    )
    lines = []
    for _, group in rows.groupby("day"):
        by = {check.measure: check for check in rows_of(group, CheckedFigure)}
        left, expected = by["left"], by["expected"]
        lines.append(
            {
                "Customers as of": day(group["day"].iloc[0]),
                "Customers": model.people(left.n),
                "Predicted to leave": TOO_FEW if expected.value is None else share(expected.value, 2),
                "Left": _ends(left, to(2, share)),
                "ROC-AUC": _ends(by["roc_auc"], to(3)) if "roc_auc" in by else "",
            }
        )
    tables.show(pd.DataFrame(lines), "by-month")


def fits(model: JudgedModel) -> None:
    """Drift by month, of the score and of what moved most."""
    drift = model_card_text.drift_by_month(model)
    if drift.empty:
        tables.empty("No nightly run has compared the customers with those the model learned from.")
        return
    st.markdown(f"**{model_card_text.drift_words(drift)}**")
    st.caption(
        "The population stability index (PSI) compares the customers of a month with those the model learned from: "
        f"below {STEADY} steady, above {MOVED} moved. Numbers that count days only grow, so they move by themselves."
    )
    score = drift[drift["part"] == SCORE]
    charts.show(
        time_charts.line(score["day"].dt.date.tolist(), score["psi"].tolist(), unit="PSI", places=3),
        alt="Population stability index of the score by month",
        key="drift",
    )
    wide = drift.pivot_table(index="part", columns="day", values="psi")
    wide = wide.sort_values(wide.columns[-1], ascending=False).iloc[:, -6:]
    wide.columns = [day(c) for c in pd.to_datetime(wide.columns)]
    wide.insert(0, "Number", [model_card_text.feature_words(str(name)) for name in wide.index])
    for column in wide.columns[1:]:
        wide[column] = rounded_column(wide[column], 3)
    number = tables.decimals(3)
    tables.show(wide.head(12), "drift-table", "not known", columns=dict.fromkeys(wide.columns[1:], number))


def fair(model: JudgedModel) -> None:
    """Selection, recall and calibration of groups the model may not know of."""
    st.caption(
        "Selected are the tenth with the highest chance. Recall: of those who left, the share selected. Calibration: how "
        "many left for each one predicted; 1.00 is right. An interval beside 1.00 means the chances were wrong for that "
        "group; of twenty groups about one lies beside it by chance. Differences in selection alone are no proof of "
        "unfairness: groups differ in how many leave."
    )
    for grouping in ("age band", "segment", "district", "branch"):
        rows = model.of(f"fairness by {grouping}")
        rows = rows.sort_values("part", key=lambda parts: parts.where(parts != "under 30", ""), kind="stable")
        st.subheader(f"By {grouping}")
        if rows.empty:
            tables.empty(f"The {grouping} of the customers is not known to this bank.")
            continue
        wrong = model_card_text.unfair(rows)
        st.markdown(
            f"Wrong chances for: {'; '.join(wrong)}."
            if wrong
            else "No group’s chances were wrong beyond chance."
        )
        people = rows[rows["measure"] == "selected"].set_index("part")["n"]
        gone = rows[rows["measure"] == "recall"].set_index("part")["n"]
        frame = _wide(
            rows,
            grouping.capitalize(),
            {
                "selected": ("Selected", share),
                "recall": ("Recall", to(0, share)),
                "calibration": ("Calibration", to(2)),
            },
        )
        frame.insert(1, "Customers", [model.people(people.get(p)) for p in frame.iloc[:, 0]])
        frame.insert(2, "Left", [model.people(gone.get(p)) for p in frame.iloc[:, 0]])
        tables.show(frame, f"fair-{grouping}")


def sources(model: JudgedModel) -> None:
    """What is lost without a source."""
    st.caption(
        "The model fitted again without the numbers of one source, evaluated on the same customers. What another source "
        "tells as well is not lost, so small losses do not mean that a source says nothing."
    )
    rows = model.of("source")
    if rows.empty:
        tables.empty("What is lost without a source was not measured when this model was trained.")
        return
    order = rows[rows["measure"] == "roc_auc"].sort_values("value", ascending=False)["part"].tolist()
    rows = rows.assign(place=rows["part"].map(order.index)).sort_values("place", kind="stable")
    # Of too few people no loss is shown, so there is no sentence on it either.
    lost = rows[(rows["measure"] == "roc_auc") & rows["value"].notna()]
    rows["part"] = [plain(p).capitalize() for p in rows["part"]]
    columns = {
        "roc_auc": ("ROC-AUC lost without it", to(3, with_sign)),
        "pr_auc": ("PR-AUC lost without it", to(3, with_sign)),
    }
    frame = _wide(rows, "Source", columns)
    clear = rows[rows["measure"] == "roc_auc"].set_index("part")["low"] > 0
    frame["Verdict"] = ["adds" if clear[p] else "no clear loss" for p in frame["Source"]]
    tables.show(frame, "sources")
    st.caption(f"n = {model.people(rows['n'].max())} customers.")
    st.markdown(
        "\n".join(f"- {escaped(model_card_text.without_source(dict(line)))}" for _, line in lost.iterrows())
    )


SHOWN: dict[str, Callable[[JudgedModel], None]] = {
    "good": good,
    "right": right,
    "fits": fits,
    "fair": fair,
    "sources": sources,
}
