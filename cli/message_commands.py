"""`digest`, `messages` and `destinations`: what is sent, and where it goes."""

from __future__ import annotations

import os
import sys

import click

from cli.entry import main, open_here
from warehouse.access.reader import SYSTEM, Reader
from warehouse.errors import Problem
from warehouse.schema import plain
from warehouse.stores import connect


def send_messages(stores: connect.Stores, what: str | None, *, only_due: bool = False) -> int:
    """Send what waits, say what became of it, and give of how many. Raises Problem if something is not delivered."""
    from workflow.messages.sending import send

    results = send(stores, what, os.environ, only_due=only_due)
    for sent in results:
        click.echo(f"{sent.username}, {plain(sent.what)}: {sent.outcome}")
    failed = sum(not sent.delivered for sent in results)
    if failed:
        words = "1 message was" if failed == 1 else f"{failed} messages were"
        raise Problem(f"{words} not delivered. “python -m cli messages list” says what waits, and why.")
    return len(results)


@main.command()
def digest() -> None:
    """Send the weekly Customer Health summary to where each person wants it; once a week, however often it is run.

    The week is that of the day it is sent. One that is not delivered waits: the next run of this week tries it again.
    """
    from workflow.messages.undelivered import week

    stores = open_here()
    try:
        send_messages(stores, "weekly")
    finally:
        click.echo(week(Reader(stores, SYSTEM), stores.now().date()))


@main.group()
def messages() -> None:
    """What is due to be sent, and what became of it."""


@messages.command("list")
def list_messages() -> None:
    """List what waits to be delivered and why, and what was given up. Exit code 1 if there is any."""
    from workflow.messages.undelivered import sentences, summary

    stores = open_here()
    reader = Reader(stores, SYSTEM)
    waiting = sentences(reader, stores.now())
    for sentence in (summary(reader, stores.now()), *waiting):
        click.echo(sentence)
    if waiting:
        sys.exit(1)


@messages.command("deliver")
def deliver_messages() -> None:
    """Try again to send what waits, after growing pauses of five minutes to twelve hours. Meant for a timer."""
    from workflow.messages.letters import waiting

    stores = open_here()
    send_messages(stores, None, only_due=True)
    if waiting(stores):
        raise Problem("Messages wait for their next try. “python -m cli messages list” says which, and why.")


@messages.command("mentions")
def send_mentions() -> None:
    """Send how many mentions and overdue records wait, to whoever wants it; once a day, however often it is run.

    Meant for a timer on the mornings of working days. Who has nothing that waits gets no message.
    """
    if not send_messages(open_here(), "mentions"):
        click.echo(
            "Nothing is due: nobody has a destination for it with something that waits, or today’s was sent."
        )


@main.group()
def destinations() -> None:
    """Where messages go: the address itself stands only in an environment variable."""


@destinations.command("add")
@click.argument("username")
@click.argument("what", type=click.Choice(["weekly", "new_alerts", "mentions"]))
@click.argument("variable")
def add_destination(username: str, what: str, variable: str) -> None:
    """Send WHAT for USERNAME to the address in VARIABLE, such as CONCORD_MESSAGES_TEAM_EAST.

    “digest” sends the weekly summary, “nightly” new alerts, and “messages mentions” once a day how many mentions and
    overdue records wait.
    """
    from workflow.messages.destinations import add_destination

    add_destination(open_here(), username, what, variable, by="operator")
    click.echo(f"{username} gets it at the address in {variable}.")


@destinations.command("list")
def list_destinations() -> None:
    """Where messages go now."""
    from workflow.messages.destinations import listing

    for row in listing(Reader(open_here(), SYSTEM)):
        state = "" if os.environ.get(row.variable) else "not set here"
        click.echo(f"{row.destination_id:>4}  {row.username:20} {row.what:11} {row.variable:40} {state}")


@destinations.command("end")
@click.argument("number", type=int)
def end_destination(number: int) -> None:
    """Stop sending to the destination with this NUMBER in the list."""
    from workflow.messages.destinations import end_destination

    end_destination(open_here(), number, by="operator")
    click.echo("Ended.")
