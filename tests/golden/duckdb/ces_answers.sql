SELECT count(CASE WHEN (unified.surveys.kind = 'ces' AND unified.surveys.score IS NOT NULL AND unified.surveys.answered_at >= '2026-04-01 00:00:00' AND unified.surveys.answered_at < '2026-07-01 00:00:00') THEN 1 END) AS ces_answers__0,
    count(CASE WHEN (unified.surveys.kind = 'ces' AND unified.surveys.score IS NOT NULL AND unified.surveys.answered_at >= '2025-12-31 00:00:00' AND unified.surveys.answered_at < '2026-04-01 00:00:00') THEN 1 END) AS ces_answers__1
FROM unified.surveys;
