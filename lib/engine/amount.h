/*
 * amount: how entitlement is counted. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_AMOUNT_H
#define EVENHAND_LIB_ENGINE_AMOUNT_H

#include "units.h"

/* One ticket, and 10^-9 of a ticket, in the units of an amount's count. */
#define TICKET      INT64_C(1000000000000000)
#define TICKET_NANO INT64_C(1000000)
/* A pair of sums, in 10^-15 tickets and 10^-9 minor units. */
struct amount {
    __int128 count, value;
};

#endif
