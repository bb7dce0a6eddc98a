/* engine_epochs: draw epochs turn with the day and when an operator reveals; commitments bind. */
#include <criterion/criterion.h>

#include "engine_kit.h"

static const uint8_t master[EH_SEED_BYTES] = "the master key of these tests";
static struct kit k;
static uint8_t seeds[8][EH_SEED_BYTES], commitments[8][EH_SEED_BYTES];

static const char desk[] = "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
                           "kinds: {order: {points: 2}}\nreps: [{id: ana}, {id: bob}]\n"
                           "teams: [{id: sales, reps: [ana, bob], policy: random}]\n";

static void start(void)
{
    for (uint32_t i = 0; i < 8; i++) {
        eh_seed_derive(master, i, seeds[i]);
        eh_seed_commit(seeds[i], commitments[i]);
    }
    kit_open(&k, EH_RULES_LAST);
}

static void stop(void)
{
    kit_done(&k);
}

TestSuite(engine_epochs, .init = start, .fini = stop);

static struct eh_str raw(const uint8_t *bytes)
{
    return eh_str_n((const char *)bytes, EH_SEED_BYTES);
}

/* What the shell sends: `first` only where nothing was committed, `seed` only where it was. */
static int turn(int type, const uint8_t *seed, const uint8_t *first, const uint8_t *next)
{
    struct eh_message m = {.type = (uint8_t)type};
    if (type == EH_MESSAGE_NEW_KEY) {
        m.reason = eh_str("the disk died");
        m.has |= EH_FIELD_BIT(EH_FIELD_REASON);
    }
    if (seed) {
        m.seed = raw(seed);
        m.has |= EH_FIELD_BIT(EH_FIELD_SEED);
    }
    if (first) {
        m.commitment_first = raw(first);
        m.has |= EH_FIELD_BIT(EH_FIELD_COMMITMENT_FIRST);
    }
    if (next) {
        m.commitment = raw(next);
        m.has |= EH_FIELD_BIT(EH_FIELD_COMMITMENT);
    }
    return kit_step(&k, m, type == EH_MESSAGE_REVEAL ? EH_ORIGIN_ADMIN : EH_ORIGIN_SHELL);
}

static uint32_t epoch(void)
{
    struct eh_totals totals;
    eh_engine_totals(k.e, &totals);
    return totals.epoch;
}

static void expect_notice(uint32_t i, int type, const char *id, const uint8_t *bytes)
{
    char hex[65] = "";
    for (size_t b = 0; b < EH_SEED_BYTES; b++)
        snprintf(hex + 2 * b, 3, "%02x", bytes[b]);
    cr_assert_lt(i, k.fx.count);
    cr_expect_eq(kit_item(&k, i)->type, type);
    cr_expect(kit_is(kit_item(&k, i)->id, id));
    cr_expect(kit_is(kit_item(&k, i)->why, hex));
    cr_expect_eq(kit_item(&k, i)->epoch, (uint32_t)atoi(id));
}

Test(engine_epochs, two_are_committed_before_the_first_ticket)
{
    cr_assert_eq(turn(EH_MESSAGE_DAY, NULL, commitments[0], commitments[1]), 0);
    cr_assert_eq(k.fx.count, 2);
    expect_notice(0, EH_NOTICE_COMMITMENT, "0", commitments[0]);
    expect_notice(1, EH_NOTICE_COMMITMENT, "1", commitments[1]);
    cr_assert_eq(epoch(), 0);
}

Test(engine_epochs, a_day_reveals_the_one_before_and_commits_the_next)
{
    cr_assert_eq(turn(EH_MESSAGE_DAY, NULL, commitments[0], commitments[1]), 0);
    k.date += 5; /* days without a daemon are no epochs */
    cr_assert_eq(turn(EH_MESSAGE_DAY, seeds[0], NULL, commitments[2]), 0);
    cr_assert_eq(k.fx.count, 2);
    expect_notice(0, EH_NOTICE_REVEALED, "0", seeds[0]);
    expect_notice(1, EH_NOTICE_COMMITMENT, "2", commitments[2]);
    cr_assert_eq(epoch(), 1);
}

Test(engine_epochs, an_operator_ends_the_epoch_at_once)
{
    cr_assert_eq(turn(EH_MESSAGE_DAY, NULL, commitments[0], commitments[1]), 0);
    cr_assert_eq(turn(EH_MESSAGE_REVEAL, seeds[0], NULL, commitments[2]), 0);
    expect_notice(0, EH_NOTICE_REVEALED, "0", seeds[0]);
    cr_assert_eq(epoch(), 1);
    cr_assert_eq(turn(EH_MESSAGE_REVEAL, seeds[1], NULL, commitments[3]), 0);
    expect_notice(0, EH_NOTICE_REVEALED, "1", seeds[1]);
    cr_assert_eq(epoch(), 2);
}

Test(engine_epochs, another_seed_than_committed_is_corrupt)
{
    cr_assert_eq(turn(EH_MESSAGE_DAY, NULL, commitments[0], commitments[1]), 0);
    struct eh_key before = eh_engine_digest(k.e);
    cr_assert_eq(turn(EH_MESSAGE_DAY, seeds[1], NULL, commitments[2]), -EH_ECORRUPT);
    cr_assert_eq(turn(EH_MESSAGE_REVEAL, seeds[2], NULL, commitments[2]), -EH_ECORRUPT);
    cr_assert_eq(turn(EH_MESSAGE_DAY, NULL, NULL, commitments[2]), -EH_ECORRUPT, "no seed");
    cr_assert_eq(turn(EH_MESSAGE_DAY, seeds[0], NULL, NULL), -EH_ECORRUPT, "no commitment");
    cr_assert_eq(turn(EH_MESSAGE_DAY, seeds[0], commitments[1], commitments[2]), -EH_ECORRUPT,
                 "the commitment of epoch 1 stands");
    cr_assert_eq(kit_day(&k, k.date + 1), -EH_ECORRUPT, "commitments do not lapse");
    k.date = KIT_TODAY;
    cr_assert(eh_key_equal(before, eh_engine_digest(k.e)));
    cr_assert_eq(turn(EH_MESSAGE_DAY, seeds[0], NULL, commitments[2]), 0);
}

Test(engine_epochs, old_logs_begin_without_commitments)
{
    cr_assert_eq(kit_day(&k, k.date), 0);
    cr_assert_eq(k.fx.count, 0);
    cr_assert_eq(turn(EH_MESSAGE_DAY, seeds[0], NULL, commitments[2]), -EH_ECORRUPT);
    cr_assert_eq(turn(EH_MESSAGE_REVEAL, NULL, NULL, NULL), 0);
    cr_assert(k.fx.refused, "nothing to reveal");
    cr_assert_eq(turn(EH_MESSAGE_DAY, NULL, commitments[1], commitments[2]), 0);
    expect_notice(0, EH_NOTICE_COMMITMENT, "1", commitments[1]);
    expect_notice(1, EH_NOTICE_COMMITMENT, "2", commitments[2]);
    cr_assert_eq(epoch(), 1);
}

Test(engine_epochs, a_snapshot_keeps_what_is_committed)
{
    cr_assert_eq(turn(EH_MESSAGE_DAY, NULL, commitments[0], commitments[1]), 0);
    cr_assert_eq(kit_desk(&k, desk), 0);
    kit_restart(&k);
    struct eh_totals totals;
    eh_engine_totals(k.e, &totals);
    cr_assert(totals.committed);
    cr_assert_arr_eq(totals.commitment[0], commitments[0], EH_SEED_BYTES);
    cr_assert_arr_eq(totals.commitment[1], commitments[1], EH_SEED_BYTES);
    cr_assert_eq(turn(EH_MESSAGE_DAY, seeds[1], NULL, commitments[2]), -EH_ECORRUPT);
    cr_assert_eq(turn(EH_MESSAGE_DAY, seeds[0], NULL, commitments[2]), 0);
}

Test(engine_epochs, what_turns_an_epoch_reads_back)
{
    struct eh_record row;
    struct eh_input back;
    cr_assert_eq(turn(EH_MESSAGE_DAY, NULL, commitments[0], commitments[1]), 0);
    cr_assert_eq(turn(EH_MESSAGE_REVEAL, seeds[0], NULL, commitments[2]), 0);
    cr_assert_eq(eh_record_from_input(&k.in, &k.fx, &k.arena, &row), 0);
    cr_assert_eq(row.type, EH_MESSAGE_REVEAL);
    cr_assert_eq(eh_record_to_input(&row, &back, NULL), 0);
    cr_assert(eh_str_equal(back.message.seed, raw(seeds[0])));
    cr_assert(eh_str_equal(back.message.commitment, raw(commitments[2])));
}

static void expect_lost(uint32_t i, const char *id)
{
    cr_assert_lt(i, k.fx.count);
    cr_expect_eq(kit_item(&k, i)->type, EH_NOTICE_LOST);
    cr_expect(kit_is(kit_item(&k, i)->id, id));
    cr_expect(kit_is(kit_item(&k, i)->why, "the disk died"));
    cr_expect_eq(kit_item(&k, i)->epoch, (uint32_t)atoi(id));
}

/* 1 is under way and 2 is committed, both under the lost key: neither seed can come any more. */
Test(engine_epochs, a_new_key_begins_behind_what_is_lost)
{
    cr_assert_eq(turn(EH_MESSAGE_DAY, NULL, commitments[0], commitments[1]), 0);
    cr_assert_eq(turn(EH_MESSAGE_DAY, seeds[0], NULL, commitments[2]), 0);
    cr_assert_eq(turn(EH_MESSAGE_NEW_KEY, NULL, commitments[5], commitments[6]), 0);
    cr_assert_eq(k.fx.count, 4);
    expect_lost(0, "1");
    expect_lost(1, "2");
    expect_notice(2, EH_NOTICE_COMMITMENT, "3", commitments[5]);
    expect_notice(3, EH_NOTICE_COMMITMENT, "4", commitments[6]);
    cr_assert_eq(epoch(), 3);
    struct eh_record row;
    struct eh_input back;
    cr_assert_eq(eh_record_from_input(&k.in, &k.fx, &k.arena, &row), 0);
    cr_assert_eq(eh_record_to_input(&row, &back, NULL), 0);
    cr_assert(eh_str_equal(back.message.commitment_first, raw(commitments[5])));
    cr_assert(eh_str_equal(back.message.commitment, raw(commitments[6])));
    cr_assert(eh_str_equal(back.message.reason, eh_str("the disk died")));
    cr_assert_eq(turn(EH_MESSAGE_DAY, seeds[1], NULL, commitments[7]), -EH_ECORRUPT, "too late");
    cr_assert_eq(turn(EH_MESSAGE_DAY, seeds[5], NULL, commitments[7]), 0);
    expect_notice(0, EH_NOTICE_REVEALED, "3", seeds[5]);
    expect_notice(1, EH_NOTICE_COMMITMENT, "5", commitments[7]);
    cr_assert_eq(epoch(), 4);
}

Test(engine_epochs, a_new_key_without_its_commitments_is_none)
{
    cr_assert_eq(turn(EH_MESSAGE_DAY, NULL, commitments[0], commitments[1]), 0);
    struct eh_key before = eh_engine_digest(k.e);
    cr_assert_eq(turn(EH_MESSAGE_NEW_KEY, NULL, NULL, commitments[6]), -EH_ECORRUPT);
    cr_assert_eq(turn(EH_MESSAGE_NEW_KEY, NULL, commitments[5], NULL), -EH_ECORRUPT);
    cr_assert_eq(turn(EH_MESSAGE_NEW_KEY, seeds[0], commitments[5], commitments[6]), -EH_ECORRUPT,
                 "whoever has the seed has lost nothing");
    struct eh_message silent = {.type = EH_MESSAGE_NEW_KEY,
                                .commitment = raw(commitments[6]),
                                .commitment_first = raw(commitments[5]),
                                .has = EH_FIELD_BIT(EH_FIELD_COMMITMENT) |
                                       EH_FIELD_BIT(EH_FIELD_COMMITMENT_FIRST)};
    cr_assert_eq(kit_step(&k, silent, EH_ORIGIN_SHELL), -EH_ECORRUPT, "no reason");
    cr_assert(eh_key_equal(before, eh_engine_digest(k.e)));
    cr_assert_eq(turn(EH_MESSAGE_NEW_KEY, NULL, commitments[5], commitments[6]), 0);
}

Test(engine_epochs, where_nothing_is_committed_no_key_is_lost)
{
    cr_assert_eq(turn(EH_MESSAGE_NEW_KEY, NULL, commitments[0], commitments[1]), 0);
    cr_assert(k.fx.refused);
    cr_assert_eq(epoch(), 0);
}
