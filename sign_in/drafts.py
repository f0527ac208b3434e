"""What a person typed survives the end of her session: the script that keeps it in her window, put into each page.

It stays in the browser (`drafts.js`), under a sign of who is signed in, so that nobody else who signs in there sees it.
"""

from __future__ import annotations

import hashlib
from html import escape
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATH = "/drafts.js"
SEEN = "/seen"
"""Where a page says that its person is typing: a form sends nothing else before it is recorded."""
SCRIPT = (Path(__file__).parent / "drafts.js").read_text(encoding="utf-8")


def owner(username: str) -> str:
    """Whose a draft is, without her name."""
    return hashlib.sha256(f"draft|{username}".encode()).hexdigest()[:16]


def with_script(app: ASGIApp, username: str) -> ASGIApp:
    """`app`, whose pages carry the script; whatever else it answers goes by untouched."""
    tag = f'<script src="{PATH}" data-owner="{escape(owner(username))}" defer></script>'.encode()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        # A packed or a not-modified page could not be written into; it is a few kilobytes.
        plain = [
            (k, v)
            for k, v in scope["headers"]
            if k not in (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
        ]
        extensions = {k: v for k, v in scope.get("extensions", {}).items() if k != "http.response.pathsend"}
        start: Message | None = None
        body = b""

        async def marked(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif start is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    body = body.replace(b"</head>", tag + b"</head>", 1)
                    MutableHeaders(scope=start)["content-length"] = str(len(body))
                    await send(start)
                    await send({"type": "http.response.body", "body": body})

        await app(dict(scope, headers=plain, extensions=extensions), receive, marked)

    return answer


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return (
        start["status"] == 200
        and "text/html" in headers.get("content-type", "")
        and "content-encoding" not in headers
    )
