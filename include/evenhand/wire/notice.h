/*
 * notice: a notice that evenhand publishes. Each is one entry of the outbox.
 *
 *     struct eh_notice n = {.type = EH_NOTICE_ASSIGNED, .seq = 7, .id = id, .rep = rep};
 *     r = eh_notice_to_msgpack(&n, &out);   // or eh_notice_to_json
 *
 * Empty text and 0 are left out. Keys stand in the order of the struct, `type` first.
 */
#ifndef EVENHAND_WIRE_NOTICE_H
#define EVENHAND_WIRE_NOTICE_H

#include <evenhand/base/base.h>

EH_C_BEGIN

/* Numbers are stored: never change, never reuse. 9 stood for a notice that was never sent. */
enum eh_notice_type {
    EH_NOTICE_ASSIGNED = 1,
    EH_NOTICE_WAITING = 2,
    EH_NOTICE_RETURNED = 3,
    EH_NOTICE_CLOSED = 4,
    EH_NOTICE_MOVED = 5,
    EH_NOTICE_REFUSED = 6,
    EH_NOTICE_COMMITMENT = 7,
    EH_NOTICE_REVEALED = 8,
    EH_NOTICE_LOST = 10,       /* the seed of a draw epoch can never be revealed */
    EH_NOTICE_LEFT = 11,       /* a rep left a team with open tickets */
    EH_NOTICE_BACK = 12,       /* a rep came back, and starts afresh */
    EH_NOTICE_TAKEN = 13,      /* an outcome that was refused is taken after all */
    EH_NOTICE_ENDED = 14,      /* somebody else ended a rep's state `overloaded` */
    EH_NOTICE_RESENT = 15,     /* a ticket came that had been cancelled under another id */
    EH_NOTICE_HELD = 16,       /* somebody outside the ticket's team has it */
    EH_NOTICE_ALARM = 17,      /* what was dealt in a team's month leaves what chance allows */
    EH_NOTICE_LATE = 18,       /* a ticket was not answered in time; told once */
    EH_NOTICE_UNANSWERED = 19, /* a rep had it for too long without an answer */
    EH_NOTICE_ANSWERED = 20,   /* its customer was answered for the first time */
    EH_NOTICE_PAUSED = 21,     /* a ticket waits for the customer; its rep keeps it */
    EH_NOTICE_RESUMED = 22     /* it does not any more */
};

/* All text is the caller's. In COMMITMENT, REVEALED and LOST `id` is the number of the draw epoch;
 * `why` is the hash, the seed (both in hexadecimal), or the reason for which the key was replaced.
 * In RESENT `why` is the other id; in REFUSED, LEFT, BACK, ENDED and ALARM it is a sentence. LEFT
 * names rep and team, BACK and ENDED name the rep, ALARM the team; these four are about no ticket.
 */
struct eh_notice {
    uint8_t type; /* enum eh_notice_type */
    uint64_t seq; /* gapless per desk */
    struct eh_str source, id, team, rep;
    struct eh_str account; /* the rep's at the ticket's source */
    struct eh_str was;     /* the rep who had it before */
    struct eh_str why;     /* a policy's name, "affinity", "manager", "owner", "release", "left",
                              "return", "claimed", "given", "dropped", "overflow", "unanswered"; of
                              WAITING     "nobody", "full", "skill" or "queue" */
    int64_t at_ms;         /* since 1970 UTC; key `at` */
    uint64_t input;        /* the number of the input that caused it */
    struct eh_str inbox;   /* stream id of the entry that caused it, "1700000000000-0" */
};

const char *eh_notice_type_name(int type); /* "assigned" …; NULL: there is no such type */
/* Both append a notice, as one msgpack map or one JSON object. -EH_ENOMEM. */
int eh_notice_to_msgpack(const struct eh_notice *, struct eh_bytes *out) EH_MUST_CHECK;
int eh_notice_to_json(const struct eh_notice *, struct eh_bytes *out) EH_MUST_CHECK;
/* Appends the JSON of what eh_notice_to_msgpack() wrote. Keys that no notice has are left out.
 * -EH_EPARSE, -EH_ERANGE: it is no notice; -EH_ENOMEM. */
int eh_notice_msgpack_to_json(struct eh_str, struct eh_bytes *out, struct eh_error *) EH_MUST_CHECK;
/* Appends the account that a notice names, as JSON or, with `json` false, as msgpack; nothing when
 * it names none or cannot be read. -EH_ENOMEM. */
int eh_notice_account(struct eh_str, bool json, struct eh_bytes *out) EH_MUST_CHECK;

EH_C_END

#endif
