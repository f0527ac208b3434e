"""What the figures of Channel value and Budget mean that are no metrics: verdicts, payback, hindsight, curves."""

from __future__ import annotations

from sqlalchemy import func, select

from metrics.comparison.currency import currency
from metrics.definitions.meaning import Meaning
from metrics.query import value_basis
from warehouse.schema import response_curves, value_hindsight

METRICS = ("cac", "lifetime_value", "customers_acquired", "customers_valued")
VERDICTS = Meaning(
    terms=(
        (
            "Verdict",
            "Worth it or not worth it only where the 95% interval of lifetime value less cost leaves out 0, corrected "
            "for the number of groups (Holm); otherwise not clear. Not enough data yet: fewer than 30 customers. "
            "Where more than one in twenty campaign days has no recorded cost, "
            "there is no cost data and no verdict.",
        ),
        (
            "Value less cost",
            "Of those who joined in the days chosen, under the filters chosen: above or below 0 by the same rule. It may "
            "differ from the conclusion, which rests on more days and looks at complaints and leaving too; only what "
            "both say is praised or blamed.",
        ),
        (
            "At least, at most",
            "The 95% interval of the lifetime value: another such year could bring so much.",
        ),
        (
            "Conclusion",
            "One for each channel and campaign, the same on every page: value, complaints and leaving of the 24 months "
            "to the last day loaded, under no filter. Few carry it: clearly fewer than half bring what winning one cost.",
        ),
        ("Value ÷ cost", "Lifetime value divided by cost per customer; the dotted line of the picture is 3."),
        (
            "Payback",
            "The month since joining in which a customer's net revenue so far reaches the cost of winning one.",
        ),
    ),
)


def cohorts(earned: value_basis.Earnings, *, through_leads: bool) -> tuple[str, str]:
    """What the figures of the triangle mean, by what is known of costs and leads."""
    who = "in the month through a lead" if through_leads else "in the month"
    return (
        f"{earned.label} so far",
        f"Of those who joined {who}, those who left again too, added up over the months since and divided by how many "
        f"have lived through each. {earned.source}",
    )


VALUED = Meaning(
    terms=(
        (
            "Lifetime value",
            "Net revenue since joining and expected until the horizon has passed since then, of those who joined in "
            "the month and are valued, discounted to joining, on average.",
        ),
        ("Valued", "How many of those who joined have a lifetime value."),
        ("At least, at most", "The 95% interval of that mean."),
    ),
)
_newest = select(func.max(value_hindsight.c.predicted_on)).scalar_subquery()
HINDSIGHT = Meaning(
    terms=(
        (
            "Tenth of customers",
            "All customers of that day by the value predicted for them, in ten equal parts.",
        ),
        (
            "Predicted, came",
            "Net revenue of a customer in the twelve months after: expected then, and realised.",
        ),
        (
            "Inside their interval",
            "How many customers’ realised value lay in an 80% interval, widened by what others of their tenth missed.",
        ),
    ),
    reads=(
        select(value_hindsight)
        .where(value_hindsight.c.predicted_on == _newest)
        .order_by(value_hindsight.c.tenth),
    ),
)
BUDGET = Meaning(
    terms=(
        (
            "New customers a month",
            "What the channel's own weeks say so much spend wins: customers follow spend to a power between 0 and 1 that "
            "is learned within campaigns, so that a further campaign is not taken for more money in the same one. "
            "Customers count in the week their lead came; weeks younger than 100 days are left out. In brackets the 95% "
            "interval.",
        ),
        (
            "Lifetime value",
            "Those customers times the lifetime value of a customer the channel won in the two years before.",
        ),
        (
            f"Next {currency()} 100,000",
            "So much more in this channel alone, over twelve months, on top of its spend: the customers it adds, and "
            "their lifetime value less the money itself.",
        ),
        (
            "Conclusion",
            "The one conclusion on the channel, the same on every page: value, complaints and leaving of 24 months. The "
            "headline names only channels that it calls worth their cost, compared among themselves.",
        ),
        (
            "Likely best",
            "In how many of 4,000 draws from the intervals the channel leaves most value of all. A channel that would "
            "spend more a week than was ever seen takes no part.",
        ),
    ),
    reads=(select(response_curves).order_by(response_curves.c.channel),),
)
