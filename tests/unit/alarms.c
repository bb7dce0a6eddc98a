/* alarms: each stands under its own name until it is over; the most urgent is shown first. */
#include "host/alarms.h"

#include <criterion/criterion.h>

static struct eh_alarms alarms;

Test(alarms, every_alarm_has_a_name)
{
    for (enum eh_alarm alarm = 0; alarm < EH_ALARM_COUNT; alarm++) {
        cr_assert_not_null(eh_alarm_name(alarm), "%d", alarm);
        cr_assert_gt(strlen(eh_alarm_name(alarm)), 0, "%d", alarm);
    }
}

Test(alarms, one_stands_until_it_is_over)
{
    cr_assert_str_empty(eh_alarm_first(&alarms));
    eh_alarm_set(&alarms, EH_ALARM_CLOCK, 7, "%d s ahead", 12);
    cr_assert(eh_alarm_stands(&alarms, EH_ALARM_CLOCK));
    cr_assert_str_eq(eh_alarm_first(&alarms), "12 s ahead");
    eh_alarm_clear(&alarms, EH_ALARM_CLOCK);
    cr_assert_not(eh_alarm_stands(&alarms, EH_ALARM_CLOCK));
    cr_assert_str_empty(eh_alarm_first(&alarms));
}

Test(alarms, another_sentence_does_not_make_it_younger)
{
    eh_alarm_set(&alarms, EH_ALARM_CLOCK, 7, "first");
    eh_alarm_set(&alarms, EH_ALARM_CLOCK, 9, "second");
    cr_assert_eq(alarms.rows[EH_ALARM_CLOCK].since_us, 7);
    cr_assert_str_eq(eh_alarm_first(&alarms), "second");
}

Test(alarms, the_most_urgent_is_shown_first)
{
    eh_alarm_set(&alarms, EH_ALARM_INBOX_LOST, 1, "late");
    eh_alarm_set(&alarms, EH_ALARM_OUTBOX_FOREIGN, 2, "urgent");
    cr_assert_str_eq(eh_alarm_first(&alarms), "urgent");
    eh_alarm_clear(&alarms, EH_ALARM_OUTBOX_FOREIGN);
    cr_assert_str_eq(eh_alarm_first(&alarms), "late");
}
