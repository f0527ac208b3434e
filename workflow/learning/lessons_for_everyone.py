"""Lessons for everyone: read a figure, compare what is alike, and talk about it."""

from workflow.learning.exercises import JudgementExercise, OwnerExercise
from workflow.learning.figure_exercises import FigureExercise, ReportExercise
from workflow.learning.lesson import Lesson

LESSONS = (
    Lesson(
        name="read-a-figure",
        tier="everyone",
        title="Read a figure",
        text=(
            "A figure never stands alone. Its card says what it is called, what it says, and how it moved "
            "against the period before. The caption under the filters says which days those are.\n\n"
            "Better or worse is said in words, and only where the difference is larger than chance. “No "
            "significant change” means that the two periods could well be the same. “Not known” is not nought: "
            "the bank did not give what the figure needs.\n\n"
            "The question mark beside a name says what the figure counts. Explain, below a table, says from "
            "which tables and files it comes."
        ),
        exercises=(
            FigureExercise(
                question="How many leads came in the last full month?", metric="leads", pages=("funnel",)
            ),
            FigureExercise(
                question="How many service cases were opened in the last full month?",
                metric="cases_opened",
                pages=("voice",),
            ),
            OwnerExercise(metric="churn_rate"),
        ),
    ),
    Lesson(
        name="one-meaning",
        tier="everyone",
        title="One word, one meaning",
        text=(
            "Marketing and Sales may both say “conversion” and count different things. So each figure has one "
            "name, one sentence and one owner, and they stand in the Dictionary.\n\n"
            "When a number looks wrong, read its definition first. Often two people have two figures in mind. "
            "The Dictionary lists such words under “One word, several figures”.\n\n"
            "A definition changes only in versions. Your department accepts a version there, so that everybody "
            "sees who agreed to what."
        ),
        exercises=(OwnerExercise(metric="early_complaints"),),
    ),
    Lesson(
        name="fair-periods",
        tier="everyone",
        title="Compare what is alike",
        text=(
            "Ten days of June against the whole of May says nothing. Concord compares a period with as many "
            "days directly before it, or whole months with whole months.\n\n"
            "Some things need time. A lead from yesterday has had no chance to sign. So the newest months are "
            "marked as still growing, and early complaints are known only 90 days after somebody joined.\n\n"
            "Before you write that something fell, check that both sides had the same time."
        ),
        exercises=(
            JudgementExercise(
                question="On 12 June somebody says that deals fell by half against May. What do you answer?",
                options=(
                    "Sales is slower this month",
                    "June is not over, so compare 12 days with 12 days",
                    "Leave June out of every chart",
                ),
                right="June is not over, so compare 12 days with 12 days",
                why="Twelve days stand beside thirty-one. What would be as long on both sides?",
            ),
        ),
    ),
    Lesson(
        name="noise",
        tier="everyone",
        title="When a difference is no difference",
        text=(
            "Toss a coin a hundred times, then again: 52 heads, then 47. The coin has not changed. Figures "
            "about few people jump in the same way.\n\n"
            "An interval says how far the truth may lie from what was counted. If the interval of a difference "
            "reaches from below nought to above it, both directions are possible, and nobody should act on it.\n\n"
            "“Not enough data yet” is a good answer. It says what it rests on (n), and more months will tell."
        ),
        exercises=(
            JudgementExercise(
                question="Complaints changed by +3 points, with an interval from −2 to +8 points. What can you say?",
                options=(
                    "Complaints rose by 3 points",
                    "Nothing changed at all",
                    "They may have risen or fallen: no significant change",
                ),
                right="They may have risen or fallen: no significant change",
                why="Look at both ends of the interval: what would −2 mean, and what +8?",
            ),
        ),
    ),
    Lesson(
        name="keep-a-report",
        tier="everyone",
        title="Keep a question, not a picture",
        text=(
            "A screenshot is old the next day. A saved report keeps the question: which figure, by what, over "
            "which period. Whoever opens its link gets today's answer, with the rights of her own role.\n\n"
            "Build one in three steps on Reports, give it a title that says what it is for, and send the link "
            "instead of a picture. A colleague who may not see the figure is told so, and whom to ask.\n\n"
            "Under every figure stands Discuss: there you talk about it where everybody else reads it."
        ),
        exercises=(
            ReportExercise(metric="leads", breakdown="channel"),
            ReportExercise(metric="cases_opened", breakdown="segment"),
            JudgementExercise(
                question="A colleague opens the link to your saved report. Whose rights decide what she sees?",
                options=("Mine, for I saved it", "Her own", "The administrator's"),
                right="Her own",
                why="A link holds no right. Who is asking when she opens it?",
            ),
        ),
    ),
)
