SELECT count(CASE WHEN (derived.ticket_themes.opened_at >= '2026-04-01 00:00:00' AND derived.ticket_themes.opened_at < '2026-07-01 00:00:00') THEN 1 END) AS theme_cases__0,
    count(CASE WHEN (derived.ticket_themes.opened_at >= '2025-12-31 00:00:00' AND derived.ticket_themes.opened_at < '2026-04-01 00:00:00') THEN 1 END) AS theme_cases__1
FROM derived.ticket_themes;
