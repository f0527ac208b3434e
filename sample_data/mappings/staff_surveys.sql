SELECT answer_no AS answer_id, department, question, answered::DATE AS answered_on, score::INTEGER AS score
FROM read_csv('hr/staff_surveys.csv', all_varchar = true, header = true)
