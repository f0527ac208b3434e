"""The bank's words, and each department's own words for the same things."""

from __future__ import annotations

CHANNELS = (
    "paid_search",
    "social",
    "display",
    "email",
    "affiliate",
    "referral",
    "branch",
    "event",
)
MARKETING_WORDS = (
    "Google Ads",
    "FB/IG",
    "Programmatic",
    "EDM",
    "Affiliates",
    "MGM",
    "Branch",
    "Seminar",
)
SALES_SOURCES = (
    "Web - search",
    "Web - social",
    "Web - banner",
    "Mailing",
    "Partner site",
    "Friend / family",
    "Walk-in",
    "Seminar",
)
PAID_SEARCH, SOCIAL, DISPLAY, EMAIL, AFFILIATE, REFERRAL, BRANCH, EVENT = range(8)

PRODUCTS = (
    "current",
    "savings",
    "time_deposit",
    "card",
    "mortgage",
    "loan",
    "investment",
    "insurance",
)
CORE_CODES = ("CUR01", "SAV01", "TD01", "CRD01", "MTG01", "LON01", "INV01", "INS01")
SALES_PRODUCTS = (
    "Current a/c",
    "Savings Plus",
    "Fixed Deposit",
    "Credit Card",
    "Home Mortgage",
    "Personal Loan",
    "Wealth",
    "Protection",
)
CURRENT, SAVINGS, TIME_DEPOSIT, CARD, MORTGAGE, LOAN, INVESTMENT, INSURANCE = range(8)

SEGMENT_CODES = ("M", "A", "P")
KINDS = ("impression", "click", "visit", "email", "call", "branch", "event")
IMPRESSION, CLICK, VISIT, MAIL, CALL, MEETING, GATHERING = range(7)

# Core banking's booking codes; the mapping turns them into card_payment, transfer_in, …
BOOKING_CODES = ("POS", "FPSIN", "FPSOUT", "SAL", "ATM", "INT", "FEE", "SO")
POS, FPS_IN, FPS_OUT, SALARY, ATM, INTEREST, FEE, STANDING_ORDER = range(8)

FEATURES = (
    "login",
    "balance",
    "fps_transfer",
    "bill_payment",
    "card_controls",
    "statements",
    "time_deposit",
    "investments",
    "chat",
)
DISTRICTS = (
    "Central and Western",
    "Wan Chai",
    "Eastern",
    "Southern",
    "Yau Tsim Mong",
    "Sham Shui Po",
    "Kowloon City",
    "Wong Tai Sin",
    "Kwun Tong",
    "Sha Tin",
    "Tai Po",
    "Tuen Mun",
    "Yuen Long",
    "Tsuen Wan",
    "Sai Kung",
)
# Which team's branch network a district belongs to: 0 Central, 1 Kowloon, 2 New Territories.
DISTRICT_TEAM = (0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2)
TEAMS = ("Central", "Kowloon", "New Territories")
BRANCHES = (
    "Des Voeux Road",
    "Hennessy Road",
    "Taikoo Shing",
    "Aberdeen",
    "Mong Kok",
    "Cheung Sha Wan",
    "Whampoa",
    "Diamond Hill",
    "Millennium City",
    "New Town Plaza",
    "Tai Po Centre",
    "Tuen Mun Town Plaza",
    "Yoho Mall",
    "Nina Mall",
    "Hang Hau",
)
PREFERRED = ("app", "phone", "email", "branch")
REJECTED_REASONS = (
    "Cannot be reached",
    "Not eligible",
    "Expected another rate",
    "Duplicate enquiry",
    "Wrong contact details",
)
LOST_REASONS = (
    "No response",
    "Chose a competitor",
    "Rate too low",
    "Postponed",
    "Documents missing",
)
SALES_REPS = (
    "Ada Lui",
    "Ben Ho",
    "Cora Yip",
    "Dennis Mak",
    "Elaine Kwan",
    "Felix Tsang",
    "Grace Poon",
    "Henry Szeto",
    "Iris Wan",
    "Edmond Lau",
)
