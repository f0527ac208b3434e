"""The whole bank, block by block; each has its own seed, so memory does not grow with the bank."""

from __future__ import annotations

import re
import shutil
import sys
import time
from pathlib import Path

import numpy as np

from sample_data import block, core_banking, front_line, marketing, sales, truth
from sample_data.campaigns import draw_plan
from sample_data.people import PILOT_ARM
from sample_data.window import DAYS
from sample_data.write import Extracts

BLOCK = 20_000
MAPPINGS = Path(__file__).parent / "mappings"


def generate(folder: Path, *, customers: int, seed: int) -> None:
    """Write the extracts, mappings and truth of a bank into an empty or earlier sample folder."""
    _clear(folder)
    began = time.perf_counter()
    blocks = -(-customers // BLOCK)
    seeds = np.random.SeedSequence(seed).spawn(blocks + 1)
    rng = np.random.default_rng(seeds[-1])
    plan = draw_plan(rng)
    rms = max(12, customers // 8_000 // 3 * 3) if customers > 100_000 else 12
    arm = min(PILOT_ARM, int(0.30 * customers))
    persons = int(block.PERSONS_PER_CUSTOMER * BLOCK * blocks) if blocks > 1 else 3 * customers
    recorded = truth.Truth()
    daily = np.zeros((len(plan.name), DAYS), dtype=np.int64)
    lead = booking = call = case = survey = touch = 1
    cookie = 1
    with Extracts(folder) as out:
        core_banking.write_managers(out, rng, rms)
        front_line.write_staff(out, rng)
        for number in range(blocks):
            own = np.random.default_rng(seeds[number])
            # Luck of its own, so that no other figure of the bank depends on who comes back.
            comebacks = np.random.default_rng(seeds[number].spawn(1)[0])
            first = number * BLOCK
            size = min(BLOCK, customers - first)
            now = block.draw(
                own,
                plan,
                first=first + 1,
                size=size,
                arm_size=arm * (first + size) // customers - arm * first // customers,
                planted=max(int(0.0044 * size), min(20, size // 40)),
                rms=rms,
                first_person=int(block.PERSONS_PER_CUSTOMER * first),
                persons_in_all=persons,
            )
            core_banking.write(out, now)
            booking = core_banking.write_bookings(out, now, booking)
            sent = marketing.record(own, now, cookie)
            twice = marketing.write(out, own, now, sent)
            touch = marketing.write_touches(out, own, now, sent, touch, cookie)
            strangers = int(now.touches["visitor"].max(initial=0)) + 1
            cookie += len(sent.cookie) + strangers
            entered = sales.write(out, own, comebacks, now, sent, lead, plant=number == 0)
            lead = entered.next_number
            sales.write_moves(out, now, entered)
            call = sales.write_contacts(out, now, call)
            sales.write_pilot(out, now)
            next_case = front_line.write_tickets(out, own, now, case)
            survey = front_line.write_surveys(out, now, case, survey, now.tickets["number"])
            case = next_case
            front_line.write_usage(out, now)
            truth.note(out, recorded, now, sent, entered)
            recorded.add(marketing_duplicates=twice)
            daily += marketing.daily_leads(plan, now)
            _say(f"{first + size:,} of {customers:,} customers", began)
        marketing.write_campaigns(out, rng, plan, daily, customers)
        truth.write(out, recorded, plan, customers=customers, seed=seed)
    (folder / "checks").mkdir()
    for mapping in (*sorted(MAPPINGS.glob("*.sql")), *sorted(MAPPINGS.glob("checks/*.sql"))):
        (folder / mapping.relative_to(MAPPINGS)).write_text(mapping_text(mapping), encoding="utf-8")
    _say(f"{folder} is complete", began)


def mapping_text(mapping: Path) -> str:
    """A mapping as the bank gets it: where it says `-- include FILE`, the text of that file stands."""
    return re.sub(
        r"^-- include (\S+)\n",
        lambda line: (MAPPINGS / line[1]).read_text(encoding="utf-8"),
        mapping.read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )


def _clear(folder: Path) -> None:
    """Remove an earlier sample of ours; anything else in the folder stays."""
    for name in ("core", "crm", "marketing", "service", "digital", "hr", "truth", "checks"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "truth.json").unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)


def _say(step: str, began: float) -> None:
    print(f"sample bank: {step} ({time.perf_counter() - began:.1f} s)", file=sys.stderr)
