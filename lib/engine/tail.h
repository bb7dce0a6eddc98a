/*
 * tail: what few tickets have, in bytes behind their texts. Private to engine/.
 *
 * A ticket that comes back to a team that it was dealt in before is not drawn again: its home there
 * says who had it last.
 */
#ifndef EVENHAND_LIB_ENGINE_TAIL_H
#define EVENHAND_LIB_ENGINE_TAIL_H

#include "contents.h"
#include "first_answer.h"
#include "units.h"

struct eh_engine;
struct ticket;

/* A team that the ticket was dealt in before. */
struct home {
    int64_t booked; /* value of its receipt there */
    uint32_t team,
        rep;       /* rep: who had it last there; NONE: rules before EH_RULES_RETURNS forgot it */
    bool given;    /* it was given back there, and waited when it went */
    bool left;     /* ... because the rep left the team */
    bool returned; /* ... because a manager took it from the rep */
    bool kept;     /* the rep keeps the receipt */
};

struct tail {
    struct eh_str resent_of; /* id of the cancelled ticket that came again as this one; or empty */
    struct home homes[EH_TICKET_TEAMS_MAX]; /* in the order in which it left them */
    uint32_t home_count;
    struct contents contents; /* in an image it stands by itself, and so does the answer */
    struct first_answer answer;
};

/* A tail in an image: ids, which point into it, instead of numbers. */
struct tail_image {
    struct tail tail;
    struct eh_str teams[EH_TICKET_TEAMS_MAX], reps[EH_TICKET_TEAMS_MAX];
};

/* Text points into the ticket. */
void eh_tail_read(const struct ticket *, struct tail *ret);
struct eh_str eh_ticket_resent_of(const struct ticket *);
int eh_tail_write(struct ticket *, const struct tail *) EH_MUST_CHECK;
/* Writes canonical bytes; reads them without an engine; takes what was read into a ticket that has
 * its texts. */
void eh_tail_put(const struct eh_engine *, const struct ticket *, struct eh_bytes *);
void eh_tail_image(struct eh_reader *, uint8_t version, struct tail_image *ret);
int eh_tail_take(struct eh_engine *, const struct tail_image *, struct ticket *) EH_MUST_CHECK;

#endif
