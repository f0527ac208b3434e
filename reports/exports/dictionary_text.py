"""The data dictionary: every metric, table and column as the code defines them, to search and as Markdown."""

from __future__ import annotations

from metrics.catalogue import CATALOGUE, HEADLINES
from metrics.definitions.dimensions import MEANS, ONLY_CUSTOMERS
from metrics.definitions.measure import measures_of, version
from metrics.definitions.variants import VARIANTS
from warehouse.app_db.app_schema import APP_DB
from warehouse.schema import DERIVED_TABLES, SYNONYMS, UNIFIED_TABLES

BETTER = {"up": "More is better", "down": "Less is better", "neither": "Neither more nor less is better"}
SIGN_IN = frozenset({"users", "sessions", "api_tokens", "sign_in_failures", "audit_log"})
"""Tables of the application database that keep the house, not the work."""


def figures() -> list[str]:
    """Every metric, those that every department knows first."""
    return [*HEADLINES, *sorted(set(CATALOGUE) - set(HEADLINES))]


def text_of(name: str) -> str:
    """All words by which a metric can be found."""
    metric = CATALOGUE[name]
    groups = [word for word, meanings in VARIANTS.items() if name in {n for _, n in meanings}]
    rows = [word for m in measures_of(metric) for word in SYNONYMS.get(m.fact.name, {}).values()]
    words = [
        name,
        metric.label,
        metric.description,
        metric.owner,
        *metric.synonyms.values(),
        *metric.synonyms,
        *groups,
        *rows,
    ]
    return " ".join(words).lower()


def columns() -> list[dict[str, str]]:
    """Every column of the bank and of the application database: table, column, what it means, owner, whether personal."""
    bank = [
        {
            "table": table.name,
            "column": column.key,
            "means": column.comment or "",
            "owner": column.info["owner"],
            "personal": "yes" if column.info["personal"] else "",
            "synonyms": said_as(table.name),
        }
        for table in (*UNIFIED_TABLES, *DERIVED_TABLES)
        for column in table.c
    ]
    app_db = [
        {
            "table": table.name,
            "column": column.key,
            "means": column.comment or table.comment or "",
            "owner": "People, in Concord",
            "personal": "",
            "synonyms": "",
        }
        for table in APP_DB.sorted_tables
        if table.name not in SIGN_IN
        for column in table.c
    ]
    return bank + app_db


def said_as(table: str) -> str:
    """`Sales says “account”, Service says “client”`."""
    return ", ".join(f"{who} says “{word}”" for who, word in SYNONYMS.get(table, {}).items())


def markdown() -> str:
    """The dictionary as one Markdown text. Made by `cli dictionary`; a test keeps the file current."""
    lines = ["# Dictionary", "", "Written by `python -m cli dictionary` from the definitions themselves.", ""]
    lines += ["## Words with several meanings", ""]
    for word, meanings in VARIANTS.items():
        lines.append(f"* **{word}**")
        lines += [f"  * {who}: *{CATALOGUE[name].label}*" for who, name in meanings]
    lines += ["", "## What figures are filtered and broken down by", ""]
    lines += [f"* **{name.capitalize()}**: {meaning}" for name, meaning in MEANS.items()]
    lines += ["", f"{ONLY_CUSTOMERS}", "", "## Figures", ""]
    for name in figures():
        metric = CATALOGUE[name]
        synonyms = [f"{who} says “{word}”" for who, word in metric.synonyms.items()]
        sources = ", ".join(dict.fromkeys(m.fact.name for m in measures_of(metric)))
        lines += [
            f"### {metric.label}",
            "",
            metric.description,
            "",
            f"`{name}`, version {version(metric)}. Owner: {metric.owner}. {BETTER[metric.better]}. Read from: {sources}."
            + (f" {', '.join(synonyms)}." if synonyms else ""),
            "",
            *(f"* {line}" for line in metric.history),
            "",
        ]
    lines += ["## Tables", ""]
    tables = {t.name: t.comment for t in (*UNIFIED_TABLES, *DERIVED_TABLES, *APP_DB.sorted_tables)}
    current = ""
    for row in columns():
        if row["table"] != current:
            current = row["table"]
            said_by = said_as(current)
            lines += ["", f"### {current}", "", f"{tables[current]}{f' {said_by}.' if said_by else ''}", ""]
            lines += ["| column | means | owner | personal |", "|---|---|---|---|"]
        means = row["means"].replace("|", "\\|")
        lines.append(f"| {row['column']} | {means} | {row['owner']} | {row['personal']} |")
    return "\n".join(lines) + "\n"
