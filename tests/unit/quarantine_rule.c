/* quarantine_rule: when a refused input is to blame, and when it is not. */
#include <criterion/criterion.h>

#include "lead/quarantine.h"

#define SECOND INT64_C(1000000)
#define START  (1000 * SECOND)

Test(quarantine, the_third_within_a_minute_is_not_to_blame)
{
    struct eh_quarantine q = {0};
    cr_assert(eh_quarantine_judge(&q, START, "23514", "c"));
    cr_assert(eh_quarantine_judge(&q, START + 20 * SECOND, "23514", "c"));
    cr_assert_not(eh_quarantine_judge(&q, START + 59 * SECOND, "23514", "c"));
    cr_assert_not(eh_quarantine_judge(&q, START + 59 * SECOND, "23514", "c"));
    cr_assert(eh_quarantine_judge(&q, START + 61 * SECOND, "23514", "c"));
}

Test(quarantine, other_constraints_and_states_count_for_themselves)
{
    struct eh_quarantine q = {0};
    for (int i = 0; i < 2; i++) {
        cr_assert(eh_quarantine_judge(&q, START, "23514", "c"));
        cr_assert(eh_quarantine_judge(&q, START, "23514", "d"));
        cr_assert(eh_quarantine_judge(&q, START, "22021", ""));
    }
    cr_assert_not(eh_quarantine_judge(&q, START, "22021", ""));
}

Test(quarantine, many_different_ones_are_remembered_up_to_a_bound)
{
    struct eh_quarantine q = {0};
    char constraint[2] = "a";
    for (int i = 0; i < 3 * EH_QUARANTINE_RECENT; i++, constraint[0] = (char)('a' + i % 26))
        cr_assert(eh_quarantine_judge(&q, START + i * 10 * SECOND, "23514", constraint));
}

Test(quarantine, waits_grow_up_to_a_bound_and_begin_anew_once_it_is_mended)
{
    struct eh_quarantine q = {0};
    int64_t wait = 0;
    for (int i = 0; i < 20; i++) {
        int64_t next = eh_quarantine_wait_us(&q);
        cr_assert(next > wait || next == EH_QUARANTINE_WAIT_MOST_S * SECOND);
        wait = next;
    }
    cr_assert_eq(wait, EH_QUARANTINE_WAIT_MOST_S * SECOND);
    eh_quarantine_mended(&q);
    cr_assert_eq(eh_quarantine_wait_us(&q), EH_QUARANTINE_WAIT_S * SECOND);
}
