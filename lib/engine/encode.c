/*
 * encode: the canonical bytes of every object of the state, and the digest made of them.
 *
 * The same bytes stand in snapshots, in images and under the digest. Names are written as ids,
 * never as numbers. The digest is the sum, modulo 2^128, of the hashes of all objects; an object
 * that changed takes its old hash out and puts its new one in.
 */
#include "image.h"

static void put_key(struct eh_bytes *out, struct eh_key key)
{
    uint8_t bytes[16];
    eh_key_bytes(key, bytes);
    eh_bytes_put(out, bytes, sizeof bytes);
}

static struct eh_key read_key(struct eh_reader *in)
{
    const uint8_t *bytes = eh_read_bytes(in, 16);
    return bytes ? eh_key_from_bytes(bytes) : (struct eh_key){0, 0};
}

bool eh_read_flag(struct eh_reader *in)
{
    uint8_t flag = eh_read_u8(in);
    in->failed |= flag > 1; /* there is one way to write it */
    return flag == 1;
}

/* ---- tickets */

void eh_encode_ticket(const struct eh_engine *e, const struct ticket *t, struct eh_bytes *out)
{
    eh_bytes_put_u8(out, IMAGE_VERSION);
    eh_bytes_put_u(out, t->no);
    eh_bytes_put_str(out, ticket_source(t));
    eh_bytes_put_str(out, ticket_id(t));
    eh_bytes_put_str(out, ticket_skills(t));
    put_key(out, t->digest);
    eh_bytes_put_u8(out, t->has_customer);
    if (t->has_customer)
        put_key(out, t->customer);
    eh_bytes_put_str(out, name_of(&e->team_names, t->team));
    eh_bytes_put_str(out, name_of(&e->kind_names, t->kind));
    eh_bytes_put_str(out, name_of(&e->rep_names, t->rep));
    eh_bytes_put_str(out, name_of(&e->rep_names, t->was));
    eh_bytes_put_u8(out, t->state);
    eh_bytes_put_u8(out, t->priority);
    eh_bytes_put_u8(out, t->outcome);
    eh_bytes_put_u(out, t->points);
    eh_bytes_put_u(out, t->deals);
    eh_bytes_put_i(out, t->value);
    eh_bytes_put_i(out, t->refunded);
    eh_bytes_put_i(out, t->received_us);
    eh_bytes_put_i(out, t->assigned_us);
    eh_bytes_put_i(out, t->closed_us);
    eh_bytes_put_u(out, t->stream_ms);
    eh_bytes_put_u(out, t->stream_no);
}

static void read_names(struct eh_reader *in, struct image *image)
{
    image->source = eh_read_str(in);
    image->id = eh_read_str(in);
    image->skills = eh_read_str(in);
    image->t.digest = read_key(in);
    image->t.has_customer = eh_read_flag(in);
    if (image->t.has_customer)
        image->t.customer = read_key(in);
    image->team = eh_read_str(in);
    image->kind = eh_read_str(in);
    image->rep = eh_read_str(in);
    image->was = eh_read_str(in);
}

static void read_numbers(struct eh_reader *in, struct ticket *t)
{
    t->state = eh_read_u8(in);
    t->priority = eh_read_u8(in);
    t->outcome = eh_read_u8(in);
    t->points = (uint32_t)eh_read_u(in);
    t->deals = (uint32_t)eh_read_u(in);
    t->value = eh_read_i(in);
    t->refunded = eh_read_i(in);
    t->received_us = eh_read_i(in);
    t->assigned_us = eh_read_i(in);
    t->closed_us = eh_read_i(in);
    t->stream_ms = eh_read_u(in);
    t->stream_no = eh_read_u(in);
}

static bool is_sound(const struct image *image)
{
    const struct ticket *t = &image->t;
    bool closed = t->state == EH_TICKET_CLOSED;
    return t->state >= EH_TICKET_WAITING && t->state <= EH_TICKET_CLOSED && t->priority <= 9 &&
           closed == (t->outcome != 0) && t->outcome <= EH_OUTCOME_CANCELLED && image->team.size &&
           image->kind.size && image->source.size <= UINT16_MAX && image->id.size <= UINT16_MAX &&
           image->skills.size <= UINT16_MAX &&
           (t->state != EH_TICKET_ASSIGNED || image->rep.size > 0) &&
           (t->state != EH_TICKET_WAITING || image->rep.size == 0);
}

int eh_image_read(struct eh_reader *in, struct image *ret)
{
    struct image image = {.t = {.set = NONE, .queue_at = NONE, .next = NONE, .previous = NONE}};
    if (eh_read_u8(in) != IMAGE_VERSION)
        return in->failed ? -EH_ECORRUPT : -EH_EVERSION;
    image.t.no = eh_read_u(in);
    read_names(in, &image);
    read_numbers(in, &image.t);
    if (in->failed || !is_sound(&image))
        return -EH_ECORRUPT;
    *ret = image;
    return 0;
}

static int add_rep(struct eh_engine *e, struct eh_str id, uint32_t *ret)
{
    *ret = NONE;
    return id.size ? eh_engine_add_rep(e, id, ret) : 0;
}

int eh_decode_ticket(struct eh_engine *e, struct eh_reader *in, struct ticket *ret)
{
    struct image image;
    int r = eh_image_read(in, &image);
    if (r == 0)
        r = eh_engine_add_team(e, image.team, &image.t.team);
    if (r == 0)
        r = eh_engine_add_kind(e, image.kind, &image.t.kind);
    if (r == 0)
        r = add_rep(e, image.rep, &image.t.rep);
    if (r == 0)
        r = add_rep(e, image.was, &image.t.was);
    if (r == 0)
        r = eh_ticket_set_text(&image.t, image.source, image.id, image.skills);
    if (r < 0)
        return r;
    image.t.identity = eh_ticket_identity(image.source, image.id);
    *ret = image.t;
    return 0;
}

/* ---- the others */

void eh_encode_rep(const struct eh_engine *e, uint32_t no, struct eh_bytes *out)
{
    const struct rep *rep = &e->reps[no];
    eh_bytes_put_str(out, e->rep_names.items[no]);
    eh_bytes_put_u8(out, rep->status);
    eh_bytes_put_u8(out, (uint8_t)(rep->signalled | rep->releasing << 1));
    eh_bytes_put_i(out, rep->since_us);
    eh_bytes_put_i(out, rep->until_us);
    eh_bytes_put_str(out, eh_str_n(rep->reason, rep->reason_size));
    eh_bytes_put_str(out, eh_str_n(rep->scope, rep->scope_size));
}

void eh_encode_account(const struct eh_engine *e, const struct account *a, struct eh_bytes *out)
{
    eh_bytes_put_str(out, e->team_names.items[a->team]);
    eh_bytes_put_str(out, e->rep_names.items[a->rep]);
    eh_bytes_put_u(out, a->received);
    eh_bytes_put_i(out, a->received_value);
}

void eh_encode_parked(const struct parked *p, struct eh_bytes *out)
{
    eh_bytes_put_u(out, p->input);
    put_key(out, p->identity);
    eh_bytes_put_i(out, p->until_us);
    eh_bytes_put_u(out, p->stream_ms);
    eh_bytes_put_u(out, p->stream_no);
    eh_bytes_put_u8(out, p->origin);
    eh_bytes_put_str(out, eh_str_n((const char *)p->body, p->body_size));
}

void eh_encode_globals(const struct eh_engine *e, struct eh_bytes *out)
{
    eh_bytes_put_u(out, e->input);
    eh_bytes_put_u(out, e->seq);
    eh_bytes_put_u(out, e->dead);
    eh_bytes_put_i(out, e->at_us);
    eh_bytes_put_i(out, e->date);
    eh_bytes_put_u8(out, e->has_day);
    eh_bytes_put_u(out, e->epoch);
    eh_bytes_put_u8(out, e->desk != NULL);
    if (e->desk)
        eh_bytes_put(out, e->desk->hash, sizeof e->desk->hash);
}

/* ---- the digest */

enum object { OBJECT_GLOBALS = 1, OBJECT_TICKET, OBJECT_REP, OBJECT_ACCOUNT, OBJECT_PARKED };

static unsigned __int128 number_of(struct eh_key key)
{
    return (unsigned __int128)key.high << 64 | key.low;
}

static struct eh_key key_of(unsigned __int128 number)
{
    return (struct eh_key){(uint64_t)(number >> 64), (uint64_t)number};
}

static struct eh_bytes *begin(struct eh_engine *e, enum object object)
{
    eh_bytes_clear(&e->scratch);
    eh_bytes_put_u8(&e->scratch, (uint8_t)object);
    return &e->scratch;
}

static struct eh_key hash_of(struct eh_engine *e)
{
    if (e->scratch.failed) /* out of memory: the digest is not known any more */
        e->broken = true;
    return eh_hash_state(e->scratch.data, e->scratch.failed ? 0 : e->scratch.size);
}

static void replace(struct eh_engine *e, struct eh_key *hash)
{
    struct eh_key new = hash_of(e);
    e->sum += number_of(new) - number_of(*hash);
    *hash = new;
}

void eh_digest_ticket(struct eh_engine *e, uint32_t slot)
{
    eh_encode_ticket(e, &e->tickets[slot], begin(e, OBJECT_TICKET));
    replace(e, &e->tickets[slot].hash);
}

void eh_digest_rep(struct eh_engine *e, uint32_t rep)
{
    eh_encode_rep(e, rep, begin(e, OBJECT_REP));
    replace(e, &e->reps[rep].hash);
}

void eh_digest_account(struct eh_engine *e, struct account *account)
{
    eh_encode_account(e, account, begin(e, OBJECT_ACCOUNT));
    replace(e, &account->hash);
}

void eh_digest_parked(struct eh_engine *e, struct parked *parked)
{
    eh_encode_parked(parked, begin(e, OBJECT_PARKED));
    replace(e, &parked->hash);
}

void eh_digest_leave(struct eh_engine *e, struct eh_key *hash)
{
    e->sum -= number_of(*hash);
    *hash = (struct eh_key){0, 0};
}

/* A hash that leaves the engine's own scratch alone. */
static unsigned __int128 hash_apart(const struct eh_bytes *bytes)
{
    eh_require(!bytes->failed);
    return number_of(eh_hash_state(bytes->data, bytes->size));
}

static unsigned __int128 globals_hash(const struct eh_engine *e)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    eh_bytes_put_u8(&bytes, OBJECT_GLOBALS);
    eh_encode_globals(e, &bytes);
    return hash_apart(&bytes);
}

struct eh_key eh_engine_digest(const struct eh_engine *e)
{
    return key_of(e->sum + globals_hash(e));
}

static void start(struct eh_bytes *bytes, enum object object)
{
    eh_bytes_clear(bytes);
    eh_bytes_put_u8(bytes, (uint8_t)object);
}

struct eh_key eh_engine_digest_anew(const struct eh_engine *e)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    unsigned __int128 sum = globals_hash(e);
    for (uint32_t i = 0; i < e->order_count; i++) {
        if (e->order[i].slot == NONE)
            continue;
        start(&bytes, OBJECT_TICKET);
        eh_encode_ticket(e, &e->tickets[e->order[i].slot], &bytes);
        sum += hash_apart(&bytes);
    }
    for (uint32_t i = 0; i < e->rep_names.count; i++) {
        if (!e->reps[i].known)
            continue;
        start(&bytes, OBJECT_REP);
        eh_encode_rep(e, i, &bytes);
        sum += hash_apart(&bytes);
    }
    for (uint32_t i = 0; i < e->account_count; i++) {
        start(&bytes, OBJECT_ACCOUNT);
        eh_encode_account(e, &e->accounts[i], &bytes);
        sum += hash_apart(&bytes);
    }
    for (uint32_t i = e->parked_list.first; i != NONE; i = e->parked[i].next) {
        start(&bytes, OBJECT_PARKED);
        eh_encode_parked(&e->parked[i], &bytes);
        sum += hash_apart(&bytes);
    }
    return key_of(sum);
}
