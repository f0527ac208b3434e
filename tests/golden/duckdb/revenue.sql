SELECT CAST(sum(CASE WHEN (unified.revenues.month_on >= '2026-04-01' AND unified.revenues.month_on <= '2026-06-30') THEN unified.revenues.revenue END) AS DOUBLE) AS revenue__0,
    CAST(sum(CASE WHEN (unified.revenues.month_on >= '2026-01-01' AND unified.revenues.month_on <= '2026-03-31') THEN unified.revenues.revenue END) AS DOUBLE) AS revenue__1
FROM unified.revenues;
