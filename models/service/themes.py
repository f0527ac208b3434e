"""What service cases are about, by the words that occur together: TF-IDF and non-negative matrix factorisation.

The same cases always give the same themes: nothing is drawn at random. A theme is named by its commonest words. A word
must occur in the cases of many customers, so that no name and no story of one person can become a label. Sources: Lee
and Seung, Nature 401 (1999), 788-791; Salton and Buckley, Inf. Process. Manag. 24 (1988), 513-523.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pandas as pd
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer
from threadpoolctl import threadpool_limits

THEMES = 10
FEWEST_CASES = 200
"""Below this many cases a theme would be a handful of people."""
COLUMNS = ["ticket_id", "customer_id", "opened_at", "theme", "weight"]
COMMONEST = 0.4
"""A word of more of the cases than this names no theme."""
MOST_LEARNT_FROM = 20_000
CHUNK = 50_000
_POLITE = (
    "hi hello good morning afternoon evening please thanks thank regards dear mrs miss called call message second time "
    "times yesterday today week weeks day days month months want wants need needs help know account bank you your this "
    "that about again still does did doing done"
)
"""Words of every letter."""
_WORD = r"(?u)\b[^\W\d_]{3,}\b"


def themes(
    cases: pd.DataFrame, names: Collection[str] = (), count: int = THEMES, *, smallest: int
) -> pd.DataFrame:
    """The main theme of each case. `cases` has ticket_id, customer_id, opened_at and text.

    Gives the first three, for the cases of which it says anything. Beside them `theme` (its words, joined by “ · ”) and
    `weight` (its share of what was said, 0 to 1); no row where there are too few cases. No word of `names`, the
    customers' own, is ever used, nor one that fewer than `smallest` cases hold.
    """
    described = (
        cases[cases["text"].fillna("").str.strip() != ""].sort_values("ticket_id").reset_index(drop=True)
    )
    empty = pd.DataFrame(columns=COLUMNS)
    if len(described) < FEWEST_CASES or smallest > COMMONEST * len(described):
        return empty
    with threadpool_limits(limits=1):
        words = (word.lower() for name in names for word in re.findall(_WORD, name))
        return _themes(described, frozenset(words), count, smallest)


def _themes(described: pd.DataFrame, names: frozenset[str], count: int, smallest: int) -> pd.DataFrame:
    words = TfidfVectorizer(
        lowercase=True,
        token_pattern=_WORD,
        stop_words=sorted(ENGLISH_STOP_WORDS | set(_POLITE.split()) | names),
        # In one case of a thousand, and never fewer than the smallest cell: a rarer word could tell of one person.
        min_df=max(smallest, len(described) // 1000),
        max_df=COMMONEST,
        sublinear_tf=True,
    )
    # Every n-th case: the same cases are always learnt from.
    learnt = described["text"].iloc[:: -(-len(described) // MOST_LEARNT_FROM)]
    try:
        matrix = words.fit_transform(learnt)
    except ValueError:
        # No word is in enough cases, and in few enough: there is nothing to name a theme by.
        return pd.DataFrame(columns=COLUMNS)
    parts = NMF(n_components=min(count, matrix.shape[1]), init="nndsvda", max_iter=300, random_state=0)
    # Where the themes say everything, rounding takes the error that is left below 0, and its root is no number.
    with np.errstate(invalid="ignore"):
        parts.fit(matrix)
    labels = _labels(parts.components_, words.get_feature_names_out())
    chunks = []
    for first in range(0, len(described), CHUNK):
        rows = described.iloc[first : first + CHUNK]
        weights = parts.transform(words.transform(rows["text"]))
        total = weights.sum(axis=1)
        best = weights.argmax(axis=1)
        share = np.divide(weights.max(axis=1), total, out=np.zeros(len(rows)), where=total > 0)
        part = rows[["ticket_id", "customer_id", "opened_at"]].assign(theme=labels[best], weight=share)
        chunks.append(part[total > 0])
    themes_of_cases: pd.DataFrame = pd.concat(chunks, ignore_index=True)
    return themes_of_cases


def _labels(components: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Three words for each theme; two themes with the same words become one."""
    strongest = np.argsort(-components, axis=1, kind="stable")[:, :3]
    return np.array([" · ".join(words[i] for i in row) for row in strongest], dtype=object)
