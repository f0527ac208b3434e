"""The path of relationship managers: ten minutes on invented customers, from the list to the word with Service."""

from workflow.learning.exercises import JudgementExercise
from workflow.learning.lesson import Lesson

LESSONS = (
    Lesson(
        name="whom-to-call-first",
        tier="relationship",
        title="Whom to call first",
        text=(
            "Your list stands in the order to work it: what a customer has with us, times the chance of leaving. "
            "Who would cost us most on average stands first, not who is richest, and not who is likeliest to go.\n\n"
            "The order is a proposal. What you know and the data do not comes first: if somebody rang you yesterday, "
            "start there, and note it.\n\n"
            "Three invented customers:"
        ),
        sample=(
            ("Customer", "With us", "Chance of leaving"),
            ("Mrs Sample", "HKD 2,000,000", "3 in 10"),
            ("Mr Example", "HKD 5,000,000", "1 in 20"),
            ("Ms Invented", "HKD 400,000", "6 in 10"),
        ),
        exercises=(
            JudgementExercise(
                question="Who stands first on the list?",
                options=("Mrs Sample", "Mr Example", "Ms Invented"),
                right="Mrs Sample",
                why="Take each amount times the chance. Three in ten of two million is 600,000.",
            ),
        ),
        pages=("customer-health",),
    ),
    Lesson(
        name="why-on-my-list",
        tier="relationship",
        title="Why a customer is on it",
        text=(
            "Each customer on the list has reasons, with a number and a day. They say what goes together with "
            "leaving, not what the customer thinks. Never read them out; ask.\n\n"
            "A reason may be wrong: a transfer to buy a flat looks like money going elsewhere. When it is, record "
            "“The alert was wrong”. The rule’s owner sees how often that happens.\n\n"
            "An invented customer:"
        ),
        sample=(
            ("Reason", "Since"),
            ("Savings down by HKD 300,000", "12 days ago"),
            ("1 open complaint", "9 days ago"),
            ("No sign-in to the app", "40 days ago"),
        ),
        exercises=(
            JudgementExercise(
                question="How do you begin the call?",
                options=(
                    "I see that you took out HKD 300,000",
                    "I have seen your complaint and want to hear how it stands",
                    "Our system says that you may leave us",
                ),
                right="I have seen your complaint and want to hear how it stands",
                why="Which of the reasons did the customer tell the bank herself?",
            ),
        ),
        pages=("customer-health",),
    ),
    Lesson(
        name="may-i-offer",
        tier="relationship",
        title="May I make an offer?",
        text=(
            "Four things come before any offer, in this order. Who has left gets none. An open complaint is settled "
            "first. Without a consent that was given there is no offer; silence is not consent. And nobody is "
            "contacted twice in a week, whichever department it was.\n\n"
            "Concord shows the offer only where all four allow it, and says why where they do not. You may always "
            "call to help.\n\n"
            "Three invented customers:"
        ),
        sample=(
            ("Customer", "Consent", "Complaint", "Contacted"),
            ("Mrs Sample", "given", "open", "20 days ago"),
            ("Mr Example", "given", "none", "15 days ago"),
            ("Ms Invented", "not given", "none", "60 days ago"),
        ),
        exercises=(
            JudgementExercise(
                question="To whom may you make an offer today?",
                options=("Mrs Sample", "Mr Example", "Ms Invented", "All three"),
                right="Mr Example",
                why="Go through the four in their order: left, complaint, consent, contact.",
            ),
        ),
        pages=("customer-health",),
    ),
    Lesson(
        name="record-the-call",
        tier="relationship",
        title="Record what happened",
        text=(
            "Press what happened, right after the call: you spoke, the customer accepted or declined, or not now. "
            "With “Not now, remind me later” the customer comes back on the day you choose; the day it is due "
            "stays.\n\n"
            "A wrong step can be undone; both stay in the history. What you record is what tells the bank whether "
            "calls help, so a “declined” is worth as much as an “accepted”.\n\n"
            "Nobody is ranked by it."
        ),
        exercises=(
            JudgementExercise(
                question="Ms Invented asks you to ring again on Friday. What do you record?",
                options=(
                    "Customer declined",
                    "Not now, remind me later, with Friday",
                    "Nothing until Friday",
                ),
                right="Not now, remind me later, with Friday",
                why="She has not said no, and what is not recorded is forgotten.",
            ),
        ),
        pages=("customer-health",),
    ),
    Lesson(
        name="hand-to-service",
        tier="relationship",
        title="Hand it to Service, and get it back",
        text=(
            "A lost card or a failed sign-in is Service’s to mend. On the customer’s page you open a case: what is "
            "wrong, in a sentence. It gets an owner and a day, both of you see it, and the answer comes back to "
            "you.\n\n"
            "Do not promise a day that is not yours. Say who does it, and by when the case is due.\n\n"
            "What other departments should know of the customer goes into a note."
        ),
        exercises=(
            JudgementExercise(
                question="Mr Example cannot sign in, and has an alert as well. What comes first?",
                options=(
                    "The offer, while he is on the phone",
                    "A case for Service, and a word on when it is due",
                    "A note for whoever reads it",
                ),
                right="A case for Service, and a word on when it is due",
                why="What did he ring about, and who can mend it?",
            ),
        ),
        pages=("customer-health",),
    ),
)
