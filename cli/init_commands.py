"""`init`: a proposal for the mappings of a folder of exports, for a person to read."""

from __future__ import annotations

import os
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import duckdb

from cli.entry import HERE, main
from warehouse import settings
from warehouse.errors import Problem
from warehouse.load import load_limits


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--url-from", help="Also look at a database: the environment variable that holds its SQLAlchemy URL."
)
def init(folder: Path, url_from: str | None) -> None:
    """Look at a FOLDER of exports and write a proposed mapping per table beside them; it loads nothing."""
    from metrics.catalogue import CATALOGUE
    from metrics.query.missing_reasons import needs
    from warehouse.mapping import folder_proposal

    if not folder.is_dir():
        raise Problem(f"“{folder}” is not a folder. Give the folder that holds the exports.")
    needed_for: dict[str, list[str]] = {}
    for name, metric in CATALOGUE.items():
        for need in needs(name):
            needed_for.setdefault(need, []).append(metric.label)
    choices = settings.read(HERE / "settings.toml", os.environ)
    with TemporaryDirectory() as room, chdir(folder):
        file = Path(room) / "look.duckdb"
        with duckdb.connect(str(file)) as db:
            load_limits.for_all(db, choices)
            load_limits.look_only_here(db, choices.timezone)
            advice = "Move the largest files away, or raise the setting, then look again."
            with load_limits.within(db, file, choices, "The look at the folder", advice):
                outcome = folder_proposal.propose(db, needed_for, url_from, os.environ)
    for line in outcome.recognised:
        click.echo(line)
    for name in outcome.as_it_is:
        click.echo(f"{name} has the columns of a table already and is read as it is.")
    for table, (given, columns, checks) in outcome.written.items():
        doubts = f", {checks} to CHECK" if checks else ""
        click.echo(f"Wrote {table}.sql: {given} of {columns} columns{doubts}.")
    for name in outcome.kept:
        click.echo(
            f"Kept {name}: it is not what would be proposed now. Somebody wrote or corrected it, or the exports have "
            "changed. Remove it to have it proposed anew."
        )
    for name, why in outcome.unused.items():
        click.echo(f"Not used: {name}. {why}")
    if outcome.settings:
        click.echo("For settings.toml, as the files suggest:")
        for line in outcome.settings:
            click.echo(f"    {line}")
    if not outcome.written and not outcome.kept and not outcome.as_it_is:
        raise Problem(
            f"Nothing in “{folder}” was recognised. Write a mapping by hand, or name the columns "
            "as the Dictionary does; docs/own-bank.md shows how."
        )
    click.echo(f"Next: read the mappings, then python -m cli load --dry-run {folder}")
