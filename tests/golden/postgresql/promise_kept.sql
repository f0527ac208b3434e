SELECT CAST(sum(CASE WHEN (derived.hand_offs.due_at >= '2026-04-01 00:00:00' AND derived.hand_offs.due_at < '2026-07-01 00:00:00') THEN CASE WHEN (derived.hand_offs.contacted_at <= derived.hand_offs.due_at) THEN 1 ELSE 0 END END) AS DOUBLE PRECISION) AS contacted_in_time__0,
    CAST(sum(CASE WHEN (derived.hand_offs.due_at >= '2025-12-31 00:00:00' AND derived.hand_offs.due_at < '2026-04-01 00:00:00') THEN CASE WHEN (derived.hand_offs.contacted_at <= derived.hand_offs.due_at) THEN 1 ELSE 0 END END) AS DOUBLE PRECISION) AS contacted_in_time__1,
    count(CASE WHEN (derived.hand_offs.due_at >= '2026-04-01 00:00:00' AND derived.hand_offs.due_at < '2026-07-01 00:00:00') THEN 1 END) AS promises_due__0,
    count(CASE WHEN (derived.hand_offs.due_at >= '2025-12-31 00:00:00' AND derived.hand_offs.due_at < '2026-04-01 00:00:00') THEN 1 END) AS promises_due__1
FROM derived.hand_offs;
