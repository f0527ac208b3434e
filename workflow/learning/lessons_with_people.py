"""Working with people: listen, disagree, lead a discussion. A workshop of the same skill is where it is practised."""

from workflow.learning.exercises import JudgementExercise
from workflow.learning.lesson import Lesson

LESSONS = (
    Lesson(
        name="listen-first",
        tier="people",
        title="Listen before you explain",
        skill="Listening",
        text=(
            "Say back what the other said, in your own words, and wait for “yes, that is it”. Only then bring your "
            "own view. It takes a minute, and half of all disputes end there: the two meant different figures.\n\n"
            "Ask what the other needs the number for. Who asks for “all the data” has mostly one decision in mind.\n\n"
            "Questions that begin with “what” open; those that begin with “why” sound like blame."
        ),
        exercises=(
            JudgementExercise(
                question="Sales says that the leads are worthless. What is your first sentence?",
                options=(
                    "The acceptance rate is above plan",
                    "What do you see in the calls that makes you say so?",
                    "Why did you reject so many?",
                ),
                right="What do you see in the calls that makes you say so?",
                why="Which of these shows that you want to hear what happened?",
            ),
        ),
    ),
    Lesson(
        name="disagree-well",
        tier="people",
        title="Disagree about a figure, not a person",
        skill="Handling conflict",
        text=(
            "First make sure that both look at the same figure: same definition, days and filters. Pin it, so that "
            "it stays what it was.\n\n"
            "Then each side writes what it expects and by when. “It is the season” and “it is the update” predict "
            "different numbers in October. The date decides, not the louder voice.\n\n"
            "If you lead the discussion, belong to neither side."
        ),
        exercises=(
            JudgementExercise(
                question="Two departments read one fall of satisfaction in two ways. What settles it best?",
                options=(
                    "The department with more experience decides",
                    "Each writes what it expects by when, and the figure is read on that day",
                    "The middle between both views",
                ),
                right="Each writes what it expects by when, and the figure is read on that day",
                why="What would show to both that one of them was mistaken?",
            ),
        ),
    ),
    Lesson(
        name="lead-a-discussion",
        tier="people",
        title="Lead a discussion that ends in a decision",
        skill="Facilitating",
        text=(
            "Send the question and the figure the day before, not fifty slides. Begin with those who know least of "
            "power and most of the matter. Hear each department once before anybody speaks twice.\n\n"
            "Ten minutes before the end, say the decision aloud: who does what by when, and which figure shall "
            "move. If nobody objects, write it down there and then.\n\n"
            "What was not decided gets an owner and a day."
        ),
        exercises=(
            JudgementExercise(
                question="Ten minutes are left, and two people talk. What do you do?",
                options=(
                    "Let them finish",
                    "Say what seems to be agreed, with owner and day, and ask who objects",
                    "Plan another meeting",
                ),
                right="Say what seems to be agreed, with owner and day, and ask who objects",
                why="What will be on record when everybody has left the room?",
            ),
        ),
    ),
)
