/* evenhand: the command line: the table of its commands, its help, and main. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ask/commands.h"
#include "client/http.h"
#include "command.h"
#include "completion/complete.h"
#include "feed/commands.h"
#include "history/commands.h"
#include "log/log.h"
#include "plan/commands.h"
#include "simulate/commands.h"
#include "term/args.h"
#include "term/pager.h"
#include "term/say.h"
#include "verify/commands.h"

#define LOOK   "Look"
#define SIGNAL "Say how it is going"
#define MANAGE "Decide, as a manager"
#define BONUS  "Run the team's bonus pool"
#define DESK   "Set up the desk"
#define FEED   "Bring tickets in"
#define PROVE  "Prove the deal, or try another"
#define PERSON "One person: what is held, and what goes"

#define NARROWEST_TERMINAL 40 /* columns; a smaller number is taken for a mistake */

#define AFTER                                                                                      \
    {                                                                                              \
        "after", "CURSOR", "go on behind this cursor, which a list ends with", false               \
    }
#define NEWEST                                                                                     \
    {                                                                                              \
        "newest", NULL, "newest first", false                                                      \
    }
#define SINCE                                                                                      \
    {                                                                                              \
        "since", "WHEN", "since a day, a time, or a span ago: 7d", false                           \
    }
#define LIMIT                                                                                      \
    {                                                                                              \
        "limit", "N", "show at most N", false                                                      \
    }

static const struct eh_cli_option tickets_options[] = {
    {"team", "T", "only tickets of this team", false},
    {"rep", "R", "only tickets this rep has", false},
    {"source", "S", "only tickets of this helpdesk", false},
    {"state", "S", "waiting, assigned, held, open (all three) or closed", false},
    {"paused", NULL, "only those that wait for the customer", false},
    NEWEST,
    SINCE,
    LIMIT,
    AFTER,
    {0},
};
static const struct eh_cli_option part_options[] = {NEWEST, SINCE, LIMIT, AFTER, {0}};
static const struct eh_cli_option dead_options[] = {
    {"source", "S", "only what this helpdesk wrote", false}, NEWEST, SINCE, LIMIT, AFTER, {0},
};
static const struct eh_cli_option log_options[] = {
    {"person", "NAME", "what this user did, or what was done to this rep", false},
    {"team", "T", "only what is about this team", false},
    {"source", "S", "of ID: the helpdesk it came from (default: default)", false},
    {"oldest", NULL, "oldest first", false},
    SINCE,
    LIMIT,
    AFTER,
    {0},
};
static const struct eh_cli_option after_option[] = {LIMIT, AFTER, {0}};
static const struct eh_cli_option ticket_options[] = {
    {"source", "S", "the helpdesk it came from (default: default)", false},
    {"db", "CONNINFO", "replay this log, too: what chance each rep had of it", false},
    {0},
};
static const struct eh_cli_option fairness_options[] = {
    {"from", "DATE", "first day (default: that of the first entry)", false},
    {"to", "DATE", "last day (default: today)", false},
    {"db", "CONNINFO", "replay this log instead of asking the daemon", false},
    {"bias", NULL, "with --to: whether the month up to that day is an alarm", false},
    {0},
};
static const struct eh_cli_option pool_options[] = {
    {"period", "P", "2026-03, 2026-W10, 2026-Q1 (default: the one that runs)", false},
    {"explain", NULL, "the way to every cent, as a tree", false},
    {"what-if", "PLAN.yaml", "the same facts under another plan; changes nothing", false},
    {"facts", "NAME=VALUE,...", "the pool with other figures; changes nothing", false},
    {"plan", NULL, "the rules, each curve, and what the next step takes", false},
    {"metrics", NULL, "each metric of the last twelve periods", false},
    {"days", NULL, "the pool at the end of each day of the period", false},
    {"db", "CONNINFO", "with --days: from the log in this database", false},
    {"csv", NULL, "for payroll: a line for each rep", false},
    {"history", NULL, "all periods, a line each", false},
    {0},
};
static const struct eh_cli_option payroll_options[] = {
    {"csv", NULL, "for payroll: a line for each rep", false},
    {0},
};
#define DRY_RUN                                                                                    \
    {                                                                                              \
        "dry-run", NULL, "only say what would be done", false                                      \
    }
#define YES                                                                                        \
    {                                                                                              \
        "yes", NULL, "do not ask", false                                                           \
    }
static const struct eh_cli_option freeze_options[] = {
    {"incomplete", NULL, "what is missing scores nothing; with --reason", false},
    {"reason", "TEXT", "why it is frozen incomplete; it is logged", false},
    DRY_RUN,
    {0},
};
static const struct eh_cli_option step_options[] = {DRY_RUN, YES, {0}};
static const struct eh_cli_option answered_options[] = {
    {"at", "TIME", "when it was answered: 2026-03-02T09:30Z (default: now)", false},
    {"event", "NAME", "an identity: the same one again changes nothing", false},
    {"source", "S", "the helpdesk it came from (default: default)", false},
    {0},
};
static const struct eh_cli_option exclude_options[] = {
    {"reason", "TEXT", "why; it is logged", true},
    DRY_RUN,
    YES,
    {0},
};
static const struct eh_cli_option metric_options[] = {
    {"rep", "R", "a figure of this rep: paid_minutes, contract_minutes", false},
    {"replace", NULL, "in place of what was imported before, not added to it", false},
    {"new", NULL, "the name is meant, though it is much like a known one", false},
    {"event", "NAME", "an identity: the same one again changes nothing", false},
    {0},
};
static const struct eh_cli_option overloaded_options[] = {
    {"for", "SPAN", "how long: 90m, 2h; the team's rules bound it", false},
    {"reason", "TEXT", "for the record", false},
    {0},
};
static const struct eh_cli_option away_options[] = {
    {"for", "SPAN", "how long: 90m, 2h, 7d (default: until the shift ends)", false},
    {"reason", "TEXT", "for the record", false},
    {0},
};
static const struct eh_cli_option absent_options[] = {
    {"from", "WHEN", "first day, or a time: 2026-12-22T13:00+01:00", false},
    {"until", "WHEN", "last day, or a time; without it nobody knows", false},
    {"reason", "WHY", "holiday, sick, training or other (default)", false},
    {"cancel", "N", "take the absence with this number back", false},
    {0},
};
static const struct eh_cli_option import_options[] = {
    {"rep", "R", "whose calendar it is (default: yours)", false},
    {0},
};
static const struct eh_cli_option reason_option[] = {
    {"reason", "TEXT", "for the record", false},
    {0},
};
static const struct eh_cli_option override_options[] = {
    {"reason", "TEXT", "why; it is logged and counted", true},
    {"source", "S", "the helpdesk it came from (default: default)", false},
    {0},
};
static const struct eh_cli_option source_option[] = {
    {"source", "S", "the helpdesk it came from (default: default)", false},
    {0},
};
static const struct eh_cli_option release_options[] = {
    {"reason", "TEXT", "why; it is logged", true},
    {0},
};
static const struct eh_cli_option outcome_options[] = {
    {"value", "MONEY", "what it brought, 129.95; of refunded: what went back", false},
    {"csat", "1..5", "the customer's satisfaction", false},
    {"handled", "SPAN", "time worked on it: 12m", false},
    {"at", "TIME", "when it happened: 2026-03-02T09:30Z (default: now)", false},
    {"reason", "R", "why cancelled: spam, duplicate, merged, test, customer", false},
    {"event", "NAME", "an identity: the same one again changes nothing", false},
    {"source", "S", "the helpdesk it came from (default: default)", false},
    {0},
};
static const struct eh_cli_option from_options[] = {
    {"team", "T", "one team for all, whatever the rows say", false},
    {0},
};
static const struct eh_cli_option plan_options[] = {
    {"desk", "FILE", "the desk file it is for: teams, kinds, currency", false},
    {0},
};
static const struct eh_cli_option plan_test_options[] = {
    {"team", "T", "test it for this team, whichever the file says", false},
    {"period", "P", "that period alone: 2026-03, 2026-Q1, 2026-W10", false},
    {"carry", NULL, "take off --period what its own pool had to take back", false},
    {"db", "CONNINFO", "the database (default: $EVENHAND_DB, or the local)", false},
    {0},
};
static const struct eh_cli_option history_options[] = {
    {"db", "CONNINFO", "the database (default: $EVENHAND_DB, or the local)", false},
    {0},
};
static const struct eh_cli_option push_options[] = {
    {"rate", "N", "messages a second (default: as fast as it goes)", false},
    {"team", "T", "send all tickets to this team", false},
    {"value-column", "C", "the column of a ticket's value (default: value_minor)", false},
    {"outcomes", NULL, "send each ticket's outcome too, all in order of time", false},
    {"source", "S", "the helpdesk they come from (default: default)", false},
    {"redis", "ADDRESS", "/path or host:port (default: the daemon's)", false},
    {"desk", "ID", "the desk they are for (default: the daemon's)", false},
    {"undated", "DAY", "the day on which closings without a date count", false},
    {"dates", "HOW", "ymd (2026-12-31, the default) or dmy (31.12.2026)", false},
    {"time-zone", "ZONE", "of times without an offset (default: the desk's)", false},
    {"no-wait", NULL, "do not wait for what becomes of them", false},
    {0},
};

static const struct eh_cli_option verify_options[] = {
    {"db", "CONNINFO", "the database (default: $EVENHAND_DB, or the local)", false},
    {"checkpoint", "FILE", "checkpoints (default: /var/lib/evenhand/checkpoints)", false},
    {"from", "N", "compare from this input on", false},
    {"to", "N", "... up to this one", false},
    {"redis", "ADDRESS", "compare the outbox there, too: /path or host:port", false},
    {0},
};

static const struct eh_cli_option deals_options[] = {
    {"db", "CONNINFO", "the database (default: $EVENHAND_DB, or the local)", false},
    {"from", "N", "deals from this input on", false},
    {"to", "N", "... up to this one", false},
    {0},
};

static const struct eh_cli_option simulate_options[] = {
    {"policy", "A,B", "policies to compare (default: all)", false},
    {"desk", "FILE", "desk file with shares, capacity, skills", false},
    {"seed", "N", "of the draws (default: 1)", false},
    {"value-column", "C", "the column of a ticket's value (default: value_minor)", false},
    {0},
};

static const struct eh_cli_option export_options[] = {
    {"customer", "X", "a customer, as the helpdesk wrote them", false},
    {"rep", "R", "a rep", false},
    {0},
};
static const struct eh_cli_option forget_options[] = {
    {"customer", "X", "a customer, as the helpdesk wrote them", false},
    {"rep", "R", "why a rep was absent; with --name-only their name", false},
    {"before", "DATE", "of a rep: of absences that began before that day", false},
    {"name-only", NULL, "of a rep: the id stays, it stands in the log", false},
    {"dry-run", NULL, "only count what would be erased", false},
    {"yes", NULL, "do not ask", false},
    {0},
};

static const struct eh_cli_command commands[] = {
    {"help", "[COMMAND]", LOOK, "explain everything, a command, or a group of them", 0, 2, NULL,
     NULL, NULL},
    {"status", "", LOOK, "the state of the desk and its daemon", 0, 0, NULL, eh_cmd_status, NULL},
    {"me", "", LOOK, "who you are here, what you have, and what to do next", 0, 0, NULL, eh_cmd_me,
     NULL},
    {"teams", "", LOOK, "the teams and their waiting tickets", 0, 0, after_option, eh_cmd_teams,
     NULL},
    {"team", "T", LOOK, "one team: its rules, its members, what each got", 1, 1, NULL, eh_cmd_team,
     "entitled: the tickets due to each by share, while they could get them; received:\n"
     "the tickets they were given. open and points count their work in all teams.\n"
     "Above the table: the times that the team keeps, in its working time."},
    {"reps", "", LOOK, "all reps: their state and open work", 0, 0, after_option, eh_cmd_reps,
     NULL},
    {"rep", "[R]", LOOK, "one rep with the tickets they have", 0, 1, NULL, eh_cmd_rep,
     "Without R: the rep whose Unix user you are."},
    {"tickets", "", LOOK, "waiting and open tickets", 0, 0, tickets_options, eh_cmd_tickets, NULL},
    {"waiting", "[T]", LOOK, "waiting tickets: how long each waits, and why", 0, 1, part_options,
     eh_cmd_waiting,
     "Of all teams, or of team T. `nobody is available`: all are away or overloaded.\n"
     "`everybody is full`: the open work of each has reached the team's capacity.\n"
     "`nobody has SKILL`: no member of today has it; the ticket waits until a member\n"
     "has the skill, or a manager moves it. A priority with a + rose by waiting."},
    {"ticket", "ID", LOOK, "one ticket with its whole story", 1, 1, ticket_options, eh_cmd_ticket,
     NULL},
    {"dead", "[INPUT]", LOOK, "entries that were refused, and why", 0, 1, dead_options, eh_cmd_dead,
     "With INPUT, a number of the list: the whole entry. The list does not hold\n"
     "requests that were refused over the socket: their sender got the error."},
    {"log", "[ID]", LOOK, "what people did and why, the newest first", 0, 1, log_options,
     eh_cmd_log,
     "Signals, what managers did by hand, what the helpdesk told of owners, periods,\n"
     "desk files. With ID: what was done to that ticket. For managers of the team,\n"
     "auditors and operators."},
    {"fairness", "T", LOOK, "how evenly and honestly a team's tickets were dealt", 1, 1,
     fairness_options, eh_cmd_fairness,
     "Without --db the daemon answers; when it cannot be reached, the log is replayed\n"
     "from $EVENHAND_DB, else from " EH_CLI_DB ".\n"
     "--db - is that database, too. Where tickets are too few for a verdict, the\n"
     "report says `too few to tell`."},
    {"overloaded", "[R]", SIGNAL, "no new tickets for a while", 0, 1, overloaded_options,
     eh_cmd_overloaded,
     "Without R: the rep whose Unix user you are. You keep your tickets; new ones go\n"
     "to others. Each team sets the shortest and the longest time."},
    {"available", "[R]", SIGNAL, "ready for tickets", 0, 1, reason_option, eh_cmd_available,
     "Without R it is you. Soon after `overloaded` it takes effect when the team's\n"
     "shortest time for that is over."},
    {"away", "[R]", SIGNAL, "not at work", 0, 1, away_options, eh_cmd_away,
     "Without R it is you. It lasts until `available`, or as long as --for says.\n"
     "Without --for it ends with the shift of a rep who has hours, and says when."},
    {"absent", "[R]", SIGNAL, "not there for days or hours that are known ahead", 0, 1,
     absent_options, eh_cmd_absent,
     "Without R it is you, from tomorrow on. A manager may tell of any time. While\n"
     "it lasts the rep is off. Why is seen by the rep and their managers alone."},
    {"absences import", "FILE.ics", SIGNAL, "absences out of an iCalendar file", 1, 1,
     import_options, eh_cmd_absences_import,
     "What is busy or out of office there becomes absences, what recurs, too, by its\n"
     "UID. What an import before brought and the file has no more is cancelled."},
    {"absences", "[R]", SIGNAL, "who is absent, now or later", 0, 1, after_option, eh_cmd_absences,
     NULL},
    {"outcome", "ID OUTCOME", SIGNAL, "what became of a ticket", 2, 2, outcome_options,
     eh_cmd_outcome, "OUTCOME: won, lost, resolved, cancelled, reopened, refunded or rated."},
    {"answered", "ID", SIGNAL, "the customer of a ticket was answered", 1, 1, answered_options,
     eh_cmd_answered,
     "The first answer counts, for the rep who has the ticket. A closing is one, too."},
    {"pause", "ID", SIGNAL, "a ticket waits for the customer", 1, 1, source_option, eh_cmd_pause,
     "It stays with its rep, and its points are free meanwhile, as far as the team's\n"
     "`paused` says. For who has it, a manager of its team, its helpdesk."},
    {"resume", "ID", SIGNAL, "a ticket does not wait for the customer any more", 1, 1,
     source_option, eh_cmd_resume, NULL},
    {"assign", "ID R", MANAGE, "give a ticket to somebody, whatever the deal says", 2, 2,
     override_options, eh_cmd_assign,
     "The ticket counts as received, so the next deals make up for it. The fairness\n"
     "report lists such tickets by manager."},
    {"release", "R", MANAGE, "deal the open tickets of a rep who leaves again", 1, 1,
     release_options, eh_cmd_release,
     "R is set away, and gets none of them back while another rep could."},
    {"move", "ID T", MANAGE, "send a misrouted ticket to another team", 2, 2, override_options,
     eh_cmd_move, NULL},
    {"return", "ID", MANAGE, "deal a ticket again", 1, 1, override_options, eh_cmd_return,
     "It is dealt to somebody else, if another rep could get it."},
    {"pool", "[T]", BONUS, "the bonus pool: how it stands, why, and who gets what", 0, 1,
     pool_options, eh_cmd_pool,
     "Without T it is your team. A running period is a live estimate. A member of the\n"
     "team sees the pool, the rules and their own line; managers of the team, auditors\n"
     "and operators see all lines.\n"
     "--csv: team, team_name, rep, name, period, version, equal, hours, seniority,\n"
     "individual, total, paid_before, due, currency, state, contract_minutes,\n"
     "contract_by (calendar, import). `due` is what to pay now. The totals sum to the\n"
     "pool; money that nobody gets is a line without a rep."},
    {"payroll", "PERIOD", BONUS, "what each rep gets of a period's pools, all teams", 1, 1,
     payroll_options, eh_cmd_payroll,
     "The pools of all teams that have this period and that you may see.\n"
     "--csv: as in pool, with one header."},
    {"freeze", "T PERIOD", BONUS, "a period that is over becomes provisional", 2, 2, freeze_options,
     eh_cmd_freeze,
     "Freezes its facts, which may then be disputed; freezing again adds what came\n"
     "since. A missing figure is named, and the period cannot be closed without it;\n"
     "--incomplete --reason lets it score nothing when it will never come. Next:\n"
     "close."},
    {"close", "T PERIOD", BONUS, "a provisional period becomes final", 2, 2, step_options,
     eh_cmd_close,
     "This cannot be undone. Facts that come later are settled when the next period\n"
     "closes, or by closing again: a positive difference is paid, a negative one is\n"
     "taken from later pools; nobody pays money back. Next: pay."},
    {"pay", "T PERIOD", BONUS, "a closed period has been paid out", 2, 2, step_options, eh_cmd_pay,
     NULL},
    {"exclude", "T R PERIOD", BONUS, "exclude a rep from a period's pool", 3, 3, exclude_options,
     eh_cmd_exclude,
     "R gets no share of that pool; the others share it. `include` undoes it.\n"
     "After a freeze it takes effect with the next one: freeze again."},
    {"include", "T R PERIOD", BONUS, "undo `exclude`", 3, 3, exclude_options, eh_cmd_include,
     "R shares that pool again. After a freeze: freeze again."},
    {"metric", "T NAME PERIOD VALUE", BONUS, "an imported figure of a team or rep", 4, 4,
     metric_options, eh_cmd_metric,
     "VALUE is written in the plan's unit: 17, 129.95, 99.5%, 4.2, 12m. Minutes of a\n"
     "rep: metric sales paid_minutes 2026-03 9600 --rep ana. A figure that the plan\n"
     "sums is added to the earlier ones; correct a mistake with --replace, or with a\n"
     "negative value behind --."},
    {"desk show", "", DESK, "the desk file as the daemon holds it", 0, 0, NULL, eh_cmd_desk_show,
     "Managers and reps get their part of it."},
    {"desk diff", "FILE", DESK, "what a desk file would change", 1, 1, NULL, eh_cmd_desk_diff,
     "Nothing is changed. A FILE of - is standard input."},
    {"desk apply", "FILE", DESK, "put a desk file in force", 1, 1, NULL, eh_cmd_desk_apply,
     "For operators. A file with an error is refused as a whole, and the error names\n"
     "the line. Try `desk diff` first. A FILE of - is standard input."},
    {"desk from", "FILE.csv", DESK, "a first desk file out of a ticket history", 1, 1, from_options,
     eh_cmd_desk_from,
     "Needs no daemon. Columns by header: ticket_id, kind, team, historical_rep,\n"
     "currency; others are ignored. Writes the desk file to stdout."},
    {"plan check", "PLAN.yaml", DESK, "what a bonus plan rewards, and advice", 1, 1, plan_options,
     eh_cmd_plan_check,
     "Needs no daemon. The file holds one plan, as an item of `plans` in a desk file.\n"
     "Without --desk its team and kinds are not checked, and its money is EUR."},
    {"plan test", "PLAN.yaml", DESK, "what a bonus plan would have paid so far", 1, 1,
     plan_test_options, eh_cmd_plan_test,
     "Needs no daemon, only the log in PostgreSQL (role evenhand_auditor). The log is\n"
     "decided again, and every closing is counted under the plan, as if the plan had\n"
     "always been in force; nothing is changed. A frozen or closed period keeps the\n"
     "facts and people of its freeze or last version; any other has those of now. No\n"
     "carry passes from one period to the next. A missing figure scores nothing.\n"
     "Counts of targets and gates are of periods that have ended. A PLAN of - is\n"
     "standard input."},
    {"plan history", "", DESK, "for the daemon: count the past for new plans", 0, 0,
     history_options, eh_cmd_plan_history,
     "Reads a desk file from standard input and decides the log again. Writes the past\n"
     "closings of teams whose first plan begins in the past. The daemon runs this when\n"
     "such a desk file is applied; nobody else has to."},
    {"push", "FILE", FEED, "put the tickets of a .csv or .jsonl file on the stream", 1, 1,
     push_options, eh_cmd_push,
     "CSV columns by header: ticket_id, opened_at, kind (default query), team,\n"
     "customer, value_minor, currency, priority, closed_at, outcome, csat. Names of\n"
     "teams become ids; a ticket without a team goes to `desk`. JSONL: each line is\n"
     "one message as the stream takes it. Before anything is sent, bad rows are\n"
     "refused with their lines. A second push of the same file changes nothing. A\n"
     "closed_at without an outcome means resolved; an outcome without a closed_at is\n"
     "refused, unless --undated names a day."},
    {"complete", "[WORD...]", FEED, "for shells: the words that may replace the last one", 0, 0,
     NULL, NULL, NULL},
    {"draws reveal", "", PROVE, "end the current draw epoch and reveal its seed", 0, 0,
     step_options, eh_cmd_draws_reveal,
     "For operators. The next epoch begins at once; its seed was committed before."},
    {"draws deals", "", PROVE, "the inputs of every draw, a line of JSON each", 0, 0, deals_options,
     eh_cmd_draws_deals,
     "For checking the draws with another program: tickets as they were hashed,\n"
     "commitments and seeds, and each deal with the reps who could have got it. See\n"
     "evenhand-proof(7). Needs the database, not the daemon; an auditor may do it."},
    {"draws", "", PROVE, "the draw epochs: commitments, and seeds once revealed", 0, 0, NULL,
     eh_cmd_draws,
     "The commitment of a seed is its BLAKE2b-256. It is published before the epoch\n"
     "begins, the seed when the epoch is over. A person who has the master key can\n"
     "predict the draws of their desk, but cannot change one afterwards: the\n"
     "commitment would not fit. That person must not choose the ids of tickets."},
    {"verify", "", PROVE, "decide the whole log again and name the first bad row", 0, 0,
     verify_options, eh_cmd_verify,
     "Needs no daemon, only the log in PostgreSQL (role evenhand_auditor) and the file\n"
     "of checkpoints. Checks: no number is missing, the hash chain, every decision,\n"
     "the state digests, every draw with a revealed seed, the freezes, settlements and\n"
     "payments of every pool, every row of every other table, the schema, and that the\n"
     "end of the log was not cut off. A second line says what is not proved. With\n"
     "--from rows are compared from there on, and the log before it is trusted."},
    {"simulate", "FILE.csv", PROVE, "deal a recorded history under each policy, and compare", 1, 1,
     simulate_options, eh_cmd_simulate,
     "Needs no daemon. Columns by header, as for push, and historical_rep. Tickets\n"
     "arrive and are closed at the times of the file. For each team the result shows\n"
     "who got how much under each policy, and what was recorded. Without --desk the\n"
     "teams are those of the file."},
    {"export", "", PERSON, "all data on one customer or rep, as JSON", 0, 0, export_options,
     eh_cmd_export,
     "For operators. Of a customer: their tickets with the whole story, and refused\n"
     "entries that name them. Of a rep: their entry in the desk file, each input about\n"
     "them or from them, each ticket they had, their lines of pools."},
    {"forget", "", PERSON, "erase somebody's personal text; the proof stays", 0, 0, forget_options,
     eh_cmd_forget,
     "For operators. Erases customer and subject of all their tickets, and refused\n"
     "entries that name them. Numbers, values and decisions stay, and verify says ok.\n"
     "--rep R: erases why R was absent, in all absences or those that began --before a\n"
     "day; of reps who left, too. From when until when stays.\n"
     "--rep R --name-only: take the name out of the desk file first. Past desk files\n"
     "are part of the proof and keep the name: they are counted (exit status 1)."},
    {0},
};

static void help_options(const struct eh_cli_option *options)
{
    for (const struct eh_cli_option *o = options; o && o->name; o++) {
        char left[48];
        eh_format(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "",
                  o->value ? o->value : "");
        printf("  %-20s  %s%s\n", left, o->help, o->required ? " (required)" : "");
    }
}

static void help_command(const struct eh_cli_command *c)
{
    printf("Usage: evenhand %s%s%s%s\n\n%c%s.\n", c->name, *c->args ? " " : "", c->args,
           c->options ? " [OPTIONS]" : "",
           c->help[0] - ('a' <= c->help[0] && c->help[0] <= 'z') * ('a' - 'A'), c->help + 1);
    if (c->details)
        printf("%s\n", c->details);
    puts("\nOptions:");
    help_options(c->options);
    puts("  --socket PATH         the daemon's admin socket\n"
         "  --json                for programs; errors are JSON too\n"
         "  --no-pager            print a long text at once");
}

/* Lists each command of two words whose first word is this one. */
static void help_list_commands(const char *first, const char *heading)
{
    size_t size = strlen(first);
    for (const struct eh_cli_command *c = commands; c->name; c++) {
        char left[48];
        if (strncmp(c->name, first, size) != 0 || c->name[size] != ' ')
            continue;
        eh_format(left, sizeof left, "%s %s", c->name, c->args);
        printf("%s  %-20s  %s\n", heading, left, c->help);
        heading = "";
    }
}

static void help_several(const char *first)
{
    printf("Usage: evenhand %s COMMAND\n", first);
    help_list_commands(first, "\nCommands:\n");
    printf("\nMore of one: evenhand help %s COMMAND\n", first);
}

static void help_all(void)
{
    puts("Usage: evenhand [--socket PATH] [--json] [--no-pager] COMMAND\n\n"
         "evenhand deals tickets to reps even-handedly: nobody picks, and everybody can\n"
         "see why a ticket went where it went. This program asks the daemon, evenhandd,\n"
         "over its admin socket.");
    const char *group = "";
    for (const struct eh_cli_command *c = commands; c->name; c++) {
        char left[48];
        if (strcmp(group, c->group) != 0)
            printf("\n%s\n", c->group);
        group = c->group;
        eh_format(left, sizeof left, "%s %s", c->name, c->args);
        printf("  %-20s  %s\n", left, c->help);
    }
    puts("\nOptions\n"
         "  --socket PATH         default: $EVENHAND_SOCKET, else " EH_CLI_SOCKET "\n"
         "  --json                print the daemon's answer, for programs; errors too\n"
         "  --no-pager            print a text longer than the terminal at once\n"
         "  --help                this; behind a command: about that command\n"
         "  --version\n\n"
         "Examples\n"
         "  evenhand overloaded --for 2h --reason \"quarter-end calls\"\n"
         "  evenhand outcome 4711 won --value 129.95 --handled 12m\n"
         "  evenhand desk from history.csv > desk.yaml && evenhand desk apply desk.yaml\n\n"
         "Exit codes: 0 done, 1 refused or not found, 2 wrong call, 3 not all can be\n"
         "proved, 69 daemon or server not reachable, 77 not allowed, 78 bad configuration.\n"
         "More: evenhand help COMMAND, man evenhand");
}

static void help_show(const struct eh_cli *cli)
{
    if (cli->several) {
        help_several(cli->several);
    } else if (cli->command) {
        help_command(cli->command);
        help_list_commands(cli->command->name, "\nCommands:\n");
    } else {
        help_all();
    }
}

static void terminal_look(struct eh_cli *cli)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
    struct winsize size;
    cli->terminal = isatty(STDOUT_FILENO);
    cli->colour = cli->terminal && !(no_colour && *no_colour) && !(term && !strcmp(term, "dumb"));
    if (cli->terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
        size.ws_col >= NARROWEST_TERMINAL)
        cli->width = size.ws_col;
    cli->socket = getenv("EVENHAND_SOCKET");
    if (!cli->socket || !*cli->socket)
        cli->socket = EH_CLI_SOCKET;
}

/* Commands that print a text to read and ask no question. Output for a program or a file is never
 * paged. */
static bool call_may_page(const struct eh_cli *cli, bool wants_help)
{
    static const char *const names[] = {"pool",      "payroll",    "desk show",
                                        "desk diff", "plan check", "plan test"};
    if (!cli->terminal || cli->json || cli->no_pager)
        return false;
    if (wants_help)
        return true;
    for (int i = 0; cli->command->options && cli->command->options[i].name; i++)
        if (strcmp(cli->command->options[i].name, "csv") == 0 && cli->values[i])
            return false;
    bool read = strcmp(cli->command->group, LOOK) == 0 || strcmp(cli->command->name, "draws") == 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        read = read || strcmp(cli->command->name, names[i]) == 0;
    return read;
}

static int call_run(struct eh_cli *cli, int argc, char **argv)
{
    bool wants_help = false;
    struct eh_pager pager = {0};
    if (argc == 1 && strcmp(argv[0], "--version") == 0) {
        puts("evenhand " EVENHAND_VERSION);
        return EH_EXIT_DONE;
    }
    if (argc > 0 && strcmp(argv[0], "complete") == 0)
        return eh_complete(commands, argc - 1, argv + 1, cli);
    int r = eh_cli_parse(commands, argc, argv, cli, &wants_help);
    if (r != EH_EXIT_DONE)
        return r;
    if (call_may_page(cli, wants_help))
        eh_pager_begin(&pager);
    if (wants_help)
        help_show(cli);
    else
        r = cli->command->run(cli);
    eh_pager_end(&pager);
    return r;
}

int main(int argc, char **argv)
{
    struct eh_cli cli = {0};
    setlocale(LC_CTYPE, "C.UTF-8");
    signal(SIGPIPE, SIG_IGN);
    terminal_look(&cli);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            cli.says_json = true;
    eh_http_begin();
    int r = call_run(&cli, argc - 1, argv + 1);
    eh_http_end();
    /* EPIPE: the reader closed the pipe, for example `head`. */
    if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE && r == EH_EXIT_DONE)
        r = eh_say(&cli, EH_EXIT_UNAVAILABLE, "the output could not be written");
    return r;
}
