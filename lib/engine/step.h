/*
 * step: one step under way, and one decision in it. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_STEP_H
#define EVENHAND_LIB_ENGINE_STEP_H

#include "state.h"
#include "units.h"

/* One step under way. */
struct step {
    struct eh_engine *e;
    const struct eh_input *in;
    struct eh_message m; /* of the input, with digests of personal text */
    struct eh_effects *fx;
    int64_t now_us;
    uint32_t deals_left; /* effects that dealing and releasing may still have */
    uint32_t turn;       /* team dealt to last in the round */
    uint32_t subject; /* the ticket whose outcomes this step applies: it goes if it ends closed; or
                         NONE */
    bool touched;     /* the state has changed: an error from here on breaks the engine */
    bool shifted;     /* shifts turned before the message: the same */
    bool dry;         /* the step ends where the state would change; steps of a period alone */
};

/* What an effect tells of one decision. */
struct decision {
    const char *why;
    uint32_t eligible;
    uint64_t weight;
    const struct eh_draws *draws; /* NULL: none */
    struct eh_str detail;         /* what the policy compared */
    bool chances;                 /* the watch holds those of everybody eligible */
    bool dealt;                   /* by the policy or by affinity: `at_most` counts it */
    bool owned;                   /* the helpdesk or a manager named the rep: no deal ... */
    bool alone;                   /* ... and a gift: it entitles the rep alone */
};

/* Whether the log says that the input was decided so, before rules had numbers: that decision
 * holds, whatever rule there is now (enum eh_recorded). */
static inline bool eh_step_was(const struct step *s, enum eh_recorded how)
{
    return s->e->rules == EH_RULES_FIRST && s->in->recorded == how;
}

#endif
