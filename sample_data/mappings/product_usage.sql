SELECT customer_no AS customer_id, feature, day::DATE AS used_on, sessions::INTEGER AS sessions, minutes::DOUBLE AS minutes
FROM read_csv('digital/usage.csv', all_varchar = true, header = true)
