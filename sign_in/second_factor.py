"""The second factor of local accounts: a code of an authenticator app (TOTP, RFC 6238), or one of ten recovery codes.

The shared secret is encrypted with a key that is not in the database, recovery codes are kept as keyed hashes. A code
counts once; wrong ones wait as wrong passwords do. Codes follow true time, whatever clock the sample bank has.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import delete, insert, or_, select, update

from sign_in import guessing, sessions
from sign_in.sessions import CODE, ENROLMENT, Person
from warehouse.access import audit
from warehouse.access.roles import ROLES
from warehouse.app_db.app_schema import second_factors, users
from warehouse.app_db.app_schema import sessions as signed_in
from warehouse.errors import ChangeRefused, Problem
from warehouse.settings import Settings
from warehouse.stores.connect import Stores

ISSUER = "Concord"
RECOVERY_CODES = 10
ENROLLED, RESET = "user.factor", "user.factor_reset"
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_STEP = 30
_LONGEST_CODE = 20
ALL = "all"
WRONG = "This code does not fit, or it was used already. Wait for the next one in your authenticator app."


def roles_with(settings: Settings) -> frozenset[str]:
    """The roles whose local accounts must have a second factor. Raises Problem for a word that is no role."""
    words = settings.second_factor_for.split()
    if words == [ALL]:
        return frozenset(ROLES)
    for word in words:
        if word not in ROLES:
            raise Problem(
                f"The setting “second_factor_for” names “{word}”, which is no role. Write “{ALL}”, or roles with blanks "
                f"between: {', '.join(ROLES)}."
            )
    return frozenset(words)


def awaits(stores: Stores, username: str) -> str:
    """What follows the right password of an account: CODE, ENROLMENT or “”; of an unknown name it is asked alike."""
    t = second_factors
    query = select(users.c.role, t.c.username).outerjoin(t, t.c.username == users.c.username)
    with stores.read_app_db() as app_db:
        row = app_db.execute(query.where(users.c.username == username)).first()
    if row is None:
        return ""
    if row.username is not None:
        return CODE
    return ENROLMENT if row.role in roles_with(stores.settings) else ""


def sealed_secret(stores: Stores, username: str) -> str:
    """A fresh secret for an enrolment form, which nobody but this app can read or make, and for this account alone."""
    return _box(stores).encrypt(f"{username}|{pyotp.random_base32()}".encode()).decode()


def secret_of(stores: Stores, username: str, sealed: str) -> str:
    """The secret inside. Raises ChangeRefused for one that was not made for this account."""
    try:
        whose, _, secret = _box(stores).decrypt(sealed.encode(), ttl=None).decode().rpartition("|")
    except InvalidToken:
        whose, secret = "", ""
    if not secret or whose != username:
        raise ChangeRefused("This form was open for too long. Scan the new code, please.")
    return secret


def picture(secret: str, username: str) -> str:
    """The QR code that an authenticator app scans, as an image in an address of its own."""
    address = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)
    return str(segno.make(address, error="m").svg_data_uri(scale=5, border=3, dark="#16212e", light="#fff"))


def enrol(stores: Stores, username: str, sealed: str, code: str, at: datetime) -> list[str]:
    """Take the secret of a form for good once a code of it fits; gives the recovery codes, which are shown this once.

    A factor that was there before is replaced. Every session of the account ends.
    """
    secret = secret_of(stores, username, sealed)
    step = _step_of(secret, code, at)
    if step is None:
        raise ChangeRefused("This code does not fit. Scan the picture again and type the code of now.")
    fresh = [_recovery_code() for _ in range(RECOVERY_CODES)]
    t = second_factors
    with audit.entry(stores, username, ENROLLED, username) as entry:
        entry.app_db.execute(delete(t).where(t.c.username == username))
        entry.app_db.execute(
            insert(t).values(
                username=username,
                secret=_box(stores).encrypt(secret.encode()).decode(),
                recovery_codes=[_hashed(stores, code) for code in fresh],
                last_step=step,
                enrolled_at=entry.at,
            )
        )
        sessions.end_all_within(entry, username, "second factor set up")
    return fresh


def check(stores: Stores, who: Person, code: str, address: str, at: datetime) -> None:
    """Take a code of the app, or a recovery code. Raises SignInRefused for a wrong or used one, or during a wait."""
    attempt = guessing.begin(stores, who.username, address)
    if attempt.wait > timedelta(0):
        raise guessing.SignInRefused(guessing.please_wait(attempt.wait))
    where = guessing.came_from(address)
    typed = "".join(code.split()).replace("-", "").lower()[:_LONGEST_CODE]
    try:
        with audit.entry(stores, who.username, guessing.ACCEPTED, who.username, where) as entry:
            _take(stores, entry, who.username, typed, at)
            guessing.forgive(entry.app_db, attempt)
    except _WrongCode:
        audit.note(stores, guessing.VISITOR, "sign_in.refused", who.username, f"{where}, wrong code")
        wait = f" {guessing.please_wait(attempt.then)}" if attempt.then > timedelta(0) else ""
        raise guessing.SignInRefused(f"{WRONG}{wait}") from None


def reset(stores: Stores, username: str, *, by: str, why: str) -> None:
    """Remove the factor of somebody who lost it, and end her sessions. Where her role needs one she sets up another."""
    t = second_factors
    with audit.entry(stores, by, RESET, username, why) as entry:
        if not entry.app_db.execute(delete(t).where(t.c.username == username)).rowcount:
            raise ChangeRefused("This account has no second factor, so nothing was changed.")
        sessions.end_all_within(entry, username, "second factor removed")


def has_one(stores: Stores, username: str) -> bool:
    """Whether an account has a second factor."""
    with stores.read_app_db() as app_db:
        t = second_factors.c.username
        return app_db.execute(select(t).where(t == username)).first() is not None


def end_sessions_without(stores: Stores) -> None:
    """End the sessions of whoever must have a factor by now and has none: the setting may be newer than they are."""
    t, s = users.c, signed_in.c
    late = select(t.username).where(
        t.role.in_(roles_with(stores.settings)),
        t.username.not_in(select(second_factors.c.username)),
        t.username.in_(
            select(s.username).where(s.ended_at.is_(None), s.awaits == "", s.came_by == sessions.PASSWORD)
        ),
    )
    with stores.read_app_db() as app_db:
        names = list(app_db.execute(late).scalars())
    for name in names:
        sessions.end_all(stores, name, by="settings", why="a second factor is needed now")


class _WrongCode(Exception):
    """Nothing of what was typed counts."""


def _take(stores: Stores, entry: audit.AuditEntry, username: str, typed: str, at: datetime) -> None:
    t = second_factors
    row = entry.app_db.execute(select(t).where(t.c.username == username)).first()
    if row is None:
        raise _WrongCode
    if typed.isdigit():
        step = _step_of(_opened(stores, row.secret), typed, at)
        if step is None:
            raise _WrongCode
        newer = or_(t.c.last_step.is_(None), t.c.last_step < step)
        taken = update(t).where(t.c.username == username, newer).values(last_step=step)
        if not entry.app_db.execute(taken).rowcount:
            raise _WrongCode
        return
    hashed = _hashed(stores, typed)
    left = [kept for kept in row.recovery_codes if not hmac.compare_digest(kept, hashed)]
    if len(left) == len(row.recovery_codes):
        raise _WrongCode
    entry.app_db.execute(update(t).where(t.c.username == username).values(recovery_codes=left))


def _opened(stores: Stores, secret: str) -> str:
    try:
        return _box(stores).decrypt(secret.encode()).decode()
    except InvalidToken:
        raise Problem(
            "Second factors cannot be read, because the key of this installation changed. Ask your administrator to "
            "remove yours, and set up a new one."
        ) from None


def _step_of(secret: str, code: str, at: datetime) -> int | None:
    """The half minute that a code belongs to: this one, the one before or the next; None if to neither."""
    typed = "".join(code.split())
    if not typed.isascii() or not typed.isdigit():
        return None
    app, now = pyotp.TOTP(secret), int(at.timestamp()) // _STEP
    fitting = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(app.generate_otp(step), typed)]
    return max(fitting, default=None)


def _recovery_code() -> str:
    parts = ("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2))
    return "-".join(parts)


def _hashed(stores: Stores, code: str) -> str:
    text = code.replace("-", "").lower().encode()
    return hmac.digest(_key(stores, b"recovery codes"), text, hashlib.sha256).hex()


def _box(stores: Stores) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key(stores, b"second factors")))


def _key(stores: Stores, purpose: bytes) -> bytes:
    return hmac.digest(stores.audit_key, purpose, hashlib.sha256)
