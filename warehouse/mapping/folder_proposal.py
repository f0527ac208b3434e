"""A folder of exports looked at as a whole: what is recognised, the mappings written beside it, and what nobody uses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from warehouse.extracts import raw_files
from warehouse.extracts.sources import DECLARED
from warehouse.mapping import (
    campaign_mappings,
    customer_mappings,
    lead_mappings,
    mapping_texts,
    service_mappings,
    source_tables,
)
from warehouse.mapping.export_columns import KINDS
from warehouse.mapping.folder_links import FolderLinks
from warehouse.mapping.proposal import Proposal, columns_of
from warehouse.mapping.recognition import Recognised, recognise
from warehouse.mapping.source_tables import SourceTable
from warehouse.schema import PRODUCTS
from warehouse.sql import reading_pieces

_MOST_PRODUCTS = 30
"""More different words are no list of products."""


_MADE_BY = (
    customer_mappings.customers,
    lead_mappings.leads,
    customer_mappings.accounts,
    customer_mappings.transactions,
    customer_mappings.revenues,
    campaign_mappings.campaigns,
    campaign_mappings.campaign_days,
    campaign_mappings.touches,
    service_mappings.tickets,
    service_mappings.surveys,
    service_mappings.usage,
)


@dataclass(kw_only=True)
class Outcome:
    """What became of a folder, line by line; `written` is table → columns given, columns of the contract, to check."""

    recognised: list[str] = field(default_factory=list)
    as_it_is: list[str] = field(default_factory=list)
    written: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    unused: dict[str, str] = field(default_factory=dict)
    settings: list[str] = field(default_factory=list)
    tables: list[SourceTable] = field(default_factory=list)
    """Everything that could be read, recognised or not."""
    seen: dict[str, Recognised] = field(default_factory=dict)
    """File or sheet → what it was taken for."""


def propose(
    db: duckdb.DuckDBPyConnection,
    needed_for: Mapping[str, Sequence[str]],
    url_from: str | None,
    environment: Mapping[str, str],
) -> Outcome:
    """Write a mapping for each table recognised in the working directory, none over one that somebody wrote."""
    outcome, folder = Outcome(), Path()
    raw_files.check_links(folder)
    reading_pieces.define(db)
    tables = list(source_tables.tables_in(db, folder, outcome.unused))
    if url_from:
        tables += source_tables.of_database(db, folder, url_from, environment, outcome.unused)
    outcome.tables = tables
    recognised: list[Recognised] = []
    filled = {t.contract for t in tables if t.contract}
    for table in tables:
        if table.contract:
            outcome.as_it_is.append(table.label)
        elif not table.rows:
            outcome.unused[table.label] = "It has a header and no row."
        elif one := recognise(table):
            recognised.append(one)
            outcome.seen[table.label] = one
        else:
            some = ", ".join(c.name for c in table.columns[:6])
            outcome.unused[table.label] = (
                f"Not recognised by its columns ({some}{' …' if len(table.columns) > 6 else ''})."
            )
    links = FolderLinks(db, recognised)
    of_products = []
    for proposal in (make(links) for make in _MADE_BY):
        if proposal is not None and proposal.rows and proposal.table not in filled:
            text = mapping_texts.text_of(proposal, needed_for)
            _write(folder, proposal, text, outcome)
            if proposal.table in ("accounts", "revenues") and "product" in proposal.given:
                of_products.append(text)
    for one in recognised:
        if one.table.label in links.used:
            outcome.recognised.append(f"{one.label}: {one.table.rows:,} rows.")
        else:
            outcome.unused[one.table.label] = _why_not(one)
    outcome.settings = _settings(db, of_products, recognised)
    return outcome


def _write(folder: Path, proposal: Proposal, text: str, outcome: Outcome) -> None:
    file = folder / f"{proposal.table}.sql"
    declared = folder / f"{proposal.table}{DECLARED}"
    there = file.exists() or file.is_symlink()
    same = file.is_file() and not file.is_symlink() and file.read_text(encoding="utf-8-sig") == text
    if (there or declared.exists()) and not same:
        outcome.kept.append(file.name if there else declared.name)
        return
    if not same:
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    outcome.written[proposal.table] = (
        len(proposal.given),
        len(columns_of(proposal.table)),
        text.count("CHECK:"),
    )


def _why_not(one: Recognised) -> str:
    kind = one.export.label if one.export else KINDS[one.kind].label
    return (
        f"It looks like {kind}, but nothing in the folder says which customers its rows are about, or another file "
        "says more."
    )


def _settings(
    db: duckdb.DuckDBPyConnection, of_products: Sequence[str], recognised: Sequence[Recognised]
) -> list[str]:
    """Lines for the settings that the files suggest: the products where they are not a bank's, and the currency.

    `of_products` are the mappings that give the products somebody holds.
    """
    lines = []
    products: dict[str, int] = {}
    for text in of_products:
        rows = db.execute(
            f"SELECT product, count(*) FROM (\n{text}) WHERE product IS NOT NULL GROUP BY 1"
        ).fetchall()
        products |= {str(product): products.get(str(product), 0) + count for product, count in rows}
    if products and not set(products) <= set(PRODUCTS) and len(products) <= _MOST_PRODUCTS:
        listed = ", ".join(sorted(products, key=lambda p: -products[p]))
        lines.append(f'products = "{listed}"')
    codes = set()
    for one in recognised:
        for column in one.table.columns:
            if re.search(r"\bcurrency|wahrung|valuta", source_tables.plain_name(column.name)):
                codes |= {word.upper() for word in column.words}
            codes |= set(re.findall(r"\(([A-Z]{3})\)", column.name)) - {"UTC", "GMT"}
    if len(codes) == 1 and codes != {"HKD"}:
        lines.append(f'currency = "{codes.pop()}"')
    return lines
