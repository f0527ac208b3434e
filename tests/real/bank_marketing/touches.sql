SELECT 'C' || row_number() OVER () AS touch_id, 'C' || row_number() OVER () AS lead_id, contact AS channel, 'call' AS kind
FROM read_csv('bank-additional-full.csv', delim=';', header=true, all_varchar=true)
