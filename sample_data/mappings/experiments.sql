-- The pilot's arms as the CRM keeps them, drawn half and half.
SELECT 'Project Unity' AS experiment, customer_id, arm, strptime(assigned_on, '%d/%m/%Y')::DATE AS drawn_on,
    0.5 AS planned_share
FROM read_csv('crm/project_unity.csv', all_varchar = true, header = true)
