/*
 * held: the tickets of one source as evenhand holds them, as far as the bridge knows.
 *
 *     struct eh_holdings *holdings;
 *     r = eh_holdings_new(&holdings);
 *     struct eh_held *held = eh_held_find(holdings, "123");          // NULL: not known
 *     held = eh_held_add(holdings, "123");
 *     held->account = eh_holdings_keep(holdings, "ana@shop.example");
 *     uint32_t at = 0;
 *     while ((held = eh_holdings_next(holdings, &at)))
 *         …eh_held_id(held)…
 *     eh_holdings_free(holdings);
 *
 * Helpdesks have a hundred thousand tickets open, so a row is small: what few tickets have, or most
 * share, stands elsewhere. A row stays where it is until it is forgotten.
 */
#ifndef EVENHAND_BRIDGE_SYNC_HELD_H
#define EVENHAND_BRIDGE_SYNC_HELD_H

#include <evenhand/base/base.h>

#define EH_HELD_MAX        400000 /* tickets known at a time */
#define EH_HELD_CLOSED_MAX 50000  /* of these, closed ones that are remembered */
#define EH_HELD_TEXTS_MAX  200000 /* accounts, teams and kinds */
#define EH_HELD_BYTES      128    /* of a row at most; an id that is no longer than most is in it */
#define EH_HELD_BRIEF      16     /* bytes of such an id, with its NUL */

enum eh_held_state {
    EH_HELD_UNKNOWN, /* being asked for */
    EH_HELD_ABSENT,  /* evenhand does not have it */
    EH_HELD_WAITING,
    EH_HELD_ASSIGNED,
    EH_HELD_ELSEWHERE, /* with somebody outside the team */
    EH_HELD_CLOSED
};

struct eh_held {
    union {
        char brief[EH_HELD_BRIEF];
        char *apart;
    } id;                     /* eh_held_id() */
    const char *account;      /* whose it is in evenhand, by their name at the helpdesk, or NULL */
    const char *said_account; /* whose it is at the helpdesk, as it was said last, or NULL */
    const char *team, *kind;
    int64_t value;
    int64_t changed_at_ms; /* the newest that was said; 0: nothing */
    int64_t outcome_ms;    /* `at` of the newest outcome that was told evenhand; 0: none */
    int64_t touched_us;    /* of CLOCK_MONOTONIC: when that was decided or set last */
    char *more;            /* JSON that `assign` wants back, or NULL */
    void *waits;           /* what was said while it is UNKNOWN */
    uint32_t customer, subject, skills; /* hashes of what was said last; 0: not known */
    uint32_t seen;                      /* the sweep that has seen it open last */
    uint32_t ring;                      /* its place among the closed ones, from 1; 0: none */
    uint32_t next;                      /* row behind it in its list, from 1; 0: none */
    uint8_t loss;                       /* of entries, since which it is known */
    bool unsure : 1;                    /* whose it is was not on the outbox: it was lost */
    bool used : 1, id_is_apart : 1;
    bool told : 1;   /* by us, or its content was said since */
    bool paused : 1; /* it waits for the customer */
    bool answered : 1;
    bool theirs : 1; /* `account` is the helpdesk's own word, told us and not yet decided on */
    int8_t priority;
    uint8_t csat; /* 0: none is known */
    uint8_t state;
};
_Static_assert(sizeof(struct eh_held) <= EH_HELD_BYTES, "a row is small");

struct eh_holdings;
int eh_holdings_new(struct eh_holdings **ret) EH_MUST_CHECK;
void eh_holdings_free(struct eh_holdings *); /* NULL allowed */
struct eh_held *eh_held_find(const struct eh_holdings *, const char *id);
/* NULL: there is no memory, or EH_HELD_MAX are known. It is UNKNOWN. */
struct eh_held *eh_held_add(struct eh_holdings *, const char *id);
/* Frees it; `waits` has to be empty. */
void eh_held_forget(struct eh_holdings *, struct eh_held *);
/* Closed ones are forgotten when there are more than EH_HELD_CLOSED_MAX, the oldest first. */
void eh_held_close(struct eh_holdings *, struct eh_held *);
/* A copy that lives as long as the holdings; equal texts are one. NULL stays NULL, and is what is
 * given when there is no room. */
const char *eh_holdings_keep(struct eh_holdings *, const char *text);
uint32_t eh_holdings_count(const struct eh_holdings *);
/* The first row from `at` on, which goes behind it; in no order. NULL: the end. Rows may be added
 * and forgotten meanwhile. */
struct eh_held *eh_holdings_next(const struct eh_holdings *, uint32_t *at);

static inline const char *eh_held_id(const struct eh_held *held)
{
    return held->id_is_apart ? held->id.apart : held->id.brief;
}

static inline bool eh_held_is_open(const struct eh_held *held)
{
    return held->state == EH_HELD_WAITING || held->state == EH_HELD_ASSIGNED ||
           held->state == EH_HELD_ELSEWHERE;
}

#endif
