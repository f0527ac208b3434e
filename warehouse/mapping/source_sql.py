"""SQL over a recognised column: how a mapping reads a day, an amount, a word or a name of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from warehouse.mapping.recognition import Guess, Recognised
from warehouse.mapping.source_tables import NO, PLAIN, TOTAL, YES, SourceColumn

CHANNELS = {
    "organic search": "organic_search",
    "paid search": "paid_search",
    "google ads": "paid_search",
    "adwords": "paid_search",
    "paid social": "social",
    "organic social": "social",
    "social media": "social",
    "facebook": "social",
    "linkedin": "social",
    "email marketing": "email",
    "email": "email",
    "newsletter": "email",
    "direct traffic": "direct",
    "referrals": "referral",
    "referral": "referral",
    "word of mouth": "referral",
    "offline sources": "offline",
    "trade show": "event",
    "messe": "event",
    "webinar": "event",
    "partner": "affiliate",
    "phone inquiry": "phone",
}
"""A tool's word for a channel → the word that cost, leads and contacts share."""


@dataclass(frozen=True, kw_only=True)
class ProposedColumn:
    """An expression of the mapping, from which column it was guessed, and what to check (empty: nothing)."""

    sql: str
    origin: str
    check: str = ""


def add(columns: dict[str, ProposedColumn], name: str, column: ProposedColumn | None) -> None:
    """Put a column into a proposal, unless there is none or it has one already."""
    if column is not None and name not in columns:
        columns[name] = column


def filled(one: Recognised, name: str) -> Guess | None:
    """The guess for a field whose column holds anything."""
    guess = one.fields.get(name)
    return guess if guess and guess.column.filled else None


def origin_of(one: Recognised, *names: str) -> str:
    """The column of the first of these fields, as a mapping says it."""
    name = next((n for n in names if one.has(n)), names[0])
    return f"“{one.fields[name].column.name}”" if one.has(name) else one.table.label


def guessed(sql: str, one: Recognised, *names: str, check: str = "") -> ProposedColumn:
    """An expression with its origin and what is doubtful in it."""
    guesses = [one.fields[n] for n in names if one.has(n)][:1]
    doubts = [
        check,
        *(g.column.unsure for g in guesses),
        *("a guess by part of its name" for g in guesses if not g.sure),
    ]
    return ProposedColumn(sql=sql, origin=origin_of(one, *names), check="; ".join(d for d in doubts if d))


def column_sql(one: Recognised, name: str, alias: str = "s") -> str:
    """A field's column as it stands."""
    sql = one.fields[name].column.sql
    return f"{alias}.{sql}" if alias else sql


def trimmed(one: Recognised, name: str, alias: str = "s") -> str:
    """A field's text; nothing where it is blank."""
    return f"nullif(trim({column_sql(one, name, alias)}), '')"


def email(one: Recognised, alias: str = "s") -> str:
    """An e-mail address as addresses are compared."""
    return f"nullif(lower(trim({column_sql(one, 'email', alias)})), '')"


def text(one: Recognised, name: str, alias: str = "s") -> ProposedColumn | None:
    """A field's text."""
    guess = filled(one, name)
    if guess is None:
        return None
    sql = trimmed(one, name, alias)
    # A spreadsheet's apostrophe before a phone number is no part of it.
    return guessed(f"ltrim({sql}, '''')" if name == "phone" else sql, one, name)


def person_name(one: Recognised, alias: str = "s") -> ProposedColumn | None:
    """The name of a person, put together where first and last name stand apart, or of a company."""
    if filled(one, "first_name") and filled(one, "last_name"):
        sql = f"nullif(concat_ws(' ', {trimmed(one, 'first_name', alias)}, {trimmed(one, 'last_name', alias)}), '')"
        return guessed(sql, one, "first_name")
    for name in ("full_name", "company_name", "last_name"):
        if filled(one, name):
            return text(one, name, alias)
    return None


def moment_sql(one: Recognised, name: str, alias: str = "s") -> str:
    """SQL: a day or moment as the text the load reads."""
    column = one.fields[name].column
    sql = column_sql(one, name, alias)
    if not column.formats:
        return f"nullif(trim({sql}), '')"
    call = "read_day" if column.shape == "day" else "read_moment"
    return f"{call}({sql}, '{column.formats[0]}')"


def moment(one: Recognised, name: str, alias: str = "s") -> ProposedColumn | None:
    """A day or moment as the load reads it."""
    return guessed(moment_sql(one, name, alias), one, name) if filled(one, name) else None


def day(one: Recognised, name: str) -> ProposedColumn | None:
    """The day of a field."""
    guess = filled(one, name)
    if guess is None:
        return None
    sql = moment_sql(one, name)
    return guessed(sql if guess.column.shape == "day" else f"({sql})[:10]", one, name)


def amount(one: Recognised, name: str, alias: str = "s") -> ProposedColumn | None:
    """An amount with the file's decimal mark."""
    guess = filled(one, name)
    if guess is None:
        return None
    return guessed(f"read_amount({column_sql(one, name, alias)}, '{mark(one, guess.column)}')", one, name)


def mark(one: Recognised, column: SourceColumn) -> str:
    """The decimal mark; where a column can be read in two ways, as the others of its file."""
    if not column.unsure:
        return column.mark
    others = {c.mark for c in one.table.columns if c.shape == "amount" and not c.unsure and c is not column}
    return others.pop() if len(others) == 1 else column.mark


def number(one: Recognised, name: str, alias: str = "s") -> ProposedColumn | None:
    """A number with a fraction."""
    return amount(one, name, alias)


def count(one: Recognised, name: str) -> ProposedColumn | None:
    """A whole number."""
    guess = filled(one, name)
    if guess is None:
        return None
    sql = f"read_count({guess.column.sql}, '{mark(one, guess.column)}')"
    return ProposedColumn(
        sql=sql, origin=origin_of(one, name), check="" if guess.sure else "a guess by part of its name"
    )


def flag(one: Recognised, name: str) -> ProposedColumn | None:
    """True or false, in words the load reads."""
    guess = filled(one, name)
    if guess is None:
        return None
    meanings = {w: "true" for w in guess.column.words if w.lower() in YES[PLAIN:]}
    meanings |= {w: "false" for w in guess.column.words if w.lower() in NO[PLAIN:]}
    return mapped(one, name, meanings) if meanings else text(one, name)


def word(one: Recognised, name: str, meanings: Mapping[str, str], alias: str = "s") -> ProposedColumn | None:
    """A word, through the map of those that are in it."""
    guess = filled(one, name)
    if guess is None:
        return None
    words = {w: meanings[w.lower().strip()] for w in guess.column.words if w.lower().strip() in meanings}
    return mapped(one, name, words, alias) if words else text(one, name, alias)


def mapped(one: Recognised, name: str, words: Mapping[str, str], alias: str = "s") -> ProposedColumn:
    """A column through a map of words; a word that is in no map stays, so that the load names it."""
    if not words:
        return text(one, name, alias) or ProposedColumn(
            sql=column_sql(one, name, alias), origin=origin_of(one, name)
        )
    pairs = ", ".join(f"{quoted(w)}: {quoted(m)}" for w, m in words.items())
    others = [w for w in one.fields[name].column.words if w not in words]
    check = f"{len(others)} further words stay as they are: {', '.join(others[:5])}" if others else ""
    return guessed(f"read_word({column_sql(one, name, alias)}, MAP {{{pairs}}})", one, name, check=check)


def birth_year(one: Recognised) -> ProposedColumn | None:
    """The year of a birthday, or a year."""
    guess = filled(one, "birth")
    if guess is None:
        return None
    if guess.column.shape == "whole":
        return text(one, "birth")
    return (
        guessed(f"({moment_sql(one, 'birth')})[:4]", one, "birth")
        if guess.column.shape in ("day", "moment")
        else None
    )


def campaign_id(one: Recognised) -> ProposedColumn:
    """A campaign's number, or its name where it has none."""
    name = "campaign_id" if filled(one, "campaign_id") else "campaign_name"
    return guessed(trimmed(one, name), one, name)


def no_totals(one: Recognised) -> str:
    """Rows that are no total of the others, and name a campaign."""
    conditions = [f"{campaign_id(one).sql} IS NOT NULL"]
    for name in ("day", "campaign_name"):
        if (guess := filled(one, name)) and guess.column.totals:
            conditions.append(f"NOT regexp_matches({guess.column.sql}, '{TOTAL}')")
    return " AND ".join(conditions)


def is_by_day(db: duckdb.DuckDBPyConnection, one: Recognised) -> bool:
    """Whether campaign and day name each row of costs once."""
    row = db.execute(
        f"SELECT count(*) = count(DISTINCT ({campaign_id(one).sql}, {one.fields['day'].column.sql})) "
        f"FROM {one.table.relation} AS s WHERE {no_totals(one)}"
    ).fetchone()
    return bool(row and row[0])


def short_name(one: Recognised) -> str:
    """A file's name in a few letters, to begin numbers of its rows with."""
    return re.sub(r"[^a-z0-9]+", "-", one.table.label.lower().split(".")[0]).strip("-")[:12].strip("-")


def listed(words: Sequence[str]) -> str:
    """Texts as a list of SQL."""
    return ", ".join(quoted(w) for w in words)


def quoted(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"
