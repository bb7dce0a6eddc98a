/*
 * unit/desk_times: the times that a team of a desk file keeps: what is read, and what a change and
 * a warning say. What is refused stands in data/desk/bad.
 */
#include <evenhand/wire/desk.h>

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#define LINES_MAX 4096

struct loaded {
    struct eh_arena arena;
    struct eh_desk *desk;
};

static void loaded_done(struct loaded *l)
{
    eh_arena_done(&l->arena);
}

/* A desk with the teams sales, which has these keys, and care, which has none. */
static struct loaded load(const char *keys)
{
    struct loaded l = {0};
    struct eh_error error = {0};
    char text[1024];
    snprintf(text, sizeof text,
             "reps: [ana]\nteams:\n  - {id: sales, reps: [ana], capacity: 5%s%s}\n"
             "  - {id: care, reps: [ana], capacity: 5}\n",
             *keys ? ", " : "", keys);
    cr_assert_eq(eh_desk_parse_new(eh_str(text), &l.arena, &l.desk, &error), 0, "%s", error.text);
    return l;
}

static void line_add(void *context, const char *line)
{
    char *lines = context;
    size_t size = strlen(lines);
    snprintf(lines + size, LINES_MAX - size, "%s\n", line);
}

static void expect_diff(const char *old, const char *new, const char *expected)
{
    EH_AUTO(loaded) struct loaded a = load(old);
    EH_AUTO(loaded) struct loaded b = load(new);
    char lines[LINES_MAX] = "";
    eh_desk_diff(a.desk, b.desk, line_add, lines);
    cr_expect_str_eq(lines, expected, "%s -> %s: %s", old, new, lines);
}

Test(desk_times, reads_what_the_manual_says)
{
    EH_AUTO(loaded)
    struct loaded l = load("answer_within: {order: 1h, query: 366d, quote: 1s}, "
                           "overflow: {after: 2h, to: care}, ages: 1 per 4h, "
                           "unanswered: {after: 30m, then: return}");
    const struct eh_desk_team *team = eh_desk_team(l.desk, eh_str("sales"));
    cr_assert_eq(team->answer_count, 3);
    cr_expect_eq(eh_desk_answer_within(team, eh_str("order")), 3600);
    cr_expect_eq(eh_desk_answer_within(team, eh_str("query")), EH_DESK_DURATION_MAX_S);
    cr_expect_eq(eh_desk_answer_within(team, eh_str("quote")), 1);
    cr_expect_eq(eh_desk_answer_within(team, eh_str("none")), 0);
    cr_expect_eq(team->overflow_after_s, 7200);
    cr_expect(eh_str_equal(team->overflow_to, eh_str("care")));
    cr_expect_eq(team->ages_s, 14400);
    cr_expect(team->unanswered_after_s == 1800 && team->unanswered_returns);
    team = eh_desk_team(l.desk, eh_str("care"));
    cr_expect(team->answer_count == 0 && team->overflow_after_s == 0 && team->ages_s == 0);
}

Test(desk_times, a_change_says_what_was_and_is)
{
    expect_diff("answer_within: {order: 1h}", "answer_within: {order: 1h}", "");
    expect_diff("", "answer_within: {query: 8h, order: 1h}",
                "team sales: answer_within.order none -> 1h\n"
                "team sales: answer_within.query none -> 8h\n");
    expect_diff("answer_within: {order: 1h}", "answer_within: {}",
                "team sales: answer_within.order 1h -> none\n");
    expect_diff("overflow: {after: 2h, to: care}", "overflow: {after: 90m, to: care}",
                "team sales: overflow 2h to care -> 1h30m to care\n");
    expect_diff("", "unanswered: {after: 1h, then: return}",
                "team sales: unanswered none -> 1h, then return\n");
    expect_diff("unanswered: {after: 1h, then: return}", "unanswered: {after: 1h, then: tell}",
                "team sales: unanswered 1h, then return -> 1h, then tell\n");
    expect_diff("ages: 1 per 4h", "", "team sales: ages 1 per 4h -> none\n");
}

Test(desk_times, an_overflow_that_comes_too_late_is_a_warning)
{
    char lines[LINES_MAX] = "";
    EH_AUTO(loaded)
    struct loaded l =
        load("answer_within: {order: 1h, query: 2h}, overflow: {after: 2h, to: care}");
    cr_expect_eq(eh_desk_warnings(l.desk, line_add, lines), 1, "%s", lines);
    cr_expect_str_eq(lines,
                     "team sales: every ticket is late before it overflows; make `overflow.after` "
                     "shorter than `answer_within`\n");
    EH_AUTO(loaded)
    struct loaded good = load("answer_within: {order: 2h}, overflow: {after: 1h, to: care}");
    cr_expect_eq(eh_desk_warnings(good.desk, line_add, lines), 0);
}
