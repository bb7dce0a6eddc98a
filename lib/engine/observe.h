/*
 * observe: tells whoever watches what each ticket's deal was, and who had which chance of it.
 * Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_OBSERVE_H
#define EVENHAND_LIB_ENGINE_OBSERVE_H

#include "units.h"

struct decision;
struct eh_choice;
struct eh_engine;
struct ticket;

/* Notes the chance of everybody in the set's tree, for the deal that is told next. */
int eh_watch_chances(struct eh_engine *, const struct eh_choice *) EH_MUST_CHECK;
int eh_watch_tell(struct eh_engine *, const struct ticket *, uint32_t rep, const struct decision *,
                  int64_t now_us) EH_MUST_CHECK;
void eh_watch_done(struct eh_engine *);

#endif
