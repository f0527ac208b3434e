"""What Sales hands over from its CRM: JSON lines with its own lead numbers and one date per stage,
contact details as typed by hand, 0 for "value not declared", a few leads entered twice, and one win
dated before the first contact. Also the log of every move of a lead, the pilot's arms and the relationship
managers' contacts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sample_data import reopened
from sample_data import vocabulary as v
from sample_data.block import Block
from sample_data.funnel import STAGES
from sample_data.marketing import Sent
from sample_data.names import as_typed, misspell
from sample_data.people import PILOT_START
from sample_data.window import DAY, NEVER, Ints
from sample_data.write import Extracts, dates, moments, numbers, words

_STAGE_WORDS = (
    "New",
    "MQL",
    "Contacted",
    "Accepted",
    "Rejected",
    "SQL",
    "Opportunity",
    "Won",
    "Lost",
)
_STAGES = ", ".join(
    f"{{'stage': '{word}', 'at': strftime({column}_t, '%Y-%m-%dT%H:%M:%S')}}"
    for word, column in zip(_STAGE_WORDS, ("created", *STAGES), strict=True)
)
_SELECT = f"""
    SELECT printf('L-%06d', n) AS lead_no, name, email, mobile, source,
        CASE WHEN campaign >= 0 THEN printf('CMP-%02d', campaign + 1) END AS campaign_ref,
        product, deal_type,
        CASE WHEN customer >= 0 THEN printf('C%08d', customer) END AS customer_no,
        list_filter([{_STAGES}], lambda step: step.at IS NOT NULL) AS stages,
        rejected_reason, lost_reason, score, expected AS expected_value, won_value,
        rep AS sales_rep FROM cells
"""


@dataclass(frozen=True, kw_only=True)
class Entered:
    """The CRM number of each lead of the block (-1 never received), and what went wrong."""

    number: Ints
    twice: int
    next_number: int
    win_before_contact: int  # its CRM number, -1 if not in this block
    history: reopened.History


def write(
    out: Extracts,
    rng: np.random.Generator,
    comebacks: np.random.Generator,
    block: Block,
    sent: Sent,
    first: int,
    *,
    plant: bool,
) -> Entered:
    """The CRM's leads of a block; `plant` misdates one win. `comebacks` is the luck of leads that are reopened."""
    leads, contact = block.leads, block.contact
    got = np.flatnonzero(sent.received)
    twice = rng.random(len(got)) < 0.015
    twice &= leads["created"][got] // DAY < leads["created"].max() // DAY - 6
    row = np.repeat(got, 1 + twice)
    again = np.r_[False, row[1:] == row[:-1]]
    n, person = len(row), leads["person"][row]
    entered = first + np.arange(n)
    wait = np.where(sent.recorded[row], rng.integers(0, 2 * DAY, n), 0)
    # A lead is in the CRM before anything happens to it there.
    steps = np.stack([np.where(leads[s] == NEVER, 2**50, leads[s])[row] for s in STAGES])
    created = np.minimum(leads["created"][row] + wait, steps.min(axis=0) - 300)
    created = np.where(again, leads["created"][row] + wait + rng.integers(600, 4 * DAY, n), created)
    created = np.minimum(created, (block.leads["created"].max() // DAY + 1) * DAY - 1)

    typed = contact.email.take(pa.array(person))
    typed = misspell(rng, typed, ~again & (rng.random(n) < 0.035))
    typed = pc.if_else(pa.array(rng.random(n) < 0.10), pc.utf8_upper(typed), typed)
    typed = pc.if_else(pa.array(rng.random(n) < 0.05), pc.binary_join_element_wise(" ", typed, ""), typed)
    blank = rng.random(n) < 0.06
    email = pc.if_else(pa.array(blank), None, typed)
    silent = ~blank & (rng.random(n) < 0.15)
    phone = np.where(silent, -1, contact.phone[person])
    good = np.flatnonzero((leads["won"][row] != NEVER) & ~again & ~leads["existing"][row] & ~blank)
    one = int(good[len(good) // 2]) if plant else -1
    history = reopened.draw(comebacks, leads, block.left, int(row[one]) if plant else -1)
    record = history.record
    at = {"created": created, **{s: np.where(again, NEVER, record[s][row]) for s in STAGES}}
    if plant:
        at["won"][one] = created[one] - 3 * DAY
    won = at["won"] != NEVER
    numbered = won & (leads["customer"][row] >= 0)
    numbered &= rng.random(n) < 0.95
    nameless = sent.nameless_channel[row]
    # Sales notes the campaign only where it met the lead itself, and not always.
    unseen = ~sent.recorded[row] & ~nameless & (rng.random(n) < 0.85)
    out.append(
        "crm/leads.jsonl",
        {
            "n": entered,
            "name": misspell(rng, contact.name.take(pa.array(person)), rng.random(n) < 0.04),
            "email": email,
            "mobile": as_typed(rng, phone),
            "source": words(v.SALES_SOURCES, np.where(nameless, -1, leads["channel"][row])),
            "campaign": np.where(unseen, leads["campaign"][row], -1),
            "product": words(v.SALES_PRODUCTS, leads["product"][row]),
            "deal_type": np.where(leads["existing"][row], "Existing customer", "New customer"),
            "customer": np.where(numbered, leads["customer"][row] + block.people.first, -1),
            **{f"{s}_t": moments(t) for s, t in at.items()},
            "rejected_reason": words(v.REJECTED_REASONS, np.where(again, -1, record["rejected_reason"][row])),
            "lost_reason": words(v.LOST_REASONS, np.where(again, -1, record["lost_reason"][row])),
            "score": leads["score"][row],
            "expected": leads["expected"][row],
            "won_value": numbers(leads["won_value"][row], won),
            "rep": words(v.SALES_REPS, leads["rep"][row]),
        },
        _SELECT,
    )
    number = np.full(len(leads["created"]), -1)
    number[row[~again]] = entered[~again]
    return Entered(
        number=number,
        twice=int(twice.sum()),
        next_number=first + n,
        win_before_contact=int(entered[one]) if plant else -1,
        history=history,
    )


def write_moves(out: Extracts, block: Block, entered: Entered) -> None:
    """The CRM's log of moves, each with the day on which it was made: the misdated win has its right day here."""
    rows = reopened.moves(entered.history, np.flatnonzero(entered.number >= 0))
    lead, scored = rows["lead"], rows["stage"] == reopened.MOVES.index("mql")
    reason = pc.coalesce(
        words(v.REJECTED_REASONS, rows["rejected_reason"]), words(v.LOST_REASONS, rows["lost_reason"])
    )
    out.append(
        "crm/lead_moves.csv",
        {
            "n": entered.number[lead],
            "stage": words((*_STAGE_WORDS[1:], "Reopened"), rows["stage"]),
            "moment": moments(rows["at"]),
            "reason": reason,
            "who": words(
                (*v.SALES_REPS, "Scoring"), np.where(scored, len(v.SALES_REPS), block.leads["rep"][lead])
            ),
        },
        "SELECT printf('L-%06d', n) AS lead_no, stage, strftime(moment, '%Y-%m-%d %H:%M:%S') AS moved, reason, "
        "who AS moved_by FROM cells",
    )


def write_pilot(out: Extracts, block: Block) -> None:
    """Project Unity: who was drawn into which arm."""
    drawn = np.flatnonzero(block.people.arm > 0)
    out.append(
        "crm/project_unity.csv",
        {
            "c": drawn + block.people.first,
            "arm": words(("control", "treated"), block.people.arm[drawn] - 1),
            "day": dates(np.full(len(drawn), PILOT_START)),
        },
        "SELECT printf('C%08d', c) AS customer_id, arm, strftime(day, '%d/%m/%Y') AS assigned_on FROM cells",
    )


def write_contacts(out: Extracts, block: Block, first: int) -> int:
    """Calls, e-mails and meetings; the number of the next one."""
    rows = block.calls
    n = len(rows["at"])
    out.append(
        "crm/contacts.csv",
        {
            "n": np.arange(first, first + n),
            "c": rows["customer"] + block.people.first,
            "rm": block.people.rm[rows["customer"]] + 1,
            "kind": words(v.KINDS, rows["kind"]),
            "moment": moments(rows["at"]),
        },
        "SELECT printf('K%08d', n) AS contact_no, printf('C%08d', c) AS customer_no, "
        "printf('RM%02d', rm) AS rm_no, kind, "
        "strftime(moment, '%Y-%m-%d %H:%M') AS made FROM cells",
    )
    return first + n
