"""Single sign-on by OpenID Connect: authorization code with PKCE, state and nonce; the role comes from a claim.

Whom the provider lets in is not yet in here: the account must not be locked, and a group of hers must be named in the
settings. Whose account somebody has is said by issuer and subject, never by a name or an e-mail address, which the
provider's users may be able to choose.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from cryptography.fernet import Fernet, InvalidToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select, update

from sign_in import accounts, guessing, sessions
from sign_in.guessing import SignInRefused
from sign_in.sessions import Person
from warehouse.access import audit
from warehouse.access.roles import ROLES
from warehouse.app_db.app_schema import external_identities, users
from warehouse.errors import ChangeRefused, Problem
from warehouse.settings import Settings
from warehouse.stores.connect import Stores

BY = "single sign-on"
CALLBACK = "/sso/callback"
ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures with a key that the provider alone has; never “none”, and none with a shared secret."""
LEEWAY = 60
"""Seconds by which the provider's clock may differ from ours."""
WAY_LASTS = 600
TIMEOUT = 10
AWAY_FOR = timedelta(seconds=30)
"""So long a provider that could not be reached is not asked again."""
MOST_USED = 10_000
"""Of so many states it is remembered that they were used."""
_AGAIN = "The sign-in at the provider took too long or did not begin here. Please try again."
_NOT_GENUINE = (
    "The provider's answer could not be verified, so nobody was signed in. Please try again, or ask {}."
)
_UNREACHABLE = "Single sign-on cannot be reached just now. Please try again in a minute, or ask {}."


@dataclass(frozen=True, kw_only=True)
class Provider:
    """Where the provider answers, as its discovery document says."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str = ""


def checked(settings: Settings) -> Mapping[str, str]:
    """Group → role, in the order of the settings; empty without single sign-on. Raises Problem for what does not fit."""
    if not settings.oidc_issuer:
        return {}
    for name in ("oidc_client_id", "oidc_roles", "app_address"):
        if not getattr(settings, name):
            raise Problem(f"Single sign-on needs the setting “{name}”. See docs/settings.md.")
    for address in (settings.oidc_issuer, settings.app_address):
        if not _is_safe(address):
            raise Problem(
                f"Single sign-on needs https: “{address}” is not. Only this machine itself may do without."
            )
    roles: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in settings.oidc_roles.split(";"))):
        group, _, role = (part.strip() for part in pair.rpartition("="))
        if not group or role not in ROLES:
            raise Problem(
                f"The setting “oidc_roles” has “{pair}”; write “group=role; group=role”. Roles are: {', '.join(ROLES)}."
            )
        roles.setdefault(group, role)
    return roles


class SingleSignOn:
    """The way to the provider and back. `true_time` is the machine's own clock: tokens expire by it."""

    def __init__(self, stores: Stores, true_time: Callable[[], datetime]) -> None:
        self.stores, self.true_time = stores, true_time
        self.settings = stores.settings
        self.roles = checked(stores.settings)
        key = hmac.digest(stores.audit_key, b"single sign-on", hashlib.sha256)
        self._box = Fernet(base64.urlsafe_b64encode(key))
        self._provider: Provider | None = None
        self._away_since: datetime | None = None
        self._used: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def label(self) -> str:
        """What the sign-in page calls it; empty where there is none."""
        return self.settings.oidc_label if self.roles else ""

    def begin(self, next_place: str) -> tuple[str, str]:
        """The provider's address to go to, and what the browser keeps until it comes back, sealed."""
        kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")} | {
            "next": next_place
        }
        with self._client() as client:
            address, _ = client.create_authorization_url(
                self.provider().authorization_endpoint,
                state=kept["state"],
                nonce=kept["nonce"],
                code_verifier=kept["verifier"],
            )
        return str(address), self._box.encrypt(json.dumps(kept).encode()).decode()

    def finish(self, given: Mapping[str, str], sealed: str, replacing: str | None) -> tuple[str, str]:
        """A session for whom the provider sent back, and the place to go on to. Raises SignInRefused with a sentence."""
        try:
            kept = json.loads(self._box.decrypt(sealed.encode(), ttl=WAY_LASTS))
        except (InvalidToken, ValueError):
            raise SignInRefused(_AGAIN) from None
        if not hmac.compare_digest(given.get("state", "").encode(), kept["state"].encode()):
            raise SignInRefused(_AGAIN)
        self._use(kept["state"])
        provider = self.provider()
        if given.get("iss", provider.issuer) != provider.issuer:
            raise SignInRefused(_AGAIN)
        if "error" in given or not given.get("code"):
            raise SignInRefused("The provider did not let you in, or you cancelled. Please try again.")
        claims = self._claims(provider, given["code"], kept["verifier"], kept["nonce"])
        who = self._account(claims)
        with audit.entry(self.stores, who.username, guessing.ACCEPTED, who.username, BY) as entry:
            hers = external_identities.c.username == who.username
            entry.app_db.execute(update(external_identities).where(hers).values(confirmed_at=entry.at))
        token = sessions.start(self.stores, who, replacing=replacing, came_by=sessions.SINGLE_SIGN_ON)
        return token, str(kept["next"])

    def sign_out_address(self) -> str:
        """Where somebody signs out at the provider, too; empty where it says no such place, or cannot be reached."""
        try:
            end = self.provider().end_session_endpoint if self.roles else ""
        except SignInRefused:
            return ""
        back = {"client_id": self.settings.oidc_client_id, "post_logout_redirect_uri": f"{self._own}/login"}
        return f"{end}?{urlencode(back)}" if _is_safe(end) else ""

    def provider(self) -> Provider:
        """What the provider says of itself, read once. Raises SignInRefused if it cannot be reached or is another.

        One that could not be reached is not asked again for `AWAY_FOR`: who waits for it would hold up who comes next.
        """
        if self._provider is None:
            issuer = self.settings.oidc_issuer.rstrip("/")
            now, away = self.true_time(), self._away_since
            if away is not None and timedelta(0) <= now - away < AWAY_FOR:
                raise SignInRefused(_UNREACHABLE.format(self.settings.administrator))
            try:
                document = self._json(f"{issuer}/.well-known/openid-configuration")
            except SignInRefused:
                self._away_since = self.true_time()
                raise
            names = Provider.__dataclass_fields__
            parts = {name: str(document.get(name) or "") for name in names}
            places = [parts[name] for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
            if parts["issuer"].rstrip("/") != issuer or not all(map(_is_safe, places)):
                raise SignInRefused(_NOT_GENUINE.format(self.settings.administrator))
            self._provider = Provider(**parts)
        return self._provider

    def verified(self, id_token: str, keys: Mapping[str, Any], issuer: str, nonce: str) -> dict[str, Any]:
        """The claims of a token signed by the provider, for us, now, for this very sign-in. Raises SignInRefused."""
        client_id = self.settings.oidc_client_id
        try:
            token = jwt.decode(id_token, KeySet.import_key_set(dict(keys)), algorithms=ALGORITHMS)  # type: ignore[arg-type]
            jwt.JWTClaimsRegistry(
                now=int(self.true_time().timestamp()),
                leeway=LEEWAY,
                iss={"essential": True, "value": issuer},
                aud={"essential": True, "value": client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(token.claims)
        except (JoseError, ValueError, TypeError, KeyError):
            raise SignInRefused(_NOT_GENUINE.format(self.settings.administrator)) from None
        claims = dict(token.claims)
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else client_id) != client_id or not isinstance(
            claims["sub"], str
        ):
            raise SignInRefused(_NOT_GENUINE.format(self.settings.administrator))
        return claims

    def _use(self, state: str) -> None:
        """A way back counts once in this process; the provider's code counts once anywhere."""
        with self._lock:
            if state in self._used:
                raise SignInRefused(_AGAIN)
            self._used[state] = None
            while len(self._used) > MOST_USED:
                self._used.popitem(last=False)

    def _claims(self, provider: Provider, code: str, verifier: str, nonce: str) -> dict[str, Any]:
        try:
            with self._client() as client:
                answer = client.fetch_token(
                    provider.token_endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    timeout=TIMEOUT,
                )
        except (AuthlibBaseError, requests.RequestException, ValueError):
            raise SignInRefused(_NOT_GENUINE.format(self.settings.administrator)) from None
        return self.verified(
            str(answer.get("id_token", "")), self._json(provider.jwks_uri), provider.issuer, nonce
        )

    def _account(self, claims: Mapping[str, Any]) -> Person:
        """The account of a person, made or changed as the claims say. Raises SignInRefused for who may not come in."""
        linked = self._linked(claims)
        named = claims.get(self.settings.oidc_groups_claim)
        groups = {g for g in (named if isinstance(named, list) else [named]) if isinstance(g, str)}
        group = next((group for group in self.roles if group in groups), None)
        if group is None:
            if linked is not None:
                sessions.end_all(self.stores, linked.username, by=BY, why="in no group any more")
            self._refuse(
                linked.username if linked is not None else "",
                f"You are in no group that may use Concord. Ask {self.settings.administrator}.",
            )
        if linked is not None and linked.disabled_at is not None:
            self._refuse(linked.username, f"Your account is locked here. Ask {self.settings.administrator}.")
        role = self.roles[group]
        rm_id, team = (
            _text(claims, name) for name in (self.settings.oidc_rm_claim, self.settings.oidc_team_claim)
        )
        try:
            if linked is None:
                return self._made(claims, role, rm_id, team)
            now = accounts.checked_row(linked.username, linked.full_name, linked.email, role, rm_id, team)
            if any(now[part] != getattr(linked, part) for part in ("role", "rm_id", "team")):
                accounts.change_role(
                    self.stores,
                    linked.username,
                    role,
                    by=BY,
                    rm_id=rm_id,
                    team=team,
                    why=f"group {group}"[:80],
                )
        except ChangeRefused as refused:
            if linked is not None:
                sessions.end_all(self.stores, linked.username, by=BY, why="a role that does not fit any more")
            self._refuse(linked.username if linked is not None else "", str(refused))
        who = accounts.get(self.stores, linked.username) if linked is not None else None
        if who is None:
            raise SignInRefused(_AGAIN)
        return who

    def _made(self, claims: Mapping[str, Any], role: str, rm_id: str | None, team: str | None) -> Person:
        name = _text(claims, "preferred_username") or _text(claims, "email") or ""
        row = accounts.checked_row(
            name, _text(claims, "name") or name, _text(claims, "email"), role, rm_id, team
        ) | {"password_hash": "", "must_change_password": False}
        if accounts.get(self.stores, row["username"]) is not None:
            # Whoever may choose a name at the provider must not choose somebody's account with it.
            self._refuse(
                row["username"],
                f"There is an account “{row['username']}” that is not linked to single sign-on. Ask "
                f"{self.settings.administrator} to link it.",
            )
        with audit.entry(self.stores, BY, "user.create", row["username"], f"role {role}") as entry:
            accounts.insert_account(entry, row)
            _link(entry, self.settings.oidc_issuer, str(claims["sub"]), row["username"])
        who = accounts.get(self.stores, row["username"])
        assert who is not None
        return who

    def _linked(self, claims: Mapping[str, Any]) -> Person | None:
        t = external_identities
        hers = (
            select(users)
            .join(t, t.c.username == users.c.username)
            .where(t.c.issuer == self.settings.oidc_issuer, t.c.subject == claims["sub"])
        )
        with self.stores.read_app_db() as app_db:
            return app_db.execute(hers).first()

    def _refuse(self, username: str, sentence: str) -> NoReturn:
        audit.note(self.stores, guessing.VISITOR, "sign_in.refused", username or "unknown user", BY)
        raise SignInRefused(sentence)

    @property
    def _own(self) -> str:
        return self.settings.app_address.rstrip("/")

    def _client(self) -> OAuth2Session:
        return OAuth2Session(
            self.settings.oidc_client_id,
            self.settings.oidc_client_secret or None,
            token_endpoint_auth_method="client_secret_basic" if self.settings.oidc_client_secret else "none",
            scope=self.settings.oidc_scopes,
            redirect_uri=f"{self._own}{CALLBACK}",
            code_challenge_method="S256",
        )

    def _json(self, address: str) -> Mapping[str, Any]:
        try:
            answer = requests.get(address, timeout=TIMEOUT, allow_redirects=False)
            answer.raise_for_status()
            document = answer.json()
        except (requests.RequestException, ValueError):
            raise SignInRefused(_UNREACHABLE.format(self.settings.administrator)) from None
        return document if isinstance(document, dict) else {}


def link(stores: Stores, username: str, subject: str, *, by: str) -> None:
    """Let somebody of the provider have an account that is there, which then has no password of its own any more.

    Raises ChangeRefused if either has another already, or without single sign-on in the settings.
    """
    if not checked(stores.settings):
        raise ChangeRefused("Single sign-on is not set up, so nobody can be linked. See docs/settings.md.")
    name, t = accounts.tidy(username), external_identities
    if accounts.get(stores, name) is None:
        raise ChangeRefused(f"There is no user “{name}”.")
    with audit.entry(stores, by, "user.link", name, BY) as entry:
        taken = select(t.c.username).where((t.c.username == name) | (t.c.subject == subject))
        if entry.app_db.execute(taken).first() is not None:
            raise ChangeRefused(
                "The account, or the person of the provider, is linked already. Nothing was changed."
            )
        _link(entry, stores.settings.oidc_issuer, subject, name)
        no_password = {"password_hash": "", "must_change_password": False}
        entry.app_db.execute(update(users).where(users.c.username == name).values(no_password))
        sessions.end_all_within(entry, name, "linked to single sign-on")


def _link(entry: audit.AuditEntry, issuer: str, subject: str, username: str) -> None:
    entry.append(external_identities, issuer=issuer, subject=subject, username=username, linked_at=entry.at)


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value.strip()[:200] or None if isinstance(value, str) else None


def _is_safe(address: str) -> bool:
    """Whether nobody on the way can read or change what is sent there."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    )
