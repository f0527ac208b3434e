-- Accounts, cards and loans are all products held. Each belongs to the owner of the account behind it.
WITH owner AS (
    SELECT account_id, client_id FROM read_csv('disp.asc', delim=';', header=true, all_varchar=true)
    WHERE type = 'OWNER'
)
SELECT 'A' || account_id AS account_id, client_id AS customer_id, 'current' AS product,
       strptime('19' || date, '%Y%m%d')::DATE AS opened_on
FROM read_csv('account.asc', delim=';', header=true, all_varchar=true) JOIN owner USING (account_id)
UNION ALL
SELECT 'C' || card_id, d.client_id, 'card', strptime('19' || left(issued, 6), '%Y%m%d')::DATE
FROM read_csv('card.asc', delim=';', header=true, all_varchar=true)
JOIN read_csv('disp.asc', delim=';', header=true, all_varchar=true) d USING (disp_id)
UNION ALL
SELECT 'L' || loan_id, client_id, 'loan', strptime('19' || date, '%Y%m%d')::DATE
FROM read_csv('loan.asc', delim=';', header=true, all_varchar=true) JOIN owner USING (account_id)
