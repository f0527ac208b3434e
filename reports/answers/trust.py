"""Can I trust it and take it along? As-of day, load, definitions with versions, checks, and how right the model was."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import day, numeral, of_ten
from metrics.definitions.measure import version
from metrics.qualification.qualification_rule import dependent
from metrics.qualification.qualification_versions import in_words
from metrics.query.freshness import Freshness, freshness
from reports.review.review_context import NOTHING_TO_DECIDE, ReviewContext
from reports.review.review_document import Answer, Figure, Table
from warehouse.access import data_coverage
from warehouse.access.reader import may_see
from warehouse.schema import model_cards
from workflow.scoring import model_card_text
from workflow.scoring.model_card_text import JudgedModel

QUESTION = "Can I trust the figures, and share them?"


def answer(context: ReviewContext, status: pd.DataFrame, metrics: Iterable[str]) -> Answer:
    """What stands behind the figures, with the version of every definition among `metrics`."""
    as_of = context.quarter.as_of
    failed = len(context.once(data_coverage.visible_failed_checks))
    fresh = _freshness(context, status)
    sample = bool(status["sample"].fillna(value=False).any())
    loaded_at = pd.to_datetime(status["loaded_at"]).max()
    listed = [n for n in CATALOGUE if n in set(metrics)]
    model = _model(context)
    whose = (
        "the invented sample bank, so no figure is about a real customer"
        if sample
        else "the bank's own extracts"
    )
    sentences = [
        f"The data reach {day(as_of)} and were loaded on {day(loaded_at)} at {loaded_at:%H:%M}, from {whose}.",
        _checks(failed, fresh),
        f"Every figure is counted by its definition, the same for all departments; {len(listed)} stand in the table "
        "“What the figures mean”. Changes are calculated before rounding, so their last digit may differ from that "
        "of the "
        "figures shown.",
    ]
    if not dependent().isdisjoint(listed):
        sentences.append(f"“Qualified” means: {in_words(context.reader)}.")
    sentences.append(_model_in_words(model, _no_model(context)))
    sentences.append("Slides and handout are made from this page: the same sentences, the same figures.")
    return Answer(
        key="trust",
        question=QUESTION,
        title=_title(as_of, failed, fresh, sample=sample),
        sentences=tuple(sentences),
        recommendation="Wait for the late sources before these figures are passed on."
        if fresh and fresh.late
        else NOTHING_TO_DECIDE,
        figures=(
            Figure(label="Data as of", value=day(as_of)),
            Figure(label="Checks with findings", value=str(failed)),
            Figure(label="Late sources", value=str(len(fresh.late)) if fresh else "not known"),
            _model_card(model, _no_model(context)),
        ),
        table=Table(
            columns=("Figure", "Version", "Owner", "Means"),
            rows=tuple(
                (CATALOGUE[n].label, version(CATALOGUE[n]), CATALOGUE[n].owner, CATALOGUE[n].description)
                for n in listed
            ),
            title="What the figures mean",
        ),
        sources=_model_source(model),
    )


def _title(as_of: date, failed: int, fresh: Freshness | None, *, sample: bool) -> str:
    bank = "Sample data" if sample else "Data"
    checks = f"{failed} checks found something" if failed != 1 else "1 check found something"
    sources = f", {fresh.sources()}" if fresh else ""
    return f"{bank} to {day(as_of)}; {checks if failed else 'every check passed'}{sources}"


def _checks(failed: int, fresh: Freshness | None) -> str:
    passed = (
        "Every quality check of the load passed."
        if failed == 0
        else (
            f"{failed} quality {'check' if failed == 1 else 'checks'} of the load found something, as listed under “What "
            "do we not know”."
        )
    )
    if fresh is None or not (fresh.late or fresh.awaited):
        return passed
    sources = fresh.sources()
    return f"{passed} {sources[:1].upper()}{sources[1:]}."


def _freshness(context: ReviewContext, status: pd.DataFrame) -> Freshness | None:
    if context.covered is None:
        return None
    late = status.loc[status["overdue"].fillna(value=False).astype(bool), "table_name"]
    return freshness(context.covered, tuple(late), context.reader.stores.now().date())


def _model(context: ReviewContext) -> JudgedModel | None:
    if may_see(context.reader.viewer, model_cards) is None:
        return None
    return context.once(model_card_text.current)


def _no_model(context: ReviewContext) -> str:
    return "not for your role" if may_see(context.reader.viewer, model_cards) is None else "none yet"


def _model_in_words(model: JudgedModel | None, otherwise: str) -> str:
    if model is None:
        return f"The churn model: {otherwise}."
    return (
        f"The churn model, evaluated on days it had not seen (to {day(model.card['judged_on'])}): "
        f"{model_card_text.headline(model)}. {model_card_text.calibration_words(model)}"
    )


def _model_card(model: JudgedModel | None, otherwise: str) -> Figure:
    """How right the model's calls were, as people; how well it ranks is a number for specialists (`_model_source`)."""
    label = "Left, of those the churn model would call"
    called = model.one("capacity", "model", "left") if model else None
    lift = model.one("capacity", "model", "lift") if model else None
    if called is None or lift is None:
        return Figure(label=label, value=otherwise if model is None else str(Verdict.TOO_FEW))
    return Figure(
        label=label,
        value=of_ten(called["value"]),
        n=f"{numeral(lift['value'])} times as many as among any {numeral(called['n'])}",
    )


def _model_source(model: JudgedModel | None) -> tuple[str, ...]:
    area = model.one("figures", "model", "roc_auc") if model else None
    if model is None or area is None:
        return ()
    return (
        f"Churn model, out of time: ROC-AUC {numeral(area['value'], 3)} (95% interval "
        f"{numeral(area['low'], 3)} to {numeral(area['high'], 3)}), "
        f"n = {model.people(area['n'])}; 0.5 is chance",
    )
