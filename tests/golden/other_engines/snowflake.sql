-- leads
SELECT COUNT(CASE WHEN (leads.created_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND leads.created_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS leads__0 FROM unified.leads;

-- mql
SELECT COUNT(CASE WHEN (leads.mql_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND leads.mql_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS mql__0 FROM unified.leads;

-- accepted
SELECT COUNT(CASE WHEN (lead_moves.stage = 'accepted' AND lead_moves.mql_at < (CAST(lead_moves.entered_at AS DATE) + INTERVAL '1 DAY') AND lead_moves.entered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND lead_moves.entered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS accepted__0 FROM derived.lead_moves;

-- decided
SELECT COUNT(CASE WHEN (lead_moves.stage IN ('accepted', 'rejected') AND lead_moves.mql_at < (CAST(lead_moves.entered_at AS DATE) + INTERVAL '1 DAY') AND lead_moves.entered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND lead_moves.entered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS decided__0 FROM derived.lead_moves;

-- accepted_of_decided
SELECT CAST(SUM(CASE WHEN (lead_moves.stage IN ('accepted', 'rejected') AND lead_moves.mql_at < (CAST(lead_moves.entered_at AS DATE) + INTERVAL '1 DAY') AND lead_moves.entered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND lead_moves.entered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN CASE WHEN (lead_moves.stage = 'accepted') THEN 1 ELSE 0 END END) AS DOUBLE) AS accepted_of_decided__0 FROM derived.lead_moves;

-- acceptance_rate
SELECT CAST(SUM(CASE WHEN (lead_moves.stage IN ('accepted', 'rejected') AND lead_moves.mql_at < (CAST(lead_moves.entered_at AS DATE) + INTERVAL '1 DAY') AND lead_moves.entered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND lead_moves.entered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN CASE WHEN (lead_moves.stage = 'accepted') THEN 1 ELSE 0 END END) AS DOUBLE) AS accepted_of_decided__0, COUNT(CASE WHEN (lead_moves.stage IN ('accepted', 'rejected') AND lead_moves.mql_at < (CAST(lead_moves.entered_at AS DATE) + INTERVAL '1 DAY') AND lead_moves.entered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND lead_moves.entered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS decided__0 FROM derived.lead_moves;

-- qualified_conversions
SELECT COUNT(CASE WHEN (lead_moves.stage = 'won' AND lead_moves.mql_at < (CAST(lead_moves.entered_at AS DATE) + INTERVAL '1 DAY') AND lead_moves.accepted_at < (CAST(lead_moves.entered_at AS DATE) + INTERVAL '1 DAY') AND lead_moves.entered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND lead_moves.entered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS qualified_conversions__0 FROM derived.lead_moves;

-- sql
SELECT COUNT(CASE WHEN (leads.sql_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND leads.sql_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS sql__0 FROM unified.leads;

-- opportunities
SELECT COUNT(CASE WHEN (leads.opportunity_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND leads.opportunity_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS opportunities__0 FROM unified.leads;

-- won
SELECT COUNT(CASE WHEN (lead_moves.stage = 'won' AND lead_moves.entered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND lead_moves.entered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS won__0 FROM derived.lead_moves;

-- opportunities_closed
SELECT COUNT(CASE WHEN (lead_moves.stage IN ('won', 'lost') AND lead_moves.opportunity_at < (CAST(lead_moves.entered_at AS DATE) + INTERVAL '1 DAY') AND lead_moves.entered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND lead_moves.entered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS opportunities_closed__0 FROM derived.lead_moves;

-- opportunities_won
SELECT COUNT(CASE WHEN (lead_moves.stage = 'won' AND lead_moves.opportunity_at < (CAST(lead_moves.entered_at AS DATE) + INTERVAL '1 DAY') AND lead_moves.entered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND lead_moves.entered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS opportunities_won__0 FROM derived.lead_moves;

-- win_rate
SELECT COUNT(CASE WHEN (lead_moves.stage = 'won' AND lead_moves.opportunity_at < (CAST(lead_moves.entered_at AS DATE) + INTERVAL '1 DAY') AND lead_moves.entered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND lead_moves.entered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS opportunities_won__0, COUNT(CASE WHEN (lead_moves.stage IN ('won', 'lost') AND lead_moves.opportunity_at < (CAST(lead_moves.entered_at AS DATE) + INTERVAL '1 DAY') AND lead_moves.entered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND lead_moves.entered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS opportunities_closed__0 FROM derived.lead_moves;

-- reached_mql
SELECT COUNT(CASE WHEN (NOT leads.mql_at IS NULL AND leads.created_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND leads.created_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS reached_mql__0 FROM unified.leads;

-- reached_accepted
SELECT COUNT(CASE WHEN (NOT leads.accepted_at IS NULL AND leads.created_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND leads.created_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS reached_accepted__0 FROM unified.leads;

-- reached_sql
SELECT COUNT(CASE WHEN (NOT leads.sql_at IS NULL AND leads.created_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND leads.created_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS reached_sql__0 FROM unified.leads;

-- reached_opportunity
SELECT COUNT(CASE WHEN (NOT leads.opportunity_at IS NULL AND leads.created_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND leads.created_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS reached_opportunity__0 FROM unified.leads;

-- reached_won
SELECT COUNT(CASE WHEN (NOT leads.won_at IS NULL AND leads.created_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND leads.created_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS reached_won__0 FROM unified.leads;

-- mql_by_the_end
SELECT COUNT(CASE WHEN (leads.created_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND leads.created_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP) AND leads.mql_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS mql_by_the_end__0 FROM unified.leads;

-- accepted_by_the_end
SELECT COUNT(CASE WHEN (leads.created_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND leads.created_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP) AND leads.accepted_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS accepted_by_the_end__0 FROM unified.leads;

-- sql_by_the_end
SELECT COUNT(CASE WHEN (leads.created_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND leads.created_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP) AND leads.sql_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS sql_by_the_end__0 FROM unified.leads;

-- opportunity_by_the_end
SELECT COUNT(CASE WHEN (leads.created_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND leads.created_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP) AND leads.opportunity_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS opportunity_by_the_end__0 FROM unified.leads;

-- won_by_the_end
SELECT COUNT(CASE WHEN (leads.created_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND leads.created_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP) AND leads.won_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS won_by_the_end__0 FROM unified.leads;

-- lead_conversion
SELECT COUNT(CASE WHEN (NOT leads.won_at IS NULL AND leads.created_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND leads.created_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS reached_won__0, COUNT(CASE WHEN (leads.created_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND leads.created_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS leads__0 FROM unified.leads;

-- rejected
SELECT COUNT(CASE WHEN (lead_moves.stage = 'rejected' AND lead_moves.mql_at < (CAST(lead_moves.entered_at AS DATE) + INTERVAL '1 DAY') AND lead_moves.entered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND lead_moves.entered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS rejected__0 FROM derived.lead_moves;

-- first_contacts_due
SELECT COUNT(CASE WHEN (hand_offs.due_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND hand_offs.due_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS first_contacts_due__0 FROM derived.hand_offs;

-- still_uncontacted
SELECT COUNT(CASE WHEN (hand_offs.due_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP) AND (hand_offs.contacted_at IS NULL OR hand_offs.contacted_at >= CAST('2026-07-01 00:00:00' AS TIMESTAMP)) AND (hand_offs.settled_at IS NULL OR hand_offs.settled_at >= CAST('2026-07-01 00:00:00' AS TIMESTAMP))) THEN 1 END) AS still_uncontacted__0 FROM derived.hand_offs;

-- rejected_then_accepted
SELECT COUNT(CASE WHEN (lead_moves.stage = 'rejected' AND lead_moves.mql_at < (CAST(lead_moves.entered_at AS DATE) + INTERVAL '1 DAY') AND (EXISTS(SELECT later.lead_id FROM derived.lead_moves AS later WHERE later.lead_id = lead_moves.lead_id AND later.move > lead_moves.move AND later.stage = 'accepted')) AND lead_moves.entered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND lead_moves.entered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS rejected_then_accepted__0 FROM derived.lead_moves;

-- rejected_then_won
SELECT COUNT(CASE WHEN (lead_moves.stage = 'rejected' AND lead_moves.mql_at < (CAST(lead_moves.entered_at AS DATE) + INTERVAL '1 DAY') AND (EXISTS(SELECT later.lead_id FROM derived.lead_moves AS later WHERE later.lead_id = lead_moves.lead_id AND later.move > lead_moves.move AND later.stage = 'won')) AND lead_moves.entered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND lead_moves.entered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS rejected_then_won__0 FROM derived.lead_moves;

-- visits
SELECT CAST(SUM(CASE WHEN (campaign_days.day_on >= CAST('2026-04-01' AS DATE) AND campaign_days.day_on <= CAST('2026-06-30' AS DATE)) THEN campaign_days.visits END) AS DOUBLE) AS visits__0 FROM unified.campaign_days;

-- marketing_cost
SELECT CAST(SUM(CASE WHEN (campaign_days.day_on >= CAST('2026-04-01' AS DATE) AND campaign_days.day_on <= CAST('2026-06-30' AS DATE)) THEN campaign_days.cost END) AS DOUBLE) AS marketing_cost__0 FROM unified.campaign_days;

-- acquisition_cost
SELECT CAST(SUM(CASE WHEN ((NOT campaign_days.campaign_id IN (SELECT campaigns.campaign_id FROM unified.campaigns WHERE campaigns.audience = 'customers')) AND campaign_days.day_on >= CAST('2026-04-01' AS DATE) AND campaign_days.day_on <= CAST('2026-06-30' AS DATE)) THEN campaign_days.cost END) AS DOUBLE) AS acquisition_cost__0 FROM unified.campaign_days;

-- customers_acquired
SELECT COUNT(CASE WHEN (NOT customers.acquired_by_lead_id IS NULL AND customers.joined_on >= CAST('2026-04-01' AS DATE) AND customers.joined_on <= CAST('2026-06-30' AS DATE)) THEN 1 END) AS customers_acquired__0 FROM unified.customers;

-- cac
SELECT CAST(SUM(CASE WHEN ((NOT campaign_days.campaign_id IN (SELECT campaigns.campaign_id FROM unified.campaigns WHERE campaigns.audience = 'customers')) AND campaign_days.day_on >= CAST('2026-04-01' AS DATE) AND campaign_days.day_on <= CAST('2026-06-30' AS DATE)) THEN campaign_days.cost END) AS DOUBLE) AS acquisition_cost__0 FROM unified.campaign_days;

-- cac
SELECT COUNT(CASE WHEN (NOT customers.acquired_by_lead_id IS NULL AND customers.joined_on >= CAST('2026-04-01' AS DATE) AND customers.joined_on <= CAST('2026-06-30' AS DATE)) THEN 1 END) AS customers_acquired__0 FROM unified.customers;

-- revenue_of_acquired
SELECT CAST(SUM(CASE WHEN (revenues.customer_id IN (SELECT customers.customer_id FROM unified.customers WHERE customers.joined_on >= CAST('2026-04-01' AS DATE) AND customers.joined_on <= CAST('2026-06-30' AS DATE) AND NOT customers.acquired_by_lead_id IS NULL)) THEN revenues.revenue END) AS DOUBLE) AS revenue_of_acquired__0 FROM unified.revenues;

-- revenue_per_acquired
SELECT CAST(SUM(CASE WHEN (revenues.customer_id IN (SELECT customers.customer_id FROM unified.customers WHERE customers.joined_on >= CAST('2026-04-01' AS DATE) AND customers.joined_on <= CAST('2026-06-30' AS DATE) AND NOT customers.acquired_by_lead_id IS NULL)) THEN revenues.revenue END) AS DOUBLE) AS revenue_of_acquired__0 FROM unified.revenues;

-- revenue_per_acquired
SELECT COUNT(CASE WHEN (NOT customers.acquired_by_lead_id IS NULL AND customers.joined_on >= CAST('2026-04-01' AS DATE) AND customers.joined_on <= CAST('2026-06-30' AS DATE)) THEN 1 END) AS customers_acquired__0 FROM unified.customers;

-- complained_early
SELECT COUNT(CASE WHEN (NOT customers.acquired_by_lead_id IS NULL AND (EXISTS(SELECT tickets.ticket_id FROM unified.tickets WHERE tickets.customer_id = customers.customer_id AND COALESCE(tickets.complaint, FALSE) AND NOT COALESCE(tickets.withdrawn, FALSE) AND tickets.opened_at >= customers.joined_on AND tickets.opened_at < (CAST(customers.joined_on AS DATE) + INTERVAL '91 DAY'))) AND customers.joined_on >= CAST('2026-04-01' AS DATE) AND customers.joined_on <= CAST('2026-06-30' AS DATE)) THEN 1 END) AS complained_early__0 FROM unified.customers;

-- early_complaints
SELECT COUNT(CASE WHEN (NOT customers.acquired_by_lead_id IS NULL AND (EXISTS(SELECT tickets.ticket_id FROM unified.tickets WHERE tickets.customer_id = customers.customer_id AND COALESCE(tickets.complaint, FALSE) AND NOT COALESCE(tickets.withdrawn, FALSE) AND tickets.opened_at >= customers.joined_on AND tickets.opened_at < (CAST(customers.joined_on AS DATE) + INTERVAL '91 DAY'))) AND customers.joined_on >= CAST('2026-04-01' AS DATE) AND customers.joined_on <= CAST('2026-06-30' AS DATE)) THEN 1 END) AS complained_early__0, COUNT(CASE WHEN (NOT customers.acquired_by_lead_id IS NULL AND customers.joined_on >= CAST('2026-04-01' AS DATE) AND customers.joined_on <= CAST('2026-06-30' AS DATE)) THEN 1 END) AS customers_acquired__0 FROM unified.customers;

-- left_early
SELECT COUNT(CASE WHEN (NOT customers.acquired_by_lead_id IS NULL AND customers.left_on >= customers.joined_on AND customers.left_on <= (CAST(customers.joined_on AS DATE) + INTERVAL '180 DAY') AND customers.joined_on >= CAST('2026-04-01' AS DATE) AND customers.joined_on <= CAST('2026-06-30' AS DATE)) THEN 1 END) AS left_early__0 FROM unified.customers;

-- early_churn
SELECT COUNT(CASE WHEN (NOT customers.acquired_by_lead_id IS NULL AND customers.left_on >= customers.joined_on AND customers.left_on <= (CAST(customers.joined_on AS DATE) + INTERVAL '180 DAY') AND customers.joined_on >= CAST('2026-04-01' AS DATE) AND customers.joined_on <= CAST('2026-06-30' AS DATE)) THEN 1 END) AS left_early__0, COUNT(CASE WHEN (NOT customers.acquired_by_lead_id IS NULL AND customers.joined_on >= CAST('2026-04-01' AS DATE) AND customers.joined_on <= CAST('2026-06-30' AS DATE)) THEN 1 END) AS customers_acquired__0 FROM unified.customers;

-- revenue
SELECT CAST(SUM(CASE WHEN (revenues.month_on >= CAST('2026-04-01' AS DATE) AND revenues.month_on <= CAST('2026-06-30' AS DATE)) THEN revenues.revenue END) AS DOUBLE) AS revenue__0 FROM unified.revenues;

-- net_revenue
SELECT CAST(SUM(CASE WHEN (revenues.month_on >= CAST('2026-04-01' AS DATE) AND revenues.month_on <= CAST('2026-06-30' AS DATE)) THEN revenues.revenue - revenues.cost_to_serve END) AS DOUBLE) AS net_revenue__0 FROM unified.revenues;

-- value_since_joining
SELECT CAST(SUM(CASE WHEN (customer_values.customer_id IN (SELECT customers.customer_id FROM unified.customers WHERE customers.joined_on >= CAST('2026-04-01' AS DATE) AND customers.joined_on <= CAST('2026-06-30' AS DATE) AND NOT customers.acquired_by_lead_id IS NULL) AND customer_values.as_of IN (SELECT MAX(customer_values.as_of) AS max_1 FROM derived.customer_values) AND NOT customer_values.since_joining IS NULL) THEN customer_values.since_joining END) AS DOUBLE) AS value_since_joining__0 FROM derived.customer_values;

-- customers_valued
SELECT COUNT(CASE WHEN (customer_values.customer_id IN (SELECT customers.customer_id FROM unified.customers WHERE customers.joined_on >= CAST('2026-04-01' AS DATE) AND customers.joined_on <= CAST('2026-06-30' AS DATE) AND NOT customers.acquired_by_lead_id IS NULL) AND customer_values.as_of IN (SELECT MAX(customer_values.as_of) AS max_1 FROM derived.customer_values) AND NOT customer_values.since_joining IS NULL) THEN 1 END) AS customers_valued__0 FROM derived.customer_values;

-- lifetime_value
SELECT CAST(SUM(CASE WHEN (customer_values.customer_id IN (SELECT customers.customer_id FROM unified.customers WHERE customers.joined_on >= CAST('2026-04-01' AS DATE) AND customers.joined_on <= CAST('2026-06-30' AS DATE) AND NOT customers.acquired_by_lead_id IS NULL) AND customer_values.as_of IN (SELECT MAX(customer_values.as_of) AS max_1 FROM derived.customer_values) AND NOT customer_values.since_joining IS NULL) THEN customer_values.since_joining END) AS DOUBLE) AS value_since_joining__0, COUNT(CASE WHEN (customer_values.customer_id IN (SELECT customers.customer_id FROM unified.customers WHERE customers.joined_on >= CAST('2026-04-01' AS DATE) AND customers.joined_on <= CAST('2026-06-30' AS DATE) AND NOT customers.acquired_by_lead_id IS NULL) AND customer_values.as_of IN (SELECT MAX(customer_values.as_of) AS max_1 FROM derived.customer_values) AND NOT customer_values.since_joining IS NULL) THEN 1 END) AS customers_valued__0 FROM derived.customer_values;

-- customers_at_start
SELECT COUNT(CASE WHEN ((customers.joined_on <= CAST('2026-03-31' AS DATE) OR customers.joined_on IS NULL) AND NOT COALESCE((customers.left_on <= CAST('2026-03-31' AS DATE) AND (customers.joined_on <= customers.left_on OR customers.joined_on IS NULL)), FALSE) OR customers.customer_id IN (SELECT customer_returns.customer_id FROM derived.customer_returns WHERE customer_returns.returned_on <= CAST('2026-03-31' AS DATE) AND (customer_returns.ended_on IS NULL OR customer_returns.ended_on > CAST('2026-03-31' AS DATE)) OR customer_returns.was_here_from <= CAST('2026-03-31' AS DATE) AND customer_returns.left_on > CAST('2026-03-31' AS DATE))) THEN 1 END) AS customers_at_start__0 FROM unified.customers;

-- customers_left
SELECT COUNT(CASE WHEN (((customers.joined_on <= CAST('2026-03-31' AS DATE) OR customers.joined_on IS NULL) AND NOT COALESCE((customers.left_on <= CAST('2026-03-31' AS DATE) AND (customers.joined_on <= customers.left_on OR customers.joined_on IS NULL)), FALSE) OR customers.customer_id IN (SELECT customer_returns.customer_id FROM derived.customer_returns WHERE customer_returns.returned_on <= CAST('2026-03-31' AS DATE) AND (customer_returns.ended_on IS NULL OR customer_returns.ended_on > CAST('2026-03-31' AS DATE)) OR customer_returns.was_here_from <= CAST('2026-03-31' AS DATE) AND customer_returns.left_on > CAST('2026-03-31' AS DATE))) AND customers.left_on >= CAST('2026-04-01' AS DATE) AND customers.left_on <= CAST('2026-06-30' AS DATE)) THEN 1 END) AS customers_left__0 FROM unified.customers;

-- churn_rate
SELECT COUNT(CASE WHEN (((customers.joined_on <= CAST('2026-03-31' AS DATE) OR customers.joined_on IS NULL) AND NOT COALESCE((customers.left_on <= CAST('2026-03-31' AS DATE) AND (customers.joined_on <= customers.left_on OR customers.joined_on IS NULL)), FALSE) OR customers.customer_id IN (SELECT customer_returns.customer_id FROM derived.customer_returns WHERE customer_returns.returned_on <= CAST('2026-03-31' AS DATE) AND (customer_returns.ended_on IS NULL OR customer_returns.ended_on > CAST('2026-03-31' AS DATE)) OR customer_returns.was_here_from <= CAST('2026-03-31' AS DATE) AND customer_returns.left_on > CAST('2026-03-31' AS DATE))) AND customers.left_on >= CAST('2026-04-01' AS DATE) AND customers.left_on <= CAST('2026-06-30' AS DATE)) THEN 1 END) AS customers_left__0, COUNT(CASE WHEN ((customers.joined_on <= CAST('2026-03-31' AS DATE) OR customers.joined_on IS NULL) AND NOT COALESCE((customers.left_on <= CAST('2026-03-31' AS DATE) AND (customers.joined_on <= customers.left_on OR customers.joined_on IS NULL)), FALSE) OR customers.customer_id IN (SELECT customer_returns.customer_id FROM derived.customer_returns WHERE customer_returns.returned_on <= CAST('2026-03-31' AS DATE) AND (customer_returns.ended_on IS NULL OR customer_returns.ended_on > CAST('2026-03-31' AS DATE)) OR customer_returns.was_here_from <= CAST('2026-03-31' AS DATE) AND customer_returns.left_on > CAST('2026-03-31' AS DATE))) THEN 1 END) AS customers_at_start__0 FROM unified.customers;

-- open_alerts
SELECT COUNT(CASE WHEN (alerts.arm <> 'held_out' AND alerts.raised_on < CAST('2026-07-01' AS DATE) AND (alerts.closed_at IS NULL OR alerts.closed_at >= CAST('2026-07-01 00:00:00' AS TIMESTAMP))) THEN 1 END) AS open_alerts__0 FROM alerts;

-- offer_windows
SELECT COUNT(CASE WHEN (alerts.arm <> 'held_out' AND (CAST(alerts.raised_on AS DATE) + INTERVAL '30 DAY') >= CAST('2026-04-01' AS DATE) AND (CAST(alerts.raised_on AS DATE) + INTERVAL '30 DAY') <= CAST('2026-06-30' AS DATE)) THEN 1 END) AS offer_windows__0 FROM alerts;

-- offered_in_window
SELECT CAST(SUM(CASE WHEN (alerts.arm <> 'held_out' AND (CAST(alerts.raised_on AS DATE) + INTERVAL '30 DAY') >= CAST('2026-04-01' AS DATE) AND (CAST(alerts.raised_on AS DATE) + INTERVAL '30 DAY') <= CAST('2026-06-30' AS DATE)) THEN CASE WHEN (alerts.offered_on <= (CAST(alerts.raised_on AS DATE) + INTERVAL '30 DAY')) THEN 1 ELSE 0 END END) AS DOUBLE) AS offered_in_window__0 FROM alerts;

-- offered_in_30_days
SELECT CAST(SUM(CASE WHEN (alerts.arm <> 'held_out' AND (CAST(alerts.raised_on AS DATE) + INTERVAL '30 DAY') >= CAST('2026-04-01' AS DATE) AND (CAST(alerts.raised_on AS DATE) + INTERVAL '30 DAY') <= CAST('2026-06-30' AS DATE)) THEN CASE WHEN (alerts.offered_on <= (CAST(alerts.raised_on AS DATE) + INTERVAL '30 DAY')) THEN 1 ELSE 0 END END) AS DOUBLE) AS offered_in_window__0, COUNT(CASE WHEN (alerts.arm <> 'held_out' AND (CAST(alerts.raised_on AS DATE) + INTERVAL '30 DAY') >= CAST('2026-04-01' AS DATE) AND (CAST(alerts.raised_on AS DATE) + INTERVAL '30 DAY') <= CAST('2026-06-30' AS DATE)) THEN 1 END) AS offer_windows__0 FROM alerts;

-- wealth_opened
SELECT COUNT(CASE WHEN (accounts.product IN ('investment', 'insurance') AND accounts.opened_on >= CAST('2026-04-01' AS DATE) AND accounts.opened_on <= CAST('2026-06-30' AS DATE) AND accounts.customer_id IN (SELECT customers.customer_id FROM unified.customers WHERE (customers.joined_on <= CAST('2026-03-31' AS DATE) OR customers.joined_on IS NULL) AND NOT COALESCE((customers.left_on <= CAST('2026-03-31' AS DATE) AND (customers.joined_on <= customers.left_on OR customers.joined_on IS NULL)), FALSE) OR customers.customer_id IN (SELECT customer_returns.customer_id FROM derived.customer_returns WHERE customer_returns.returned_on <= CAST('2026-03-31' AS DATE) AND (customer_returns.ended_on IS NULL OR customer_returns.ended_on > CAST('2026-03-31' AS DATE)) OR customer_returns.was_here_from <= CAST('2026-03-31' AS DATE) AND customer_returns.left_on > CAST('2026-03-31' AS DATE)))) THEN 1 END) AS wealth_opened__0 FROM unified.accounts;

-- wealth_cross_sell
SELECT COUNT(CASE WHEN (accounts.product IN ('investment', 'insurance') AND accounts.opened_on >= CAST('2026-04-01' AS DATE) AND accounts.opened_on <= CAST('2026-06-30' AS DATE) AND accounts.customer_id IN (SELECT customers.customer_id FROM unified.customers WHERE (customers.joined_on <= CAST('2026-03-31' AS DATE) OR customers.joined_on IS NULL) AND NOT COALESCE((customers.left_on <= CAST('2026-03-31' AS DATE) AND (customers.joined_on <= customers.left_on OR customers.joined_on IS NULL)), FALSE) OR customers.customer_id IN (SELECT customer_returns.customer_id FROM derived.customer_returns WHERE customer_returns.returned_on <= CAST('2026-03-31' AS DATE) AND (customer_returns.ended_on IS NULL OR customer_returns.ended_on > CAST('2026-03-31' AS DATE)) OR customer_returns.was_here_from <= CAST('2026-03-31' AS DATE) AND customer_returns.left_on > CAST('2026-03-31' AS DATE)))) THEN 1 END) AS wealth_opened__0 FROM unified.accounts;

-- wealth_cross_sell
SELECT COUNT(CASE WHEN ((customers.joined_on <= CAST('2026-03-31' AS DATE) OR customers.joined_on IS NULL) AND NOT COALESCE((customers.left_on <= CAST('2026-03-31' AS DATE) AND (customers.joined_on <= customers.left_on OR customers.joined_on IS NULL)), FALSE) OR customers.customer_id IN (SELECT customer_returns.customer_id FROM derived.customer_returns WHERE customer_returns.returned_on <= CAST('2026-03-31' AS DATE) AND (customer_returns.ended_on IS NULL OR customer_returns.ended_on > CAST('2026-03-31' AS DATE)) OR customer_returns.was_here_from <= CAST('2026-03-31' AS DATE) AND customer_returns.left_on > CAST('2026-03-31' AS DATE))) THEN 1 END) AS customers_at_start__0 FROM unified.customers;

-- complaints
SELECT COUNT(CASE WHEN (COALESCE(tickets.complaint, FALSE) AND NOT COALESCE(tickets.withdrawn, FALSE) AND tickets.opened_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND tickets.opened_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS complaints__0 FROM unified.tickets;

-- cases_opened
SELECT COUNT(CASE WHEN (NOT COALESCE(tickets.withdrawn, FALSE) AND tickets.opened_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND tickets.opened_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS cases_opened__0 FROM unified.tickets;

-- theme_cases
SELECT COUNT(CASE WHEN (ticket_themes.opened_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND ticket_themes.opened_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS theme_cases__0 FROM derived.ticket_themes;

-- nps_answers
SELECT COUNT(CASE WHEN (surveys.kind = 'nps' AND NOT surveys.score IS NULL AND surveys.answered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.answered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS nps_answers__0 FROM unified.surveys;

-- nps_balance
SELECT CAST(SUM(CASE WHEN (surveys.kind = 'nps' AND NOT surveys.score IS NULL AND surveys.answered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.answered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN CASE WHEN (surveys.score >= 9) THEN 1 WHEN (surveys.score <= 6) THEN -1 ELSE 0 END END) AS DOUBLE) AS nps_balance__0 FROM unified.surveys;

-- nps
SELECT CAST(SUM(CASE WHEN (surveys.kind = 'nps' AND NOT surveys.score IS NULL AND surveys.answered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.answered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN CASE WHEN (surveys.score >= 9) THEN 1 WHEN (surveys.score <= 6) THEN -1 ELSE 0 END END) AS DOUBLE) AS nps_balance__0, COUNT(CASE WHEN (surveys.kind = 'nps' AND NOT surveys.score IS NULL AND surveys.answered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.answered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS nps_answers__0 FROM unified.surveys;

-- detractors
SELECT COUNT(CASE WHEN (surveys.kind = 'nps' AND surveys.score <= 6 AND surveys.answered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.answered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS detractors__0 FROM unified.surveys;

-- nps_asked
SELECT COUNT(CASE WHEN (surveys.kind = 'nps' AND surveys.asked_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.asked_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS nps_asked__0 FROM unified.surveys;

-- nps_answered
SELECT COUNT(CASE WHEN (surveys.kind = 'nps' AND NOT surveys.score IS NULL AND surveys.asked_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.asked_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS nps_answered__0 FROM unified.surveys;

-- csat_asked
SELECT COUNT(CASE WHEN (surveys.kind = 'csat' AND surveys.asked_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.asked_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS csat_asked__0 FROM unified.surveys;

-- csat_answered
SELECT COUNT(CASE WHEN (surveys.kind = 'csat' AND NOT surveys.score IS NULL AND surveys.asked_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.asked_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS csat_answered__0 FROM unified.surveys;

-- ces_asked
SELECT COUNT(CASE WHEN (surveys.kind = 'ces' AND surveys.asked_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.asked_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS ces_asked__0 FROM unified.surveys;

-- ces_answered
SELECT COUNT(CASE WHEN (surveys.kind = 'ces' AND NOT surveys.score IS NULL AND surveys.asked_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.asked_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS ces_answered__0 FROM unified.surveys;

-- nps_response
SELECT COUNT(CASE WHEN (surveys.kind = 'nps' AND NOT surveys.score IS NULL AND surveys.asked_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.asked_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS nps_answered__0, COUNT(CASE WHEN (surveys.kind = 'nps' AND surveys.asked_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.asked_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS nps_asked__0 FROM unified.surveys;

-- csat_response
SELECT COUNT(CASE WHEN (surveys.kind = 'csat' AND NOT surveys.score IS NULL AND surveys.asked_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.asked_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS csat_answered__0, COUNT(CASE WHEN (surveys.kind = 'csat' AND surveys.asked_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.asked_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS csat_asked__0 FROM unified.surveys;

-- ces_response
SELECT COUNT(CASE WHEN (surveys.kind = 'ces' AND NOT surveys.score IS NULL AND surveys.asked_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.asked_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS ces_answered__0, COUNT(CASE WHEN (surveys.kind = 'ces' AND surveys.asked_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.asked_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS ces_asked__0 FROM unified.surveys;

-- csat_answers
SELECT COUNT(CASE WHEN (surveys.kind = 'csat' AND NOT surveys.score IS NULL AND surveys.answered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.answered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS csat_answers__0 FROM unified.surveys;

-- csat_satisfied
SELECT COUNT(CASE WHEN (surveys.kind = 'csat' AND surveys.score >= 4 AND surveys.answered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.answered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS csat_satisfied__0 FROM unified.surveys;

-- ces_answers
SELECT COUNT(CASE WHEN (surveys.kind = 'ces' AND NOT surveys.score IS NULL AND surveys.answered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.answered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS ces_answers__0 FROM unified.surveys;

-- ces_easy
SELECT COUNT(CASE WHEN (surveys.kind = 'ces' AND surveys.score >= 5 AND surveys.answered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.answered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS ces_easy__0 FROM unified.surveys;

-- csat
SELECT COUNT(CASE WHEN (surveys.kind = 'csat' AND surveys.score >= 4 AND surveys.answered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.answered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS csat_satisfied__0, COUNT(CASE WHEN (surveys.kind = 'csat' AND NOT surveys.score IS NULL AND surveys.answered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.answered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS csat_answers__0 FROM unified.surveys;

-- ces
SELECT COUNT(CASE WHEN (surveys.kind = 'ces' AND surveys.score >= 5 AND surveys.answered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.answered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS ces_easy__0, COUNT(CASE WHEN (surveys.kind = 'ces' AND NOT surveys.score IS NULL AND surveys.answered_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND surveys.answered_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN 1 END) AS ces_answers__0 FROM unified.surveys;

-- wins_first_touch
SELECT CAST(SUM(CASE WHEN (touch_credits.model = 'first' AND touch_credits.won_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND touch_credits.won_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN touch_credits.credit END) AS DOUBLE) AS wins_first_touch__0 FROM derived.touch_credits;

-- wins_last_touch
SELECT CAST(SUM(CASE WHEN (touch_credits.model = 'last' AND touch_credits.won_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND touch_credits.won_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN touch_credits.credit END) AS DOUBLE) AS wins_last_touch__0 FROM derived.touch_credits;

-- wins_linear
SELECT CAST(SUM(CASE WHEN (touch_credits.model = 'linear' AND touch_credits.won_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND touch_credits.won_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN touch_credits.credit END) AS DOUBLE) AS wins_linear__0 FROM derived.touch_credits;

-- wins_position
SELECT CAST(SUM(CASE WHEN (touch_credits.model = 'position' AND touch_credits.won_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND touch_credits.won_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN touch_credits.credit END) AS DOUBLE) AS wins_position__0 FROM derived.touch_credits;

-- wins_w
SELECT CAST(SUM(CASE WHEN (touch_credits.model = 'w' AND touch_credits.won_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND touch_credits.won_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN touch_credits.credit END) AS DOUBLE) AS wins_w__0 FROM derived.touch_credits;

-- wins_full_path
SELECT CAST(SUM(CASE WHEN (touch_credits.model = 'full_path' AND touch_credits.won_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND touch_credits.won_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN touch_credits.credit END) AS DOUBLE) AS wins_full_path__0 FROM derived.touch_credits;

-- wins_decay
SELECT CAST(SUM(CASE WHEN (touch_credits.model = 'decay' AND touch_credits.won_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND touch_credits.won_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN touch_credits.credit END) AS DOUBLE) AS wins_decay__0 FROM derived.touch_credits;

-- wins_shapley
SELECT CAST(SUM(CASE WHEN (touch_credits.model = 'shapley' AND touch_credits.won_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND touch_credits.won_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN touch_credits.credit END) AS DOUBLE) AS wins_shapley__0 FROM derived.touch_credits;

-- wins_markov
SELECT CAST(SUM(CASE WHEN (touch_credits.model = 'markov' AND touch_credits.won_at >= CAST('2026-04-01 00:00:00' AS TIMESTAMP) AND touch_credits.won_at < CAST('2026-07-01 00:00:00' AS TIMESTAMP)) THEN touch_credits.credit END) AS DOUBLE) AS wins_markov__0 FROM derived.touch_credits;
