/*
 * history: a ticket history in CSV, row by row, with the columns evenhand knows.
 *
 * Columns: ticket_id, opened_at, kind, team, customer, value_minor, currency, historical_rep,
 * answered_at, closed_at, outcome, csat, reassignments, priority, and any further ones. Only
 * ticket_id has to be there. Their names may be written in capitals and with blanks: `Ticket ID`.
 *
 * A time without an offset is in the desk's zone. A day without a time is a day of that zone, at an
 * unknown moment.
 *
 *     struct eh_history_rules rules = {.file = "history.csv", .team = eh_str("sales")};
 *     r = eh_history_read(text, &rules, on_ticket, context, &error);
 */
#ifndef EVENHAND_TOOLS_HISTORY_HISTORY_H
#define EVENHAND_TOOLS_HISTORY_HISTORY_H

#include <evenhand/base/base.h>

#define EH_HISTORY_FILE_MAX ((size_t)512 << 20) /* bytes of a history */
#define EH_HISTORY_NO_TIME  INT64_MIN
#define EH_HISTORY_NO_DAY   INT32_MIN

struct eh_history_rules {
    const char *file;            /* for messages */
    struct eh_str team;          /* id of the team all tickets go to; empty: as the rows say */
    const char *value_column;    /* where the ticket's value stands; NULL: value_minor */
    const char *zone;            /* of local times; NULL: there must be none */
    bool day_first;              /* DD.MM.YYYY */
    bool *ret_local;             /* set where a local time was read; may be NULL */
    struct eh_bytes *ret_unread; /* gets the names of columns that are not read; may be NULL */
};

struct eh_history_ticket {
    unsigned line;
    struct eh_str id, kind, customer, currency, rep, outcome; /* as they stand; kind never empty */
    struct eh_str team_name;                                  /* as it stands; may be empty */
    char team[EH_ID_MAX + 1];
    bool has_value, has_won_value;
    int64_t value;     /* minor units, from rules.value_column */
    int64_t won_value; /* minor units, from value_minor */
    /* or EH_HISTORY_NO_TIME: not given, or a day alone */
    int64_t opened_us, closed_us, answered_us;
    int32_t opened_day, closed_day; /* a day alone, or EH_HISTORY_NO_DAY */
    int csat, priority;             /* 0 / -1: not given */
};

/* The first and the last moment of a day of the rules' zone (or of UTC). */
int64_t eh_history_day_us(int32_t day, bool last);

typedef int eh_history_fn(void *context, const struct eh_history_ticket *, struct eh_error *);

/* -EH_EPARSE and others; error->text is "FILE:LINE: what". */
int eh_history_read(struct eh_str text, const struct eh_history_rules *, eh_history_fn *on_ticket,
                    void *context, struct eh_error *) EH_MUST_CHECK;

#endif
