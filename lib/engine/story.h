/*
 * story: what the outcomes of a ticket come to, whatever the order they came in. Private to
 * engine/.
 *
 * A ticket has a story once it has had an outcome (EH_RULES_TICKETS): the sum of what came long
 * ago, and the outcomes of the last EH_ORDER_S seconds in order of `at`. An outcome that comes late
 * is put in its place, and the sum is made anew.
 */
#ifndef EVENHAND_LIB_ENGINE_STORY_H
#define EVENHAND_LIB_ENGINE_STORY_H

#include "units.h"

struct ticket;

#define STORY_HANDLED_MAX_S (INT64_C(1) << 40) /* of all closings together */
#define STORY_VALUE         0                  /* no outcome: an update brought a value; stored */
/* When something happened. A whole day without a known moment comes after all that happened on
 * it. */
struct story_when {
    int64_t at_us;
    int32_t date;
    bool whole_day;
};

/* What some outcomes come to. */
struct story_sum {
    int64_t value, refunded; /* refunded: of this closing, or since it was taken back */
    int64_t handled_s;       /* of all closings */
    int64_t closed_us;       /* of the last closing, taken back or not */
    struct story_when rated;
    int32_t closed_date, first_date; /* first: of the first closing that is not cancelled */
    uint8_t outcome;                 /* 0: it is open */
    uint8_t last;                    /* of the last closing, taken back or not; 0: none yet */
    uint8_t csat;                    /* the latest rating, or 0 */
    bool timed;                      /* the instant of the last closing is known */
    bool handled;                    /* some closing said how long */
    bool has_first;
    bool reopened; /* ever */
    bool old;      /* closed, and counted by rules before EH_RULES_TICKETS */
};

/* Numbers are stored: never change, never reuse. */
enum story_flag {
    STORY_HAS_VALUE = 1,
    STORY_HAS_HANDLED = 2,
    STORY_TIMED = 4,
    STORY_REFUSED = 8, /* as the story stands */
    STORY_AT = 16      /* it came with an `at` */
};

/* One outcome. */
struct story_entry {
    struct story_when when;
    int64_t arrival_us, value, handled_s;
    uint64_t input, stream_ms, stream_no; /* that brought it */
    uint8_t outcome, csat, flags;
    struct eh_str event;
};

struct story {
    struct story_sum base, sum; /* base: before the journal */
    uint32_t first_team;        /* in which the first closing counts, or NONE */
    uint32_t journal_size;
    uint8_t *journal; /* canonical bytes of its entries, in order; owned */
};

static inline bool eh_outcome_closes(int outcome)
{
    return outcome >= EH_OUTCOME_WON && outcome <= EH_OUTCOME_CANCELLED;
}

int eh_when_compare(const struct story_when *, const struct story_when *);
bool eh_when_is_sound(const struct story_when *);
void eh_when_put(const struct story_when *, struct eh_bytes *);
void eh_when_read(struct eh_reader *, struct story_when *ret);
/* The sum of a ticket that has no story yet. */
struct story_sum eh_story_of(const struct ticket *);
/* Applies an entry: 0, or -EH_E… and why it cannot be. The ticket only gives its name for that;
 * NULL: nobody asks why. */
int eh_story_apply(struct story_sum *, const struct story_entry *, const struct ticket *,
                   struct eh_error *);
bool eh_story_sum_is_sound(const struct story_sum *);
void eh_story_free(struct story *); /* NULL allowed */

#endif
