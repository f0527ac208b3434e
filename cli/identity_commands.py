"""`identity`: rulings by hand on whose record it is."""

from __future__ import annotations

import click

from cli.entry import accounts_module, main, open_here
from warehouse.access.reader import Viewer
from warehouse.errors import Problem


@main.group()
def identity() -> None:
    """Decide by hand whose record it is; the next load follows the decision."""


def _rule(verdict: str, source: str, record: str, customer: str, by: str, why: str) -> None:
    from workflow.records.link_rulings import rule

    stores = open_here()
    person = accounts_module().get(stores, by)
    if person is None or person.disabled_at:
        raise Problem(f"There is no account “{by}” that may sign in. “python -m cli users list” shows them.")
    viewer = Viewer(person.username, person.full_name, person.role, person.rm_id, person.team)
    rule(stores, viewer, verdict, source, record, customer, why)
    click.echo("Recorded. It takes effect with the next load.")


@identity.command("split")
@click.argument("source")
@click.argument("record")
@click.argument("customer")
@click.option("--by", required=True, help="The analyst who decided it.")
@click.option("--why", required=True, help="The reason, so that colleagues can follow it later.")
def split(source: str, record: str, customer: str, by: str, why: str) -> None:
    """RECORD of SOURCE is not CUSTOMER."""
    _rule("split", source, record, customer, by, why)


@identity.command("join")
@click.argument("source")
@click.argument("record")
@click.argument("customer")
@click.option("--by", required=True, help="The analyst who decided it.")
@click.option("--why", required=True, help="The reason, so that colleagues can follow it later.")
def join(source: str, record: str, customer: str, by: str, why: str) -> None:
    """RECORD of SOURCE is CUSTOMER."""
    _rule("join", source, record, customer, by, why)
