"""What people typed, where a page reads Markdown."""

import re

_FOUND_LATER = re.compile(r"https?(?=://)|www(?=\.)|:(?=[a-z0-9_+-][\w+/-]*:)", re.IGNORECASE)


def sentence(text: str) -> str:
    """A sentence of ours that may repeat what somebody typed: no link, picture, formula or icon comes of it."""
    parted = _FOUND_LATER.sub(lambda match: f"{match[0]}\u2060", text)
    return "".join(f"\\{c}" if c in "[]<$" else c for c in parted)


def escaped(text: str) -> str:
    """User text for a place that reads Markdown: shown as typed, never as a link or picture.

    Addresses and icons are looked for once more after the backslashes have gone: a joiner nobody sees parts them.
    """
    parted = _FOUND_LATER.sub(lambda match: f"{match[0]}\u2060", text)
    return "".join(f"\\{c}" if c in r"\`*_{}[]()#+-.!|<>~:$&=" else c for c in parted)
