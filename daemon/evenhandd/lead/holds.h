/*
 * holds: how many of a source's tickets of an hour are held, that is with somebody outside their
 * team. Many are, where the helpdesk gives its tickets away by itself, or where the desk file does
 * not know whose its accounts are: then evenhandd deals in vain.
 */
#ifndef EVENHAND_LEAD_HOLDS_H
#define EVENHAND_LEAD_HOLDS_H

#include <evenhand/base/base.h>

#define EH_HOLDS_SOURCES_MAX 64 /* sources that are watched: of further ones the quietest goes */
#define EH_HOLDS_LEAST       10 /* tickets of a source in an hour: of fewer nothing is said */
#define EH_HOLDS_FIFTH       5  /* more than one of so many is an alarm */
#define EH_HOLDS_PARTS       6  /* of an hour, which are counted apart */

struct eh_holds_source {
    char name[128]; /* of at most EH_NAME_MAX bytes, which are all of it */
    uint32_t size;
    uint32_t tickets[EH_HOLDS_PARTS], held[EH_HOLDS_PARTS];
};

struct eh_holds {
    struct eh_holds_source sources[EH_HOLDS_SOURCES_MAX];
    uint32_t count;
    int64_t part; /* number of the part of an hour that is counted now, since 1970 */
};

struct eh_holds_share {
    struct eh_str source; /* until the next call */
    uint64_t tickets, held;
};

/* A ticket of the source came, or one of them is held. */
void eh_holds_count(struct eh_holds *, struct eh_str source, bool ticket, int64_t now_us);
/* The source with the largest share, if more than a fifth of its tickets are held. */
bool eh_holds_worst(struct eh_holds *, int64_t now_us, struct eh_holds_share *ret);

struct eh_app;
struct eh_batch;
void app_holds_take(struct eh_app *, const struct eh_batch *); /* committed */
void app_holds_look(struct eh_app *);                          /* keeps the alarm */

#endif
