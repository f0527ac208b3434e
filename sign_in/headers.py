"""What goes over the wire round every answer: security headers, cookies, and checks of host, origin and `next`.

The policies name what a browser may load. No script runs that is not a file of ours or has not its hash listed here.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders

from sign_in import typefaces

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)


def source_hash(text: str) -> str:
    """How a policy names one inline script or style by its content."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def page_policy(index_html: str) -> str:
    """The policy of Streamlit's pages: its own files and the inline scripts of its own `index.html`.

    Streamlit and plotly set styles at run time, so inline styles have to be allowed; `eval` and foreign hosts are not.
    """
    scripts = " ".join(source_hash(script) for script in _INLINE_SCRIPT.findall(index_html))
    return (
        f"default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; "
        "connect-src 'self'; worker-src 'self' blob:; frame-src 'self' blob:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def form_policy(style: str) -> str:
    """The policy of the gate's own pages: one inline style, type of our own, no script at all."""
    return (
        f"default-src 'none'; style-src {source_hash(style)}; font-src 'self'; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def protect(headers: MutableHeaders, policy: str, path: str, *, status: int, https: bool) -> None:
    """Put the security headers on one answer, whoever wrote it."""
    if "content-security-policy" not in headers:
        headers["Content-Security-Policy"] = policy
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()"
    if https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    # Only the program's own files may be kept. Everything else can carry customers: pages, charts, exports.
    program = path.startswith(("/static/", typefaces.PLACE)) and "text/html" not in headers.get(
        "content-type", ""
    )
    if not program or status not in (200, 206, 304):
        headers["Cache-Control"] = "no-store"
        headers.add_vary_header("Cookie")
    elif path.startswith(typefaces.PLACE):
        headers["Cache-Control"] = "private, max-age=2592000"


def cookie(name: str, value: str, *, https: bool, seconds: int | None = None) -> str:
    """A `Set-Cookie` that scripts cannot read and other sites cannot send. `seconds=0` removes it."""
    age = "" if seconds is None else f"; Max-Age={seconds}"
    return f"{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{'; Secure' if https else ''}"


def safe_next(address: str | None) -> str:
    """A place in this app to go to after signing in: `address`, or `/` if it could lead anywhere else.

    Browsers read `//evil`, `/\\evil` and `/<tab>/evil` as another host, so what is let through is a short list.
    """
    if not address or len(address) > 2000 or not address.startswith("/"):
        return "/"
    if re.search(r"[\x00-\x20\x7f-\x9f\\]", address) or not address.isprintable():
        return "/"
    path = address.split("?")[0].split("#")[0]
    if "//" in path or re.match(r"/(login|logout|password|code|factor|sso|metrics|healthz)\b", path):
        return "/"
    return address


def host_allowed(host: str, allowed: Iterable[str]) -> bool:
    """Whether the Host header names this app; a page at another name could otherwise be rebound to this server."""
    if not re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?", host):
        return False
    name = re.sub(r":\d+$", "", host).lower().rstrip(".")
    for pattern in (entry.strip().lower().rstrip(".") for entry in allowed):
        if pattern == "*" or name.strip("[]") == pattern.strip("[]"):
            return True
        if pattern.startswith("*.") and name.endswith(pattern[1:]):
            return True
    return False


def address_of(client: tuple[str, int] | None) -> str:
    """The address guesses are counted by. One household has a whole /64 of IPv6, so that counts as one address."""
    try:
        address = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def same_origin(headers: Headers) -> bool:
    """Whether the request comes from a page of ours. A program that sends no Origin has no cookie of a victim either."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")
