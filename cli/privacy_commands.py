"""`privacy`: erasing a person with a certificate, everything held on one, and for how long what is kept."""

from __future__ import annotations

from pathlib import Path

import click

from cli.entry import main, open_here, steps
from warehouse.access.reader import Reader


@main.group()
def privacy() -> None:
    """What the law asks about people; docs/privacy.md names the articles."""


@privacy.command("erase")
@click.argument("customer")
@click.option(
    "--ground", required=True, help="request, consent, objection, unlawful or time: see docs/privacy.md."
)
@click.option("--why", required=True, help="The reference of the request, without name or number.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase_person(customer: str, ground: str, why: str, *, yes: bool) -> None:
    """Remove the CUSTOMER of this number from every store, for good, and print the certificate."""
    from workflow.privacy import erasure

    stores = open_here()
    if not yes:
        click.confirm(
            "The person leaves the bank, what people recorded, and every earlier snapshot. Nobody can undo it. Go on?",
            abort=True,
        )
    with steps() as step:
        done = erasure.erase(stores, erasure.OPERATOR, customer, ground=ground, why=why, progress=step)
    _print(done.erasure_id)
    click.echo("Run “python -m cli nightly”: until then totals are counted from the rows.")


@privacy.command("certificate")
@click.argument("number", type=int)
def print_certificate(number: int) -> None:
    """Print the certificate of an erasure again."""
    _print(number)


def _print(number: int) -> None:
    from workflow.privacy import erasure

    done = erasure.certificate(open_here(), number)
    click.echo(f"Certificate of erasure {done.erasure_id}, {done.erased_at:%d %b %Y %H:%M}, {done.why}")
    click.echo(erasure.GROUNDS.get(done.ground, done.ground))
    for line in done.lines:
        removed = f"{line.removed} removed." if line.removed else ""
        kept = f"{line.kept} kept." if line.kept else ""
        click.echo(f"  {line.store}, {line.what}: {' '.join(filter(None, (removed, kept, line.ground)))}")
    if done.finished_at is None:
        click.echo("NOT FINISHED: the bank was not written anew. Erase the same customer again.")
    else:
        click.echo(f"Finished {done.finished_at:%d %b %Y %H:%M}. SHA-256 {erasure.seal(done)}")


@privacy.command("list")
def list_erasures() -> None:
    """The erasures so far; nothing of them says who it was."""
    from workflow.privacy import erasure

    stores = open_here()
    done = erasure.listed(Reader(stores, erasure.OPERATOR))
    for each in done:
        state = "finished" if each.finished_at else "NOT FINISHED"
        click.echo(
            f"{each.erasure_id:>5}  {each.erased_at:%d %b %Y}  {state:12}  {each.ground:10}  {each.why}"
        )
    if not done:
        click.echo("Nobody was erased yet.")


@privacy.command("export")
@click.argument("customer")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export_held(customer: str, folder: Path) -> None:
    """Write everything held on the CUSTOMER of this number into a file in FOLDER, for that person."""
    from workflow.privacy import erasure, subject_access

    file = subject_access.export(open_here(), erasure.OPERATOR, customer, folder)
    click.echo(f"Written: {file}. It is as confidential as the bank itself; the audit log has noted it.")
