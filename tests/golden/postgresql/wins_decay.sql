SELECT CAST(sum(CASE WHEN (derived.touch_credits.model = 'decay' AND derived.touch_credits.won_at >= '2026-04-01 00:00:00' AND derived.touch_credits.won_at < '2026-07-01 00:00:00') THEN derived.touch_credits.credit END) AS DOUBLE PRECISION) AS wins_decay__0,
    CAST(sum(CASE WHEN (derived.touch_credits.model = 'decay' AND derived.touch_credits.won_at >= '2025-12-31 00:00:00' AND derived.touch_credits.won_at < '2026-04-01 00:00:00') THEN derived.touch_credits.credit END) AS DOUBLE PRECISION) AS wins_decay__1
FROM derived.touch_credits;
