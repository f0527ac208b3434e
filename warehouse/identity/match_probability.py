"""Match probability: how likely two records are one person though no key of theirs is equal (Splink, Fellegi-Sunter).

The chance of each kind of slip among records of one person (m) is learnt from pairs that an exact key already joins:
how often names differ under one address tells how often they differ anywhere. The chance that strangers agree (u) is
stated here, except that of an equal name, which is counted among the different people at hand. Nothing is drawn at
random, so the same extracts give the same links.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

THRESHOLD = 0.95
"""From this probability on two records are one person. Chosen in docs/decisions/0007 by measured precision."""
ENOUGH_TO_LEARN = 500
"""Pairs with an equal key; with fewer, the stated chances are safer than the learnt ones."""


@dataclass(frozen=True)
class Level:
    """One way two values may agree: its condition, words, and both chances."""

    condition: str
    words: str
    m: float
    u: float


def _slip(column: str, near: str) -> str:
    """At most one letter wrong, missing, doubled or swapped; the costly distance only where a cheap look allows it."""
    return (
        f"CASE WHEN abs(length({column}_l) - length({column}_r)) <= 1 AND ({near}) "
        f"THEN damerau_levenshtein({column}_l, {column}_r) <= 1 ELSE false END"
    )


_EMAIL_NEAR = "left(email_l, 3) = left(email_r, 3) OR right(email_l, 6) = right(email_r, 6)"
_PHONE_NEAR = "left(phone_l, 3) = left(phone_r, 3) OR right(phone_l, 3) = right(phone_r, 3)"
_SORTED_LIKE = "jaro_winkler_similarity(name_sorted_l, name_sorted_r)"

NAME = (
    Level("name_l = name_r", "the same name", 0.90, 0.0007),
    Level("name_sorted_l = name_sorted_r", "the same name in another order", 0.03, 0.0001),
    Level(
        f"({_slip('name', 'left(name_l, 1) = left(name_r, 1) OR right(name_l, 2) = right(name_r, 2)')}) "
        f"OR {_SORTED_LIKE} >= 0.95",
        "a name that differs by a slip",
        0.05,
        0.0005,
    ),
    Level(f"{_SORTED_LIKE} >= 0.88", "a similar name", 0.0195, 0.002),
    Level("ELSE", "another name", 0.0005, 0.9967),
)
EMAIL = (
    Level("email_l = email_r", "the same e-mail address", 0.93, 1e-6),
    Level(
        _slip("email", _EMAIL_NEAR + ") AND (digits_l IS NOT DISTINCT FROM digits_r"),
        "an e-mail address that differs by a slip",
        0.035,
        1e-7,
    ),
    # Namesakes are told apart by the number in their addresses: one digit more or less is often somebody else.
    Level(_slip("email", _EMAIL_NEAR), "an e-mail address with another digit", 0.002, 1e-5),
    Level("box_l = box_r AND length(box_l) >= 6", "the same address at another provider", 0.01, 1e-6),
    Level("ELSE", "another e-mail address", 0.023, 0.999988),
)
PHONE = (
    Level("phone_l = phone_r", "the same phone number", 0.95, 1e-6),
    Level(_slip("phone", _PHONE_NEAR), "a phone number with one digit wrong", 0.02, 3e-6),
    Level("ELSE", "another phone number", 0.03, 0.999996),
)
BIRTH_YEAR = (
    Level("birth_year_l = birth_year_r", "the same year of birth", 0.96, 0.02),
    Level("ELSE", "another year of birth", 0.04, 0.98),
)
COMPARED = {"name": NAME, "email": EMAIL, "phone": PHONE, "birth_year": BIRTH_YEAR}
_NULL = {"name": "name_l IS NULL OR name_r IS NULL OR latin_l <> latin_r"}
"""陳大文 and Chan Tai Man may well be one man: names in two scripts say nothing for or against it."""

CANDIDATES = (
    "l.email = r.email",
    # A family shares its phone, so beside it the names must speak for one person.
    "l.phone = r.phone AND jaro_winkler_similarity(l.name_sorted, r.name_sorted) >= 0.8",
    "l.box = r.box",
    "l.digits = r.digits AND l.provider = r.provider",
    "l.digits = r.digits AND left(l.box, 4) = left(r.box, 4)",
    "left(l.digits, 3) = left(r.digits, 3) AND l.name_sorted = r.name_sorted",
    "left(l.box, 6) = left(r.box, 6) AND right(l.box, 3) = right(r.box, 3) AND l.provider = r.provider",
    "right(l.box, 6) = right(r.box, 6) AND l.provider = r.provider",
    "left(l.phone, 4) = left(r.phone, 4) AND l.name_sorted = r.name_sorted",
    "right(l.phone, 4) = right(r.phone, 4) AND l.name_sorted = r.name_sorted",
)
"""Which pairs are looked at: each slip leaves one of these parts whole. All pairs would be ten thousand million."""


def likely_pairs(db: duckdb.DuckDBPyConnection, groups: pd.DataFrame, at_least: float) -> pd.DataFrame:
    """Pairs a, b of different groups, their probability and why, the most probable first.

    `groups` (n, grp) says who belongs together by exact keys.
    """
    db.register("incoming", groups)
    db.execute(
        "CREATE OR REPLACE TABLE named AS SELECT r.n AS unique_id, r.* EXCLUDE (n, source, record_id, customer_id), "
        "g.grp FROM records r JOIN incoming g USING (n) "
        "WHERE r.name IS NOT NULL AND (r.email IS NOT NULL OR r.phone IS NOT NULL) ORDER BY r.n"
    )
    db.unregister("incoming")
    rows, same, namesakes = db.execute(
        """
        WITH people AS (SELECT grp, min(name) AS name FROM named GROUP BY grp)
        SELECT (SELECT count(*) FROM named),
            (SELECT coalesce(sum(c * (c - 1) / 2), 0) FROM (SELECT count(*) AS c FROM named GROUP BY grp)),
            (SELECT coalesce(sum(c * (c - 1)) / (sum(c) * sum(c)), 0)
                FROM (SELECT count(*) AS c FROM people GROUP BY name))
        """
    ).fetchall()[0]
    if rows < 2:
        return pd.DataFrame({"a": [], "b": [], "probability": [], "reason": []})
    predicted = _predict(db, rows, same, namesakes, at_least)
    words = ", ".join(_in_words(name) for name in _compared(db))
    return db.execute(
        f"""
        SELECT least(p.unique_id_l, p.unique_id_r) AS a, greatest(p.unique_id_l, p.unique_id_r) AS b,
            least(round(p.match_probability, 6), 0.999999) AS probability, concat_ws(', ', {words}) AS reason
        FROM {predicted} p
        JOIN (SELECT unique_id AS unique_id_l, {_suffixed("l")} FROM named) USING (unique_id_l)
        JOIN (SELECT unique_id AS unique_id_r, {_suffixed("r")} FROM named) USING (unique_id_r)
        ORDER BY probability DESC, a, b
        """
    ).df()


def _predict(db: duckdb.DuckDBPyConnection, rows: int, same: float, namesakes: float, at_least: float) -> str:
    """Learn, score every candidate pair, and give the name of the table they are in."""
    import splink.comparison_level_library as levels
    from splink import DuckDBAPI, Linker, SettingsCreator
    from splink.blocking_rule_library import CustomRule
    from splink.comparison_library import CustomComparison

    def level(column: str, each: Level) -> Any:
        if each.condition == "ELSE":
            made: Any = levels.ElseLevel()
        elif each.condition == f"{column}_l = {column}_r":
            # A rare name that is equal says more than a common one.
            made = levels.ExactMatchLevel(column, term_frequency_adjustments=column == "name")
        else:
            made = levels.CustomLevel(each.condition, each.words)
        u = min(max(namesakes, 1e-5), 0.01) if (column, each) == ("name", NAME[0]) else each.u
        return made.configure(m_probability=each.m, u_probability=u, fix_u_probability=True)

    def comparison(column: str) -> Any:
        null = _NULL.get(column, f"{column}_l IS NULL OR {column}_r IS NULL")
        nothing: Any = levels.CustomLevel(null, "not known").configure(is_null_level=True)
        return CustomComparison(
            output_column_name=column,
            comparison_levels=[nothing, *(level(column, each) for each in COMPARED[column])],
        )

    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="unique_id",
        comparisons=[comparison(column) for column in _compared(db)],
        blocking_rules_to_generate_predictions=[
            CustomRule(f"l.grp <> r.grp AND {rule}", sql_dialect="duckdb") for rule in CANDIDATES
        ],
        probability_two_random_records_match=min(max(same, 1.0) / (rows * (rows - 1) / 2), 0.01),
        retain_matching_columns=False,
    )
    with _quietly():
        api = DuckDBAPI(db)
        linker = Linker(api.register("named"), settings, log_level=logging.ERROR)
        for key in ("email", "phone"):
            if _pairs_with_equal(db, key) >= ENOUGH_TO_LEARN:
                linker.training.estimate_parameters_using_expectation_maximisation(
                    f"l.{key} = r.{key}", record_sample_proportion=1.0
                )
        return str(linker.inference.predict(threshold_match_probability=at_least).physical_name)


def _pairs_with_equal(db: duckdb.DuckDBPyConnection, key: str) -> int:
    counts = f"SELECT count(*) AS c FROM named WHERE {key} IS NOT NULL GROUP BY {key}"
    rows = db.execute(f"SELECT coalesce(sum(c * (c - 1) // 2), 0) FROM ({counts})").fetchall()
    return int(rows[0][0])


@contextmanager
def _quietly() -> Iterator[None]:
    """The library reports each step of its learning; the operator only wants to know who is who."""
    log = logging.getLogger("splink")
    before, log.disabled = log.level, False
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)


def _suffixed(side: str) -> str:
    columns = ("name", "name_sorted", "latin", "email", "box", "digits", "phone", "birth_year")
    return ", ".join(f"{c} AS {c}_{side}" for c in columns)


def _in_words(column: str) -> str:
    null = _NULL.get(column, f"{column}_l IS NULL OR {column}_r IS NULL")
    whens = " ".join(
        f"WHEN {c.condition} THEN '{c.words}'" for c in COMPARED[column] if c.condition != "ELSE"
    )
    return f"CASE WHEN {null} THEN NULL {whens} ELSE '{COMPARED[column][-1].words}' END"


def _compared(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Years of birth help only where more than one source has them."""
    sources = db.execute("SELECT DISTINCT source FROM records WHERE birth_year IS NOT NULL").fetchall()
    return [column for column in COMPARED if column != "birth_year" or len(sources) > 1]
