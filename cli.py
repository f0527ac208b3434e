"""The front door for the scheduler and the operator. It alone, with `app.py`, reads the clock and the environment."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from warehouse import connect, settings
from warehouse.errors import Problem, reference
from warehouse.load import load as load_folder

console = Console(stderr=True)


@contextmanager
def _steps() -> Iterator:
    """A line per step while it runs; where no terminal watches, a plain line when it begins."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console
    ) as display:
        current: list = []

        def step(text: str) -> None:
            if current:
                display.update(current[-1], completed=1, total=1)
            current.append(display.add_task(text, total=None))

        yield step
        if current:
            display.update(current[-1], completed=1, total=1)


def _stores() -> connect.Stores:
    choices = settings.read(Path("settings.toml"), os.environ)
    zone = ZoneInfo(choices.timezone)
    stores = connect.open_stores(choices, lambda: datetime.now(zone).replace(tzinfo=None))
    connect.use(stores)
    return stores


class Door(click.Group):
    """Shows a problem as its sentence and a bug as a reference number."""

    def invoke(self, context: click.Context):
        try:
            return super().invoke(context)
        except Problem as problem:
            console.print(str(problem), style="bold", highlight=False, markup=False)
            sys.exit(1)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except Exception as bug:  # the last line of defence: logged in full, shown as a number
            console.print(f"Something went wrong on our side. Reference {reference(bug)}: see the log above it.")
            sys.exit(2)


@click.group(cls=Door)
def main() -> None:
    """Concord: one view of the customer."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The last day fully delivered.")
@click.option("--sample", is_flag=True, help="Mark it as invented data; every page will say so.")
def load(folder: Path, as_of: datetime | None, sample: bool) -> None:
    """Load a FOLDER of extracts, all of it or nothing."""
    stores, begun = _stores(), time.monotonic()
    day: date | None = as_of.date() if as_of else None
    with _steps() as step:
        loaded = load_folder(stores, folder, as_of=day, sample=sample, progress=step)
    for table, rows in loaded.rows.items():
        click.echo(f"{rows:>12,}  {table}")
    click.echo(f"Loaded as of {loaded.as_of:%d %b %Y} in {time.monotonic() - begun:.1f} s.")


if __name__ == "__main__":
    main()
