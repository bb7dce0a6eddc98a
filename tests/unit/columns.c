/* columns: a row of the log out of PostgreSQL's binary columns. */
#include <criterion/criterion.h>

#include <evenhand/engine/record.h>

static int set(struct eh_record *row, int column, const char *bytes, size_t size)
{
    return eh_record_set_column(row, column, bytes, size, false);
}

Test(columns, numbers_are_big_endian_and_signed)
{
    struct eh_record row = {0};
    cr_assert_eq(set(&row, 0, "\0\0\0\0\0\0\1\2", 8), 0);
    cr_expect_eq(row.input, 258);
    cr_assert_eq(set(&row, 1, "\xff\xfc", 2), 0);
    cr_expect_eq(row.type, -4);
    cr_assert_eq(set(&row, 4, "\xff\xff\xff\xff\xff\xff\xff\xfe", 8), 0);
    cr_expect_eq(row.at_us, -2);
    cr_assert_eq(set(&row, 9, "\0\0\0\0\0\0\0\5", 8), 0);
    cr_expect_eq(row.value, 5);
    cr_expect_eq(row.has, EH_FIELD_BIT(EH_FIELD_VALUE));
}

Test(columns, what_is_null_is_not_there)
{
    struct eh_record row = {0};
    for (int c = 0; c < EH_RECORD_SELECT_COUNT; c++)
        cr_assert_eq(eh_record_set_column(&row, c, "", 0, true), 0);
    cr_expect_eq(row.has, 0);
    cr_expect_not(row.has_until);
    cr_assert_eq(set(&row, 12, "\0\0\0\0\0\0\0\0", 8), 0);
    cr_expect(row.has_until);
    cr_assert_eq(set(&row, 17, "ana", 3), 0);
    cr_expect(eh_str_equal(row.rep, eh_str("ana")));
    cr_expect_eq(row.has, EH_FIELD_BIT(EH_FIELD_REP));
}

Test(columns, what_a_column_cannot_hold_is_corrupt)
{
    struct eh_record row = {0};
    cr_expect_eq(set(&row, 0, "\xff\xff\xff\xff\xff\xff\xff\xff", 8), -EH_ECORRUPT, "below 0");
    cr_expect_eq(set(&row, 0, "\0\0\0", 3), -EH_ECORRUPT, "3 bytes");
    cr_expect_eq(set(&row, 1, "\0\1\0\0", 4), -EH_ECORRUPT, "beyond int2");
    cr_expect_eq(set(&row, 2, "\1\0", 2), -EH_ECORRUPT, "beyond a byte");
    cr_expect_eq(set(&row, 5, "0123456789abcde", 15), -EH_ECORRUPT, "a uuid of 15 bytes");
    cr_expect_eq(set(&row, 5, "0123456789abcdef", 16), 0);
}

Test(columns, an_id_of_the_stream_may_be_any_that_redis_takes)
{
    struct eh_record row = {0};
    cr_assert_eq(set(&row, 7, "\x80\0\0\0\0\0\0\0", 8), 0);
    cr_expect_eq(row.stream_ms, UINT64_C(1) << 63);
    cr_assert_eq(set(&row, 8, "\xff\xff\xff\xff\xff\xff\xff\xff", 8), 0);
    cr_expect_eq(row.stream_no, UINT64_MAX);
}
