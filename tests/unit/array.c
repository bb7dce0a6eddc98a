/* array: PostgreSQL's binary arrays, against bytes written out by hand from the wire format. */
#include <criterion/criterion.h>

#include "pg/array.h"

static void expect(struct eh_array *a, const char *bytes, int size)
{
    const char *value = eh_array_value(a);
    cr_assert_not_null(value);
    cr_assert_eq(eh_array_size(a), size, "size %d, not %d", eh_array_size(a), size);
    cr_assert_arr_eq(value, bytes, (size_t)size);
}

Test(array, int2_with_null)
{
    static const char wanted[] = "\0\0\0\1"         /* one dimension */
                                 "\0\0\0\1"         /* may hold NULLs */
                                 "\0\0\0\x15"       /* int2 */
                                 "\0\0\0\3\0\0\0\1" /* three from 1 on */
                                 "\0\0\0\2\0\5"
                                 "\xff\xff\xff\xff"
                                 "\0\0\0\2\xff\xfe";
    struct eh_array a = {0};
    eh_array_begin(&a, EH_ARRAY_INT2);
    eh_array_put_int(&a, 5);
    eh_array_put_null(&a);
    eh_array_put_int(&a, -2);
    expect(&a, wanted, sizeof wanted - 1);
    eh_array_done(&a);
}

Test(array, flags_are_a_byte)
{
    static const char wanted[] = "\0\0\0\1\0\0\0\1\0\0\0\x10\0\0\0\2\0\0\0\1"
                                 "\0\0\0\1\1\0\0\0\1\0";
    struct eh_array a = {0};
    eh_array_begin(&a, EH_ARRAY_BOOL);
    eh_array_put_int(&a, true);
    eh_array_put_int(&a, false);
    expect(&a, wanted, sizeof wanted - 1);
    eh_array_done(&a);
}

Test(array, text_and_int8)
{
    static const char text[] = "\0\0\0\1\0\0\0\1\0\0\0\x19\0\0\0\2\0\0\0\1"
                               "\0\0\0\3ana\xff\xff\xff\xff";
    static const char big[] = "\0\0\0\1\0\0\0\1\0\0\0\x14\0\0\0\1\0\0\0\1"
                              "\0\0\0\x08\0\0\0\1\0\0\0\0";
    struct eh_array a = {0};
    eh_array_begin(&a, EH_ARRAY_TEXT);
    eh_array_put_text(&a, eh_str("ana"));
    eh_array_put_text(&a, eh_str(""));
    expect(&a, text, sizeof text - 1);
    eh_array_begin(&a, EH_ARRAY_INT8); /* used again, nothing of before is left */
    eh_array_put_int(&a, INT64_C(1) << 32);
    expect(&a, big, sizeof big - 1);
    eh_array_done(&a);
}

Test(array, only_nulls_is_a_null_parameter)
{
    struct eh_array a = {0};
    eh_array_begin(&a, EH_ARRAY_TEXT);
    eh_array_put_null(&a);
    cr_assert_null(eh_array_value(&a));
    eh_array_done(&a);
}

static uint32_t wrong_int(enum eh_array_type type, int64_t first, int64_t second)
{
    struct eh_array a = {0};
    eh_array_begin(&a, type);
    eh_array_put_int(&a, first);
    eh_array_put_int(&a, second);
    uint32_t wrong = a.wrong;
    eh_array_done(&a);
    return wrong;
}

static uint32_t wrong_text(enum eh_array_type type, const char *bytes, size_t size)
{
    struct eh_array a = {0};
    eh_array_begin(&a, type);
    eh_array_put_text(&a, eh_str("\u00dcber"));
    eh_array_put_null(&a);
    eh_array_put_text(&a, eh_str_n(bytes, size));
    uint32_t wrong = a.wrong;
    eh_array_done(&a);
    return wrong;
}

Test(array, a_number_beyond_its_column_is_marked)
{
    cr_expect_eq(wrong_int(EH_ARRAY_INT2, INT16_MIN, INT16_MAX), 0);
    cr_expect_eq(wrong_int(EH_ARRAY_INT2, 0, INT16_MAX + 1), 2);
    cr_expect_eq(wrong_int(EH_ARRAY_INT2, INT16_MIN - 1, INT64_MAX), 1);
    cr_expect_eq(wrong_int(EH_ARRAY_INT4, INT32_MIN, INT32_MAX), 0);
    cr_expect_eq(wrong_int(EH_ARRAY_INT4, 0, UINT32_MAX), 2);
    cr_expect_eq(wrong_int(EH_ARRAY_INT8, INT64_MIN, INT64_MAX), 0);
}

Test(array, what_no_text_can_be_is_marked)
{
    cr_expect_eq(wrong_text(EH_ARRAY_TEXT, "\xe2\x82\xac", 3), 0);
    cr_expect_eq(wrong_text(EH_ARRAY_TEXT, "\xe2\x82", 2), 3, "half a character");
    cr_expect_eq(wrong_text(EH_ARRAY_TEXT, "a\0b", 3), 3, "a NUL");
    cr_expect_eq(wrong_text(EH_ARRAY_BYTEA, "\xe2\0", 2), 0, "bytes may be any");
    cr_expect_eq(wrong_text(EH_ARRAY_UUID, "0123456789abcde", 15), 1, "a uuid has 16");
}

Test(array, numbers_are_read_where_they_were_put)
{
    struct eh_array a = {0};
    eh_array_begin(&a, EH_ARRAY_INT8);
    eh_array_put_int(&a, INT64_MIN);
    eh_array_put_int(&a, 7);
    cr_expect_eq(eh_array_int(&a, 0), INT64_MIN);
    cr_expect_eq(eh_array_int(&a, 1), 7);
    eh_array_done(&a);
}
