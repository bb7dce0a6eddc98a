/*
 * desk_diff: the changes from one desk to the next, a line for each.
 */
#include <evenhand/wire/desk.h>
#include <evenhand/wire/skill.h>

#include "desk_hours_diff.h"
#include "desk_times.h"
#include "lines.h"

/* What a line is about: "rep ana", "team sales", or the desk as a whole. */
struct about {
    const char *kind;
    struct eh_str id;
};

static void change_say(struct eh_lines *to, const struct about *about, const char *what,
                       struct eh_str old, struct eh_str new)
{
    struct eh_str none = eh_str("none");
    old = old.size ? old : none;
    new = new.size ? new : none;
    eh_lines_say(to, "%s %.*s: %s %.*s -> %.*s", about->kind, EH_STR_ARG(about->id), what,
                 EH_STR_ARG(old), EH_STR_ARG(new));
}

static void text_diff(struct eh_lines *to, const struct about *about, const char *what,
                      struct eh_str old, struct eh_str new)
{
    if (!eh_str_equal(old, new))
        change_say(to, about, what, old, new);
}

typedef size_t print_fn(int64_t value, char ret[EH_DECIMAL_TEXT_MAX]);

static size_t whole_print(int64_t value, char ret[EH_DECIMAL_TEXT_MAX])
{
    return eh_format(ret, EH_DECIMAL_TEXT_MAX, "%lld", (long long)value);
}

static size_t capacity_print(int64_t value, char ret[EH_DECIMAL_TEXT_MAX])
{
    return value ? whole_print(value, ret) : eh_format(ret, EH_DECIMAL_TEXT_MAX, "no limit");
}

static size_t date_print(int64_t value, char ret[EH_DECIMAL_TEXT_MAX])
{
    if (value == EH_DATE_ALWAYS || value == EH_DATE_NEVER)
        return eh_format(ret, EH_DECIMAL_TEXT_MAX, "none");
    return eh_date_print((int32_t)value, ret);
}

static size_t affinity_print(int64_t value, char ret[EH_DECIMAL_TEXT_MAX])
{
    return eh_format(ret, EH_DECIMAL_TEXT_MAX, "%s",
                     value == EH_AFFINITY_LAST   ? "last"
                     : value == EH_AFFINITY_OPEN ? "open"
                                                 : "off");
}

static size_t presence_print(int64_t value, char ret[EH_DECIMAL_TEXT_MAX])
{
    return eh_format(ret, EH_DECIMAL_TEXT_MAX, "%s",
                     value == EH_PRESENCE_SIGNALLED ? "signalled" : "assumed");
}

static size_t paused_print(int64_t value, char ret[EH_DECIMAL_TEXT_MAX])
{
    static const char *const words[] = {[EH_PAUSED_COUNTS_NO] = "no",
                                        [EH_PAUSED_COUNTS_HALF] = "half",
                                        [EH_PAUSED_COUNTS_YES] = "yes"};
    return eh_format(ret, EH_DECIMAL_TEXT_MAX, "%s", words[value]);
}

static void number_diff(struct eh_lines *to, const struct about *about, const char *what,
                        print_fn *print, int64_t old, int64_t new)
{
    char was[EH_DECIMAL_TEXT_MAX], is[EH_DECIMAL_TEXT_MAX];
    if (old == new)
        return;
    size_t was_size = print(old, was), is_size = print(new, is);
    change_say(to, about, what, eh_str_n(was, was_size), eh_str_n(is, is_size));
}

static bool texts_equal(const struct eh_str *a, uint32_t a_count, const struct eh_str *b,
                        uint32_t b_count)
{
    for (uint32_t i = 0; i < a_count && a_count == b_count; i++)
        if (!eh_str_equal(a[i], b[i]))
            return false;
    return a_count == b_count;
}

static bool texts_have(const struct eh_str *texts, uint32_t count, struct eh_str text)
{
    for (uint32_t i = 0; i < count; i++)
        if (eh_str_equal(texts[i], text))
            return true;
    return false;
}

/* The rep's level of a skill; 0: they have not got it. */
static uint32_t rep_level(const struct eh_desk_rep *rep, struct eh_str name)
{
    uint32_t level = 0;
    for (uint32_t i = 0; i < rep->skill_count; i++) {
        struct eh_skill skill = eh_skill_read(rep->skills[i]);
        if (eh_str_equal(skill.name, name) && skill.level > level)
            level = skill.level;
    }
    return level;
}

/* A skill of one of the two that the other has at another level, or not. */
static void skill_diff(struct eh_lines *to, const struct about *about, const char *change,
                       struct eh_str text, const struct eh_desk_rep *other)
{
    if (!texts_have(other->skills, other->skill_count, text) &&
        rep_level(other, eh_skill_read(text).name) == 0)
        eh_lines_say(to, "rep %.*s: %s skill %.*s", EH_STR_ARG(about->id), change,
                     EH_STR_ARG(text));
}

static void skills_diff(struct eh_lines *to, const struct about *about,
                        const struct eh_desk_rep *old, const struct eh_desk_rep *new)
{
    if (texts_equal(old->skills, old->skill_count, new->skills, new->skill_count))
        return;
    for (uint32_t i = 0; i < old->skill_count; i++)
        skill_diff(to, about, "loses", old->skills[i], new);
    for (uint32_t i = 0; i < new->skill_count; i++)
        skill_diff(to, about, "gains", new->skills[i], old);
    for (uint32_t i = 0; i < new->skill_count; i++) {
        struct eh_skill skill = eh_skill_read(new->skills[i]);
        uint32_t was = rep_level(old, skill.name);
        if (was != 0 && was != skill.level)
            eh_lines_say(to, "rep %.*s: skill %.*s: level %u -> %u", EH_STR_ARG(about->id),
                         EH_STR_ARG(skill.name), was, skill.level);
    }
}

/* "account of zammad none -> ana@shop.example" */
static void accounts_diff(struct eh_lines *to, const struct eh_desk_rep *old,
                          const struct eh_desk_rep *new)
{
    struct about about = {"rep", new->id};
    char what[EH_NAME_MAX + 16];
    for (uint32_t i = 0; i < old->account_count; i++) {
        struct eh_str source = old->accounts[i].source;
        eh_format(what, sizeof what, "account of %.*s", EH_STR_ARG(source));
        text_diff(to, &about, what, old->accounts[i].account, eh_desk_rep_account(new, source));
    }
    for (uint32_t i = 0; i < new->account_count; i++) {
        struct eh_str source = new->accounts[i].source;
        eh_format(what, sizeof what, "account of %.*s", EH_STR_ARG(source));
        if (eh_desk_rep_account(old, source).size == 0)
            text_diff(to, &about, what, eh_str_n(NULL, 0), new->accounts[i].account);
    }
}

static void rep_diff(struct eh_lines *to, const struct eh_desk_rep *old,
                     const struct eh_desk_rep *new)
{
    struct about about = {"rep", new->id};
    text_diff(to, &about, "name", old->name, new->name);
    number_diff(to, &about, "share", eh_ppm_print, old->share_ppm, new->share_ppm);
    number_diff(to, &about, "since", date_print, old->since, new->since);
    text_diff(to, &about, "user", old->user, new->user);
    skills_diff(to, &about, old, new);
    accounts_diff(to, old, new);
}

static void reps_diff(struct eh_lines *to, const struct eh_desk *old, const struct eh_desk *new)
{
    for (uint32_t i = 0; old && i < old->rep_count; i++)
        if (!eh_desk_rep(new, old->reps[i].id))
            eh_lines_say(to, "rep %.*s: gone", EH_STR_ARG(old->reps[i].id));
    for (uint32_t i = 0; i < new->rep_count; i++) {
        const struct eh_desk_rep *before = old ? eh_desk_rep(old, new->reps[i].id) : NULL;
        if (before)
            rep_diff(to, before, &new->reps[i]);
        else
            eh_lines_say(to, "rep %.*s: new", EH_STR_ARG(new->reps[i].id));
    }
}

/* " from 2026-01-01 until 2026-03-20". A side without a bound is left out. */
struct range_text {
    char text[64];
};

static struct range_text range_print(const struct eh_desk_member *member)
{
    struct range_text range = {""};
    char date[EH_DECIMAL_TEXT_MAX];
    size_t size = 0;
    if (member->from != EH_DATE_ALWAYS) {
        date_print(member->from, date);
        size = eh_format(range.text, sizeof range.text, " from %s", date);
    }
    if (member->until != EH_DATE_NEVER) {
        date_print(member->until, date);
        eh_format(range.text + size, sizeof range.text - size, " until %s", date);
    }
    return range;
}

static void member_say(struct eh_lines *to, const struct eh_desk *desk,
                       const struct eh_desk_team *team, const struct eh_desk_member *member,
                       const char *what)
{
    struct range_text range = range_print(member);
    eh_lines_say(to, "team %.*s: %s %.*s%s", EH_STR_ARG(team->id), what,
                 EH_STR_ARG(desk->reps[member->rep].id), range.text);
}

/* The order in which both teams keep their members: by the rep's id, then by the first day. */
static int members_compare(const struct eh_desk *a_desk, const struct eh_desk_member *a,
                           const struct eh_desk *b_desk, const struct eh_desk_member *b)
{
    int order = eh_str_compare(a_desk->reps[a->rep].id, b_desk->reps[b->rep].id);
    if (order == 0)
        order = (a->from > b->from) - (a->from < b->from);
    return order ? order : (a->until > b->until) - (a->until < b->until);
}

static void members_diff(struct eh_lines *to, const struct eh_desk *old_desk,
                         const struct eh_desk_team *old, const struct eh_desk *new_desk,
                         const struct eh_desk_team *new)
{
    uint32_t i = 0, j = 0;
    while (i < old->member_count || j < new->member_count) {
        int order = i == old->member_count ? 1
                    : j == new->member_count
                        ? -1
                        : members_compare(old_desk, &old->members[i], new_desk, &new->members[j]);
        if (order < 0)
            member_say(to, old_desk, new, &old->members[i], "without");
        if (order > 0)
            member_say(to, new_desk, new, &new->members[j], "with");
        i += order <= 0;
        j += order >= 0;
    }
}

static bool team_has_manager(const struct eh_desk_team *team, const struct eh_desk_manager *manager)
{
    for (uint32_t i = 0; i < team->manager_count; i++)
        if (team->managers[i].is_group == manager->is_group &&
            eh_str_equal(team->managers[i].name, manager->name))
            return true;
    return false;
}

/* Tells the managers that `from` has and `missing_in` does not. */
static void managers_say(struct eh_lines *to, const struct eh_desk_team *from,
                         const struct eh_desk_team *missing_in, const char *what)
{
    for (uint32_t i = 0; i < from->manager_count; i++)
        if (!team_has_manager(missing_in, &from->managers[i]))
            eh_lines_say(to, "team %.*s: %s manager %s%.*s", EH_STR_ARG(from->id), what,
                         from->managers[i].is_group ? "group " : "",
                         EH_STR_ARG(from->managers[i].name));
}

/* "deal", "keep" or "to TEAM". */
static struct eh_str leavers_print(const struct eh_desk_team *team, char ret[EH_ID_MAX + 8])
{
    size_t size = team->leavers_work == EH_LEAVERS_WORK_TO
                      ? eh_format(ret, EH_ID_MAX + 8, "to %.*s", EH_STR_ARG(team->leavers_to))
                      : eh_format(ret, EH_ID_MAX + 8, "%s",
                                  team->leavers_work == EH_LEAVERS_WORK_KEEP ? "keep" : "deal");
    return eh_str_n(ret, size);
}

/* "50% for 1d", or "none". */
static struct eh_str ramp_print(const struct eh_desk_team *team, char ret[2 * EH_DECIMAL_TEXT_MAX])
{
    char part[EH_DECIMAL_TEXT_MAX], time[EH_DECIMAL_TEXT_MAX];
    eh_ppm_print(team->ramp_ppm, part);
    eh_duration_print(team->ramp_for_s, time);
    size_t size = team->ramp_ppm ? eh_format(ret, 2 * EH_DECIMAL_TEXT_MAX, "%s for %s", part, time)
                                 : eh_format(ret, 2 * EH_DECIMAL_TEXT_MAX, "none");
    return eh_str_n(ret, size);
}

static void ramp_diff(struct eh_lines *to, const struct eh_desk_team *old,
                      const struct eh_desk_team *new)
{
    struct about about = {"team", new->id};
    char was[2 * EH_DECIMAL_TEXT_MAX], is[2 * EH_DECIMAL_TEXT_MAX];
    text_diff(to, &about, "ramp", ramp_print(old, was), ramp_print(new, is));
}

static void leavers_diff(struct eh_lines *to, const struct eh_desk_team *old,
                         const struct eh_desk_team *new)
{
    struct about about = {"team", new->id};
    char was[EH_ID_MAX + 8], is[EH_ID_MAX + 8];
    text_diff(to, &about, "leavers_work", leavers_print(old, was), leavers_print(new, is));
}

static uint32_t kind_open(const struct eh_desk_team *team, struct eh_str kind)
{
    for (uint32_t i = 0; i < team->kind_count; i++)
        if (eh_str_equal(team->kinds[i].kind, kind))
            return team->kinds[i].open;
    return 0;
}

/* "kinds.order.open none -> 5" */
static void kind_limits_diff(struct eh_lines *to, const struct eh_desk_team *old,
                             const struct eh_desk_team *new)
{
    struct about about = {"team", new->id};
    char what[EH_ID_MAX + 16];
    for (uint32_t i = 0; i < old->kind_count; i++) {
        eh_format(what, sizeof what, "kinds.%.*s.open", EH_STR_ARG(old->kinds[i].kind));
        number_diff(to, &about, what, capacity_print, old->kinds[i].open,
                    kind_open(new, old->kinds[i].kind));
    }
    for (uint32_t i = 0; i < new->kind_count; i++) {
        eh_format(what, sizeof what, "kinds.%.*s.open", EH_STR_ARG(new->kinds[i].kind));
        if (!kind_open(old, new->kinds[i].kind))
            number_diff(to, &about, what, capacity_print, 0, new->kinds[i].open);
    }
}

static void rules_diff(struct eh_lines *to, const struct eh_desk_team *old,
                       const struct eh_desk_team *new)
{
    struct about about = {"team", new->id};
    text_diff(to, &about, "name", old->name, new->name);
    text_diff(to, &about, "policy", old->policy, new->policy);
    number_diff(to, &about, "value_weight", eh_ppm_print, old->value_weight_ppm,
                new->value_weight_ppm);
    number_diff(to, &about, "capacity", capacity_print, old->capacity, new->capacity);
    number_diff(to, &about, "at_most.per_hour", capacity_print, old->at_most_hour,
                new->at_most_hour);
    number_diff(to, &about, "at_most.per_day", capacity_print, old->at_most_day, new->at_most_day);
    kind_limits_diff(to, old, new);
    number_diff(to, &about, "paused.counts", paused_print, old->paused_counts, new->paused_counts);
    number_diff(to, &about, "paused.at_most", whole_print, old->paused_at_most,
                new->paused_at_most);
    ramp_diff(to, old, new);
    number_diff(to, &about, "affinity", affinity_print, old->affinity, new->affinity);
    number_diff(to, &about, "affinity_for", eh_duration_print, old->affinity_for_s,
                new->affinity_for_s);
    number_diff(to, &about, "presence", presence_print, old->presence, new->presence);
    number_diff(to, &about, "overloaded.at_least", eh_duration_print, old->overloaded_at_least_s,
                new->overloaded_at_least_s);
    number_diff(to, &about, "overloaded.at_most", eh_duration_print, old->overloaded_at_most_s,
                new->overloaded_at_most_s);
    leavers_diff(to, old, new);
}

static void teams_diff(struct eh_lines *to, const struct eh_desk *old, const struct eh_desk *new)
{
    for (uint32_t i = 0; old && i < old->team_count; i++)
        if (!eh_desk_team(new, old->teams[i].id))
            eh_lines_say(to, "team %.*s: gone", EH_STR_ARG(old->teams[i].id));
    for (uint32_t i = 0; i < new->team_count; i++) {
        const struct eh_desk_team *team = &new->teams[i];
        const struct eh_desk_team *before = old ? eh_desk_team(old, team->id) : NULL;
        if (!before) {
            eh_lines_say(to, "team %.*s: new, policy %.*s, %u member%s", EH_STR_ARG(team->id),
                         EH_STR_ARG(team->policy), team->member_count,
                         team->member_count == 1 ? "" : "s");
            continue;
        }
        rules_diff(to, before, team);
        to->count += eh_desk_times_diff(old, before, new, team, to->line, to->context);
        members_diff(to, old, before, new, team);
        managers_say(to, before, team, "without");
        managers_say(to, team, before, "with");
    }
}

static void kinds_diff(struct eh_lines *to, const struct eh_desk *old, const struct eh_desk *new)
{
    for (uint32_t i = 0; old && i < old->kind_count; i++)
        if (!eh_desk_kind(new, old->kinds[i].id))
            eh_lines_say(to, "kind %.*s: gone", EH_STR_ARG(old->kinds[i].id));
    for (uint32_t i = 0; i < new->kind_count; i++) {
        const struct eh_desk_kind *kind = &new->kinds[i];
        const struct eh_desk_kind *before = old ? eh_desk_kind(old, kind->id) : NULL;
        struct about about = {"kind", kind->id};
        if (before)
            number_diff(to, &about, "points", whole_print, before->points, kind->points);
        else
            eh_lines_say(to, "kind %.*s: new, %u point%s", EH_STR_ARG(kind->id), kind->points,
                         kind->points == 1 ? "" : "s");
    }
}

size_t eh_desk_diff(const struct eh_desk *old, const struct eh_desk *new, eh_desk_line_fn *line,
                    void *context)
{
    struct eh_lines to = {.line = line, .context = context};
    struct about about = {"desk", new->id};
    if (old) {
        text_diff(&to, &about, "id", old->id, new->id);
        text_diff(&to, &about, "currency", old->currency, new->currency);
        text_diff(&to, &about, "time_zone", old->time_zone, new->time_zone);
        number_diff(&to, &about, "resend_within", eh_duration_print, old->resend_within_s,
                    new->resend_within_s);
    } else {
        eh_lines_say(&to, "desk %.*s: new, %.*s, %.*s", EH_STR_ARG(new->id),
                     EH_STR_ARG(new->currency), EH_STR_ARG(new->time_zone));
    }
    kinds_diff(&to, old, new);
    reps_diff(&to, old, new);
    teams_diff(&to, old, new);
    to.count += eh_desk_hours_diff(old, new, line, context);
    return to.count + eh_desk_plans_diff(old, new, line, context);
}

size_t eh_desk_warnings(const struct eh_desk *desk, eh_desk_line_fn *line, void *context)
{
    struct eh_lines to = {.line = line, .context = context};
    if (desk->team_count == 0)
        eh_lines_say(&to, "desk %.*s: has no team; every ticket will be refused",
                     EH_STR_ARG(desk->id));
    for (uint32_t i = 0; i < desk->team_count; i++) {
        const struct eh_desk_team *team = &desk->teams[i];
        if (team->member_count == 0)
            eh_lines_say(&to, "team %.*s: has no reps; its tickets will wait",
                         EH_STR_ARG(team->id));
        if (team->capacity == 0)
            eh_lines_say(
                &to,
                "team %.*s: has no capacity; the first rep of the morning gets all that came in "
                "the night; set `capacity`",
                EH_STR_ARG(team->id));
        to.count += eh_desk_times_warnings(team, line, context);
    }
    to.count += eh_desk_hours_warnings(desk, line, context);
    return to.count + eh_desk_plans_lint(desk, line, context);
}
