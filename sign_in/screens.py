"""The pages the gate shows itself: sign in, choose a password, sign out, and a sentence when something is wrong.

Plain HTML (`templates/`) with one inline style and no script; everything a person typed is escaped. Colours are those of
`.streamlit/config.toml`, written again because these pages must not depend on Streamlit.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from sign_in import typefaces

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
)
STYLE = _PAGES.get_template("style.css").render(families=typefaces.FAMILIES, faces=typefaces.FACES)


def page(name: str, **fields: object) -> str:
    """The page of `templates/<name>.html` with its fields filled in."""
    return _PAGES.get_template(f"{name}.html").render(fields, style=STYLE)


def sentence(title: str, text: str, onward: str = "Go to Concord", address: str = "/") -> str:
    """One sentence and the way on: signed out, refused, or a bug with its number."""
    return page("document", title=title, text=text, onward=onward, address=address)
