/*
 * past_bytes: what the desks before the one of now said, into a snapshot and back.
 */
#include "stays.h"

static void put_names(const struct eh_engine *e, struct eh_bytes *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < e->rep_names.count; i++)
        count += !e->reps[i].present && e->reps[i].name_size > 0;
    eh_bytes_put_u(out, count);
    for (uint32_t i = 0; i < e->rep_names.count; i++) {
        const struct rep *rep = &e->reps[i];
        if (rep->present || rep->name_size == 0)
            continue;
        eh_bytes_put_str(out, e->rep_names.items[i]);
        eh_bytes_put_str(out, eh_str_n(rep->name, rep->name_size));
    }
}

void eh_pasts_put(const struct eh_engine *e, struct eh_bytes *out)
{
    uint32_t pasts = 0, sinces = 0;
    for (uint32_t i = 0; i < e->team_names.count; i++)
        pasts += e->teams[i].past.day != EH_DATE_ALWAYS;
    for (uint32_t i = 0; i < e->rep_names.count; i++)
        sinces += e->reps[i].since != EH_DATE_ALWAYS;
    eh_bytes_put_u(out, pasts);
    for (uint32_t i = 0; i < e->team_names.count; i++)
        if (e->teams[i].past.day != EH_DATE_ALWAYS)
            eh_encode_past(e, i, out);
    eh_bytes_put_u(out, sinces);
    for (uint32_t i = 0; i < e->rep_names.count; i++)
        if (e->reps[i].since != EH_DATE_ALWAYS)
            eh_encode_since(e, i, out);
    put_names(e, out);
}

/* ---- and back */

static int read_stay(struct eh_engine *e, struct eh_reader *in, struct past *past)
{
    struct stay stay = {.rep = eh_names_find(&e->rep_names, eh_read_str(in))};
    stay.from = eh_read_i32(in);
    stay.until = eh_read_i32(in);
    const struct stay *last = past->count ? &past->stays[past->count - 1] : NULL;
    if (in->failed || stay.rep == NONE || stay.from > stay.until || stay.until >= past->day)
        return -EH_ECORRUPT;
    int order =
        last ? eh_str_compare(e->rep_names.items[last->rep], e->rep_names.items[stay.rep]) : -1;
    if (order > 0 || (order == 0 && last->until >= stay.from))
        return -EH_ECORRUPT;
    past->stays[past->count++] = stay;
    return 0;
}

static int read_past(struct eh_engine *e, struct eh_reader *in)
{
    uint32_t no = eh_names_find(&e->team_names, eh_read_str(in)), capacity = 0;
    int32_t day = eh_read_i32(in);
    uint64_t count = eh_read_u(in);
    if (in->failed || no == NONE || !eh_is_date(day) || count > EH_STAYS_MAX ||
        e->teams[no].past.day != EH_DATE_ALWAYS)
        return -EH_ECORRUPT;
    struct past *past = &e->teams[no].past;
    past->day = day;
    int r = 0;
    for (uint64_t i = 0; r == 0 && i < count; i++) {
        r = eh_array_room(&past->stays, &capacity, past->count + 1, EH_ARRAY_MAX);
        if (r == 0)
            r = read_stay(e, in, past);
    }
    if (r == 0)
        eh_digest_past(e, no);
    return r;
}

static int read_since(struct eh_engine *e, struct eh_reader *in)
{
    uint32_t no = eh_names_find(&e->rep_names, eh_read_str(in));
    int32_t since = eh_read_i32(in), until = eh_read_i32(in);
    if (in->failed || no == NONE || !eh_is_date(since) || e->reps[no].since != EH_DATE_ALWAYS)
        return -EH_ECORRUPT;
    e->reps[no].since = since;
    e->reps[no].since_until = until;
    eh_digest_since(e, no);
    return 0;
}

static int read_name(struct eh_engine *e, struct eh_reader *in)
{
    uint32_t no = eh_names_find(&e->rep_names, eh_read_str(in));
    struct eh_str name = eh_read_str(in);
    if (in->failed || no == NONE || name.size == 0)
        return -EH_ECORRUPT;
    return eh_rep_set_text(&e->reps[no].name, &e->reps[no].name_size, name);
}

static int read_all(struct eh_engine *e, struct eh_reader *in, uint64_t most,
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
    int r = read_all(e, in, NAMES_MAX, read_past);
    if (r == 0)
        r = read_all(e, in, NAMES_MAX, read_since);
    return r < 0 ? r : read_all(e, in, NAMES_MAX, read_name);
}
