"""The pages the gate shows itself: sign in, choose a password, sign out, and a sentence when something is wrong.

Plain HTML with one inline style and no script; everything a person typed is escaped. Colours are those of
`.streamlit/config.toml`, written again because these pages must not depend on Streamlit.
"""

from __future__ import annotations

from html import escape

from sign_in import typefaces

STYLE = (
    """
:root{color-scheme:light dark;--page:#f5f7f8;--card:#fff;--text:#1b2a33;--soft:#51626d;--line:#d5dde1;--field:#8796a0;
--accent:#0b5a6b;--hover:#084856;--on:#fff;--bad:#9b2318;--badsoft:#fbeceb;--note:#eef3f4}
@media (prefers-color-scheme:dark){:root{--page:#11191e;--card:#18232a;--text:#e6edf0;--soft:#a3b4bd;--line:#2d3c45;
--field:#6c7f8a;--accent:#62bdd0;--hover:#84cfde;--on:#0b1a1f;--bad:#ffb4a8;--badsoft:#3a2220;--note:#1f2d35}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;place-items:center;padding:24px 16px;background:var(--page);
color:var(--text);font:16px/1.5 """
    + typefaces.FAMILIES
    + """,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{width:100%;max-width:400px}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:32px;
box-shadow:0 1px 2px rgb(16 32 40/.05),0 8px 32px rgb(16 32 40/.06)}
.mark{display:flex;align-items:center;gap:10px;margin:0 0 24px;font-weight:600;letter-spacing:.01em;color:var(--accent)}
.mark i{width:26px;height:26px;border-radius:50%;border:7px solid var(--accent);border-right-color:transparent}
h1{font-size:24px;line-height:1.25;font-weight:600;margin:0 0 4px;letter-spacing:-.01em}
p{margin:0 0 16px}.soft{color:var(--soft)}
label{display:block;font-weight:500;font-size:15px;margin:18px 0 6px}
input{width:100%;font:inherit;color:inherit;background:var(--card);border:1px solid var(--field);border-radius:8px;
padding:10px 12px;min-height:46px}
input:focus-visible,button:focus-visible,a:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
button{width:100%;min-height:48px;margin-top:26px;border:0;border-radius:8px;background:var(--accent);color:var(--on);
font:inherit;font-weight:600;cursor:pointer}button:hover{background:var(--hover)}
.bad{background:var(--badsoft);color:var(--bad);border-radius:8px;padding:12px 14px;margin:20px 0 0}
.bad:empty{display:none}
.note{background:var(--note);border-radius:8px;padding:12px 14px;margin:24px 0 0;font-size:14px;white-space:pre-line;
overflow-wrap:anywhere}
.foot{font-size:14px;color:var(--soft);text-align:center;margin:20px 0 0}a{color:var(--accent)}
@media (max-width:480px){.card{padding:24px 20px}}
"""
    + typefaces.FACES
)


def _document(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)} · Concord</title><link rel="icon" href="data:,">'
        f"<style>{STYLE}</style></head><body><main>"
        '<div class="card"><div class="mark"><i aria-hidden="true"></i>Concord</div>'
        f"{body}</main></body></html>"
    )


def _hidden(**fields: str) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )


def _said(problem: str) -> str:
    # The box is there from the start, so that a screen reader announces what appears in it.
    return f'<p class="bad" id="said" role="alert" aria-live="assertive">{escape(problem)}</p>'


def _why(why: str) -> str:
    return f'<p class="note" role="status">{escape(why)}</p>' if why else ""


def sign_in(
    *,
    csrf: str,
    next_place: str,
    username: str = "",
    problem: str = "",
    why: str = "",
    demo_hint: str = "",
) -> str:
    """The sign-in form; `why` says how the session before ended, if one did."""
    hint = f'<div class="note">{escape(demo_hint)}</div>' if demo_hint else ""
    first, second = ("", " autofocus") if username else (" autofocus", "")
    return _document(
        "Sign in",
        '<h1>Sign in</h1><p class="soft">One view of the customer, for every department.</p>'
        f"{_why(why)}{_said(problem)}"
        '<form method="post" action="/login">'
        f"{_hidden(csrf=csrf, next=next_place)}"
        '<label for="username">User name</label><input id="username" name="username" required '
        'maxlength="254" autocomplete="username" autocapitalize="none" autocorrect="off" '
        f'spellcheck="false" aria-describedby="said" value="{escape(username)}"{first}>'
        '<label for="password">Password</label><input id="password" name="password" required '
        'type="password" maxlength="200" autocomplete="current-password" '
        f'aria-describedby="said"{second}><button type="submit">Sign in</button></form>'
        f'{hint}</div><p class="foot">Forgot your password? Ask your administrator for a new one.</p>',
    )


def new_password(*, csrf: str, username: str, forced: bool, problem: str = "") -> str:
    """The form to choose a password of one's own."""
    why = (
        "Yours was set by somebody else. Please choose one that only you know."
        if forced
        else "You will be signed out everywhere else."
    )
    fields = (
        ("current", "Password you have now", "current-password"),
        ("new", "New password, 12 to 64 characters", "new-password"),
        ("again", "New password again", "new-password"),
    )
    inputs = "".join(
        f'<label for="{name}">{label}</label><input id="{name}" name="{name}" type="password" required '
        f'maxlength="200" autocomplete="{kind}" aria-describedby="said">'
        for name, label, kind in fields
    )
    return _document(
        "Choose a password",
        f'<h1>Choose a password</h1><p class="soft">{why} A sentence you can remember is best.</p>'
        f'{_said(problem)}<form method="post" action="/password">{_hidden(csrf=csrf)}'
        f'<input type="hidden" autocomplete="username" value="{escape(username)}">{inputs}'
        '<button type="submit">Save password</button></form></div>'
        '<p class="foot"><a href="/logout">Sign out</a></p>',
    )


def sign_out(*, csrf: str, full_name: str) -> str:
    """Asked before signing out by a link, because a link on another site could do it otherwise."""
    return _document(
        "Sign out",
        f'<h1>Sign out?</h1><p class="soft">You are signed in as {escape(full_name)}. '
        "Open Concord windows on this device will close.</p>"
        f'<form method="post" action="/logout">{_hidden(csrf=csrf)}'
        '<button type="submit" autofocus>Sign out</button></form></div>'
        '<p class="foot"><a href="/">Stay signed in</a></p>',
    )


def sentence(title: str, text: str, onward: str = "Go to Concord") -> str:
    """One sentence and the way on: signed out, refused, or a bug with its number."""
    return _document(
        title,
        f'<h1>{escape(title)}</h1><p class="soft">{escape(text)}</p></div>'
        f'<p class="foot"><a href="/">{escape(onward)}</a></p>',
    )
