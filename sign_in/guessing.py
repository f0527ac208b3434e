"""How long the next try has to wait: three growing delays, computed from the failures kept in the application database.

* **One user from one address**: after 5 failures 30 seconds, then twice as long each time. Stops the plain guesser, and
  nobody else: a stranger who fails at somebody's name locks only his own address.
* **One address, any user**: after 30 failures. Stops one password tried on every name. Higher, because a whole branch
  may share an address; whoever signed in there during the last 90 days is exempt for her first tries, so that somebody
  who guesses at names refuses none of his colleagues.
* **One user, all addresses**: after 20 failures. Stops guessing from many connections. An address from which this user
  signed in during the last 90 days is exempt, so an attack cannot keep the owner out of the place she works from;
  only from a new place she would have to wait with the others.

An attempt is counted *before* its password is checked and taken back when it was right. Fifty connections that guess
in the same instant would otherwise all see "no failures yet". A refused try is not counted: waiting is punishment
enough, and otherwise a stranger could make the wait endless. No wait is longer than its rule says, and a failure dated
ahead, by a clock that was set back since, holds nobody up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select

from warehouse.access import audit
from warehouse.app_db.app_schema import audit_log, sign_in_failures, users
from warehouse.errors import Problem
from warehouse.sql.moment_sql import instant
from warehouse.sql.moments import instant_before, instant_of
from warehouse.stores.connect import Stores

VISITOR = "visitor"
"""Who stands in the audit line of somebody whose name is not known yet."""
ACCEPTED = "sign_in.accepted"
REMEMBERED = timedelta(hours=1)
KNOWN_FOR = timedelta(days=90)
FIRST_TRIES = 3
"""So many of one user's own failures an address under attack forgives whoever signed in there before."""
SKEW = timedelta(minutes=1)
"""So far the clocks of two machines may be apart."""


class SignInRefused(Problem):
    """Not signed in; the sentence is the same for a wrong name and a wrong password."""


@dataclass(frozen=True, kw_only=True)
class Delay:
    """After `free` failures the next try waits `first` seconds, doubling with each failure up to `longest`."""

    free: int
    first: int
    longest: int

    def after(self, failures: int) -> timedelta:
        """The wait that follows this many failures."""
        if failures < self.free:
            return timedelta(0)
        doublings = min(failures - self.free, 20)
        return timedelta(seconds=min(self.longest, self.first * 2**doublings))


USER_AT_ADDRESS = Delay(free=5, first=30, longest=900)
ADDRESS = Delay(free=30, first=10, longest=300)
USER = Delay(free=20, first=15, longest=300)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A try that may be checked (`wait` is zero) or has to wait; `then` is the wait if it turns out wrong."""

    username: str
    address: str
    failure_id: int = 0
    wait: timedelta = timedelta(0)
    then: timedelta = timedelta(0)


def begin(stores: Stores, username: str, address: str) -> Attempt:
    """Count a try as a failure beforehand, or say how long it has to wait."""
    with audit.bookkeeping(stores) as book:
        _one_at_a_time(book.app_db)
        wait = _wait(book.app_db, username, address, book.at)
        if wait > timedelta(0):
            return Attempt(username=username, address=address, wait=wait)
        book.app_db.execute(
            delete(sign_in_failures).where(
                instant(sign_in_failures.c.failed_at) < instant_before(book.at, timedelta(days=1))
            )
        )
        counted = book.app_db.execute(
            insert(sign_in_failures)
            .values(username=username, address=address, failed_at=book.at)
            .returning(sign_in_failures.c.failure_id)
        ).scalar_one()
        then = _wait(book.app_db, username, address, book.at)
    return Attempt(username=username, address=address, failure_id=counted, then=then)


def forgive(app_db: Connection, attempt: Attempt) -> None:
    """The password was right: take back this user's failures from this address, and no others.

    Failures of other users stay, so that an attacker cannot clear his address by signing in to an account of his own.
    """
    mine = sign_in_failures.c
    app_db.execute(
        delete(sign_in_failures).where(mine.username == attempt.username, mine.address == attempt.address)
    )


def take_back(app_db: Connection, attempt: Attempt) -> None:
    """The password was right, and a code is still to come: this try was no failure, but those before it stay."""
    app_db.execute(delete(sign_in_failures).where(sign_in_failures.c.failure_id == attempt.failure_id))


def please_wait(wait: timedelta) -> str:
    """How long the next try has to wait, in a sentence."""
    seconds = int(wait.total_seconds()) + 1
    span = f"{seconds} seconds" if seconds < 90 else f"{-(-seconds // 60)} minutes"
    return f"There were too many wrong tries. Please wait {span} and try again."


def waits(stores: Stores) -> dict[str, timedelta]:
    """User → how long the next try from the worst place has to wait; of names with an account alone.

    Who types a password into the wrong field is not shown to anybody.
    """
    t, now = sign_in_failures.c, stores.now()
    query = (
        select(t.username, t.address)
        .join(users, users.c.username == t.username)
        .where(instant(t.failed_at) > instant_before(now, REMEMBERED))
        .distinct()
    )
    longest: dict[str, timedelta] = {}
    with stores.read_app_db() as app_db:
        for username, address in app_db.execute(query).all():
            wait = _wait(app_db, username, address, now)
            if wait > longest.get(username, timedelta(0)):
                longest[username] = wait
    return longest


def forgive_all(stores: Stores, username: str, *, by: str, why: str) -> None:
    """Forget every wrong try at this user's name, so that nobody who knows the password has to wait for it."""
    with audit.entry(stores, by, "sign_in.forgiven", username, why) as entry:
        entry.app_db.execute(delete(sign_in_failures).where(sign_in_failures.c.username == username))


def _wait(app_db: Connection, username: str, address: str, at: datetime) -> timedelta:
    column = sign_in_failures.c
    by_user, by_address = column.username == username, column.address == address

    def failures(*which: object) -> tuple[int, int]:
        """How many, and the instant of the last."""
        count, last = app_db.execute(
            select(func.count(), func.max(instant(column.failed_at))).where(
                *which,  # type: ignore[arg-type]
                instant(column.failed_at) > instant_before(at, REMEMBERED),
                instant(column.failed_at) <= instant_before(at, -SKEW),
            )
        ).one()
        return count, last or 0

    def left(delay: Delay, counted: tuple[int, int]) -> timedelta:
        count, last = counted
        whole = delay.after(count)
        return min(whole, timedelta(microseconds=last - instant_of(at)) + whole) if count else timedelta(0)

    own = failures(by_user, by_address)
    hers = left(USER_AT_ADDRESS, own)
    of_address, everywhere = left(ADDRESS, failures(by_address)), left(USER, failures(by_user))
    if max(of_address, everywhere) <= hers or not _is_known(app_db, username, address, at):
        return max(hers, of_address, everywhere, timedelta(0))
    if own[0] < FIRST_TRIES:
        of_address = timedelta(0)
    return max(hers, of_address, timedelta(0))


def _is_known(app_db: Connection, username: str, address: str, at: datetime) -> bool:
    # The audit log already remembers every sign-in; it is only asked while this user's account is under attack.
    line = audit_log.c
    return (
        app_db.execute(
            select(line.line)
            .where(
                line.action == ACCEPTED,
                line.who == username,
                line.why == came_from(address),
                instant(line.happened_at) > instant_before(at, KNOWN_FOR),
            )
            .limit(1)
        ).first()
        is not None
    )


def _one_at_a_time(app_db: Connection) -> None:
    # Two processes that count at once would both see room for one more. SQLite's BEGIN IMMEDIATE already prevents it.
    if app_db.dialect.name == "postgresql":
        app_db.exec_driver_sql("LOCK TABLE sign_in_failures IN EXCLUSIVE MODE")


def came_from(address: str) -> str:
    """How an audit line names the address of a sign-in."""
    return f"from {address}"
