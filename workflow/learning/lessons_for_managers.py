"""Lessons for managers: judge a target, an effect and a decision."""

from workflow.learning.exercises import JudgementExercise
from workflow.learning.figure_exercises import FigureExercise
from workflow.learning.lesson import Lesson

LESSONS = (
    Lesson(
        name="target-and-pace",
        tier="managers",
        title="Judge a target by its pace",
        text=(
            "A goal has a figure, a target, a last day and a plan for the way there. “Behind plan” compares "
            "today with the plan of today, not with the target.\n\n"
            "The forecast is an interval. If the target lies inside it, the goal is open; if the whole interval "
            "lies below, ask what changes, not whether people try hard.\n\n"
            "Two goals can pull against each other: more leads and a higher acceptance rate, for one. Goals "
            "says which."
        ),
        exercises=(
            FigureExercise(
                question="What was the churn rate of the last full quarter, in percent?",
                metric="churn_rate",
                period="quarter",
            ),
            JudgementExercise(
                question="The target is 4,500, and the forecast is 3,900 to 4,700. How does the goal stand?",
                options=("It will be met", "It may be met or missed", "It will be missed"),
                right="It may be met or missed",
                why="Where does the target lie: below, inside or above the forecast?",
            ),
        ),
    ),
    Lesson(
        name="did-it-work",
        tier="managers",
        title="Did it work, or would it have happened anyway?",
        text=(
            "Of the customers who were called, most stay. Of those nobody called, most stay, too. What the call "
            "did is the difference between the two groups, and nothing else.\n\n"
            "That is why some alerts are held out: chance picks customers whom nobody is told of. It feels "
            "hard, and it is the only way to know.\n\n"
            "Impact shows the difference with its interval, and how many more people it takes. Until the "
            "planned day, do not look for a result."
        ),
        exercises=(
            JudgementExercise(
                question="90 of 100 called customers stayed, and 88 of 100 held out. What did the calls bring?",
                options=(
                    "They saved 90 customers",
                    "2 more of 100 at most, which may be chance",
                    "They brought nothing",
                ),
                right="2 more of 100 at most, which may be chance",
                why="How many of the called would have stayed without a call?",
            ),
        ),
    ),
    Lesson(
        name="decide-and-check",
        tier="managers",
        title="Decide so that it can be checked",
        text=(
            "A decision that nobody can check is a wish. Write which figure shall move, in which direction, by "
            "when, and who looks on that day.\n\n"
            "Keep it under Decisions, with the figure pinned as it stands. On its day it comes back to your "
            "department's inbox: it worked, it did not, or it cannot be told.\n\n"
            "A decision that turned out wrong and is on record helps the next one more than a success that "
            "nobody wrote down."
        ),
        exercises=(
            JudgementExercise(
                question="Which of these can be checked?",
                options=(
                    "We shall take complaints more seriously",
                    "Early complaints fall below 4% by 30 September; Service looks on 1 October",
                    "Service improves complaints soon",
                ),
                right="Early complaints fall below 4% by 30 September; Service looks on 1 October",
                why="Look for a figure, a direction, a day and somebody who looks.",
            ),
        ),
    ),
)
