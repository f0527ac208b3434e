"""`init`: a proposal for the mappings of a folder of exports, for a person to read."""

from __future__ import annotations

import os
from pathlib import Path

import click

from cli.entry import HERE, main
from warehouse import settings
from warehouse.errors import Problem


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--url-from", help="Also look at a database: the environment variable that holds its SQLAlchemy URL."
)
def init(folder: Path, url_from: str | None) -> None:
    """Look at a FOLDER of exports and write a proposed mapping per table beside them; it loads nothing."""
    from workflow.loads import folder_look

    if not folder.is_dir():
        raise Problem(f"“{folder}” is not a folder. Give the folder that holds the exports.")
    choices = settings.read(HERE / "settings.toml", os.environ)
    outcome = folder_look.look(folder, choices, os.environ, url_from)
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
