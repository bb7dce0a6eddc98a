/*
 * desk_team: one item of `teams`: its members by date, its managers, its rules.
 */
#include <evenhand/wire/policies.h>

#include "desk_read.h"
#include "desk_times.h"

#include <stdlib.h>

#define AFFINITY_FOR_S (7 * 86400) /* defaults of the desk file */
#define AT_LEAST_S     (15 * 60)
#define AT_MOST_S      (8 * 3600)
#define VALUE_WEIGHT   (EH_PPM / 2)
#define PAUSED_AT_MOST 20

static int u32_compare(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

/* A member, with its place in the file, which only the checks need. */
struct member {
    struct eh_desk_member kept;
    struct eh_str id;
    const struct desk_node *node;
    uint32_t index; /* in the file */
};

static int members_compare(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    int order = u32_compare(a->kept.rep, b->kept.rep);
    if (order == 0)
        order = (a->kept.from > b->kept.from) - (a->kept.from < b->kept.from);
    return order ? order : u32_compare(a->index, b->index);
}

static const struct desk_field member_fields[] = {
    {"id", eh_desk_read_id, offsetof(struct member, id), true},
    {"from", eh_desk_read_date, offsetof(struct member, kept.from), false},
    {"until", eh_desk_read_date, offsetof(struct member, kept.until), false},
};

static int member_read(struct desk_reader *reader, const struct desk_node *node,
                       const struct desk_path *path, struct member *ret)
{
    struct member m = {.kept = {.from = EH_DATE_ALWAYS, .until = EH_DATE_NEVER}, .node = node};
    int r = node->kind == DESK_SCALAR
                ? eh_desk_read_text(reader, node, path, &m.id)
                : eh_desk_read_map(reader, node, path, member_fields,
                                   sizeof member_fields / sizeof *member_fields, &m);
    if (r < 0)
        return r;
    if (m.kept.from > m.kept.until)
        return eh_desk_refuse(reader, node, path, EH_EINVAL, "`until` is before `from`");
    const struct eh_desk_rep *rep = eh_desk_rep(reader->desk, m.id);
    if (!rep)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "`%.*s` is no rep of this desk; add them to `reps`",
                              m.id.size < EH_ID_MAX ? (int)m.id.size : EH_ID_MAX, m.id.data);
    m.kept.rep = (uint32_t)(rep - reader->desk->reps);
    m.index = path->index;
    *ret = m;
    return 0;
}

/* A rep may be a member several times. Refuses two memberships of a rep that share a day. */
static int members_check_overlaps(struct desk_reader *reader, const struct desk_path *path,
                                  const struct member *members, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        const struct member *a = &members[i - 1], *b = &members[i];
        if (a->kept.rep != b->kept.rep || b->kept.from > a->kept.until)
            continue;
        const struct member *later = a->index > b->index ? a : b;
        const struct member *earlier = later == a ? b : a;
        struct desk_path item = eh_desk_path_item(path, later->index);
        return eh_desk_refuse(reader, later->node, &item, EH_EINVAL,
                              "`%.*s` is on line %u already, for some of the same days",
                              EH_STR_ARG(later->id), earlier->node->line);
    }
    return 0;
}

static int members_keep(struct desk_reader *reader, const struct member *members, uint32_t count,
                        struct eh_desk_team *team)
{
    struct eh_desk_member *kept = eh_arena_alloc(reader->arena, count * sizeof *kept);
    if (!kept)
        return eh_desk_out_of_memory(reader);
    for (uint32_t i = 0; i < count; i++)
        kept[i] = members[i].kept;
    team->members = kept;
    team->member_count = count;
    return 0;
}

static int members_read(struct desk_reader *reader, const struct desk_node *node,
                        const struct desk_path *path, void *ret)
{
    int r = eh_desk_check_list(reader, node, path, EH_DESK_MEMBERS_MAX);
    if (r < 0)
        return r;
    if (node->size > EH_DESK_MEMBERS_MAX - reader->members)
        return eh_desk_refuse(reader, node, path, EH_ERANGE,
                              "all teams together have more than %d members", EH_DESK_MEMBERS_MAX);
    reader->members += node->size;
    struct member *members = eh_arena_alloc(reader->scratch, node->size * sizeof *members);
    if (!members)
        return eh_desk_out_of_memory(reader);
    uint32_t count = 0;
    for (const struct desk_node *item = node->first; item; item = item->next) {
        struct desk_path at = eh_desk_path_item(path, count);
        r = member_read(reader, item, &at, &members[count++]);
        if (r < 0)
            return r;
    }
    qsort(members, count, sizeof *members, members_compare);
    r = members_check_overlaps(reader, path, members, count);
    return r < 0 ? r : members_keep(reader, members, count, ret);
}

static const struct desk_field manager_fields[] = {
    {"group", eh_desk_read_user, offsetof(struct eh_desk_manager, name), true},
};

static int manager_read(struct desk_reader *reader, const struct desk_node *node,
                        const struct desk_path *path, struct eh_desk_manager *ret)
{
    ret->is_group = node->kind != DESK_SCALAR;
    return ret->is_group ? eh_desk_read_map(reader, node, path, manager_fields, 1, ret)
                         : eh_desk_read_user(reader, node, path, &ret->name);
}

static bool managers_equal(const struct eh_desk_manager *a, const struct eh_desk_manager *b)
{
    return a->is_group == b->is_group && eh_str_equal(a->name, b->name);
}

static int managers_read(struct desk_reader *reader, const struct desk_node *node,
                         const struct desk_path *path, void *ret)
{
    struct eh_desk_team *team = ret;
    int r = eh_desk_check_list(reader, node, path, EH_DESK_MANAGERS_MAX);
    if (r < 0)
        return r;
    struct eh_desk_manager *managers = eh_arena_alloc(reader->arena, node->size * sizeof *managers);
    if (!managers)
        return eh_desk_out_of_memory(reader);
    uint32_t count = 0;
    for (const struct desk_node *item = node->first; item; item = item->next, count++) {
        struct desk_path at = eh_desk_path_item(path, count);
        r = manager_read(reader, item, &at, &managers[count]);
        if (r < 0)
            return r;
        for (uint32_t i = 0; i < count; i++)
            if (managers_equal(&managers[i], &managers[count]))
                return eh_desk_refuse(reader, item, &at, EH_EINVAL, "`%.*s` is in the list already",
                                      EH_STR_ARG(managers[count].name));
    }
    team->managers = managers;
    team->manager_count = count;
    return 0;
}

static int policy_read(struct desk_reader *reader, const struct desk_node *node,
                       const struct desk_path *path, void *ret)
{
    static const char *const words[] = {EH_POLICIES(EH_POLICY_BY_NUMBER)};
    size_t index;
    int r = eh_desk_read_word(reader, node, path, words, sizeof words / sizeof *words, &index);
    if (r == 0)
        *(struct eh_str *)ret = eh_str(words[index]);
    return r;
}

static int value_weight_read(struct desk_reader *reader, const struct desk_node *node,
                             const struct desk_path *path, void *ret)
{
    return eh_desk_read_share(reader, node, path, 0, "100%", ret);
}

static int capacity_read(struct desk_reader *reader, const struct desk_node *node,
                         const struct desk_path *path, void *ret)
{
    return eh_desk_read_number(reader, node, path, 0, EH_DESK_CAPACITY_MAX, ret);
}

static int at_most_number_read(struct desk_reader *reader, const struct desk_node *node,
                               const struct desk_path *path, void *ret)
{
    return eh_desk_read_number(reader, node, path, 1, EH_DESK_AT_MOST_MAX, ret);
}

static int at_most_read(struct desk_reader *reader, const struct desk_node *node,
                        const struct desk_path *path, void *ret)
{
    static const struct desk_field fields[] = {
        {"per_hour", at_most_number_read, offsetof(struct eh_desk_team, at_most_hour), false},
        {"per_day", at_most_number_read, offsetof(struct eh_desk_team, at_most_day), false},
    };
    return eh_desk_read_map(reader, node, path, fields, sizeof fields / sizeof *fields, ret);
}

static int paused_counts_read(struct desk_reader *reader, const struct desk_node *node,
                              const struct desk_path *path, void *ret)
{
    static const char *const words[] = {[EH_PAUSED_COUNTS_NO] = "no",
                                        [EH_PAUSED_COUNTS_HALF] = "half",
                                        [EH_PAUSED_COUNTS_YES] = "yes"};
    return eh_desk_read_choice(reader, node, path, words, 3, ret);
}

static int paused_at_most_read(struct desk_reader *reader, const struct desk_node *node,
                               const struct desk_path *path, void *ret)
{
    return eh_desk_read_number(reader, node, path, 1, EH_DESK_PAUSED_MAX, ret);
}

static int paused_read(struct desk_reader *reader, const struct desk_node *node,
                       const struct desk_path *path, void *ret)
{
    static const struct desk_field fields[] = {
        {"counts", paused_counts_read, offsetof(struct eh_desk_team, paused_counts), false},
        {"at_most", paused_at_most_read, offsetof(struct eh_desk_team, paused_at_most), false},
    };
    return eh_desk_read_map(reader, node, path, fields, sizeof fields / sizeof *fields, ret);
}

/* Reads "50% for 1d". */
static int ramp_read(struct desk_reader *reader, const struct desk_node *node,
                     const struct desk_path *path, void *ret)
{
    static const char between[] = " for ";
    const uint32_t wide = sizeof between - 1;
    struct eh_desk_team *team = ret;
    struct eh_str text;
    int64_t ppm = 0, seconds = 0;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    uint32_t size = 0;
    while (size + wide < text.size && memcmp(text.data + size, between, wide) != 0)
        size++;
    if (size + wide >= text.size || eh_percent_parse(eh_str_n(text.data, size), &ppm, NULL) < 0 ||
        eh_duration_parse(eh_str_n(text.data + size + wide, text.size - size - wide), &seconds,
                          NULL) < 0)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "`%.*s` is no part of a share and a time, such as 50%% for 1d",
                              text.size < 40 ? (int)text.size : 40, text.data);
    if (ppm < EH_PPM / 100 || ppm > EH_PPM || seconds < 1 || seconds > EH_DESK_DURATION_MAX_S)
        return eh_desk_refuse(reader, node, path, EH_ERANGE,
                              "is not between 1%% for 1s and 100%% for 366d");
    team->ramp_ppm = (uint32_t)ppm;
    team->ramp_for_s = seconds;
    return 0;
}

static int affinity_read(struct desk_reader *reader, const struct desk_node *node,
                         const struct desk_path *path, void *ret)
{
    static const char *const words[] = {
        [EH_AFFINITY_OFF] = "off", [EH_AFFINITY_OPEN] = "open", [EH_AFFINITY_LAST] = "last"};
    return eh_desk_read_choice(reader, node, path, words, 3, ret);
}

static int presence_read(struct desk_reader *reader, const struct desk_node *node,
                         const struct desk_path *path, void *ret)
{
    static const char *const words[] = {
        [EH_PRESENCE_ASSUMED] = "assumed", [EH_PRESENCE_SIGNALLED] = "signalled"};
    return eh_desk_read_choice(reader, node, path, words, 2, ret);
}

static int overloaded_read(struct desk_reader *reader, const struct desk_node *node,
                           const struct desk_path *path, void *ret)
{
    static const struct desk_field fields[] = {
        {"at_least", eh_desk_read_duration, offsetof(struct eh_desk_team, overloaded_at_least_s),
         false},
        {"at_most", eh_desk_read_time, offsetof(struct eh_desk_team, overloaded_at_most_s), false},
    };
    struct eh_desk_team *team = ret;
    int r = eh_desk_read_map(reader, node, path, fields, sizeof fields / sizeof *fields, team);
    if (r < 0)
        return r;
    if (team->overloaded_at_least_s > team->overloaded_at_most_s)
        return eh_desk_refuse(reader, node, path, EH_ERANGE,
                              "`at_least` (15m when left out) is longer than `at_most` (8h when "
                              "left out)");
    return 0;
}

static int leavers_to_read(struct desk_reader *reader, const struct desk_node *node,
                           const struct desk_path *path, void *ret)
{
    static const struct desk_field fields[] = {
        {"to", eh_desk_read_id, offsetof(struct eh_desk_team, leavers_to), true},
    };
    struct eh_desk_team *team = ret;
    team->leavers_work = EH_LEAVERS_WORK_TO;
    return eh_desk_read_map(reader, node, path, fields, 1, team);
}

/* Reads `deal`, `keep` or {to: TEAM}. eh_desk_check_leavers() looks for TEAM when all teams are
 * read. */
static int leavers_work_read(struct desk_reader *reader, const struct desk_node *node,
                             const struct desk_path *path, void *ret)
{
    static const char *const words[] = {
        [EH_LEAVERS_WORK_DEAL] = "deal", [EH_LEAVERS_WORK_KEEP] = "keep"};
    struct eh_desk_team *team = ret;
    size_t index;
    if (node->kind == DESK_MAP)
        return leavers_to_read(reader, node, path, ret);
    int r = eh_desk_read_word(reader, node, path, words, 2, &index);
    if (r == 0)
        team->leavers_work = (uint8_t)index;
    return r;
}

int eh_desk_check_leavers(struct desk_reader *reader, const struct desk_node *teams,
                          const struct desk_path *path, const struct eh_desk_team *read)
{
    uint32_t index = 0;
    for (const struct desk_node *item = teams->first; item; item = item->next, index++) {
        const struct eh_desk_team *team = &read[index];
        bool itself = eh_str_equal(team->leavers_to, team->id);
        if (team->leavers_work != EH_LEAVERS_WORK_TO ||
            (!itself && eh_desk_team(reader->desk, team->leavers_to)))
            continue;
        struct desk_path at = eh_desk_path_item(path, index);
        struct desk_path key = eh_desk_path_key(&at, eh_str("leavers_work"));
        return eh_desk_refuse(reader, item, &key, EH_EINVAL,
                              itself ? "`%.*s` is this team itself; write `deal`"
                                     : "`%.*s` is no team of this desk",
                              EH_STR_ARG(team->leavers_to));
    }
    return 0;
}

static const struct desk_field team_fields[] = {
    {"id", eh_desk_read_id, offsetof(struct eh_desk_team, id), true},
    {"name", eh_desk_read_name, offsetof(struct eh_desk_team, name), false},
    {"reps", members_read, 0, false},
    {"managers", managers_read, 0, false},
    {"policy", policy_read, offsetof(struct eh_desk_team, policy), false},
    {"value_weight", value_weight_read, offsetof(struct eh_desk_team, value_weight_ppm), false},
    {"capacity", capacity_read, offsetof(struct eh_desk_team, capacity), false},
    {"at_most", at_most_read, 0, false},
    {"kinds", eh_desk_read_kind_limits, 0, false},
    {"paused", paused_read, 0, false},
    {"ramp", ramp_read, 0, false},
    {"affinity", affinity_read, offsetof(struct eh_desk_team, affinity), false},
    {"affinity_for", eh_desk_read_time, offsetof(struct eh_desk_team, affinity_for_s), false},
    {"presence", presence_read, offsetof(struct eh_desk_team, presence), false},
    {"overloaded", overloaded_read, 0, false},
    {"leavers_work", leavers_work_read, 0, false},
    {"hours", eh_desk_read_hours, offsetof(struct eh_desk_team, hours), false},
    {"answer_within", eh_desk_read_answer_within, 0, false},
    {"overflow", eh_desk_read_overflow, 0, false},
    {"unanswered", eh_desk_read_unanswered, 0, false},
    {"ages", eh_desk_read_ages, offsetof(struct eh_desk_team, ages_s), false},
};

int eh_desk_read_team(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, struct eh_desk_team *ret)
{
    struct eh_desk_team team = {
        .policy = eh_str("balanced"),
        .value_weight_ppm = VALUE_WEIGHT,
        .affinity_for_s = AFFINITY_FOR_S,
        .presence = EH_PRESENCE_ASSUMED,
        .overloaded_at_least_s = AT_LEAST_S,
        .overloaded_at_most_s = AT_MOST_S,
        .paused_at_most = PAUSED_AT_MOST,
    };
    int r = eh_desk_read_map(reader, node, path, team_fields,
                             sizeof team_fields / sizeof *team_fields, &team);
    if (r < 0)
        return r;
    if (team.name.size == 0)
        team.name = team.id;
    *ret = team;
    return 0;
}
