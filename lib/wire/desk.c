/*
 * desk: a desk file as a whole: its own keys, kinds and reps, then the teams that name them.
 */
#include "desk_read.h"
#include "desk_times.h"
#include "plan_read.h"

#include <stdlib.h>

#include <evenhand/wire/message.h>

#define RESEND_WITHIN_S 86400

/* Where the sections of the file stand. They are read in a fixed order, not in the file's: reps
 * before the teams that name them. */
struct top {
    struct eh_str id, currency;
    int64_t resend_within_s;
    const struct desk_node *time_zone, *kinds, *calendars, *reps, *teams, *plans;
};

static int currency_read(struct desk_reader *reader, const struct desk_node *node,
                         const struct desk_path *path, void *ret)
{
    struct eh_str text;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    if (eh_currency_exponent(text) < 0)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "`%.*s` is no currency of ISO 4217, such as EUR",
                              text.size < 16 ? (int)text.size : 16, text.data);
    return eh_desk_keep_text(reader, text, ret);
}

static const struct desk_field top_fields[] = {
    {"desk", eh_desk_read_id, offsetof(struct top, id), false},
    {"currency", currency_read, offsetof(struct top, currency), false},
    {"time_zone", eh_desk_read_node, offsetof(struct top, time_zone), false},
    {"resend_within", eh_desk_read_duration, offsetof(struct top, resend_within_s), false},
    {"kinds", eh_desk_read_node, offsetof(struct top, kinds), false},
    {"calendars", eh_desk_read_node, offsetof(struct top, calendars), false},
    {"reps", eh_desk_read_node, offsetof(struct top, reps), false},
    {"teams", eh_desk_read_node, offsetof(struct top, teams), false},
    {"plans", eh_desk_read_node, offsetof(struct top, plans), false},
};

/* An id and its place in the file. Two items with one id are neighbours after sorting. */
struct named {
    struct eh_str id;
    const struct desk_node *node;
    uint32_t index; /* in the file */
};

static int named_compare(const void *left, const void *right)
{
    const struct named *a = left, *b = right;
    int order = eh_str_compare(a->id, b->id);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

/* Sorts by id and refuses an id that stands twice. `key` is the key that holds the id ("id" or
 * "user"); the refusal names it. */
static int named_sort(struct desk_reader *reader, const struct desk_path *path, const char *key,
                      struct named *named, uint32_t count)
{
    qsort(named, count, sizeof *named, named_compare);
    for (uint32_t i = 1; i < count; i++)
        if (eh_str_equal(named[i - 1].id, named[i].id)) {
            struct desk_path item = eh_desk_path_item(path, named[i].index);
            struct desk_path at = eh_desk_path_key(&item, eh_str(key));
            return eh_desk_refuse(reader, named[i].node, &at, EH_EINVAL,
                                  "`%.*s` is taken by the one on line %u", EH_STR_ARG(named[i].id),
                                  named[i - 1].node->line);
        }
    return 0;
}

static int kinds_compare(const void *left, const void *right)
{
    const struct eh_desk_kind *a = left, *b = right;
    return eh_str_compare(a->id, b->id);
}

static int kinds_default(struct desk_reader *reader)
{
    static const struct eh_desk_kind kinds[] = {
        {{"order", 5}, 2}, {{"query", 5}, 1}, {{"quote", 5}, 2}};
    reader->desk->kinds = eh_arena_copy(reader->arena, kinds, sizeof kinds);
    if (!reader->desk->kinds)
        return eh_desk_out_of_memory(reader);
    reader->desk->kind_count = sizeof kinds / sizeof *kinds;
    return 0;
}

static int points_read(struct desk_reader *reader, const struct desk_node *node,
                       const struct desk_path *path, void *ret)
{
    return eh_desk_read_number(reader, node, path, 1, EH_DESK_POINTS_MAX, ret);
}

static const struct desk_field kind_fields[] = {
    {"points", points_read, offsetof(struct eh_desk_kind, points), true},
};

static int kind_read(struct desk_reader *reader, const struct desk_node *key,
                     const struct desk_path *up, struct eh_desk_kind *ret)
{
    int r = eh_desk_read_id(reader, key, up, &ret->id);
    if (r < 0)
        return r;
    struct desk_path path = eh_desk_path_key(up, ret->id);
    for (const struct eh_desk_kind *kind = reader->desk->kinds; kind < ret; kind++)
        if (eh_str_equal(kind->id, ret->id))
            return eh_desk_refuse(reader, key, &path, EH_EINVAL, "stands twice in the same map");
    return eh_desk_read_map(reader, key->next, &path, kind_fields, 1, ret);
}

static int kinds_read(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path)
{
    struct eh_desk *desk = reader->desk;
    int r = eh_desk_check_map(reader, node, path);
    if (r < 0)
        return r;
    if (node->size == 0)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "names no kind; leave it out for the "
                              "usual three");
    if (node->size > EH_DESK_KINDS_MAX)
        return eh_desk_refuse(reader, node, path, EH_ERANGE, "has %u kinds, more than %d",
                              node->size, EH_DESK_KINDS_MAX);
    desk->kinds = eh_arena_alloc(reader->arena, node->size * sizeof *desk->kinds);
    if (!desk->kinds)
        return eh_desk_out_of_memory(reader);
    for (const struct desk_node *key = node->first; key; key = key->next->next) {
        r = kind_read(reader, key, path, &desk->kinds[desk->kind_count++]);
        if (r < 0)
            return r;
    }
    qsort(desk->kinds, desk->kind_count, sizeof *desk->kinds, kinds_compare);
    return 0;
}

static int share_read(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, void *ret)
{
    return eh_desk_read_share(reader, node, path, 1, "1.0", ret);
}

static const struct desk_field rep_fields[] = {
    {"id", eh_desk_read_id, offsetof(struct eh_desk_rep, id), true},
    {"name", eh_desk_read_name, offsetof(struct eh_desk_rep, name), false},
    {"share", share_read, offsetof(struct eh_desk_rep, share_ppm), false},
    {"since", eh_desk_read_date, offsetof(struct eh_desk_rep, since), false},
    {"skills", eh_desk_read_skills, 0, false},
    {"accounts", eh_desk_read_accounts, 0, false},
    {"user", eh_desk_read_user, offsetof(struct eh_desk_rep, user), false},
    {"hours", eh_desk_read_hours, offsetof(struct eh_desk_rep, hours), false},
};

static int rep_read(struct desk_reader *reader, const struct desk_node *node,
                    const struct desk_path *path, struct eh_desk_rep *ret)
{
    struct eh_desk_rep rep = {
        .share_ppm = EH_PPM, .since = EH_DATE_ALWAYS, .user = eh_str_n("", 0)};
    int r = node->kind == DESK_SCALAR
                ? eh_desk_read_id(reader, node, path, &rep.id)
                : eh_desk_read_map(reader, node, path, rep_fields,
                                   sizeof rep_fields / sizeof *rep_fields, &rep);
    if (r < 0)
        return r;
    if (rep.name.size == 0)
        rep.name = rep.id;
    *ret = rep;
    return 0;
}

/* Refuses a Unix user that stands at two reps: signals of a user are those of one rep. */
static int users_check(struct desk_reader *reader, const struct desk_path *path,
                       const struct eh_desk_rep *reps, struct named *named, uint32_t count)
{
    uint32_t users = 0;
    for (uint32_t i = 0; i < count; i++)
        if (reps[named[i].index].user.size)
            named[users++] =
                (struct named){reps[named[i].index].user, named[i].node, named[i].index};
    return named_sort(reader, path, "user", named, users);
}

/* Puts `reps`, which are in the file's order, into the desk by id. Refuses an id or a Unix user
 * that stands twice. */
static int reps_arrange(struct desk_reader *reader, const struct desk_node *node,
                        const struct desk_path *path, const struct eh_desk_rep *reps,
                        struct named *named)
{
    struct eh_desk *desk = reader->desk;
    uint32_t count = node->size;
    int r = named_sort(reader, path, "id", named, count);
    if (r < 0)
        return r;
    for (uint32_t i = 0; i < count; i++)
        desk->reps[i] = reps[named[i].index];
    desk->rep_count = count;
    r = eh_desk_arrange_accounts(reader, path, node);
    return r < 0 ? r : users_check(reader, path, reps, named, count);
}

static int reps_read(struct desk_reader *reader, const struct desk_node *node,
                     const struct desk_path *path)
{
    int r = eh_desk_check_list(reader, node, path, EH_DESK_REPS_MAX);
    if (r < 0)
        return r;
    struct eh_desk *desk = reader->desk;
    struct eh_desk_rep *reps = eh_arena_alloc(reader->scratch, node->size * sizeof *reps);
    struct named *named = eh_arena_alloc(reader->scratch, node->size * sizeof *named);
    desk->reps = eh_arena_alloc(reader->arena, node->size * sizeof *desk->reps);
    if (!reps || !named || !desk->reps)
        return eh_desk_out_of_memory(reader);
    uint32_t count = 0;
    for (const struct desk_node *item = node->first; item; item = item->next, count++) {
        struct desk_path at = eh_desk_path_item(path, count);
        r = rep_read(reader, item, &at, &reps[count]);
        if (r < 0)
            return r;
        named[count] = (struct named){reps[count].id, item, count};
    }
    return reps_arrange(reader, node, path, reps, named);
}

static int teams_read(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path)
{
    int r = eh_desk_check_list(reader, node, path, EH_DESK_TEAMS_MAX);
    if (r < 0)
        return r;
    struct eh_desk *desk = reader->desk;
    struct eh_desk_team *teams = eh_arena_alloc(reader->scratch, node->size * sizeof *teams);
    struct named *named = eh_arena_alloc(reader->scratch, node->size * sizeof *named);
    desk->teams = eh_arena_alloc(reader->arena, node->size * sizeof *desk->teams);
    if (!teams || !named || !desk->teams)
        return eh_desk_out_of_memory(reader);
    uint32_t count = 0;
    for (const struct desk_node *item = node->first; item; item = item->next, count++) {
        struct desk_path at = eh_desk_path_item(path, count);
        r = eh_desk_read_team(reader, item, &at, &teams[count]);
        if (r < 0)
            return r;
        named[count] = (struct named){teams[count].id, item, count};
    }
    r = named_sort(reader, path, "id", named, count);
    if (r < 0)
        return r;
    for (uint32_t i = 0; i < count; i++)
        desk->teams[i] = teams[named[i].index];
    desk->team_count = count;
    r = eh_desk_check_leavers(reader, node, path, teams);
    return r < 0 ? r : eh_desk_check_overflow(reader, node, path, teams);
}

typedef int section_fn(struct desk_reader *, const struct desk_node *, const struct desk_path *);

static int section_read(struct desk_reader *reader, const struct desk_node *node,
                        const struct desk_path *root, const char *key, section_fn *read)
{
    struct desk_path path = eh_desk_path_key(root, eh_str(key));
    return node ? read(reader, node, &path) : 0;
}

static int zone_read(struct desk_reader *reader, const struct desk_node *node,
                     const struct desk_path *path)
{
    reader->desk->time_zone_line = node->line;
    return eh_desk_read_time_zone(reader, node, path, &reader->desk->time_zone);
}

static int top_read(struct desk_reader *reader, const struct desk_node *root)
{
    const struct desk_path path = {0};
    struct top top = {
        .id = eh_str("main"), .currency = eh_str("EUR"), .resend_within_s = RESEND_WITHIN_S};
    int r = eh_desk_read_map(reader, root, &path, top_fields,
                             sizeof top_fields / sizeof *top_fields, &top);
    if (r < 0)
        return r;
    struct eh_desk *desk = reader->desk;
    desk->id = top.id;
    desk->currency = top.currency;
    desk->currency_exponent = (unsigned)eh_currency_exponent(top.currency);
    desk->time_zone = eh_str("Europe/Oslo");
    desk->resend_within_s = top.resend_within_s;
    r = section_read(reader, top.time_zone, &path, "time_zone", zone_read);
    if (r == 0)
        r = top.kinds ? section_read(reader, top.kinds, &path, "kinds", kinds_read)
                      : kinds_default(reader);
    if (r == 0)
        r = section_read(reader, top.calendars, &path, "calendars", eh_desk_read_calendars);
    if (r == 0)
        r = section_read(reader, top.reps, &path, "reps", reps_read);
    if (r == 0)
        r = section_read(reader, top.teams, &path, "teams", teams_read);
    if (r == 0)
        eh_desk_settle_hours(desk);
    if (r == 0)
        r = section_read(reader, top.plans, &path, "plans", eh_plan_read_all);
    return r;
}

static int desk_parse(struct eh_str text, bool written_now, struct eh_arena *arena,
                      struct eh_desk **ret, struct eh_error *error)
{
    if (text.size > EH_DESK_TEXT_MAX)
        return eh_error_set(error, EH_ERANGE,
                            "1: %u bytes are too many; a desk file has at most %u", text.size,
                            EH_DESK_TEXT_MAX);
    EH_AUTO(eh_arena) struct eh_arena scratch = EH_ARENA_INIT;
    struct desk_reader reader = {.arena = arena,
                                 .scratch = &scratch,
                                 .error = error,
                                 .desk = NULL,
                                 .written_now = written_now};
    struct desk_node *root;
    int r = eh_desk_tree_build(text, &scratch, &root, error);
    if (r < 0)
        return r;
    reader.desk = eh_arena_alloc(arena, sizeof *reader.desk);
    if (!reader.desk)
        return eh_desk_out_of_memory(&reader);
    r = top_read(&reader, root);
    if (r < 0)
        return r;
    *ret = reader.desk;
    return 0;
}

int eh_desk_parse(struct eh_str text, struct eh_arena *arena, struct eh_desk **ret,
                  struct eh_error *error)
{
    return desk_parse(text, false, arena, ret, error);
}

int eh_desk_parse_new(struct eh_str text, struct eh_arena *arena, struct eh_desk **ret,
                      struct eh_error *error)
{
    return desk_parse(text, true, arena, ret, error);
}
