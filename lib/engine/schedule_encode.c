/*
 * schedule_encode: canonical bytes of schedules, absences and whose they are, as the digest has
 * them: a schedule's key stands for its intervals.
 */
#include "schedule_encode.h"

#include "absences.h"
#include "canonical.h"
#include "schedules.h"
#include "state.h"

void eh_encode_schedule(const struct eh_engine *e, uint32_t number, struct eh_bytes *out)
{
    const struct schedule *s = &e->schedules.items[number - 1];
    eh_bytes_put_u(out, number);
    eh_bytes_put_u8(out, s->on);
    eh_put_key(out, s->key);
}

bool eh_has_hours(const struct eh_engine *e)
{
    return e->schedules.window_us || e->schedules.turn.schedule;
}

void eh_encode_hours(const struct eh_engine *e, struct eh_bytes *out)
{
    const struct shift_turn *turn = &e->schedules.turn;
    eh_bytes_put_i(out, e->schedules.window_us);
    eh_bytes_put_u(out, turn->schedule);
    eh_bytes_put_u(out, turn->done);
    eh_bytes_put_u8(out, turn->on);
    eh_bytes_put_i(out, turn->ended_us);
}

bool eh_rep_has_hours(const struct eh_engine *e, uint32_t rep)
{
    return e->roster.reps[rep].schedule || e->roster.reps[rep].absence_count;
}

void eh_encode_rep_hours(const struct eh_engine *e, uint32_t no, struct eh_bytes *out)
{
    const struct rep *rep = &e->roster.reps[no];
    eh_bytes_put_str(out, e->roster.rep_ids.items[no]);
    eh_bytes_put_u(out, rep->schedule);
    eh_bytes_put_u(out, rep->absence_count);
    for (uint32_t i = 0; i < rep->absence_count; i++) {
        const struct absence *absence = &rep->absences[i];
        eh_bytes_put_u(out, absence->number);
        eh_bytes_put_i(out, absence->from_us);
        eh_bytes_put_i(out, absence->until_us);
        eh_bytes_put_u8(out, absence->reason);
        eh_bytes_put_u8(out, absence->begun);
        eh_bytes_put_str(out, eh_str_n(absence->uid, absence->uid_size));
    }
}

void eh_encode_team_hours(const struct eh_engine *e, uint32_t team, struct eh_bytes *out)
{
    eh_bytes_put_str(out, e->roster.team_ids.items[team]);
    eh_bytes_put_u(out, e->roster.teams[team].schedule);
}

void eh_encode_hours_past(const struct eh_engine *e, bool is_team, uint32_t no,
                          struct eh_bytes *out)
{
    const struct hours_past *past =
        is_team ? &e->roster.teams[no].hours_past : &e->roster.reps[no].hours_past;
    eh_bytes_put_u8(out, is_team);
    eh_bytes_put_str(out, is_team ? e->roster.team_ids.items[no] : e->roster.rep_ids.items[no]);
    eh_bytes_put_u(out, past->count);
    for (uint32_t i = 0; i < past->count; i++) {
        eh_bytes_put_i(out, past->said[i].from);
        eh_bytes_put_u(out, past->said[i].schedule);
    }
}
