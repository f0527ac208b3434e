"""Conversions credited to each channel, by model, where they disagree, and which question each answers."""

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.catalogue.attributed_wins import MODELS, without_contact
from metrics.comparison.words import as_typed, numeral, rounded_column, share
from metrics.definitions.scope import Scope
from metrics.query.query import Query, of_measures
from pages.charts import charts
from pages.components import data, tables
from pages.figures import drill_chart, drill_table
from pages.figures.drill import DrillFigure
from warehouse.access.reader import Reader, Viewer
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.records.run_notes import CREDITS
from workflow.scoring import crediting

NEEDS = ("touches", "touches.touched_at", "touches.channel", "leads", "leads.won_at")
METRICS = tuple(m.metric for m in MODELS)
NAMES = {m.metric: m.name for m in MODELS}
DRAWN = ("wins_first_touch", "wins_last_touch", "wins_markov")
"""The models in the picture until others are chosen."""
MOST_DRAWN = 3
NO_CHANNEL = "No contact, or channel not recorded"
ALIKE = 0.05
"""Wins; models that are apart by less give a channel the same."""


def models(viewer: Viewer, scope: Scope) -> None:
    """The models side by side, and the question each answers."""
    st.header("Conversions credited to each channel, by model")
    if tables.absent("This comparison", viewer, *NEEDS):
        return
    by_channel = credited(viewer, scope)
    if by_channel.empty:
        tables.not_worked_out(
            viewer,
            CREDITS,
            "No win of this period and these filters is credited to a channel.",
            "Choose a longer period or fewer filters.",
        )
    else:
        _side_by_side(viewer, scope, by_channel)


def credited(viewer: Viewer, scope: Scope) -> pd.DataFrame:
    """A row per channel: every model's wins, their mean, and how far the models are apart (`apart`), most wins first."""
    answer = data.ask(viewer, METRICS, scope, by=["channel"], periods=[scope.period])
    answer = answer[answer[list(METRICS)].fillna(0).sum(axis=1) > 0]
    wins = answer[list(METRICS)]
    return answer.assign(mean=wins.mean(axis=1), apart=wins.max(axis=1) - wins.min(axis=1)).sort_values(
        "mean", ascending=False
    )


def disagreement(by_channel: pd.DataFrame) -> str:
    """Where the models are furthest apart, in a sentence."""
    wide = by_channel[by_channel["channel"].notna() & by_channel["apart"].notna()]
    if by_channel.empty:
        return "No win of this period and these filters is credited to a channel"
    if wide.empty:
        return "Hidden: the wins of each channel are about too few people to compare the models"
    row = wide.nlargest(1, "apart").iloc[0]
    if row["apart"] < ALIKE:
        return "The models agree: each gives every channel the same wins"
    wins = row[list(METRICS)].astype(float)
    return f"The models differ most about {plain(row['channel'])}: {numeral(wins.min())} to {numeral(wins.max())} wins"


def _furthest(by_channel: pd.DataFrame) -> str:
    """Which models say the least and the most where they are furthest apart."""
    wide = by_channel[by_channel["channel"].notna() & by_channel["apart"].notna()]
    if wide.empty:
        return ""
    row = wide.nlargest(1, "apart").iloc[0]
    if row["apart"] < ALIKE:
        return "A win with one contact, or contacts of one channel alone, is credited alike by every rule. "
    wins = row[list(METRICS)].astype(float)
    low, high = (NAMES[str(m)] for m in (wins.idxmin(), wins.idxmax()))
    return f"{plain(row['channel']).capitalize()} gets fewest by “{low}” and most by “{high}”. "


def _side_by_side(viewer: Viewer, scope: Scope, by_channel: pd.DataFrame) -> None:
    chosen = connect.here().settings
    st.caption(
        f"{_furthest(by_channel)}A contact counts if it was at most {chosen.look_back_days} days before the win; time "
        f"decay halves every {as_typed(chosen.half_life_days)} days. None of these models shows what would have "
        "happened without a channel; only an experiment does."
    )
    st.caption(_without_contact(viewer, scope))
    channels = [plain(c).capitalize() if isinstance(c, str) else NO_CHANNEL for c in by_channel["channel"]]
    st.pills(
        "Models in the picture, two or three",
        METRICS,
        format_func=NAMES.__getitem__,
        selection_mode="multi",
        default=DRAWN,
        key="models-drawn",
        bind="query-params",
    )
    in_picture = _in_picture()
    series = {NAMES[m]: rounded_column(by_channel[m], 1).tolist() for m in in_picture}
    figures = [
        [DrillFigure(of=m, scope=scope.narrowed("channel", c)) for c in by_channel["channel"]]
        for m in in_picture
    ]
    # The bars from the least to the most come first, and open nothing.
    drill_chart.show(
        charts.ranges(channels, series),
        opens=[[], *figures],
        texts=[[], *([numeral(v, 1) for v in row] for row in series.values())],
        alt="Wins by channel and model: "
        + "; ".join(
            f"{c} {numeral(low)} to {numeral(high)}"
            for c, low, high in zip(
                channels,
                by_channel[list(in_picture)].min(axis=1),
                by_channel[list(in_picture)].max(axis=1),
                strict=True,
            )
        ),
        key="models-chart",
    )
    gone = data.cached(viewer, crediting.removal)
    effects = {
        c if isinstance(c, str) else None: e
        for c, e in zip(gone["channel"], gone["removal_effect"], strict=True)
    }
    frame = pd.DataFrame({"Channel": channels})
    for metric in METRICS:
        frame[NAMES[metric]] = rounded_column(by_channel[metric], 1).to_numpy()
    frame["Range across models"] = [
        "" if pd.isna(a) or not m else f"{numeral(a)} ({share(a / m, 0)})"
        for a, m in zip(by_channel["apart"], by_channel["mean"], strict=True)
    ]
    frame["Removal effect"] = [
        _loss(effects.get(c if isinstance(c, str) else None)) for c in by_channel["channel"]
    ]
    columns = {
        # What stands in brackets is in the chart and in the list below: here it would push the last column out of sight.
        m.name: st.column_config.NumberColumn(
            m.name.partition(" (")[0], format="localized", help=f"{m.name}: {m.rule} {m.asks}"
        )
        for m in MODELS
    }
    query = Query.of(METRICS, scope, ["channel"], [scope.period])
    parts = [scope.narrowed("channel", c) for c in by_channel["channel"]]
    opens = {NAMES[m]: [DrillFigure(of=m, scope=part) for part in parts] for m in METRICS}
    drill_table.show(
        frame,
        "models",
        "too few",
        opens=opens,
        of=query,
        columns=columns,
    )
    st.caption(
        "Range across models: highest less lowest, in wins and as a share of the models' mean. Removal effect: the share "
        "of all wins lost if this channel's contacts led nowhere, in a Markov chain of all journeys, won or not. The "
        "Markov model shares each win out by these effects among the channels that took part in it, so that every win "
        "counts once; its sums can differ from the removal effects."
    )
    st.header("How each model assigns credit")
    st.markdown("\n".join(f"* **{m.name}**: {m.rule} {m.asks}" for m in MODELS))


def _in_picture() -> tuple[str, ...]:
    """The models that are drawn: those chosen, the first three of more, and the usual ones for fewer than two."""
    chosen = [m for m in METRICS if m in (st.session_state.get("models-drawn") or ())]
    if len(chosen) > MOST_DRAWN:
        st.caption(f"Three models at most are drawn: {', '.join(NAMES[m] for m in chosen[:MOST_DRAWN])}.")
    if len(chosen) < 2:
        st.caption("Two models or more can be compared: drawn are the usual three.")
        return DRAWN
    return tuple(chosen[:MOST_DRAWN])


def _without_contact(viewer: Viewer, scope: Scope) -> str:
    """How many wins no contact led to, which is another thing than a contact whose channel is not recorded."""
    days = connect.here().settings.look_back_days
    if data.hidden_below(viewer, CATALOGUE["wins_first_touch"]) is not None:
        return (
            f"Wins without a contact in the {days} days before and contacts whose channel is not recorded stand "
            f"together under “{NO_CHANNEL}”: apart they would tell of few people."
        )
    wins = data.cached(viewer, wins_without_contact, scope)
    count = "1 win" if wins == 1 else f"{numeral(wins)} wins"
    them, they = ("it", "it stands") if wins == 1 else ("them", "they stand")
    return (
        f"{count} had no contact in the {days} days before, so no model credits {them} to a channel; {they} under "
        f"“{NO_CHANNEL}” together with contacts whose channel is not recorded."
    )


def wins_without_contact(reader: Reader, scope: Scope) -> float:
    """How many wins of a scope no contact led to."""
    query = Query.of((), scope, periods=[scope.period])
    wins = of_measures(reader, {"without": without_contact()}, query)["without__0"].iloc[0]
    return 0.0 if pd.isna(wins) else float(wins)


def _loss(effect: float | None) -> str:
    return "not known" if effect is None or pd.isna(effect) else f"−{share(effect)}"
