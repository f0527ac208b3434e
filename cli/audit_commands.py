"""`audit` and `dictionary`: whether the log is whole, and the definitions as Markdown."""

from __future__ import annotations

from pathlib import Path

import click

from cli.entry import main, open_here
from warehouse.errors import Problem


@main.command()
def audit() -> None:
    """Check that no line of the audit log was altered or removed."""
    from workflow.records.audit_search import WHOLE, check_as

    sentence = check_as(open_here(), "operator")
    if sentence != WHOLE:
        raise Problem(sentence)
    click.echo(sentence)


@main.command()
@click.option(
    "--into", type=click.Path(path_type=Path), default=Path("docs/dictionary.md"), show_default=True
)
def dictionary(into: Path) -> None:
    """Write the dictionary of figures, tables and columns as Markdown."""
    from reports.exports.dictionary_text import markdown

    into.write_text(markdown(), encoding="utf-8")
    click.echo(f"Written: {into}")
