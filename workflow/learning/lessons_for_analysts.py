"""Lessons for analysts: find, test and break down."""

from workflow.learning.exercises import JudgementExercise, OwnerExercise
from workflow.learning.figure_exercises import (
    FigureExercise,
    HypothesisExercise,
    ReportExercise,
    WorstStepExercise,
)
from workflow.learning.lesson import Lesson

LESSONS = (
    Lesson(
        name="where-it-leaks",
        tier="analysts",
        title="Find where the funnel leaks",
        text=(
            "The lowest step of a funnel is where most people are left behind, but it is not always the one to "
            "mend. A strict step early on saves work later.\n\n"
            "Follow the same people: “How far the leads of this period got” counts one group at every stage, so "
            "its shares are shares. “What happened in this period” sets different people beside each other.\n\n"
            "First find the lowest step. Then look whether it became worse, and only then ask which channel it "
            "comes from."
        ),
        exercises=(
            WorstStepExercise(
                question="Of the leads that came in the last full quarter: which step keeps the smallest share?",
                stages=(
                    ("Leads", "leads"),
                    ("MQL", "reached_mql"),
                    ("Accepted", "reached_accepted"),
                    ("SQL", "reached_sql"),
                    ("Opportunity", "reached_opportunity"),
                    ("Customer", "reached_won"),
                ),
                pages=("funnel",),
            ),
            FigureExercise(
                question="Which share of the cases of the last full quarter came back with the same matter?",
                metric="repeat_share",
                period="quarter",
                pages=("voice",),
            ),
            OwnerExercise(metric="lead_conversion"),
        ),
    ),
    Lesson(
        name="together-or-because",
        tier="analysts",
        title="Goes together with, or because of",
        text=(
            "Customers who use the app stay longer. Perhaps the app keeps them. Perhaps those who meant to stay "
            "installed it. The figure is the same in both cases.\n\n"
            "Two things that go together are a reason to test, never a result. Write “linked with” until people "
            "were assigned at random, and one group went without.\n\n"
            "The more pairs you look at, the more will seem linked: of twenty that are not, one looks so at 5%."
        ),
        exercises=(
            JudgementExercise(
                question="Customers called by their RM left less often. When may you write “because of the call”?",
                options=(
                    "When the difference is large",
                    "When it was so in two quarters",
                    "When chance decided who was called",
                ),
                right="When chance decided who was called",
                why="RMs may have called those who would have stayed anyway. What takes their choice away?",
            ),
        ),
    ),
    Lesson(
        name="break-it-down",
        tier="analysts",
        title="Break a figure down",
        text=(
            "A total can hide two opposite movements. Break it down before you explain it: by channel, segment "
            "or month, one thing at a time.\n\n"
            "With every further breakdown the groups get smaller, and small groups jump. Read n beside each "
            "share, and expect the smallest group to be the best or the worst by chance alone.\n\n"
            "If the parts all stayed but the total moved, the mix changed: more people in the group with the "
            "lower share."
        ),
        exercises=(
            ReportExercise(metric="churn_rate", breakdown="segment"),
            ReportExercise(metric="leads", breakdown="product"),
            JudgementExercise(
                question="Every segment kept its churn rate, yet the bank's rose. What happened?",
                options=(
                    "The figure is wrong",
                    "More customers are in a segment with a high rate",
                    "Customers left faster everywhere",
                ),
                right="More customers are in a segment with a high rate",
                why="No part moved. What else is a total made of?",
            ),
        ),
    ),
    Lesson(
        name="plan-a-test",
        tier="analysts",
        title="Plan how many people a test needs",
        text=(
            "A hypothesis names the figure, the direction and the smallest change worth finding, before anybody "
            "looks.\n\n"
            "Then work out the size. For a share p and a difference d, each of two groups needs about 16 × p × "
            "(1 − p) / d² people (Lehr's rule: 80% power at 5%). From 10% to 8%, d is 0.02: 16 × 0.1 × 0.9 / "
            "0.0004 = 3,600.\n\n"
            "Half the difference needs four times the people. If you do not have them, test something bolder, "
            "or do not test."
        ),
        exercises=(
            HypothesisExercise(
                choices=("churn_rate", "win_rate", "acceptance_rate", "early_complaints", "repeat_share"),
            ),
            JudgementExercise(
                question="You look for half the difference. How many people do you need?",
                options=("Half as many", "Twice as many", "Four times as many"),
                right="Four times as many",
                why="d stands squared below the line.",
            ),
        ),
    ),
)
