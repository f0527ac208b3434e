"""The application database: the tables people write. Transactional, apart from the bank's tables, never joined with them.

Who, when and why of every write stands in `audit_log`; rows that record what happened are only ever appended.
The keys of the bank that an application database row needs (customer, RM, team) are copied into it when it is written.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

APP_DB = MetaData()

users = Table(
    "users",
    APP_DB,
    Column("username", Text, primary_key=True),
    Column("full_name", Text, nullable=False, info={"personal": True}),
    Column("email", Text, info={"personal": True}),
    Column("role", Text, nullable=False),
    Column(
        "rm_id",
        Text,
        comment="For a relationship manager: her own number in the bank's tables.",
        info={"personal": True},
    ),
    Column("team", Text, comment="For a team lead: the team whose customers she sees."),
    Column(
        "password_hash",
        Text,
        nullable=False,
        comment="bcrypt; empty of whoever comes by single sign-on alone.",
        info={"secret": True},
    ),
    Column("disabled_at", DateTime),
    Column("created_at", DateTime, nullable=False),
    Column("must_change_password", Boolean, nullable=False, default=False),
    comment="People who may sign in.",
)

sessions = Table(
    "sessions",
    APP_DB,
    Column("token_hash", Text, primary_key=True, comment="SHA-256 of the cookie's random token."),
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    Column("started_at", DateTime, nullable=False),
    Column("seen_at", DateTime, nullable=False),
    Column("ended_at", DateTime, comment="Signed out, expired or revoked."),
    Column("ended_why", Text),
    Column(
        "awaits",
        Text,
        nullable=False,
        default="",
        comment="What is still to come before anything opens: code, or enrolment; empty once she is in.",
    ),
    Column("came_by", Text, nullable=False, default="password", comment="password or single_sign_on."),
    Index("sessions_of_user", "username"),
    comment="Who is signed in. A row is ended, never deleted.",
)

api_tokens = Table(
    "api_tokens",
    APP_DB,
    Column(
        "token_id",
        Text,
        primary_key=True,
        comment="Names it on screen and in the audit log; it opens nothing.",
    ),
    Column("token_hash", Text, nullable=False, comment="SHA-256 of the token itself, which is kept nowhere."),
    Column("username", Text, ForeignKey("users.username"), nullable=False),
    Column("title", Text, nullable=False, comment="What it is for, in its owner’s words."),
    Column("made_at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False),
    Column("ended_at", DateTime, comment="Revoked."),
    Column("ended_why", Text),
    Column("used_at", DateTime, comment="Its last question."),
    Column("minute", DateTime, comment="The minute in which its questions are counted."),
    Column("uses", Integer, nullable=False, comment="Questions in that minute."),
    UniqueConstraint("token_hash", name="api_tokens_token_hash"),
    Index("api_tokens_of_user", "username"),
    comment="With what programs ask in the name of a colleague. A row is ended, never deleted.",
)

second_factors = Table(
    "second_factors",
    APP_DB,
    Column("username", Text, ForeignKey("users.username"), primary_key=True),
    Column(
        "secret", Text, nullable=False, comment="Encrypted; the key lies elsewhere.", info={"secret": True}
    ),
    Column(
        "recovery_codes",
        JSON,
        nullable=False,
        comment="Keyed SHA-256 of each code left.",
        info={"secret": True},
    ),
    Column("last_step", Integer, comment="The half minute of the last code taken: none counts twice."),
    Column("enrolled_at", DateTime, nullable=False),
    comment="Who signs in with a code of an authenticator app besides the password.",
)

external_identities = Table(
    "external_identities",
    APP_DB,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True, comment="What the provider calls the person, for good."),
    Column("username", Text, ForeignKey("users.username"), nullable=False, unique=True),
    Column("linked_at", DateTime, nullable=False),
    Column(
        "confirmed_at", DateTime, comment="When the provider last let the person in, with the role of then."
    ),
    comment="Whose account somebody of a single sign-on provider has.",
)

sign_in_failures = Table(
    "sign_in_failures",
    APP_DB,
    Column("failure_id", Integer, primary_key=True),
    Column("username", Text, nullable=False, comment="As typed, cut to 64 characters."),
    Column("address", Text, nullable=False),
    Column("failed_at", DateTime, nullable=False),
    Index("failures_by_user", "username", "failed_at"),
    Index("failures_by_address", "address", "failed_at"),
    comment="Wrong sign-ins: the growing delay by user and by address is computed from these.",
)

alerts = Table(
    "alerts",
    APP_DB,
    Column("alert_id", Text, primary_key=True),
    Column("customer_id", Text, nullable=False),
    Column("rule", Text, nullable=False, comment="The rule's code."),
    Column("rm_id", Text, comment="Who works it; empty while it waits in the pool."),
    Column("customer_rm_id", Text, comment="Who looks after the customer; another RM may work the alert."),
    Column("team", Text),
    Column("segment", Text),
    Column("raised_on", Date, nullable=False, comment="The as-of day it was raised for."),
    Column("due_on", Date, nullable=False),
    Column("arm", Text, nullable=False, comment="treated, or held_out: kept back to measure the effect."),
    Column(
        "stratum",
        Text,
        comment="Segment, risk band and team within which the arm was assigned; empty where another rule's alert had "
        "assigned it.",
    ),
    Column("held_out_share", Float, comment="The share that was to be held out when the arm was assigned."),
    Column("probability", Float, comment="The churn model's probability when raised, if it was scored."),
    Column("value_at_stake", Float, comment="HKD at risk when raised: the balance with us."),
    Column("reasons", JSON, nullable=False, comment="The facts that raised it, as of raised_on."),
    Column("status", Text, nullable=False, comment="open, working or closed."),
    Column("snoozed_until", Date, comment="Out of the queue until this day; the day it is due stays."),
    Column("escalated_on", Date, comment="The day it was overdue and its team lead was told."),
    Column(
        "offered_on",
        Date,
        comment="The first day from raised_on on which the customer was offered something.",
    ),
    Column("closed_at", DateTime),
    Column("outcome", Text, comment="Why it was closed."),
    Column(
        "version", Integer, nullable=False, default=1, comment="Counts changes; two writers collide on it."
    ),
    Index(
        "one_open_alert_per_customer_and_rule",
        "customer_id",
        "rule",
        unique=True,
        sqlite_where=text("status <> 'closed'"),
        postgresql_where=text("status <> 'closed'"),
    ),
    Index("alerts_of_rm", "rm_id", "status"),
    comment="One open alert per customer and rule; closed ones stay.",
)

alert_steps = Table(
    "alert_steps",
    APP_DB,
    Column("step_id", Integer, primary_key=True),
    Column("alert_id", Text, ForeignKey("alerts.alert_id"), nullable=False),
    Column("customer_id", Text, nullable=False, comment="Copied, so that the row rule can narrow it."),
    Column("rm_id", Text),
    Column("customer_rm_id", Text),
    Column("team", Text),
    Column("step", Text, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("until", Date, comment="For a snooze: the day the alert comes back."),
    Column("corrects", Integer, comment="For a correction: the step that was undone."),
    Column("taken_by", Text, nullable=False),
    Column("taken_at", DateTime, nullable=False),
    Index("steps_of_alert", "alert_id"),
    comment="What was done about an alert; appended, never changed.",
)

rule_versions = Table(
    "rule_versions",
    APP_DB,
    Column("version_id", Integer, primary_key=True),
    Column("code", Text, nullable=False, comment="Which rule; its latest version counts."),
    Column("title", Text, nullable=False),
    Column("advice", Text, nullable=False),
    Column(
        "conditions",
        JSON,
        nullable=False,
        comment="Groups of attribute and threshold, all of a closed set, and how they join.",
    ),
    Column("within_capacity", Boolean, nullable=False),
    Column("due_days", Integer, comment="Days within which to call; empty for the bank's usual time."),
    Column("state", Text, nullable=False, comment="proposed, live or retired."),
    Column("would_flag", Integer, comment="How many customers it flagged when it went live, as was shown."),
    Column("why", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Index("versions_of_rule", "code", "version_id"),
    comment="What raises an alert, in versions; appended, never changed. No text of it is ever run.",
)

destinations = Table(
    "destinations",
    APP_DB,
    Column("destination_id", Integer, primary_key=True),
    Column("username", Text, ForeignKey("users.username"), nullable=False, comment="Whose view it carries."),
    Column("what", Text, nullable=False, comment="weekly, new_alerts or mentions."),
    Column("variable", Text, nullable=False, comment="The environment variable that holds the address."),
    Column("added_by", Text, nullable=False),
    Column("added_at", DateTime, nullable=False),
    Column("ended_at", DateTime, comment="Since when nothing is sent there."),
    comment="Where messages go. The address itself is a secret and never stands here.",
)

deliveries = Table(
    "deliveries",
    APP_DB,
    Column("delivery_id", Integer, primary_key=True),
    Column("destination_id", Integer, ForeignKey("destinations.destination_id"), nullable=False),
    Column("what", Text, nullable=False),
    Column("for_day", Date, nullable=False, comment="The day of the data it tells about."),
    Column("tries", Integer, nullable=False),
    Column("delivered", Boolean, nullable=False),
    Column(
        "said", Text, nullable=False, comment="What happened, in a sentence; never the address or the text."
    ),
    Column("at", DateTime, nullable=False),
    Column("letter", Text, comment="The letter of the outbox that was tried."),
    Index("deliveries_of_destination", "destination_id", "what", "for_day"),
    comment="Every message sent, or not sent; appended.",
)

outbox = Table(
    "outbox",
    APP_DB,
    Column("message_id", Integer, primary_key=True),
    Column("destination_id", Integer, ForeignKey("destinations.destination_id"), nullable=False),
    Column("what", Text, nullable=False, comment="weekly, new_alerts or mentions."),
    Column(
        "about",
        Text,
        nullable=False,
        comment="The Monday of the week or the day it is sent in, or the alert. No two messages of one kind to one "
        "destination are about the same.",
    ),
    Column("written_at", DateTime, nullable=False),
    Column("expires_at", DateTime, comment="From this moment on it is not sent any more."),
    Column(
        "letter",
        Text,
        comment="Messages sent together share it from the first try on; receivers can tell a repeat by it.",
    ),
    Column("sending_since", DateTime, comment="Set while a run sends it; left over, that run was stopped."),
    Column("failed_runs", Integer, nullable=False, comment="Runs that did not deliver it."),
    Column(
        "next_try_at", DateTime, comment="Not before this moment does a run of “messages deliver” try again."
    ),
    Column("sent_at", DateTime),
    Column("ended_at", DateTime, comment="When it was given up."),
    Column("ended_why", Text, comment="Why it was given up, in a sentence."),
    Column(
        "content",
        JSON(none_as_null=True),
        comment="The counts and customer numbers it was sent with.",
        info={"personal": True},
    ),
    UniqueConstraint("destination_id", "what", "about", name="each_due_message_once"),
    Index("messages_waiting", "sent_at", "ended_at"),
    comment="Messages that are due, written with the fact they are about; each is sent once or ended with a reason.",
)

offers = Table(
    "offers",
    APP_DB,
    Column("offer_id", Integer, primary_key=True),
    Column("alert_id", Text, ForeignKey("alerts.alert_id"), comment="The alert it was made on, if any."),
    Column("customer_id", Text, nullable=False, comment="Copied, so that the row rule can narrow it."),
    Column("rm_id", Text),
    Column("customer_rm_id", Text),
    Column("team", Text),
    Column("segment", Text),
    Column("offer", Text, nullable=False, comment="The offer's code."),
    Column("cost", Float, comment="What it costs the bank if taken, in HKD; empty when not known."),
    Column("offered_by", Text, nullable=False),
    Column("offered_at", DateTime, nullable=False),
    Index("offers_of_customer", "customer_id", "offered_at"),
    comment="What a customer was offered; appended, never changed. The answer is the alert's outcome.",
)

interactions = Table(
    "interactions",
    APP_DB,
    Column("interaction_id", Integer, primary_key=True),
    Column("customer_id", Text, nullable=False, comment="Copied, so that the row rule can narrow it."),
    Column("rm_id", Text),
    Column("customer_rm_id", Text),
    Column("team", Text),
    Column("kind", Text, nullable=False, comment="call, meeting, email or note; undone takes an entry back."),
    Column("happened_on", Date, nullable=False),
    Column("outcome", Text, nullable=False, default="", comment="What came of it; empty for a note."),
    Column("note", Text, nullable=False, default="", info={"personal": True}),
    Column("corrects", Integer, comment="For one that was undone: which entry."),
    Column("department", Text, nullable=False, comment="The author's, when it was logged."),
    Column("logged_by", Text, nullable=False),
    Column("logged_at", DateTime, nullable=False),
    Index("interactions_of_customer", "customer_id"),
    comment="Calls, meetings, e-mails and notes that colleagues logged for a customer; appended, never changed.",
)

customer_tasks = Table(
    "customer_tasks",
    APP_DB,
    Column("task_id", Integer, primary_key=True),
    Column("customer_id", Text, nullable=False, comment="Copied, so that the row rule can narrow it."),
    Column("rm_id", Text, comment="Who is to do it."),
    Column("customer_rm_id", Text),
    Column("team", Text),
    Column("title", Text, nullable=False, info={"personal": True}),
    Column("due_on", Date, nullable=False),
    Column("remind_on", Date, nullable=False, comment="From this day on it stands in the inbox."),
    Column("made_by", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("done_by", Text),
    Column("done_at", DateTime, comment="Empty while it is open."),
    Index("tasks_of_rm", "rm_id", "done_at"),
    Index("tasks_of_customer", "customer_id"),
    comment="What an RM is to do for a customer, with the day it is due; it escalates to nobody.",
)

book_transfers = Table(
    "book_transfers",
    APP_DB,
    Column("transfer_id", Integer, primary_key=True),
    Column("rm_id", Text, nullable=False, comment="Who has the book."),
    Column("customer_rm_id", Text, nullable=False, comment="Whose book it is."),
    Column("team", Text),
    Column("starts_on", Date, nullable=False),
    Column("why", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("ended_by", Text),
    Column("ended_at", DateTime, comment="Empty until it is handed back."),
    Column("ended_why", Text),
    Index("transfers_of_team", "team", "ended_at"),
    comment="Whole books of customers whose work another RM has for a time.",
)

experiment_looks = Table(
    "experiment_looks",
    APP_DB,
    Column("experiment", Text, primary_key=True),
    Column("look", Integer, primary_key=True, autoincrement=False, comment="1 for the first."),
    Column("look_on", Date, nullable=False, comment="The day up to which outcomes count."),
    Column(
        "after_the_fact",
        Boolean,
        nullable=False,
        comment="Whether outcomes of that day were there already when the look was planned.",
    ),
    Column("planned_by", Text, nullable=False),
    Column("planned_at", DateTime, nullable=False),
    comment="On which days an experiment is read: planned beforehand, never changed, and no other day counts.",
)

goals = Table(
    "goals",
    APP_DB,
    Column("goal_id", Integer, primary_key=True),
    Column("metric", Text, nullable=False, comment="A metric of the catalogue."),
    Column("target", Float, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("owner", Text, nullable=False),
    Column("set_at", DateTime, nullable=False),
    Column(
        "filters",
        Text,
        nullable=False,
        default="",
        comment="JSON, as text: it is compared.",
    ),
    Column(
        "revision", Integer, nullable=False, default=1, comment="Counts goals for the same figure and span."
    ),
    Column("baseline", Float, comment="The figure over the same span a year before, when it was set."),
    Column("linked_to", Text, nullable=False, default="", comment="revenue, cost or satisfaction."),
    Column("note", Text, nullable=False, default="", comment="Why it can be reached."),
    Column("set_by", Text, nullable=False, default=""),
    Column(
        "signing",
        JSON,
        nullable=False,
        default=[],
        comment="The departments that must sign. Empty: one department's goal, or from before signatures.",
    ),
    Column("supersedes", Integer, comment="The goal whose place it takes once it is in force."),
    Column("replaces_why", Text, nullable=False, default="", comment="Why it takes that goal's place."),
    UniqueConstraint(
        "metric", "filters", "starts_on", "ends_on", "revision", name="one_goal_per_figure_and_span"
    ),
    comment="A shared target for a metric over a period; never changed, only ended.",
)

goal_paths = Table(
    "goal_paths",
    APP_DB,
    Column("goal_id", Integer, ForeignKey("goals.goal_id"), primary_key=True, autoincrement=False),
    Column("starts_on", Date, primary_key=True, comment="First day of the part of a month."),
    Column("ends_on", Date, nullable=False),
    Column(
        "target", Float, nullable=False, comment="This part's share of the target; of a level, the level."
    ),
    comment="The way to a goal, month by month, as it was set.",
)

goal_endings = Table(
    "goal_endings",
    APP_DB,
    Column("goal_id", Integer, ForeignKey("goals.goal_id"), primary_key=True, autoincrement=False),
    Column("ended_at", DateTime, nullable=False),
    Column("ended_by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("superseded_by", Integer, comment="The goal that took its place, if one did."),
    comment="Goals that were given up or replaced before their time; appended, the goal itself stays.",
)

goal_signatures = Table(
    "goal_signatures",
    APP_DB,
    Column("goal_id", Integer, ForeignKey("goals.goal_id"), primary_key=True, autoincrement=False),
    Column("department", Text, primary_key=True),
    Column("verdict", Text, nullable=False, comment="signed or declined."),
    Column("note", Text, nullable=False, default=""),
    Column("signed_by", Text, nullable=False),
    Column("signed_at", DateTime, nullable=False),
    comment="What each department said about a goal they share; in force when all have signed.",
)

definitions = Table(
    "definitions",
    APP_DB,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("rule", Text, nullable=False, comment="JSON, as text: no two versions say the same."),
    Column("effective_on", Date, nullable=False, comment="For leads that come from this day on."),
    Column("why", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("department", Text, nullable=False, default="", comment="The author's, if it signs definitions."),
    Column("proposed_at", DateTime, nullable=False),
    comment="Versions of what “qualified” means from version 2 on; never changed.",
)

definition_signatures = Table(
    "definition_signatures",
    APP_DB,
    Column("version", Integer, ForeignKey("definitions.version"), primary_key=True, autoincrement=False),
    Column("department", Text, primary_key=True),
    Column("verdict", Text, nullable=False, comment="signed or declined."),
    Column("note", Text, nullable=False, default=""),
    Column("signed_by", Text, nullable=False),
    Column("signed_at", DateTime, nullable=False),
    Column("as_of", Date, nullable=False, comment="The last day loaded when it was signed."),
    comment="What each department said about a version; in force when both have signed.",
)

identity_rulings = Table(
    "identity_rulings",
    APP_DB,
    Column("ruling_id", Integer, primary_key=True),
    Column("verdict", Text, nullable=False, comment="join or split."),
    Column("source", Text, nullable=False, comment="The department or tool that keeps the record."),
    Column("record_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False, comment="Whom the record is, or is not."),
    Column("why", Text, nullable=False),
    Column("ruled_by", Text, nullable=False),
    Column("ruled_at", DateTime, nullable=False),
    Index("rulings_of_record", "source", "record_id"),
    comment="What a colleague decided about whose record it is; appended, the latest about a pair counts.",
)

lift_experiments = Table(
    "lift_experiments",
    APP_DB,
    Column("experiment_id", Integer, primary_key=True),
    Column("channel", Text, nullable=False, comment="In the bank's own words."),
    Column("population", Text, nullable=False, comment="Who took part, and how the groups were assigned."),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column(
        "estimate",
        Float,
        nullable=False,
        comment="The share of the population's wins that would not have come without the channel.",
    ),
    Column("low", Float, nullable=False, comment="Lower end of its 95% interval."),
    Column("high", Float, nullable=False, comment="Upper end of its 95% interval."),
    Column("source", Text, nullable=False, comment="Where the result can be read."),
    Column("campaign_id", Text, comment="The campaign it was about; empty where it was about the channel."),
    Column(
        "treated", Integer, comment="People treated; empty in entries of before, which have the share alone."
    ),
    Column("treated_won", Integer, comment="How many of the treated won."),
    Column("held_out", Integer, comment="People held out."),
    Column("held_out_won", Integer, comment="How many of those held out won."),
    Column(
        "replaces",
        Integer,
        ForeignKey("lift_experiments.experiment_id"),
        comment="The entry that this one corrects.",
    ),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", DateTime, nullable=False),
    comment="Results of lift experiments; appended, a correction names the entry it replaces.",
)

campaign_steps = Table(
    "campaign_steps",
    APP_DB,
    Column("step_id", Integer, primary_key=True),
    Column("campaign_id", Text, nullable=False),
    Column("step", Text, nullable=False, comment="planned, changed, analysed, closed or reopened."),
    Column("note", Text, nullable=False, comment="The plan, the analysis, or why."),
    Column("budget", Float, comment="Of a plan: what may be spent, in HKD."),
    Column("expected_wins", Integer, comment="Of a plan: contracts it should win."),
    Column("happened_on", Date, comment="Of a change: the day on which it was made."),
    Column("taken_by", Text, nullable=False),
    Column("taken_at", DateTime, nullable=False),
    Index("steps_of_campaign", "campaign_id"),
    comment="What happened to a campaign; appended, the latest plan and the latest state count.",
)

complaint_steps = Table(
    "complaint_steps",
    APP_DB,
    Column("step_id", Integer, primary_key=True),
    Column("ticket_id", Text, nullable=False),
    Column(
        "version", Integer, nullable=False, comment="Counts a complaint's steps; two writers collide on it."
    ),
    Column("step", Text, nullable=False, comment="taken, given, answered, to_rm, or taken_back."),
    Column(
        "owner", Text, nullable=False, comment="Whose complaint it is after the step; empty for nobody's."
    ),
    Column("note", Text, nullable=False),
    Column("corrects", Integer, comment="For a step taken back: the step that was undone."),
    Column("taken_by", Text, nullable=False),
    Column("taken_at", DateTime, nullable=False),
    UniqueConstraint("ticket_id", "version"),
    comment="What Service did about a complaint that waits; appended, never changed.",
)

lead_reviews = Table(
    "lead_reviews",
    APP_DB,
    Column("review_id", Integer, primary_key=True),
    Column("lead_id", Text, nullable=False),
    Column("campaign_id", Text, comment="Copied, so that it can be counted here."),
    Column("channel", Text),
    Column(
        "version", Integer, nullable=False, comment="Counts a lead's reviews; two reviewers collide on it."
    ),
    Column(
        "verdict", Text, nullable=False, comment="accepted, rejected, or taken_back: the one before is void."
    ),
    Column("reason", Text, nullable=False, comment="Why it was rejected; empty otherwise."),
    Column(
        "note", Text, nullable=False, default="", comment="The reason in words, where none of the list fits."
    ),
    Column("to_nurture", Boolean, nullable=False, comment="Given back to Marketing to come again later."),
    Column("reviewed_by", Text, nullable=False),
    Column("reviewed_at", DateTime, nullable=False),
    UniqueConstraint("lead_id", "version"),
    Index("reviews_by_day", "reviewed_at"),
    comment="What Sales decided about a lead; appended, the latest about a lead counts.",
)

annotations = Table(
    "annotations",
    APP_DB,
    Column("annotation_id", Integer, primary_key=True),
    Column("metric", Text, nullable=False, comment="A metric of the catalogue; empty for every metric."),
    Column("happened_on", Date, nullable=False),
    Column("said", Text, nullable=False, comment="What happened, in a few words."),
    Column("withdraws", Integer, comment="The annotation this row takes back; empty for an event."),
    Column("pinned_by", Text, nullable=False),
    Column("pinned_at", DateTime, nullable=False),
    comment="Events pinned to the charts of a metric; appended, an undo is a row of its own.",
)

acknowledgements = Table(
    "acknowledgements",
    APP_DB,
    Column("acknowledgement_id", Integer, primary_key=True),
    Column("metric", Text, nullable=False, comment="A metric of the catalogue."),
    Column("version", Text, nullable=False, comment="The version of its definition."),
    Column("department", Text, nullable=False),
    Column("acknowledged_by", Text, nullable=False),
    Column("acknowledged_at", DateTime, nullable=False),
    Index("acknowledged_once", "metric", "version", "department", unique=True),
    comment="Which department has read and accepts which version of a definition; appended.",
)

pinned_figures = Table(
    "pinned_figures",
    APP_DB,
    Column("pin_id", Integer, primary_key=True),
    Column("metric", Text, nullable=False, comment="A metric of the catalogue."),
    Column("definition", Text, nullable=False, comment="The version of its definition."),
    Column(
        "qualified", Text, nullable=False, comment="The rules of “qualified” it rests on; empty if on none."
    ),
    Column("filters", Text, nullable=False, comment="JSON, as text: it is part of what is hashed."),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("as_of", Date, nullable=False, comment="The last day loaded when it was pinned."),
    Column("snapshot", Text, nullable=False, comment="The snapshot it was read from."),
    Column("value", Float, nullable=False, comment="In the metric's own unit; a share between 0 and 1."),
    Column("low", Float, comment="Lower end of its 95% interval, where it has one."),
    Column("high", Float, comment="Upper end of its 95% interval."),
    Column("cases", Float, comment="Of a ratio: what it divides by."),
    Column(
        "audiences",
        Text,
        nullable=False,
        comment="The roles that could have asked it themselves, with a blank on both sides of each.",
    ),
    Column("content_hash", Text, nullable=False, unique=True, comment="SHA-256 over everything above."),
    Column("pinned_by", Text, nullable=False),
    Column("pinned_at", DateTime, nullable=False),
    comment="Figures as they stood when somebody began to talk about them; never changed, one row for one reading.",
)

records = Table(
    "records",
    APP_DB,
    Column("record_id", Integer, primary_key=True),
    Column("kind", Text, nullable=False, comment="observation, dispute, decision and so on."),
    Column("title", Text, nullable=False),
    Column("department", Text, nullable=False, comment="Of who opened it."),
    Column("pin_id", Integer, ForeignKey("pinned_figures.pin_id"), comment="The figure it is about."),
    Column("came_from", Integer, ForeignKey("records.record_id"), comment="The record it grew out of."),
    Column("customer_id", Text, comment="The customer it is about, if it is about one."),
    Column("rm_id", Text, comment="Copied with the next two, so that the row rule can narrow it."),
    Column("customer_rm_id", Text),
    Column("team", Text),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", DateTime, nullable=False),
    Index("records_of_kind", "kind"),
    Index("records_of_customer", "customer_id"),
    comment="What departments observe, dispute, decide and ask of each other. What becomes of it stands in its entries.",
)

record_entries = Table(
    "record_entries",
    APP_DB,
    Column("entry_id", Integer, primary_key=True),
    Column("record_id", Integer, ForeignKey("records.record_id"), nullable=False),
    Column("kind", Text, nullable=False, comment="Copied, so that the row rule can narrow it."),
    Column("version", Integer, nullable=False, comment="Counts its entries; two writers collide on it."),
    Column("step", Text, nullable=False, comment="opened, comment, or a step of its kind."),
    Column("state", Text, nullable=False, comment="Where the record stands after it."),
    Column("owner", Text, nullable=False, comment="The department whose turn it is after it."),
    Column("due_on", Date, comment="By when, after it."),
    Column("contents", JSON, nullable=False, comment="What was filled in, by the fields of the step."),
    Column("note", Text, nullable=False, default=""),
    Column("customer_id", Text, comment="The customer it is about, if it is about one."),
    Column("rm_id", Text, comment="Copied with the next two, so that the row rule can narrow it."),
    Column("customer_rm_id", Text),
    Column("team", Text),
    Column("department", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", DateTime, nullable=False),
    UniqueConstraint("record_id", "version", name="one_entry_per_version"),
    comment="What happened to a record, step by step; appended, never changed.",
)

record_mentions = Table(
    "record_mentions",
    APP_DB,
    Column("entry_id", Integer, ForeignKey("record_entries.entry_id"), primary_key=True, autoincrement=False),
    Column("username", Text, ForeignKey("users.username"), primary_key=True),
    Column("kind", Text, nullable=False, comment="Copied, so that the row rule can narrow it."),
    Index("mentions_of_user", "username"),
    comment="Who was named in an entry; appended.",
)

mention_answers = Table(
    "mention_answers",
    APP_DB,
    Column("entry_id", Integer, primary_key=True, autoincrement=False, comment="The entry that named her."),
    Column("answered_by", Text, primary_key=True),
    Column("answered_at", DateTime, nullable=False),
    comment="Mentions that who was named has dealt with; appended.",
)

record_files = Table(
    "record_files",
    APP_DB,
    Column("file_id", Integer, primary_key=True),
    Column("record_id", Integer, ForeignKey("records.record_id"), nullable=False),
    Column("kind", Text, nullable=False, comment="Copied, so that the row rule can narrow it."),
    Column("name", Text, nullable=False, comment="As its author called it, without folders."),
    Column("version", Integer, nullable=False, comment="The same name again is the next version."),
    Column("media_type", Text, nullable=False, comment="By its content, not by its name."),
    Column("size", Integer, nullable=False, comment="In bytes."),
    Column("sha256", Text, nullable=False),
    Column("shows", Text, nullable=False, comment="What it shows, in the words of its author."),
    Column("content", LargeBinary, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("added_at", DateTime, nullable=False),
    UniqueConstraint("record_id", "name", "version", name="one_file_per_version"),
    comment="Evidence and documents on records; appended, a further version never replaces the one before.",
)

record_links = Table(
    "record_links",
    APP_DB,
    Column("link_id", Integer, primary_key=True),
    Column("record_id", Integer, ForeignKey("records.record_id"), nullable=False),
    Column("kind", Text, nullable=False, comment="Copied, so that the row rule can narrow it."),
    Column("about", Text, nullable=False, comment="event or goal."),
    Column("target", Integer, nullable=False, comment="The number of that event or goal."),
    Column("linked_by", Text, nullable=False),
    Column("linked_at", DateTime, nullable=False),
    UniqueConstraint("record_id", "about", "target", name="one_link_per_target"),
    comment="What a record belongs to outside the records: the goal it talks about, the event that came of it; appended.",
)

meeting_packs = Table(
    "meeting_packs",
    APP_DB,
    Column("record_id", Integer, ForeignKey("records.record_id"), primary_key=True, autoincrement=False),
    Column(
        "audience",
        Text,
        primary_key=True,
        comment="The role, or the one RM or team, whose rights it was filled with.",
    ),
    Column("kind", Text, nullable=False, comment="Copied, so that the row rule can narrow it."),
    Column("as_of", Date, nullable=False, comment="The last day loaded when the meeting was recorded."),
    Column("sha256", Text, nullable=False, comment="Of the content."),
    Column("content", Text, nullable=False, comment="JSON, as text: the pack, letter by letter."),
    Column("kept_by", Text, nullable=False),
    Column("kept_at", DateTime, nullable=False),
    comment="What a meeting's pack said when the meeting was recorded, to each who could read it; never changed.",
)

test_assignments = Table(
    "test_assignments",
    APP_DB,
    Column("record_id", Integer, ForeignKey("records.record_id"), primary_key=True, autoincrement=False),
    Column("customer_id", Text, primary_key=True),
    Column("rm_id", Text, comment="Copied with the next two, so that the row rule can narrow it."),
    Column("customer_rm_id", Text),
    Column("team", Text),
    Column("stratum", Text, nullable=False, comment="Segment and team within which the arm was assigned."),
    Column(
        "arm",
        Text,
        nullable=False,
        comment="treated; held_out: without the change; reserve: in neither.",
    ),
    Column(
        "seed",
        Text,
        nullable=False,
        comment="Of the draw. Who knew it could work out who is kept without the change.",
        info={"secret": True},
    ),
    Column("assigned_by", Text, nullable=False),
    Column("assigned_at", DateTime, nullable=False),
    Index("assignments_of_customer", "customer_id"),
    comment="Who is in which group of the agreed test of a dispute; drawn once, never changed.",
)

lesson_results = Table(
    "lesson_results",
    APP_DB,
    Column("username", Text, primary_key=True, info={"personal": True}),
    Column("lesson", Text, primary_key=True, comment="A lesson of `workflow.learning.lessons`."),
    Column(
        "version",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="Of the lesson, when it was passed.",
    ),
    Column(
        "round",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="1 for the first time; the next once a certificate is to be renewed.",
    ),
    Column("department", Text, nullable=False, comment="Where the colleague worked then."),
    Column("passed_at", DateTime, nullable=False),
    comment="Lessons that colleagues have passed; appended. Everybody reads her own, and counts by department; a team "
    "lead reads who of her team is stuck, and at which lesson.",
)

certificates = Table(
    "certificates",
    APP_DB,
    Column("username", Text, primary_key=True, info={"personal": True}),
    Column("tier", Text, primary_key=True, comment="Whose lessons were passed: analysts."),
    Column("round", Integer, primary_key=True, autoincrement=False, comment="1 for the first."),
    Column("lessons", Integer, nullable=False, comment="How many lessons it was issued for."),
    Column("right_at_once", Integer, nullable=False, comment="How many of them at the first answer."),
    Column("valid_until", Date, nullable=False),
    Column("issued_at", DateTime, nullable=False),
    comment="Certificates of colleagues who have passed all lessons of a tier; appended. Everybody reads her own.",
)

pulse_rounds = Table(
    "pulse_rounds",
    APP_DB,
    Column("round_id", Integer, primary_key=True, autoincrement=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", DateTime, nullable=False),
    Column("closes_on", Date, nullable=False, comment="The last day on which somebody can answer."),
    comment="Rounds of the staff pulse: the same short questions, asked again.",
)

pulse_counts = Table(
    "pulse_counts",
    APP_DB,
    Column("round_id", Integer, primary_key=True, autoincrement=False),
    Column("department", Text, primary_key=True),
    Column("question", Text, primary_key=True, comment="A question of `workflow.collaboration.pulse`."),
    Column("score", Integer, primary_key=True, autoincrement=False, comment="1 to 5."),
    Column("answers", Integer, nullable=False),
    comment="How many colleagues of a department gave which score: counted up, so that no row is anybody's answer.",
)

pulse_participants = Table(
    "pulse_participants",
    APP_DB,
    Column("round_id", Integer, primary_key=True, autoincrement=False),
    Column("username", Text, primary_key=True, info={"personal": True}),
    comment="Who has answered a round, so that nobody answers twice; kept apart from what was answered.",
)

row_changes = Table(
    "row_changes",
    APP_DB,
    Column("change_id", Integer, primary_key=True),
    Column("snapshot", Text, nullable=False, comment="The snapshot that the load made."),
    Column("loaded_at", DateTime, nullable=False),
    Column("table_name", Text, nullable=False),
    Column("dated_by", Text, nullable=False, comment="The column that puts the rows into the month."),
    Column("month_on", Date, nullable=False, comment="The first day of the month."),
    Column("change", Text, nullable=False, comment="added, gone or changed."),
    Column("column_name", Text, nullable=False, comment="Of a change: the column; empty otherwise."),
    Column("row_count", Integer, nullable=False),
    Index("changes_by_load", "loaded_at"),
    comment="What a load changed in days that were loaded before: rows that came late, went, or read differently.",
)

page_days = Table(
    "page_days",
    APP_DB,
    Column("day", Date, primary_key=True),
    Column("department", Text, primary_key=True),
    Column("page", Text, primary_key=True, comment="By its address."),
    comment="On which day somebody of a department opened a page; who it was is not kept.",
)

erasures = Table(
    "erasures",
    APP_DB,
    Column("erasure_id", Integer, primary_key=True),
    Column("person", Text, nullable=False, comment="Keyed SHA-256 of the customer number."),
    Column("ground", Text, nullable=False, comment="Why it had to be done: a ground of `workflow.privacy`."),
    Column("why", Text, nullable=False, comment="The reference of the request; no name and no number."),
    Column("certificate", JSON, nullable=False, comment="Store by store what was removed or kept, and why."),
    Column("erased_by", Text, nullable=False),
    Column("erased_at", DateTime, nullable=False),
    Column(
        "finished_at", DateTime, comment="When the bank without the person was served; empty if it never was."
    ),
    comment="Erasures of one person each, with their certificates; appended. No row says who it was.",
)

erased_keys = Table(
    "erased_keys",
    APP_DB,
    Column("kind", Text, primary_key=True, comment="customer, lead, ticket, record, email or phone."),
    Column("key_hash", Text, primary_key=True, comment="Keyed SHA-256 of what a source calls the person."),
    Column("erasure_id", Integer, ForeignKey("erasures.erasure_id"), nullable=False),
    comment="By what a later load knows rows of somebody who was erased; nobody can be read from it.",
)

audit_log = Table(
    "audit_log",
    APP_DB,
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("happened_at", DateTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("chain", Text, nullable=False, comment="Keyed SHA-256 over this line and the line before."),
    comment="Every write, and every refused look: appended, chained, so a removed line is found.",
)

outside_benchmarks = Table(
    "outside_benchmarks",
    APP_DB,
    Column("benchmark_id", Integer, primary_key=True),
    Column("metric", Text, nullable=False, comment="A metric of the catalogue."),
    Column("value", Float, nullable=False, comment="In the metric's own unit; a share between 0 and 1."),
    Column("source", Text, nullable=False, comment="Who published it, and where it can be read."),
    Column("published_on", Date, nullable=False),
    Column("population", Text, nullable=False, comment="Whom it was measured on."),
    Column("replaces", Integer, comment="The entry that this one corrects or withdraws."),
    Column("withdrawn", Boolean, nullable=False, default=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", DateTime, nullable=False),
    comment="Figures of others to stand beside ours; appended, a correction names the entry it replaces.",
)

planned_tests = Table(
    "planned_tests",
    APP_DB,
    Column("test_id", Integer, primary_key=True),
    Column("question", Text, nullable=False, comment="What it shall answer, in a sentence."),
    Column("base_rate", Float, nullable=False, comment="How often it happens now, 0 to 1."),
    Column(
        "smallest_effect", Float, nullable=False, comment="The relative change worth finding, such as -0.1."
    ),
    Column("per_arm", Integer, nullable=False, comment="People needed in each of the two groups."),
    Column("planned_by", Text, nullable=False),
    Column("planned_at", DateTime, nullable=False),
    comment="Tests planned because two things were seen to go together; appended, never changed.",
)

saved_reports = Table(
    "saved_reports",
    APP_DB,
    Column("report_id", Text, primary_key=True, comment="Part of its link."),
    Column("title", Text, nullable=False),
    Column("metric", Text, nullable=False),
    Column("breakdown", Text, comment="A dimension, or month; empty for one figure."),
    Column("across", Text, comment="A second dimension, or month, whose values are the table's columns."),
    Column("filters", Text, nullable=False, comment="JSON, as text: nobody saves the same report twice."),
    Column(
        "period", Text, nullable=False, comment="A word of the filter bar, so that a report moves with time."
    ),
    Column("chart", Text, nullable=False, comment="bars, line or table."),
    Column("saved_by", Text, nullable=False),
    Column("saved_at", DateTime, nullable=False),
    Column("retired_at", DateTime, comment="Taken off the list; its link still opens."),
    comment="Questions people put together and keep. They hold no figures: each opening computes them again, with "
    "the rights of whoever opens it.",
)

dashboards = Table(
    "dashboards",
    APP_DB,
    Column("dashboard_id", Text, primary_key=True, comment="Part of its link."),
    Column("title", Text, nullable=False),
    Column("reports", Text, nullable=False, comment="JSON: the numbers of saved reports, in their order."),
    Column("shared", Boolean, nullable=False, comment="On everybody's list."),
    Column("saved_by", Text, nullable=False),
    Column("saved_at", DateTime, nullable=False),
    Column("retired_at", DateTime, comment="Taken off the list."),
    comment="Saved reports beside each other, as somebody arranged them. They hold no figures.",
)

saved_views = Table(
    "saved_views",
    APP_DB,
    Column("view_id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("page", Text, nullable=False, comment="The address of its page, such as funnel."),
    Column("address", Text, nullable=False, comment="JSON: word of the address to its values."),
    Column("shared", Boolean, nullable=False, comment="On the list of everybody who has the page."),
    Column("saved_by", Text, nullable=False),
    Column("saved_at", DateTime, nullable=False),
    Column("retired_at", DateTime, comment="Taken off the list."),
    comment="Pages as people keep them: period, filters and what else stands in the address, and no figure.",
)

start_views = Table(
    "start_views",
    APP_DB,
    Column("username", Text, primary_key=True, info={"personal": True}),
    Column("view_id", Text, comment="A saved view; empty for Today."),
    Column("chosen_at", DateTime, nullable=False),
    comment="The view with which a colleague begins after signing in.",
)

issued_reviews = Table(
    "issued_reviews",
    APP_DB,
    Column("quarter", Text, primary_key=True, comment="Such as 2026Q2."),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("issued_at", DateTime, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("why", Text, nullable=False, default="", comment="Why a later version was issued."),
    Column("snapshot", Text, nullable=False, comment="The snapshot its figures were read from."),
    Column("as_of", Date, nullable=False, comment="The last day loaded when it was issued."),
    comment="Quarterly reviews as they were issued: a version is never changed, a better one is the next.",
)

issued_review_contents = Table(
    "issued_review_contents",
    APP_DB,
    Column("quarter", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("audience", Text, primary_key=True, comment="The role whose rights it was read with."),
    Column("content", Text, nullable=False, comment="JSON, as text: what was issued, letter by letter."),
    comment="What an issued review says to each audience: nobody is shown what her role could not have asked.",
)

REVIEW_AUDIENCES = {
    "executive": "executive",
    "analyst": "executive",
    "marketing": "marketing",
    "sales": "sales",
}
"""Role → whose content of an issued review it reads: analysts read what was presented to the executives."""
