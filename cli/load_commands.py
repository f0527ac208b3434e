"""`load`: a folder of extracts into the bank."""

from __future__ import annotations

import os
import shlex
import time
from datetime import date, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.entry import accounts_module, clock_on_the_wall, main, open_here, steps, works_now
from warehouse.access.data_coverage import GIVEN_WITH_THE_LOAD
from warehouse.errors import Problem
from warehouse.load import trial_report
from warehouse.stores import connect, sample_clock
from warehouse.stores.connect import HINT


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day fully delivered: nothing dated later counts. Without it, the latest day of any dated column.",
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="FOLDER holds only rows from this day on: add them to the bank loaded before.",
)
@click.option("--sample", is_flag=True, help="Mark it as invented data; every page will say so.")
@click.option(
    "--dry-run",
    is_flag=True,
    help="Load nothing: show everything that is wrong, and which pages and figures would work.",
)
@click.option("--show-rows", is_flag=True, help="In a dry run, also show what says who somebody is.")
def load(
    folder: Path,
    as_of: datetime | None,
    since: datetime | None,
    *,
    sample: bool,
    dry_run: bool,
    show_rows: bool,
) -> None:
    """Load a FOLDER of extracts, all of it or nothing."""
    stores, begun = open_here(), time.monotonic()
    day: date | None = as_of.date() if as_of else None
    if dry_run:
        _dry_run(stores, folder, day, since.date() if since else None, show_rows=show_rows)
        return
    from workflow.loads import noted_load

    try:
        with steps() as step:
            loaded = noted_load.run(
                stores,
                folder,
                "operator",
                as_of=day,
                since=since.date() if since else None,
                sample=sample,
                environment=os.environ,
                progress=step,
                now=stores.now if sample else clock_on_the_wall(stores.settings),
            )
    except Problem:
        begun_on = since.date() if since else None
        click.echo(f"All that is wrong at once: {_command(folder, day, begun_on, '--dry-run')}", err=True)
        raise
    if not sample:
        _close_demo(stores)
    for table, rows in loaded.rows.items():
        click.echo(f"{rows:>12,}  {table}")
    for table, rows in loaded.missing.items():
        click.echo(
            f"{table}: {rows:,} of the bank's rows from {since:%d %b %Y} on were not delivered again. They are kept; the "
            "source can mark those that were deleted or merged in a column “deleted”."
        )
    click.echo(f"Loaded as of {loaded.as_of:%d %b %Y} in {time.monotonic() - begun:.1f} s.")
    if loaded.as_of_from != GIVEN_WITH_THE_LOAD:
        click.echo(
            f"That day is the latest in {loaded.as_of_from}. If the extracts are complete up to another day, load them "
            "with --as-of."
        )


def _command(folder: Path, day: date | None, since: date | None, *options: str) -> str:
    """The command that loads the folder as it was asked for: without its days it would do something else."""
    days = [f"--as-of {day}"] if day else []
    days += [f"--since {since}"] if since else []
    return " ".join(["python -m cli load", *options, *days, shlex.quote(str(folder))])


def _dry_run(
    stores: connect.Stores, folder: Path, day: date | None, since: date | None, *, show_rows: bool
) -> None:
    """Show what a load of the folder would bring and what is wrong with it. Exit code 1 if something is wrong."""
    from metrics.comparison.words import day as in_words
    from workflow.loads import dry_run

    with steps() as step:
        outcome = dry_run.run(
            stores,
            folder,
            as_of=day,
            since=since,
            environment=os.environ,
            progress=step,
            now=clock_on_the_wall(stores.settings),
        )
    if (report := outcome.report) is not None:
        _echo_report(report, show_rows=show_rows)
        click.echo(
            f"\nAs of {in_words(report.as_of)}: {outcome.day_from}. Another day is given with --as-of."
        )
        for table, rows in report.later.items():
            click.echo(
                f"  {table}: {rows:,} {'row lies' if rows == 1 else 'rows lie'} after it, in whole or in part."
            )
        click.echo("")
        if outcome.refused:
            tables = " and ".join(sorted(outcome.refused))
            click.echo(f"Once {tables} {'is' if len(outcome.refused) == 1 else 'are'} mended:")
        for line in works_now().lines(report):
            click.echo(line)
    for name in outcome.unread:
        click.echo(f"Not read: {name}.")
    if outcome.problems:
        click.echo(
            f"\n{len(outcome.problems)} {'thing is' if len(outcome.problems) == 1 else 'things are'} wrong:"
        )
        for problem in outcome.problems:
            click.echo(problem)
        raise Problem(f"Correct them, then: {_command(folder, day, since, '--dry-run')}. Nothing was loaded.")
    click.echo(f"\nNothing is wrong, and nothing was loaded. To load it: {_command(folder, day, since)}")


def _echo_report(report: trial_report.TrialReport, *, show_rows: bool) -> None:
    hidden = False
    for table, (columns, rows) in report.heads.items():
        click.echo(f"\n{table}: {report.rows[table]:,} rows")
        grid = Table(box=None, pad_edge=False, show_edge=False)
        for column in columns:
            grid.add_column(column, overflow="ellipsis", no_wrap=True, max_width=22)
        for row in rows:
            cells = []
            for column, value in zip(columns, row, strict=True):
                personal = not show_rows and report.is_personal(table, column, value)
                hidden |= personal
                cells.append(Text("hidden" if personal else trial_report.in_a_cell(value)))
            grid.add_row(*cells)
        Console(width=max(100, 24 * len(columns))).print(grid)
    if hidden:
        click.echo("\nWhat says who somebody is, is hidden here; --show-rows shows it.")
    if report.empty:
        click.echo(f"\nGiven, and empty in every row: {', '.join(sorted(report.empty))}.")
    if report.undated:
        click.echo("\nRows without the day their table is dated by, so in hardly any figure:")
        for column, (undated, total) in report.undated.items():
            click.echo(f"  {column}: {undated:,} of {total:,}")
    for finding in report.findings:
        click.echo(f"To look at: {finding}")


@main.command("load-upload", hidden=True)
@click.argument("upload")
@click.argument("step", type=click.Choice(["look", "dry_run", "load"]))
def load_upload(upload: str, step: str) -> None:
    """One step of what an administrator prepares on the page Load data, in a process of its own."""
    from workflow.loads import upload_steps

    stores = open_here()
    upload_steps.run(
        stores,
        upload,
        step,
        os.environ,
        now=clock_on_the_wall(stores.settings),
        once_loaded=lambda: _close_demo(stores),
    )


@main.group()
def snapshots() -> None:
    """The bank as it was served before, and the way back."""


@snapshots.command("list")
def list_snapshots() -> None:
    """The snapshots one can go back to, the latest first."""
    from workflow.records import load_history

    names = load_history.earlier(open_here())
    for name in names:
        click.echo(name)
    if not names:
        click.echo("No earlier snapshot is kept.")


@snapshots.command("back")
@click.argument("snapshot")
@click.option("--why", required=True, help="The reason, for the audit log.")
def go_back(snapshot: str, why: str) -> None:
    """Let everybody read an earlier SNAPSHOT again; the one that is read now is kept."""
    from workflow.records import load_history

    stores = open_here()
    load_history.go_back_as(stores, "operator", snapshot, served=stores.snapshot(), why=why)
    click.echo(f"Everybody reads {snapshot} now.")


def _close_demo(stores: connect.Stores) -> None:
    if (stores.settings.data_dir / HINT).exists():
        accounts_module()
        from sign_in import demo_accounts

        demo_accounts.close(stores)
        sample_clock.end(stores.settings.data_dir)
