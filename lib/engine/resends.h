/*
 * resends: tickets that were cancelled, for as long as one like them may be the same one sent again
 * (`resend_within` of the desk). Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_RESENDS_H
#define EVENHAND_LIB_ENGINE_RESENDS_H

#include "units.h"

struct eh_engine;
struct step;
struct ticket;

/* A cancelled ticket that may come again under another id. */
struct cancelled {
    uint64_t key;  /* the same of all tickets that are alike */
    int64_t at_us; /* when it was told */
    char *id;      /* owned */
    uint32_t id_size;
    uint32_t next, previous; /* in order of at_us */
    struct eh_key hash;
};

/* The cancelled tickets that may come again, in slots. */
struct cancellations {
    struct cancelled *slots;
    uint32_t used, capacity, free;
    struct list list;      /* all of them, the oldest first */
    struct eh_table index; /* key -> the one of it */
};

/* The cancelled ticket that this one repeats, or NONE. */
uint32_t eh_cancelled_find(const struct eh_engine *, const struct ticket *, int64_t now_us);
/* Adds one behind all others; there is none with this key. */
int eh_cancelled_add(struct eh_engine *, uint64_t key, int64_t at_us,
                     struct eh_str id) EH_MUST_CHECK;
bool eh_cancelled_has(const struct eh_engine *, uint64_t key);
void eh_cancelled_remove(struct eh_engine *, uint32_t slot);
/* The ticket is cancelled, as of now. */
int eh_cancelled_note(struct step *, const struct ticket *) EH_MUST_CHECK;
void eh_cancelled_back(struct eh_engine *, int64_t to_us); /* the log was led back to this time */
void eh_cancelled_done(struct eh_engine *);

#endif
