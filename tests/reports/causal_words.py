"""Words that claim a cause. Without a random group kept from it, nobody may say them: things only went together.

The list is of what reports about banks say, not of English: a verb counts where something does it to something else, so
“the goal is raised” and “alerts are raised” do not.
"""

from __future__ import annotations

import re

_VERBS = (
    *("reduc(?:ed|es)", "rais(?:ed|es)", "lower(?:ed|s)", "increas(?:ed|es)", "decreas(?:ed|es)"),
    *("improv(?:ed|es)", "boost(?:ed|s)", "lift(?:ed|s)", "cuts? (?:churn|leaving|complaints|costs?)"),
    *("caused", "dr(?:ove|ives)", "prevent(?:ed|s)", "produc(?:ed|es)", "triggered", "achieved", "delivered"),
    *(
        "(?:kept|lost|saved|won) (?:more |fewer )?customers",
        "sold (?:\\w+(?: \\w+)? to )?(?:[\\d.,]+% )?(?:more|fewer)",
        "lost more",
    ),
    r"changed \w[\w-]*(?: \w+)? by",
)
_PHRASES = (
    *("le(?:d|ads) to", "result(?:ed|s|ing) in", "brought about", "ma(?:de|kes) (?:them|customers|people)"),
    *("thanks to", "due to", "owing to", "because of (?:us|it|the)", "our doing"),
    *(r"is what (?:\w+ )?\w+ did", "the effect of"),
)
_DONE_TO_IT = r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbe )(?<!\bbeen )(?<!\bnone )"
_CLAIM = re.compile(
    rf"{_DONE_TO_IT}\b(?:{'|'.join(_VERBS)})\b(?! (?:an? |the |no )?(?:alerts?|case|dispute|question)\b)"
    rf"|\b(?:{'|'.join(_PHRASES)})\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:no|not|nobody|nothing|never|without|whether|what|not enough data yet to say|cannot)\b[^.;]*$",
    re.IGNORECASE,
)


def claims(text: str) -> tuple[str, ...]:
    """What in a text claims a cause: `("reduced",)`. What is asked, denied or left open in the same clause is none."""
    claimed = []
    for sentence in re.split(r"(?<=[.;?!])\s+", text):
        if sentence.endswith("?"):
            continue
        claimed += [m[0] for m in _CLAIM.finditer(sentence) if not _DENIED.search(sentence[: m.start()])]
    return tuple(claimed)
