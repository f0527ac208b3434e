"""A day in another department: what its people do, and the figures they are asked about."""

from workflow.learning.exercises import JudgementExercise, OwnerExercise
from workflow.learning.figure_exercises import FigureExercise
from workflow.learning.lesson import Lesson

LESSONS = (
    Lesson(
        name="day-in-sales",
        tier="departments",
        title="A day in Sales",
        text=(
            "The morning begins with leads that Marketing called qualified. Each has a clock in working hours until "
            "the first contact. A lead is accepted or rejected, with a reason that goes back to its campaign the "
            "same day.\n\n"
            "A thin note costs ten minutes before each call. A promise in an advertisement that the product does "
            "not keep costs the deal.\n\n"
            "What helps Sales: the note says what the person read and asked for."
        ),
        figures=("acceptance_rate", "sla_met", "win_rate"),
        exercises=(
            FigureExercise(
                question="Which share of the decided leads did Sales accept in the last full quarter, in percent?",
                metric="acceptance_rate",
                period="quarter",
                pages=("lead-hand-off",),
            ),
            OwnerExercise(metric="win_rate"),
        ),
    ),
    Lesson(
        name="day-in-service",
        tier="departments",
        title="A day in Service",
        text=(
            "Calls come in waves: after a campaign, an app update, a statement. Each case has a first reply and an "
            "end. Who comes back with the same matter was not helped the first time.\n\n"
            "Service hears first what is wrong, and rarely who decided it. A week’s notice before a campaign, with "
            "the offer and its last day, saves a hundred calls that nobody can answer.\n\n"
            "What helps Service: to be told before."
        ),
        figures=("cases_opened", "resolution_median", "repeat_share", "csat"),
        exercises=(
            FigureExercise(
                question="How many service cases were opened in the last full month?",
                metric="cases_opened",
                pages=("voice",),
            ),
            OwnerExercise(metric="repeat_share"),
        ),
    ),
    Lesson(
        name="day-in-marketing",
        tier="departments",
        title="A day in Marketing",
        text=(
            "A campaign is planned weeks before anybody sees it: whom, with which message, by which channel, at "
            "what cost. Whoever gave no consent is left out, and whoever was contacted lately.\n\n"
            "Whether it worked is known late. A lead may sign after two months, and several campaigns may have "
            "met the same person.\n\n"
            "What helps Marketing: reasons for rejected leads in plain words, and what customers say at the desk."
        ),
        figures=("leads", "mql", "cac", "early_complaints"),
        exercises=(
            FigureExercise(
                question="How many leads came in the last full month?", metric="leads", pages=("funnel",)
            ),
            OwnerExercise(metric="mql"),
        ),
    ),
    Lesson(
        name="day-in-it",
        tier="departments",
        title="A day in IT",
        text=(
            "Each night every department’s files arrive, are checked and joined, all or nothing. If one file "
            "is late or broken, yesterday’s data stay, and each page says how old they are.\n\n"
            "A column that was renamed in a hurry stops the whole night. A word a day before costs nothing.\n\n"
            "IT’s figures stand on Data status, not in the Dictionary: which loads came in time, which checks "
            "failed, which records could be matched to a person."
        ),
        exercises=(
            JudgementExercise(
                question="You rename a column in the file you deliver. Whom do you tell, and when?",
                options=(
                    "Nobody, the name is clearer",
                    "IT, the day before",
                    "IT, when the night has failed",
                ),
                right="IT, the day before",
                why="What happens to everybody’s data if the night meets a column that it does not have?",
            ),
        ),
        pages=("data-status",),
    ),
)
