"""All tables of the application database as the first release makes them, as Alembic writes them from the program's own.

Until that release a change of the tables is made here and there; from then on each is a step of its own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table('acknowledgements',
    sa.Column('acknowledgement_id', sa.Integer(), nullable=False),
    sa.Column('metric', sa.Text(), nullable=False, comment='A metric of the catalogue.'),
    sa.Column('version', sa.Text(), nullable=False, comment='The version of its definition.'),
    sa.Column('department', sa.Text(), nullable=False),
    sa.Column('acknowledged_by', sa.Text(), nullable=False),
    sa.Column('acknowledged_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('acknowledgement_id'),
    comment='Which department has read and accepts which version of a definition; appended.'
    )
    op.create_index('acknowledged_once', 'acknowledgements', ['metric', 'version', 'department'], unique=True)
    op.create_table('alerts',
    sa.Column('alert_id', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.Text(), nullable=False),
    sa.Column('rule', sa.Text(), nullable=False, comment="The rule's code."),
    sa.Column('rm_id', sa.Text(), comment='Who works it; empty while it waits in the pool.'),
    sa.Column('customer_rm_id', sa.Text(), comment='Who looks after the customer; another RM may work the alert.'),
    sa.Column('team', sa.Text()),
    sa.Column('segment', sa.Text()),
    sa.Column('raised_on', sa.Date(), nullable=False, comment='The as-of day it was raised for.'),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('arm', sa.Text(), nullable=False, comment='treated, or held_out: kept back to measure the effect.'),
    sa.Column('stratum', sa.Text(), comment='Segment, risk band and team within which the arm was assigned.'),
    sa.Column('held_out_share', sa.Float(), comment='The share that was to be held out when the arm was assigned.'),
    sa.Column('probability', sa.Float(), comment="The churn model's probability when raised, if it was scored."),
    sa.Column('value_at_stake', sa.Float(), comment='HKD at risk when raised: the balance with us.'),
    sa.Column('reasons', sa.JSON(), nullable=False, comment='The facts that raised it, as of raised_on.'),
    sa.Column('status', sa.Text(), nullable=False, comment='open, working or closed.'),
    sa.Column('snoozed_until', sa.Date(), comment='Out of the queue until this day; the day it is due stays.'),
    sa.Column('escalated_on', sa.Date(), comment='The day it was overdue and its team lead was told.'),
    sa.Column('closed_at', sa.DateTime()),
    sa.Column('outcome', sa.Text(), comment='Why it was closed.'),
    sa.Column('version', sa.Integer(), nullable=False, comment='Counts changes; two writers collide on it.'),
    sa.PrimaryKeyConstraint('alert_id'),
    comment='One open alert per customer and rule; closed ones stay.'
    )
    op.create_index('alerts_of_rm', 'alerts', ['rm_id', 'status'])
    op.create_index('one_open_alert_per_customer_and_rule', 'alerts', ['customer_id', 'rule'], unique=True, sqlite_where=sa.text("status <> 'closed'"), postgresql_where=sa.text("status <> 'closed'"))
    op.create_table('annotations',
    sa.Column('annotation_id', sa.Integer(), nullable=False),
    sa.Column('metric', sa.Text(), nullable=False, comment='A metric of the catalogue; empty for every metric.'),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('said', sa.Text(), nullable=False, comment='What happened, in a few words.'),
    sa.Column('withdraws', sa.Integer(), comment='The annotation this row takes back; empty for an event.'),
    sa.Column('pinned_by', sa.Text(), nullable=False),
    sa.Column('pinned_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('annotation_id'),
    comment='Events pinned to the charts of a metric; appended, an undo is a row of its own.'
    )
    op.create_table('audit_log',
    sa.Column('line', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('happened_at', sa.DateTime(), nullable=False),
    sa.Column('who', sa.Text(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('chain', sa.Text(), nullable=False, comment='SHA-256 over this line and the line before.'),
    sa.PrimaryKeyConstraint('line'),
    comment='Every write, and every refused look: appended, chained, so a removed line is found.'
    )
    op.create_table('campaign_steps',
    sa.Column('step_id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Text(), nullable=False),
    sa.Column('step', sa.Text(), nullable=False, comment='planned, analysed, closed or reopened.'),
    sa.Column('note', sa.Text(), nullable=False, comment='The plan, the analysis, or why.'),
    sa.Column('budget', sa.Float(), comment='Of a plan: what may be spent, in HKD.'),
    sa.Column('expected_wins', sa.Integer(), comment='Of a plan: contracts it should win.'),
    sa.Column('taken_by', sa.Text(), nullable=False),
    sa.Column('taken_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('step_id'),
    comment='What happened to a campaign; appended, the latest plan and the latest state count.'
    )
    op.create_index('steps_of_campaign', 'campaign_steps', ['campaign_id'])
    op.create_table('definitions',
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('rule', sa.Text(), nullable=False, comment='JSON, as text: no two versions say the same.'),
    sa.Column('effective_on', sa.Date(), nullable=False, comment='For leads that come from this day on.'),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('author', sa.Text(), nullable=False),
    sa.Column('department', sa.Text(), nullable=False, comment="The author's, if it signs definitions."),
    sa.Column('proposed_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('version'),
    comment='Versions of what “qualified” means from version 2 on; never changed.'
    )
    op.create_table('experiment_looks',
    sa.Column('experiment', sa.Text(), nullable=False),
    sa.Column('look', sa.Integer(), autoincrement=False, nullable=False, comment='1 for the first.'),
    sa.Column('look_on', sa.Date(), nullable=False, comment='The day up to which outcomes count.'),
    sa.Column('after_the_fact', sa.Boolean(), nullable=False, comment='Whether outcomes of that day were there already when the look was planned.'),
    sa.Column('planned_by', sa.Text(), nullable=False),
    sa.Column('planned_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('experiment', 'look'),
    comment='On which days an experiment is read: planned beforehand, never changed, and no other day counts.'
    )
    op.create_table('goals',
    sa.Column('goal_id', sa.Integer(), nullable=False),
    sa.Column('metric', sa.Text(), nullable=False, comment='A metric of the catalogue.'),
    sa.Column('target', sa.Float(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('set_at', sa.DateTime(), nullable=False),
    sa.Column('filters', sa.Text(), nullable=False, comment='JSON, as text: it is compared.'),
    sa.Column('revision', sa.Integer(), nullable=False, comment='Counts goals for the same figure and span.'),
    sa.Column('baseline', sa.Float(), comment='The figure over the same span a year before, when it was set.'),
    sa.Column('linked_to', sa.Text(), nullable=False, comment='revenue, cost or satisfaction.'),
    sa.Column('note', sa.Text(), nullable=False, comment='Why it can be reached.'),
    sa.Column('set_by', sa.Text(), nullable=False),
    sa.Column('signing', sa.JSON(), nullable=False, comment="The departments that must sign. Empty: one department's goal, or from before signatures."),
    sa.Column('supersedes', sa.Integer(), comment='The goal whose place it takes once it is in force.'),
    sa.Column('replaces_why', sa.Text(), nullable=False, comment="Why it takes that goal's place."),
    sa.PrimaryKeyConstraint('goal_id'),
    sa.UniqueConstraint('metric', 'filters', 'starts_on', 'ends_on', 'revision', name='one_goal_per_figure_and_span'),
    comment='A shared target for a metric over a period; never changed, only ended.'
    )
    op.create_table('identity_rulings',
    sa.Column('ruling_id', sa.Integer(), nullable=False),
    sa.Column('verdict', sa.Text(), nullable=False, comment='join or split.'),
    sa.Column('source', sa.Text(), nullable=False, comment='The department or tool that keeps the record.'),
    sa.Column('record_id', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.Text(), nullable=False, comment='Whom the record is, or is not.'),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('ruled_by', sa.Text(), nullable=False),
    sa.Column('ruled_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('ruling_id'),
    comment='What a colleague decided about whose record it is; appended, the latest about a pair counts.'
    )
    op.create_index('rulings_of_record', 'identity_rulings', ['source', 'record_id'])
    op.create_table('issued_review_contents',
    sa.Column('quarter', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('audience', sa.Text(), nullable=False, comment='The role whose rights it was read with.'),
    sa.Column('content', sa.Text(), nullable=False, comment='JSON, as text: what was issued, letter by letter.'),
    sa.PrimaryKeyConstraint('quarter', 'version', 'audience'),
    comment='What an issued review says to each audience: nobody is shown what her role could not have asked.'
    )
    op.create_table('issued_reviews',
    sa.Column('quarter', sa.Text(), nullable=False, comment='Such as 2026Q2.'),
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('issued_at', sa.DateTime(), nullable=False),
    sa.Column('issued_by', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False, comment='Why a later version was issued.'),
    sa.Column('snapshot', sa.Text(), nullable=False, comment='The snapshot its figures were read from.'),
    sa.Column('as_of', sa.Date(), nullable=False, comment='The last day loaded when it was issued.'),
    sa.PrimaryKeyConstraint('quarter', 'version'),
    comment='Quarterly reviews as they were issued: a version is never changed, a better one is the next.'
    )
    op.create_table('lead_reviews',
    sa.Column('review_id', sa.Integer(), nullable=False),
    sa.Column('lead_id', sa.Text(), nullable=False),
    sa.Column('campaign_id', sa.Text(), comment='Copied, so that it can be counted here.'),
    sa.Column('channel', sa.Text()),
    sa.Column('version', sa.Integer(), nullable=False, comment="Counts a lead's reviews; two reviewers collide on it."),
    sa.Column('verdict', sa.Text(), nullable=False, comment='accepted, rejected, or taken_back: the one before is void.'),
    sa.Column('reason', sa.Text(), nullable=False, comment='Why it was rejected; empty otherwise.'),
    sa.Column('to_nurture', sa.Boolean(), nullable=False, comment='Given back to Marketing to come again later.'),
    sa.Column('reviewed_by', sa.Text(), nullable=False),
    sa.Column('reviewed_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('review_id'),
    sa.UniqueConstraint('lead_id', 'version'),
    comment='What Sales decided about a lead; appended, the latest about a lead counts.'
    )
    op.create_index('reviews_by_day', 'lead_reviews', ['reviewed_at'])
    op.create_table('lesson_results',
    sa.Column('username', sa.Text(), nullable=False),
    sa.Column('lesson', sa.Text(), nullable=False, comment='A lesson of `workflow.learning.lessons`.'),
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False, comment='Of the lesson, when it was passed.'),
    sa.Column('department', sa.Text(), nullable=False, comment='Where the colleague worked then.'),
    sa.Column('passed_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('username', 'lesson', 'version'),
    comment="Lessons that colleagues have passed; appended. Nobody reads another's, only counts by department."
    )
    op.create_table('lift_experiments',
    sa.Column('experiment_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False, comment="In the bank's own words."),
    sa.Column('population', sa.Text(), nullable=False, comment='Who took part, and how the groups were assigned.'),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('estimate', sa.Float(), nullable=False, comment="The share of the population's wins that would not have come without the channel."),
    sa.Column('low', sa.Float(), nullable=False, comment='Lower end of its 95% interval.'),
    sa.Column('high', sa.Float(), nullable=False, comment='Upper end of its 95% interval.'),
    sa.Column('source', sa.Text(), nullable=False, comment='Where the result can be read.'),
    sa.Column('campaign_id', sa.Text(), comment='The campaign it was about; empty where it was about the channel.'),
    sa.Column('treated', sa.Integer(), comment='People treated; empty in entries of before, which have the share alone.'),
    sa.Column('treated_won', sa.Integer(), comment='How many of the treated won.'),
    sa.Column('held_out', sa.Integer(), comment='People held out.'),
    sa.Column('held_out_won', sa.Integer(), comment='How many of those held out won.'),
    sa.Column('replaces', sa.Integer(), comment='The entry that this one corrects.'),
    sa.Column('entered_by', sa.Text(), nullable=False),
    sa.Column('entered_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['replaces'], ['lift_experiments.experiment_id'], ),
    sa.PrimaryKeyConstraint('experiment_id'),
    comment='Results of lift experiments; appended, a correction names the entry it replaces.'
    )
    op.create_table('mention_answers',
    sa.Column('entry_id', sa.Integer(), autoincrement=False, nullable=False, comment='The entry that named her.'),
    sa.Column('answered_by', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('entry_id', 'answered_by'),
    comment='Mentions that who was named has dealt with; appended.'
    )
    op.create_table('outside_benchmarks',
    sa.Column('benchmark_id', sa.Integer(), nullable=False),
    sa.Column('metric', sa.Text(), nullable=False, comment='A metric of the catalogue.'),
    sa.Column('value', sa.Float(), nullable=False, comment="In the metric's own unit; a share between 0 and 1."),
    sa.Column('source', sa.Text(), nullable=False, comment='Who published it, and where it can be read.'),
    sa.Column('published_on', sa.Date(), nullable=False),
    sa.Column('population', sa.Text(), nullable=False, comment='Whom it was measured on.'),
    sa.Column('replaces', sa.Integer(), comment='The entry that this one corrects or withdraws.'),
    sa.Column('withdrawn', sa.Boolean(), nullable=False),
    sa.Column('entered_by', sa.Text(), nullable=False),
    sa.Column('entered_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('benchmark_id'),
    comment='Figures of others to stand beside ours; appended, a correction names the entry it replaces.'
    )
    op.create_table('pinned_figures',
    sa.Column('pin_id', sa.Integer(), nullable=False),
    sa.Column('metric', sa.Text(), nullable=False, comment='A metric of the catalogue.'),
    sa.Column('definition', sa.Text(), nullable=False, comment='The version of its definition.'),
    sa.Column('qualified', sa.Text(), nullable=False, comment='The rules of “qualified” it rests on; empty if on none.'),
    sa.Column('filters', sa.Text(), nullable=False, comment='JSON, as text: it is part of what is hashed.'),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False, comment='The last day loaded when it was pinned.'),
    sa.Column('snapshot', sa.Text(), nullable=False, comment='The snapshot it was read from.'),
    sa.Column('value', sa.Float(), nullable=False, comment="In the metric's own unit; a share between 0 and 1."),
    sa.Column('low', sa.Float(), comment='Lower end of its 95% interval, where it has one.'),
    sa.Column('high', sa.Float(), comment='Upper end of its 95% interval.'),
    sa.Column('cases', sa.Float(), comment='Of a ratio: what it divides by.'),
    sa.Column('audiences', sa.Text(), nullable=False, comment='The roles that could have asked it themselves, with a blank on both sides of each.'),
    sa.Column('content_hash', sa.Text(), nullable=False, comment='SHA-256 over everything above.'),
    sa.Column('pinned_by', sa.Text(), nullable=False),
    sa.Column('pinned_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('pin_id'),
    sa.UniqueConstraint('content_hash'),
    comment='Figures as they stood when somebody began to talk about them; never changed, one row for one reading.'
    )
    op.create_table('planned_tests',
    sa.Column('test_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False, comment='What it shall answer, in a sentence.'),
    sa.Column('base_rate', sa.Float(), nullable=False, comment='How often it happens now, 0 to 1.'),
    sa.Column('smallest_effect', sa.Float(), nullable=False, comment='The relative change worth finding, such as -0.1.'),
    sa.Column('per_arm', sa.Integer(), nullable=False, comment='People needed in each of the two groups.'),
    sa.Column('planned_by', sa.Text(), nullable=False),
    sa.Column('planned_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('test_id'),
    comment='Tests planned because two things were seen to go together; appended, never changed.'
    )
    op.create_table('rule_versions',
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False, comment='Which rule; its latest version counts.'),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('advice', sa.Text(), nullable=False),
    sa.Column('conditions', sa.JSON(), nullable=False, comment='Attribute and threshold, all of a closed set.'),
    sa.Column('within_capacity', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False, comment='proposed, live or retired.'),
    sa.Column('would_flag', sa.Integer(), comment='How many customers it flagged when it went live, as was shown.'),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('made_by', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('version_id'),
    comment='What raises an alert, in versions; appended, never changed. No text of it is ever run.'
    )
    op.create_index('versions_of_rule', 'rule_versions', ['code', 'version_id'])
    op.create_table('saved_reports',
    sa.Column('report_id', sa.Text(), nullable=False, comment='Part of its link.'),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('metric', sa.Text(), nullable=False),
    sa.Column('breakdown', sa.Text(), comment='A dimension, or month; empty for one figure.'),
    sa.Column('filters', sa.Text(), nullable=False, comment='JSON, as text: nobody saves the same report twice.'),
    sa.Column('period', sa.Text(), nullable=False, comment='A word of the filter bar, so that a report moves with time.'),
    sa.Column('chart', sa.Text(), nullable=False, comment='bars, line or table.'),
    sa.Column('saved_by', sa.Text(), nullable=False),
    sa.Column('saved_at', sa.DateTime(), nullable=False),
    sa.Column('retired_at', sa.DateTime(), comment='Taken off the list; its link still opens.'),
    sa.PrimaryKeyConstraint('report_id'),
    comment='Questions people put together and keep. They hold no figures: each opening computes them again, with the rights of whoever opens it.'
    )
    op.create_table('sign_in_failures',
    sa.Column('failure_id', sa.Integer(), nullable=False),
    sa.Column('username', sa.Text(), nullable=False, comment='As typed, cut to 64 characters.'),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('failed_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('failure_id'),
    comment='Wrong sign-ins: the growing delay by user and by address is computed from these.'
    )
    op.create_index('failures_by_address', 'sign_in_failures', ['address', 'failed_at'])
    op.create_index('failures_by_user', 'sign_in_failures', ['username', 'failed_at'])
    op.create_table('users',
    sa.Column('username', sa.Text(), nullable=False),
    sa.Column('full_name', sa.Text(), nullable=False),
    sa.Column('email', sa.Text()),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('rm_id', sa.Text(), comment="For a relationship manager: her own number in the bank's tables."),
    sa.Column('team', sa.Text(), comment='For a team lead: the team whose customers she sees.'),
    sa.Column('password_hash', sa.Text(), nullable=False, comment='bcrypt.'),
    sa.Column('disabled_at', sa.DateTime()),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('must_change_password', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('username'),
    comment='People who may sign in.'
    )
    op.create_table('alert_steps',
    sa.Column('step_id', sa.Integer(), nullable=False),
    sa.Column('alert_id', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.Text(), nullable=False, comment='Copied, so that the row rule can narrow it.'),
    sa.Column('rm_id', sa.Text()),
    sa.Column('customer_rm_id', sa.Text()),
    sa.Column('team', sa.Text()),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('until', sa.Date(), comment='For a snooze: the day the alert comes back.'),
    sa.Column('corrects', sa.Integer(), comment='For a correction: the step that was undone.'),
    sa.Column('taken_by', sa.Text(), nullable=False),
    sa.Column('taken_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['alert_id'], ['alerts.alert_id'], ),
    sa.PrimaryKeyConstraint('step_id'),
    comment='What was done about an alert; appended, never changed.'
    )
    op.create_index('steps_of_alert', 'alert_steps', ['alert_id'])
    op.create_table('definition_signatures',
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('department', sa.Text(), nullable=False),
    sa.Column('verdict', sa.Text(), nullable=False, comment='signed or declined.'),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('signed_by', sa.Text(), nullable=False),
    sa.Column('signed_at', sa.DateTime(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False, comment='The last day loaded when it was signed.'),
    sa.ForeignKeyConstraint(['version'], ['definitions.version'], ),
    sa.PrimaryKeyConstraint('version', 'department'),
    comment='What each department said about a version; in force when both have signed.'
    )
    op.create_table('destinations',
    sa.Column('destination_id', sa.Integer(), nullable=False),
    sa.Column('username', sa.Text(), nullable=False, comment='Whose view it carries.'),
    sa.Column('what', sa.Text(), nullable=False, comment='weekly, new_alerts or mentions.'),
    sa.Column('variable', sa.Text(), nullable=False, comment='The environment variable that holds the address.'),
    sa.Column('added_by', sa.Text(), nullable=False),
    sa.Column('added_at', sa.DateTime(), nullable=False),
    sa.Column('ended_at', sa.DateTime(), comment='Since when nothing is sent there.'),
    sa.ForeignKeyConstraint(['username'], ['users.username'], ),
    sa.PrimaryKeyConstraint('destination_id'),
    comment='Where messages go. The address itself is a secret and never stands here.'
    )
    op.create_table('goal_endings',
    sa.Column('goal_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('ended_at', sa.DateTime(), nullable=False),
    sa.Column('ended_by', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('superseded_by', sa.Integer(), comment='The goal that took its place, if one did.'),
    sa.ForeignKeyConstraint(['goal_id'], ['goals.goal_id'], ),
    sa.PrimaryKeyConstraint('goal_id'),
    comment='Goals that were given up or replaced before their time; appended, the goal itself stays.'
    )
    op.create_table('goal_paths',
    sa.Column('goal_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False, comment='First day of the part of a month.'),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('target', sa.Float(), nullable=False, comment="This part's share of the target; of a level, the level."),
    sa.ForeignKeyConstraint(['goal_id'], ['goals.goal_id'], ),
    sa.PrimaryKeyConstraint('goal_id', 'starts_on'),
    comment='The way to a goal, month by month, as it was set.'
    )
    op.create_table('goal_signatures',
    sa.Column('goal_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('department', sa.Text(), nullable=False),
    sa.Column('verdict', sa.Text(), nullable=False, comment='signed or declined.'),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('signed_by', sa.Text(), nullable=False),
    sa.Column('signed_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['goal_id'], ['goals.goal_id'], ),
    sa.PrimaryKeyConstraint('goal_id', 'department'),
    comment='What each department said about a goal they share; in force when all have signed.'
    )
    op.create_table('offers',
    sa.Column('offer_id', sa.Integer(), nullable=False),
    sa.Column('alert_id', sa.Text(), comment='The alert it was made on, if any.'),
    sa.Column('customer_id', sa.Text(), nullable=False, comment='Copied, so that the row rule can narrow it.'),
    sa.Column('rm_id', sa.Text()),
    sa.Column('customer_rm_id', sa.Text()),
    sa.Column('team', sa.Text()),
    sa.Column('segment', sa.Text()),
    sa.Column('offer', sa.Text(), nullable=False, comment="The offer's code."),
    sa.Column('cost', sa.Float(), comment='What it costs the bank if taken, in HKD; empty when not known.'),
    sa.Column('offered_by', sa.Text(), nullable=False),
    sa.Column('offered_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['alert_id'], ['alerts.alert_id'], ),
    sa.PrimaryKeyConstraint('offer_id'),
    comment="What a customer was offered; appended, never changed. The answer is the alert's outcome."
    )
    op.create_index('offers_of_customer', 'offers', ['customer_id', 'offered_at'])
    op.create_table('records',
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False, comment='observation, dispute, decision and so on.'),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('department', sa.Text(), nullable=False, comment='Of who opened it.'),
    sa.Column('pin_id', sa.Integer(), comment='The figure it is about.'),
    sa.Column('came_from', sa.Integer(), comment='The record it grew out of.'),
    sa.Column('customer_id', sa.Text(), comment='The customer it is about, if it is about one.'),
    sa.Column('rm_id', sa.Text(), comment='Copied with the next two, so that the row rule can narrow it.'),
    sa.Column('customer_rm_id', sa.Text()),
    sa.Column('team', sa.Text()),
    sa.Column('opened_by', sa.Text(), nullable=False),
    sa.Column('opened_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['came_from'], ['records.record_id'], ),
    sa.ForeignKeyConstraint(['pin_id'], ['pinned_figures.pin_id'], ),
    sa.PrimaryKeyConstraint('record_id'),
    comment='What departments observe, dispute, decide and ask of each other. What becomes of it stands in its entries.'
    )
    op.create_index('records_of_customer', 'records', ['customer_id'])
    op.create_index('records_of_kind', 'records', ['kind'])
    op.create_table('sessions',
    sa.Column('token_hash', sa.Text(), nullable=False, comment="SHA-256 of the cookie's random token."),
    sa.Column('username', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(), nullable=False),
    sa.Column('seen_at', sa.DateTime(), nullable=False),
    sa.Column('ended_at', sa.DateTime(), comment='Signed out, expired or revoked.'),
    sa.Column('ended_why', sa.Text()),
    sa.ForeignKeyConstraint(['username'], ['users.username'], ),
    sa.PrimaryKeyConstraint('token_hash'),
    comment='Who is signed in. A row is ended, never deleted.'
    )
    op.create_index('sessions_of_user', 'sessions', ['username'])
    op.create_table('deliveries',
    sa.Column('delivery_id', sa.Integer(), nullable=False),
    sa.Column('destination_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('for_day', sa.Date(), nullable=False, comment='The day of the data it tells about.'),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('delivered', sa.Boolean(), nullable=False),
    sa.Column('said', sa.Text(), nullable=False, comment='What happened, in a sentence; never the address or the text.'),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('letter', sa.Text(), comment='The letter of the outbox that was tried.'),
    sa.ForeignKeyConstraint(['destination_id'], ['destinations.destination_id'], ),
    sa.PrimaryKeyConstraint('delivery_id'),
    comment='Every message sent, or not sent; appended.'
    )
    op.create_index('deliveries_of_destination', 'deliveries', ['destination_id', 'what', 'for_day'])
    op.create_table('outbox',
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.Column('destination_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False, comment='weekly, new_alerts or mentions.'),
    sa.Column('about', sa.Text(), nullable=False, comment='The Monday of the week or the day it is sent in, or the alert. No two messages of one kind to one destination are about the same.'),
    sa.Column('written_at', sa.DateTime(), nullable=False),
    sa.Column('expires_at', sa.DateTime(), comment='From this moment on it is not sent any more.'),
    sa.Column('letter', sa.Text(), comment='Messages sent together share it from the first try on; receivers can tell a repeat by it.'),
    sa.Column('sending_since', sa.DateTime(), comment='Set while a run sends it; left over, that run was stopped.'),
    sa.Column('failed_runs', sa.Integer(), nullable=False, comment='Runs that did not deliver it.'),
    sa.Column('next_try_at', sa.DateTime(), comment='Not before this moment does a run of “messages deliver” try again.'),
    sa.Column('sent_at', sa.DateTime()),
    sa.Column('ended_at', sa.DateTime(), comment='When it was given up.'),
    sa.Column('ended_why', sa.Text(), comment='Why it was given up, in a sentence.'),
    sa.Column('content', sa.JSON(none_as_null=True), comment='The counts and customer numbers it was sent with.'),
    sa.ForeignKeyConstraint(['destination_id'], ['destinations.destination_id'], ),
    sa.PrimaryKeyConstraint('message_id'),
    sa.UniqueConstraint('destination_id', 'what', 'about', name='each_due_message_once'),
    comment='Messages that are due, written with the fact they are about; each is sent once or ended with a reason.'
    )
    op.create_index('messages_waiting', 'outbox', ['sent_at', 'ended_at'])
    op.create_table('record_entries',
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False, comment='Copied, so that the row rule can narrow it.'),
    sa.Column('version', sa.Integer(), nullable=False, comment='Counts its entries; two writers collide on it.'),
    sa.Column('step', sa.Text(), nullable=False, comment='opened, comment, or a step of its kind.'),
    sa.Column('state', sa.Text(), nullable=False, comment='Where the record stands after it.'),
    sa.Column('owner', sa.Text(), nullable=False, comment='The department whose turn it is after it.'),
    sa.Column('due_on', sa.Date(), comment='By when, after it.'),
    sa.Column('contents', sa.JSON(), nullable=False, comment='What was filled in, by the fields of the step.'),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.Text(), comment='The customer it is about, if it is about one.'),
    sa.Column('rm_id', sa.Text(), comment='Copied with the next two, so that the row rule can narrow it.'),
    sa.Column('customer_rm_id', sa.Text()),
    sa.Column('team', sa.Text()),
    sa.Column('department', sa.Text(), nullable=False),
    sa.Column('entered_by', sa.Text(), nullable=False),
    sa.Column('entered_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['record_id'], ['records.record_id'], ),
    sa.PrimaryKeyConstraint('entry_id'),
    sa.UniqueConstraint('record_id', 'version', name='one_entry_per_version'),
    comment='What happened to a record, step by step; appended, never changed.'
    )
    op.create_table('record_mentions',
    sa.Column('entry_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('username', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False, comment='Copied, so that the row rule can narrow it.'),
    sa.ForeignKeyConstraint(['entry_id'], ['record_entries.entry_id'], ),
    sa.ForeignKeyConstraint(['username'], ['users.username'], ),
    sa.PrimaryKeyConstraint('entry_id', 'username'),
    comment='Who was named in an entry; appended.'
    )
    op.create_index('mentions_of_user', 'record_mentions', ['username'])
