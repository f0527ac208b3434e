"""Churn model: how good it is, for whom, whether it still fits, and what it may be used for. All of it by the night."""

import streamlit as st

from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import day, numeral, share
from metrics.customers.departures import MEANS
from metrics.definitions.scope import Scope
from pages.components import data, tables
from pages.customers import score_note
from pages.customers.churn import churn_checks
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration.record_kind import ANALYTICS
from workflow.records.people import called
from workflow.records.run_notes import CHURN_MODEL
from workflow.scoring import model_card_text
from workflow.scoring.model_card_text import JudgedModel

SECTIONS = {
    "good": "How good",
    "right": "Are the chances right",
    "fits": "Does it still fit",
    "fair": "Is it fair",
    "sources": "What each source adds",
    "card": "Card and use",
}


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The finding, four figures, and one section at a time."""
    model = data.cached(viewer, model_card_text.current)
    if model is None:
        st.title("There is no churn model")
        tables.not_worked_out(
            viewer,
            CHURN_MODEL,
            "The last nightly run used none.",
            "Until there is one, the rules raise alerts alone.",
        )
        return
    st.title(model_card_text.headline(model))
    score_note.show(viewer, data.loaded_until(viewer))
    st.caption(
        f"Evaluated on customers as of {day(model.card['judged_on'])} and what they did in the "
        f"{numeral(model.card['window_days'])} days after, which the model had not seen."
    )
    _figures(model)
    chosen = st.segmented_control(
        "Section",
        list(SECTIONS),
        format_func=SECTIONS.__getitem__,
        default="good",
        key="section",
        bind="query-params",
        label_visibility="collapsed",
    )
    if chosen == "card":
        _card(model)
    else:
        churn_checks.SHOWN.get(chosen or "good", churn_checks.good)(model)


def _figures(model: JudgedModel) -> None:
    with st.grid(4, min_column_width=215, gap="small"):
        _figure(
            model,
            "Lift at the RMs’ capacity",
            "capacity",
            "lift",
            lambda v: f"{numeral(v, 1)} ×",
            "1.0 is chance",
        )
        _figure(
            model, "Leavers ranked first (ROC-AUC)", "figures", "roc_auc", churn_checks.to(3), "0.5 is chance"
        )
        base = model.card["base_rate"]
        _figure(
            model,
            "Precision over the list (PR-AUC)",
            "figures",
            "pr_auc",
            churn_checks.to(3),
            f"{numeral(base, 3)} is chance",
        )
        _figure(model, "Calibration slope", "calibration", "slope", churn_checks.to(2), "target 0.90 to 1.10")


def _figure(
    model: JudgedModel, label: str, name: str, measure: str, write: churn_checks.Written, compared: str
) -> None:
    row = model.one(name, "model", measure)
    with st.container(border=True, height="stretch"):
        if row is None:
            st.metric(label, str(Verdict.TOO_FEW))
            return
        st.metric(label, write(row["value"]))
        ends = f"{write(row['low'])} to {write(row['high'])}"
        st.caption(f"{ends} · {compared}  \nn = {model.people(row['n'])}")


def _card(model: JudgedModel) -> None:
    card = model.card
    left, right = st.columns(2)
    with left:
        st.subheader("May be used to")
        st.markdown("\n".join(f"- {line}" for line in model_card_text.MAY))
    with right:
        st.subheader("May not be used to")
        st.markdown("\n".join(f"- {line}" for line in model_card_text.MAY_NOT))
    st.subheader("What it is")
    kind = (
        "decision trees (boosting)"
        if card["kind"] == "boosting"
        else "logistic regression over smooth curves"
    )
    whose = "the invented sample bank" if card["source"] == "sample" else "this bank"
    facts = {
        "Answers": f"How likely a customer is to leave within {numeral(card['window_days'])} days. {MEANS.rstrip('.')}",
        "Version": f"{card['model_version']}, in use since {day(card['first_used_on'])}",
        "Kind": f"{kind}, chosen between the two by PR-AUC on a later day",
        "Trained on": f"{numeral(card['examples'])} customers and month ends of {whose}, "
        f"{day(card['trained_from'])} to {day(card['trained_until'])}; {numeral(card['departures'])} of them left "
        f"({share(card['base_rate'])})",
        "Evaluated": f"By the same kind of model that saw nothing after the {numeral(card['window_days'])} days before "
        f"{day(card['judged_on'])}",
        "Uses": "; ".join(model_card_text.feature_words(n) for n in str(card["features"]).split()),
        "Never uses": "Name, age, sex, district, branch, segment, RM, or anything recorded after the day",
        "Answers for it": f"{_owner()}, told by an alarm in the inbox when the customers are not those it learned from",
        "Retrained": "When it is more than a quarter old, by the nightly run; or by the operator (cli retrain)",
        "File": f"Fingerprint {str(card['sha256'])[:16]}…; a changed file is refused",
    }
    for name, text in facts.items():
        st.text(f"{name}: {text}.")


def _owner() -> str:
    stores = connect.here()
    owner = stores.settings.churn_model_owner
    return called(stores, [owner])[owner] if owner else ANALYTICS
