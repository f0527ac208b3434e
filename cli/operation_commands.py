"""`backup`, `restore` and `doctor`: what whoever runs the machine needs beside loading and the nightly run."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from cli.entry import HERE, main, open_here
from warehouse import settings
from warehouse.errors import Problem
from warehouse.sql.moments import Clock

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def backup(folder: Path) -> None:
    """Write everything Concord keeps into one file in FOLDER, while people go on working.

    The file holds customers' data and the key of the audit log: keep it as safe as the data folder.
    """
    from metrics.comparison.words import numeral
    from workflow.records import backup as backups

    file = backups.make(open_here(), folder)
    click.echo(f"Written: {file} ({numeral(file.stat().st_size / 2**20, 1)} MB)")


@main.command()
@click.argument("file", type=FILE)
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, *, yes: bool) -> None:
    """Make the data folder what it was when the backup FILE was made. Stop the app first."""
    from workflow.records import backup as backups

    chosen = settings.read(HERE / "settings.toml", os.environ)
    says = backups.about(file)
    click.echo(f"Backup of {says.get('made_at')} by Concord {says.get('version')}.")
    if not yes:
        click.confirm(
            f"Replace what is in {chosen.data_dir}? It is kept beside it under another name.", abort=True
        )
    before = backups.put_back(chosen, file, Clock(chosen.timezone).read(datetime.now(UTC)))
    open_here()
    click.echo(f"Done. What was there before lies in {before}." if before.exists() else "Done.")


@main.command()
def doctor() -> None:
    """Check this installation: files, disk, clock, settings, bank, audit log, backup.

    Exit code 1 if something must be mended.
    """
    from workflow.records import installation_checks

    stores = open_here()
    checks = installation_checks.checked(stores, os.environ, HERE / "settings.toml")
    for check in checks:
        click.echo(f"{check.state:6} {check.what}: {check.sentence}")
    if any(check.state == installation_checks.MEND for check in checks):
        raise Problem("Something must be mended: see the lines that begin with “mend”.")
