"""`mcp`: figures for an assistant on this machine, in the name of one colleague."""

from __future__ import annotations

import click

from cli.entry import main, open_here
from warehouse.errors import Problem


@main.command()
@click.option("--user", required=True, help="The colleague in whose name it asks: her role, her rows.")
def mcp(user: str) -> None:
    """Answer an assistant over standard input and output by the Model Context Protocol.

    It reads only; each call is in the audit log. Her account is looked up at each call. An assistant elsewhere asks
    the app itself at /api/mcp, with a token.
    """
    from reports.interface.mcp_server import server
    from warehouse.access.reader import Viewer
    from workflow.alerts import assignment
    from workflow.reports import downloads

    stores = open_here()

    def colleague() -> Viewer:
        viewer = assignment.viewer_of(stores, user)
        if viewer is None:
            raise Problem(f"There is no open account “{user}”. “python -m cli users list” shows them.")
        return viewer

    def caller(_context: object, subject: str, why: str) -> Viewer:
        viewer = colleague()
        downloads.asked_by_program(stores, viewer, subject, why)
        return viewer

    colleague()
    server(stores, caller).run("stdio")
