SELECT campaign AS campaign_id, name,
    MAP {'Google Ads': 'paid_search', 'FB/IG': 'social', 'Programmatic': 'display', 'EDM': 'email',
        'Affiliates': 'affiliate', 'MGM': 'referral', 'Branch': 'branch', 'Seminar': 'event'}[channel] AS channel,
    product, MAP {'new': 'prospects', 'existing': 'customers'}[audience] AS audience,
    strptime(starts, '%d-%b-%Y')::DATE AS starts_on, strptime(ends, '%d-%b-%Y')::DATE AS ends_on,
    budget_hkd::DECIMAL(18, 2) AS budget, message, owner
FROM read_csv('marketing/campaigns.csv', all_varchar = true, header = true)
