"""What customers write to the service desk and in surveys: English as written in Hong Kong."""

from __future__ import annotations

from sample_data import vocabulary as v

CATEGORIES = (
    "card dispute",
    "fees",
    "app",
    "transfer",
    "rate promise",
    "mortgage",
    "branch service",
    "statement",
)
# The product and the app feature a case of each category is about; -1 for none.
PRODUCT = (v.CARD, v.CURRENT, v.SAVINGS, v.CURRENT, v.SAVINGS, v.MORTGAGE, v.CURRENT, v.SAVINGS)
FEATURE = (4, -1, 0, 2, -1, -1, -1, 5)

OPENINGS = (
    "Hi, ",
    "Dear FinTrust, ",
    "Hello team, ",
    "Good morning. ",
    "This is Mrs Wong. ",
    "我係陳先生. ",
    "Mr Leung called: ",
    "Second message about this. ",
    "你好, ",
    "",
)
# Three ways to say it per category, as a complaint and as a question.
COMPLAINTS = (
    "a shop charged my card twice and nobody gives the money back",
    "I dispute a payment of HKD 1,280 in Mong Kok and still have no answer",
    "my card was blocked in Shenzhen and your hotline let me wait 40 minutes",
    "you took HKD 60 for a low balance and nobody told me",
    "a handling fee appeared that is not in your list",
    "I was promised no annual fee and was charged again",
    "the app logs me out each time I pay by FPS",
    "since the update the app does not open on my phone",
    "the app shows a wrong balance and I cannot trust it",
    "my transfer to HSBC has not arrived after three days",
    "a payment to my landlord went out twice",
    "my salary was booked one day late and a payment bounced",
    "your advert said 8% guaranteed, my statement shows 0.6%",
    "the welcome rate was not what was promised, this is misleading",
    "the 8% offer had conditions that nobody mentioned",
    "my mortgage papers were lost and I had to send them again",
    "the mortgage rate I was quoted is not in the contract",
    "three weeks and still no answer about early repayment",
    "I queued for an hour and the counter closed before my turn",
    "Miss Lau at the branch was rude when I asked about my time deposit",
    "the branch refused my documents without giving a reason",
    "my statement for last month is missing although I asked twice",
    "the statement goes to my old address in Sha Tin, I told you in May",
    "the statement lists a standing order I cancelled",
)
QUESTIONS = (
    "how long does a card dispute take",
    "please send a new card, mine is worn out",
    "can I raise the limit of my card for travelling",
    "which fees apply for a cheque book",
    "is there a fee if I transfer to Singapore",
    "how do I get the fee waiver for students",
    "how do I set up the app on a new phone",
    "where do I see my time deposit in the app",
    "how do I change my password",
    "what is the daily limit for FPS",
    "how do I cancel a standing order",
    "has my transfer of yesterday gone out",
    "what is the rate for new savings",
    "until when does the welcome rate run",
    "what happens when my time deposit ends",
    "please send the schedule of my mortgage",
    "can I repay part of my mortgage",
    "what do I need for a mortgage valuation",
    "is the branch open on Saturday",
    "can I book a meeting with an adviser",
    "do you have safe deposit boxes",
    "please send the statements of last year for my tax return",
    "how do I switch to e-statements",
    "please change my address",
)
CLOSINGS = (
    ". Please call me back.",
    ". Thanks.",
    ". 唔該.",
    ". I will close my account if this is not solved.",
    ". Regards, K. M. Chan",
    ". 請盡快回覆, 黃太.",
    "!",
    ".",
)
COMMENTS = (
    "Staff at the branch know me, that is why I stay.",
    "App is fine, fees are too high.",
    "Nobody answered my message for two weeks.",
    "Good rates, quick answer. 多謝!",
    "Ask me again when my case is solved.",
    "Easy and quick.",
    "My RM called in time, very helpful.",
    "Waiting on the hotline is too long.",
)

DEPARTMENTS = (
    "Marketing",
    "Sales",
    "Service",
    "Digital",
    "Core banking",
    "Finance",
    "Risk",
    "Wealth",
)
STAFF_QUESTIONS = (
    "We share customer information with other departments in time.",
    "I know what other departments promised my customer.",
    "Leads handed over to us are worth our time.",
    "When a customer complains, the right people hear of it.",
    "We agree on what our numbers mean.",
    "I would recommend FinTrust as a place to work.",
)
