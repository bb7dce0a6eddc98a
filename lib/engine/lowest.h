/*
 * lowest: the tickets of a rep with the lowest numbers, as many as a round gives back. Private to
 * engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_LOWEST_H
#define EVENHAND_LIB_ENGINE_LOWEST_H

#include "units.h"

struct eh_engine;
struct place;
struct rep;

/* The `most` lowest numbers of all that were offered: a heap with the highest of them on top. */
struct lowest {
    struct place *items;
    uint32_t count, most;
    uint64_t offered;
};

/* Makes room for `most`; the caller frees the items. */
int eh_lowest_new(struct lowest *ret) EH_MUST_CHECK;
/* The rep's next tickets to be released. */
int eh_lowest_of_release(const struct eh_engine *, const struct rep *,
                         struct lowest *ret) EH_MUST_CHECK;
/* The rep's next tickets of a team that they left. */
int eh_lowest_of_team(const struct eh_engine *, const struct rep *, uint32_t team,
                      struct lowest *ret) EH_MUST_CHECK;

#endif
