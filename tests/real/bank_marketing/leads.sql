-- One row is one person called. The file gives month and weekday but no year: it is in order of time from May 2008, so
-- a month that comes earlier in the calendar than the one before it begins a new year. The day itself is not known; the
-- first of the month stands for it. `duration` is known only after the call and is left out.
WITH contact AS (
    SELECT row_number() OVER () AS n, contact AS phone_kind, y,
           list_position(['jan','feb','mar','apr','may','jun','jul','aug','sep','oct','nov','dec'], "month") AS month_no
    FROM read_csv('bank-additional-full.csv', delim=';', header=true, all_varchar=true)
),
turned AS (
    SELECT *, CASE WHEN month_no < lag(month_no) OVER (ORDER BY n) THEN 1 ELSE 0 END AS new_year FROM contact
),
dated AS (
    SELECT *, make_date(2008 + CAST(sum(new_year) OVER (ORDER BY n) AS INTEGER), month_no, 1)::TIMESTAMP AS called_at FROM turned
)
SELECT 'C' || n AS lead_id, phone_kind AS channel, 'time_deposit' AS product, called_at AS created_at, called_at AS contacted_at,
       CASE WHEN y = 'yes' THEN called_at END AS won_at, CASE WHEN y = 'no' THEN called_at END AS lost_at
FROM dated
