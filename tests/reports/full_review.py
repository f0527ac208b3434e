"""An invented review with everything that may come: each shape of chart, long titles, long tables, missing figures."""

from __future__ import annotations

from datetime import date, datetime

from metrics.comparison.conclusion import Verdict
from metrics.definitions.scope import Period
from reports.review.review_document import Answer, CaseStudy, Chart, Figure, Review, Series, Table

CHURN = Figure(
    label="Churn rate",
    value="1.8%",
    metric="churn_rate",
    before="−0.2 points, no significant change",
    year_before="−0.6 points, better",
    target="1.5%, missed",
    n="95% interval 1.6% to 2.0%, n = 39,204",
    verdict=Verdict.NOT_CLEAR,
)
WORSE = Figure(
    label="Complaints per 1,000 customers and month, of those who hold at least one product",
    value="4.1",
    before="+0.9, worse",
    n="n = 1,204",
    verdict=Verdict.WORSE,
)
MISSING = Figure(label="Cost per new customer (CAC)", value="not enough data yet", metric="cac")
MONEY = Figure(
    label="Net revenue",
    value="HKD 1,234.5 m",
    metric="net_revenue",
    before="+2.1%, better",
    verdict=Verdict.BETTER,
)
MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS = tuple(f"{m} 26" for m in MONTH_NAMES[:6])
COLUMNS = Chart(
    shape="columns",
    says="Net revenue by month, rising from HKD 38.1 million in January to HKD 44.0 million in June.",
    unit="HKD",
    categories=MONTHS,
    series=(
        Series(name="Net revenue", values=(38_100_000, 39_400_000, None, 41_250_000, 42_900_000, 44_000_000)),
    ),
    mark=40_000_000,
    mark_label="Target",
)
BARS = Chart(
    shape="bars",
    says="Customers won by channel.",
    unit="count",
    categories=(
        "Paid search",
        "Branch 中環分行 (Central, Queen's Road)",
        "E-mail",
        "Social",
        "Referral by a friend",
    ),
    series=(
        Series(name="This quarter", values=(1204, 873, 412, 233, None)),
        Series(name="Quarter before", values=(1100, 901, 455, 190, 12)),
    ),
)
LINE = Chart(
    shape="line",
    says="Share of customers lost by month over two years.",
    unit="share",
    categories=tuple(f"{m} {y}" for y in (24, 25) for m in MONTH_NAMES),
    series=(
        Series(name="Churn rate", values=tuple(0.018 + 0.0004 * ((7 * i) % 11 - 5) for i in range(24))),
        Series(
            name="Mass segment",
            values=(*(0.022 + 0.0004 * ((5 * i) % 13 - 6) for i in range(22)), None, None),
        ),
    ),
    mark=0.015,
    mark_label="target 1.5%",
)
INTERVALS = Chart(
    shape="intervals",
    says="NPS by touchpoint with 95% intervals.",
    unit="points",
    categories=(
        "Mobile app",
        "Branch",
        "Hotline and call centre in Kwun Tong",
        "Relationship manager",
        "E-mail",
    ),
    series=(
        Series(
            name="NPS",
            values=(22.0, 4.0, -14.0, 41.0, None),
            low=(17.0, -5.0, -22.0, 30.0, None),
            high=(27.0, 13.0, -6.0, 52.0, None),
        ),
    ),
    mark=0.0,
)
DOTS = Chart(
    shape="intervals",
    says="Relative change of churn with its interval.",
    unit="share",
    categories=("Churn", "Wealth products"),
    series=(Series(name="Relative change", values=(-0.12, 0.08), low=(-0.2, -0.04), high=(-0.04, 0.2)),),
    mark=0.0,
    mark_label="no change",
)
LONG = Table(
    columns=("Goal", "Owner", "Status", "Reason"),
    rows=tuple(
        (
            f"Goal {i}: qualified digital conversions up by 25% within the fiscal year",
            ("Marketing", "Sales", "Service", "Retail 陳大文")[i % 4],
            ("on plan", "behind", "met", "not enough data yet")[i % 4],
            "Fewer leads of paid search were accepted, because contact came after more than 24 working hours."
            * (1 + i % 2),
        )
        for i in range(16)
    ),
)
SHORT = Table(
    columns=("What", "Who decides", "By"),
    rows=(
        ("Move HKD 100,000 from social to e-mail", "CMO", "15 Jul 2026"),
        ("Staff the hotline at noon", "COO", "31 Jul 2026"),
    ),
)


def answer(key: str, question: str, title: str, **more: object) -> Answer:
    """An answer with three sentences, unless told otherwise."""
    sentences = (
        "Customers of the mass segment left most often; two in three of them held one product.",
        "The change lies inside the noise, so nobody should explain it yet.",
        "Alerts were settled within 30 days in 81.2% of cases, 3 points more than a quarter before.",
    )
    return Answer(**({"key": key, "question": question, "title": title, "sentences": sentences} | more))  # type: ignore[arg-type]


REVIEW = Review(
    quarter="2026Q2",
    period=Period(date(2026, 4, 1), date(2026, 6, 30)),
    as_of=date(2026, 6, 30),
    loaded_at=datetime(2026, 7, 1, 6, 12),
    sample=True,
    qualified="Version 3, since 1 Feb 2026: score of at least 60 and a phone number",
    answers=(
        answer(
            "goals",
            "Did we meet the shared goals?",
            "Three of five shared goals were met; digital conversions are 8% behind",
            table=LONG,
            figures=(CHURN, MONEY),
        ),
        answer(
            "churn",
            "Is churn down, and because of us?",
            "Churn is 1.8%, no significant change; of that nothing is known to be ours yet",
            figures=(CHURN, WORSE, MISSING),
            chart=LINE,
            metrics=("churn_rate",),
        ),
        answer(
            "value",
            "What is it worth after cost?",
            "Net revenue was HKD 1,234.5 m, 2.1% more than a quarter before",
            figures=(MONEY, CHURN, WORSE, MISSING),
            chart=COLUMNS,
            metrics=("net_revenue", "revenue"),
        ),
        answer(
            "cross_sell",
            "Did cross-sell to at-risk customers who can be saved rise, without harm?",
            "Not enough data yet to say whether offers raised cross-sell to at-risk customers who can be saved, and no guardrail was broken so far in any segment or branch",
            chart=DOTS,
            figures=(MISSING,),
        ),
        answer(
            "channels",
            "Which channels deserve more or less?",
            "E-mail deserves more, social less",
            chart=BARS,
            figures=(MONEY, MISSING),
            table=SHORT,
        ),
        answer(
            "satisfaction",
            "Are customers happier, where not?",
            "NPS is +18, no significant change; the hotline is weakest at −14",
            chart=INTERVALS,
            figures=(WORSE,),
        ),
        answer(
            "together",
            "Do the departments work together?",
            "The first-contact SLA was met for 81.2% of leads",
            figures=(CHURN, WORSE, MISSING, MONEY, CHURN, MISSING, WORSE),
        ),
        answer(
            "unknown",
            "What do we not know?",
            "Three things are not known",
            sentences=tuple(
                f"Point {i}: the bank gave no costs of branches, so their customers have no cost, and a comparison would mislead."
                for i in range(9)
            ),
        ),
        answer(
            "decisions",
            "What must I decide today?",
            "Two decisions are wanted today",
            table=SHORT,
            sentences=("Both were prepared by the departments.",),
        ),
        answer(
            "trust",
            "Can I trust the figures, and share them?",
            "All sources came in time; two checks found something",
            figures=(),
            sentences=("Everything stands on data as of 30 Jun 2026.",),
        ),
    ),
    case_studies=(
        CaseStudy(
            title="Calls within two days reduced churn by 12%",
            controlled=True,
            what="Alerts for complaint and dormant savings",
            sentences=("Of 4,010 treated 9.1% left, of 1,003 held out 10.3%.",),
            figures=(CHURN, MISSING),
            chart=DOTS,
            sources=("Experiment rule:complaint, analysis 2 of 4 on 30 Jun 2026",),
        ),
        CaseStudy(
            title="E-mail to dormant savers went together with more logins",
            controlled=False,
            what="E-mail pilot in May",
            sentences=("Those who got it logged in more often, which may have other reasons.",),
            sources=("Campaign list of Marketing",),
        ),
    ),
)
