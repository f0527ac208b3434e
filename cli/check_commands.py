"""`check`: how far records were matched, and what a warehouse somebody else built lacks."""

from __future__ import annotations

from pathlib import Path

import click

from cli.entry import main, open_here, works_now
from warehouse.access.reader import SYSTEM, Reader
from warehouse.errors import Problem


@main.command()
@click.option("--url", help="Address of a database that somebody else built, such as postgresql+psycopg://…")
@click.option("--schema", default="unified", show_default=True, help="Where its tables or views are.")
@click.option(
    "--truth",
    type=click.Path(path_type=Path),
    help="Folder of a sample bank whose truth.json says who is who.",
)
@click.option(
    "--held-back",
    is_flag=True,
    help="Hide the phone numbers, link by the rest, then check the links by the phone numbers.",
)
def check(url: str | None, schema: str, truth: Path | None, *, held_back: bool) -> None:
    """Show how far records were matched to customers; with --url, what a warehouse that somebody else built lacks."""
    if url:
        _check_warehouse(url, schema)
    else:
        _check_identity(truth, held_back=held_back)


def _check_identity(truth: Path | None, *, held_back: bool) -> None:
    """Print how many records of each source were matched, and how far the links can be trusted."""
    from warehouse.identity import link_quality

    stores = open_here()
    reader = Reader(stores, SYSTEM, stores.snapshot())
    rates = link_quality.rates(reader)
    if rates.empty:
        raise Problem(
            "The table identities was not delivered, so records cannot be matched. Add identities.sql to the folder of "
            "extracts and load it again; sample_data/mappings shows one."
        )
    for row in rates.itertuples():
        click.echo(link_quality.in_words(row))
    if truth is not None:
        agreement = link_quality.agreement(link_quality.links(reader), link_quality.truth_of(truth))
        click.echo(f"Against {truth / 'truth.json'}: {agreement}")
    if held_back:
        click.echo(f"Likely links, checked by the phone numbers held back: {link_quality.held_back(reader)}")


def _check_warehouse(url: str, schema: str) -> None:
    """Print what `check_url` finds. Exit code 1 if something needed is missing or wrong."""
    from warehouse.load.existing_warehouse import check_url

    checked = check_url(url, schema)
    for table, rows in checked.rows.items():
        click.echo(f"{rows:>12,}  {table}")
    for finding in checked.findings:
        where = f"{finding.table}.{finding.column}" if finding.column else finding.table
        click.echo(f"{'WRONG' if finding.serious else 'note ':5}  {where} {finding.what}".rstrip(".") + ".")
    for line in works_now().lines(checked):
        click.echo(line)
    serious = sum(finding.serious for finding in checked.findings)
    if serious:
        things = "1 finding" if serious == 1 else f"{serious} findings"
        raise Problem(f"{things} marked WRONG must be corrected before Concord can read this warehouse.")
    click.echo("Everything needed is present.")
