/*
 * past_bytes: what earlier desks said, written into a snapshot and read back.
 */
#include "past_bytes.h"

#include "digest.h"
#include "encode.h"
#include "interner.h"
#include "owned_text.h"
#include "state.h"

static void names_put(const struct eh_engine *e, struct eh_bytes *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++)
        count += !e->roster.reps[i].present && e->roster.reps[i].name_size > 0;
    eh_bytes_put_u(out, count);
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++) {
        const struct rep *rep = &e->roster.reps[i];
        if (rep->present || rep->name_size == 0)
            continue;
        eh_bytes_put_str(out, e->roster.rep_ids.items[i]);
        eh_bytes_put_str(out, eh_str_n(rep->name, rep->name_size));
    }
}

void eh_pasts_put(const struct eh_engine *e, struct eh_bytes *out)
{
    uint32_t pasts = 0, sinces = 0;
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        pasts += e->roster.teams[i].past.day != EH_DATE_ALWAYS;
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++)
        sinces += e->roster.reps[i].since != EH_DATE_ALWAYS;
    eh_bytes_put_u(out, pasts);
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        if (e->roster.teams[i].past.day != EH_DATE_ALWAYS)
            eh_encode_past(e, i, out);
    eh_bytes_put_u(out, sinces);
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++)
        if (e->roster.reps[i].since != EH_DATE_ALWAYS)
            eh_encode_since(e, i, out);
    names_put(e, out);
}

/* ---- and back */

static int stay_read(struct eh_engine *e, struct eh_reader *in, struct past *past)
{
    struct stay stay = {.rep = eh_interner_find(&e->roster.rep_ids, eh_read_str(in))};
    stay.from = eh_read_i32(in);
    stay.until = eh_read_i32(in);
    const struct stay *last = past->count ? &past->stays[past->count - 1] : NULL;
    if (in->failed || stay.rep == NONE || stay.from > stay.until || stay.until >= past->day)
        return -EH_ECORRUPT;
    int order =
        last ? eh_str_compare(e->roster.rep_ids.items[last->rep], e->roster.rep_ids.items[stay.rep])
             : -1;
    if (order > 0 || (order == 0 && last->until >= stay.from))
        return -EH_ECORRUPT;
    past->stays[past->count++] = stay;
    return 0;
}

static int past_read(struct eh_engine *e, struct eh_reader *in)
{
    uint32_t no = eh_interner_find(&e->roster.team_ids, eh_read_str(in)), capacity = 0;
    int32_t day = eh_read_i32(in);
    uint64_t count = eh_read_u(in);
    if (in->failed || no == NONE || !eh_is_date(day) || count > EH_STAYS_MAX ||
        e->roster.teams[no].past.day != EH_DATE_ALWAYS)
        return -EH_ECORRUPT;
    struct past *past = &e->roster.teams[no].past;
    past->day = day;
    int r = 0;
    for (uint64_t i = 0; r == 0 && i < count; i++) {
        r = eh_array_room(&past->stays, &capacity, past->count + 1, EH_ARRAY_MAX);
        if (r == 0)
            r = stay_read(e, in, past);
    }
    if (r == 0)
        eh_digest_past(e, no);
    return r;
}

static int since_read(struct eh_engine *e, struct eh_reader *in)
{
    uint32_t no = eh_interner_find(&e->roster.rep_ids, eh_read_str(in));
    int32_t since = eh_read_i32(in), until = eh_read_i32(in);
    if (in->failed || no == NONE || !eh_is_date(since) ||
        e->roster.reps[no].since != EH_DATE_ALWAYS)
        return -EH_ECORRUPT;
    e->roster.reps[no].since = since;
    e->roster.reps[no].since_until = until;
    eh_digest_since(e, no);
    return 0;
}

static int name_read(struct eh_engine *e, struct eh_reader *in)
{
    uint32_t no = eh_interner_find(&e->roster.rep_ids, eh_read_str(in));
    struct eh_str name = eh_read_str(in);
    if (in->failed || no == NONE || name.size == 0)
        return -EH_ECORRUPT;
    return eh_owned_text_set(&e->roster.reps[no].name, &e->roster.reps[no].name_size, name);
}

static int objects_read(struct eh_engine *e, struct eh_reader *in, uint64_t most,
                        int (*read)(struct eh_engine *, struct eh_reader *))
{
    uint64_t count = eh_read_u(in);
    int r = count > most ? -EH_ECORRUPT : 0;
    for (uint64_t i = 0; r == 0 && i < count; i++)
        r = read(e, in);
    return r;
}

int eh_pasts_read(struct eh_engine *e, struct eh_reader *in)
{
    int r = objects_read(e, in, INTERNED_MAX, past_read);
    if (r == 0)
        r = objects_read(e, in, INTERNED_MAX, since_read);
    return r < 0 ? r : objects_read(e, in, INTERNED_MAX, name_read);
}
