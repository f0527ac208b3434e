"""Which groups of a table may be shown, so that none of the others can be worked out, by subtraction either.

A group of fewer than `fewest` is hidden. If it is the only one, the smallest others are hidden with it: whoever knows the
whole from elsewhere could else subtract. What is shown together is added up from shown groups alone.
"""

from __future__ import annotations

from collections.abc import Mapping


def shown(sizes: Mapping[str, float], fewest: int) -> frozenset[str]:
    """The names of the groups that may be shown; `sizes` by name, NaN for a size that is hidden already."""
    large = {name: size for name, size in sizes.items() if size >= fewest}
    if len(sizes) - len(large) == 1 and large:
        # All that are equally small: which of them it is must not depend on a name.
        least = min(large.values())
        large = {name: size for name, size in large.items() if size > least}
    return frozenset(large)
