"""What a lift test measured, from its four counts: how many wins would not have come without the treatment.

The difference of two shares with Newcombe's interval (Stat. Med. 17, 1998, 873-890, method 10). Times the treated it is
wins; divided by the wins of the treated it is the share of them that an attribution model's credit is compared with.
"""

from __future__ import annotations

from dataclasses import dataclass

from statsmodels.stats.proportion import confint_proportions_2indep

from models.evaluation.prediction_metrics import PredictionMetric

FEWEST_FOR_AN_INTERVAL = 10
"""With fewer who won, or fewer who did not, in either group the difference is chance."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Of so many treated and so many held out, how many won."""

    treated: int
    treated_won: int
    held_out: int
    held_out_won: int

    @property
    def fewest(self) -> int:
        """The smallest of the four groups: won or not, treated or held out."""
        return min(
            self.treated_won,
            self.held_out_won,
            self.treated - self.treated_won,
            self.held_out - self.held_out_won,
        )

    @property
    def are_too_few(self) -> bool:
        """Too few for an interval; whether so few may be shown is the bank's smallest cell."""
        return self.fewest < FEWEST_FOR_AN_INTERVAL

    def points(self) -> PredictionMetric:
        """The share of the treated who won less that of the held out, with its 95% interval."""
        low, high = confint_proportions_2indep(
            self.treated_won,
            self.treated,
            self.held_out_won,
            self.held_out,
            method="newcomb",
            compare="diff",
        )
        value = self.treated_won / self.treated - self.held_out_won / self.held_out
        return PredictionMetric(value=value, low=float(low), high=float(high))

    def share_of_wins(self) -> PredictionMetric:
        """Of the wins of the treated, the share that would not have come; below 0 where the held out won more often.

        Needs `treated_won` > 0.
        """
        points, rate = self.points(), self.treated_won / self.treated
        return PredictionMetric(value=points.value / rate, low=points.low / rate, high=points.high / rate)
