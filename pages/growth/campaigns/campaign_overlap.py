"""Whom several campaigns and departments reach at once: pairs, differing offers, contacts in a week."""

from math import isnan

import pandas as pd
import streamlit as st

from metrics.attribution import audience_overlap
from metrics.comparison.words import numeral, rounded_column, share
from metrics.customers.whose_contact import RULE
from metrics.definitions.meaning import Meaning
from metrics.definitions.scope import Period
from metrics.query.missing_reasons import not_delivered
from pages.charts import charts
from pages.components import data, tables
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.schema import plain, tickets

SHOWN = 200
MANY = 3
"""So many contacts in one week are pressure."""


def overlapping(viewer: Viewer) -> str:
    """How many people were reached with different offers, in words."""
    if missing := not_there(viewer, *REACHED, *TOLD):
        return f"Whom several campaigns reach is {missing}"
    people = data.frame(viewer, audience_overlap.differing(last_days(viewer))).iloc[0]
    if pd.isna(people["differing"]):
        return "How many people were reached with different offers is hidden: they are too few to show"
    if not people["reached"]:
        return "Nobody was reached by a campaign in the last 90 days"
    if not people["differing"]:
        return "Nobody was reached with different offers for one product in the last 90 days"
    number, part = numeral(people["differing"]), share(people["differing"] / people["reached"])
    some, were = ("person", "was") if number == "1" else ("people", "were")
    return f"{number} {some} ({part}) {were} reached with different offers for one product"


def pressing(viewer: Viewer) -> str:
    """How often the bank turns to one person three times or more in a week, in words."""
    if missing := not_there(viewer, *CONTACTED):
        return f"How often people are contacted is {missing}"
    weeks = data.frame(viewer, audience_overlap.weeks(last_days(viewer), replies=not _no_replies(viewer)))
    if weeks.empty:
        return "Nobody was contacted in the last 90 days"
    total, often = _all(weeks), _all(weeks[weeks["contacts"] >= MANY])
    if isnan(often / total):
        return f"How many weeks with a contact have {MANY} or more is hidden: some are about too few people to show"
    return f"In {share(often / total)} of the weeks with a contact, one person had {MANY} or more"


def _all(weeks: pd.DataFrame) -> float:
    """How many weeks they are; NaN where some of them are hidden, since the others are not all."""
    return float(weeks["weeks"].sum(skipna=False))


def _no_replies(viewer: Viewer) -> str:
    """Why Service's first replies are not among the contacts, as a sentence; "" where they are."""
    if missing := tables.lacking(viewer, "tickets", "tickets.customer_id", "tickets.first_reply_at"):
        return f"Service's replies: {missing.clause}."
    # Of a role that sees totals, but not of whole months, the door would refuse the statement.
    if data.may_see(viewer, tickets.name) or data.by_month(viewer):
        return ""
    return "Service's replies are not among them: your role reads its cases in totals only."


REACHED = ("touches", "touches.touched_at", "touches.customer_id", "touches.campaign_id")
TOLD = ("campaigns", "campaigns.product", "campaigns.message")
CONTACTED = (
    *("touches", "touches.touched_at", "touches.customer_id", "touches.kind"),
    "touches.campaign_id",
)
"""The campaign says whose contact it is."""


def not_there(viewer: Viewer, *needed: str) -> str:
    """What was not given, or not delivered for these days, as the end of a sentence; "" if it is there."""
    late = not_delivered("touches.touched_at", last_days(viewer), data.coverage_of(viewer))
    return tables.clause(viewer, *needed) or (f"not known: {late.clause}" if late else "")


def last_days(viewer: Viewer) -> Period:
    """The days that are looked at."""
    return data.period_of(viewer, "90d")


def pairs(viewer: Viewer, plans: pd.DataFrame) -> None:
    """Who was reached by which two campaigns, and whom two of them told different things about one product."""
    if missing := not_there(viewer, *REACHED, *TOLD):
        tables.empty(f"The overlap is {missing}.")
        return
    period = last_days(viewer)
    people = data.frame(viewer, audience_overlap.differing(period)).iloc[0]
    st.caption(
        f"{period.in_words()}. Offers differ when they are for one product, say different things, and reached a person "
        f"within {audience_overlap.CLOSE_DAYS} days: who saw, clicked or visited, or was contacted. Whether they "
        "contradict each other is for their owners to judge."
    )
    overlaps = audience_overlap.without_few_left(
        data.frame(viewer, audience_overlap.pairs(period)), data.reader(viewer)
    )
    with st.grid(3, min_column_width=215, gap="small"):
        _figure("People reached with different offers", people["differing"], people["reached"])
        _figure("People reached by campaigns", people["reached"])
        _figure("Pairs of campaigns that share people", len(overlaps))
    st.header("Who was reached by which two campaigns")
    if overlaps.empty:
        tables.empty("No person was reached by two campaigns in these days.")
        return
    only = st.toggle("Only different offers", value=True, key="differing")
    clash = overlaps["same_product"].eq(other=True) & overlaps["same_message"].eq(other=False)
    named = plans.set_index("campaign_id")
    listed = (overlaps[clash] if only else overlaps).sort_values("close", ascending=False, na_position="last")
    called = named["name"].fillna(pd.Series(named.index, named.index))
    within = f"Within {audience_overlap.CLOSE_DAYS} days"
    frame = pd.DataFrame(
        {
            "Campaign": listed["campaign_a"].map(called),
            "and": listed["campaign_b"].map(called),
            "Reached by both": listed["reached"],
            within: listed["close"],
            "Offers": [_offers(pair) for pair in rows_of(listed, audience_overlap.CampaignPair)],
            "One says": listed["campaign_a"].map(named["message"]),
            "The other says": listed["campaign_b"].map(named["message"]),
        }
    ).head(SHOWN)
    if only:
        frame = frame.drop(columns="Offers")
    number = st.column_config.NumberColumn(format="localized")
    tables.show(
        frame,
        "pairs",
        "too few",
        means=audience_overlap.meaning_of_pairs(period),
        columns=dict.fromkeys(["Reached by both", within], number),
    )


def _offers(pair: audience_overlap.CampaignPair) -> str:
    if pair.same_product is None:
        return "not known"
    if not pair.same_product:
        return "two products"
    return "one product, one message" if pair.same_message else "one product, two messages"


def _figure(label: str, value: float, of: float | None = None) -> None:
    with st.container(border=True, height="stretch"):
        st.metric(label, numeral(value) if pd.notna(value) else "too few to show")
        if of and pd.notna(value):
            st.caption(f"{share(value / of)} of {numeral(of)} people")


def pressure(viewer: Viewer) -> None:
    """How often the bank turns to one person in a week, and which departments do."""
    if missing := not_there(viewer, *CONTACTED):
        tables.empty(f"Contact pressure is {missing}.")
        return
    period = last_days(viewer)
    no_replies = _no_replies(viewer)
    weeks = data.frame(viewer, audience_overlap.weeks(period, replies=not no_replies))
    made = data.frame(viewer, audience_overlap.contacts(period, replies=not no_replies))
    means = audience_overlap.meaning_of_contacts(period, replies=not no_replies)
    if weeks.empty:
        tables.empty("Nobody was contacted in these days.")
        return
    replies = "" if no_replies else ", and Service's first replies to cases"
    st.caption(
        f"{period.in_words()}. E-mails, calls, branch meetings and events of the bank that were delivered{replies}. "
        f"{no_replies}{' ' if no_replies else ''}What people see or click themselves is not counted, nor what colleagues "
        "record in Concord, nor first calls by Sales. A week is seven days; weeks without a contact are left out."
    )
    total, visible = _all(weeks), weeks["weeks"].sum()
    with st.grid(3, min_column_width=215, gap="small"):
        with st.container(border=True, height="stretch"):
            st.metric(
                "Weeks with one contact or more",
                f"more than {numeral(visible)}" if isnan(total) else numeral(total),
            )
        _share(f"With {MANY} contacts or more", _all(weeks[weeks["contacts"] >= MANY]), total)
        _share("With contacts of two departments or more", _all(weeks[weeks["departments"] > 1]), total)
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.header("Contacts of one person in a week")
        numbers = sorted({int(n) for n in weeks["contacts"]})
        by_number = {n: _all(weeks[weeks["contacts"] == n]) for n in numbers}
        labels = [
            f"{n} or more" if n == audience_overlap.MOST else "once" if n == 1 else f"{n} times"
            for n in by_number
        ]
        texts = [_of(w, total) for w in by_number.values()]
        charts.show(
            charts.bars(labels, list(by_number.values()), texts),
            alt="Weeks by number of contacts: "
            + ", ".join(f"{n}: {t}" for n, t in zip(labels, texts, strict=True)),
            key="weeks",
        )
        cells = [tables.TOO_FEW if isnan(w) else numeral(w) for w in by_number.values()]
        table = pd.DataFrame({"Contacts": labels, "Weeks": cells})
        charts.table_below(table, "weeks-table", means=means)
    with right:
        st.header("By whom")
        _by_whom(made, period, means)


def _share(label: str, value: float, total: float) -> None:
    hidden = isnan(value / total)
    with st.container(border=True, height="stretch"):
        st.metric(label, "too few to show" if hidden else share(value / total))
        st.caption(
            "Some of these weeks are hidden." if hidden else f"{numeral(value)} of {numeral(total)} weeks"
        )


def _of(weeks: float, total: float) -> str:
    """`685 (92.1%)`; without the share where some of all weeks are hidden."""
    if isnan(weeks):
        return "too few to show"
    return numeral(weeks) if isnan(total) else f"{numeral(weeks)} ({share(weeks / total)})"


def _by_whom(made: pd.DataFrame, period: Period, means: Meaning) -> None:
    made = made.sort_values(["department", "contacts"], ascending=[True, False])
    frame = pd.DataFrame(
        {
            "Department": made["department"],
            "By": [plain(k).capitalize() for k in made["kind"]],
            "Contacts": made["contacts"],
            "People": made["people"],
            "Each, a week": rounded_column(made["contacts"] / made["people"] / (period.days / 7), 2),
        }
    )
    number = st.column_config.NumberColumn(format="localized")
    tables.show(frame, "by-whom", "too few", means=means, columns={"Contacts": number, "People": number})
    st.caption(RULE)
