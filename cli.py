"""The front door for the scheduler and the operator. It alone, with `app.py`, reads the clock and the environment.

Each command imports what it needs when it runs: the model library alone takes seconds that `load` should not wait for.
"""

from __future__ import annotations

import importlib
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from warehouse import settings
from warehouse.access.audit import broken_line
from warehouse.access.data_coverage import GIVEN_WITH_THE_LOAD, nights, status
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.roles import ROLES
from warehouse.errors import NothingLoaded, Problem, reference
from warehouse.load.loading import load as load_folder
from warehouse.sql.moments import Clock
from warehouse.stores import connect
from warehouse.stores.connect import HINT

HERE = Path(__file__).parent
console = Console(stderr=True)


@contextmanager
def _steps() -> Iterator[Callable[[str], None]]:
    """A line per step while it runs; where no terminal watches, a plain line when it begins."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console
    ) as display:
        current: list[Any] = []

        def step(text: str) -> None:
            if current:
                display.update(current[-1], completed=1, total=1)
            current.append(display.add_task(text, total=None))

        yield step
        if current:
            display.update(current[-1], completed=1, total=1)


def _stores() -> connect.Stores:
    choices = settings.read(HERE / "settings.toml", os.environ)
    clock = Clock(choices.timezone)
    stores = connect.open_stores(choices, lambda: clock.read(datetime.now(UTC)))
    connect.use(stores)
    return stores


class Door(click.Group):
    """Shows a problem as its sentence and a bug as a reference number."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Problem as problem:
            console.print(str(problem), style="bold", highlight=False, markup=False)
            sys.exit(1)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except Exception as bug:  # the last line of defence: logged in full, shown as a number
            console.print(
                f"Something went wrong on our side. Reference {reference(bug)}: see the log above it."
            )
            sys.exit(2)


@click.group(cls=Door)
def main() -> None:
    """Concord: one view of the customer."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day fully delivered: nothing dated later counts. Without it, the latest day of any dated column.",
)
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="FOLDER holds only the days from then on: add them."
)
@click.option("--sample", is_flag=True, help="Mark it as invented data; every page will say so.")
def load(folder: Path, as_of: datetime | None, since: datetime | None, sample: bool) -> None:
    """Load a FOLDER of extracts, all of it or nothing."""
    stores, begun = _stores(), time.monotonic()
    day: date | None = as_of.date() if as_of else None
    with _steps() as step:
        loaded = load_folder(
            stores,
            folder,
            as_of=day,
            since=since.date() if since else None,
            sample=sample,
            environment=os.environ,
            progress=step,
        )
    if not sample:
        _close_demo(stores)
    for table, rows in loaded.rows.items():
        click.echo(f"{rows:>12,}  {table}")
    for table, rows in loaded.missing.items():
        click.echo(
            f"{table}: {rows:,} of the bank's rows from {since:%d %b %Y} on did not come again. They stay; what was "
            "deleted or merged can be marked in a column “deleted”."
        )
    click.echo(f"Loaded as of {loaded.as_of:%d %b %Y} in {time.monotonic() - begun:.1f} s.")
    if loaded.as_of_from != GIVEN_WITH_THE_LOAD:
        click.echo(
            f"That day is the latest in {loaded.as_of_from}. If the extracts were delivered until another day, load them "
            "with --as-of."
        )


def _close_demo(stores: connect.Stores) -> None:
    if (stores.settings.data_dir / HINT).exists():
        _accounts()
        from sign_in import demo_accounts

        demo_accounts.close(stores)


@main.command()
def nightly() -> None:
    """Describe and score every customer, credit the wins, raise the alerts, send what is due. Again, it doubles nothing.

    Exit code 1 if a message is not delivered; the night's own work is done all the same.
    """
    stores, begun = _stores(), time.monotonic()
    _night(stores)
    click.echo(f"Done in {time.monotonic() - begun:.1f} s.")
    _send(stores, None)


@main.command()
def retrain() -> None:
    """Train the churn model anew and show how it was judged. The next nightly job scores with it.

    A model that cannot be trusted is refused with the reason, and the one before stays.
    """
    from warehouse.access.data_coverage import as_of, loaded_tables
    from workflow.scoring.training import train

    stores, begun = _stores(), time.monotonic()
    reader = Reader(stores, SYSTEM, stores.snapshot())
    with _steps() as step:
        model, sentence = train(reader, stores.settings, as_of(reader), loaded_tables(reader), step)
    click.echo(sentence)
    for who, figures in model.card.figures.items():
        told = (f"{name} {f['value']:.3f} ({f['low']:.3f} to {f['high']:.3f})" for name, f in figures.items())
        click.echo(f"{who:13} {', '.join(told)}")
    click.echo(f"Done in {time.monotonic() - begun:.1f} s. The next nightly job scores with it.")


def _night(stores: connect.Stores) -> date:
    from workflow.nightly import run

    with _steps() as step:
        report = run(stores, step)
    click.echo(
        f"{report.customers:,} customers described, {report.scored:,} scored, as of {report.as_of:%d %b %Y}."
    )
    for rule, night in report.alerts.items():
        click.echo(f"{rule}: {night.raised} raised, {night.held_out} held out, {night.ended} ended.")
    for sentence in report.said:
        click.echo(sentence)
    return report.as_of


def _send(stores: connect.Stores, what: str | None, *, only_due: bool = False) -> None:
    """Send what waits and say what became of it. Raises Problem if something is not delivered."""
    from workflow.messages.sending import send

    results = send(stores, what, os.environ, only_due=only_due)
    for sent in results:
        click.echo(f"{sent.username}, {sent.what.replace('_', ' ')}: {sent.said}")
    failed = sum(not sent.delivered for sent in results)
    if failed:
        words = "1 message was" if failed == 1 else f"{failed} messages were"
        raise Problem(f"{words} not delivered. “python cli.py messages list” says what waits, and why.")


@main.command()
def digest() -> None:
    """Send the weekly Customer Health summary to where each person wants it; once a week, however often it is run.

    The week is that of the day it is sent. One that is not delivered waits: the next run of this week tries it again.
    """
    from workflow.messages.undelivered import week

    stores = _stores()
    try:
        _send(stores, "weekly")
    finally:
        click.echo(week(Reader(stores, SYSTEM), stores.now().date()))


@main.group()
def messages() -> None:
    """What is due to be sent, and what became of it."""


@messages.command("list")
def list_messages() -> None:
    """What waits to be delivered and why, and what was given up. Exit code 1 if there is anything of it."""
    from workflow.messages.undelivered import sentences, summary

    stores = _stores()
    reader = Reader(stores, SYSTEM)
    found = sentences(reader, stores.now())
    for sentence in (summary(reader, stores.now()), *found):
        click.echo(sentence)
    if found:
        sys.exit(1)


@messages.command("deliver")
def deliver_messages() -> None:
    """Try again what waits, after growing pauses: five minutes, then longer, up to twelve hours. For a timer."""
    from workflow.messages.letters import waiting

    stores = _stores()
    _send(stores, None, only_due=True)
    if waiting(stores):
        raise Problem("Messages wait for their next try. “python cli.py messages list” says which, and why.")


@main.group()
def destinations() -> None:
    """Where messages go: the address itself stands only in an environment variable."""


@destinations.command("add")
@click.argument("username")
@click.argument("what", type=click.Choice(["weekly", "new_alerts"]))
@click.argument("variable")
def add_destination(username: str, what: str, variable: str) -> None:
    """Send WHAT for USERNAME to the address in VARIABLE, such as CONCORD_MESSAGES_TEAM_EAST."""
    from workflow.messages.destinations import add_destination

    add_destination(_stores(), username, what, variable, by="operator")
    click.echo(f"{username} gets it at the address in {variable}.")


@destinations.command("list")
def list_destinations() -> None:
    """Where messages go now."""
    from workflow.messages.destinations import listing

    for row in listing(Reader(_stores(), SYSTEM)):
        state = "" if os.environ.get(row.variable) else "not set here"
        click.echo(f"{row.destination_id:>4}  {row.username:20} {row.what:11} {row.variable:40} {state}")


@destinations.command("end")
@click.argument("number", type=int)
def end_destination(number: int) -> None:
    """Send nothing any more under this NUMBER of the list."""
    from workflow.messages.destinations import end_destination

    end_destination(_stores(), number, by="operator")
    click.echo("Ended.")


def _accounts() -> Any:
    """`sign_in.accounts`, without the warning of a library in it that no Streamlit app is running."""
    logging.disable(logging.WARNING)
    from sign_in import accounts

    logging.disable(logging.NOTSET)
    return accounts


@main.command()
@click.option(
    "--customers", default=40_000, show_default=True, help="How many customers the sample bank has."
)
def demo(customers: int) -> None:
    """Build FinTrust, the sample bank, once: extracts, load, nightly job, targets, one account per role."""
    stores = _stores()
    try:
        stores.snapshot()
    except NothingLoaded:
        _load_sample(stores, customers)
    reader = Reader(stores, SYSTEM, stores.snapshot())
    if not reader.frame(status())["sample"].any():
        raise Problem(
            f"The bank in {stores.settings.data_dir} is not the sample bank, so no demo account was made. Start the "
            "app with “make serve”, or set CONCORD_DATA_DIR to another folder for the sample."
        )
    if not nights(reader):
        from warehouse.access.data_coverage import as_of
        from workflow.goals.goal_records import every_goal
        from workflow.goals.sample_goals import set_sample_goals

        if not every_goal(reader):
            set_sample_goals(stores, as_of(reader))
        _night(stores)
    hint = stores.settings.data_dir / HINT
    if not hint.exists():
        _accounts()
        from sign_in import demo_accounts

        demo_accounts.ensure(stores, reader)
    click.echo(hint.read_text(encoding="utf-8"))


def _load_sample(stores: connect.Stores, customers: int) -> None:
    folder = stores.settings.data_dir / "fintrust"
    console.print(f"Building FinTrust Bank: {customers:,} invented customers.")
    # The generator is a program of its own: nothing of the product may lean on it.
    subprocess.run(
        [sys.executable, "-m", "sample_data", str(folder), "--customers", str(customers)],
        check=True,
        cwd=HERE,
    )
    with _steps() as step:
        load_folder(stores, folder, sample=True, progress=step)


@main.command()
@click.option("--url", help="Address of a database that somebody else built, such as postgresql+psycopg://…")
@click.option("--schema", default="unified", show_default=True, help="Where its tables or views are.")
@click.option(
    "--truth",
    type=click.Path(path_type=Path),
    help="Folder of a sample bank whose truth.json says who is who.",
)
@click.option("--held-back", is_flag=True, help="Hide the phones, link by the rest, let the phones judge.")
def check(url: str | None, schema: str, truth: Path | None, held_back: bool) -> None:
    """How far records were matched to customers; with --url, what a warehouse built by somebody else lacks."""
    if url:
        _check_warehouse(url, schema)
    else:
        _check_identity(truth, held_back)


def _check_identity(truth: Path | None, held_back: bool) -> None:
    """Print how many records of each source were matched, and how far the links can be trusted."""
    from warehouse.identity import link_quality

    stores = _stores()
    reader = Reader(stores, SYSTEM, stores.snapshot())
    known = link_quality.rates(reader)
    if known.empty:
        raise Problem(
            "This bank gave no identities, so nobody can say who is who. Add identities.sql to the folder of "
            "extracts and load it again; sample_data/mappings shows one."
        )
    for row in known.itertuples():
        click.echo(link_quality.in_words(row))
    if truth is not None:
        found = link_quality.agreement(link_quality.links(reader), link_quality.truth_of(truth))
        click.echo(f"Against {truth / 'truth.json'}: {found}")
    if held_back:
        click.echo(f"Likely links, judged by the phones held back: {link_quality.held_back(reader)}")


def _check_warehouse(url: str, schema: str) -> None:
    """Print what `check_url` finds. Exit code 1 if something needed is missing or wrong."""
    from metrics import CATALOGUE
    from metrics.query.missing_reasons import not_given_for
    from warehouse.load.existing_warehouse import check_url

    menu = importlib.import_module("pages").MENU
    checked = check_url(url, schema)
    for table, rows in checked.rows.items():
        click.echo(f"{rows:>12,}  {table}")
    for found in checked.findings:
        where = f"{found.table}.{found.column}" if found.column else found.table
        click.echo(f"{'WRONG' if found.serious else 'note ':5}  {where} {found.what}".rstrip(".") + ".")
    for entry in (e for entries in menu.values() for e in entries):
        lacking = [t for t in entry.needs if t not in checked.known]
        if lacking:
            click.echo(f"The page “{entry.title}” will be empty: it needs {' and '.join(lacking)}.")
    figures: dict[str, list[str]] = {}
    for name, metric in CATALOGUE.items():
        if missing := not_given_for([name], checked):
            figures.setdefault(missing.clause.removeprefix("not known: "), []).append(metric.label)
    if figures:
        unknown = sum(map(len, figures.values()))
        click.echo(f"{unknown} of {len(CATALOGUE)} figures will not be known:")
        for why, labels in figures.items():
            click.echo(f"  {why}: {'; '.join(labels)}.")
    serious = sum(found.serious for found in checked.findings)
    if serious:
        raise Problem(f"{serious} things must be mended before Concord can read this warehouse.")
    click.echo("Everything needed is there.")


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
    _accounts().create(
        _stores(), username, password, by="operator", full_name=name, role=role, rm_id=rm_id, team=team
    )
    click.echo(f"{username} may now sign in as {role.replace('_', ' ')}.")


@users.command("password")
@click.argument("username")
@click.password_option()
def new_password(username: str, password: str) -> None:
    """Give an account a new password; whoever is signed in with it is signed out."""
    _accounts().change_password(_stores(), username, password, by="operator")
    click.echo(f"{username} has a new password.")


@users.command("role")
@click.argument("username")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--rm-id", help="For a relationship manager: her number in the bank's tables.")
@click.option("--team", help="For a team lead: the team.")
def new_role(username: str, role: str, rm_id: str | None, team: str | None) -> None:
    """Give an account another role; whoever is signed in with it is signed out."""
    _accounts().change_role(_stores(), username, role, by="operator", rm_id=rm_id, team=team)
    click.echo(f"{username} is {role.replace('_', ' ')} from now on.")


@users.command("sign-out")
@click.argument("username")
@click.option("--why", required=True, help="The reason, for the audit log.")
def sign_out(username: str, why: str) -> None:
    """End every session of an account, such as after a lost telephone; it may sign in again."""
    stores = _stores()
    if _accounts().get(stores, username) is None:
        raise Problem(f"There is no account “{username}”. “python cli.py users list” shows them.")
    from sign_in import sessions

    sessions.end_all(stores, username, by="operator", why=why)
    click.echo(f"{username} is signed out everywhere.")


@users.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--role", type=click.Choice(ROLES), help="For users to whom the file gives no role.")
def import_users(file: Path, role: str | None) -> None:
    """Take over the users of a streamlit-authenticator FILE (YAML), all of them or none."""
    import yaml

    try:
        given = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        given = None
    if not isinstance(given, dict):
        raise Problem(
            f"{file.name} cannot be read as YAML with “credentials: usernames: …”. Mend it, then try again."
        )
    names = _accounts().import_credentials(_stores(), given, by="operator", role=role)
    click.echo(f"Taken over: {', '.join(names)}.")


@users.command("disable")
@click.argument("username")
def disable_user(username: str) -> None:
    """Let an account sign in no more; its history stays."""
    _accounts().disable(_stores(), username, by="operator")
    click.echo(f"{username} can no longer sign in.")


@users.command("list")
def list_users() -> None:
    """All accounts."""
    for user in _accounts().listing(_stores()):
        state = "disabled" if user.disabled_at else ""
        click.echo(f"{user.username:20} {user.role:22} {user.full_name:30} {state}")


@main.group()
def identity() -> None:
    """Rulings by hand on whose record it is; the next load follows them."""


def _rule(verdict: str, source: str, record: str, customer: str, by: str, why: str) -> None:
    from workflow.records.link_rulings import rule

    stores = _stores()
    person = _accounts().get(stores, by)
    if person is None or person.disabled_at:
        raise Problem(f"There is no account “{by}” that may sign in. “python cli.py users list” shows them.")
    viewer = Viewer(person.username, person.full_name, person.role, person.rm_id, person.team)
    rule(stores, viewer, verdict, source, record, customer, why)
    click.echo("Recorded. It takes effect with the next load.")


@identity.command("split")
@click.argument("source")
@click.argument("record")
@click.argument("customer")
@click.option("--by", required=True, help="The analyst who decided it.")
@click.option("--why", required=True, help="The reason, for colleagues to follow later.")
def split(source: str, record: str, customer: str, by: str, why: str) -> None:
    """RECORD of SOURCE is not CUSTOMER."""
    _rule("split", source, record, customer, by, why)


@identity.command("join")
@click.argument("source")
@click.argument("record")
@click.argument("customer")
@click.option("--by", required=True, help="The analyst who decided it.")
@click.option("--why", required=True, help="The reason, for colleagues to follow later.")
def join(source: str, record: str, customer: str, by: str, why: str) -> None:
    """RECORD of SOURCE is CUSTOMER."""
    _rule("join", source, record, customer, by, why)


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
    "--issue", "issues", is_flag=True, help="Issue it first: kept as it reads now, as the next version."
)
@click.option("--why", default="", help="With --issue: why there is a further version.")
@click.option("--draft", is_flag=True, help="As computed now, although a version was issued.")
def review(quarter: str, folder: Path, template: Path | None, issues: bool, why: str, draft: bool) -> None:
    """Write the quarterly review as slides (PPTX) and as a handout (PDF), with what an executive may see.

    The latest issued version, or the draft where none was issued; the files say which.
    """
    stores, begun = _stores(), time.monotonic()
    with _steps() as step:
        step("Reading the bank")
        from reports import issued, review_composition
        from reports.documents import document_facts
        from reports.handout import handout_pdf
        from reports.slides import deck
        from warehouse.access.data_coverage import known
        from workflow.reports import downloads, issued_reviews

        viewer = Viewer(username="operator", full_name="Operator", role="executive")
        reader = Reader(stores, viewer, stores.snapshot())
        named = review_composition.named(quarter, reader)
        deck.check(template)
        step(f"Answering ten questions about {named.in_words()}")
        if issues:
            issued.issue(stores, viewer, named, why)
        versions = () if draft else issued_reviews.issues(reader, named.name)
        found = (
            issued.read(reader, versions[0])
            if versions
            else review_composition.build(reader, named, known(reader))
        )
        for kind, words in (("pptx", "slides"), ("pdf", "handout")):
            step(f"Writing the {words}")
            made = deck.slides(found, template) if kind == "pptx" else handout_pdf.pdf(found)
            # The line first: no file stands in a folder that the audit does not know.
            what = f"{kind}, {found.period.in_words()}"
            downloads.note(stores, viewer, f"Quarterly review {found.quarter}", what)
            _write(folder / document_facts.file_name(found, kind), made)
    click.echo(f"{document_facts.status(found)}.")
    for kind in ("pptx", "pdf"):
        click.echo(f"Written: {folder / document_facts.file_name(found, kind)}")
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


@main.command()
@click.option(
    "--into", type=click.Path(path_type=Path), default=Path("docs/dictionary.md"), show_default=True
)
def dictionary(into: Path) -> None:
    """Write the dictionary of figures, tables and columns as Markdown."""
    from reports.exports.dictionary_text import markdown

    into.write_text(markdown(), encoding="utf-8")
    click.echo(f"Written: {into}")


@main.command()
def audit() -> None:
    """Check that no line of the audit log was altered or removed."""
    with _stores().look_at_desk() as desk:
        line = broken_line(desk)
    if line is not None:
        raise Problem(
            f"The audit log is broken at line {line}: that line was altered, or lines before it removed."
        )
    click.echo("The audit log is whole.")


if __name__ == "__main__":
    main()
