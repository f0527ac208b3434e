"""What the service desk, Digital and HR hand over. Cases carry a customer number or only a phone,
and a few phones are misdialled; survey answers point to both; staff answers point to nobody.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sample_data import texts
from sample_data import vocabulary as v
from sample_data.block import Block
from sample_data.names import as_typed, pick
from sample_data.window import END_OF_TIME, NEVER, START, Ints
from sample_data.write import Extracts, dates, moments, numbers, words

KINDS = ("nps", "csat", "ces")


def write_tickets(out: Extracts, rng: np.random.Generator, block: Block, first: int) -> int:
    """Service cases; the number of the next one."""
    rows = block.tickets
    n, who = len(rows["opened"]), rows["customer"]
    # Cases from the app carry the number, calls the phone.
    by_phone = rng.random(n) < 0.40
    misdialled = by_phone & ~rows["complaint"] & (rng.random(n) < 0.03)
    phone = block.contact.phone[who] + misdialled * 7
    category = rows["category"]
    line = category * 3 + rows["body"] % 3
    wording = pc.if_else(
        pa.array(rows["complaint"]),
        pick(texts.COMPLAINTS, line),
        pick(texts.QUESTIONS, line),
    )
    text = pc.binary_join_element_wise(
        pick(texts.OPENINGS, rows["opening"] % len(texts.OPENINGS)),
        wording,
        pick(texts.CLOSINGS, rows["closing"] % len(texts.CLOSINGS)),
        "",
    )
    happened = {s: np.where(rows[s] < END_OF_TIME, rows[s], NEVER) for s in ("first_reply", "resolved")}
    out.append(
        "service/tickets.csv",
        {
            "n": first + rows["number"],
            "c": pa.array(who + block.people.first, mask=by_phone),
            "phone": as_typed(rng, np.where(by_phone, phone, -1)),
            "opened": moments(rows["opened"]),
            "first_reply": moments(happened["first_reply"]),
            "resolved": moments(happened["resolved"]),
            "category": words(texts.CATEGORIES, category),
            "product": words(v.CORE_CODES, np.array(texts.PRODUCT)[category]),
            "feature": words(v.FEATURES, np.array(texts.FEATURE)[category]),
            "severity": words(("low", "medium", "high"), rows["severity"]),
            "complaint": np.where(rows["complaint"], "yes", "no"),
            "withdrawn": np.where(rows["withdrawn"], "yes", "no"),
            "text": text,
        },
        "SELECT printf('S-%07d', n) AS case_no, "
        "CASE WHEN c IS NOT NULL THEN printf('C%08d', c) END AS customer_no, "
        "phone, strftime(opened, '%Y-%m-%d %H:%M') AS opened, "
        "strftime(first_reply, '%Y-%m-%d %H:%M') AS first_reply, strftime(resolved, "
        "'%Y-%m-%d %H:%M') AS resolved, category, product, feature, severity, complaint, "
        "withdrawn, text FROM cells",
    )
    return first + (int(rows["number"].max()) + 1 if n else 0)


def write_surveys(out: Extracts, block: Block, first_case: int, first: int, cases: Ints) -> int:
    """Invitations and answers; the number of the next one."""
    rows = block.surveys
    n = len(rows["asked"])
    answered = rows["answered"] != NEVER
    # An invitation about a case that was not handed over names no case.
    about_case = (rows["ticket"] >= 0) & np.isin(rows["ticket"], cases)
    out.append(
        "service/surveys.csv",
        {
            "n": np.arange(first, first + n),
            "c": rows["customer"] + block.people.first,
            "kind": words(KINDS, rows["kind"]),
            "case": numbers(first_case + rows["ticket"], about_case),
            "asked": moments(rows["asked"]),
            "answered": moments(rows["answered"]),
            "score": numbers(rows["score"].astype(np.int64), answered),
            "comment": words(texts.COMMENTS, np.where(answered, rows["comment"], -1)),
        },
        "SELECT printf('Q%08d', n) AS survey_no, printf('C%08d', c) AS customer_no, kind, "
        'CASE WHEN "case" IS NOT NULL THEN printf(\'S-%07d\', "case") END AS case_no, '
        "strftime(asked, '%Y-%m-%d %H:%M') AS sent, "
        "strftime(answered, '%Y-%m-%d %H:%M') AS answered, score, comment FROM cells",
    )
    return first + n


def write_usage(out: Extracts, block: Block) -> None:
    """Use of the app, one line per customer, feature and day."""
    rows = block.usage
    out.append(
        "digital/usage.csv",
        {
            "c": rows["customer"] + block.people.first,
            "feature": words(v.FEATURES, rows["feature"]),
            "day": dates(rows["used"]),
            "sessions": rows["sessions"],
            "minutes": rows["minutes"],
        },
        "SELECT printf('C%08d', c) AS customer_no, feature, day, sessions, minutes FROM cells",
    )


def write_staff(out: Extracts, rng: np.random.Generator) -> None:
    """Staff answers, every quarter, anonymous: co-operation is rated lower than anything else."""
    quarters = START + 91 * np.arange(8) + 60
    shape = (len(quarters), len(texts.DEPARTMENTS), len(texts.STAFF_QUESTIONS), 14)
    quarter, department, question, _ = (i.ravel() for i in np.indices(shape))
    level = np.array([2.9, 2.5, 2.7, 2.8, 2.6, 3.6])[question]
    level = level + 0.25 * np.isin(department, (2, 7)) + 0.04 * quarter
    score = np.clip(np.round(level + rng.normal(0, 1.0, len(level))), 1, 5).astype(np.int64)
    out.append(
        "hr/staff_surveys.csv",
        {
            "n": np.arange(1, len(score) + 1),
            "department": words(texts.DEPARTMENTS, department),
            "question": words(texts.STAFF_QUESTIONS, question),
            "day": dates(quarters[quarter] + rng.integers(0, 12, len(score))),
            "score": score,
        },
        "SELECT printf('H%06d', n) AS answer_no, department, question, day AS answered, score FROM cells",
    )
