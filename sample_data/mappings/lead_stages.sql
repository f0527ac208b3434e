-- Every move of a lead, from the CRM's log: its record keeps only the last state. A first call is no stage.
SELECT lead_no AS lead_id,
    MAP {'MQL': 'mql', 'Accepted': 'accepted', 'Rejected': 'rejected', 'Reopened': 'reopened', 'SQL': 'sql',
        'Opportunity': 'opportunity', 'Won': 'won', 'Lost': 'lost'}[stage] AS stage,
    moved::TIMESTAMP AS entered_at, reason, moved_by AS "by"
FROM read_csv('crm/lead_moves.csv', all_varchar = true, header = true)
WHERE stage <> 'Contacted'
