/*
 * said: how a ticket stands, as the helpdesk says it, in evenhand's words: a value that a profile's
 * `in` has yielded, with group, kind and outcome translated as the connection says.
 *
 *     struct eh_said said;
 *     r = eh_said_read(value, connection, &said, &error);
 *     if (r == 0 && !said.team)
 *         …a group that is not ours…
 */
#ifndef EVENHAND_BRIDGE_SYNC_SAID_H
#define EVENHAND_BRIDGE_SYNC_SAID_H

#include <jansson.h>

#include "bridge/profile/connection.h"

/* All text is the value's or the connection's. */
struct eh_said {
    const char *id;
    bool says_group;
    const char *team;         /* of the group that is said; NULL: it is not ours */
    const char *kind;         /* NULL: not said */
    const char *default_kind; /* of the connection, or NULL */
    int64_t value;
    bool has_value;
    const char *customer, *subject; /* or NULL */
    int64_t priority;               /* < 0: not said */
    const json_t *skills;           /* an array or a map, or NULL */
    bool says_owner;
    const char *account; /* who has it; NULL: nobody, or an account that stands for nobody */
    const char *by;      /* whose hand it was, or NULL */
    bool open;
    bool says_paused, paused; /* paused: it waits for the customer */
    bool answered;            /* somebody has answered the customer ... */
    int64_t answered_ms;      /* ... first at that time; 0: not said */
    const char *outcome;      /* of what is not open */
    const char *reason;       /* of `cancelled`, or NULL */
    int64_t csat;             /* 0: not said */
    int64_t handled_s;        /* < 0: not said */
    int64_t changed_at_ms;    /* 0: not said */
    const json_t *more;       /* or NULL */
    const char *odd;          /* what was wrong and is left out, or NULL */
};

/* -EH_EINVAL: what is wrong with it. */
int eh_said_read(const json_t *value, const struct eh_connection *, struct eh_said *ret,
                 struct eh_error *) EH_MUST_CHECK;
/* Of a text, or a list of them, to see that it has changed. 0: nothing is said. */
uint32_t eh_said_hash(const char *text);
uint32_t eh_said_hash_list(const json_t *list);

#endif
