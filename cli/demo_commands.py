"""`demo`: the sample bank, built once."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import click

from cli.entry import HERE, accounts_module, console, main, open_here, steps
from cli.nightly_commands import run_nightly
from warehouse.access.data_coverage import nights, status
from warehouse.access.reader import SYSTEM, Reader
from warehouse.errors import NothingLoaded, Problem
from warehouse.load.loading import load as load_folder
from warehouse.stores import connect, sample_clock
from warehouse.stores.connect import HINT

LAST_DAY = date(2026, 6, 30)
"""The last day that the sample bank's extracts tell of."""


@main.command()
@click.option(
    "--customers", default=40_000, show_default=True, help="How many customers the sample bank has."
)
@click.option(
    "--serving",
    is_flag=True,
    help="Leave the first nightly run to the background, so that the app can be opened meanwhile.",
)
def demo(customers: int, *, serving: bool) -> None:
    """Build FinTrust, the sample bank, once: extracts, load, nightly run, targets, one account per role."""
    stores = open_here()
    try:
        stores.snapshot()
    except NothingLoaded:
        _load_sample(stores, customers)
    reader = Reader(stores, SYSTEM, stores.snapshot())
    if not reader.frame(status())["sample"].any():
        raise Problem(
            f"The bank in {stores.settings.data_dir} is not the sample bank, so no demo account was made. Start the "
            "app with “make serve”, or set CONCORD_DATA_DIR to another folder for the sample."
        )
    if not nights(reader):
        from warehouse.access.data_coverage import as_of
        from workflow.goals.goal_records import every_goal
        from workflow.goals.sample_goals import set_sample_goals

        if not every_goal(reader):
            set_sample_goals(stores, as_of(reader))
        if serving:
            _begin_night(stores)
        else:
            run_nightly(stores)
            reader = Reader(stores, SYSTEM, stores.snapshot())
    hint = stores.settings.data_dir / HINT
    if not hint.exists():
        accounts_module()
        from sign_in import demo_accounts

        demo_accounts.ensure(stores, reader)
        _write_history(stores, reader)
    click.echo(hint.read_text(encoding="utf-8"))


def _begin_night(stores: connect.Stores) -> None:
    """Start the nightly run as a program of its own, which ends with the terminal's Ctrl+C as the app does."""
    log = stores.settings.data_dir / "nightly.log"
    with log.open("a", encoding="utf-8") as written:
        subprocess.Popen(
            [sys.executable, "-m", "cli", "nightly"], cwd=HERE, stdout=written, stderr=subprocess.STDOUT
        )
    console.print(
        f"The first nightly run has begun: alerts, churn risk and lifetime values are there once it is done, "
        f"in a few minutes. Its log is {log}."
    )


def _write_history(stores: connect.Stores, reader: Reader) -> None:
    """What the sample bank's departments have written in twelve months, once there are accounts to write it."""
    from warehouse.access.data_coverage import as_of
    from workflow.collaboration.record_reading import records_of
    from workflow.collaboration.sample_records import write_sample_records
    from workflow.customers.sample_complaints import write_sample_complaints
    from workflow.learning.sample_learning import write_sample_learning

    # The nights before have cases with Service already.
    if not records_of(reader, "initiative"):
        write_sample_records(stores, as_of(reader))
        write_sample_learning(stores, as_of(reader))
        write_sample_complaints(stores, as_of(reader))


def _load_sample(stores: connect.Stores, customers: int) -> None:
    folder = stores.settings.data_dir / "fintrust"
    sample_clock.end(stores.settings.data_dir)
    sample_clock.begin(stores.settings.data_dir, stores.now().date(), LAST_DAY)
    console.print(f"Building FinTrust Bank: {customers:,} invented customers.")
    # The generator is a program of its own: nothing of the product may lean on it.
    subprocess.run(
        [sys.executable, "-m", "sample_data", str(folder), "--customers", str(customers)],
        check=True,
        cwd=HERE,
    )
    with steps() as step:
        load_folder(stores, folder, sample=True, progress=step)
