"""What every command starts from: the settings, the clock, both stores; problems as sentences, bugs by number."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from metrics.comparison.currency import use_currency
from warehouse import failures, settings, structured_logs
from warehouse.errors import Problem, keep_traces_in, reference
from warehouse.release import VERSION
from warehouse.sql.moments import Clock
from warehouse.stores import connect, private_files
from warehouse.stores.sample_clock import behind

HERE = Path(__file__).parents[1]
console = Console(stderr=True)


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """A line per step while it runs; where no terminal watches, a plain line when it begins."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console
    ) as display:
        current: list[Any] = []

        def step(text: str) -> None:
            if current:
                display.update(current[-1], completed=1, total=1)
            current.append(display.add_task(text, total=None))

        yield step
        if current:
            display.update(current[-1], completed=1, total=1)


def open_here() -> connect.Stores:
    """Both stores of this machine, by `settings.toml` and the environment, with the machine's clock."""

    private_files.from_now_on()
    choices = settings.read(HERE / "settings.toml", os.environ)
    now = clock_on_the_wall(choices)
    stores = connect.open_stores(choices, lambda: now() - behind(choices.data_dir))
    stores.origins = settings.origins(HERE / "settings.toml", os.environ)
    connect.use(stores)
    use_currency(choices.currency)
    keep_traces_in(choices.data_dir / "bugs")
    structured_logs.begin(choices.log_format)
    return stores


def clock_on_the_wall(choices: settings.Settings) -> Callable[[], datetime]:
    """The machine's clock in the bank's time, whatever the sample bank says it is."""
    clock = Clock(choices.timezone)
    return lambda: clock.read(datetime.now(UTC))


class Door(click.Group):
    """Shows a problem as its sentence and a bug as a reference number."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Problem as problem:
            console.print(str(problem), style="bold", highlight=False, markup=False)
            sys.exit(1)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except Exception as bug:  # the last line of defence: logged in full, shown as a number
            if outside := failures.as_problem(bug):
                console.print(str(outside), style="bold", highlight=False, markup=False)
                sys.exit(1)
            console.print(f"Something went wrong on our side. Reference {reference(bug)}: see the log above.")
            sys.exit(2)


@click.group(cls=Door)
@click.version_option(VERSION, prog_name="Concord", message="%(prog)s %(version)s")
def main() -> None:
    """Concord: one view of the customer."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")


def accounts_module() -> Any:
    """`sign_in.accounts`, without the warning of a library in it that no Streamlit app is running."""
    return _quietly("sign_in.accounts")


def works_now() -> Any:
    """`pages.governance.works_now`, without the same warning."""
    _quietly("pages")
    return _quietly("pages.governance.works_now")


def _quietly(module: str) -> Any:
    logging.disable(logging.WARNING)
    try:
        return importlib.import_module(module)
    finally:
        logging.disable(logging.NOTSET)
