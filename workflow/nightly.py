"""The order of the night: profile, score, value, touch credits, handoffs, rules, alerts. A second run doubles nothing.

What it derives goes into the next snapshot of the warehouse, all or nothing; then the alerts follow in the application
database. If it stops in between, the next run ends the work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

import pandas as pd
from sqlalchemy import true

from metrics.customers.profile import profile
from metrics.definitions.measure import measures_of
from metrics.leads import decided_at_night
from metrics.qualification.qualification_versions import in_force
from metrics.query import linked_figures, published_cells, rollups
from metrics.query.cell_decisions import Requested
from models.churn import churn_prediction, cross_sell_prediction
from warehouse.access import data_coverage
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import SYSTEM, Reader
from warehouse.load import loading
from warehouse.schema import (
    customer_profiles,
    customer_scores,
    experiment_results,
    offer_results,
)
from warehouse.stores.connect import Stores
from warehouse.stores.snapshots import SnapshotWriter
from workflow.alerts import contacts
from workflow.alerts.book_transfers import move_due
from workflow.alerts.follow_up import follow_customers
from workflow.alerts.raising import RuleRun, tonight
from workflow.alerts.still_valid import why_ended
from workflow.collaboration import dispute_clock
from workflow.collaboration.drift_alarm import raise_of_tonight
from workflow.customers import offers
from workflow.experiments import interim_results, persuadable, planned_analyses
from workflow.experiments.arms import first_draws
from workflow.loads import upload_folders, upload_runs
from workflow.privacy import data_retention
from workflow.qualification.contact_deadlines import write_hand_offs
from workflow.records import model_state, run_notes
from workflow.records.alert_history import BY_NIGHT
from workflow.records.escalation import close_without_rule, escalate
from workflow.rules.rule_definitions import flagged_customers, lacking
from workflow.rules.rule_versions import rules_in_force
from workflow.scoring import channel_response, cross_sell_scoring, valuation, voice_themes
from workflow.scoring.crediting import why_no_credits, write_credits
from workflow.scoring.model_monitoring import keep, week_before
from workflow.scoring.training import usable_model

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class RunSummary:
    """What a night did. `messages` holds what the operator should know, one sentence each."""

    as_of: date
    customers: int
    scored: int
    valued: int
    credits: int
    alerts: Mapping[str, RuleRun]
    messages: tuple[str, ...]


def run(stores: Stores, progress: Progress | None = None) -> RunSummary:
    """Run the night for the current snapshot. `progress` is told each step as it begins.

    Raises NothingLoaded if there is no bank. A model that is refused stops nothing: the other rules go on.
    """
    tell = progress or _quietly
    with loading.next_snapshot(stores) as draft:
        reader = Reader(stores, SYSTEM, stores.snapshot())
        as_of, available = data_coverage.as_of(reader), data_coverage.available_columns(reader)
        tell("Describing every customer")
        profiles = contacts.with_recorded(reader, reader.frame(profile(as_of, available)), as_of)
        draft.write(customer_profiles, profiles, replacing=customer_profiles.c.as_of == as_of)
        refused = model_state.files_refused(reader)
        model, messages = usable_model(reader, stores.settings, as_of, available, tell)
        messages = (*(why for why in refused if why not in messages), *messages)
        notes = {run_notes.CHURN_MODEL: messages[-1] if model is None else ""}
        notes[run_notes.MODEL_FILES] = " ".join((*refused, model_state.NOT_USED)) if refused else ""
        scored = 0
        if model is not None:
            tell("Scoring who is about to leave")
            scores = churn_prediction.score(model, profiles, week_ago=week_before(reader, as_of, available))
            scored = _write_scores(draft, model, scores, as_of)
            keep(draft, reader, model, profiles, scores, as_of)
        valued, remarks = valuation.values(
            draft, reader, as_of, data_coverage.available_columns(reader), tell
        )
        messages = (*messages, *remarks)
        notes |= valuation.notes(draft, reader, as_of, valued, remarks)
        if not channel_response.write_curves(draft, reader, as_of, available):
            notes[run_notes.RESPONSE_CURVES] = channel_response.why_none(reader)
        tell("Crediting the touches of every win")
        credited = write_credits(draft, reader, as_of)
        if not credited:
            notes[run_notes.CREDITS] = why_no_credits(reader)
        tell("Timing the handoffs")
        write_hand_offs(draft, reader, stores.settings, as_of)
        tell("Reading the experiments")
        _write_experiments(draft, stores, reader, as_of, available)
        _write_chance_to_save(draft, reader, profiles, as_of, available)
        _write_wealth_chances(draft, reader, profiles, as_of, available)
        draft.write(offer_results, offers.results(reader), replacing=true())
        tell("Reading what service cases are about")
        notes |= voice_themes.write(draft, reader, as_of, available)
        _write_totals(draft, reader, tell)
        trimmed = data_retention.trim_scores(draft, stores.settings, as_of)
        run_notes.write(draft, as_of, {subject: why for subject, why in notes.items() if why})
    tell("Checking the rules")
    night = Reader(stores, SYSTEM, draft.snapshot)
    present = frozenset(profiles["customer_id"])
    done: dict[str, RuleRun] = {}
    active = rules_in_force(night)
    for rule in active:
        missing = lacking(rule, data_coverage.of(night))
        if missing:
            # What is not known has neither begun nor ended: no alert is raised, and none is closed.
            messages = (*messages, f"“{rule.title}” was not checked. {missing}")
            continue
        if rule.needs_model and model is None:
            # Without tonight's scores nobody can say whether an alert's condition ended.
            messages = (*messages, f"“{rule.title}” was not checked, because there is no churn model.")
            continue
        why = partial(why_ended, night, rule, as_of, present)
        done[rule.code] = tonight(
            stores, rule, night.frame(flagged_customers(rule, as_of)), as_of, present, why
        )
    if removed := close_without_rule(stores, (rule.code for rule in active)):
        messages = (*messages, f"Alerts closed because their rule was removed: {removed}.")
    follow_customers(stores, night, as_of, present)
    move_due(stores)
    messages = (*messages, *_escalated(stores, as_of), *raise_of_tonight(stores, night, model, as_of))
    planned_analyses.plan_first(stores, first_draws(night), as_of, BY_NIGHT)
    upload_folders.sweep(stores, upload_runs.is_running)
    if any(kind.days(stores.settings) for kind in data_retention.KINDS):
        tell("Removing what is kept for a time alone")
    messages = (*messages, *data_retention.run(stores, trimmed))
    return RunSummary(
        as_of=as_of,
        customers=len(profiles),
        scored=scored,
        valued=valued,
        credits=credited,
        alerts=done,
        messages=messages,
    )


def _quietly(_step: str) -> None:
    """Nobody watches."""


def _write_totals(draft: SnapshotWriter, reader: Reader, tell: Progress) -> None:
    """What most questions are answered from, and which of it is shown to who sees totals only."""
    agreed = in_force(reader)
    measures = list(dict.fromkeys(m for metric in agreed.values() for m in measures_of(metric)))
    tell("Totalling the days")
    rollups.write(draft, measures)
    tell("Deciding what is shown as totals")
    of_catalogue = [Requested(m, linked_figures.wholes_of(agreed, m)) for m in measures]
    until = published_cells.months_of(reader)[-1].end
    published_cells.write(draft, reader, [*of_catalogue, *decided_at_night.requested(until)])


def _write_scores(
    draft: SnapshotWriter, model: churn_prediction.ChurnModel, scores: pd.DataFrame, as_of: date
) -> int:
    scores = scores.assign(model=model.card.model, as_of=as_of, model_version=model.card.version)
    this_night = (customer_scores.c.model == model.card.model) & (customer_scores.c.as_of == as_of)
    draft.write(customer_scores, scores, replacing=this_night)
    return len(scores)


def _write_experiments(
    draft: SnapshotWriter, stores: Stores, reader: Reader, as_of: date, available: AvailableColumns
) -> None:
    """What the experiments show on planned days; a look that was written stays, and what is written is of no person."""
    planned_analyses.plan_first(stores, first_draws(reader), as_of, BY_NIGHT)
    t = experiment_results
    draft.write(
        t, interim_results.read_out(reader, as_of, available), replacing=(t.c.outcome == interim_results.ARMS)
    )


def _write_wealth_chances(
    draft: SnapshotWriter, reader: Reader, profiles: pd.DataFrame, as_of: date, available: AvailableColumns
) -> None:
    chances = cross_sell_scoring.chances(reader, profiles, as_of, available).assign(
        model=cross_sell_prediction.MODEL, as_of=as_of
    )
    t = customer_scores
    draft.write(t, chances, replacing=(t.c.model == cross_sell_prediction.MODEL) & (t.c.as_of == as_of))


def _write_chance_to_save(
    draft: SnapshotWriter, reader: Reader, profiles: pd.DataFrame, as_of: date, available: AvailableColumns
) -> None:
    chances = persuadable.chance_to_save(reader, profiles, available).assign(
        model=persuadable.MODEL, as_of=as_of, reasons="[]", model_version=""
    )
    t = customer_scores
    draft.write(t, chances, replacing=(t.c.model == persuadable.MODEL) & (t.c.as_of == as_of))


def _escalated(stores: Stores, as_of: date) -> tuple[str, ...]:
    """What was brought before somebody else because its day has passed."""
    counts = {
        "Overdue alerts whose team leads were told": escalate(stores, as_of),
        "Overdue disputes that were brought to Management": dispute_clock.escalate(stores),
    }
    return tuple(f"{what}: {count}." for what, count in counts.items() if count)
