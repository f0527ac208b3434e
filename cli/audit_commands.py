"""`audit` and `dictionary`: whether the log is whole, and the definitions as Markdown."""

from __future__ import annotations

from pathlib import Path

import click

from cli.entry import main, open_here
from warehouse.access.audit import broken_line
from warehouse.errors import Problem


@main.command()
def audit() -> None:
    """Check that no line of the audit log was altered or removed."""
    with open_here().read_app_db() as app_db:
        line = broken_line(app_db)
    if line is not None:
        raise Problem(
            f"The audit log is broken at line {line}: that line was altered, or lines before it removed. Compare it "
            "with the latest backup, and find out who could write to the application database."
        )
    click.echo("The audit log is whole.")


@main.command()
@click.option(
    "--into", type=click.Path(path_type=Path), default=Path("docs/dictionary.md"), show_default=True
)
def dictionary(into: Path) -> None:
    """Write the dictionary of figures, tables and columns as Markdown."""
    from reports.exports.dictionary_text import markdown

    into.write_text(markdown(), encoding="utf-8")
    click.echo(f"Written: {into}")
