"""The agreed test of a dispute: how many people, how many weeks at the own traffic, the rule, the day it is read.

The rule and the day are fixed before anybody looks. The result is two shares and the interval of their difference.
"""

from __future__ import annotations

import math
from datetime import date

from metrics.comparison.words import day, numeral, points, share, signed
from models.experiments.lift import Counts
from warehouse.errors import ChangeRefused
from workflow.collaboration.record_kind import Contents, Record, RecordField
from workflow.experiments.planned_tests import people_needed

READ_ON = "read_on"
FIELDS = (
    RecordField(name="question", label="What shall the test answer?", longest=300),
    RecordField(
        name="counted",
        label="What is counted of each person?",
        kind="line",
        longest=160,
        hint="Recommends us (9 or 10) within 30 days",
    ),
    RecordField(name="base_percent", label="How often does it happen today, in percent?", kind="number"),
    RecordField(
        name="change_percent",
        label="Which change is worth finding, in percent of that?",
        kind="number",
        hint="−10 for a tenth less",
    ),
    RecordField(name="per_week", label="How many people come into it each week?", kind="number"),
    RecordField(
        name="rule",
        label="Which result decides for whom?",
        longest=600,
        hint="Written before anybody looks: it is not changed afterwards.",
    ),
    RecordField(name="started_on", label="When does it begin?", kind="day", future=True),
    RecordField(name=READ_ON, label="When is it read?", kind="day", future=True),
)
COUNTED = (
    RecordField(name="treated", label="People in the group with the change", kind="number"),
    RecordField(name="treated_won", label="Of them, how many counted?", kind="number"),
    RecordField(name="held_out", label="People in the group without it", kind="number"),
    RecordField(name="held_out_won", label="Of them, how many counted?", kind="number"),
)
ASSIGNED = (
    RecordField(name="checksum", label="Check sum of the list (SHA-256)", kind="line", longest=64),
    RecordField(name="sizes", label="People by stratum", kind="lines", longest=4_000),
    RecordField(name="left_out", label="Not on the list", kind="lines", longest=2_000, needed=False),
    RecordField(name="short_of", label="Short of the plan", kind="line", longest=200, needed=False),
    RecordField(name="unchecked", label="Not looked at", kind="line", longest=200, needed=False),
)
"""What stays on record of the list of who is in which group; all of it is worked out."""
_LABELS = {"treated": "the group with the change", "held_out": "the group without it"}


def per_group(contents: Contents) -> int:
    """People needed in each of the two groups. Raises ChangeRefused for rates that no test can tell apart."""
    return people_needed(float(contents["base_percent"]) / 100, float(contents["change_percent"]) / 100)


def weeks(contents: Contents) -> int:
    """Whole weeks until both groups have their people, at the traffic there is."""
    return math.ceil(2 * per_group(contents) / float(contents["per_week"]))


def _in_weeks(count: int) -> str:
    return f"{count} {'week' if count == 1 else 'weeks'}"


def why_not(contents: Contents) -> str:
    """Why a test cannot be planned so, as a sentence; "" if it can."""
    if float(contents["per_week"]) <= 0:
        return "Somebody has to come into the test each week: give how many. Nothing was saved."
    try:
        needed, long = per_group(contents), weeks(contents)
    except ChangeRefused as refused:
        return f"{refused} Nothing was saved."
    except (ArithmeticError, ValueError):
        return (
            "With these numbers no test can be planned: they are too small or too large. Nothing was saved."
        )
    begins, reads = (date.fromisoformat(str(contents[name])) for name in ("started_on", READ_ON))
    if (reads - begins).days < 7 * long:
        return (
            f"The test needs {numeral(needed)} people in each group, and with {numeral(contents['per_week'])} a week "
            f"that takes {_in_weeks(long)}. Read it that long after {day(begins)}, or look for a larger change. Nothing "
            "was saved."
        )
    return ""


def why_uncounted(contents: Contents) -> str:
    """Why four counts cannot be a result, as a sentence; "" if they can."""
    for group, label in _LABELS.items():
        people, won = float(contents[group]), float(contents[f"{group}_won"])
        if people < 1 or not 0 <= won <= people or people != int(people) or won != int(won):
            return (
                f"Of {label}, give whole people, and no more that counted than there are. Nothing was saved."
            )
    return ""


def plan_in_words(record: Record) -> list[str]:
    """What was planned, as sentences; none before it was."""
    planned = record.steps_taken("plan_test")
    if not planned:
        return []
    contents = planned[-1].contents
    needed, long = per_group(contents), weeks(contents)
    change = signed(contents["change_percent"] / 100, 0)
    return [
        f"{numeral(needed)} people in each group: with so many, a change of {change} is found in 8 of 10 such tests, and "
        "where there is none, 1 of 20 seems to show one.",
        f"{_in_weeks(long).capitalize()} at {numeral(contents['per_week'])} people a week; read on "
        f"{day(date.fromisoformat(str(contents[READ_ON])))} and not before.",
    ]


def counts_of(record: Record) -> Counts | None:
    """The four counts of the test that settled a dispute; None where none did."""
    settled = record.steps_taken("settle")
    if not settled:
        return None
    return Counts(**{f.name: int(settled[-1].contents[f.name]) for f in COUNTED})


def result_in_words(record: Record) -> str:
    """What the test showed, with its interval; "" before it was settled by one."""
    counts = counts_of(record)
    if counts is None:
        return ""
    shares = (
        f"{share(counts.treated_won / counts.treated)} of {numeral(counts.treated)} with the change, "
        f"{share(counts.held_out_won / counts.held_out)} of {numeral(counts.held_out)} without it"
    )
    if counts.are_too_few:
        return f"{shares}: not enough cases to tell a difference from chance."
    difference = counts.points()
    clear = difference.low > 0 or difference.high < 0
    return (
        f"{shares}: a difference of {points(difference.value)}, 95% interval {points(difference.low)} to "
        f"{points(difference.high)}. "
        + (
            "That is more than chance."
            if clear
            else "That may be chance: the interval includes no difference."
        )
    )
