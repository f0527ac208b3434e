"""The gate's own pages over HTTP: sign in, choose a password, sign out.

Each form carries a token that another site cannot know: before sign-in it is bound to a random cookie, afterwards to the
session itself. A post from another origin is refused besides.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from sign_in import accounts, headers, screens, second_factor, sessions
from sign_in.sessions import Person
from sign_in.single_sign_on import CALLBACK, WAY_LASTS, SingleSignOn
from warehouse.errors import ChangeRefused, Problem
from warehouse.stores.connect import Stores

PATHS = ("/login", "/logout", "/password", "/code", "/factor", "/sso", CALLBACK)
LONGEST_FORM = 16_384
STALE = "This form was open for too long, or did not come from this page. Please try again."


class Forms:
    """`slowly` runs a call that costs a bcrypt away from the event loop, `afar` one that waits for the provider."""

    def __init__(
        self,
        stores: Stores,
        slowly: Callable[..., Awaitable[Any]],
        afar: Callable[..., Awaitable[Any]],
        demo_hint: Callable[[], str],
        true_time: Callable[[], datetime],
    ) -> None:
        self.stores, self.slowly, self.afar = stores, slowly, afar
        self.demo_hint, self.true_time = demo_hint, true_time
        self.https = stores.settings.secure_cookies
        self.cookie = sessions.cookie_name(stores.settings)
        self.form_cookie = f"{self.cookie}-form"
        self.sso_cookie = f"{self.cookie}-sso"
        self.sso = SingleSignOn(stores, true_time)

    async def answer(self, request: Request, who: Person | None, token: str | None) -> Response:
        """Answer one of PATHS. `who` holds `token`, or is None."""
        posted = request.method == "POST"
        if request.method not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("This page takes GET and POST.", 405)
        if request.url.path == "/login":
            why = "" if who else await self.slowly(sessions.why_over, self.stores, token)
            return (
                await self._sign_in(request, token, why) if posted else self._sign_in_page(request, who, why)
            )
        if request.url.path in ("/sso", CALLBACK):
            next_place = headers.safe_next(request.query_params.get("next"))
            return (
                RedirectResponse(next_place, 303)
                if who or posted or not self.sso.label
                else await self._single_sign_on(request, token, next_place)
            )
        if (
            request.url.path in ("/password", "/factor")
            and who is not None
            and await self.slowly(accounts.is_linked, self.stores, who.username)
        ):
            sentence = "You come in by single sign-on: password and second factor are the provider’s."
            return html(screens.sentence("Nothing to change here", sentence), 404)
        if request.url.path == "/code":
            return RedirectResponse("/", 303) if who else await self._code(request, token, posted=posted)
        if request.url.path == "/factor":
            return await self._factor(request, who, token, posted=posted)
        if who is None or token is None:
            return RedirectResponse("/login", 303)
        if request.url.path == "/logout":
            return await self._sign_out(request, who, token, posted=posted)
        return await self._new_password(request, who, token, posted=posted)

    def _sign_in_page(self, request: Request, who: Person | None, why: str) -> Response:
        next_place = headers.safe_next(request.query_params.get("next"))
        return RedirectResponse(next_place, 303) if who else self._sign_in_form(request, next_place, why=why)

    def _sign_in_form(
        self,
        request: Request,
        next_place: str,
        username: str = "",
        problem: str = "",
        status: int = 200,
        why: str = "",
    ) -> Response:
        cookie = request.cookies.get(self.form_cookie, "")
        # The cookie is kept if there is one, so that a second tab does not spoil the form in the first.
        seed = cookie if re.fullmatch(r"[A-Za-z0-9_-]{43}", cookie) else secrets.token_urlsafe(32)
        page = html(
            screens.page(
                "sign_in",
                why=why,
                csrf=_bound("sign in", seed),
                next_place=next_place,
                username=username,
                problem=problem,
                demo_hint=self.demo_hint(),
                sso_label=self.sso.label,
                sso_address="/sso?" + urlencode({"next": next_place}),
            ),
            status,
        )
        page.headers.append("Set-Cookie", headers.cookie(self.form_cookie, seed, https=self.https))
        return page

    async def _sign_in(self, request: Request, old: str | None, why: str) -> Response:
        form = await _read(request)
        next_place, username = headers.safe_next(form.get("next")), form.get("username", "")[:254]
        seed = request.cookies.get(self.form_cookie, "")
        if not seed or not _genuine(request, form, "sign in", seed):
            return self._sign_in_form(request, next_place, username, STALE, 403, why)
        address = headers.address_of(request.scope.get("client"))
        try:
            token, awaits = await self.slowly(self._check, username, form.get("password", ""), address, old)
        except Problem as problem:
            return self._sign_in_form(request, next_place, username, str(problem), 401, why)
        onward = {sessions.CODE: "/code?", sessions.ENROLMENT: "/factor?"}.get(awaits)
        answer = RedirectResponse(onward + urlencode({"next": next_place}) if onward else next_place, 303)
        self._set(answer, token)
        answer.headers.append("Set-Cookie", headers.cookie(self.form_cookie, "", https=self.https, seconds=0))
        return answer

    def _check(self, username: str, password: str, address: str, old: str | None) -> tuple[str, str]:
        awaits = second_factor.awaits(self.stores, accounts.tidy(username)[:64])
        who = accounts.authenticate(self.stores, username, password, address, code_follows=bool(awaits))
        return sessions.start(self.stores, who, replacing=old, awaits=awaits), awaits

    async def _code(self, request: Request, token: str | None, *, posted: bool) -> Response:
        """The second step: a code of the app, or a recovery code."""
        waiting = await self.slowly(sessions.pending, self.stores, token)
        if waiting is None or token is None or waiting[1] != sessions.CODE:
            return RedirectResponse("/login", 303)
        who = waiting[0]
        next_place = headers.safe_next(request.query_params.get("next"))
        form = await _read(request) if posted else {}
        problem, status = "", 200
        if posted:
            next_place = headers.safe_next(form.get("next"))
            try:
                if not _genuine(request, form, "code", token):
                    raise ChangeRefused(STALE)
                address = headers.address_of(request.scope.get("client"))
                new = await self.slowly(self._second_step, who, form.get("code", ""), address, token)
            except Problem as refused:
                problem, status = str(refused), 403 if isinstance(refused, ChangeRefused) else 401
            else:
                answer = RedirectResponse(next_place, 303)
                self._set(answer, new)
                return answer
        page = screens.page("code", csrf=_bound("code", token), next_place=next_place, problem=problem)
        return html(page, status)

    def _second_step(self, who: Person, code: str, address: str, token: str) -> str:
        second_factor.check(self.stores, who, code, address, self.true_time())
        return sessions.start(self.stores, who, replacing=token)

    async def _factor(
        self, request: Request, who: Person | None, token: str | None, *, posted: bool
    ) -> Response:
        """Setting up a second factor: at sign-in where the role needs one, or of one's own accord."""
        waiting = None if who else await self.slowly(sessions.pending, self.stores, token)
        if waiting is not None and waiting[1] == sessions.ENROLMENT:
            who = waiting[0]
        if who is None or token is None:
            return RedirectResponse("/login", 303)
        has_one = await self.slowly(second_factor.has_one, self.stores, who.username)
        form = await _read(request) if posted else {}
        next_place = headers.safe_next(form.get("next") or request.query_params.get("next"))
        problem, status = "", 200
        sealed = form.get("sealed") or second_factor.sealed_secret(self.stores, who.username)
        if posted:
            try:
                if not _genuine(request, form, "factor", token):
                    raise ChangeRefused(STALE)
                address = headers.address_of(request.scope.get("client"))
                new, codes = await self.slowly(
                    self._enrol, who, form, address, has_one=has_one, asked_anew=waiting is None
                )
            except Problem as refused:
                problem, status = str(refused), 422
            else:
                answer = html(screens.page("recovery_codes", codes=codes, next_place=next_place))
                self._set(answer, new)
                return answer
        try:
            secret = second_factor.secret_of(self.stores, who.username, sealed)
        except ChangeRefused:
            sealed = second_factor.sealed_secret(self.stores, who.username)
            secret = second_factor.secret_of(self.stores, who.username, sealed)
        page = screens.page(
            "second_factor",
            csrf=_bound("factor", token),
            next_place=next_place,
            problem=problem,
            sealed=sealed,
            picture=second_factor.picture(secret, who.username),
            secret=" ".join(re.findall("....", secret)),
            forced=waiting is not None,
            has_one=has_one,
            username=who.username,
        )
        return html(page, status)

    def _enrol(
        self, who: Person, form: dict[str, str], address: str, *, has_one: bool, asked_anew: bool
    ) -> tuple[str, list[str]]:
        at = self.true_time()
        if asked_anew:
            # An unattended screen is no place to change how somebody signs in.
            given = form.get("current", "")
            accounts.authenticate(self.stores, who.username, given, address, code_follows=has_one)
        if has_one:
            second_factor.check(self.stores, who, form.get("current_code", ""), address, at)
        codes = second_factor.enrol(
            self.stores, who.username, form.get("sealed", ""), form.get("code", ""), at
        )
        return sessions.start(self.stores, who), codes

    async def _single_sign_on(self, request: Request, token: str | None, next_place: str) -> Response:
        """To the provider, with what is needed back in a sealed cookie; and back from there."""
        kept = request.cookies.get(self.sso_cookie, "")
        try:
            if request.url.path == "/sso":
                address, sealed = await self.afar(self.sso.begin, next_place)
                answer = RedirectResponse(address, 303)
                self._keep_on_the_way(answer, sealed, seconds=WAY_LASTS)
                return answer
            given = dict(request.query_params)
            new, next_place = await self.afar(self.sso.finish, given, kept, token)
        except Problem as problem:
            failed = self._sign_in_form(request, next_place, problem=str(problem), status=401)
            self._keep_on_the_way(failed, "", seconds=0)
            return failed
        answer = RedirectResponse(headers.safe_next(next_place), 303)
        self._keep_on_the_way(answer, "", seconds=0)
        self._set(answer, new)
        return answer

    def _keep_on_the_way(self, answer: Response, sealed: str, *, seconds: int) -> None:
        cookie = headers.cookie(self.sso_cookie, sealed, https=self.https, seconds=seconds)
        answer.headers.append("Set-Cookie", cookie)

    async def _sign_out(self, request: Request, who: Person, token: str, *, posted: bool) -> Response:
        own_password = not await self.slowly(accounts.is_linked, self.stores, who.username)
        page = screens.page(
            "sign_out", csrf=_bound("sign out", token), full_name=who.full_name, own_password=own_password
        )
        if not posted:
            return html(page)
        if not _genuine(request, await _read(request), "sign out", token):
            return html(page, 403)
        by_provider = await self.slowly(sessions.came_by, self.stores, token) == sessions.SINGLE_SIGN_ON
        await self.slowly(sessions.end, self.stores, token)
        elsewhere = await self.afar(self.sso.sign_out_address) if by_provider else ""
        answer = html(
            screens.sentence(
                "You are signed out",
                "At the provider you are still signed in: whoever uses this browser next could come back."
                if elsewhere
                else "See you soon.",
                f"Sign out of {self.sso.label} too" if elsewhere else "Sign in again",
                elsewhere or "/",
            )
        )
        # Whoever leaves on purpose leaves nothing typed behind in this browser.
        answer.headers["Clear-Site-Data"] = '"storage"'
        self._set(answer, "", seconds=0)
        return answer

    async def _new_password(self, request: Request, who: Person, token: str, *, posted: bool) -> Response:
        def again(problem: str = "", status: int = 200) -> Response:
            page = screens.page(
                "new_password",
                csrf=_bound("password", token),
                username=who.username,
                forced=who.must_change_password,
                problem=problem,
            )
            return html(page, status)

        if not posted:
            return again()
        form = await _read(request)
        if not _genuine(request, form, "password", token):
            return again(STALE, 403)
        address = headers.address_of(request.scope.get("client"))
        try:
            new = await self.slowly(self._change, who.username, form, address)
        except Problem as problem:
            return again(str(problem), 422)
        answer = RedirectResponse("/", 303)
        self._set(answer, new)
        return answer

    def _change(self, username: str, form: dict[str, str], address: str) -> str:
        if form.get("new") != form.get("again"):
            raise ChangeRefused("The new password was not the same both times.")
        # Asked like a sign-in, so that an unattended screen is no place to guess from.
        accounts.authenticate(self.stores, username, form.get("current", ""), address)
        accounts.change_password(self.stores, username, form.get("new", ""), by=username)
        who = accounts.get(self.stores, username)
        assert who is not None
        return sessions.start(self.stores, who)

    def _set(self, answer: Response, token: str, seconds: int | None = None) -> None:
        answer.headers.append(
            "Set-Cookie", headers.cookie(self.cookie, token, https=self.https, seconds=seconds)
        )


def html(page: str, status: int = 200) -> HTMLResponse:
    """One of the gate's pages, under the policy that allows its style and nothing else."""
    policy = headers.form_policy(screens.STYLE)
    return HTMLResponse(page, status, headers={"Content-Security-Policy": policy})


def _bound(purpose: str, secret: str) -> str:
    return hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256).hex()


def _genuine(request: Request, form: dict[str, str], purpose: str, secret: str) -> bool:
    given = form.get("csrf", "").encode()
    return headers.same_origin(request.headers) and hmac.compare_digest(
        given, _bound(purpose, secret).encode()
    )


async def _read(request: Request) -> dict[str, str]:
    """The fields of a small posted form; empty if it is too large or cannot be read, which no form of ours is."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_FORM:
            return {}
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=10))
    except ValueError:
        return {}
