"""Extracts of one kind of row, made up to a day."""

from __future__ import annotations

from datetime import date, timedelta

from metrics.definitions.scope import month

JUNE = date(2026, 6, 30)
CUSTOMERS = "customer_id,joined_on\n" + "".join(f"C{n},2024-01-05\n" for n in range(30))


def monthly(until: date, amount: int = 1000) -> str:
    """Revenue of every customer in every month from January 2025 to `until`."""
    months = [month(2025, n).end for n in range(1, 25) if month(2025, n).end <= until]
    rows = (f"C{n},savings,{end},{amount},100\n" for end in months for n in range(30))
    return "customer_id,product,month_on,revenue,cost_to_serve\n" + "".join(rows)


def daily_leads(until: date) -> str:
    """Three leads a day from January 2025 to `until`; of three one is won ten days later, if that has come."""
    lines = []
    first = date(2025, 1, 1)
    for n in range((until - first).days + 1):
        day = first + timedelta(days=n)
        for k in range(3):
            won = day + timedelta(days=10) if k == 0 and day + timedelta(days=10) <= until else ""
            lines.append(f"L{n}-{k},email,{day} 09:00,{f'{won} 10:00' if won else ''}\n")
    return "lead_id,channel,created_at,won_at\n" + "".join(lines)
