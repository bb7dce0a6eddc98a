/*
 * contents: what a helpdesk has told of a ticket as a whole, as hashes.
 */
#include "contents.h"

#include "interner.h"
#include "likeness.h"
#include "state.h"
#include "tail.h"
#include "ticket.h"

/* What of a ticket makes its content. Value and subject stand in its likeness. */
struct parts {
    struct eh_str team, kind, skills;
    const uint8_t *customer; /* 16 bytes, or NULL */
    uint32_t likeness;
    uint8_t priority;
};

static int64_t parts_hash(const struct parts *parts)
{
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    eh_bytes_put_str(&out, parts->team);
    eh_bytes_put_str(&out, parts->kind);
    eh_bytes_put_str(&out, parts->skills);
    eh_bytes_put_u8(&out, parts->customer != NULL);
    if (parts->customer)
        eh_bytes_put(&out, parts->customer, 16);
    eh_bytes_put_u(&out, parts->likeness);
    eh_bytes_put_u8(&out, parts->priority);
    eh_require(!out.failed);
    int64_t hash = (int64_t)(eh_hash_state(out.data, out.size).low & EH_INTEGER_MAX);
    return hash ? hash : 1;
}

int64_t eh_content_of(const struct eh_message *m)
{
    bool customer = eh_message_has(m, EH_FIELD_CUSTOMER_DIGEST) && m->customer_digest.size == 16;
    return parts_hash(
        &(struct parts){.team = m->team,
                        .kind = m->kind,
                        .skills = eh_message_has(m, EH_FIELD_SKILLS) ? m->skills : eh_str(NULL),
                        .customer = customer ? (const uint8_t *)m->customer_digest.data : NULL,
                        .likeness = eh_likeness(m),
                        .priority = m->priority});
}

/* Of a ticket that nothing has changed. */
static int64_t content_first(const struct eh_engine *e, const struct ticket *t)
{
    const char *skills_end = t->text + t->source_size + t->id_size + t->skills_size;
    return parts_hash(
        &(struct parts){.team = interned(&e->roster.team_ids, t->team),
                        .kind = interned(&e->roster.kind_ids, t->kind),
                        .skills = ticket_skills(t),
                        .customer = t->has_customer ? (const uint8_t *)skills_end : NULL,
                        .likeness = t->likeness,
                        .priority = t->priority});
}

bool eh_contents_told(const struct eh_engine *e, const struct ticket *t, struct contents *ret)
{
    struct tail tail;
    eh_tail_read(t, &tail);
    bool kept = tail.contents.count > 0;
    if (!kept) {
        tail.contents.hashes[0] = content_first(e, t);
        tail.contents.count = 1;
        tail.contents.team = t->team;
    }
    *ret = tail.contents;
    return kept;
}

int eh_contents_keep(struct eh_engine *e, struct ticket *t)
{
    struct tail tail;
    eh_tail_read(t, &tail);
    if (e->rules < EH_RULES_RETOLD || tail.contents.count)
        return 0;
    eh_contents_told(e, t, &tail.contents);
    return eh_tail_write(t, &tail);
}

/* Takes a hash out of the list, wherever it stands; of a full list the oldest. */
static void contents_make_room(struct contents *contents, int64_t hash)
{
    uint32_t at = 0;
    while (at < contents->count && contents->hashes[at] != hash)
        at++;
    if (at == contents->count && contents->count < EH_CONTENTS_MAX)
        return;
    at = at == contents->count ? 0 : at;
    contents->count--;
    memmove(&contents->hashes[at], &contents->hashes[at + 1],
            (contents->count - at) * sizeof *contents->hashes);
}

int eh_contents_add(struct eh_engine *e, struct ticket *t, int64_t hash, uint32_t team)
{
    struct tail tail;
    int r = eh_contents_keep(e, t);
    if (r < 0)
        return r;
    eh_tail_read(t, &tail);
    contents_make_room(&tail.contents, hash);
    tail.contents.hashes[tail.contents.count++] = hash;
    tail.contents.team = team;
    return eh_tail_write(t, &tail);
}

void eh_contents_put(const struct eh_engine *e, const struct ticket *t, struct eh_bytes *out)
{
    struct tail tail;
    if (t->tail_size == 0) { /* few have one, and this runs at every change of a ticket */
        eh_bytes_put_u8(out, 0);
        return;
    }
    eh_tail_read(t, &tail);
    eh_bytes_put_u8(out, (uint8_t)tail.contents.count);
    if (tail.contents.count == 0)
        return;
    eh_bytes_put_str(out, interned(&e->roster.team_ids, tail.contents.team));
    for (uint32_t i = 0; i < tail.contents.count; i++)
        eh_bytes_put_i(out, tail.contents.hashes[i]);
}

void eh_contents_image(struct eh_reader *in, uint8_t version, struct contents_image *ret)
{
    uint32_t count = version < 8 ? 0 : eh_read_u8(in);
    in->failed |= count > EH_CONTENTS_MAX;
    *ret = (struct contents_image){.contents.count = in->failed ? 0 : count};
    if (ret->contents.count == 0)
        return;
    ret->team = eh_read_str(in);
    in->failed |= ret->team.size == 0;
    for (uint32_t i = 0; i < ret->contents.count; i++) {
        int64_t hash = eh_read_i(in);
        in->failed |= hash < 1 || hash > EH_INTEGER_MAX;
        for (uint32_t before = 0; before < i; before++)
            in->failed |= ret->contents.hashes[before] == hash;
        ret->contents.hashes[i] = hash;
    }
}

int eh_contents_take(struct eh_engine *e, const struct contents_image *image, struct ticket *t)
{
    struct tail tail;
    if (image->contents.count == 0)
        return 0;
    eh_tail_read(t, &tail);
    tail.contents = image->contents;
    int r = eh_intern_team(e, image->team, &tail.contents.team);
    return r < 0 ? r : eh_tail_write(t, &tail);
}
