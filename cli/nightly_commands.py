"""`nightly` and `retrain`: what the scheduler starts."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import click

from cli.entry import main, open_here, steps
from cli.message_commands import send_messages
from warehouse.access.reader import SYSTEM, Reader
from warehouse.stores import connect


@main.command()
def nightly() -> None:
    """Describe and score every customer, credit the wins, raise the alerts, send what is due.

    A second run doubles nothing.

    Exit code 1 if a message is not delivered; the night's own work is done all the same.
    """
    stores, begun = open_here(), time.monotonic()
    run_nightly(stores)
    click.echo(f"Done in {time.monotonic() - begun:.1f} s.")
    send_messages(stores, None)


@main.command()
def retrain() -> None:
    """Train the churn model anew and show how it was judged. The next nightly run scores with it.

    A model that cannot be trusted is refused with the reason, and the one before stays.
    """
    from warehouse.access.data_coverage import as_of, available_columns
    from workflow.scoring.training import train

    stores, begun = open_here(), time.monotonic()
    reader = Reader(stores, SYSTEM, stores.snapshot())
    with steps() as step:
        model, sentence = train(reader, stores.settings, as_of(reader), available_columns(reader), step)
    click.echo(sentence)
    for who, figures in model.card.figures.items():
        texts = (
            f"{name} {f['value']:.3f} ({f['low']:.3f} to {f['high']:.3f})" for name, f in figures.items()
        )
        click.echo(f"{who:13} {', '.join(texts)}")
    click.echo(f"Done in {time.monotonic() - begun:.1f} s. The next nightly run scores with it.")


def _begin_sample(stores: connect.Stores, progress: Callable[[str], None]) -> None:
    """Before the first night of the sample bank: the nights before it, so that its queues look like those of a bank."""
    from warehouse.access.data_coverage import nights
    from workflow.sample_past import write_sample_past
    from workflow.scoring.training import whose_data

    reader = Reader(stores, SYSTEM, stores.snapshot())
    if whose_data(reader) == "sample" and not nights(reader):
        write_sample_past(stores, progress)


def run_nightly(stores: connect.Stores) -> date:
    """The nightly run, with a line for whatever it did; gives its as-of day."""
    from workflow.nightly import run
    from workflow.records import audit_search, load_history

    try:
        with steps() as step:
            _begin_sample(stores, step)
            report = run(stores, step)
    except Exception:  # whatever it is: the history says that the night did not end
        load_history.note(stores, load_history.NIGHT_FAILED, "", "The reason stands where it was started.")
        raise
    raised = sum(night.raised for night in report.alerts.values())
    details = f"{report.customers:,} customers described, {report.scored:,} scored, {raised:,} alerts raised"
    load_history.note(stores, load_history.NIGHT, f"as of {report.as_of:%Y-%m-%d}", details)
    click.echo(
        f"{report.customers:,} customers described, {report.scored:,} scored, as of {report.as_of:%d %b %Y}."
    )
    for rule, night in report.alerts.items():
        click.echo(f"{rule}: {night.raised} raised, {night.held_out} held out, {night.ended} ended.")
    for sentence in (*report.messages, audit_search.send_head(stores)):
        if sentence:
            click.echo(sentence)
    return report.as_of
