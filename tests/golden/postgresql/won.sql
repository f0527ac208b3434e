SELECT count(CASE WHEN (derived.lead_moves.stage = 'won' AND derived.lead_moves.entered_at >= '2026-04-01 00:00:00' AND derived.lead_moves.entered_at < '2026-07-01 00:00:00') THEN 1 END) AS won__0,
    count(CASE WHEN (derived.lead_moves.stage = 'won' AND derived.lead_moves.entered_at >= '2025-12-31 00:00:00' AND derived.lead_moves.entered_at < '2026-04-01 00:00:00') THEN 1 END) AS won__1
FROM derived.lead_moves;
