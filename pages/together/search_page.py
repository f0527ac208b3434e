"""Search: everything that fits what was typed, by kind, each with its page; nothing is cut without saying so."""

import sys
from collections.abc import Callable
from functools import partial

import streamlit as st

from pages.components import data, links, search_box, tables
from pages.components.typed_text import escaped
from pages.customers.profile import customer_line
from warehouse.access.reader import Viewer
from workflow.search import everything
from workflow.search.everything import Group, Hit, HitGroup, MenuPage

AT_ONCE = 10
CALLED: dict[Group, tuple[str, str]] = {
    "customers": ("customer", "customers"),
    "figures": ("figure", "figures"),
    "records": ("record", "records"),
    "reports": ("saved report", "saved reports"),
    "pages": ("page", "pages"),
}
"""Group → what one of it is called, and several."""


def page(viewer: Viewer, _scope: object) -> None:
    """The box, and what fits."""
    head = st.empty()
    typed = search_box.on_page()
    if not typed:
        head.title("Search")
        st.caption(_offer(viewer))
        return
    if why := everything.misfit(typed):
        head.title("Nothing was searched for")
        st.info(why, icon=":material/search_off:")
        return
    groups = data.until_changed(viewer, results, typed, menu_of(viewer.role))
    total = sum(group.total for group in groups)
    quoted = escaped(typed)
    if not total:
        head.title(f"Nothing matches “{quoted}”")
        tables.empty("Try fewer words, or another spelling.", _offer(viewer))
        return
    head.title(f"{total:,} {'match' if total == 1 else 'matches'} for “{quoted}”")
    if len(groups) > 1:
        st.caption(", ".join(_counted(group) for group in groups))
    for group in groups:
        _show(group, typed)


def results(viewer: Viewer, typed: str, menu: tuple[MenuPage, ...]) -> tuple[HitGroup, ...]:
    """What fits, read with the viewer's rights."""
    return everything.everything_matching(data.reader(viewer), typed, menu)


def menu_of(role: str) -> tuple[MenuPage, ...]:
    """The pages of a role's menu, each with the sentence that opens its code, but for the page Search itself."""
    from pages import MENU  # the menu imports the pages

    return tuple(
        MenuPage(
            url=entry.url,
            title=entry.title,
            section=section,
            purpose=(sys.modules[entry.page.__module__].__doc__ or "").strip(),
        )
        for section, entries in MENU.items()
        for entry in entries
        if role in entry.roles and entry.url != search_box.URL
    )


def _offer(viewer: Viewer) -> str:
    """What this viewer can search for."""
    parts = ["figures of the dictionary", "records of the departments", "pages"]
    if links.has("reports"):
        parts.insert(2, "saved reports")
    if links.has("customer") and everything.finds_customers(data.reader(viewer)):
        parts.insert(0, "customers you may see (by name, number, phone or whole e-mail address)")
    return (
        f"You can search for {', '.join(parts[:-1])} and {parts[-1]}. The order of the words does not matter."
    )


def _counted(group: HitGroup) -> str:
    """`1 record`, `12 customers`."""
    return f"{group.total:,} {CALLED[group.group][group.total != 1]}"


def _show(group: HitGroup, typed: str) -> None:
    many = CALLED[group.group][1]
    st.subheader(_counted(group))
    if not group.exact:
        st.caption(
            f"None is spelled “{escaped(typed)}”. {'This is' if group.total == 1 else 'These are'} close to it."
        )
    lines: list[Callable[[], None]] = [partial(customer_line.show, c, "search") for c in group.customers]
    lines += [partial(_line, group.group, number, hit) for number, hit in enumerate(group.hits)]
    opened = f"all-{group.group}-{typed}"
    some = len(lines) > AT_ONCE and not st.session_state.get(opened)
    with st.container(gap="xxsmall"):
        for draw in lines[:AT_ONCE] if some else lines:
            draw()
    if some:
        st.caption(f"The first {AT_ONCE} of {group.total:,} {many} are listed.")
        label = f"Show all {group.total:,}" if len(lines) == group.total else f"Show the first {len(lines)}"
        if st.button(label, key=f"more-{group.group}", type="tertiary", icon=":material/expand_more:"):
            st.session_state[opened] = True
            st.rerun()
    elif len(lines) < group.total:
        st.caption(
            f"The first {len(lines):,} of {group.total:,} {many} are listed. Type more of what you look for to narrow it "
            "down."
        )


def _line(group: Group, number: int, hit: Hit) -> None:
    with st.container(gap=None):
        if st.button(escaped(hit.title), key=f"hit-{group}-{number}", type="tertiary"):
            links.to(hit.url, **dict(hit.address))
        if hit.note:
            st.caption(escaped(hit.note))
