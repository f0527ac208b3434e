"""Funnel: where leads come from, how far they get, and whether that is better than before."""

import pandas as pd
import streamlit as st

from metrics import CATALOGUE
from metrics.compare import compare, share_interval
from metrics.funnel import STAGES
from metrics.query import Question, absent
from metrics.scope import Scope
from metrics.words import change, plain, share
from pages.kit import cards, charts, data, tables
from warehouse.access import Viewer

CARDS = ("leads", "mql", "sql", "won", "win_rate", "marketing_cost", "cac", "nps")
YOUNG = "Leads of the last weeks are still on their way, so the later stages will grow."


def page(viewer: Viewer, scope: Scope) -> None:
    """The finding, the cards, the stages of the leads that came in, and the channels beside each other."""
    st.title(headline(viewer, scope))
    cards.row(CARDS, scope, viewer)
    if tables.absent("The funnel", viewer, "leads"):
        return
    left, right = st.columns(2, gap="large")
    with left:
        _stages(viewer, scope)
    with right:
        by_channel(viewer, scope)


def headline(viewer: Viewer, scope: Scope) -> str:
    """What happened, in one sentence with its numbers."""
    if "leads" not in data.known(viewer):
        return "No leads have been loaded for this bank"
    answer = data.ask(viewer, ["leads", "win_rate"], scope).set_index("period")
    now, before = answer.loc[0], answer.loc[1]
    if pd.isna(now["leads"]) or not now["leads"]:
        return "No lead came in during this period"
    leads = CATALOGUE["leads"]
    moved = change(
        leads,
        now["leads"],
        before["leads"],
        compare(leads, {"value": now["leads"]}, {"value": before["leads"]}),
    )
    won = "" if pd.isna(now["win_rate"]) else f"; {share(now['win_rate'])} of closed opportunities were won"
    return f"{now['leads']:,.0f} leads came in ({moved}){won}"


def _stages(viewer: Viewer, scope: Scope) -> None:
    st.header("How far the leads of this period got")
    # A stage the bank does not record is left out, rather than shown as if nobody had reached it.
    stages = [(s.label, s.cohort) for s in STAGES if s.cohort and not absent(s.cohort, data.known(viewer))]
    names = [name for _, name in stages]
    row = data.ask(viewer, names, scope, periods=[scope.period]).iloc[0]
    counts = [float(row[n]) for n in names]
    texts, table = [], []
    for index, (label, _) in enumerate(stages):
        count = counts[index]
        step = count / counts[index - 1] if index and counts[index - 1] else None
        texts.append(
            f"{count:,.0f}" + (f"  ({share(step)} of {stages[index - 1][0]})" if step is not None else "")
        )
        low, high = (
            share_interval(count, counts[index - 1])
            if step is not None and count <= counts[index - 1]
            else (None, None)
        )
        table.append(
            {
                "Stage": label,
                "Leads": count,
                "Of the stage before": share(step) if step is not None else "",
                "95 % interval": f"{share(low)} to {share(high)}" if low is not None else "",
            }
        )
    st.caption(f"Each lead counts once, in the period it first came. {YOUNG}")
    charts.bars(
        [label for label, _ in stages], counts, texts, alt=f"Leads by stage: {', '.join(texts)}", key="stages"
    )
    charts.table_below(
        pd.DataFrame(table), "stages-table", of=Question.of(names, scope, periods=[scope.period])
    )


def by_channel(viewer: Viewer, scope: Scope) -> None:
    st.header("By channel")
    names = ["leads", "reached_mql", "reached_won", "lead_conversion"]
    answer = data.ask(viewer, names, scope, by=["channel"], periods=[scope.period])
    answer = answer[answer["leads"].fillna(0) > 0].sort_values("leads", ascending=False)
    st.caption("The share of this period's leads that signed a contract so far, with its 95 % interval.")
    rows = []
    for row in answer.itertuples():
        if pd.isna(row.lead_conversion):
            said = "too few people to show"
        elif row.leads < 20:
            said = "too few leads to say"
        else:
            low, high = share_interval(row.reached_won, row.leads)
            said = f"{share(row.lead_conversion)} ({share(low)} to {share(high)})"
        rows.append(
            {
                "Channel": plain(row.channel).capitalize(),
                "Leads": row.leads,
                "MQL": row.reached_mql,
                "Won": row.reached_won,
                "Share won": said,
            }
        )
    whole = st.column_config.NumberColumn(format="localized")
    shown = pd.DataFrame(rows)
    if absent("reached_mql", data.known(viewer)):
        shown = shown.drop(columns="MQL", errors="ignore")
    question = Question.of(names, scope, ["channel"], [scope.period])
    tables.show(shown, "channels", "too few", of=question, Leads=whole, MQL=whole, Won=whole)
    st.caption("“Not known”: the channel was not recorded. It is not counted in any channel.")
