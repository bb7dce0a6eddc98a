/*
 * clocks: owns the times of open tickets: when each has to be answered, and what becomes of one
 * that waits for long. Private to engine/.
 *
 * A ticket that something is waited for has a clock, by its slot; others have none. Times are in
 * the working time of the ticket's team. One that lies beyond the hours that were handed over is
 * kept as the working time that is left, and set when a SCHEDULE input brings more. One that is set
 * stays as it is, whatever becomes of the hours.
 *
 * Nothing falls due but in DUE inputs with EH_FIELD_CLOCKS: the shell knows what it has not read
 * yet (eh_engine_clocks_due_us()).
 *
 * While a ticket is paused, all its times stand still: eh_clock_stop(), eh_clock_go().
 */
#ifndef EVENHAND_LIB_ENGINE_CLOCKS_H
#define EVENHAND_LIB_ENGINE_CLOCKS_H

#include "units.h"

struct eh_engine;
struct step;
struct ticket;

/* So many times of tickets a DUE input serves. Further DUE inputs serve the rest. */
#define CLOCKS_PER_STEP 100

/* What is waited for, in the order in which it happens at one moment. Numbers are stored: never
 * change, never reuse. */
enum clock_event {
    CLOCK_ANSWER = 0,
    CLOCK_OVERFLOW = 1,
    CLOCK_AGE = 2,
    CLOCK_LAPSE = 3,
    CLOCK_EVENTS = 4
};

/* left_us 0: a time that is set, or EH_TIME_NEVER for none. Else so much working time is left since
 * at_us. */
struct moment {
    int64_t at_us, left_us;
};

struct clock {
    uint32_t slot;  /* of its ticket; of a free clock NONE */
    uint32_t place; /* in the heap, or NONE; of a free clock: the next free one */
    struct moment moments[CLOCK_EVENTS];
    uint8_t raised; /* steps of priority by waiting */
    bool own;       /* the ticket itself said when it has to be answered */
    bool late;      /* it was told that this time has passed */
    bool stopped;   /* every moment is what was left when it stopped */
    uint32_t unset; /* its place among those with a time that is not set, or NONE */
    struct eh_key hash;
};

/* Clocks in slots, the way from a ticket to its clock, a heap of what happens next, and what hours
 * to come will set. */
struct clocks {
    struct clock *items;
    uint32_t used, capacity, free; /* free: the first one, or NONE */
    uint32_t *of;                  /* by slot of a ticket: its clock, or NONE */
    uint32_t of_count, of_capacity;
    uint32_t *heap;
    uint32_t heap_count, heap_capacity;
    uint32_t *unset; /* those with a time that is not set */
    uint32_t unset_count, unset_capacity;
    uint32_t count;
};

#define PRIORITY_MOST 9

/* The number of a ticket's clock, or NONE. */
uint32_t eh_clock_find(const struct eh_engine *, uint32_t slot);
/* The clock of a ticket; NULL: it has none. */
const struct clock *eh_clock_of(const struct eh_engine *, uint32_t slot);
/* When it has to be answered: EH_TIME_NEVER: there is no such time, or it is beyond the hours that
 * were handed over. */
int64_t eh_clock_due_us(const struct eh_engine *, uint32_t slot);
/* Whether it has to be answered by some time; *ret_us: then, or EH_TIME_NEVER if that is still to
 * come whenever it is. */
bool eh_clock_has_due(const struct eh_engine *, uint32_t slot, int64_t *ret_us);
/* The priority it is dealt by. */
uint8_t eh_clock_priority(const struct eh_engine *, uint32_t slot);

/* A ticket that came. */
int eh_clock_arrive(struct step *, uint32_t slot) EH_MUST_CHECK;
/* It has another kind, or its message says `due_at`. */
int eh_clock_change(struct step *, uint32_t slot) EH_MUST_CHECK;
/* It begins to wait in its team, or goes on waiting. */
int eh_clock_wait(struct step *, uint32_t slot) EH_MUST_CHECK;
/* Somebody has it: it waits no more. Or whoever had it has it no more. */
void eh_clock_given(struct eh_engine *, uint32_t slot);
/* The rep has it from now on, and has to answer it. */
int eh_clock_dealt(struct step *, uint32_t slot) EH_MUST_CHECK;
/* It went to another team, where it has to be answered as that team does if no time was set. */
int eh_clock_move(struct step *, uint32_t slot) EH_MUST_CHECK;
/* Its customer was answered, for the first time: the ticket says so from now on. */
void eh_clock_answered(struct eh_engine *, uint32_t slot);
void eh_clock_end(struct eh_engine *, uint32_t slot); /* it is closed */

/* All times of the ticket stand still, and go on. Nothing happens to a ticket without a clock. A
 * clock made while a ticket is paused does not stop by itself. */
void eh_clock_stop(struct eh_engine *, uint32_t slot, int64_t now_us);
void eh_clock_go(struct eh_engine *, uint32_t slot, int64_t now_us);

/* What happens at a clock: it is told that the answer is late; an event is over; the ticket counts
 * as more urgent by one. The clock may be gone afterwards. */
void eh_clock_late(struct eh_engine *, struct clock *);
void eh_clock_drop(struct eh_engine *, struct clock *, enum clock_event);
void eh_clock_raise(struct eh_engine *, struct clock *);

/* More hours of a team were handed over: sets the times that they reach. Costs as much as there are
 * times that are not set. */
void eh_clocks_set(struct eh_engine *);
/* What is due now: does it, up to CLOCKS_PER_STEP and the effects that the step may have. */
int eh_clocks_turn(struct step *) EH_MUST_CHECK;
/* What is due first is over, without a word. */
int eh_clocks_skip(struct step *) EH_MUST_CHECK;

/* Makes the clock of a ticket that has none, as a snapshot has it. */
int eh_clock_put(struct eh_engine *, const struct clock *) EH_MUST_CHECK;
/* How many tickets of the team have to be answered by then, and are not late yet. Costs as much as
 * there are times until then. */
uint32_t eh_clocks_due_by(const struct eh_engine *, uint32_t team, int64_t until_us);
void eh_clocks_done(struct eh_engine *);

#endif
