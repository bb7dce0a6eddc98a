/* draws: checks that seeds hash to their commitments, and that draws follow from revealed seeds. */
#include <stdlib.h>

#include "private.h"

static bool seed_read(struct eh_str hex, uint8_t ret[EH_SEED_BYTES])
{
    return hex.size == 2 * EH_SEED_BYTES && eh_hex_read(hex, ret, EH_SEED_BYTES) == hex.size;
}

static int epoch_room(struct eh_proof *p, uint32_t number, struct eh_error *error)
{
    uint32_t had = p->epoch_capacity;
    int r = eh_array_room(&p->epochs, &p->epoch_capacity, number + (size_t)1, EH_PROOF_EPOCHS_MAX);
    if (r == -EH_EFULL)
        return eh_error_set(error, EH_ECORRUPT, "draw epoch %u: there cannot be so many", number);
    if (r < 0)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    if (p->epoch_capacity > had)
        memset(p->epochs + had, 0, (p->epoch_capacity - had) * sizeof *p->epochs);
    if (number >= p->epoch_count)
        p->epoch_count = number + 1;
    return 0;
}

/* Skips a commitment or seed that is wrong: its row is compared later, and named then. */
int eh_proof_epoch(struct eh_proof *p, const struct eh_cli_log_epoch *said, struct eh_error *error)
{
    int r = epoch_room(p, said->epoch, error);
    if (r < 0)
        return r;
    struct proof_epoch *epoch = &p->epochs[said->epoch];
    uint8_t commitment[EH_SEED_BYTES];
    if (!said->revealed) {
        epoch->committed = seed_read(said->hex, epoch->commitment);
    } else if (epoch->committed && seed_read(said->hex, epoch->seed)) {
        eh_seed_commit(epoch->seed, commitment);
        epoch->revealed = memcmp(commitment, epoch->commitment, sizeof commitment) == 0;
        p->counts.epochs_revealed += epoch->revealed;
    }
    return 0;
}

bool proof_affinity(void *context, uint64_t seq)
{
    struct eh_proof *p = context;
    return eh_cli_log_affinity(&p->replay->row, seq);
}

bool proof_draw(void *context, const struct eh_draw_query *query, uint64_t *ret_result)
{
    struct eh_proof *p = context;
    if (!eh_cli_log_draw(&p->replay->row, query, ret_result))
        return false;
    struct proof_epoch *epoch = query->epoch < p->epoch_count ? &p->epochs[query->epoch] : NULL;
    bool counted = p->replay->in.no >= p->from;
    if (!epoch || !epoch->committed) {
        p->counts.uncommitted += counted;
    } else if (!epoch->revealed) {
        p->counts.awaiting += counted;
        epoch->awaiting += counted;
        epoch->last = counted ? p->replay->in.no : epoch->last;
        epoch->first = epoch->first ? epoch->first : epoch->last;
    } else {
        uint64_t computed = eh_draw_compute(epoch->seed, query);
        p->counts.draws += counted;
        if (computed != *ret_result && !p->wrong.found)
            p->wrong =
                (struct proof_wrong_draw){true, query->epoch, query->number, *ret_result, computed};
    }
    return true;
}

int proof_compare_draws(const struct eh_proof *p, struct eh_error *error)
{
    const struct proof_wrong_draw *wrong = &p->wrong;
    const struct eh_input *in = &p->replay->in;
    if (!wrong->found)
        return 0;
    return eh_error_set(error, EH_ECORRUPT,
                        "input %llu: %s %.*s: draw %u of epoch %u: recorded %016llx, the "
                        "revealed seed gives %016llx",
                        big(in->no), eh_message_type_name(in->message.type),
                        EH_STR_ARG(in->message.id), wrong->number, wrong->epoch,
                        big(wrong->recorded), big(wrong->computed));
}

int proof_take_lost(struct eh_proof *p, struct eh_error *error)
{
    struct eh_totals totals;
    if (p->replay->in.message.type != EH_MESSAGE_NEW_KEY || p->replay->effects.refused)
        return 0;
    eh_engine_totals(p->replay->engine, &totals);
    uint32_t number = totals.epoch - 2; /* the epoch that ended; the one after it never began */
    struct proof_epoch *epoch = number < p->epoch_count ? &p->epochs[number] : NULL;
    struct eh_proof_lost *lost = realloc(p->lost, (p->lost_count + 1) * sizeof *lost);
    if (!lost)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    p->lost = lost;
    lost[p->lost_count] = (struct eh_proof_lost){.epoch = number, .input = p->replay->in.no};
    if (epoch) {
        lost[p->lost_count].draws = epoch->awaiting;
        lost[p->lost_count].first = epoch->first;
        lost[p->lost_count].last = epoch->last;
        p->counts.awaiting -= epoch->awaiting;
        p->counts.lost += epoch->awaiting;
    }
    p->lost_count++;
    return 0;
}
