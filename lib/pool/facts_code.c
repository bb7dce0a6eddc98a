/*
 * facts_code: the canonical bytes of a period's facts, and back: by kind, name and rep, whatever
 * their order in memory.
 */
#include "internal.h"

#include <stdlib.h>

#include <evenhand/draw/hash.h>

/* Numbers of the forms. */
#define VERSION_CLOSINGS 1 /* by_closings */
#define VERSION_TICKETS  2 /* without first answers */
#define VERSION_ANSWERS  3
#define VERSION          4 /* of some members the contract's minutes are by the calendar */

/* The fewest bytes of an item of each list. */
#define KIND_LEAST   7
#define IMPORT_LEAST 5
#define MEMBER_LEAST 5

/* ---- out */

struct place {
    struct eh_str name;
    uint32_t at;
};

static int places_compare(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    return eh_str_compare(a->name, b->name);
}

/* Sorts items by name; the name is the first member of an item. */
static const struct place *facts_arrange(const void *things, size_t size, uint32_t count,
                                         struct eh_arena *scratch)
{
    struct place *places = eh_arena_alloc(scratch, count * sizeof *places);
    for (uint32_t i = 0; places && i < count; i++) {
        const struct eh_str *name = (const void *)((const char *)things + i * size);
        places[i] = (struct place){*name, i};
    }
    if (places)
        qsort(places, count, sizeof *places, places_compare);
    return places;
}

static bool facts_by_calendar(const struct eh_bonus_facts *facts)
{
    for (uint32_t i = 0; i < facts->member_count; i++)
        if (facts->members[i].by_calendar)
            return true;
    return false;
}

static uint8_t version_of(const struct eh_bonus_facts *facts)
{
    if (facts->by_closings)
        return VERSION_CLOSINGS;
    if (facts_by_calendar(facts))
        return VERSION;
    return facts->with_answers ? VERSION_ANSWERS : VERSION_TICKETS;
}

static void team_put(const struct eh_bonus_facts *facts, uint8_t version, struct eh_bytes *out)
{
    const int64_t figures[] = {facts->revenue,  facts->ratings,   facts->rating_sum,
                               facts->reopened, facts->responses, facts->response_ms,
                               facts->cycles,   facts->cycle_ms,  facts->carry_open};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        eh_bytes_put_i(out, figures[i]);
    if (facts->by_closings)
        return;
    eh_bytes_put_i(out, facts->firsts);
    eh_bytes_put_i(out, facts->cancelled);
    if (version < VERSION_ANSWERS)
        return;
    eh_bytes_put_i(out, facts->answers);
    eh_bytes_put_i(out, facts->answer_ms);
    eh_bytes_put_i(out, facts->answers_timed);
    eh_bytes_put_i(out, facts->answers_in_time);
}

static void kind_put(const struct eh_bonus_kind *kind, struct eh_bytes *out)
{
    eh_bytes_put_str(out, kind->id);
    eh_bytes_put_i(out, kind->closed);
    eh_bytes_put_i(out, kind->won);
    eh_bytes_put_i(out, kind->lost);
    eh_bytes_put_i(out, kind->handled_count);
    eh_bytes_put_i(out, kind->handled_ms);
}

static void import_put(const struct eh_bonus_import *import, struct eh_bytes *out)
{
    eh_bytes_put_str(out, import->name);
    eh_bytes_put_i(out, import->sum);
    eh_bytes_put_i(out, import->last);
    eh_bytes_put_i(out, import->count);
}

static bool member_holds_any(const struct eh_bonus_member *m, uint32_t kinds)
{
    for (uint32_t i = 0; m->closed && i < kinds; i++)
        if (m->closed[i] != 0)
            return true;
    return false;
}

/* Flags of a member: the last is `by_calendar`. */
static unsigned version_flags(uint8_t version)
{
    return version < VERSION ? 6 : 7;
}

static void member_put(const struct eh_bonus_member *m, const struct place *kinds,
                       uint32_t kind_count, uint8_t version, struct eh_bytes *out)
{
    const bool flags[] = {m->left,
                          m->excluded,
                          m->has_paid,
                          m->has_contract,
                          m->since != EH_DATE_ALWAYS,
                          member_holds_any(m, kind_count),
                          m->by_calendar};
    eh_bytes_put_str(out, m->rep);
    eh_pool_put_flags(out, flags, version_flags(version));
    if (flags[4])
        eh_bytes_put_i(out, m->since);
    eh_bytes_put_i(out, m->first_day);
    eh_bytes_put_u(out, m->days);
    if (m->has_paid)
        eh_bytes_put_i(out, m->paid_minutes);
    if (m->has_contract)
        eh_bytes_put_i(out, m->contract_minutes);
    for (uint32_t i = 0; flags[5] && i < kind_count; i++)
        eh_bytes_put_i(out, m->closed[kinds[i].at]);
}

void eh_pool_facts_encode(const struct eh_bonus_facts *facts, struct eh_bytes *out)
{
    EH_AUTO(eh_arena) struct eh_arena scratch = EH_ARENA_INIT;
    const struct place *kinds =
        facts_arrange(facts->kinds, sizeof *facts->kinds, facts->kind_count, &scratch);
    const struct place *imports =
        facts_arrange(facts->imports, sizeof *facts->imports, facts->import_count, &scratch);
    const struct place *members =
        facts_arrange(facts->members, sizeof *facts->members, facts->member_count, &scratch);
    if (!kinds || !imports || !members) {
        out->failed = true;
        return;
    }
    uint8_t version = version_of(facts);
    eh_bytes_put_u8(out, version);
    eh_pool_put_period(out, facts->period);
    eh_pool_put_flags(out, &facts->estimate, 1);
    team_put(facts, version, out);
    eh_bytes_put_u(out, facts->kind_count);
    for (uint32_t i = 0; i < facts->kind_count; i++)
        kind_put(&facts->kinds[kinds[i].at], out);
    eh_bytes_put_u(out, facts->import_count);
    for (uint32_t i = 0; i < facts->import_count; i++)
        import_put(&facts->imports[imports[i].at], out);
    eh_bytes_put_u(out, facts->member_count);
    for (uint32_t i = 0; i < facts->member_count; i++)
        member_put(&facts->members[members[i].at], kinds, facts->kind_count, version, out);
}

int eh_pool_facts_sha256(const struct eh_bonus_facts *facts, uint8_t ret[32],
                         struct eh_error *error)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    eh_pool_facts_encode(facts, &bytes);
    if (bytes.failed)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the facts");
    eh_hash_sha256(bytes.data, bytes.size, ret);
    return 0;
}

/* ---- in */

static void team_read(struct eh_reader *in, struct eh_bonus_facts *facts)
{
    int64_t *const figures[] = {&facts->revenue,  &facts->ratings,   &facts->rating_sum,
                                &facts->reopened, &facts->responses, &facts->response_ms,
                                &facts->cycles,   &facts->cycle_ms,  &facts->carry_open};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        *figures[i] = eh_read_i(in);
    if (facts->by_closings)
        return;
    facts->firsts = eh_read_i(in);
    facts->cancelled = eh_read_i(in);
    if (!facts->with_answers)
        return;
    facts->answers = eh_read_i(in);
    facts->answer_ms = eh_read_i(in);
    facts->answers_timed = eh_read_i(in);
    facts->answers_in_time = eh_read_i(in);
}

static bool kinds_read(struct eh_reader *in, struct eh_bonus_facts *facts, struct eh_arena *arena)
{
    struct eh_str before = {NULL, 0};
    facts->kind_count = eh_pool_read_count(in, KIND_LEAST);
    struct eh_bonus_kind *kinds = eh_arena_alloc(arena, facts->kind_count * sizeof *kinds);
    for (uint32_t i = 0; kinds && i < facts->kind_count && !in->failed; i++) {
        struct eh_bonus_kind *kind = &kinds[i];
        before = kind->id = eh_pool_read_name(in, before);
        kind->closed = eh_read_i(in);
        kind->won = eh_read_i(in);
        kind->lost = eh_read_i(in);
        kind->handled_count = eh_read_i(in);
        kind->handled_ms = eh_read_i(in);
    }
    facts->kinds = kinds;
    return kinds;
}

static bool imports_read(struct eh_reader *in, struct eh_bonus_facts *facts, struct eh_arena *arena)
{
    struct eh_str before = {NULL, 0};
    facts->import_count = eh_pool_read_count(in, IMPORT_LEAST);
    struct eh_bonus_import *imports = eh_arena_alloc(arena, facts->import_count * sizeof *imports);
    for (uint32_t i = 0; imports && i < facts->import_count && !in->failed; i++) {
        before = imports[i].name = eh_pool_read_name(in, before);
        imports[i].sum = eh_read_i(in);
        imports[i].last = eh_read_i(in);
        imports[i].count = eh_read_i(in);
    }
    facts->imports = imports;
    return imports;
}

/* Each kind takes a byte or more: the memory is a bounded multiple of the bytes that are read. */
static bool closed_read(struct eh_reader *in, uint32_t kinds, struct eh_bonus_member *m,
                        struct eh_arena *arena)
{
    if (kinds > (size_t)(in->end - in->at)) {
        in->failed = true;
        return true;
    }
    int64_t *closed = eh_arena_alloc(arena, kinds * sizeof *closed);
    for (uint32_t i = 0; closed && i < kinds; i++)
        closed[i] = eh_read_i(in);
    m->closed = closed;
    in->failed |= closed && !member_holds_any(m, kinds);
    return closed;
}

static bool member_read(struct eh_reader *in, struct eh_str before, uint32_t kinds, uint8_t version,
                        struct eh_bonus_member *m, struct eh_arena *arena)
{
    bool flags[7] = {false};
    m->rep = eh_pool_read_name(in, before);
    eh_pool_read_flags(in, version_flags(version), flags);
    m->left = flags[0];
    m->excluded = flags[1];
    m->has_paid = flags[2];
    m->has_contract = flags[3];
    m->by_calendar = flags[6];
    m->calendar_until = EH_DATE_NEVER;
    in->failed |= m->by_calendar && !m->has_contract;
    m->since = EH_DATE_ALWAYS;
    if (flags[4])
        m->since = (int32_t)eh_pool_read_within(in, -EH_POOL_DATES_MAX, EH_POOL_DATES_MAX);
    m->first_day = (int32_t)eh_pool_read_within(in, -EH_POOL_DATES_MAX, EH_POOL_DATES_MAX);
    m->days = (uint32_t)eh_pool_read_below(in, EH_POOL_DATES_MAX);
    if (m->has_paid)
        m->paid_minutes = eh_read_i(in);
    if (m->has_contract)
        m->contract_minutes = eh_read_i(in);
    return !flags[5] || closed_read(in, kinds, m, arena);
}

static bool members_read(struct eh_reader *in, uint8_t version, struct eh_bonus_facts *facts,
                         struct eh_arena *arena)
{
    struct eh_str before = {NULL, 0};
    facts->member_count = eh_pool_read_count(in, MEMBER_LEAST);
    struct eh_bonus_member *members = eh_arena_alloc(arena, facts->member_count * sizeof *members);
    bool room = members;
    for (uint32_t i = 0; room && i < facts->member_count && !in->failed; i++) {
        room = member_read(in, before, facts->kind_count, version, &members[i], arena);
        before = members[i].rep;
    }
    facts->members = members;
    in->failed |= room && version == VERSION && !facts_by_calendar(facts);
    return room;
}

int eh_pool_facts_decode(struct eh_str bytes, struct eh_arena *arena, struct eh_bonus_facts **ret,
                         struct eh_error *error)
{
    struct eh_reader in = eh_reader(bytes.data, bytes.size);
    uint8_t version = eh_read_u8(&in);
    if (version < VERSION_CLOSINGS || version > VERSION)
        return eh_error_set(error, EH_ECORRUPT, "these are no facts of version %d to %d",
                            VERSION_CLOSINGS, VERSION);
    struct eh_bonus_facts *facts = eh_arena_alloc(arena, sizeof *facts);
    if (!facts)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the facts");
    facts->by_closings = version == VERSION_CLOSINGS;
    facts->with_answers = version >= VERSION_ANSWERS;
    facts->period = eh_pool_read_period(&in);
    eh_pool_read_flags(&in, 1, &facts->estimate);
    team_read(&in, facts);
    if (!kinds_read(&in, facts, arena) || !imports_read(&in, facts, arena) ||
        !members_read(&in, version, facts, arena))
        return eh_error_set(error, EH_ENOMEM, "out of memory for the facts");
    if (!eh_reader_complete(&in))
        return eh_error_set(error, EH_ECORRUPT, "the bytes of these facts are damaged");
    *ret = facts;
    return 0;
}

int eh_pool_frozen(const struct eh_period_view *view, struct eh_arena *arena,
                   struct eh_bonus_facts **ret, struct eh_error *error)
{
    struct eh_bonus_facts *facts;
    int r = eh_pool_facts_decode(view->frozen, arena, &facts, error);
    if (r < 0)
        return r;
    if (!eh_period_equal(facts->period, view->period))
        return eh_error_set(error, EH_ECORRUPT, "the frozen facts are those of another period");
    *ret = facts;
    return 0;
}
