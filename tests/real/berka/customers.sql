-- birth_number is YYMMDD, with 50 added to a woman's month. A client joined with the first account they may use.
WITH client AS (
    SELECT * FROM read_csv('client.asc', delim=';', header=true, all_varchar=true)
),
joined AS (
    SELECT d.client_id, min(strptime('19' || a.date, '%Y%m%d')::DATE) AS joined_on
    FROM read_csv('disp.asc', delim=';', header=true, all_varchar=true) d
    JOIN read_csv('account.asc', delim=';', header=true, all_varchar=true) a USING (account_id)
    GROUP BY d.client_id
),
district AS (
    SELECT A1 AS district_id, A2 AS name FROM read_csv('district.asc', delim=';', header=true, all_varchar=true)
)
SELECT
    client.client_id AS customer_id,
    1900 + CAST(left(birth_number, 2) AS INTEGER) AS birth_year,
    district.name AS district,
    joined.joined_on
FROM client
LEFT JOIN joined USING (client_id)
LEFT JOIN district USING (district_id)
