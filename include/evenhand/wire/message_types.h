/*
 * message_types: one row for each type of message. The enum, the names, the readers of the wire,
 * the engine's table of steps and the daemon read the rows; nobody keeps a list of types.
 *
 *     bool told = eh_type_is(EH_MESSAGE_TICKET, EH_TYPE_STREAM);        // a producer may push it
 *     const char *name = eh_message_type_name(EH_MESSAGE_TICKET);       // "ticket"
 *
 * A new type is a row, `int eh_step_STEP(struct step *)` in lib/engine, and its line in the manual.
 */
#ifndef EVENHAND_WIRE_MESSAGE_TYPES_H
#define EVENHAND_WIRE_MESSAGE_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include <evenhand/base/error.h>

EH_C_BEGIN

/* Only the shell makes messages of a type that has neither of the first two flags. */
enum eh_type_flag {
    EH_TYPE_STREAM = 1,      /* may stand on the inbox stream */
    EH_TYPE_ADMIN = 2,       /* may be the body of a request on the admin socket */
    EH_TYPE_RECALLS = 4,     /* is about a ticket that only PostgreSQL may still know */
    EH_TYPE_DEALS = 8,       /* its step can make many tickets dealable: EH_FIELD_MOST limits it */
    EH_TYPE_DATED = 16,      /* the shell adds the local date of its `at`: EH_FIELD_AT_DATE */
    EH_TYPE_EPOCH = 32,      /* a draw epoch turns: the shell adds the commitments */
    EH_TYPE_PERIOD = 64,     /* is about a team's period: eh_engine_try() takes it */
    EH_TYPE_LIFECYCLE = 128, /* takes the period to its next state */
    EH_TYPE_SETTLES = 256,   /* the shell adds `text`, or the `reason` why there is none */
    EH_TYPE_SIGNED = 512,    /* its `value` may be below 0 */
    EH_TYPE_STRICT = 1024,   /* refused with a key that another type has and this one has not */
    EH_TYPE_ERASABLE = 2048  /* its `reason` is personal text: it stands apart and can be erased */
};

/*
 * ROW(NAME, number, name, step, flags, required, optional, defaulted)
 *
 * NAME and number are those of the enum. The number of a row is its place, so a new row comes last.
 * Messages and the log say `name`. `step` names the function eh_step_STEP of lib/engine. The flags
 * are EH_TYPE_ flags without the prefix. Then follow the fields (EH_FIELD_) that senders may set:
 * the required ones, the optional ones, and those of both that get a default when they are absent.
 * enum eh_field has the fields that the shell sets.
 */
/* clang-format off */
#define EH_MESSAGE_TYPES(ROW) \
    ROW(TICKET, 1, "ticket", ticket, T(STREAM) | T(ADMIN), \
        F(ID) | F(TEAM) | F(KIND), \
        F(SOURCE) | F(VALUE) | F(CURRENCY) | F(CUSTOMER) | F(PRIORITY) | F(SKILLS) | F(CHANNEL) | \
        F(SUBJECT) | F(CREATED_AT) | F(OWNER) | F(CHANGED_AT) | F(ACCOUNT) | F(BY) | F(MANAGER) | \
        F(DUE_AT), \
        F(SOURCE) | F(VALUE) | F(PRIORITY)) \
    ROW(UPDATE, 2, "update", update, T(STREAM) | T(ADMIN) | T(RECALLS) | T(DEALS) | T(STRICT), \
        F(ID), \
        F(SOURCE) | F(VALUE) | F(PRIORITY) | F(SKILLS) | F(SUBJECT) | F(EVENT) | F(CHANGED_AT) | \
        F(DUE_AT) | F(PAUSED), \
        F(SOURCE)) \
    ROW(SIGNAL, 3, "signal", signal_message, T(STREAM) | T(ADMIN) | T(DEALS), \
        F(REP) | F(STATUS), \
        F(FOR) | F(REASON) | F(EVENT), \
        0) \
    ROW(OUTCOME, 4, "outcome", outcome, \
        T(STREAM) | T(ADMIN) | T(RECALLS) | T(DEALS) | T(DATED), \
        F(ID) | F(OUTCOME), \
        F(SOURCE) | F(VALUE) | F(REASON) | F(EVENT) | F(CSAT) | F(HANDLED) | F(AT), \
        F(SOURCE)) \
    ROW(METRIC, 5, "metric", metric, T(STREAM) | T(ADMIN) | T(SIGNED), \
        F(TEAM) | F(METRIC) | F(PERIOD) | F(VALUE), \
        F(REP) | F(EVENT) | F(REPLACE) | F(NEW), \
        0) \
    /* managers' and operators' */ \
    ROW(ASSIGN, 6, "assign", assign, T(ADMIN) | T(RECALLS) | T(DEALS), \
        F(ID) | F(REP) | F(REASON), \
        F(SOURCE), \
        F(SOURCE)) \
    ROW(RELEASE, 7, "release", release, T(ADMIN) | T(DEALS), \
        F(REP) | F(REASON), \
        0, 0) \
    ROW(MOVE, 8, "move", move, T(ADMIN) | T(RECALLS) | T(DEALS), \
        F(ID) | F(TEAM) | F(REASON), \
        F(SOURCE), \
        F(SOURCE)) \
    /* the shell's; `text` is a new desk file */ \
    ROW(DESK, 9, "desk", desk, T(DEALS), 0, 0, 0) \
    /* the shell's: the local civil date changed; the input carries it */ \
    ROW(DAY, 10, "day", day, T(DEALS) | T(EPOCH), 0, 0, 0) \
    /* the shell's: something the engine waits for is due (eh_engine_due_us); with `clocks`, a
       time of tickets is (eh_engine_clocks_due_us) */ \
    ROW(DUE, 11, "due", due, T(DEALS), 0, 0, 0) \
    /* the shell's: an entry that is no message; `reason` says why, `text` is its bytes */ \
    ROW(UNPARSED, 12, "unparsed", unparsed, 0, 0, 0, 0) \
    /* an operator ends the draw epoch: the next begins */ \
    ROW(REVEAL, 13, "reveal", reveal, T(ADMIN) | T(EPOCH), \
        0, \
        F(EVENT), \
        0) \
    /* `text`: the facts as they are frozen */ \
    ROW(FREEZE, 14, "freeze", freeze_period, T(ADMIN) | T(PERIOD) | T(LIFECYCLE) | T(SETTLES), \
        F(TEAM) | F(PERIOD), \
        F(EVENT) | F(REASON) | F(INCOMPLETE), \
        0) \
    /* `text`: what is settled (evenhand/engine/periods.h) */ \
    ROW(CLOSE, 15, "close", close_period, T(ADMIN) | T(PERIOD) | T(LIFECYCLE) | T(SETTLES), \
        F(TEAM) | F(PERIOD), \
        F(EVENT), \
        0) \
    ROW(PAY, 16, "pay", pay_period, T(ADMIN) | T(PERIOD) | T(LIFECYCLE), \
        F(TEAM) | F(PERIOD), \
        F(EVENT), \
        0) \
    /* sets a rep aside for the period */ \
    ROW(EXCLUDE, 17, "exclude", set_aside, T(ADMIN) | T(PERIOD), \
        F(TEAM) | F(PERIOD) | F(REP) | F(REASON), \
        F(EVENT), \
        0) \
    /* the shell's, as an operator told it at the start (`actor`, `reason`): the master key is
       lost, another one takes its place */ \
    ROW(NEW_KEY, 18, "new_key", new_key, T(EPOCH), 0, 0, 0) \
    /* the shell's: what follows is decided under these rules (evenhand/engine/rules.h) */ \
    ROW(RULES, 19, "rules", rules, 0, 0, 0, 0) \
    /* the shell's, as an operator told it at the start (`actor`, `reason`): its own time is true,
       even before that of the input before it; a draw epoch turns with it */ \
    ROW(ACCEPT_TIME, 20, "accept_time", accept_time, T(EPOCH), 0, 0, 0) \
    /* the shell's, where what time brought cannot be stored (`reason`): with `ticket`, that ticket
       stands aside until it is updated, assigned or moved; with a later date, that day has come
       and no draw epoch turns; else what has been due for longest is over */ \
    ROW(SKIPPED, 21, "skipped", skipped, T(DEALS), 0, 0, 0) \
    /* a rep who was set aside for the period no longer is */ \
    ROW(INCLUDE, 22, "include", set_aside, T(ADMIN) | T(PERIOD), \
        F(TEAM) | F(PERIOD) | F(REP) | F(REASON), \
        F(EVENT), \
        0) \
    /* the helpdesk's: somebody else has the ticket now, or nobody: without `owner` and `account` */ \
    ROW(OWNER, 23, "owner", owner, T(STREAM) | T(RECALLS) | T(DEALS), \
        F(ID), \
        F(SOURCE) | F(OWNER) | F(ACCOUNT) | F(BY) | F(EVENT) | F(MANAGER), \
        F(SOURCE)) \
    /* a manager's: one ticket goes back to the deal */ \
    ROW(RETURN, 24, "return", give_back, T(ADMIN) | T(RECALLS) | T(DEALS), \
        F(ID) | F(REASON), \
        F(SOURCE), \
        F(SOURCE)) \
    /* the shell's: who works when; `text` is that of evenhand/wire/schedule.h */ \
    ROW(SCHEDULE, 25, "schedule", schedule, T(DEALS), 0, 0, 0) \
    /* a rep is not there for some time, or is there again after all: `cancel` */ \
    ROW(ABSENCE, 26, "absence", absence, T(STREAM) | T(ADMIN) | T(DEALS) | T(ERASABLE), \
        F(REP), \
        F(FROM) | F(UNTIL) | F(REASON) | F(CANCEL) | F(UID) | F(EVENT), \
        0) \
    /* the shell's: the daily look at a team's fairness found what chance does not allow; `event`
       says of which month, so that it is told once */ \
    ROW(ALARM, 27, "alarm", alarm, 0, \
        F(TEAM) | F(REASON), \
        F(EVENT), \
        0) \
    /* the customer was answered for the first time; what comes later changes nothing */ \
    ROW(ANSWERED, 28, "answered", answered, T(STREAM) | T(ADMIN) | T(RECALLS) | T(DATED), \
        F(ID), \
        F(SOURCE) | F(AT) | F(EVENT), \
        F(SOURCE))
/* clang-format on */

#define EH_TYPE_NUMBER(NAME, number, ...) EH_MESSAGE_##NAME = number,

/* Numbers are stored: never change, never reuse. The log, its views and digests hold them. */
enum eh_message_type { EH_MESSAGE_TYPES(EH_TYPE_NUMBER) EH_MESSAGE_COUNT };
#undef EH_TYPE_NUMBER
#define EH_MESSAGE_LAST (EH_MESSAGE_COUNT - 1)

struct eh_message_type_row {
    const char *name;
    uint32_t flags;                         /* enum eh_type_flag */
    uint64_t required, optional, defaulted; /* EH_FIELD_BITs */
};

/* By number; 0 is no type. */
extern const struct eh_message_type_row eh_message_types[EH_MESSAGE_COUNT];

/* Whether the type has one of these EH_TYPE_ flags. A number that is no type has none. */
static inline bool eh_type_is(int type, unsigned flags)
{
    return type > 0 && type <= EH_MESSAGE_LAST && (eh_message_types[type].flags & flags);
}

/* "ticket"; NULL: there is no such type. */
const char *eh_message_type_name(int type);

EH_C_END

#endif
