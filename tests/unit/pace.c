/* pace: how much one transaction may hold, and what the next one takes over from it. */
#include <criterion/criterion.h>

#include "batch/batch.h"
#include "batch/pace.h"

Test(pace, what_is_quick_grows_to_its_bound)
{
    struct eh_pace pace;
    eh_pace_begin(&pace);
    cr_assert_eq(pace.most, EH_PACE_FIRST);
    for (int i = 0; i < 10; i++)
        eh_pace_committed(&pace, pace.most, EH_PACE_TARGET_US / 10);
    cr_assert_eq(pace.most, EH_PACE_MOST);
}

Test(pace, small_transactions_say_nothing_of_large_ones)
{
    struct eh_pace pace;
    eh_pace_begin(&pace);
    for (int i = 0; i < 10; i++)
        eh_pace_committed(&pace, 2, 1000);
    cr_assert_eq(pace.most, EH_PACE_FIRST);
}

Test(pace, what_is_slow_shrinks_to_what_would_have_fitted_a_half_at_most)
{
    struct eh_pace pace = {1000};
    eh_pace_committed(&pace, 1000, EH_PACE_TARGET_US * 5 / 4);
    cr_assert_eq(pace.most, 800);
    eh_pace_committed(&pace, 800, EH_PACE_TARGET_US * 100);
    cr_assert_eq(pace.most, 400);
    pace.most = EH_PACE_MOST;
    eh_pace_committed(&pace, 100, EH_PACE_TARGET_US * 100);
    cr_assert_eq(pace.most, 50);
}

Test(pace, what_failed_is_tried_at_half_its_size_down_to_one)
{
    struct eh_pace pace = {EH_PACE_MOST};
    uint32_t rows = 1000, tries = 0;
    for (; pace.most > EH_PACE_LEAST; tries++, rows = pace.most)
        eh_pace_failed(&pace, rows);
    cr_assert_eq(tries, 9); /* 500, 250, 125, 62, 31, 15, 7, 3, 1 */
    eh_pace_failed(&pace, 1);
    cr_assert_eq(pace.most, EH_PACE_LEAST);
    eh_pace_committed(&pace, 2, 1000);
    cr_assert_eq(pace.most, 2);
}

Test(pace, bytes_weigh_too)
{
    cr_assert_eq(eh_pace_weight(3, EH_PACE_ROW_BYTES * 10), 13);
    cr_assert_eq(eh_pace_weight(UINT32_MAX - 1, (size_t)1 << 40), UINT32_MAX);
}

static struct eh_item *add_entry(struct eh_batch *b, const char *body)
{
    struct eh_item *item = eh_batch_add(b);
    item->input.origin = EH_ORIGIN_STREAM;
    item->input.stream_ms = 7;
    item->body = eh_arena_str(&b->arena, eh_str(body));
    cr_assert_eq(eh_message_from_json(item->body, &b->arena, &item->input.message, NULL), 0);
    eh_input_identify(&item->input);
    b->bytes += item->body.size;
    return item;
}

Test(pace, what_had_no_room_goes_into_the_next_batch_as_it_came)
{
    static const char body[] = "{\"type\":\"ticket\",\"id\":\"t-2\",\"team\":\"sales\","
                               "\"kind\":\"order\",\"customer\":\"c\",\"skills\":[\"b\",\"a\"]}";
    struct eh_batch *from, *to;
    cr_assert_eq(eh_batch_new(&from, NULL), 0);
    cr_assert_eq(eh_batch_new(&to, NULL), 0);
    add_entry(from, "{\"type\":\"ticket\",\"id\":\"t-1\",\"team\":\"sales\",\"kind\":\"order\"}");
    struct eh_item *second = add_entry(from, body);
    struct eh_key identity = second->input.identity, digest = second->input.digest;
    second->input.recalled.known = second->entry_known = true;
    second->past.customer.was = true;
    struct eh_item *third = eh_batch_add(from);
    cr_assert_eq(eh_command_new(EH_MESSAGE_REVEAL, NULL, NULL, &third->command, NULL), 0);
    third->input.origin = EH_ORIGIN_ADMIN;
    from->command_count = 1;

    cr_assert_eq(eh_batch_move(from, 1, to), 0);
    cr_assert_eq(from->item_count, 1);
    cr_assert_eq(from->command_count, 0);
    cr_assert_eq(from->bytes, from->items[0].body.size);
    eh_batch_free(from);
    cr_assert_eq(to->item_count, 2);
    cr_assert_eq(to->command_count, 1);
    cr_assert_eq(to->bytes, sizeof body - 1);
    const struct eh_item *moved = &to->items[0];
    cr_assert(eh_str_equal(moved->body, eh_str(body)));
    cr_assert(eh_str_equal(moved->input.message.id, eh_str("t-2")));
    cr_assert(eh_str_equal(moved->input.message.customer, eh_str("c")));
    cr_assert(eh_str_equal(moved->input.message.skills, eh_str("a\x1f"
                                                               "b")));
    cr_assert_eq(moved->input.stream_ms, 7);
    cr_assert(eh_key_equal(moved->input.identity, identity));
    cr_assert_not(eh_key_equal(moved->input.digest, digest),
                  "whose salt it had is looked up again");
    cr_assert(!moved->input.recalled.known && !moved->entry_known && !moved->past.customer.was);
    cr_assert_eq(to->items[1].input.message.type, EH_MESSAGE_REVEAL);
    eh_batch_free(to);
}
