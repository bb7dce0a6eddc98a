/* found: gathers teams, reps and kinds from a history and writes them as YAML. */
#include "found.h"

#include <stdlib.h>

#include <evenhand/wire/desk.h>

#define LINE_WIDTH  90 /* columns; lists are wrapped there */
#define LIST_INDENT 11

/* What a history names: a rep, a team or a kind. */
struct thing {
    char id[EH_ID_MAX + 1];
    struct eh_str name;
    uint32_t *members; /* of a team: numbers of reps */
    uint32_t member_count, member_capacity;
};

/* Things in order of appearance, found again by a key. */
struct things {
    struct thing *items;
    uint32_t count, capacity, max;
    const char *what;
    struct eh_table by_key;
};

struct finder {
    struct eh_arena arena;
    struct things teams, reps, kinds;
    struct eh_table ids;         /* of reps: taken ones */
    struct eh_table memberships; /* (team, rep) seen */
    char currency[4];
};

static int error_no_memory(struct eh_error *error)
{
    return eh_error_set(error, EH_ENOMEM, "out of memory");
}

/* The number of the thing with this key; adds it when there is none. */
static int64_t find_or_add(struct things *things, struct eh_str key, bool *ret_new,
                           struct eh_error *error)
{
    uint64_t no;
    *ret_new = false;
    if (eh_table_get(&things->by_key, eh_key_of_text(key), &no))
        return (int64_t)no;
    int r =
        eh_array_room(&things->items, &things->capacity, things->count + (size_t)1, things->max);
    if (r == -EH_EFULL)
        return eh_error_set(error, EH_EFULL, "more than %u %s", things->max, things->what);
    if (r < 0 || eh_table_put(&things->by_key, eh_key_of_text(key), things->count) < 0)
        return error_no_memory(error);
    things->items[things->count] = (struct thing){0};
    *ret_new = true;
    return things->count++;
}

static int name_keep(struct finder *f, struct thing *thing, struct eh_str name,
                     struct eh_error *error)
{
    thing->name = eh_arena_str(&f->arena, name);
    return thing->name.data ? 0 : error_no_memory(error);
}

/* An id for a rep that no other rep has: "ana", "ana-2", … */
static int choose_id(struct finder *f, struct eh_str name, char ret[EH_ID_MAX + 1],
                     struct eh_error *error)
{
    char base[EH_ID_MAX + 1];
    if (eh_id_from_name(name, base) == 0)
        return eh_error_field(error, EH_EINVAL, "historical_rep",
                              "historical_rep: no id can be made of `%.*s`", EH_STR_ARG(name));
    uint64_t unused;
    eh_format(ret, EH_ID_MAX + 1, "%s", base);
    for (unsigned n = 2; eh_table_get(&f->ids, eh_key_of_text(eh_str(ret)), &unused); n++) {
        char suffix[16];
        size_t size = eh_format(suffix, sizeof suffix, "-%u", n);
        eh_format(ret, EH_ID_MAX + 1, "%.*s%s", (int)(EH_ID_MAX - size), base, suffix);
    }
    return eh_table_put(&f->ids, eh_key_of_text(eh_str(ret)), 1) < 0 ? error_no_memory(error) : 0;
}

static int64_t finder_team(struct finder *f, const struct eh_history_ticket *t,
                           struct eh_error *error)
{
    bool is_new;
    int64_t no = find_or_add(&f->teams, eh_str(t->team), &is_new, error);
    if (no < 0 || !is_new)
        return no;
    struct thing *team = &f->teams.items[no];
    char as_id[EH_ID_MAX + 1] = "";
    eh_id_from_name(t->team_name, as_id);
    bool named = t->team_name.size > 0 && strcmp(as_id, t->team) == 0;
    memcpy(team->id, t->team, sizeof team->id);
    int r = name_keep(f, team, named ? t->team_name : eh_str(t->team), error);
    return r < 0 ? r : no;
}

static int64_t finder_rep(struct finder *f, const struct eh_history_ticket *t,
                          struct eh_error *error)
{
    bool is_new;
    int64_t no = find_or_add(&f->reps, t->rep, &is_new, error);
    if (no < 0 || !is_new)
        return no;
    struct thing *rep = &f->reps.items[no];
    int r = choose_id(f, t->rep, rep->id, error);
    if (r == 0)
        r = name_keep(f, rep, t->rep, error);
    return r < 0 ? r : no;
}

static int finder_join(struct finder *f, int64_t team_no, int64_t rep_no, struct eh_error *error)
{
    struct eh_key pair = {(uint64_t)team_no * 0x9e3779b97f4a7c15u, (uint64_t)rep_no};
    struct thing *team = &f->teams.items[team_no];
    uint64_t unused;
    if (eh_table_get(&f->memberships, pair, &unused))
        return 0;
    if (eh_array_room(&team->members, &team->member_capacity, team->member_count + (size_t)1,
                      EH_ARRAY_MAX) < 0)
        return error_no_memory(error);
    team->members[team->member_count++] = (uint32_t)rep_no;
    return eh_table_put(&f->memberships, pair, 1) < 0 ? error_no_memory(error) : 0;
}

static int note_kind(struct finder *f, const struct eh_history_ticket *t, struct eh_error *error)
{
    bool is_new;
    if (!eh_id_valid(t->kind))
        return eh_error_field(error, EH_EINVAL, "kind",
                              "kind: `%.*s` is no id (a-z, 0-9, and . _ - behind the first)",
                              EH_STR_ARG(t->kind));
    int64_t no = find_or_add(&f->kinds, t->kind, &is_new, error);
    if (no < 0)
        return (int)no;
    if (is_new)
        eh_format(f->kinds.items[no].id, EH_ID_MAX + 1, "%.*s", EH_STR_ARG(t->kind));
    return 0;
}

static int note_currency(struct finder *f, const struct eh_history_ticket *t,
                         struct eh_error *error)
{
    if (t->currency.size == 0)
        return 0;
    if (eh_currency_exponent(t->currency) < 0)
        return eh_error_field(error, EH_EINVAL, "currency", "currency: `%.*s` is no ISO 4217 code",
                              EH_STR_ARG(t->currency));
    if (!f->currency[0])
        eh_format(f->currency, sizeof f->currency, "%.*s", EH_STR_ARG(t->currency));
    if (!eh_str_equal(t->currency, eh_str(f->currency)))
        return eh_error_field(error, EH_EINVAL, "currency",
                              "currency: %.*s, but rows before have %s; a desk has one",
                              EH_STR_ARG(t->currency), f->currency);
    return 0;
}

static int finder_take_ticket(void *context, const struct eh_history_ticket *t,
                              struct eh_error *error)
{
    struct finder *f = context;
    int r = note_kind(f, t, error);
    if (r == 0)
        r = note_currency(f, t, error);
    int64_t team = r < 0 ? r : finder_team(f, t, error);
    if (team < 0 || t->rep.size == 0)
        return team < 0 ? (int)team : 0;
    int64_t rep = finder_rep(f, t, error);
    return rep < 0 ? (int)rep : finder_join(f, team, rep, error);
}

static int name_compare(const void *a, const void *b)
{
    return strcmp(((const struct thing *)a)->id, ((const struct thing *)b)->id);
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* An id as a YAML scalar: quoted where YAML could take it for something else than text. */
static size_t id_put(struct eh_bytes *out, const char *id)
{
    static const char *const taken[] = {"null", "true", "false", "yes", "no",
                                        "on",   "off",  "y",     "n"};
    bool plain = id[0] >= 'a' && id[0] <= 'z';
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        plain = plain && strcmp(id, taken[i]) != 0;
    eh_bytes_put_text(out, plain ? "%s" : "\"%s\"", id);
    return strlen(id) + (plain ? 0 : 2);
}

/* A name in double quotes; names have no control characters. */
static void name_put(struct eh_bytes *out, struct eh_str name)
{
    eh_bytes_put_u8(out, '"');
    for (uint32_t i = 0; i < name.size; i++) {
        if (name.data[i] == '"' || name.data[i] == '\\')
            eh_bytes_put_u8(out, '\\');
        eh_bytes_put_u8(out, (uint8_t)name.data[i]);
    }
    eh_bytes_put_u8(out, '"');
}

static unsigned points_of(const char *kind)
{
    return strcmp(kind, "order") == 0 || strcmp(kind, "quote") == 0 ? 2 : 1;
}

static void head_write(const struct finder *f, struct eh_bytes *out)
{
    eh_bytes_put_text(out,
                      "# A first desk file, made from a ticket history. Look through it, set\n"
                      "# time_zone, users and managers, then: evenhand desk apply FILE\n"
                      "desk: main\ncurrency: %s\ntime_zone: UTC\nkinds:\n",
                      f->currency[0] ? f->currency : "EUR");
    for (uint32_t i = 0; i < f->kinds.count; i++) {
        eh_bytes_put_text(out, "  ");
        id_put(out, f->kinds.items[i].id);
        eh_bytes_put_text(out, ": {points: %u}\n", points_of(f->kinds.items[i].id));
    }
    eh_bytes_put_text(out, f->reps.count ? "reps:\n" : "reps: []\n");
}

static void reps_write(const struct finder *f, struct eh_bytes *out)
{
    for (uint32_t i = 0; i < f->reps.count; i++) {
        eh_bytes_put_text(out, "  - {id: ");
        id_put(out, f->reps.items[i].id);
        eh_bytes_put_text(out, ", name: ");
        name_put(out, f->reps.items[i].name);
        eh_bytes_put_text(out, "}\n");
    }
}

static int team_write(const struct thing *team, const char *const *rep_ids, struct eh_bytes *out)
{
    const char **ids = calloc(team->member_count + 1, sizeof *ids);
    if (!ids)
        return -EH_ENOMEM;
    for (uint32_t i = 0; i < team->member_count; i++)
        ids[i] = rep_ids[team->members[i]];
    if (team->member_count)
        qsort(ids, team->member_count, sizeof *ids, compare_ids);
    eh_bytes_put_text(out, "  - id: ");
    id_put(out, team->id);
    eh_bytes_put_text(out, "\n    name: ");
    name_put(out, team->name);
    eh_bytes_put_text(out, "\n    reps: [");
    size_t column = LIST_INDENT;
    for (uint32_t i = 0; i < team->member_count; i++) {
        if (i > 0)
            eh_bytes_put_u8(out, ',');
        if (i > 0 && column + strlen(ids[i]) + 4 > LINE_WIDTH) {
            eh_bytes_put_text(out, "\n           ");
            column = LIST_INDENT;
        } else if (i > 0) {
            eh_bytes_put_u8(out, ' ');
        }
        column += id_put(out, ids[i]) + 2;
    }
    eh_bytes_put_text(out, "]\n    policy: balanced\n    capacity: 0\n");
    free(ids);
    return 0;
}

/* Writes everything sorted by id, so that the order of rows affects only suffixes. */
static int desk_write(struct finder *f, struct eh_bytes *out)
{
    const char **rep_ids = calloc(f->reps.count + 1, sizeof *rep_ids);
    struct eh_bytes names = EH_BYTES_INIT;
    int r = rep_ids ? 0 : -EH_ENOMEM;
    for (uint32_t i = 0; r == 0 && i < f->reps.count; i++)
        eh_bytes_put(&names, f->reps.items[i].id, EH_ID_MAX + 1);
    for (uint32_t i = 0; r == 0 && !names.failed && i < f->reps.count; i++)
        rep_ids[i] = (const char *)names.data + (size_t)i * (EH_ID_MAX + 1);
    struct things *sorted[] = {&f->teams, &f->reps, &f->kinds};
    for (size_t i = 0; i < sizeof sorted / sizeof *sorted; i++)
        if (sorted[i]->count)
            qsort(sorted[i]->items, sorted[i]->count, sizeof *sorted[i]->items, name_compare);
    head_write(f, out);
    reps_write(f, out);
    eh_bytes_put_text(out, f->teams.count ? "teams:\n" : "teams: []\n");
    for (uint32_t i = 0; r == 0 && !names.failed && i < f->teams.count; i++)
        r = team_write(&f->teams.items[i], rep_ids, out);
    if (names.failed || out->failed)
        r = -EH_ENOMEM;
    eh_bytes_done(&names);
    free(rep_ids);
    return r;
}

/* The daemon has to accept the desk file: parses it. */
static int desk_check(const struct eh_bytes *out, size_t from, const char *file,
                      struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_error said = {0};
    struct eh_desk *desk;
    int r = eh_desk_parse(eh_str_n((const char *)out->data + from, out->size - from), &arena, &desk,
                          &said);
    if (r < 0)
        return eh_error_set(error, -r, "%s: makes no valid desk file: %s", file, said.text);
    return 0;
}

static void things_done(struct things *things)
{
    for (uint32_t i = 0; i < things->count; i++)
        free(things->items[i].members);
    free(things->items);
    eh_table_done(&things->by_key);
}

static void finder_done(struct finder *f)
{
    things_done(&f->teams);
    things_done(&f->reps);
    things_done(&f->kinds);
    eh_table_done(&f->ids);
    eh_table_done(&f->memberships);
    eh_arena_done(&f->arena);
}

int eh_found_desk(struct eh_str text, const struct eh_history_rules *rules, struct eh_bytes *out,
                  struct eh_error *error)
{
    struct finder f = {
        .arena = EH_ARENA_INIT,
        .teams = {.max = EH_DESK_TEAMS_MAX, .what = "teams"},
        .reps = {.max = EH_DESK_REPS_MAX, .what = "reps"},
        .kinds = {.max = EH_DESK_KINDS_MAX, .what = "kinds"},
    };
    size_t from = out->size;
    int r = eh_history_read(text, rules, finder_take_ticket, &f, error);
    if (r == 0 && f.teams.count == 0)
        r = eh_error_set(error, EH_EINVAL, "%s: has no rows", rules->file);
    if (r == 0 && (r = desk_write(&f, out)) < 0)
        error_no_memory(error);
    if (r == 0)
        r = desk_check(out, from, rules->file, error);
    finder_done(&f);
    return r;
}
