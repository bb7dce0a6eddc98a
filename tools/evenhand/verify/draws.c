/* draws: checks that seeds hash to their commitments, and that draws follow from revealed seeds. */
#include <stdlib.h>

#include "private.h"

static int hex_nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool from_hex(struct eh_str hex, uint8_t ret[EH_SEED_BYTES])
{
    if (hex.size != 2 * EH_SEED_BYTES)
        return false;
    for (size_t i = 0; i < EH_SEED_BYTES; i++) {
        int high = hex_nibble(hex.data[2 * i]), low = hex_nibble(hex.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        ret[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static int epoch_room(struct eh_proof *p, uint32_t number, struct eh_error *error)
{
    if (number >= EH_PROOF_EPOCHS_MAX)
        return eh_error_set(error, EH_ECORRUPT, "draw epoch %u: there cannot be so many", number);
    if (number >= p->epoch_capacity) {
        uint32_t capacity = number < 64 ? 128 : 2 * number;
        struct proof_epoch *epochs = realloc(p->epochs, capacity * sizeof *epochs);
        if (!epochs)
            return eh_error_set(error, EH_ENOMEM, "out of memory");
        memset(epochs + p->epoch_capacity, 0, (capacity - p->epoch_capacity) * sizeof *epochs);
        p->epochs = epochs;
        p->epoch_capacity = capacity;
    }
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
        epoch->committed = from_hex(said->hex, epoch->commitment);
    } else if (epoch->committed && from_hex(said->hex, epoch->seed)) {
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
    uint32_t number = totals.epoch - 2; /* that of which ended; the one between never began */
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
