/*
 * state: where the log is and who decides: written by leader.c, pipeline.c and the files that
 * decide, read by all.
 */
#ifndef EVENHAND_LEAD_STATE_H
#define EVENHAND_LEAD_STATE_H

#include "lead/app.h"
#include "lead/repeats.h"
#include "store/store.h"

struct eh_lead_state {
    enum eh_role role;
    bool deciding;            /* leading, recovered: inputs are taken */
    bool resuming;            /* leading, and on the way back to the last commit, or holding */
    struct eh_engine *engine; /* for deciding while `deciding`, otherwise for reading only */
    struct eh_head head;      /* of the last batch decided */
    struct eh_head durable;   /* of the last one committed */
    struct eh_committed committed;
    struct eh_repeats repeated; /* the last entries that changed nothing ... */
    uint64_t repeats;           /* ... and how many messages did since the start */
};

#endif
