"""Before rows are checked against the contract: placeholders become empty, spellings become one word.

It works on rows already in the engine, whatever they came from: text files, Parquet, Excel, another database, a mapping.
Each column is looked at once and changed only if there is something to change; what was changed is a finding.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import date

import duckdb
import pyarrow as pa
from sqlalchemy import Column, Table

from warehouse.cleaning import spelling
from warehouse.cleaning.deletions import DELETED
from warehouse.cleaning.placeholders import RELATIONS, Kind, days_for_nothing, is_nothing, words_for_nothing
from warehouse.errors import LoadRefused
from warehouse.extracts.bank_words import BankWords
from warehouse.validation import contract
from warehouse.validation.quality import key_of

NO_WORD, NO_DAY, SPELLINGS = "placeholder word: ", "placeholder day: ", "spelt in several ways: "
FIRST_DAYS = "months by their first day: "
DURING_LOAD = (NO_WORD, NO_DAY, SPELLINGS, FIRST_DAYS)
"""How the names of checks begin whose finding is about what was delivered: the table no longer shows it afterwards."""
_WORDS = frozenset(
    {
        "channel",
        "district",
        "branch",
        "category",
        "severity",
        "feature",
        "rejected_reason",
        "lost_reason",
        "reason",
    }
    | {"kind", "product", "department", "team", "stage"}
)
"""Columns of words that nobody can list beforehand; those with a list in the contract are words, too."""
_READ_BY_FIGURES = {("transactions", "kind"): ("salary",)}
"""Words that figures ask for, in columns whose other words are the bank's own."""
_NAMED_AT_MOST = 4
Where = Callable[[int], str]


def kind_of(column: Column) -> Kind:
    """What a column of the contract holds."""
    of_type: dict[str, Kind] = {"DATE": "day", "TIMESTAMP": "day", "BOOLEAN": "flag", "VARCHAR": "text"}
    kind = of_type.get(contract.type_of(column), "number")
    if kind == "text" and (column.info["allowed"] or column.key in _WORDS):
        return "word"
    return "reference" if kind == "text" and column.info["refers"] else kind


class Cleaning:
    """What is read as nothing or as another spelling in one table's delivered rows."""

    def __init__(
        self,
        db: duckdb.DuckDBPyConnection,
        table: Table,
        source: str,
        words: BankWords,
        *,
        bank_before: bool = False,
        enough: int = 10,
    ):
        """`bank_before`: whether the bank of before is attached; a word is only named if `enough` rows have it."""
        self.db, self.table, self.source, self.words = db, table, source, words
        self.bank_before, self.enough = bank_before, enough
        self._says: dict[str, tuple[str, Column]] = {}
        db.execute("CREATE OR REPLACE TEMP TABLE cleaned (check_name VARCHAR, place BIGINT)")

    def texts(self, rows: str, given: dict[str, str], where: Where) -> None:
        """Clean the columns of `rows` that are given as text."""
        for column in self.table.c:
            if given.get(str(column.key), "").startswith("ENUM"):
                self.db.execute(f'ALTER TABLE {rows} ALTER "{column.key}" TYPE VARCHAR')
                given[str(column.key)] = "VARCHAR"
        columns = [c for c in self.table.c if given.get(str(c.key)) == "VARCHAR"]
        suspects = [c for c in columns if kind_of(c) != "word"]
        conditions = {c: f"({self._nothing(c)}) OR ({self._listed(c)})" for c in suspects}
        if suspects:
            counts = self.db.execute(
                "SELECT "
                + ", ".join(f"count(*) FILTER (WHERE {conditions[c]})" for c in suspects)
                + f" FROM {rows}"
            ).fetchone()
            for column, count in zip(suspects, counts or (), strict=True):
                if count:
                    self._change_words(rows, column, where, conditions[column])
        for column in columns:
            if kind_of(column) == "word":
                self._change_words(rows, column, where, f'"{column.key}" IS NOT NULL')

    def _nothing(self, column: Column) -> str:
        """SQL: whether the text of a column is a placeholder, or blank."""
        any_case, as_written = words_for_nothing(kind_of(column))
        word = _trimmed(column)
        tests = [f"{word} = ''", f"lower({word}) IN ({_list(any_case)})"]
        if as_written:
            tests.append(f"{word} IN ({_list(as_written)})")
        if kind_of(column) == "day":
            tests.append(f"left({word}, 10) IN ({_list(str(d) for d in days_for_nothing(column))})")
        return " OR ".join(tests)

    def _listed(self, column: Column) -> str:
        of_column = self.words.of(column)
        word = _trimmed(column) if kind_of(column) != "day" else f"left({_trimmed(column)}, 10)"
        return (
            f"{word} IN ({_list(of_column)}) OR {_trimmed(column)} IN ({_list(of_column)})"
            if of_column
            else "false"
        )

    def _change_words(self, rows: str, column: Column, where: Where, condition: str) -> None:
        name = f'"{column.key}"'
        counts = dict(
            self.db.execute(f"SELECT {name}, count(*) FROM {rows} WHERE {condition} GROUP BY 1").fetchall()
        )
        meanings, nothing, several = self._meanings(column, counts)
        changed = {written: meaning for written, meaning in meanings.items() if written != meaning}
        if not column.nullable:
            self._check_given(rows, column, [w for w, m in changed.items() if m is None], where)
        if several and column.primary_key and not self._keys_stay_apart(rows, column, changed):
            says = (
                "words are written in several ways; they stay, because two rows would otherwise have one key"
            )
            self._note(SPELLINGS, column, several, rows, says)
            changed = {w: m for w, m in changed.items() if w not in several}
        if nothing:
            named = ", ".join(f"“{w}”" for w in sorted({w.strip() for w in nothing})[:_NAMED_AT_MOST])
            self._note(
                NO_WORD, column, nothing, rows, f"words that are placeholders are read as not known: {named}"
            )
        if several and any(w in changed for w in several):
            common = sorted({several[w] for w in several if self._is_common(counts, meanings, several[w])})
            named = ": " + ", ".join(f"“{w}”" for w in common[:_NAMED_AT_MOST]) if common else ""
            self._note(
                SPELLINGS, column, several, rows, f"words written in several ways are read as one{named}"
            )
        if not changed:
            return
        pairs = pa.table({"written": list(changed), "meaning": pa.array(list(changed.values()), pa.string())})
        self.db.register("incoming", pairs)
        self.db.execute(f"UPDATE {rows} SET {name} = m.meaning FROM incoming m WHERE {name} = m.written")
        self.db.unregister("incoming")

    def _meanings(
        self, column: Column, counts: dict[str, int]
    ) -> tuple[dict[str, str | None], list[str], dict[str, str]]:
        """Written → meaning; the placeholders; those that are another spelling, with the one to use."""
        kind, listed = kind_of(column), self.words.of(column)
        by_word = {spelling.word_of(w): m for w, m in listed.items()} if kind == "word" else {}
        meanings: dict[str, str | None] = {}
        nothing, open_ones = [], {}
        for written, count in counts.items():
            word = written.strip(spelling.BLANKS)
            key = word[:10] if kind == "day" and word[:10] in listed else word
            meaning = listed.get(key, by_word.get(spelling.word_of(word)))
            if not word or meaning == "":
                meanings[written] = None
            elif meaning is not None:
                meanings[written] = written if kind == "day" and meaning == key else meaning
            elif kind == "day" and not column.nullable and _day(word):
                meanings[written] = written  # refused as the day it is, further on
            elif is_nothing(kind, word) or (kind == "day" and _day(word) in days_for_nothing(column)):
                meanings[written] = None
                nothing.append(written)
            elif kind == "word":
                open_ones[written] = count
            else:
                meanings[written] = written
        if kind != "word":
            return meanings, nothing, {}
        of_the_contract = contract.allowed(column, self.words.vocabulary) or _READ_BY_FIGURES.get(
            (self.table.name, str(column.key)), ()
        )
        settled = [*of_the_contract, *(m for m in listed.values() if m)]
        use = spelling.chosen(open_ones, settled, self._words_before(column))
        return {**meanings, **use}, nothing, {w: m for w, m in use.items() if w != m}

    def _words_before(self, column: Column) -> dict[str, int]:
        if not self.bank_before:
            return {}
        name, rows = f'"{column.key}"', f"before.{self.table.schema}.{self.table.name}"
        query = f"SELECT {name}, count(*) FROM {rows} WHERE {name} IS NOT NULL GROUP BY 1"
        return dict(self.db.execute(query).fetchall())

    def _is_common(self, counts: dict[str, int], meanings: dict[str, str | None], word: str) -> bool:
        return sum(n for written, n in counts.items() if meanings[written] == word) >= self.enough

    def _check_given(self, rows: str, column: Column, written: list[str], where: Where) -> None:
        """What must be given is not given by a placeholder."""
        written = [w for w in written if w.strip(spelling.BLANKS)]
        if not written:
            return
        row = self.db.execute(
            f'SELECT min_by("{column.key}", rowid), min(rowid) FROM {rows} WHERE "{column.key}" IN ({_list(written)})'
        ).fetchone()
        if row:
            raise LoadRefused(
                f"Table {self.table.name}, {where(row[1])}, column {column.key}: “{row[0].strip()}” is a placeholder, "
                f"and each row must have a value. Correct it in {self.source} or its mapping, then load again. "
                f"{contract.NOTHING}"
            )

    def _keys_stay_apart(self, rows: str, column: Column, changed: dict[str, str | None]) -> bool:
        """Whether no two rows get one key by being spelt alike."""
        cases = " ".join(f"WHEN {_quoted(w)} THEN {_quoted(m)}" for w, m in changed.items() if m is not None)
        keys = ", ".join(
            f'CASE "{c.key}" {cases} ELSE "{c.key}" END' if c is column else f'"{c.key}"'
            for c in self.table.primary_key
        )
        twice = f'SELECT 1 FROM {rows} GROUP BY {keys} HAVING count(DISTINCT "{column.key}") > 1 LIMIT 1'
        return bool(column.info["allowed"]) or not self.db.execute(twice).fetchall()

    def follow(self, stood: str) -> None:
        """The rows have moved: `stood` holds, in their new order, the place each had."""
        self.db.execute(
            f"CREATE OR REPLACE TEMP TABLE cleaned AS SELECT check_name, s.rowid AS place "
            f"FROM cleaned JOIN {stood} s USING (place)"
        )

    def days(self, rows: str, where: Where) -> None:
        """Read the placeholder days of `rows`, which have the contract's types, as not known."""
        for column in self.table.c:
            if kind_of(column) != "day":
                continue
            name, listed = (
                f'"{column.key}"',
                {d: m for w, m in self.words.of(column).items() if (d := _day(w))},
            )
            nothing = days_for_nothing(column) - set(listed)
            day = f"CAST({name} AS DATE)"
            conditions = {NO_DAY: f"{day} IN ({_list(map(str, nothing))})"}
            if begins := RELATIONS.get(str(column.key)):
                # The clock's first day is no end of what began later.
                conditions[NO_DAY] += (
                    f" OR ({day} IN ('1969-12-31', '1970-01-01') AND {name} < {begins}"
                    + "".join(f" AND {day} <> '{d}'" for d in listed)
                    + ")"
                )
            given_by_list = [d for d, meaning in listed.items() if meaning == ""]
            if given_by_list:
                conditions[""] = f"{day} IN ({_list(map(str, given_by_list))})"
            for check, condition in conditions.items():
                self._change_days(rows, column, check, condition, where)

    def months(self, rows: str) -> None:
        """Read revenue whose every row gives its month by the first day as of the month's last, as the contract has it.

        Where other days occur, the first may be meant as a day. A balance of the first may be what the month before
        ended with, so only the bank can say which month it is of.
        """
        if self.table.name != "revenues":
            return
        column = self.table.c.month_on
        count, firsts, latest = self.db.execute(
            f"SELECT count(*), count(*) FILTER (WHERE day(month_on) = 1), max(month_on) FROM {rows}"
        ).fetchone() or (0, 0, None)
        # A delivery of nothing but deleted rows means months as the bank before did.
        so_before = f"SELECT 1 FROM before.derived.findings WHERE check_name = '{FIRST_DAYS}{column.key}'"
        kept_before = f"SELECT 1 FROM before.{rows} WHERE day(month_on) = 1 LIMIT 1"
        if firsts < count or not (count or self._before_has(so_before)) or self._before_has(kept_before):
            return
        if count:
            first = f"{latest.day} {latest:%b} {latest.year}"
            last = monthrange(latest.year, latest.month)[1]
            says = (
                f"every row gives its month by the first day, so it is read as the month's last day: revenue of {first} "
                f"counts on {last} {latest:%b} {latest.year}"
            )
            self._record(FIRST_DAYS, column, rows, "true", says)
            self.db.execute(f"UPDATE {rows} SET month_on = last_day(month_on)")
        # The keys of rows that a mark took out are those of the bank before.
        self.db.execute(
            "UPDATE derived.quarantine SET row_key = left(row_key, -10) || last_day(CAST(right(row_key, 10) AS DATE)) "
            "WHERE check_name = ? AND table_name = ? AND right(row_key, 3) = '-01'",
            [DELETED, self.table.name],
        )

    def _before_has(self, query: str) -> bool:
        return self.bank_before and bool(self.db.execute(query).fetchall())

    def _change_days(self, rows: str, column: Column, check: str, condition: str, where: Where) -> None:
        name = f'"{column.key}"'
        row = self.db.execute(
            f"SELECT list(DISTINCT CAST({name} AS DATE)), min(rowid) FROM {rows} WHERE {condition}"
        ).fetchone()
        if not row or row[1] is None:
            return
        written = sorted(row[0])
        if not column.nullable:
            if all(d.year < 1900 for d in written) or all(d.year > 2078 for d in written):
                return  # out of any range, which `contract` says
            raise LoadRefused(
                f"Table {self.table.name}, {where(row[1])}, column {column.key}: “{written[0]}” is a placeholder, "
                f"and each row must have a value. Correct it in {self.source} or its mapping, then load "
                "again. "
                f"{contract.NOTHING}"
            )
        if check:
            named = ", ".join(f"{d.day} {d:%b} {d.year}" for d in written[:_NAMED_AT_MOST])
            self._record(
                check, column, rows, condition, f"days that are placeholders are read as not known: {named}"
            )
        self.db.execute(f"UPDATE {rows} SET {name} = NULL WHERE {condition}")

    def _note(self, check: str, column: Column, written: Iterable[str], rows: str, says: str) -> None:
        condition = f'"{column.key}" IN ({_list(written)})'
        if kind_of(column) == "day":
            check, says = NO_DAY, says.replace("words", "days", 1)
        self._record(check, column, rows, condition, says)

    def _record(self, check: str, column: Column, rows: str, condition: str, says: str) -> None:
        name = f"{check}{column.key}"
        self._says[name] = (f"In {column.key}, {says}.", column)
        self.db.execute(f"INSERT INTO cleaned SELECT ?, rowid FROM {rows} WHERE {condition}", [name])

    def record(self, filled: str) -> None:
        """Make findings of what was changed, now that the rows are in their table in the order they were delivered."""
        for name, (says, column) in self._says.items():
            self.db.execute(
                f"INSERT INTO derived.quarantine SELECT DISTINCT ?, ?, {key_of(self.table)}, ?, ?, true FROM {filled} t "
                "JOIN cleaned ON cleaned.place = t.rowid WHERE cleaned.check_name = ?",
                [name, self.table.name, says, column.info["owner"], name],
            )
            self.db.execute(
                "INSERT INTO derived.findings SELECT ?, ?, ?, ?, count(*), true FROM derived.quarantine "
                "WHERE check_name = ? AND table_name = ? HAVING count(*) > 0",
                [name, self.table.name, column.info["owner"], says, name, self.table.name],
            )


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word[:10])
    except ValueError:
        return None


def _trimmed(column: Column) -> str:
    return f'trim("{column.key}", {_quoted(spelling.BLANKS)})'


def _list(words: Iterable[object]) -> str:
    return ", ".join(sorted(_quoted(str(w)) for w in words)) or "NULL"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
