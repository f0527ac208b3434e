"""Lead handoff: was the first-contact SLA met, what does Sales accept and reject, what became of those."""

from functools import partial

import pandas as pd
import streamlit as st

from metrics.catalogue import stage_moves
from metrics.comparison.compare import share_interval
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import as_typed, day, numeral, share, verdict_in_words
from metrics.definitions.scope import Scope
from metrics.qualification.qualification_versions import timeline
from metrics.query.query import Query
from models.service.working_time import working_time
from pages.components import data, tables
from pages.figures import cards, drill_table
from pages.figures.drill import DrillFigure
from pages.growth.leads import batch_alarms, lead_list, rejections, waiting_leads
from warehouse.access.reader import Viewer
from warehouse.stores import connect

CARDS = ("sla_met", "acceptance_rate", "still_uncontacted", "rejected")
BY_CAMPAIGN = ("first_contacts_due", "sla_met", "decided", "acceptance_rate", "still_uncontacted")
SINCE = "Recorded here since"
FEWEST = 20
"""A share of fewer leads is not shown."""


def page(viewer: Viewer, scope: Scope) -> None:
    """The finding, the alarms, the figures, the leads to decide on or their totals, the reasons."""
    settings = connect.here().settings
    hours, office = settings.contact_promise_hours, working_time(settings)
    st.title(data.until_changed(viewer, headline, scope, hours))
    if tables.absent("The handoff", viewer, "leads"):
        return
    st.caption(
        f"First-contact SLA: Sales speaks to a lead within {as_typed(hours)} working hours of its becoming qualified "
        f"(MQL). Working hours are {office.in_words()} in {settings.holidays_of.replace('HK', 'Hong Kong')}."
    )
    if timeline(data.reader(viewer)):
        st.caption(
            "The SLA clock starts when Marketing's systems call a lead qualified, also where the agreed “qualified” asks "
            "for more; acceptance and rejection follow what was agreed."
        )
    names = batch_alarms.names(viewer)
    batch_alarms.show(viewer)
    with tables.refused_in_place():
        waiting_leads.show_never_taken_up(viewer, scope, names)
    cards.row(CARDS, scope, viewer)
    if limit := stage_moves.limit(data.available_columns(viewer)):
        st.caption(limit)
    if viewer.role == "sales":
        lead_list.show(viewer, lead_list.waiting(viewer, names, scope), hours, scope)
        lead_list.decided(viewer, names)
    waiting_leads.overdue_by_age(viewer, scope)
    with tables.refused_in_place():
        _by_campaign(viewer, scope)
    left, right = st.columns(2, gap="large")
    with left, tables.refused_in_place():
        rejections.reasons(viewer, scope)
    with right, tables.refused_in_place():
        rejections.afterwards(viewer, scope)
    with tables.refused_in_place():
        rejections.by_campaign(viewer, scope)


def headline(viewer: Viewer, scope: Scope, hours: float) -> str:
    if "leads" not in data.available_columns(viewer):
        return f"How leads are handed over is {tables.clause(viewer, 'leads')}"
    now = data.ask(viewer, ["sla_met", "acceptance_rate"], scope, periods=[scope.period]).iloc[0]
    untouched, parts = waiting_leads.never_taken_up(viewer, scope), []
    if untouched > 0:
        parts.append(f"{numeral(untouched)} leads were never taken up")
    if now["first_contacts_due"] > 0:
        parts.append(
            f"{share(now['sla_met'])} of leads were contacted within {as_typed(hours)} working hours"
        )
    if now["decided"] > 0:
        parts.append(f"Sales accepted {share(now['acceptance_rate'])}")
    missing = [data.why_missing(viewer, name, scope.period, now) for name in ("sla_met", "acceptance_rate")]
    if not parts and (why := next((m for m in missing if m and m.kind != "no cases"), None)):
        return f"First-contact SLA met and acceptance rate are {why.clause}"
    return "; ".join(parts) or "No lead was due or decided on in this period"


def _by_campaign(viewer: Viewer, scope: Scope) -> None:
    st.header("By campaign")
    frame, campaigns = data.until_changed(viewer, campaigns_handed_over, scope)
    since = (
        " “Recorded here since”: what Sales decided on this page after "
        f"{day(data.as_of(viewer))}, the last day loaded; it is not yet in the other columns."
    )
    st.caption(f"Shares with their 95% interval.{since if SINCE in frame else ''}")
    whole = st.column_config.NumberColumn(format="localized")
    parts = [scope.narrowed("campaign", value) for value in campaigns]
    columns = ("Contacts due", "First-contact SLA met", "Still waiting", "Decided", "Accepted")
    names_of = ("first_contacts_due", "sla_met", "still_uncontacted", "decided", "acceptance_rate")
    drill_table.show(
        frame,
        "hand-off-campaigns",
        "too few",
        opens={
            column: [DrillFigure(of=name, scope=part) for part in parts]
            for column, name in zip(columns, names_of, strict=True)
        },
        of=Query.of(BY_CAMPAIGN, scope, ["campaign"], [scope.period]),
        columns={
            "Campaign": st.column_config.TextColumn(width="medium"),
            **dict.fromkeys(("Contacts due", "Still waiting", "Decided"), whole),
        },
    )


def campaigns_handed_over(viewer: Viewer, scope: Scope) -> tuple[pd.DataFrame, list[str | float | None]]:
    """A row per campaign as it is shown, the most leads first, and the code of each."""
    names = batch_alarms.names(viewer)
    answer = data.ask(viewer, BY_CAMPAIGN, scope, by=["campaign"], periods=[scope.period])
    fresh = batch_alarms.since_the_load(viewer, scope)
    fresh["said"] = pd.Series(
        [_recorded(d, a) for d, a in zip(fresh["decided"], fresh["accepted"], strict=True)],
        fresh.index,
        dtype=object,
    )
    answer = answer.merge(
        fresh[["campaign_id", "said"]], left_on="campaign", right_on="campaign_id", how="outer"
    )
    answer["campaign"] = answer["campaign"].fillna(answer["campaign_id"])
    answer = answer.sort_values("first_contacts_due", ascending=False, na_position="last")
    cell = partial(data.missing_cell, viewer)
    frame = pd.DataFrame(
        {
            "Campaign": answer["campaign"].map(names).astype(object).fillna("No campaign known"),
            "Contacts due": answer["first_contacts_due"],
            "First-contact SLA met": _shares(
                answer, "contacted_in_time", "first_contacts_due", cell("sla_met")
            ),
            "Still waiting": answer["still_uncontacted"],
            "Decided": answer["decided"],
            "Accepted": _shares(answer, "accepted_of_decided", "decided", cell("acceptance_rate")),
            SINCE: answer["said"].fillna(""),
        }
    )
    if data.by_month(viewer):
        frame = frame.drop(columns=SINCE)
    return frame, answer["campaign"].tolist()


def _recorded(decided: float | None, accepted: float | None) -> str:
    if pd.isna(decided) or pd.isna(accepted):
        return "too few to show"
    return f"{numeral(decided)}, {numeral(accepted)} accepted"


def _shares(answer: pd.DataFrame, top: str, bottom: str, missing: str) -> list[str]:
    texts = []
    for part, whole in zip(answer[top], answer[bottom], strict=True):
        if pd.isna(part) or pd.isna(whole):
            texts.append(missing)
        elif whole < FEWEST:
            texts.append(verdict_in_words(Verdict.TOO_FEW, whole))
        else:
            low, high = share_interval(part, whole)
            texts.append(f"{share(part / whole)} ({share(low)} to {share(high)})")
    return texts
