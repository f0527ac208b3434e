"""`users`: accounts."""

from __future__ import annotations

from pathlib import Path

import click

from cli.entry import accounts_module, main, open_here
from warehouse.access.roles import ROLES
from warehouse.errors import Problem
from warehouse.schema import plain


@main.group()
def users() -> None:
    """Accounts: the first administrator is made here."""


@users.command("add")
@click.argument("username")
@click.option("--name", required=True, help="Full name, as colleagues know it.")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--rm-id", help="For a relationship manager: her number in the bank's tables.")
@click.option("--team", help="For a team lead: the team.")
@click.password_option()
def add_user(username: str, name: str, role: str, rm_id: str | None, team: str | None, password: str) -> None:
    """Make an account."""
    accounts_module().create(
        open_here(), username, password, by="operator", full_name=name, role=role, rm_id=rm_id, team=team
    )
    click.echo(f"{username} may now sign in as {plain(role)}.")


@users.command("password")
@click.argument("username")
@click.password_option()
def new_password(username: str, password: str) -> None:
    """Give an account a new password; whoever is signed in with it is signed out."""
    accounts_module().change_password(open_here(), username, password, by="operator")
    click.echo(f"{username} has a new password.")


@users.command("role")
@click.argument("username")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--rm-id", help="For a relationship manager: her number in the bank's tables.")
@click.option("--team", help="For a team lead: the team.")
def new_role(username: str, role: str, rm_id: str | None, team: str | None) -> None:
    """Give an account another role; whoever is signed in with it is signed out."""
    accounts_module().change_role(open_here(), username, role, by="operator", rm_id=rm_id, team=team)
    click.echo(f"{username} is {plain(role)} from now on.")


@users.command("sign-out")
@click.argument("username")
@click.option("--why", required=True, help="The reason, for the audit log.")
def sign_out(username: str, why: str) -> None:
    """End every session of an account, such as after a lost telephone; it may sign in again."""
    stores = open_here()
    if accounts_module().get(stores, username) is None:
        raise Problem(f"There is no account “{username}”. “python -m cli users list” shows them.")
    from sign_in import sessions

    sessions.end_all(stores, username, by="operator", why=why)
    click.echo(f"{username} is signed out everywhere.")


@users.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--role", type=click.Choice(ROLES), help="For users to whom the file gives no role.")
def import_users(file: Path, role: str | None) -> None:
    """Import the users of a streamlit-authenticator FILE (YAML), all of them or none."""
    import yaml

    try:
        given = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        given = None
    if not isinstance(given, dict):
        raise Problem(
            f"{file.name} cannot be read as YAML with “credentials: usernames: …”. Correct it, then try again."
        )
    accounts_module()
    from sign_in.account_import import import_credentials

    names = import_credentials(open_here(), given, by="operator", role=role)
    click.echo(f"Imported: {', '.join(names)}.")


@users.command("disable")
@click.argument("username")
def disable_user(username: str) -> None:
    """Let an account sign in no more; its history stays."""
    accounts_module().disable(open_here(), username, by="operator")
    click.echo(f"{username} can no longer sign in.")


@users.command("enable")
@click.argument("username")
@click.option("--why", required=True, help="The reason, for the audit log.")
def enable_user(username: str, why: str) -> None:
    """Let a disabled account sign in again."""
    accounts_module().enable(open_here(), username, by="operator", why=why)
    click.echo(f"{username} may sign in again.")


@users.command("forgive")
@click.argument("username")
@click.option("--why", required=True, help="The reason, for the audit log.")
def forgive_tries(username: str, why: str) -> None:
    """Forget the wrong tries at a user's name, so that the next one need not wait."""
    accounts_module()
    from sign_in import guessing

    guessing.forgive_all(open_here(), username, by="operator", why=why)
    click.echo(f"{username} need not wait for the next try.")


@users.command("link")
@click.argument("username")
@click.argument("subject")
def link_account(username: str, subject: str) -> None:
    """Let the person whom the single sign-on provider calls SUBJECT (the claim “sub”) have the account USERNAME."""
    accounts_module()
    from sign_in import single_sign_on

    single_sign_on.link(open_here(), username, subject, by="operator")
    click.echo(f"{username} now comes in by single sign-on; the role follows the groups there.")


@users.command("remove-factor")
@click.argument("username")
@click.option("--why", required=True, help="The reason, for the audit log.")
def remove_factor(username: str, why: str) -> None:
    """Remove the second factor of somebody who lost it, and sign that account out."""
    accounts_module()
    from sign_in import second_factor

    second_factor.reset(open_here(), username.strip().lower(), by="operator", why=why)
    click.echo(f"{username} signs in with the password alone until a new second factor is set up.")


@users.command("sessions")
def list_sessions() -> None:
    """Who is signed in now."""
    accounts_module()
    from sign_in import sessions

    for row in sessions.open_ones(open_here()).itertuples():
        click.echo(
            f"{row.username:20} since {row.started_at:%d %b %Y, %H:%M}, seen {row.seen_at:%d %b %Y, %H:%M}"
        )


@users.command("list")
def list_users() -> None:
    """All accounts."""
    for user in accounts_module().listing(open_here()):
        state = "disabled" if user.disabled_at else ""
        click.echo(f"{user.username:20} {user.role:22} {user.full_name:30} {state}")
