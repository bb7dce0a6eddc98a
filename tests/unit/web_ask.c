/* web_ask: what is kept stays within its bounds, the oldest goes first; changes have a pace. */
#include <stdlib.h>

#include <criterion/criterion.h>

#include "web/ask/kept.h"
#include "web/change/pace.h"

#define MINUTE_US 60000000

TestSuite(web_ask, .timeout = 300);

static struct eh_kept_answers *kept_make(void)
{
    struct eh_kept_answers *kept;
    cr_assert_eq(eh_kept_new(&kept), 0);
    return kept;
}

static struct eh_kept *put(struct eh_kept_answers *kept, const char *person, const char *target,
                           size_t size)
{
    struct eh_kept *one = eh_kept_add(kept, person, target);
    if (one)
        eh_kept_weigh(kept, one, size);
    return one;
}

Test(web_ask, what_is_kept_is_one_persons)
{
    struct eh_kept_answers *kept = kept_make();
    struct eh_kept *ana = put(kept, "ana", "/v1/me", 10), *ben = put(kept, "ben", "/v1/me", 20);
    cr_assert_eq(eh_kept_find(kept, "ana", "/v1/me"), ana);
    cr_assert_eq(eh_kept_find(kept, "ben", "/v1/me"), ben);
    cr_assert_null(eh_kept_find(kept, "ana", "/v1/reps"));
    cr_assert_null(eh_kept_find(kept, "an", "a/v1/me"));
    cr_assert_eq(eh_kept_bytes(kept), 30);
    eh_kept_forget(kept, NULL);
    cr_assert_null(eh_kept_find(kept, "ana", "/v1/me"));
    cr_assert_eq(eh_kept_count(kept), 0);
    cr_assert_eq(eh_kept_bytes(kept), 0);
    eh_kept_free(kept);
}

Test(web_ask, of_one_person_what_is_kept_goes_alone)
{
    struct eh_kept_answers *kept = kept_make();
    struct eh_kept *ben = put(kept, "ben", "/v1/me", 20), *an = put(kept, "an", "/v1/me", 1);
    struct eh_kept *asked = eh_kept_add(kept, "ana", "/v1/reps");
    put(kept, "ana", "/v1/me", 10);
    eh_kept_forget(kept, "ana");
    cr_assert_null(eh_kept_find(kept, "ana", "/v1/me"));
    cr_assert_null(eh_kept_find(kept, "ana", "/v1/reps"));
    cr_assert(asked->over);
    cr_assert_eq(eh_kept_find(kept, "ben", "/v1/me"), ben);
    cr_assert_eq(eh_kept_find(kept, "an", "/v1/me"), an);
    cr_assert_eq(eh_kept_bytes(kept), 21);
    eh_kept_free(kept);
}

Test(web_ask, what_is_asked_for_stays_until_it_is_answered)
{
    struct eh_kept_answers *kept = kept_make();
    struct eh_kept *one = eh_kept_add(kept, "ana", "/v1/me");
    cr_assert_eq(eh_kept_find(kept, "ana", "/v1/me"), one);
    eh_kept_forget(kept, NULL);
    cr_assert_null(eh_kept_find(kept, "ana", "/v1/me"));
    cr_assert(one->over);
    cr_assert_eq(eh_kept_count(kept), 1);
    eh_kept_drop(kept, one);
    cr_assert_eq(eh_kept_count(kept), 0);
    eh_kept_free(kept);
}

Test(web_ask, bytes_have_a_bound)
{
    struct eh_kept_answers *kept = kept_make();
    put(kept, "ana", "/1", EH_ANSWERS_BYTES_MAX / 2);
    put(kept, "ana", "/2", EH_ANSWERS_BYTES_MAX / 2);
    cr_assert_eq(eh_kept_count(kept), 2);
    put(kept, "ana", "/3", 1);
    cr_assert_null(eh_kept_find(kept, "ana", "/1"));
    cr_assert_not_null(eh_kept_find(kept, "ana", "/2"));
    struct eh_kept *large = put(kept, "ana", "/4", EH_ANSWERS_BYTES_MAX + 1);
    cr_assert_eq(eh_kept_count(kept), 1);
    cr_assert_eq(eh_kept_find(kept, "ana", "/4"), large);
    put(kept, "ana", "/5", 1);
    cr_assert_eq(eh_kept_count(kept), 1);
    eh_kept_free(kept);
}

Test(web_ask, their_number_has_a_bound)
{
    struct eh_kept_answers *kept = kept_make();
    char target[24];
    for (int i = 0; i < EH_ANSWERS_MAX; i++) {
        eh_format(target, sizeof target, "/%d", i);
        cr_assert_not_null(put(kept, "ana", target, 1));
    }
    cr_assert_not_null(put(kept, "ana", "/more", 1));
    cr_assert_eq(eh_kept_count(kept), EH_ANSWERS_MAX);
    cr_assert_null(eh_kept_find(kept, "ana", "/0"));
    cr_assert_not_null(eh_kept_find(kept, "ana", "/1"));
    eh_kept_free(kept);
}

Test(web_ask, no_more_are_asked_for_than_may_be)
{
    struct eh_kept_answers *kept = kept_make();
    char target[24];
    for (int i = 0; i < EH_ANSWERS_MAX; i++) {
        eh_format(target, sizeof target, "/%d", i);
        cr_assert_not_null(eh_kept_add(kept, "ana", target));
    }
    cr_assert_null(eh_kept_add(kept, "ana", "/more"));
    eh_kept_free(kept);
}

Test(web_ask, changes_are_twenty_a_minute_of_each_person)
{
    struct eh_change_pace *pace;
    cr_assert_eq(eh_change_pace_new(&pace), 0);
    int64_t now = 5 * (int64_t)MINUTE_US;
    for (int i = 0; i < EH_CHANGES_A_MINUTE; i++)
        cr_assert(eh_change_pace_allows(pace, "ana", now + i));
    cr_assert_not(eh_change_pace_allows(pace, "ana", now + 100));
    cr_assert(eh_change_pace_allows(pace, "ben", now + 100));
    cr_assert_not(eh_change_pace_allows(pace, "ana", now + MINUTE_US - 1));
    cr_assert(eh_change_pace_allows(pace, "ana", now + MINUTE_US));
    cr_assert_not(eh_change_pace_allows(pace, "ana", now + MINUTE_US));
    eh_change_pace_free(pace);
}

Test(web_ask, people_who_change_something_have_a_bound)
{
    struct eh_change_pace *pace;
    char name[24];
    cr_assert_eq(eh_change_pace_new(&pace), 0);
    for (int i = 0; i < EH_CHANGE_PEOPLE_MAX; i++) {
        eh_format(name, sizeof name, "p%d", i);
        cr_assert(eh_change_pace_allows(pace, name, MINUTE_US));
    }
    cr_assert_not(eh_change_pace_allows(pace, "more", MINUTE_US + 1));
    cr_assert(eh_change_pace_allows(pace, "p7", MINUTE_US + 1));
    cr_assert(eh_change_pace_allows(pace, "more", 2 * MINUTE_US));
    eh_change_pace_free(pace);
}
