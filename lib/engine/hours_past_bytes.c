/*
 * hours_past_bytes: by which schedule reps and teams worked, written into a snapshot and read back.
 */
#include "canonical.h"
#include "digest.h"
#include "hours_past.h"
#include "interner.h"
#include "schedule_encode.h"
#include "state.h"

void eh_hours_pasts_put(const struct eh_engine *e, struct eh_bytes *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++)
        count += eh_hours_are_told(&e->roster.reps[i].hours_past);
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        count += eh_hours_are_told(&e->roster.teams[i].hours_past);
    eh_bytes_put_u(out, count);
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++)
        if (eh_hours_are_told(&e->roster.reps[i].hours_past))
            eh_encode_hours_past(e, false, i, out);
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        if (eh_hours_are_told(&e->roster.teams[i].hours_past))
            eh_encode_hours_past(e, true, i, out);
}

static int said_read(const struct eh_engine *e, struct eh_reader *in, struct hours_past *past)
{
    int32_t from = eh_read_i32(in);
    uint32_t schedule = eh_read_u32(in);
    const struct hours_said *last = past->count ? &past->said[past->count - 1] : NULL;
    bool known = schedule <= e->schedules.count || schedule == HOURS_UNKNOWN;
    if (in->failed || !known || !(eh_is_date(from) || (from == EH_DATE_ALWAYS && !last)) ||
        (last && last->from >= from))
        return -EH_ECORRUPT;
    return eh_hours_past_append(past, from, schedule);
}

static int past_read(struct eh_engine *e, struct eh_reader *in)
{
    bool is_team = eh_read_flag(in);
    uint32_t no =
        eh_interner_find(is_team ? &e->roster.team_ids : &e->roster.rep_ids, eh_read_str(in));
    uint32_t count = eh_read_u32(in);
    if (in->failed || no == NONE || count == 0 || count > HOURS_SAID_MAX ||
        eh_hours_are_told(eh_hours_past_of(e, is_team, no)))
        return -EH_ECORRUPT;
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < count; i++)
        r = said_read(e, in, eh_hours_past_of(e, is_team, no));
    eh_digest_hours_past(e, is_team, no);
    return r;
}

int eh_hours_pasts_read(struct eh_engine *e, struct eh_reader *in)
{
    uint64_t count = eh_read_u(in);
    int r = in->failed || (count > 0 && e->rules < EH_RULES_CONTRACT) ? -EH_ECORRUPT : 0;
    for (uint64_t i = 0; r == 0 && i < count; i++)
        r = past_read(e, in);
    return r;
}
