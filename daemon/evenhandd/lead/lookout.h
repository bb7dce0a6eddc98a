/*
 * lookout: looks again, every few seconds, at what was looked at when evenhandd started: the admin
 * socket, the key file, the checkpoint file, the desk file and the schema; and whether anything is
 * dealt while something waits. It repairs what it can and raises an alarm where it cannot.
 *
 *     struct eh_lookout lookout = {0};
 *     app_lookout_tick(app);      // once a second, from the loop
 */
#ifndef EVENHAND_LEAD_LOOKOUT_H
#define EVENHAND_LEAD_LOOKOUT_H

#include <sys/types.h>

#include <evenhand/base/base.h>

#include "host/alarms.h"

#define EH_LOOK_S    5  /* seconds between two looks at files, socket and schema */
#define EH_STALLED_S 10 /* nothing may be dealt for so long before that is an alarm */

struct eh_lookout {
    unsigned seconds; /* ticks since the start */
    /* The checkpoint file as it was left by the last append or seen at the first look. */
    bool checkpoint_known;
    dev_t checkpoint_device;
    ino_t checkpoint_inode;
    off_t checkpoint_size;
    int64_t still_since_us; /* monotonic: since when nothing has moved; 0: something does */
    uint64_t moved_batches; /* batches committed when something moved last */
};

struct eh_app;
/* True every EH_LOOK_S: whoever owns something else to be looked at looks now. */
bool app_lookout_tick(struct eh_app *);

#endif
