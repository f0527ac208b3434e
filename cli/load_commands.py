"""`load`: a folder of extracts into the bank."""

from __future__ import annotations

import os
import time
from datetime import date, datetime
from pathlib import Path

import click

from cli.entry import accounts_module, main, open_here, steps
from warehouse.access.data_coverage import GIVEN_WITH_THE_LOAD
from warehouse.load.loading import load as load_folder
from warehouse.stores import connect
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


def _close_demo(stores: connect.Stores) -> None:
    if (stores.settings.data_dir / HINT).exists():
        accounts_module()
        from sign_in import demo_accounts

        demo_accounts.close(stores)
