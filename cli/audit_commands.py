"""`audit` and `dictionary`: whether the log is whole, and the definitions as Markdown."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cli.entry import main, open_here
from warehouse.errors import Problem


@main.command()
@click.option(
    "--heads",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with heads that the nightly run sent elsewhere, such as a part of the system log.",
)
def audit(heads: Path | None) -> None:
    """Check that no line of the audit log was altered or removed, at its end neither."""
    from warehouse.access import audit_heads
    from workflow.records.audit_search import WHOLE, check_as

    also = audit_heads.in_file(heads) if heads else []
    if heads and not also:
        raise Problem(
            f"{heads} holds no head of an audit log. Give the file that the setting “audit_heads” names."
        )
    sentence = check_as(open_here(), "operator", also)
    if sentence != WHOLE:
        raise Problem(sentence)
    click.echo(sentence)


@main.command()
@click.option(
    "--into", type=click.Path(path_type=Path), default=Path("docs/dictionary.md"), show_default=True
)
@click.option(
    "--osi",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the catalogue to this file by Open Semantic Interchange, as JSON, in place of the Markdown.",
)
def dictionary(into: Path, osi: Path | None) -> None:
    """Write the dictionary of figures, tables and columns as Markdown."""
    from reports.exports import semantic_interchange
    from reports.exports.dictionary_text import markdown

    if osi:
        document = semantic_interchange.document()
        osi.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        click.echo(f"Written: {osi}")
        for name, why in semantic_interchange.left_out().items():
            click.echo(f"Not in it: {name}. {why}")
        return
    into.write_text(markdown(), encoding="utf-8")
    click.echo(f"Written: {into}")
