/*
 * contents: what a helpdesk has told of a ticket as a whole, as hashes. Private to engine/.
 *
 * A ticket that is told once more is a repeat, something older that comes late, or an update. Which
 * it is, the contents decide that were told before: they outlive what managers and updates made of
 * the ticket. A ticket keeps none while nothing has changed it: then its first content follows from
 * the ticket itself.
 */
#ifndef EVENHAND_LIB_ENGINE_CONTENTS_H
#define EVENHAND_LIB_ENGINE_CONTENTS_H

#include "units.h"

struct eh_engine;
struct step;
struct ticket;

struct contents {
    int64_t hashes[EH_CONTENTS_MAX]; /* the newest last */
    uint32_t count;                  /* 0: the ticket is as it was told first */
    uint32_t team;                   /* that the newest one names */
};

/* Contents in an image: an id, which points into it, instead of a number. */
struct contents_image {
    struct contents contents;
    struct eh_str team;
};

/* Of a whole ticket, within 1 to EH_INTEGER_MAX. */
int64_t eh_content_of(const struct eh_message *);
/* What the helpdesk told of the ticket up to now: one content or more. False: the ticket is as it
 * was told first. */
bool eh_contents_told(const struct eh_engine *, const struct ticket *, struct contents *ret);
/* The ticket will change: what it was told as is kept. From EH_RULES_RETOLD on. */
int eh_contents_keep(struct eh_engine *, struct ticket *) EH_MUST_CHECK;
/* This was told, and names this team. */
int eh_contents_add(struct eh_engine *, struct ticket *, int64_t hash, uint32_t team) EH_MUST_CHECK;

void eh_contents_put(const struct eh_engine *, const struct ticket *, struct eh_bytes *);
void eh_contents_image(struct eh_reader *, uint8_t version, struct contents_image *ret);
int eh_contents_take(struct eh_engine *, const struct contents_image *,
                     struct ticket *) EH_MUST_CHECK;

#endif
