"""A person opens what a page keeps folded: it is drawn only while it is open."""

from __future__ import annotations

from collections.abc import Iterator

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block


def opened(app: AppTest, *labels: str) -> AppTest:
    """Everything under these labels is clicked open, under `Explain` and `Export` where none is named."""
    chosen = labels or ("Explain", "Export")
    for label, key in folded(app):
        if label in chosen:
            app.session_state[key] = True
    return app.run()


def folded(app: AppTest) -> list[tuple[str, str]]:
    """Label and key of everything that is drawn only while it is open."""
    labels: list[tuple[str, str]] = []
    for block in _blocks(app._tree):
        kind = getattr(block, "proto", None)
        proto = getattr(kind, "popover", None) or getattr(kind, "expandable", None)
        if proto is not None and proto.id:
            # An element's id ends with the key it was given: $$ID-<hash>-<key>.
            labels.append((proto.label, proto.id.split("-", 2)[2]))
    return labels


def _blocks(block: Block) -> Iterator[Block]:
    yield block
    for child in block.children.values():
        if isinstance(child, Block):
            yield from _blocks(child)
