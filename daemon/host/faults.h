/*
 * faults: faults that a test asks for by an environment variable. A build has them only with the
 * option `faults` (meson_options.txt); in any other build each function is empty and no variable is
 * read.
 *
 *     EVENHAND_ABORT_ON=poisoned evenhandd …    # the decoder aborts on a body with this text in it
 *     EVENHAND_HANG_ON=poisoned evenhandd …     # ... or never returns
 *     EVENHAND_LOOKUP_MS=3000 evenhandd …       # the user database takes so long to answer
 *     EVENHAND_DISK_MS=3000 evenhandd …         # fsync of a checkpoint takes so long
 */
#ifndef EVENHAND_HOST_FAULTS_H
#define EVENHAND_HOST_FAULTS_H

#include <evenhand/base/base.h>

#ifdef EVENHAND_FAULTS
void eh_fault_decoder(struct eh_str body);
void eh_fault_disk(void);
void eh_fault_lookup(void);
#else
static inline void eh_fault_decoder(struct eh_str body)
{
    (void)body;
}
static inline void eh_fault_disk(void)
{
}
static inline void eh_fault_lookup(void)
{
}
#endif

#endif
