/*
 * epochs: draw epochs, without a gap. One begins with each DAY, and when an operator reveals a
 * seed.
 *
 * The input that turns the epoch brings what the shell knows of seeds: the seed of the epoch that
 * ends, which must be the committed one, and the commitment of the epoch after the next. If nothing
 * was committed before (the first day; a log older than commitments), it also brings the commitment
 * of the epoch that begins. No draw ever depends on a seed that is not committed.
 *
 * An operator who accepts a time (ACCEPT_TIME) turns the epoch, too: a day may come twice then, an
 * epoch never does.
 *
 * If the master key is lost, nobody can reveal the seed of the current epoch, nor use the committed
 * seed of the next one. Both are told as lost, and the epoch after them begins under another key.
 */
#include "epochs.h"

#include "desk_step.h"
#include "effects.h"
#include "lasts.h"
#include "limits.h"
#include "state.h"
#include "step.h"
#include "steps.h"
#include "time_back.h"

static bool is_32_bytes(struct eh_str bytes)
{
    return bytes.size == EH_SEED_BYTES;
}

/* Whether the input carries what this turn needs, and its seed is the committed one. */
static bool epoch_fits(const struct eh_engine *e, const struct eh_message *m)
{
    bool next = eh_message_has(m, EH_FIELD_COMMITMENT);
    bool first = eh_message_has(m, EH_FIELD_COMMITMENT_FIRST);
    bool seed = eh_message_has(m, EH_FIELD_SEED);
    if (!e->epochs.committed && !next)
        return !first && !seed; /* logs older than commitments */
    if (!next || !is_32_bytes(m->commitment) || first == e->epochs.committed ||
        seed != e->epochs.committed)
        return false;
    if (first)
        return is_32_bytes(m->commitment_first);
    uint8_t commitment[EH_SEED_BYTES];
    if (!is_32_bytes(m->seed))
        return false;
    eh_seed_commit((const uint8_t *)m->seed.data, commitment);
    return memcmp(commitment, e->epochs.commitment[0], sizeof commitment) == 0;
}

static int epoch_commit(struct step *s, int which, struct eh_str commitment)
{
    struct eh_engine *e = s->e;
    memcpy(e->epochs.commitment[which], commitment.data, EH_SEED_BYTES);
    return eh_step_epoch_notice(s, EH_NOTICE_COMMITMENT, e->epochs.current + (uint32_t)which,
                                e->epochs.commitment[which]);
}

/* Ends the current epoch, if there is one, and begins the next. */
static int epoch_turn(struct step *s)
{
    struct eh_engine *e = s->e;
    const struct eh_message *m = &s->m;
    if (!epoch_fits(e, m))
        return -EH_ECORRUPT;
    int r = 0;
    s->touched = true;
    if (e->epochs.committed) {
        r = eh_step_epoch_notice(s, EH_NOTICE_REVEALED, e->epochs.current,
                                 (const uint8_t *)m->seed.data);
        memcpy(e->epochs.commitment[0], e->epochs.commitment[1], EH_SEED_BYTES);
    }
    e->epochs.current += e->has_day;
    e->has_day = true;
    e->epochs.committed = eh_message_has(m, EH_FIELD_COMMITMENT);
    if (r == 0 && eh_message_has(m, EH_FIELD_COMMITMENT_FIRST))
        r = epoch_commit(s, 0, m->commitment_first);
    if (r == 0 && e->epochs.committed)
        r = epoch_commit(s, 1, m->commitment);
    return r;
}

int eh_step_day(struct step *s)
{
    int r = epoch_turn(s);
    if (r == 0 && eh_lasts_expire(s->e, s->now_us, EH_LASTS_PER_DAY))
        s->touched = true;
    if (r == 0)
        eh_hours_set_clock(s->e, s->m.clock_s, s->now_us);
    return r == 0 ? eh_roster_turn_date(s, s->in->date) : r;
}

int eh_step_accept_time(struct step *s)
{
    struct eh_engine *e = s->e;
    if (s->m.reason.size == 0 || e->rules < EH_RULES_TIME_BACK)
        return -EH_ECORRUPT;
    int r = epoch_turn(s);
    if (r == 0 && s->now_us < e->at_us)
        r = eh_time_back(s, e->at_us);
    return r == 0 ? eh_roster_turn_date(s, s->in->date) : r;
}

int eh_step_reveal(struct step *s)
{
    if (!s->e->epochs.committed)
        return eh_step_refuse(s, EH_ECONFLICT, "no draw epoch has begun yet: there is no seed");
    return epoch_turn(s);
}

/* Epochs that are committed under the lost key; those after them are under the new key. */
#define EPOCHS_LOST 2

int eh_step_new_key(struct step *s)
{
    struct eh_engine *e = s->e;
    const struct eh_message *m = &s->m;
    if (!e->epochs.committed)
        return eh_step_refuse(s, EH_ECONFLICT, "nothing is committed under any key yet");
    bool whole = eh_message_has(m, EH_FIELD_COMMITMENT_FIRST) && is_32_bytes(m->commitment_first) &&
                 eh_message_has(m, EH_FIELD_COMMITMENT) && is_32_bytes(m->commitment);
    if (!whole || eh_message_has(m, EH_FIELD_SEED) || m->reason.size == 0)
        return -EH_ECORRUPT;
    s->touched = true;
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < EPOCHS_LOST; i++)
        r = eh_step_lost_notice(s, e->epochs.current + i);
    e->epochs.current += EPOCHS_LOST;
    if (r == 0)
        r = epoch_commit(s, 0, m->commitment_first);
    return r == 0 ? epoch_commit(s, 1, m->commitment) : r;
}
