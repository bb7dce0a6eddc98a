/*
 * imports: imported figures, and reps who are set aside: what names its period itself. Private to
 * engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_IMPORTS_H
#define EVENHAND_LIB_ENGINE_IMPORTS_H

#include "units.h"

struct eh_engine;

bool eh_imports_full(const struct eh_engine *, uint32_t team, int32_t date, struct eh_str name);
/* Whether the period has such a figure already. */
bool eh_import_known(const struct eh_engine *, uint32_t team, struct eh_period, struct eh_str name);
int eh_facts_imported(struct eh_engine *, uint32_t team, struct eh_period,
                      const struct eh_message *) EH_MUST_CHECK;
int eh_facts_excluded(struct eh_engine *, uint32_t team, struct eh_period, uint32_t rep,
                      const struct eh_message *) EH_MUST_CHECK;

#endif
