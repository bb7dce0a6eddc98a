/* trusted_time: a clock is held against the log and against two servers. */
#include <criterion/criterion.h>

#include "lead/trusted_time.h"

#define SECOND INT64_C(1000000)
#define HOUR   (3600 * SECOND)
#define DAY    (24 * HOUR)
#define NOW    INT64_C(1790000000000000)

static char text[EH_ERROR_TEXT_MAX];

static struct eh_time_facts facts(int64_t after_us)
{
    return (struct eh_time_facts){.now_us = NOW, .last_us = NOW - after_us};
}

static struct eh_time_facts servers(int64_t postgres_us, int64_t redis_us)
{
    struct eh_time_facts f = facts(SECOND);
    f.servers[EH_TIME_POSTGRES] = (struct eh_time_offset){true, postgres_us};
    f.servers[EH_TIME_REDIS] = (struct eh_time_offset){true, redis_us};
    return f;
}

static int judge(struct eh_time_facts f)
{
    text[0] = 0;
    return eh_time_judge(&f, text);
}

Test(trusted_time, the_last_input_bounds_it_on_both_sides)
{
    const struct {
        int64_t after_us;
        int verdict;
    } cases[] = {
        {0, EH_TIME_GOOD},
        {30 * DAY, EH_TIME_GOOD},
        {30 * DAY + 1, EH_TIME_AFTER_ODD},
        {366 * DAY, EH_TIME_AFTER_ODD},
        {366 * DAY + 1, EH_TIME_REFUSED},
        {NOW - 1, EH_TIME_REFUSED},
        {-300 * SECOND, EH_TIME_GOOD},
        {-300 * SECOND - 1, EH_TIME_BEFORE_ODD},
        {-HOUR, EH_TIME_BEFORE_ODD},
        {-HOUR - 1, EH_TIME_REFUSED},
        {-3650 * DAY, EH_TIME_REFUSED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_expect_eq(judge(facts(cases[i].after_us)), cases[i].verdict, "%zu", i);
        cr_expect_eq(text[0] == 0, cases[i].verdict == EH_TIME_GOOD, "%zu: %s", i, text);
        cr_expect_eq(cases[i].verdict == EH_TIME_REFUSED, strstr(text, "A WRONG CLOCK)") != NULL,
                     "%zu: %s", i, text);
    }
}

Test(trusted_time, a_log_without_inputs_bounds_nothing)
{
    struct eh_time_facts f = {.now_us = NOW};
    cr_expect_eq(judge(f), EH_TIME_GOOD);
}

Test(trusted_time, two_servers_outweigh_one_clock)
{
    cr_expect_eq(judge(servers(0, 0)), EH_TIME_GOOD);
    cr_expect_eq(judge(servers(60 * SECOND, -60 * SECOND)), EH_TIME_GOOD);
    cr_expect_eq(judge(servers(60 * SECOND + 1, 0)), EH_TIME_SERVER_ODD);
    cr_expect(strstr(text, "ahead of that of PostgreSQL"), "%s", text);
    cr_expect_eq(judge(servers(0, -61 * SECOND)), EH_TIME_SERVER_ODD);
    cr_expect(strstr(text, "1m 1s behind that of Redis"), "%s", text);
    cr_expect_eq(judge(servers(HOUR, HOUR)), EH_TIME_SERVER_ODD);
    cr_expect_eq(judge(servers(HOUR + 1, HOUR + 1)), EH_TIME_REFUSED);
    cr_expect_eq(judge(servers(-2 * HOUR, -2 * HOUR - 60 * SECOND)), EH_TIME_REFUSED);
    cr_expect(strstr(text, "2h behind"), "%s", text);
    cr_expect_eq(judge(servers(2 * HOUR, 2 * HOUR + 61 * SECOND)), EH_TIME_SERVER_ODD,
                 "they do not agree");
    cr_expect_eq(judge(servers(2 * HOUR, -2 * HOUR)), EH_TIME_SERVER_ODD);
    struct eh_time_facts one = servers(9 * HOUR, 9 * HOUR);
    one.servers[EH_TIME_REDIS].known = false;
    cr_expect_eq(judge(one), EH_TIME_SERVER_ODD, "one of them alone may be wrong itself");
}

Test(trusted_time, the_extremes_are_told_whole)
{
    struct eh_time_facts f = {.now_us = INT64_C(1) << 53, .last_us = 1};
    cr_expect_eq(judge(f), EH_TIME_REFUSED);
    cr_expect(strstr(text, "A WRONG CLOCK)"), "%s", text);
}
