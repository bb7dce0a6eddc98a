/*
 * schedule_bytes: canonical bytes of schedules, absences and whose they are.
 *
 * The digest has a schedule's key, which hashes all that it was ever given. A snapshot has the
 * intervals, too, in a piece with a hash of its own.
 */
#include "schedule_bytes.h"

#include "absences.h"
#include "canonical.h"
#include "digest.h"
#include "hours_past.h"
#include "interner.h"
#include "schedule_encode.h"
#include "schedules.h"
#include "shift_heap.h"
#include "state.h"

#include <stdlib.h>

/* ---- written */

static void schedule_put(const struct eh_engine *e, uint32_t number, struct eh_bytes *out)
{
    const struct schedule *s = &e->schedules.items[number - 1];
    int64_t end = 0;
    eh_encode_schedule(e, number, out);
    eh_bytes_put_u(out, s->first);
    eh_bytes_put_u(out, s->count);
    for (uint32_t i = 0; i < s->count; i++) {
        eh_bytes_put_u(out, (uint64_t)(s->intervals[i].from_us - end));
        eh_bytes_put_u(out, (uint64_t)(s->intervals[i].until_us - s->intervals[i].from_us));
        end = s->intervals[i].until_us;
    }
    eh_work_days_put(&s->days, out);
}

static void owners_put(const struct eh_engine *e, struct eh_bytes *out)
{
    uint32_t reps = 0, teams = 0;
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++)
        reps += eh_rep_has_hours(e, i);
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        teams += e->roster.teams[i].schedule != 0;
    eh_bytes_put_u(out, reps);
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++)
        if (eh_rep_has_hours(e, i))
            eh_encode_rep_hours(e, i, out);
    eh_bytes_put_u(out, teams);
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        if (e->roster.teams[i].schedule)
            eh_encode_team_hours(e, i, out);
}

static void piece_put(const struct eh_engine *e, struct eh_bytes *out)
{
    uint32_t known = 0;
    for (uint32_t i = 0; i < e->schedules.count; i++)
        known += e->schedules.items[i].known;
    eh_encode_hours(e, out);
    eh_bytes_put_u(out, e->schedules.count);
    eh_bytes_put_u(out, known);
    for (uint32_t i = 0; i < e->schedules.count; i++)
        if (e->schedules.items[i].known)
            schedule_put(e, i + 1, out);
    owners_put(e, out);
    eh_hours_pasts_put(e, out);
}

void eh_schedules_put(const struct eh_engine *e, struct eh_bytes *out)
{
    EH_AUTO(eh_bytes) struct eh_bytes piece = EH_BYTES_INIT;
    piece_put(e, &piece);
    out->failed |= piece.failed;
    eh_bytes_put_str(out, eh_str_n((const char *)piece.data, piece.size));
    eh_put_key(out, eh_hash_state(piece.data, piece.failed ? 0 : piece.size));
}

/* ---- read */

static struct eh_interval interval_read(struct eh_reader *in, int64_t end)
{
    uint64_t gap = eh_read_u(in), length = eh_read_u(in);
    in->failed |= gap > (uint64_t)(EH_TIME_LAST - end);
    int64_t from = in->failed ? end : end + (int64_t)gap;
    in->failed |= length == 0 || length > (uint64_t)(EH_TIME_LAST - from);
    return (struct eh_interval){from, in->failed ? from : from + (int64_t)length};
}

static int intervals_read(struct eh_engine *e, struct schedule *s, struct eh_reader *in)
{
    int64_t end = 0;
    s->first = eh_read_u32(in);
    uint32_t count = eh_read_u32(in);
    if (in->failed || s->first > count || count > (size_t)(in->end - in->at))
        return -EH_ECORRUPT;
    int r = eh_array_room(&s->intervals, &s->capacity, count, EH_ARRAY_MAX);
    for (uint32_t i = 0; r == 0 && i < count && !in->failed; i++) {
        s->intervals[i] = interval_read(in, end);
        end = s->intervals[i].until_us;
        s->count++;
        e->schedules.intervals++;
    }
    return r == 0 && in->failed ? -EH_ECORRUPT : r;
}

static int schedule_read(struct eh_engine *e, struct eh_reader *in)
{
    uint32_t number = eh_read_u32(in);
    if (number == 0 || number > e->schedules.count || eh_schedule(e, number)->known)
        return -EH_ECORRUPT;
    struct schedule *s = eh_schedule(e, number);
    s->known = true;
    s->on = eh_read_flag(in);
    s->key = eh_read_key(in);
    int r = intervals_read(e, s, in);
    if (r == 0)
        r = eh_work_days_read(&s->days, in);
    if (r < 0)
        return r;
    eh_shift_place(e, number);
    eh_digest_schedule(e, number);
    return 0;
}

static uint32_t owner_number_read(const struct eh_engine *e, struct eh_reader *in)
{
    uint32_t number = eh_read_u32(in);
    in->failed |= number > e->schedules.count;
    return in->failed ? 0 : number;
}

static bool reason_fits(const struct eh_engine *e, uint8_t reason)
{
    return e->rules >= EH_RULES_REASONS ? reason == EH_ABSENCE_APART
                                        : eh_absence_name(reason) != NULL;
}

static int absence_read(struct eh_engine *e, uint32_t rep, struct eh_reader *in)
{
    struct absence absence = {.number = eh_read_u(in)};
    absence.from_us = eh_read_i(in);
    absence.until_us = eh_read_i(in);
    absence.reason = eh_read_u8(in);
    absence.begun = eh_read_flag(in);
    struct eh_str uid = eh_read_str(in);
    if (in->failed || !eh_is_time(absence.from_us) || absence.until_us <= absence.from_us ||
        !reason_fits(e, absence.reason) || uid.size > EH_NAME_MAX)
        return -EH_ECORRUPT;
    e->roster.reps[rep].absent |= absence.begun;
    return eh_absence_add(e, rep, absence, uid);
}

static int rep_hours_read(struct eh_engine *e, struct eh_reader *in)
{
    uint32_t rep = eh_interner_find(&e->roster.rep_ids, eh_read_str(in));
    if (rep == NONE || eh_rep_has_hours(e, rep))
        return -EH_ECORRUPT;
    e->roster.reps[rep].schedule = owner_number_read(e, in);
    uint32_t count = eh_read_u32(in);
    int r = in->failed || count > EH_ABSENCES_PER_REP_MAX ? -EH_ECORRUPT : 0;
    for (uint32_t i = 0; r == 0 && i < count; i++)
        r = absence_read(e, rep, in);
    if (r < 0)
        return r;
    eh_absence_place(e, rep);
    eh_digest_rep_hours(e, rep);
    return 0;
}

static int team_hours_read(struct eh_engine *e, struct eh_reader *in)
{
    uint32_t team = eh_interner_find(&e->roster.team_ids, eh_read_str(in));
    if (team == NONE)
        return -EH_ECORRUPT;
    e->roster.teams[team].schedule = owner_number_read(e, in);
    eh_digest_team_hours(e, team);
    return in->failed ? -EH_ECORRUPT : 0;
}

static int list_read(struct eh_engine *e, struct eh_reader *in, uint32_t most,
                     int (*read)(struct eh_engine *, struct eh_reader *))
{
    uint32_t count = eh_read_u32(in);
    int r = in->failed || count > most ? -EH_ECORRUPT : 0;
    for (uint32_t i = 0; r == 0 && i < count; i++)
        r = in->failed ? -EH_ECORRUPT : read(e, in);
    return r;
}

static int hours_read(struct eh_engine *e, struct eh_reader *in)
{
    struct shift_turn *turn = &e->schedules.turn;
    e->schedules.window_us = eh_read_i(in);
    turn->schedule = eh_read_u32(in);
    turn->done = eh_read_u32(in);
    turn->on = eh_read_flag(in);
    turn->ended_us = eh_read_i(in);
    uint32_t count = eh_read_u32(in);
    if (in->failed || count > EH_SCHEDULES_MAX || turn->schedule > count ||
        !eh_is_time(e->schedules.window_us) || !eh_is_time(turn->ended_us))
        return -EH_ECORRUPT;
    return count ? eh_schedules_reserve(e, count) : 0;
}

/* The members who were told already must be there. */
static int turn_check(struct eh_engine *e)
{
    const struct shift_turn *turn = &e->schedules.turn;
    return turn->schedule && turn->done > eh_schedule(e, turn->schedule)->member_count
               ? -EH_ECORRUPT
               : 0;
}

static int piece_read(struct eh_engine *e, struct eh_reader *in)
{
    int r = hours_read(e, in);
    if (r == 0)
        r = list_read(e, in, EH_SCHEDULES_MAX, schedule_read);
    if (r == 0)
        r = list_read(e, in, INTERNED_MAX, rep_hours_read);
    if (r == 0)
        r = list_read(e, in, INTERNED_MAX, team_hours_read);
    if (r == 0)
        r = eh_hours_pasts_read(e, in);
    if (r == 0 && !eh_reader_complete(in))
        r = -EH_ECORRUPT;
    if (r == 0)
        r = eh_schedules_lay_out(e);
    if (r == 0)
        r = turn_check(e);
    if (r < 0)
        return r;
    eh_schedules_tell(e);
    eh_digest_hours(e);
    return 0;
}

int eh_schedules_read(struct eh_engine *e, struct eh_reader *in)
{
    struct eh_str bytes = eh_read_str(in);
    struct eh_key key = eh_read_key(in);
    if (in->failed || !eh_key_equal(key, eh_hash_state(bytes.data, bytes.size)))
        return -EH_ECORRUPT;
    struct eh_reader piece = eh_reader(bytes.data, bytes.size);
    return piece_read(e, &piece);
}
