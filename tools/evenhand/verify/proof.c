/* proof: decides one input after the other again and compares it. See proof.h. */
#include <stdlib.h>

#include "private.h"

int eh_proof_new(struct eh_replay *replay, uint64_t from, struct eh_proof **ret,
                 struct eh_error *error)
{
    struct eh_proof *p = calloc(1, sizeof *p);
    if (!p)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    p->replay = replay;
    p->from = from;
    eh_cli_log_want_changes(replay->log);
    replay->draws = (struct eh_draws){.draw = proof_draw, .affinity = proof_affinity, .context = p};
    int r = proof_tables_open(p, error);
    if (r < 0)
        eh_proof_free(p);
    else
        *ret = p;
    return r;
}

void eh_proof_free(struct eh_proof *p)
{
    if (!p)
        return;
    eh_bytes_done(&p->scratch);
    free(p->epochs);
    free(p->lost);
    free(p);
}

void eh_proof_counts(const struct eh_proof *p, struct eh_proof_counts *ret)
{
    *ret = p->counts;
}

const struct eh_proof_lost *eh_proof_lost(const struct eh_proof *p, size_t *ret_count)
{
    *ret_count = p->lost_count;
    return p->lost;
}

/* ---- One row. */

static int cannot_decide(const struct eh_proof *p, int r, struct eh_error *error)
{
    const struct eh_input *in = &p->replay->in;
    const struct eh_cli_log_row *row = &p->replay->row;
    struct eh_totals totals;
    uint8_t commitment[EH_SEED_BYTES];
    const struct eh_message *m = &in->message;
    eh_engine_totals(p->replay->engine, &totals);
    if (r != -EH_ECORRUPT)
        return eh_error_set(error, -r, "input %llu: %s", big(in->no), eh_code_name(r));
    if (eh_message_has(m, EH_FIELD_SEED) && m->seed.size == EH_SEED_BYTES) {
        eh_seed_commit((const uint8_t *)m->seed.data, commitment);
        if (memcmp(commitment, totals.commitment[0], sizeof commitment) != 0)
            return eh_error_set(error, EH_ECORRUPT,
                                "input %llu: the seed revealed for draw epoch %u does not hash to "
                                "its commitment",
                                big(in->no), totals.epoch);
    }
    if (row->effect_count == 0 || row->effects[0].seq != totals.seq + 1)
        return eh_error_set(error, EH_ECORRUPT,
                            "input %llu: seq %llu: is missing, and with it what was drawn",
                            big(in->no), big(totals.seq + 1));
    if (in->at_us < totals.at_us)
        return eh_error_set(error, EH_ECORRUPT, "input %llu: is earlier than input %llu before it",
                            big(in->no), big(in->no - 1));
    return eh_error_set(error, EH_ECORRUPT,
                        "input %llu: cannot be decided again: what is recorded with it (draws, "
                        "date, recalled facts) does not fit",
                        big(in->no));
}

static int compare_before(struct eh_proof *p, struct eh_error *error)
{
    int r = proof_compare_digests(p->replay, error);
    if (r == 0)
        r = proof_compare_date(p, error);
    if (r == 0)
        r = proof_compare_minutes(p, error);
    if (r == 0)
        r = proof_compare_past(p->replay, error);
    return r < 0 ? r : proof_compare_text(p, error);
}

static int compare_behind(struct eh_proof *p, struct eh_error *error)
{
    int r = proof_compare_draws(p, error);
    if (r == 0)
        r = proof_compare_effects(p->replay, error);
    if (r == 0)
        r = proof_compare_record(p->replay, error);
    return r < 0 ? r : proof_compare_pool(p, error);
}

/* Remembers what the head must say of the last input. Also remembers where a batch certainly ended:
 * all inputs of a batch have one time. */
static void proof_remember(struct eh_proof *p)
{
    const struct eh_input *in = &p->replay->in;
    bool ended = p->last > 0 && in->at_us != p->at_us && p->chained != p->last;
    if (ended && !p->unended)
        p->unended = p->last;
    p->at_us = in->at_us;
    p->last = in->no;
    if (in->date > p->latest_day)
        p->latest_day = in->date;
    if (in->stream_ms > p->high_ms || (in->stream_ms == p->high_ms && in->stream_no > p->high_no)) {
        p->high_ms = in->stream_ms;
        p->high_no = in->stream_no;
    }
}

int eh_proof_row(struct eh_proof *p, struct eh_error *error)
{
    struct eh_replay *replay = p->replay;
    const struct eh_cli_log_row *row = &replay->row;
    bool compared = replay->in.no >= p->from;
    p->wrong.found = false;
    int r = compared ? compare_before(p, error) : 0;
    if (r < 0)
        return r;
    r = eh_engine_step(replay->engine, &replay->in, &replay->effects);
    if (r < 0)
        return cannot_decide(p, r, error);
    if (compared && (r = compare_behind(p, error)) < 0)
        return r;
    if ((r = proof_compare_tables(p, compared, error)) < 0)
        return r;
    if ((r = proof_take_lost(p, error)) < 0)
        return r;
    eh_record_chain(&row->record, row->effects, row->effect_count, &p->scratch, &p->chain);
    proof_remember(p);
    p->counts.inputs += compared;
    p->counts.effects += compared ? row->effect_count : 0;
    return 0;
}
