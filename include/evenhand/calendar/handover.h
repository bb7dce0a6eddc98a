/*
 * handover: what has to be handed over to the engine so that it holds what the desk file says, as
 * the texts of SCHEDULE inputs: the difference to what it holds, and each day what enters the
 * window.
 *
 *     struct eh_handover handover = {0};
 *     const struct eh_held held = eh_held_engine(engine);
 *     const struct eh_handover_at at = {now_us, today, &zone};
 *     r = eh_handover_make(desk, &held, &at, &handover);
 *     for (uint32_t i = 0; i < handover.count; i++)
 *         … an input with the text handover.texts[i] …
 *     eh_handover_done(&handover);
 */
#ifndef EVENHAND_CALENDAR_HANDOVER_H
#define EVENHAND_CALENDAR_HANDOVER_H

#include <evenhand/engine/engine.h>
#include <evenhand/wire/hours.h>

EH_C_BEGIN

#define EH_HANDOVER_TEXTS_MAX  1024 /* inputs of one handover */
#define EH_HANDOVER_IDLE_BYTES (EH_ID_MAX + 16)
#define EH_HANDOVER_BACK_DAYS  60 /* a gap behind an old window is filled no farther back */

/* What the engine holds. */
struct eh_held {
    const void *context;
    /* The highest number handed over so far, and up to when all schedules are complete; 0: never.
     */
    uint32_t (*highest)(const void *context, int64_t *ret_window_us);
    /* The intervals of a schedule, which ascend. */
    uint32_t (*intervals)(const void *context, uint32_t schedule, const struct eh_interval **ret);
    /* The minutes of work of consecutive days from *ret_first on, EH_SCHEDULE_NO_MINUTES where they
       are not known; 0: none. NULL: it keeps no minutes. */
    uint32_t (*minutes)(const void *context, uint32_t schedule, int32_t *ret_first,
                        const uint16_t **ret);
    /* Whose schedule it is; 0: none. */
    uint32_t (*of_rep)(const void *context, struct eh_str id);
    uint32_t (*of_team)(const void *context, struct eh_str id);
};

/* What an engine holds, by its readers; it lives as long as the engine. */
struct eh_held eh_held_engine(const struct eh_engine *);

struct eh_handover_at {
    int64_t now_us;
    int32_t date;                     /* in the desk's zone */
    const struct eh_hours_zone *zone; /* knows the time zones */
};

struct eh_handover {
    struct eh_bytes *texts; /* none: the engine holds what it should */
    uint32_t count, room;
    uint32_t idle;                        /* hours that have no work in all of the window */
    char idle_of[EH_HANDOVER_IDLE_BYTES]; /* one of them: "calendar office"; own ones: "rep ana" */
};

/* -EH_EFULL: more schedules or texts than there may be; -EH_ENOMEM. */
int eh_handover_make(const struct eh_desk *, const struct eh_held *, const struct eh_handover_at *,
                     struct eh_handover *) EH_MUST_CHECK;
void eh_handover_done(struct eh_handover *);

EH_C_END

#endif
