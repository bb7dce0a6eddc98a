/* holds: when more than a fifth of a source's tickets of an hour are held. */
#include <criterion/criterion.h>

#include "lead/holds.h"

#define MINUTE_US INT64_C(60000000)
#define START_US  INT64_C(1728000000000000)

static struct eh_holds holds;
static struct eh_holds_share share;

static void say(const char *source, uint32_t tickets, uint32_t held, int64_t minute)
{
    for (uint32_t i = 0; i < tickets; i++)
        eh_holds_count(&holds, eh_str(source), true, START_US + minute * MINUTE_US);
    for (uint32_t i = 0; i < held; i++)
        eh_holds_count(&holds, eh_str(source), false, START_US + minute * MINUTE_US);
}

static bool stands(int64_t minute)
{
    return eh_holds_worst(&holds, START_US + minute * MINUTE_US, &share);
}

Test(holds, a_fifth_is_none_and_more_is_one)
{
    say("crm", 10, 2, 0);
    cr_expect_not(stands(0));
    say("crm", 0, 1, 0);
    cr_assert(stands(0));
    cr_expect(eh_str_equal(share.source, eh_str("crm")));
    cr_expect_eq(share.tickets, 10);
    cr_expect_eq(share.held, 3);
}

Test(holds, of_fewer_than_ten_nothing_is_said)
{
    say("crm", EH_HOLDS_LEAST - 1, 9, 0);
    cr_expect_not(stands(0));
    say("crm", 1, 0, 0);
    cr_expect(stands(0));
}

Test(holds, what_is_older_than_an_hour_is_over)
{
    say("crm", 20, 20, 0);
    cr_expect(stands(49));
    cr_expect_not(stands(60));
    say("crm", 10, 3, 60);
    cr_assert(stands(60));
    cr_expect_eq(share.tickets, 10);
    cr_expect_not(stands(60 * 24));
}

Test(holds, a_clock_that_goes_back_begins_anew)
{
    say("crm", 20, 20, 600);
    cr_expect_not(stands(0));
}

Test(holds, the_largest_share_is_told)
{
    say("crm", 10, 3, 0);
    say("shop", 10, 9, 0);
    say("mail", 100, 30, 0);
    cr_assert(stands(0));
    cr_expect(eh_str_equal(share.source, eh_str("shop")));
}

Test(holds, of_too_many_sources_the_quietest_goes)
{
    char name[16];
    say("loud", 30, 20, 0);
    for (int i = 1; i <= EH_HOLDS_SOURCES_MAX; i++) {
        eh_format(name, sizeof name, "s%d", i);
        say(name, i == 1 ? 1 : 2, 0, 0);
    }
    cr_expect_eq(holds.count, EH_HOLDS_SOURCES_MAX);
    cr_assert(stands(0));
    cr_expect(eh_str_equal(share.source, eh_str("loud")));
}
