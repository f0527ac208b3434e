SELECT count(CASE WHEN (derived.hand_offs.due_at >= '2026-04-01 00:00:00' AND derived.hand_offs.due_at < '2026-07-01 00:00:00') THEN 1 END) AS first_contacts_due__0,
    count(CASE WHEN (derived.hand_offs.due_at >= '2025-12-31 00:00:00' AND derived.hand_offs.due_at < '2026-04-01 00:00:00') THEN 1 END) AS first_contacts_due__1
FROM derived.hand_offs;
