/*
 * story: what the outcomes of a ticket come to, whatever the order they came in. Private to
 * engine/.
 *
 *     story.c      one outcome after the other: pure
 *     journal.c    the latest outcomes in their order, and the story told anew
 *     tally.c      what a ticket counts in its bonus periods
 *
 * A ticket has a story once it has had an outcome (EH_RULES_TICKETS): the sum of what came long
 * ago, and the outcomes of the last EH_ORDER_S seconds in order of `at`. One that comes late is put
 * in its place, and the sum is made anew.
 */
#ifndef EVENHAND_LIB_ENGINE_STORY_H
#define EVENHAND_LIB_ENGINE_STORY_H

#include "calls.h"

#define STORY_HANDLED_MAX_S (INT64_C(1) << 40) /* of all closings together */
#define STORY_VALUE         0                  /* no outcome: an update brought a value; stored */

/* When something happened. A whole day that is over, of which nobody knows the moment, comes after
 * all that happened on it. */
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

/* A story that is open to be told anew. Events point into the journal it was read from. */
struct tale {
    struct story_sum base, sum;
    struct story_entry entries[EH_ORDER_MAX + 1];
    uint32_t count;
};

/* ---- story.c */

int eh_when_compare(const struct story_when *, const struct story_when *);
bool eh_when_is_sound(const struct story_when *);
void eh_when_put(const struct story_when *, struct eh_bytes *);
void eh_when_read(struct eh_reader *, struct story_when *ret);

static inline bool eh_outcome_closes(int outcome)
{
    return outcome >= EH_OUTCOME_WON && outcome <= EH_OUTCOME_CANCELLED;
}
/* Of a ticket that has none yet. */
struct story_sum eh_story_of(const struct ticket *);
/* 0, or -EH_E… and why it cannot be. The ticket gives its name alone; NULL: nobody asks why. */
int eh_story_apply(struct story_sum *, const struct story_entry *, const struct ticket *,
                   struct eh_error *);
bool eh_story_sum_is_sound(const struct story_sum *);
void eh_story_free(struct story *); /* NULL allowed */

/* ---- outcomes.c */

/* The outcome of a message; of a parked one, by what came with it. */
struct story_entry eh_outcome_entry(const struct eh_engine *, const struct eh_message *,
                                    int64_t at_us, int64_t arrival_us);
/* Of a ticket in memory: 0, or -EH_E… and why it is refused; then nothing has changed. */
int eh_outcome_place(struct step *, uint32_t slot, const struct story_entry *,
                     struct eh_error *) EH_MUST_CHECK;
/* Several at once, and which of them are refused. -EH_EFULL: there is no room, nothing changed. */
int eh_outcomes_place(struct step *, uint32_t slot, const struct story_entry *, uint32_t count,
                      bool *ret_refused) EH_MUST_CHECK;
/* When it happened, as the desk's calendar has it. */
int32_t eh_outcome_date(const struct eh_engine *, const struct eh_message *);
/* -EH_E… and why it is refused; in its place in *ret_now, if the story refuses it. */
int eh_outcome_try(const struct eh_engine *, const struct ticket *, const struct story_entry *,
                   const struct tale *before, struct tale *ret_now,
                   struct eh_error *) EH_MUST_CHECK;
/* held: in memory before and after; one that was recalled, and stays closed, is in PostgreSQL
 * alone. */
int eh_outcome_carry_out(struct step *, uint32_t slot, bool held, const struct tale *before,
                         const struct tale *now) EH_MUST_CHECK;
/* What both rules do: a ticket leaves its queue or its rep; that is told; it comes back, if there
 * is room. */
void eh_outcome_leave(struct eh_engine *, uint32_t slot);
int eh_outcome_tell_closed(struct step *, uint32_t slot) EH_MUST_CHECK;
int eh_outcome_room_to_return(const struct eh_engine *, const struct ticket *,
                              struct eh_error *) EH_MUST_CHECK;
int eh_outcome_come_back(struct step *, uint32_t slot) EH_MUST_CHECK;

/* ---- journal.c */

/* The ticket's story as of now; what came longer ago than EH_ORDER_S is in its base. */
void eh_tale_open(const struct ticket *, int64_t now_us, struct tale *ret);
/* Puts an outcome in its place, and tells the story anew. */
void eh_tale_add(struct tale *, const struct story_entry *, const struct ticket *);
/* The entry that this input brought; NULL: it is not in the journal. */
const struct story_entry *eh_tale_find(const struct tale *, uint64_t input);
/* Why it is refused, as the story stands. */
void eh_tale_why(const struct tale *, uint64_t input, const struct ticket *, struct eh_error *);
/* A story to be kept; the caller's. first_team is not set. */
int eh_tale_close(const struct tale *, struct story **ret) EH_MUST_CHECK;
/* Reads a journal of an image behind `base`; false: it cannot be. */
bool eh_tale_read(struct eh_str journal, const struct story_sum *base, struct tale *ret);

void eh_story_put_sum(const struct story_sum *, struct eh_bytes *);
void eh_story_read_sum(struct eh_reader *, struct story_sum *ret);

/* ---- tally.c */

enum figure {
    FIGURE_CLOSED,
    FIGURE_WON,
    FIGURE_LOST,
    FIGURE_CANCELLED,
    FIGURE_VALUE,
    FIGURE_REFUNDED,
    FIGURE_RATINGS,
    FIGURE_RATING_SUM,
    FIGURE_HANDLED,
    FIGURE_HANDLED_MS,
    FIGURE_RESPONSES,
    FIGURE_RESPONSE_MS,
    FIGURE_CYCLES,
    FIGURE_CYCLE_MS,
    FIGURE_FIRSTS,
    FIGURE_REOPENED,
    FIGURES
};

/* What counts in the period of one day. */
struct tally {
    bool any;
    uint32_t team, kind, rep; /* rep: who held it, or NONE */
    int32_t date;
    int64_t figures[FIGURES];
};

/* All that a ticket counts: its closing, and that it was closed a first time. */
struct tallies {
    struct tally closing, first;
};
void eh_tally(const struct ticket *, struct tallies *ret);
/* Takes back what it counted and counts what it counts now. */
int eh_tally_change(struct eh_engine *, const struct tallies *old,
                    const struct tallies *new) EH_MUST_CHECK;
/* EH_RULES_TICKETS begins: what counted as closed counts as closed for the first time. */
void eh_tally_begin(struct eh_engine *);

#endif
