SELECT survey_no AS survey_id, customer_no AS customer_id, kind, case_no AS ticket_id, sent::TIMESTAMP AS asked_at,
    answered::TIMESTAMP AS answered_at, score::INTEGER AS score, comment
FROM read_csv('service/surveys.csv', all_varchar = true, header = true)
