"""`review`: the quarterly review as files."""

from __future__ import annotations

import time
from pathlib import Path

import click

from cli.entry import main, open_here, steps
from warehouse.access.reader import Reader, Viewer
from warehouse.errors import Problem


@main.command()
@click.option("--quarter", required=True, help="Such as 2026Q2.")
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("."),
    show_default=True,
    help="Where the two files go.",
)
@click.option(
    "--template",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A .pptx or .potx of the bank's brand for the slides.",
)
@click.option(
    "--issue",
    "issues",
    is_flag=True,
    help="Issue it first: it is kept, as it reads now, as the next version.",
)
@click.option("--why", default="", help="With --issue: why there is another version.")
@click.option("--draft", is_flag=True, help="The figures as they are now, even if a version was issued.")
def review(quarter: str, folder: Path, template: Path | None, why: str, *, issues: bool, draft: bool) -> None:
    """Write the quarterly review as slides (PPTX) and as a handout (PDF), with what an executive may see.

    They hold the latest issued version, or the draft where none was issued; the files say which.
    """
    stores, begun = open_here(), time.monotonic()
    with steps() as step:
        step("Reading the bank")
        from reports import issued, review_composition
        from reports.documents import document_facts
        from reports.handout import handout_pdf
        from reports.slides import deck
        from warehouse.access.data_coverage import available_columns
        from workflow.reports import downloads, issued_reviews

        viewer = Viewer(username="operator", full_name="Operator", role="executive")
        reader = Reader(stores, viewer, stores.snapshot())
        named = review_composition.named(quarter, reader)
        deck.check(template)
        step(f"Answering ten questions about {named.in_words()}")
        if issues:
            issued.issue(stores, viewer, named, why)
        versions = () if draft else issued_reviews.issues(reader, named.name)
        document = (
            issued.read(reader, versions[0])
            if versions
            else review_composition.build(reader, named, available_columns(reader))
        )
        for kind, words in (("pptx", "slides"), ("pdf", "handout")):
            step(f"Writing the {words}")
            made = deck.slides(document, template) if kind == "pptx" else handout_pdf.pdf(document)
            # The line first: no file stands in a folder that the audit does not know.
            what = f"{kind}, {document.period.in_words()}"
            downloads.note(stores, viewer, f"Quarterly review {document.quarter}", what)
            _write(folder / document_facts.file_name(document, kind), made)
    click.echo(f"{document_facts.status(document)}.")
    for kind in ("pptx", "pdf"):
        click.echo(f"Written: {folder / document_facts.file_name(document, kind)}")
    click.echo(f"Done in {time.monotonic() - begun:.1f} s.")


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as refused:
        raise Problem(
            f"{path} could not be written: {refused.strerror}. Close it where it is open, or choose another folder with "
            "--out."
        ) from refused
