SELECT count(CASE WHEN (derived.lead_moves.stage = 'rejected' AND derived.lead_moves.mql_at < (CAST(derived.lead_moves.entered_at AS DATE) + CAST(1 AS INTEGER)) AND (EXISTS (SELECT later.lead_id
FROM derived.lead_moves AS later
WHERE later.lead_id = derived.lead_moves.lead_id AND later.move > derived.lead_moves.move AND later.stage = 'accepted')) AND derived.lead_moves.entered_at >= '2026-04-01 00:00:00' AND derived.lead_moves.entered_at < '2026-07-01 00:00:00') THEN 1 END) AS rejected_then_accepted__0,
    count(CASE WHEN (derived.lead_moves.stage = 'rejected' AND derived.lead_moves.mql_at < (CAST(derived.lead_moves.entered_at AS DATE) + CAST(1 AS INTEGER)) AND (EXISTS (SELECT later.lead_id
FROM derived.lead_moves AS later
WHERE later.lead_id = derived.lead_moves.lead_id AND later.move > derived.lead_moves.move AND later.stage = 'accepted')) AND derived.lead_moves.entered_at >= '2025-12-31 00:00:00' AND derived.lead_moves.entered_at < '2026-04-01 00:00:00') THEN 1 END) AS rejected_then_accepted__1
FROM derived.lead_moves;
