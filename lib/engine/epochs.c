/*
 * epochs: draw epochs, one after the other without a gap: one begins with each DAY, and when an
 * operator reveals.
 *
 * What the shell knows of seeds comes in with the input that turns the epoch: the seed of the one
 * that ended, which has to be what was committed, and the commitment of the one after next. Where
 * nothing was committed before (the first day; a log older than commitments) the commitment of the
 * epoch that begins comes, too. No draw ever depends on a seed that is not committed.
 *
 * An operator who accepts a time turns it, too: a day may come twice then, an epoch never does.
 *
 * Where the master key is lost, nobody can reveal the seed of the current epoch, nor use the one
 * committed for the next: both are told as lost, and the one after them begins under another key.
 */
#include "epochs.h"

#include "desk_step.h"
#include "effects.h"
#include "state.h"
#include "step.h"
#include "steps.h"
#include "time_back.h"

static bool is_32_bytes(struct eh_str bytes)
{
    return bytes.size == EH_SEED_BYTES;
}

/* The input carries exactly what this turn needs, and the seed is the one that was promised. */
static bool epoch_fits(const struct eh_engine *e, const struct eh_message *m)
{
    bool next = eh_message_has(m, EH_FIELD_COMMITMENT);
    bool first = eh_message_has(m, EH_FIELD_COMMITMENT_FIRST);
    bool seed = eh_message_has(m, EH_FIELD_SEED);
    if (!e->epochs.committed && !next)
        return !first && !seed; /* as logs were before there were commitments */
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

/* The current epoch, if there is one, ends; the next begins. */
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

/* Two epochs are committed under the lost key; whatever comes after them is under the new one. */
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
