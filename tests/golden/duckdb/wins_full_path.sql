SELECT CAST(sum(CASE WHEN (derived.touch_credits.model = 'full_path' AND derived.touch_credits.won_at >= '2026-04-01 00:00:00' AND derived.touch_credits.won_at < '2026-07-01 00:00:00') THEN derived.touch_credits.credit END) AS DOUBLE) AS wins_full_path__0,
    CAST(sum(CASE WHEN (derived.touch_credits.model = 'full_path' AND derived.touch_credits.won_at >= '2025-12-31 00:00:00' AND derived.touch_credits.won_at < '2026-04-01 00:00:00') THEN derived.touch_credits.credit END) AS DOUBLE) AS wins_full_path__1
FROM derived.touch_credits;
