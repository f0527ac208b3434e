"""Which of some texts have the words somebody typed, in any order and with a slip of the keyboard.

They are ranked by functions of DuckDB, in a database in memory that holds nothing else and is gone afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd


@dataclass(frozen=True, kw_only=True)
class TextMatch:
    """One of the texts: where it stands among them, and whether every word is spelled as it was typed."""

    place: int
    exact: bool


def closest(texts: Sequence[tuple[str, str]], typed: Sequence[str]) -> tuple[TextMatch, ...]:
    """The texts, given as heading and body, in which every word occurs; the best first.

    A word may be the beginning of one in the text, from five letters on also a part of it, in Chinese always. If no text
    has all words as typed, those count that differ by one letter, from eight letters on by two. A word in a heading
    weighs more than one in a body.
    """
    if not texts or not typed:
        return ()
    rows = [(place, part, text) for place, both in enumerate(texts) for part, text in enumerate(both)]
    with duckdb.connect(config={"threads": 1}) as db:
        db.register("given", pd.DataFrame(rows, columns=["place", "part", "written"]))
        db.register("typed", pd.DataFrame(enumerate(typed), columns=["number", "word"]))
        matches = db.execute(_RANKED, [len(typed)]).fetchall()
    exact = any(row[1] for row in matches)
    return tuple(
        TextMatch(place=place, exact=is_exact) for place, is_exact in matches if is_exact or not exact
    )


_RANKED = r"""
WITH words AS (
    SELECT DISTINCT place, part, unnest(regexp_extract_all(lower(strip_accents(written)), '[\p{L}\p{N}]+')) AS word
    FROM given
), asked AS (
    SELECT number, lower(strip_accents(word)) AS word FROM typed
), alike AS (
    SELECT asked.number, w.word, CASE
        WHEN w.word = asked.word THEN 1.0
        WHEN starts_with(w.word, asked.word) THEN 0.95
        WHEN length(w.word) >= 4 AND length(asked.word) - length(w.word) <= 2
            AND starts_with(asked.word, w.word) THEN 0.92
        WHEN contains(w.word, asked.word) AND (length(asked.word) >= 5 OR regexp_matches(asked.word, '[^a-z0-9]'))
            THEN 0.9
        WHEN length(asked.word) >= 4 AND abs(length(w.word) - length(asked.word)) <= 2
            AND damerau_levenshtein(w.word, asked.word) <= CASE WHEN length(asked.word) >= 8 THEN 2 ELSE 1 END
            THEN 0.5 * jaro_winkler_similarity(w.word, asked.word)
    END AS score
    FROM (SELECT DISTINCT word FROM words) AS w, asked
), best AS (
    SELECT place, number, max(score * CASE WHEN part = 0 THEN 1.0 ELSE 0.6 END) AS score, bool_or(score >= 0.9) AS exact
    FROM words JOIN alike USING (word)
    WHERE score IS NOT NULL
    GROUP BY place, number
)
SELECT place, bool_and(exact) AS exact
FROM best
GROUP BY place
HAVING count(*) = ?
ORDER BY exact DESC, avg(score) DESC, place
"""
