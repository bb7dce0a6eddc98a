/* cli_proof: one input after the other, decided again and compared. See cli_proof.h. */
#include "cli_proof.h"

#include <stdlib.h>

struct epoch {
    bool committed, revealed; /* revealed: and the seed hashes to the commitment */
    uint8_t commitment[EH_SEED_BYTES], seed[EH_SEED_BYTES];
};

/* The first draw of a row that is not what the revealed seed gives. */
struct wrong_draw {
    bool found;
    uint32_t epoch, number;
    uint64_t recorded, computed;
};

struct eh_proof {
    struct eh_engine *engine;
    uint64_t from, last;   /* input */
    uint64_t chained;      /* up to this input the chain was compared */
    uint64_t lease;        /* of the last chain row */
    struct eh_chain chain; /* up to `last` */
    struct eh_proof_counts counts;
    struct epoch *epochs;
    uint32_t epoch_count, epoch_capacity;
    struct eh_arena arena;
    struct eh_bytes scratch;
    /* of the row under way */
    struct eh_cli_log_row *row;
    struct wrong_draw wrong;
};

int eh_proof_new(uint64_t from, struct eh_proof **ret, struct eh_error *error)
{
    struct eh_proof *p = calloc(1, sizeof *p);
    if (!p)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    p->from = from;
    int r = eh_engine_new(&p->engine, error);
    if (r < 0) {
        eh_proof_free(p);
        return r;
    }
    *ret = p;
    return 0;
}

void eh_proof_free(struct eh_proof *p)
{
    if (!p)
        return;
    eh_engine_free(p->engine);
    eh_arena_done(&p->arena);
    eh_bytes_done(&p->scratch);
    free(p->epochs);
    free(p);
}

void eh_proof_counts(const struct eh_proof *p, struct eh_proof_counts *ret)
{
    *ret = p->counts;
}

static unsigned long long big(uint64_t number)
{
    return number;
}

/* ---- Epochs. */

static int nibble(char c)
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
        int high = nibble(hex.data[2 * i]), low = nibble(hex.data[2 * i + 1]);
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
        struct epoch *epochs = realloc(p->epochs, capacity * sizeof *epochs);
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

/* A commitment or a seed that does not hold is left out here: the row it stands in is compared in
 * its turn, and named then. */
int eh_proof_epoch(struct eh_proof *p, const struct eh_cli_log_epoch *said, struct eh_error *error)
{
    int r = epoch_room(p, said->epoch, error);
    if (r < 0)
        return r;
    struct epoch *epoch = &p->epochs[said->epoch];
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

/* An eh_draw_fn: what was recorded, checked where the seed is known. */
static bool draw(void *context, const struct eh_draw_query *query, uint64_t *ret_result)
{
    struct eh_proof *p = context;
    if (!eh_cli_log_draw(p->row, query, ret_result))
        return false;
    const struct epoch *epoch = query->epoch < p->epoch_count ? &p->epochs[query->epoch] : NULL;
    bool counted = p->row->record.input >= p->from;
    if (!epoch || !epoch->committed) {
        p->counts.uncommitted += counted;
    } else if (!epoch->revealed) {
        p->counts.awaiting += counted;
    } else {
        uint64_t computed = eh_draw_compute(epoch->seed, query);
        p->counts.draws += counted;
        if (computed != *ret_result && !p->wrong.found)
            p->wrong =
                (struct wrong_draw){true, query->epoch, query->number, *ret_result, computed};
    }
    return true;
}

/* ---- What a row says by itself. */

static struct eh_key own_identity(uint64_t no)
{
    char text[40];
    size_t size = eh_format(text, sizeof text, "input %llu", big(no));
    return eh_hash_128(EH_DOMAIN_ENTRY, text, size);
}

/* Whether its content is what its digest was made of, and its name what its identity was. */
static int check_digests(const struct eh_cli_log_row *row, const struct eh_input *in,
                         struct eh_error *error)
{
    const struct eh_record *record = &row->record;
    if (in->message.type == EH_MESSAGE_UNPARSED)
        return 0; /* its bytes stand with the dead letters */
    struct eh_input again = *in;
    eh_input_identify(&again);
    if (!eh_key_equal(again.digest, record->digest))
        return eh_error_set(error, EH_ECORRUPT,
                            "input %llu: %s %.*s: what stands there is not what its digest was "
                            "made of: the value or another column was changed",
                            big(record->input), eh_message_type_name(in->message.type),
                            EH_STR_ARG(record->id));
    bool own = in->origin != EH_ORIGIN_STREAM && in->message.type != EH_MESSAGE_TICKET &&
               !eh_message_has(&in->message, EH_FIELD_EVENT);
    struct eh_key identity = own ? own_identity(record->input) : again.identity;
    if (record->type > 0 && !eh_key_equal(identity, record->identity))
        return eh_error_set(error, EH_ECORRUPT, "input %llu: its identity is that of another row",
                            big(record->input));
    return 0;
}

/* ---- Effects. */

static const char *effect_name(int type)
{
    const char *name = eh_notice_type_name(type);
    return type == EH_NOTICE_ASSIGNED ? "assignment" : name ? name : "effect";
}

static int differs(const struct eh_cli_log_row *row, const struct eh_effect *recorded,
                   const char *column, struct eh_str found, struct eh_str wanted,
                   struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT,
                        "input %llu: %s seq %llu: recorded %s %.*s, the log gives %.*s",
                        big(row->record.input), effect_name(recorded->type), big(recorded->seq),
                        column, EH_STR_ARG(found.size ? found : eh_str("nothing")),
                        EH_STR_ARG(wanted.size ? wanted : eh_str("nothing")));
}

static int compare_texts(const struct eh_cli_log_row *row, const struct eh_effect *recorded,
                         const struct eh_effect *made, struct eh_error *error)
{
    const struct {
        const char *name;
        struct eh_str found, wanted;
    } texts[] = {
        {"rep", recorded->rep, made->rep},
        {"team", recorded->team, made->team},
        {"was", recorded->was, made->was},
        {"why", recorded->why, made->why},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!eh_str_equal(texts[i].found, texts[i].wanted))
            return differs(row, recorded, texts[i].name, texts[i].found, texts[i].wanted, error);
    if (!eh_str_equal(recorded->detail, made->detail))
        return eh_error_set(
            error, EH_ECORRUPT,
            "input %llu: %s seq %llu: the recorded detail is not what the log gives",
            big(row->record.input), effect_name(recorded->type), big(recorded->seq));
    return 0;
}

static int compare_numbers(const struct eh_cli_log_row *row, const struct eh_effect *recorded,
                           const struct eh_effect *made, struct eh_error *error)
{
    const struct {
        const char *name;
        uint64_t found, wanted;
    } numbers[] = {
        {"type", recorded->type, made->type},
        {"ticket", recorded->ticket, made->ticket},
        {"epoch", recorded->epoch, made->epoch},
        {"eligible", recorded->eligible, made->eligible},
        {"weight", recorded->weight, made->weight},
        {"draws", recorded->draw_count, made->draw_count},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (numbers[i].found == numbers[i].wanted)
            continue;
        char found[24], wanted[24];
        size_t found_size = eh_format(found, sizeof found, "%llu", big(numbers[i].found));
        size_t wanted_size = eh_format(wanted, sizeof wanted, "%llu", big(numbers[i].wanted));
        return differs(row, recorded, numbers[i].name, eh_str_n(found, found_size),
                       eh_str_n(wanted, wanted_size), error);
    }
    return 0;
}

static int compare_effects(const struct eh_cli_log_row *row, const struct eh_effects *fx,
                           struct eh_error *error)
{
    for (uint32_t i = 0; i < row->effect_count || i < fx->count; i++) {
        const struct eh_effect *recorded = i < row->effect_count ? &row->effects[i] : NULL;
        const struct eh_effect *made = i < fx->count ? &fx->items[i] : NULL;
        if (!recorded || (made && recorded->seq > made->seq))
            return eh_error_set(
                error, EH_ECORRUPT, "input %llu: seq %llu: is missing; the log gives %s %.*s%s%.*s",
                big(row->record.input), big(made->seq), effect_name(made->type),
                EH_STR_ARG(made->id), made->rep.size ? " to " : "", EH_STR_ARG(made->rep));
        if (!made || recorded->seq < made->seq)
            return eh_error_set(error, EH_ECORRUPT,
                                "input %llu: seq %llu: recorded %s, the log gives nothing there",
                                big(row->record.input), big(recorded->seq),
                                effect_name(recorded->type));
        int r = compare_numbers(row, recorded, made, error);
        if (r == 0)
            r = compare_texts(row, recorded, made, error);
        if (r < 0)
            return r;
    }
    return 0;
}

/* ---- Columns that follow from the decision. */

static int column(const struct eh_cli_log_row *row, const char *name, struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT, "input %llu: the recorded %s is not what the log gives",
                        big(row->record.input), name);
}

static int compare_change(const struct eh_cli_log_row *row, struct eh_error *error)
{
    struct eh_ticket_view v;
    const struct eh_ticket_view *c = &row->change;
    if (row->record.image_ticket == 0)
        return 0;
    if (eh_ticket_image_view(row->record.image, &v, NULL) < 0)
        return column(row, "image of the ticket", error);
    bool same = c->state == v.state && c->priority == v.priority && c->value == v.value &&
                eh_str_equal(c->team, v.team) && eh_str_equal(c->outcome, v.outcome) &&
                c->closed_us == (v.state == EH_TICKET_CLOSED ? v.closed_us : 0);
    return same ? 0 : column(row, "state of the ticket (ticket_change)", error);
}

static int compare_record(struct eh_proof *p, const struct eh_cli_log_row *row,
                          const struct eh_input *in, const struct eh_effects *fx,
                          struct eh_error *error)
{
    const struct eh_record *found = &row->record;
    struct eh_record made;
    if (eh_record_from_input(in, fx, &p->arena, &made) < 0)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    if (found->type != made.type)
        return column(row, "type (refused or not)", error);
    if (!eh_str_equal(found->rep, made.rep))
        return column(row, "rep", error);
    if (!eh_str_equal(found->word, made.word))
        return column(row, "word", error);
    if (found->has_until != made.has_until || found->until_us != made.until_us)
        return column(row, "until", error);
    if (!eh_str_equal(found->rest, made.rest))
        return column(row, "rest", error);
    if (found->image_ticket != made.image_ticket || !eh_str_equal(found->image, made.image))
        return column(row, "image of the ticket", error);
    return compare_change(row, error);
}

/* ---- One row. */

static int cannot_decide(const struct eh_proof *p, const struct eh_input *in, int r,
                         struct eh_error *error)
{
    struct eh_totals totals;
    uint8_t commitment[EH_SEED_BYTES];
    const struct eh_message *m = &in->message;
    eh_engine_totals(p->engine, &totals);
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
    if (p->row->effect_count == 0 || p->row->effects[0].seq != totals.seq + 1)
        return eh_error_set(error, EH_ECORRUPT,
                            "input %llu: seq %llu: is missing, and with it what was drawn",
                            big(in->no), big(totals.seq + 1));
    if (in->at_us < totals.at_us)
        return eh_error_set(error, EH_ECORRUPT, "input %llu: is earlier than the one before it",
                            big(in->no));
    return eh_error_set(error, EH_ECORRUPT,
                        "input %llu: cannot be decided again: what is recorded with it (draws, "
                        "date, recalled facts) does not fit",
                        big(in->no));
}

static int compare(struct eh_proof *p, const struct eh_cli_log_row *row, const struct eh_input *in,
                   const struct eh_effects *fx, struct eh_error *error)
{
    const struct wrong_draw *wrong = &p->wrong;
    if (wrong->found)
        return eh_error_set(error, EH_ECORRUPT,
                            "input %llu: %s %.*s: draw %u of epoch %u: recorded %016llx, the "
                            "revealed seed gives %016llx",
                            big(in->no), eh_message_type_name(in->message.type),
                            EH_STR_ARG(in->message.id), wrong->number, wrong->epoch,
                            big(wrong->recorded), big(wrong->computed));
    int r = compare_effects(row, fx, error);
    return r < 0 ? r : compare_record(p, row, in, fx, error);
}

int eh_proof_row(struct eh_proof *p, struct eh_cli_log_row *row, struct eh_error *error)
{
    struct eh_draws draws = {.draw = draw, .context = p};
    struct eh_effects fx = {.arena = &p->arena};
    struct eh_input in;
    bool compared = row->record.input >= p->from;
    eh_arena_reset(&p->arena);
    p->row = row;
    p->wrong.found = false;
    int r = eh_record_to_input(&row->record, &p->arena, &in, NULL);
    if (r < 0)
        return eh_error_set(error, EH_ECORRUPT, "input %llu: cannot be read back",
                            big(row->record.input));
    if (compared)
        r = check_digests(row, &in, error);
    if (r < 0)
        return r;
    in.draws = &draws;
    r = eh_engine_step(p->engine, &in, &fx);
    if (r < 0)
        return cannot_decide(p, &in, r, error);
    if (compared && (r = compare(p, row, &in, &fx, error)) < 0)
        return r;
    eh_record_chain(&row->record, row->effects, row->effect_count, &p->scratch, &p->chain);
    p->last = in.no;
    p->counts.inputs += compared;
    p->counts.effects += compared ? row->effect_count : 0;
    return 0;
}

/* ---- Where a batch ended. */

const char *eh_proof_differs(const struct eh_proof *p, uint64_t seq, struct eh_key digest,
                             const struct eh_chain *chain)
{
    struct eh_totals totals;
    eh_engine_totals(p->engine, &totals);
    if (memcmp(chain->hash, p->chain.hash, sizeof chain->hash) != 0)
        return "hash chain";
    if (!eh_key_equal(digest, eh_engine_digest(p->engine)))
        return "state digest";
    return seq > 0 && seq != totals.seq ? "last seq" : NULL;
}

int eh_proof_chain(struct eh_proof *p, const struct eh_cli_log_chain *row, struct eh_error *error)
{
    char from[40] = "";
    if (row->epoch < p->lease)
        return eh_error_set(error, EH_ECORRUPT, "input %llu: chain row: the lease epoch falls",
                            big(row->input));
    p->lease = row->epoch;
    if (p->last < p->from)
        p->chain = row->chain;
    const char *other =
        p->last < p->from ? NULL : eh_proof_differs(p, row->seq, row->digest, &row->chain);
    if (other && p->chained + 1 < p->last)
        eh_format(from, sizeof from, "one of %llu to ", big(p->chained + 1));
    if (other) /* each row by itself is as the log gives it: what is wrong decides nothing */
        return eh_error_set(error, EH_ECORRUPT,
                            "input %s%llu: was changed, or its chain row was: the recorded %s is "
                            "not what the rows give",
                            from, big(p->last), other);
    p->chained = p->last;
    return 0;
}
