SELECT count(CASE WHEN (unified.surveys.kind = 'csat' AND unified.surveys.score >= 4 AND unified.surveys.answered_at >= '2026-04-01 00:00:00' AND unified.surveys.answered_at < '2026-07-01 00:00:00') THEN 1 END) AS csat_satisfied__0,
    count(CASE WHEN (unified.surveys.kind = 'csat' AND unified.surveys.score >= 4 AND unified.surveys.answered_at >= '2025-12-31 00:00:00' AND unified.surveys.answered_at < '2026-04-01 00:00:00') THEN 1 END) AS csat_satisfied__1,
    count(CASE WHEN (unified.surveys.kind = 'csat' AND unified.surveys.score IS NOT NULL AND unified.surveys.answered_at >= '2026-04-01 00:00:00' AND unified.surveys.answered_at < '2026-07-01 00:00:00') THEN 1 END) AS csat_answers__0,
    count(CASE WHEN (unified.surveys.kind = 'csat' AND unified.surveys.score IS NOT NULL AND unified.surveys.answered_at >= '2025-12-31 00:00:00' AND unified.surveys.answered_at < '2026-04-01 00:00:00') THEN 1 END) AS csat_answers__1
FROM unified.surveys;
