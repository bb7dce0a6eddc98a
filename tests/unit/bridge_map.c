/* Programs of jq in a child process: what they yield, and what becomes of those without an end. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/bounded.h"
#include "bridge/map/map.h"

#define PROGRAMS 8

static const char *const names[PROGRAMS] = {"in",  "loop",   "deep", "grow",
                                            "bad", "import", "none", "env"};
static const char *const programs[PROGRAMS] = {
    ".body | if .skip then empty else {id: (.id | tostring), source: $connection.source} end",
    "def f: f; f",
    "def f: [f]; f",
    "[limit(100000000; repeat(\"a\"))]",
    ".a | | b",
    "import \"x\" as x; .",
    NULL,
    "[$ENV, env, ([1, 2] | @sh)]",
};

struct heard {
    unsigned count;
    enum eh_map_end end;
    char *values;
    char why[EH_ERROR_TEXT_MAX];
};

static struct event_base *base;
static struct eh_map *map;

static void begin(void)
{
    struct eh_error error = {0};
    setenv("SECRET", "in the environment", 1);
    base = event_base_new();
    json_t *connection = json_pack("{s:s}", "source", "help");
    const struct eh_map_options options = {.base = base,
                                           .programs = programs,
                                           .names = names,
                                           .count = PROGRAMS,
                                           .connection = connection};
    cr_assert_eq(eh_map_new(&options, &map, &error), 0, "%s", error.text);
    json_decref(connection);
}

static void end(void)
{
    eh_map_free(map);
    event_base_free(base);
}

static void on_mapped(void *context, const struct eh_mapped *mapped)
{
    struct heard *heard = context;
    heard->count++;
    heard->end = mapped->end;
    heard->values = mapped->values ? json_dumps(mapped->values, JSON_COMPACT) : NULL;
    snprintf(heard->why, sizeof heard->why, "%s", mapped->why ? mapped->why : "");
}

static struct heard ask(unsigned program, const char *input)
{
    struct heard heard = {0};
    json_t *value = input ? json_loads(input, JSON_DECODE_ANY, NULL) : NULL;
    cr_assert(!input || value);
    cr_assert_eq(eh_map_ask(map, program, value, on_mapped, &heard), 0);
    json_decref(value);
    while (heard.count == 0)
        event_base_loop(base, EVLOOP_ONCE);
    cr_assert_eq(heard.count, 1);
    return heard;
}

static void expect(unsigned program, const char *input, const char *values)
{
    struct heard heard = ask(program, input);
    cr_assert_eq(heard.end, EH_MAP_DONE, "%s", heard.why);
    cr_assert_str_eq(heard.values, values);
    free(heard.values);
}

static void expect_end(unsigned program, const char *input, enum eh_map_end end, const char *why)
{
    struct heard heard = ask(program, input);
    cr_assert_eq(heard.end, end, "%s %s", heard.why, heard.values);
    cr_assert(strstr(heard.why, why), "%s", heard.why);
}

TestSuite(map, .init = begin, .fini = end, .timeout = 120);

Test(map, a_program_yields_and_sees_its_connection)
{
    expect(0, "{\"body\": {\"id\": 7}}", "[{\"id\":\"7\",\"source\":\"help\"}]");
    expect(0, "{\"body\": {\"skip\": true}}", "[]");
}

Test(map, integers_that_a_double_cannot_hold_come_as_text)
{
    expect(0, "{\"body\": {\"id\": 9007199254740991}}",
           "[{\"id\":\"9007199254740991\",\"source\":\"help\"}]");
    expect(0, "{\"body\": {\"id\": 9007199254740993}}",
           "[{\"id\":\"9007199254740993\",\"source\":\"help\"}]");
}

Test(map, programs_without_an_end_are_ended_twice_and_the_next_call_goes_on)
{
    expect_end(1, "null", EH_MAP_KILLED, "loop: takes more time");
    expect(0, "{\"body\": {\"id\": 1}}", "[{\"id\":\"1\",\"source\":\"help\"}]");
    cr_assert_eq(eh_map_restarts(map), 2);
}

Test(map, recursion_without_a_floor_and_memory_without_a_bound_end_the_child_alone)
{
    expect_end(2, "null", EH_MAP_KILLED, "deep: takes more time");
    expect_end(3, "null", EH_MAP_KILLED, "grow: takes more time");
    expect(0, "{\"body\": {\"id\": 1}}", "[{\"id\":\"1\",\"source\":\"help\"}]");
}

Test(map, what_is_no_program_says_so)
{
    expect_end(4, "null", EH_MAP_ERROR, "syntax error");
    expect_end(4, NULL, EH_MAP_ERROR, "syntax error");
    expect_end(6, "null", EH_MAP_ERROR, "none: the profile has no such program");
    expect(0, NULL, "[]");
    struct heard heard = ask(5, "null");
    cr_assert_neq(heard.end, EH_MAP_DONE);
    expect_end(0, "{\"body\": 1}", EH_MAP_ERROR, "in: ");
}

Test(map, the_child_has_no_environment)
{
    expect(7, "null", "[[{},{},\"1 2\"]]");
}

Test(map, a_text_of_a_mebibyte_goes_through)
{
    size_t size = 1 << 20;
    char *text = malloc(size + 64);
    memcpy(text, "{\"body\": {\"id\": \"", 17);
    memset(text + 17, 'a', size);
    strcpy(text + 17 + size, "\"}}");
    struct heard heard = ask(0, text);
    cr_assert_eq(heard.end, EH_MAP_DONE, "%s", heard.why);
    cr_assert_gt(strlen(heard.values), size);
    free(heard.values);
    free(text);
}

Test(map, a_full_queue_says_so_and_who_is_forgotten_hears_nothing)
{
    struct heard heard = {0}, last = {0};
    json_t *input = json_pack("{s:{s:i}}", "body", "id", 1);
    for (unsigned i = 0; i < EH_MAP_QUEUE_MAX - 1; i++)
        cr_assert_eq(eh_map_ask(map, 0, input, on_mapped, &heard), 0);
    cr_assert_eq(eh_map_ask(map, 0, input, on_mapped, &last), 0);
    cr_assert_eq(eh_map_ask(map, 0, input, on_mapped, &last), -EH_EFULL);
    eh_map_forget(map, &heard);
    while (last.count == 0)
        event_base_loop(base, EVLOOP_ONCE);
    cr_assert_eq(heard.count, 0);
    cr_assert_eq(eh_map_waiting(map), 0);
    json_decref(input);
    free(last.values);
}

/* Calls that the child has already when it dies of one before them are made again, in their order.
 */

struct order {
    unsigned number, killed;
    unsigned *heard; /* how many in all */
};

static void on_ordered(void *context, const struct eh_mapped *mapped)
{
    struct order *order = context;
    char expected[64];
    cr_assert_eq(order->number, *order->heard);
    ++*order->heard;
    if (mapped->end == EH_MAP_KILLED) {
        order->killed++;
        return;
    }
    cr_assert_eq(mapped->end, EH_MAP_DONE, "%s", mapped->why);
    snprintf(expected, sizeof expected, "%u", order->number);
    cr_assert_str_eq(json_string_value(json_object_get(json_array_get(mapped->values, 0), "id")),
                     expected);
}

Test(map, one_that_is_killed_takes_no_other_with_it)
{
    enum { CALLS = 4 * EH_MAP_AHEAD, KILLER = EH_MAP_AHEAD + 3 };
    static struct order orders[CALLS];
    unsigned heard = 0;
    for (unsigned i = 0; i < CALLS; i++) {
        json_t *input = json_pack("{s:{s:i}}", "body", "id", (int)i);
        orders[i] = (struct order){.number = i, .heard = &heard};
        cr_assert_eq(eh_map_ask(map, i == KILLER ? 1 : 0, input, on_ordered, &orders[i]), 0);
        json_decref(input);
    }
    while (heard < CALLS)
        event_base_loop(base, EVLOOP_ONCE);
    for (unsigned i = 0; i < CALLS; i++)
        cr_assert_eq(orders[i].killed, i == KILLER);
    cr_assert_eq(eh_map_restarts(map), 2);
    cr_assert_eq(eh_map_waiting(map), 0);
}

/* ---- JSON within bounds. */

static int parse(const char *text, size_t size)
{
    struct eh_error error = {0};
    json_t *value = NULL;
    int r = eh_bounded_json(eh_str_n(text, size), &value, &error);
    json_decref(value);
    return r;
}

static char nested[2 * (EH_BOUNDED_DEPTH_MAX + 1) + 1];

static size_t nest(unsigned depth)
{
    memset(nested, '[', depth);
    memset(nested + depth, ']', depth);
    return 2 * depth;
}

Test(bounded, depth_has_its_bound)
{
    cr_assert_eq(parse(nested, nest(EH_BOUNDED_DEPTH_MAX)), 0);
    cr_assert_eq(parse(nested, nest(EH_BOUNDED_DEPTH_MAX + 1)), -EH_ERANGE);
    cr_assert_eq(parse("\"[[[[\\\"[[[[\"", 12), 0);
}

Test(bounded, values_and_bytes_have_theirs)
{
    static char text[EH_BOUNDED_BYTES_MAX + 1];
    size_t size = 0;
    text[size++] = '[';
    for (unsigned i = 1; i < EH_BOUNDED_ITEMS_MAX; i++)
        text[size++] = '1', text[size++] = ',';
    text[size++] = '1';
    text[size] = ']';
    cr_assert_eq(parse(text, size + 1), 0);
    text[size++] = ',';
    text[size++] = '1';
    text[size++] = ']';
    cr_assert_eq(parse(text, size), -EH_ERANGE);
    memset(text, ' ', sizeof text);
    text[0] = '1';
    cr_assert_eq(parse(text, EH_BOUNDED_BYTES_MAX), 0);
    cr_assert_eq(parse(text, EH_BOUNDED_BYTES_MAX + 1), -EH_ERANGE);
}

Test(bounded, what_is_no_json_is_refused)
{
    cr_assert_eq(parse("", 0), -EH_EPARSE);
    cr_assert_eq(parse("{} {}", 5), -EH_EPARSE);
    cr_assert_eq(parse("{\"a\":1,\"a\":2}", 13), -EH_EPARSE);
    cr_assert_eq(parse("\"\xff\"", 3), -EH_EPARSE);
    cr_assert_eq(parse("\"\\u0000\"", 8), -EH_EPARSE);
}
