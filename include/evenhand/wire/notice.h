/*
 * notice: what evenhand tells the outside, one outbox entry each.
 *
 *     struct eh_notice n = {.type = EH_NOTICE_ASSIGNED, .seq = 7, .id = id, .rep = rep, .why =
 * why}; eh_notice_to_msgpack(&n, &out);   // or eh_notice_to_json
 *
 * Absent keys (empty text, 0) are omitted; keys come in the order of the contract.
 */
#ifndef EVENHAND_WIRE_NOTICE_H
#define EVENHAND_WIRE_NOTICE_H

#include <evenhand/base/base.h>

/* The numbers are stored: never change one, only add. */
enum eh_notice_type {
    EH_NOTICE_ASSIGNED = 1,
    EH_NOTICE_WAITING = 2,
    EH_NOTICE_RETURNED = 3,
    EH_NOTICE_CLOSED = 4,
    EH_NOTICE_MOVED = 5,
    EH_NOTICE_REFUSED = 6,
    EH_NOTICE_COMMITMENT = 7,
    EH_NOTICE_REVEALED = 8,
    EH_NOTICE_CHECKPOINT = 9
};

struct eh_notice {
    uint8_t type;
    uint64_t seq; /* gapless per desk */
    struct eh_str source, id, team, rep, was, why;
    int64_t at_ms;
    uint64_t input;
    struct eh_str inbox; /* stream id of the entry that caused it, "1700000000000-0" */
};

const char *eh_notice_type_name(int type);
int eh_notice_to_msgpack(const struct eh_notice *, struct eh_bytes *out) EH_MUST_CHECK;
int eh_notice_to_json(const struct eh_notice *, struct eh_bytes *out) EH_MUST_CHECK;

#endif
