"""Which pages show a metric: read from the pages' own code, so that nobody has to keep a list."""

import inspect
import re
import sys
from functools import lru_cache
from types import ModuleType

from metrics.catalogue import CATALOGUE


@lru_cache(maxsize=1)
def pages_of() -> dict[str, tuple[str, ...]]:
    """Metric → titles of the pages whose code names it, directly or through a module of a section."""
    from pages import MENU  # the menu imports the pages

    titles_of: dict[str, list[str]] = {name: [] for name in CATALOGUE}
    for entries in MENU.values():
        for entry in entries:
            named: set[str] = set()
            for module in _modules(sys.modules[entry.page.__module__], set()):
                named |= set(re.findall(r'"([a-z_]+)"', inspect.getsource(module)))
            for name in named & set(titles_of):
                titles_of[name].append(entry.title)
    return {name: tuple(titles) for name, titles in titles_of.items()}


def _modules(module: ModuleType, seen: set[ModuleType]) -> set[ModuleType]:
    seen.add(module)
    for part in vars(module).values():
        name = part.__name__ if isinstance(part, ModuleType) else ""
        if name.startswith("pages.") and not name.startswith("pages.components") and part not in seen:
            _modules(part, seen)
    return seen
