SELECT count(CASE WHEN (unified.surveys.kind = 'nps' AND unified.surveys.score <= 6 AND unified.surveys.answered_at >= '2026-04-01 00:00:00' AND unified.surveys.answered_at < '2026-07-01 00:00:00') THEN 1 END) AS detractors__0,
    count(CASE WHEN (unified.surveys.kind = 'nps' AND unified.surveys.score <= 6 AND unified.surveys.answered_at >= '2025-12-31 00:00:00' AND unified.surveys.answered_at < '2026-04-01 00:00:00') THEN 1 END) AS detractors__1
FROM unified.surveys;
