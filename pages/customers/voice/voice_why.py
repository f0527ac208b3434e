"""Before anybody explains a change: did the parts move, or their mix; and who answers at all."""

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison import decomposition, response_rates
from metrics.comparison.compare import Change, compare
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import change, figure, in_a_sentence, numeral, rounded_column, share, with_sign
from metrics.definitions.measure import Ratio
from metrics.definitions.scope import Scope
from metrics.query.query import Query, figures
from pages.charts import charts
from pages.components import data, tables
from warehouse.access.reader import Viewer
from warehouse.schema import plain

IN_POINTS = ("Its own change (points)", "Change of mix (points)", "Together (points)")


def moved(viewer: Viewer, scope: Scope, score: str, by: str) -> None:
    """The change of a score against the period before, split into level and mix of the parts."""
    if not scope.looks_back:
        return
    metric = CATALOGUE[score]
    assert isinstance(metric, Ratio)
    whole = data.ask_and_before(viewer, [score], scope).set_index("period")
    now, before = (figures(metric, data.period_row(whole, i)) for i in (0, 1))
    parts = data.ask_and_before(viewer, [score], scope, by=[by])
    values = pd.DataFrame([figures(metric, row) for _, row in parts.iterrows()])
    shift = None
    if len(values):
        split = parts[[by, "period"]].assign(numerator=values["numerator"], denominator=values["denominator"])
        shift = decomposition.shift(
            split, by, ((now["numerator"], now["denominator"]), (before["numerator"], before["denominator"]))
        )
    st.header(f"Where {in_a_sentence(metric.label)} moved")
    if shift is None:
        tables.empty("There are too few answers in one of the two periods to compare them.")
        return
    verdict = compare(metric, now, before)
    st.text(_sentence(metric, now["value"], before["value"], verdict, shift, by))
    points = 100 if metric.unit == "share" else metric.scale
    rows = shift.parts
    tables.show(
        pd.DataFrame(
            {
                by.capitalize(): [plain(p).capitalize() for p in rows["part"]],
                "Before": [_level(metric, v) for v in rows["level_before"]],
                "Now": [_level(metric, v) for v in rows["level_now"]],
                "Answers before": rows["n_before"],
                "Answers now": rows["n_now"],
                IN_POINTS[0]: rounded_column(points * rows["level"], 2),
                IN_POINTS[1]: rounded_column(points * rows["mix"], 2),
                IN_POINTS[2]: rounded_column(points * rows["total"], 2),
            }
        ),
        f"why-{score}-{by}",
        columns={name: tables.decimals(2) for name in IN_POINTS},
    )
    if abs(points * shift.left_out) >= 0.005:
        st.caption(
            f"{with_sign(points * shift.left_out, 2)} points come from groups about too few people to show."
        )
    st.caption(
        "Its own change: the group answers differently than before. Change of mix: more or fewer of the answers "
        "come from it. All rows together, before each is rounded, are the whole change. This says where it moved, not "
        "what moved it."
    )
    tables.explain(f"why-{score}", [score], viewer, Query.of([score], scope, [by]))


def _level(metric: Ratio, value: float) -> str:
    return "no answers" if pd.isna(value) else figure(metric, metric.scale * value)


def _sentence(
    metric: Ratio, now: float, before: float, verdict: Change, shift: decomposition.Shift, by: str
) -> str:
    points = 100 if metric.unit == "share" else metric.scale
    text = f"From {figure(metric, before)} to {figure(metric, now)}: {change(metric, now, before, verdict)}."
    if verdict.verdict is Verdict.NOT_CLEAR:
        text += " The change is within chance, and so are its parts."
    elif verdict.verdict is Verdict.TOO_FEW:
        text += " So few answers say nothing about what moved."
    split = (
        f" {with_sign(points * shift.level)} points come from groups that answer differently, "
        f"{with_sign(points * shift.mix)} from another mix of {by}s."
    )
    return text + split


def who_answers(viewer: Viewer, scope: Scope, score: str) -> None:
    """The response rate by group, and the score if every group answered alike."""
    st.header("Response rates")
    by, metric = "segment", CATALOGUE[score]
    assert isinstance(metric, Ratio)
    answer = data.ask(viewer, [f"{score}_response", score], scope, by=[by], periods=[scope.period])
    named = answer.rename(columns={f"{score}_asked": "asked", f"{score}_answered": "answered"})
    named = named.assign(**pd.DataFrame([figures(metric, r) for _, r in named.iterrows()], index=named.index))
    rates = response_rates.response(named, by)
    if rates.empty:
        tables.empty("Nobody was asked in this period.")
        return
    invited, answered = rates["asked"].sum(), rates["answered"].sum()
    sentence = f"{share(answered / invited)} of {numeral(invited)} invitations have been answered."
    both = response_rates.reweighted(named)
    if both:
        as_is, alike = (metric.scale * b for b in both)
        sentence += (
            f" {metric.label} is {figure(metric, as_is)} among those who answered; if every {by} answered as "
            "often as the "
            f"others, it would be {figure(metric, alike)}."
        )
    st.text(sentence)
    st.caption(
        "A survey says nothing about people who never answer. The latest invitations can still be answered."
    )
    names = [plain(v).capitalize() for v in rates[by]]
    words = [f"{share(r)} of {numeral(n)}" for r, n in zip(rates["rate"], rates["asked"], strict=True)]
    charts.show(
        charts.dots(
            names,
            rates["rate"].tolist(),
            list(zip(rates["low"], rates["high"], strict=True)),
            words,
            lines=charts.reference(float(answered / invited)),
        ),
        alt="Response rate: " + ", ".join(f"{a} {b}" for a, b in zip(names, words, strict=True)),
        key=f"who-{score}",
    )
    response = f"{score}_response"
    tables.explain(response, [response], viewer, Query.of([response], scope, [by], [scope.period]))
