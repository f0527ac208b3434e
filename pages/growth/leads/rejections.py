"""Why Sales rejects leads, and what became of those it rejected."""

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day, numeral, share
from metrics.definitions.scope import Scope
from metrics.query.missing_reasons import Missing, needs
from metrics.query.query import Query
from pages.charts import charts
from pages.components import data, tables
from pages.figures import drill_chart, drill_table
from pages.figures.drill import DrillFigure
from pages.growth.leads import batch_alarms
from warehouse.access.reader import Viewer
from workflow.qualification import lead_decisions, lead_review

GIVEN_BACK = "Given back to Marketing"
AFTER = ("rejected", "rejected_then_back", "rejected_then_accepted", "rejected_then_won")


def reasons(viewer: Viewer, scope: Scope) -> None:
    """The reasons as a Pareto: most frequent first, with what they add up to."""
    st.header("Why Sales rejects")
    if missing := _no_reason(viewer):
        tables.empty(f"Why leads are rejected is {missing.clause}.")
        return
    every = data.ask(viewer, ["rejected"], scope, by=["reason"], periods=[scope.period])
    answer = every[every["rejected"].fillna(0) > 0].sort_values("rejected", ascending=False)
    if answer.empty:
        hides = data.hidden_below(viewer, CATALOGUE["rejected"]) is not None
        tables.empty(
            "No rejection, or too few of one reason to show, in this period."
            if hides
            else "No lead was rejected in this period."
        )
        return
    # Of all that were rejected, for whatever reason: those of the reasons on show are fewer where some are hidden.
    hidden = int(every["rejected"].isna().sum())
    total = (
        data.ask(viewer, ["rejected"], scope, periods=[scope.period])["rejected"].iloc[0]
        if hidden
        else answer["rejected"].sum()
    )
    running = answer["rejected"].cumsum() / total
    labels = [r if isinstance(r, str) else "Reason not recorded" for r in answer["reason"]]
    texts = [
        numeral(n)
        if pd.isna(c)
        else f"{numeral(n)}  {share(n / total, 0)}" + (f", cumulative {share(c, 0)}" if at else "")
        for at, (n, c) in enumerate(zip(answer["rejected"], running, strict=True))
    ]
    st.caption(
        "Most frequent first; the cumulative share adds up from the top. Filter by campaign to see one campaign's "
        f"reasons.{_hidden_in_words(hidden, total)}"
    )
    opens = [DrillFigure(of="rejected", scope=scope.narrowed("reason", r)) for r in answer["reason"]]
    drill_chart.show(
        charts.bars(labels, answer["rejected"].tolist(), texts, room=0.9),
        opens=[opens],
        texts=[[numeral(n) for n in answer["rejected"]]],
        alt=f"Rejections: {'; '.join(texts)}",
        key="reasons",
    )
    drill_table.below(
        pd.DataFrame({"Reason": labels, "Leads": answer["rejected"], "Cumulative share": running.map(share)}),
        "reasons-table",
        opens={"Leads": opens},
        of=Query.of(["rejected"], scope, ["reason"], [scope.period]),
    )


def _hidden_in_words(hidden: int, total: float) -> str:
    """How many reasons are not on show, and what the shares are of."""
    if not hidden:
        return ""
    of = (
        "what share each is, is hidden"
        if pd.isna(total)
        else f"shares are of all {numeral(total)} rejections"
    )
    reasons = "1 more reason is" if hidden == 1 else f"{hidden} more reasons are"
    return f" {reasons} not shown, with too few leads or beside one with too few; {of}."


def by_campaign(viewer: Viewer, scope: Scope) -> None:
    """Each campaign's rejections by reason in one table, the most rejected first."""
    if _no_reason(viewer):
        return
    st.header("Reasons by campaign")
    answer = data.ask(viewer, ["rejected"], scope, by=["campaign", "reason"], periods=[scope.period])
    answer = answer[answer["rejected"].fillna(1) > 0]
    if answer["rejected"].notna().sum() == 0:
        tables.empty("No rejection, or too few of one campaign and reason to show, in this period.")
        return
    names = batch_alarms.names(viewer)
    answer = answer.assign(
        campaign=[c if isinstance(c, str) else "" for c in answer["campaign"]],
        reason=[r if isinstance(r, str) else "Not recorded" for r in answer["reason"]],
    )
    wide = answer.pivot_table(
        index="campaign", columns="reason", values="rejected", aggfunc="first", dropna=False, observed=True
    )
    wide = wide.dropna(how="all").loc[:, wide.sum().sort_values(ascending=False).index]
    wide = wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    hides = data.hidden_below(viewer, CATALOGUE["rejected"]) is not None
    frame = wide.reset_index(drop=True) if hides else wide.reset_index(drop=True).fillna(0)
    frame.insert(0, "Campaign", [names.get(str(c), str(c)) or "No campaign known" for c in wide.index])
    opens = {
        str(reason): [
            DrillFigure(
                of="rejected",
                scope=scope.narrowed("campaign", c or None).narrowed("reason", _as_kept(str(reason))),
            )
            for c in wide.index
        ]
        for reason in wide.columns
    }
    drill_table.show(
        frame,
        "reasons-by-campaign",
        "none or too few",
        opens=opens,
        of=Query.of(["rejected"], scope, ["campaign", "reason"], [scope.period]),
        columns={
            "Campaign": st.column_config.TextColumn(width="medium", pinned=True),
            **dict.fromkeys(
                map(str, wide.columns), st.column_config.NumberColumn(format="localized", width="small")
            ),
        },
    )


def _as_kept(reason: str) -> str | None:
    return None if reason == "Not recorded" else reason


def _no_reason(viewer: Viewer) -> Missing | None:
    """What the bank lacks to say why a lead was rejected: of its history of stages, or without one of its leads."""
    by_history = "lead_stages" in data.available_columns(viewer)
    reason = "lead_stages.reason" if by_history else "leads.rejected_reason"
    return tables.lacking(viewer, *needs("rejected"), reason)


def afterwards(viewer: Viewer, scope: Scope) -> None:
    """How many went back to Marketing, came again, were accepted or won later; also what was recorded here since."""
    st.header("What became of rejected leads")
    others = tuple((name, values) for name, values in scope.filters if name != "reason")
    back = Scope(scope.period, (*others, ("reason", lead_review.TO_NURTURE)))
    row = data.ask(viewer, AFTER, scope, periods=[scope.period]).iloc[0]
    unreasoned = _no_reason(viewer)
    returned = float("nan")
    if not unreasoned:
        returned = data.ask(viewer, ["rejected"], back, periods=[scope.period])["rejected"].iloc[0]
    counts = [
        (CATALOGUE["rejected"].label, row["rejected"], DrillFigure(of="rejected", scope=scope)),
        (GIVEN_BACK, returned, DrillFigure(of="rejected", scope=back)),
        *((_afterwards_called(name), row[name], DrillFigure(of=name, scope=scope)) for name in AFTER[1:]),
    ]
    here = [] if data.by_month(viewer) else _recycled_here(viewer, scope)
    rows = [
        {
            "": label,
            "Leads": part,
            "Of the rejected": share(part / row["rejected"])
            if at and row["rejected"] > 0 and pd.notna(part)
            else "",
            "Here since": here[at] if at < len(here) else "",
        }
        for at, (label, part, _) in enumerate(counts)
    ]
    st.caption(
        f"Leads rejected in the period, and what happened to them by {day(data.as_of(viewer))}. Those of the last weeks "
        f"have had little time. Given back: rejected as “{'” or “'.join(lead_review.TO_NURTURE)}”, to "
        f"be nurtured. A new lead "
        "is recognised only where the person is known by a customer number."
        f"{' “Here since”: recorded on this page after that day.' if here else ''}"
    )
    drill_table.show(
        pd.DataFrame(rows).drop(columns=[] if here else ["Here since"]),
        "after-rejection",
        "not known" if unreasoned else "too few",
        opens={"Leads": [figure for _, _, figure in counts]},
        of=Query.of(AFTER, scope, periods=[scope.period]),
        columns={"Leads": st.column_config.NumberColumn(format="localized")},
    )


def _afterwards_called(name: str) -> str:
    """`Later won`: the heading says of whom, and on half a screen there is no room to say it again."""
    label = CATALOGUE[name].label.removeprefix("Rejected, ")
    return label[:1].upper() + label[1:]


def _recycled_here(viewer: Viewer, scope: Scope) -> list[str]:
    """Of the leads rejected on this page after the last day loaded: all, and those given back to Marketing."""
    if not lead_decisions.are_kept_by(scope.filters):
        return ["not kept by this filter"] * 2
    door = data.reader(viewer)
    counts = door.frame(lead_decisions.recycled(data.as_of(viewer), scope.filters)).iloc[0]
    if pd.isna(counts["rejected"]):
        return [f"fewer than {door.smallest_cell}"] * 2
    # Those not given back may be the few.
    back = "too few to show" if pd.isna(counts["to_nurture"]) else numeral(counts["to_nurture"])
    return [numeral(counts["rejected"]), back]
