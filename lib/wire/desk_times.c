/*
 * desk_times: the times that a team keeps: how soon it answers, how long a ticket waits before it
 * moves on or counts as more urgent.
 */
#include "desk_times.h"

#include "lines.h"

#include <stdlib.h>

/* ---- read */

static int answers_compare(const void *left, const void *right)
{
    const struct eh_desk_answer *a = left, *b = right;
    return eh_str_compare(a->kind, b->kind);
}

static int answer_read(struct desk_reader *reader, const struct desk_node *key,
                       const struct desk_path *up, const struct eh_desk_team *team,
                       struct eh_desk_answer *ret)
{
    int r = eh_desk_read_kind(reader, key, up, &ret->kind);
    if (r < 0)
        return r;
    struct desk_path path = eh_desk_path_key(up, ret->kind);
    for (uint32_t i = 0; i < team->answer_count; i++)
        if (eh_str_equal(team->answers[i].kind, ret->kind))
            return eh_desk_refuse(reader, key, &path, EH_EINVAL, "stands twice in the same map");
    return eh_desk_read_time(reader, key->next, &path, &ret->within_s);
}

int eh_desk_read_answer_within(struct desk_reader *reader, const struct desk_node *node,
                               const struct desk_path *path, void *ret)
{
    struct eh_desk_team *team = ret;
    int r = eh_desk_check_map(reader, node, path);
    if (r < 0)
        return r;
    if (node->size > EH_DESK_KINDS_MAX)
        return eh_desk_refuse(reader, node, path, EH_ERANGE, "has %u kinds, more than %d",
                              node->size, EH_DESK_KINDS_MAX);
    team->answers = eh_arena_alloc(reader->arena, (node->size + (size_t)1) * sizeof *team->answers);
    if (!team->answers)
        return eh_desk_out_of_memory(reader);
    for (const struct desk_node *key = node->first; key; key = key->next->next) {
        r = answer_read(reader, key, path, team, &team->answers[team->answer_count]);
        if (r < 0)
            return r;
        team->answer_count++;
    }
    qsort(team->answers, team->answer_count, sizeof *team->answers, answers_compare);
    return 0;
}

int eh_desk_read_overflow(struct desk_reader *reader, const struct desk_node *node,
                          const struct desk_path *path, void *ret)
{
    static const struct desk_field fields[] = {
        {"after", eh_desk_read_time, offsetof(struct eh_desk_team, overflow_after_s), true},
        {"to", eh_desk_read_id, offsetof(struct eh_desk_team, overflow_to), true},
    };
    return eh_desk_read_map(reader, node, path, fields, sizeof fields / sizeof *fields, ret);
}

static int then_read(struct desk_reader *reader, const struct desk_node *node,
                     const struct desk_path *path, void *ret)
{
    static const char *const words[] = {"tell", "return"};
    size_t index;
    int r = eh_desk_read_word(reader, node, path, words, 2, &index);
    if (r == 0)
        *(bool *)ret = index == 1;
    return r;
}

int eh_desk_read_unanswered(struct desk_reader *reader, const struct desk_node *node,
                            const struct desk_path *path, void *ret)
{
    static const struct desk_field fields[] = {
        {"after", eh_desk_read_time, offsetof(struct eh_desk_team, unanswered_after_s), true},
        {"then", then_read, offsetof(struct eh_desk_team, unanswered_returns), true},
    };
    return eh_desk_read_map(reader, node, path, fields, sizeof fields / sizeof *fields, ret);
}

/* Reads "1 per 4h". */
int eh_desk_read_ages(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, void *ret)
{
    static const char begin[] = "1 per ";
    const uint32_t size = sizeof begin - 1;
    struct eh_str text;
    int64_t seconds;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    bool per = text.size > size && memcmp(text.data, begin, size) == 0;
    if (!per || eh_duration_parse(eh_str_n(text.data + size, text.size - size), &seconds, NULL) < 0)
        return eh_desk_refuse(
            reader, node, path, EH_EINVAL,
            "must be as `1 per 4h`: one step of priority in so much working time");
    if (seconds < 1 || seconds > EH_DESK_DURATION_MAX_S)
        return eh_desk_refuse(reader, node, path, EH_ERANGE, "is not between 1s and 366d");
    *(int64_t *)ret = seconds;
    return 0;
}

int eh_desk_check_overflow(struct desk_reader *reader, const struct desk_node *teams,
                           const struct desk_path *path, const struct eh_desk_team *read)
{
    uint32_t index = 0;
    for (const struct desk_node *item = teams->first; item; item = item->next, index++) {
        const struct eh_desk_team *team = &read[index];
        bool itself = eh_str_equal(team->overflow_to, team->id);
        if (!team->overflow_after_s || (!itself && eh_desk_team(reader->desk, team->overflow_to)))
            continue;
        struct desk_path at = eh_desk_path_item(path, index);
        struct desk_path key = eh_desk_path_key(&at, eh_str("overflow"));
        return eh_desk_refuse(reader, item, &key, EH_EINVAL,
                              itself ? "`to`: `%.*s` is this team itself; name another one"
                                     : "`to`: `%.*s` is no team of this desk",
                              EH_STR_ARG(team->overflow_to));
    }
    return 0;
}

/* ---- found */

int64_t eh_desk_answer_within(const struct eh_desk_team *team, struct eh_str kind)
{
    for (uint32_t i = 0; i < team->answer_count; i++)
        if (eh_str_equal(team->answers[i].kind, kind))
            return team->answers[i].within_s;
    return 0;
}

/* ---- told */

#define TIME_TEXT (EH_DECIMAL_TEXT_MAX + EH_ID_MAX + 8)

static void within_print(int64_t seconds, char ret[TIME_TEXT])
{
    char text[EH_DECIMAL_TEXT_MAX] = "none";
    if (seconds)
        eh_duration_print(seconds, text);
    eh_format(ret, TIME_TEXT, "%s", text);
}

static void within_say(struct eh_lines *to, struct eh_str team, struct eh_str kind, int64_t was,
                       int64_t is)
{
    char before[TIME_TEXT], after[TIME_TEXT];
    if (was == is)
        return;
    within_print(was, before);
    within_print(is, after);
    eh_lines_say(to, "team %.*s: answer_within.%.*s %s -> %s", EH_STR_ARG(team), EH_STR_ARG(kind),
                 before, after);
}

/* Kinds that only the old desk has come first. */
static void answers_diff(struct eh_lines *to, const struct eh_desk *old_desk,
                         const struct eh_desk_team *old, const struct eh_desk *new_desk,
                         const struct eh_desk_team *now)
{
    for (uint32_t i = 0; i < old_desk->kind_count; i++)
        if (!eh_desk_kind(new_desk, old_desk->kinds[i].id))
            within_say(to, now->id, old_desk->kinds[i].id,
                       eh_desk_answer_within(old, old_desk->kinds[i].id), 0);
    for (uint32_t i = 0; i < new_desk->kind_count; i++)
        within_say(to, now->id, new_desk->kinds[i].id,
                   eh_desk_answer_within(old, new_desk->kinds[i].id),
                   eh_desk_answer_within(now, new_desk->kinds[i].id));
}

/* "2h to backoffice" or "none". */
static void overflow_print(const struct eh_desk_team *team, char ret[TIME_TEXT])
{
    char after[EH_DECIMAL_TEXT_MAX];
    eh_format(ret, TIME_TEXT, "none");
    if (!team->overflow_after_s)
        return;
    eh_duration_print(team->overflow_after_s, after);
    eh_format(ret, TIME_TEXT, "%s to %.*s", after, EH_STR_ARG(team->overflow_to));
}

/* "1h, then return" or "none". */
static void unanswered_print(const struct eh_desk_team *team, char ret[TIME_TEXT])
{
    char after[EH_DECIMAL_TEXT_MAX];
    eh_format(ret, TIME_TEXT, "none");
    if (!team->unanswered_after_s)
        return;
    eh_duration_print(team->unanswered_after_s, after);
    eh_format(ret, TIME_TEXT, "%s, then %s", after, team->unanswered_returns ? "return" : "tell");
}

static void ages_print(const struct eh_desk_team *team, char ret[TIME_TEXT])
{
    char per[EH_DECIMAL_TEXT_MAX];
    eh_format(ret, TIME_TEXT, "none");
    if (!team->ages_s)
        return;
    eh_duration_print(team->ages_s, per);
    eh_format(ret, TIME_TEXT, "1 per %s", per);
}

static void text_say(struct eh_lines *to, struct eh_str team, const char *what, const char *was,
                     const char *is)
{
    if (strcmp(was, is) != 0)
        eh_lines_say(to, "team %.*s: %s %s -> %s", EH_STR_ARG(team), what, was, is);
}

size_t eh_desk_times_diff(const struct eh_desk *old_desk, const struct eh_desk_team *old,
                          const struct eh_desk *new_desk, const struct eh_desk_team *now,
                          eh_desk_line_fn *line, void *context)
{
    struct eh_lines to = {.line = line, .context = context};
    char was[TIME_TEXT], is[TIME_TEXT];
    answers_diff(&to, old_desk, old, new_desk, now);
    overflow_print(old, was);
    overflow_print(now, is);
    text_say(&to, now->id, "overflow", was, is);
    unanswered_print(old, was);
    unanswered_print(now, is);
    text_say(&to, now->id, "unanswered", was, is);
    ages_print(old, was);
    ages_print(now, is);
    text_say(&to, now->id, "ages", was, is);
    return to.count;
}

size_t eh_desk_times_warnings(const struct eh_desk_team *team, eh_desk_line_fn *line, void *context)
{
    struct eh_lines to = {.line = line, .context = context};
    int64_t longest_s = 0;
    for (uint32_t i = 0; i < team->answer_count; i++)
        if (team->answers[i].within_s > longest_s)
            longest_s = team->answers[i].within_s;
    if (team->overflow_after_s && longest_s && team->overflow_after_s >= longest_s)
        eh_lines_say(&to,
                     "team %.*s: every ticket is late before it overflows; make `overflow.after` "
                     "shorter than `answer_within`",
                     EH_STR_ARG(team->id));
    return to.count;
}
