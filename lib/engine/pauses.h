/*
 * pauses: owns which tickets wait for the customer, and what their points count meanwhile. Private
 * to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_PAUSES_H
#define EVENHAND_LIB_ENGINE_PAUSES_H

#include "units.h"

struct account;
struct eh_engine;
struct ticket;

/* A rep's pauses in a team that begin on one day beyond so many times `paused.at_most` do not free
 * any points, as long as they last: whoever pauses and resumes again and again cannot choose the
 * moments in which they are below capacity. */
#define EH_PAUSES_A_DAY 5

/* Of a ticket that is paused. */
struct pause {
    uint64_t input; /* that paused it: of a rep in a team, pauses are in this order */
    int64_t since_us;
    uint32_t slot;    /* of the ticket */
    uint32_t account; /* of its rep in its team */
    uint32_t next, previous;
    uint32_t points; /* of the ticket */
    bool full;       /* begun beyond EH_PAUSES_A_DAY: its points count */
    struct eh_key hash;
};

/* What an account has of pauses. */
struct pausing {
    struct list list;
    uint64_t freed; /* points that do not count; it follows from the list and the desk */
    int32_t date;   /* pauses that began on one day are counted: the day ... */
    uint32_t begun; /* ... and how many; 0: none ever */
    struct eh_key hash;
};

struct pauses {
    struct pause *items;
    uint32_t used, capacity, free;
    uint32_t *by_slot; /* of a ticket: its pause + 1, or 0 */
    uint32_t slots;    /* so many there are */
    uint64_t count;
};

/* The pause of a ticket; NULL: it is not paused. */
const struct pause *eh_pause_of(const struct eh_engine *, const struct ticket *);
/* Since when the ticket is paused; EH_TIME_NEVER: it is not. */
int64_t eh_pause_since_us(const struct eh_engine *, const struct ticket *);
/* Whether some of its points do not count now. Costs O(paused.at_most). */
bool eh_pause_frees(const struct eh_engine *, const struct pause *);
/* Pauses an assigned ticket that is not paused. `since`: the account's pauses that began before
 * are there already. -EH_ENOMEM leaves all as it was. */
int eh_pause_add(struct eh_engine *, uint32_t slot, const struct pause *since) EH_MUST_CHECK;
/* A pause that begins now is counted on its day. Whether it is one too many. */
bool eh_pause_begin(struct eh_engine *, uint32_t account);
/* The ticket is not paused any more, if it was: it is resumed, or leaves its rep. The caller finds
 * the rep's eligibility again. */
void eh_pause_drop(struct eh_engine *, uint32_t slot);
/* What points count follows from the desk: a new one is there. */
void eh_pauses_count_anew(struct eh_engine *);
/* Time is led back (time_back.h). */
void eh_pauses_back(struct eh_engine *, int64_t to_us, int64_t delta_us, int32_t date);
void eh_pauses_done(struct eh_engine *);

#endif
