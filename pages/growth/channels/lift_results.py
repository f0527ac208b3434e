"""What lift experiments measured, beside what the models credit a channel with; a gap is flagged."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.catalogue.attributed_wins import MODEL_OF, MODELS, of_those_reached, outside
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import day, numeral, points, share, verdict_in_words
from metrics.definitions.scope import Period, whole_months
from models.experiments.lift import Counts
from pages.components import data, forms, tables
from pages.components.typed_text import escaped
from pages.growth.leads import batch_alarms
from warehouse.access.reader import Viewer
from warehouse.disclosure.minimum_cell_size import is_enough
from warehouse.errors import ChangeRefused
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.experiments import lift_tests
from workflow.records.people import called

COUNTS = {
    "treated": "Treated",
    "treated_won": "Of the treated, won",
    "held_out": "Held out",
    "held_out_won": "Of the held out, won",
}


def results(viewer: Viewer) -> None:
    """Every result beside the models' credit for the wins it took part in on the same days, and the form."""
    st.header("What experiments measured")
    entered = lift_tests.standing(data.reader(viewer))
    if entered.empty:
        tables.empty(
            "No lift experiment has been entered, so the true effect of a channel is not known.",
            "Keep a random group from a channel for some weeks, and enter the difference here.",
        )
    for row in entered.itertuples():
        _result(viewer, row)
    if viewer.role in lift_tests.WRITERS:
        _form(viewer, entered)


def _result(viewer: Viewer, row: Any) -> None:
    days = Period(pd.Timestamp(row.starts_on).date(), pd.Timestamp(row.ends_on).date())
    campaign = row.campaign_id if isinstance(row.campaign_id, str) else None
    counts_days = whole_months(days) if data.by_month(viewer) else days
    shares, reached = _credited(viewer, counts_days, row.channel, campaign)
    above, below = outside(shares, row.low, row.high)
    credits = [s for s in shares.values() if pd.notna(s)]
    counts = None if pd.isna(row.treated) else _counts(row)
    fewest = data.hidden_below(viewer, CATALOGUE["customers_acquired"])
    hidden = counts is not None and fewest is not None and not is_enough(counts.fewest, fewest)
    by = called(connect.here(), [row.entered_by])[row.entered_by]
    named = batch_alarms.names(viewer).get(campaign, campaign) if campaign else None
    with st.container(border=True, gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            name = plain(row.channel).capitalize() + (f": {named}" if named else "")
            st.subheader(escaped(name), width="content")
            if not hidden:
                _badge(row, counts, len(credits), len(above) + len(below))
        if hidden:
            st.text(f"{days.in_words()}: fewer than {fewest} won, or did not, so no figure of it is shown.")
        else:
            st.text(_measured(row, counts, days))
        if credits and not hidden:
            sentence = (
                f"Of the {numeral(reached)} wins {_of(days, counts_days)} that it took part in, the models credit it "
                f"with {share(min(credits))} to {share(max(credits))}."
            )
            more = f" More than the experiment supports: {', '.join(above)}." if above else ""
            less = f" Less: {', '.join(below)}." if below else ""
            st.text(sentence + more + less)
        st.text(f"Who took part: {row.population}. Source: {row.source}.")
        st.caption(
            f"Entry {row.experiment_id}, by {by}, {day(row.entered_at)}. The models are asked about all whom "
            "it reached in these days; which of them took part in the test is not known here."
        )


def _counts(row: Any) -> Counts:
    return Counts(
        treated=int(row.treated),
        treated_won=int(row.treated_won),
        held_out=int(row.held_out),
        held_out_won=int(row.held_out_won),
    )


def _badge(row: Any, counts: Counts | None, models: int, disagree: int) -> None:
    """Too few, not clear, and what the models make of it, each in its own words."""
    if counts is not None and counts.are_too_few:
        st.badge(verdict_in_words(Verdict.TOO_FEW, counts.fewest), color="gray")
        return
    if row.low <= 0 <= row.high:
        st.badge("No significant effect", color="gray")
    if not models:
        st.badge("No credit to compare with in these days", color="gray")
    elif disagree:
        st.badge(f"Gap: {disagree} of {models} models disagree", icon=":material/flag:", color="orange")
    else:
        st.badge("The models agree with it", icon=":material/check:", color="green")


def _measured(row: Any, counts: Counts | None, days: Period) -> str:
    """What was counted, the difference with its interval, and the share of the wins that comes to."""
    ends = f"95% interval {share(row.low)} to {share(row.high)}".replace("-", "−")
    beyond = f"{share(row.estimate)} ({ends})".replace("-", "−")
    if counts is None:
        return (
            f"Without it {beyond} of the wins would not have come, {days.in_words()}. Entered as a share, without the "
            "counts behind it."
        )
    difference = counts.points()
    return (
        f"{days.in_words()}: of {counts.treated:,} treated {counts.treated_won:,} won "
        f"({share(counts.treated_won / counts.treated)}), of {counts.held_out:,} held out {counts.held_out_won:,} "
        f"({share(counts.held_out_won / counts.held_out)}): {points(difference.value)} (95% interval "
        f"{points(difference.low)} to {points(difference.high)}). Of the wins of the treated, {beyond} would not "
        "have come without it."
    )


def _of(days: Period, counted: Period | None) -> str:
    return "of these days" if counted in (None, days) else f"of {counted.in_words()}, whole months,"


def _credited(
    viewer: Viewer, days: Period | None, channel: str, campaign_id: str | None
) -> tuple[dict[str, float], float]:
    """Per model the share of the wins it took part in that is credited to it, and how many those were."""
    if days is None or days.end > data.as_of(viewer):
        return {}, float("nan")
    by_model = data.frame(viewer, of_those_reached(days, channel, campaign_id))
    shares, reached = {}, float("nan")
    for model in MODELS:
        of_model = by_model[by_model["model"] == MODEL_OF[model.metric]]
        if len(of_model):
            row = of_model.iloc[0]
            shares[model.name] = float(row["credited"] / row["reached"]) if row["reached"] else float("nan")
            reached = max(reached, float(row["reached"])) if pd.notna(reached) else float(row["reached"])
    return shares, reached


def _form(viewer: Viewer, entered: pd.DataFrame) -> None:
    today, reader = data.loaded_until(viewer), data.reader(viewer)
    entries = [None, *(int(n) for n in entered["experiment_id"])]
    with st.expander("Enter a result", icon=":material/science:"):
        with st.container(horizontal=True):
            channel = st.selectbox("Channel", lift_tests.channels(reader), format_func=plain, width=200)
            of_it = lift_tests.campaigns_of(reader, channel) if channel else {}
            campaign = st.selectbox(
                "Campaign",
                [None, *of_it],
                format_func=lambda c: of_it.get(c, "the whole channel"),
                width=320,
            )
        with forms.form("lift") as form:
            _fields(form, today, entries)
            form.submit("Enter", partial(_enter, channel, campaign), type="primary", icon=":material/check:")


def _fields(form: forms.Form, today: date, entries: list[int | None]) -> None:
    with st.container(horizontal=True):
        for of, label, usual in (
            ("since", "First day", today - timedelta(days=59)),
            ("until", "Last day", today),
        ):
            forms.date_input(label, form.keep(of, usual), last=today, width=150)
    st.caption(
        "Count the people of both groups and those of them who won a contract in these days. The difference and its "
        "interval are worked out."
    )
    with st.container(horizontal=True):
        for of, label in COUNTS.items():
            st.number_input(label, min_value=0, value=None, step=1, width=150, key=form.keep(of))
    st.text_input(
        "Who took part, and how were the groups assigned?",
        max_chars=lift_tests.LONGEST,
        key=form.keep("population", ""),
    )
    st.text_input("Where can the result be read?", max_chars=lift_tests.LONGEST, key=form.keep("source", ""))
    st.selectbox(
        "Corrects an entry?",
        entries,
        format_func=lambda n: f"entry {n}" if n else "no",
        width=200,
        key=form.keep("replaces", among=entries),
    )


def _enter(channel: str, campaign: str | None, viewer: Viewer, values: Mapping[str, Any]) -> str:
    numbers = {of: int(values[of]) for of in COUNTS if values[of] is not None}
    if len(numbers) < len(COUNTS):
        raise ChangeRefused("Enter all four counts: treated and held out, and how many of each won.")
    result = lift_tests.Result(
        channel=channel,
        campaign_id=campaign,
        population=str(values["population"] or ""),
        starts_on=values["since"],
        ends_on=values["until"],
        counts=Counts(**numbers),
        source=str(values["source"] or ""),
        replaces=values["replaces"],
    )
    lift_tests.enter(connect.here(), viewer, result)
    return "Entered."
