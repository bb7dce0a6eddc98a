/*
 * canonical: canonical bytes of small things that many objects of the state hold. Private to
 * engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_CANONICAL_H
#define EVENHAND_LIB_ENGINE_CANONICAL_H

#include "amount.h"
#include "units.h"

__int128 eh_read_wide(struct eh_reader *);
struct amount eh_read_amount(struct eh_reader *);
bool eh_read_flag(struct eh_reader *); /* 0 or 1; anything else fails */
void eh_put_key(struct eh_bytes *, struct eh_key);
struct eh_key eh_read_key(struct eh_reader *);
void eh_put_wide(struct eh_bytes *, __int128);
void eh_put_amount(struct eh_bytes *, struct amount);

#endif
