"""What customers write to the service desk and in surveys (`texts.toml`): English as written in Hong Kong."""

from __future__ import annotations

import tomllib
from pathlib import Path

from sample_data import vocabulary as v

_LISTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
CATEGORIES, OPENINGS, COMPLAINTS, QUESTIONS, CLOSINGS, COMMENTS, DEPARTMENTS, STAFF_QUESTIONS = (
    tuple(_LISTS[name])
    for name in (
        *("categories", "openings", "complaints", "questions"),
        *("closings", "comments", "departments", "staff_questions"),
    )
)
# The product and the app feature a case of each category is about; -1 for none.
PRODUCT = (v.CARD, v.CURRENT, v.SAVINGS, v.CURRENT, v.SAVINGS, v.MORTGAGE, v.CURRENT, v.SAVINGS)
FEATURE = (4, -1, 0, 2, -1, -1, -1, 5)
