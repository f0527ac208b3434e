"""Whom several campaigns and departments reach at once: pairs, contradicting offers, contacts in a week."""

import pandas as pd
import streamlit as st

from metrics.attribution import audience_overlap
from metrics.comparison.words import numeral, rounded_column, share
from metrics.definitions.scope import Period
from metrics.query.missing_reasons import not_delivered
from pages.charts import charts
from pages.components import data, tables
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.schema import plain

SHOWN = 200
MANY = 3
"""So many contacts in one week are pressure."""


def overlapping(viewer: Viewer) -> str:
    """How many people received contradicting offers, in words."""
    if missing := not_there(viewer, *REACHED, *TOLD):
        return f"Whom several campaigns reach is {missing}"
    contradicted = data.frame(viewer, audience_overlap.contradicted(last_days(viewer))).iloc[0]
    if contradicted["contradicted"] != contradicted["contradicted"]:
        return "How many people received contradicting offers is hidden: they are too few to show"
    if not contradicted["reached"]:
        return "Nobody was reached by a campaign in the last 90 days"
    part = share(contradicted["contradicted"] / contradicted["reached"])
    return f"{numeral(contradicted['contradicted'])} people ({part}) received contradicting offers for one product"


def pressing(viewer: Viewer) -> str:
    """How often the bank turns to one person three times or more in a week, in words."""
    if missing := not_there(viewer, *CONTACTED):
        return f"How often people are contacted is {missing}"
    weeks = data.frame(viewer, audience_overlap.weeks(last_days(viewer)))
    total = weeks["weeks"].sum()
    if not total:
        return "Nobody was contacted in the last 90 days"
    often = share(weeks[weeks["contacts"] >= MANY]["weeks"].sum() / total)
    return f"In {often} of the weeks with a contact, one person had {MANY} or more"


REACHED = ("touches", "touches.touched_at", "touches.customer_id", "touches.campaign_id")
TOLD = ("campaigns", "campaigns.product", "campaigns.message")
CONTACTED = ("touches", "touches.touched_at", "touches.customer_id", "touches.kind")


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
    contradicted = data.frame(viewer, audience_overlap.contradicted(period)).iloc[0]
    st.caption(
        f"{period.in_words()}. Two offers contradict each other when they are for one product, say different things, and "
        f"reached a person within {audience_overlap.CLOSE_DAYS} days."
    )
    overlaps = audience_overlap.without_few_left(
        data.frame(viewer, audience_overlap.pairs(period)), data.reader(viewer)
    )
    with st.grid(3, min_column_width=215, gap="small"):
        _figure("People with contradicting offers", contradicted["contradicted"], contradicted["reached"])
        _figure("People reached by campaigns", contradicted["reached"])
        _figure("Pairs of campaigns that share people", len(overlaps))
    st.header("Who was reached by which two campaigns")
    if overlaps.empty:
        tables.empty("No person was reached by two campaigns in these days.")
        return
    only = st.toggle("Only contradicting offers", value=True, key="contradicting")
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
    weeks = data.frame(viewer, audience_overlap.weeks(period))
    made = data.frame(viewer, audience_overlap.contacts(period))
    total = weeks["weeks"].sum()
    if not total:
        tables.empty("Nobody was contacted in these days.")
        return
    st.caption(
        f"{period.in_words()}. E-mails, calls, branch meetings and events; what people see or click themselves is not "
        "counted. A week is seven days; weeks without a contact are left out."
    )
    often = weeks[weeks["contacts"] >= MANY]["weeks"].sum()
    both = weeks[weeks["departments"] > 1]["weeks"].sum()
    with st.grid(3, min_column_width=215, gap="small"):
        _figure("Weeks with one contact or more", total)
        _share(f"With {MANY} contacts or more", often, total)
        _share("With contacts of two departments", both, total)
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.header("Contacts of one person in a week")
        by_number = weeks.groupby("contacts")["weeks"].sum()
        labels = [
            f"{n} or more" if n == audience_overlap.MOST else "once" if n == 1 else f"{n} times"
            for n in by_number.index
        ]
        texts = [f"{numeral(w)} ({share(w / total)})" for w in by_number]
        charts.show(
            charts.bars(labels, by_number.tolist(), texts),
            alt="Weeks by number of contacts: "
            + ", ".join(f"{n}: {t}" for n, t in zip(labels, texts, strict=True)),
            key="weeks",
        )
        table = pd.DataFrame({"Contacts": labels, "Weeks": by_number.to_numpy()})
        charts.table_below(table, "weeks-table", means=audience_overlap.meaning_of_contacts(period))
    with right:
        st.header("By whom")
        _by_whom(made, period)


def _share(label: str, value: float, total: float) -> None:
    with st.container(border=True, height="stretch"):
        st.metric(label, share(value / total))
        st.caption(f"{numeral(value)} of {numeral(total)} weeks")


def _by_whom(made: pd.DataFrame, period: Period) -> None:
    made = made.sort_values(["of_a_campaign", "contacts"], ascending=False)
    frame = pd.DataFrame(
        {
            "Department": ["Marketing" if c else "Relationship managers" for c in made["of_a_campaign"]],
            "By": [plain(k).capitalize() for k in made["kind"]],
            "Contacts": made["contacts"],
            "People": made["people"],
            "Each, a week": rounded_column(made["contacts"] / made["people"] / (period.days / 7), 2),
        }
    )
    number = st.column_config.NumberColumn(format="localized")
    means = audience_overlap.meaning_of_contacts(period)
    tables.show(frame, "by-whom", "too few", means=means, columns={"Contacts": number, "People": number})
    st.caption(
        "A contact that belongs to a campaign is Marketing's, one without is a relationship manager's."
    )
