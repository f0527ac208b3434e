"""`load`: a folder of extracts into the bank."""

from __future__ import annotations

import os
import time
from datetime import date, datetime
from pathlib import Path

import click

from cli.entry import accounts_module, main, open_here, steps
from warehouse.access.data_coverage import GIVEN_WITH_THE_LOAD
from warehouse.errors import Problem
from warehouse.load.loading import load as load_folder
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
def load(folder: Path, as_of: datetime | None, since: datetime | None, *, sample: bool) -> None:
    """Load a FOLDER of extracts, all of it or nothing."""
    stores, begun = open_here(), time.monotonic()
    day: date | None = as_of.date() if as_of else None
    from workflow.records import load_history, loaded_changes

    try:
        with steps() as step:
            loaded = load_folder(
                stores,
                folder,
                as_of=day,
                since=since.date() if since else None,
                sample=sample,
                environment=os.environ,
                progress=step,
            )
    except Problem:
        # Its sentence may name a row; it stands where the load was started.
        load_history.note(stores, load_history.LOAD_FAILED, folder.name, "The bank loaded before stays.")
        raise
    details = f"{sum(loaded.rows.values()):,} rows as of {loaded.as_of:%d %b %Y} from {folder.name}"
    load_history.note(stores, load_history.LOADED, loaded.snapshot, details)
    loaded_changes.keep(stores, loaded)
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
