/* columns: the lists of columns against the schema, and rows of the log out of PostgreSQL's binary
 * columns. */
#include <criterion/criterion.h>
#include <stdio.h>

#include <evenhand/engine/record.h>
#include <evenhand/pool/rows.h>

#define CATALOGUE TEST_DATA "/../../../daemon/evenhandd/store/schema/catalogue.txt"

static const struct eh_columns *const tables[] = {
    &eh_input_columns, &eh_effect_columns,   &eh_change_columns, &eh_dead_columns, &eh_body_columns,
    &eh_step_columns,  &eh_personal_columns, &eh_ledger_columns, &eh_book_columns, &eh_line_columns,
};

static const char *const type_names[] = {
    [EH_CELL_U8] = "smallint",  [EH_CELL_I16] = "smallint", [EH_CELL_U32] = "integer",
    [EH_CELL_I64] = "bigint",   [EH_CELL_NO] = "bigint",    [EH_CELL_BITS] = "bigint",
    [EH_CELL_FLAG] = "boolean", [EH_CELL_KEY] = "uuid",     [EH_CELL_TEXT] = "text",
    [EH_CELL_BYTES] = "bytea",  [EH_CELL_BODY] = "bytea",   [EH_CELL_SHA256] = "bytea",
    [EH_CELL_DRAWS] = "bytea"};

static const struct eh_column *find(const struct eh_columns *columns, const char *name)
{
    for (int i = 0; i < columns->count; i++)
        if (strcmp(columns->items[i].name, name) == 0)
            return &columns->items[i];
    return NULL;
}

/* Not written any more: a dead letter's body stands in dead_body, and with it the hash. */
#define GONE "dead.sha256"

/* "column input.at\tbigint not null" */
static int columns_of_schema(const struct eh_columns *columns)
{
    char line[1000], table[64], name[64], type[64], both[130];
    int count = 0;
    FILE *f = fopen(CATALOGUE, "r");
    cr_assert_not_null(f);
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, "column %63[^.].%63s\t%63s", table, name, type) != 3 ||
            strcmp(table, columns->table) != 0 || strcmp(name, "desk") == 0)
            continue;
        eh_format(both, sizeof both, "%s.%s", table, name);
        const struct eh_column *column = find(columns, name);
        if (strcmp(both, GONE) == 0)
            continue;
        cr_assert_not_null(column, "%s is in no list", both);
        cr_expect_str_eq(type_names[column->cell], type, "%s", both);
        count++;
    }
    fclose(f);
    return count;
}

Test(columns, the_lists_are_those_of_the_schema)
{
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        cr_expect_eq(columns_of_schema(tables[t]), tables[t]->count, "%s", tables[t]->table);
        cr_expect_leq(tables[t]->count, EH_COLUMNS_MAX);
    }
}

Test(columns, a_select_has_a_list_in_its_order)
{
    char wanted[1000] = "";
    for (int i = 0; i < eh_step_columns.count; i++) {
        strcat(wanted, i ? ", " : "");
        strcat(wanted, eh_step_columns.items[i].name);
    }
    cr_expect_str_eq(EH_STEP_SELECT, wanted);
}

Test(columns, what_a_row_has_not_is_null)
{
    struct eh_effect_row row = {.effect = {.seq = 1, .type = EH_NOTICE_COMMITMENT, .epoch = 0}};
    uint64_t nulls = eh_columns_nulls(&eh_effect_columns, &row);
    cr_expect(nulls >> EH_EFFECT_TICKET & 1);
    cr_expect(nulls >> EH_EFFECT_WEIGHT & 1);
    cr_expect(nulls >> EH_EFFECT_WHY & 1, "an empty text");
    cr_expect_not(nulls >> EH_EFFECT_EPOCH & 1, "of the first epoch itself");
    row.effect.type = EH_NOTICE_WAITING;
    cr_expect(eh_columns_nulls(&eh_effect_columns, &row) >> EH_EFFECT_EPOCH & 1);
    row.effect.eligible = 2;
    cr_expect_not(eh_columns_nulls(&eh_effect_columns, &row) >> EH_EFFECT_EPOCH & 1, "dealt in it");

    struct eh_body_row body = {.has_body = true};
    cr_expect_not(eh_columns_nulls(&eh_body_columns, &body) >> EH_BODY_BODY & 1, "an empty body");
    body.has_body = false;
    cr_expect(eh_columns_nulls(&eh_body_columns, &body) >> EH_BODY_BODY & 1);
}

Test(columns, each_cell_is_read_and_compared)
{
    struct eh_step_row a = {0}, b = {0};
    const struct eh_column *c = eh_step_columns.items;
    char hash[32] = {7};
    cr_assert_eq(eh_column_read(&c[EH_STEP_PUBLISHED_LATE], &a, "\1", 1), 0);
    cr_expect(a.published_late && !eh_column_same(&c[EH_STEP_PUBLISHED_LATE], &a, &b));
    cr_expect_eq(eh_column_read(&c[EH_STEP_PUBLISHED_LATE], &a, "\0\1", 2), -EH_ECORRUPT);
    cr_assert_eq(eh_column_read(&c[EH_STEP_PLAN_SHA256], &a, hash, 32), 0);
    cr_expect(a.figures.plan_sha256[0] == 7 && !eh_column_same(&c[EH_STEP_PLAN_SHA256], &a, &b));
    cr_expect_eq(eh_column_read(&c[EH_STEP_PLAN_SHA256], &a, hash, 31), -EH_ECORRUPT);
    cr_assert_eq(eh_column_read(&c[EH_STEP_VERSION], &a, "\xff\xff\xff\xff\xff\xff\xff\xff", 8),
                 -EH_ECORRUPT, "below 0");
    cr_assert_eq(eh_column_read(&c[EH_STEP_VERSION], &a, "\0\0\0\2", 4), 0);
    cr_expect_eq(eh_column_number(&c[EH_STEP_VERSION], &a), 2);
    cr_expect(eh_column_same(&c[EH_STEP_NET], &a, &b));
}

static int set(struct eh_record *row, int column, const char *bytes, size_t size)
{
    return eh_record_set_column(row, column, bytes, size, false);
}

Test(columns, numbers_are_big_endian_and_signed)
{
    struct eh_record row = {0};
    cr_assert_eq(set(&row, EH_INPUT_INPUT, "\0\0\0\0\0\0\1\2", 8), 0);
    cr_expect_eq(row.input, 258);
    cr_assert_eq(set(&row, EH_INPUT_TYPE, "\xff\xfc", 2), 0);
    cr_expect_eq(row.type, -4);
    cr_assert_eq(set(&row, EH_INPUT_AT, "\xff\xff\xff\xff\xff\xff\xff\xfe", 8), 0);
    cr_expect_eq(row.at_us, -2);
    cr_assert_eq(set(&row, EH_INPUT_VALUE, "\0\0\0\0\0\0\0\5", 8), 0);
    cr_expect_eq(row.value, 5);
    cr_expect_eq(row.has, EH_FIELD_BIT(EH_FIELD_VALUE));
}

Test(columns, what_is_null_is_not_there)
{
    struct eh_record row = {0};
    for (int c = 0; c < EH_INPUT_COLUMN_COUNT; c++)
        cr_assert_eq(eh_record_set_column(&row, c, "", 0, true), 0);
    cr_expect_eq(row.has, 0);
    cr_expect_not(row.has_until);
    cr_assert_eq(set(&row, EH_INPUT_UNTIL, "\0\0\0\0\0\0\0\0", 8), 0);
    cr_expect(row.has_until);
    cr_assert_eq(set(&row, EH_INPUT_REP, "ana", 3), 0);
    cr_expect(eh_str_equal(row.rep, eh_str("ana")));
    cr_expect_eq(row.has, EH_FIELD_BIT(EH_FIELD_REP));
}

Test(columns, what_a_column_cannot_hold_is_corrupt)
{
    struct eh_record row = {0};
    cr_expect_eq(set(&row, EH_INPUT_INPUT, "\xff\xff\xff\xff\xff\xff\xff\xff", 8), -EH_ECORRUPT,
                 "below 0");
    cr_expect_eq(set(&row, EH_INPUT_INPUT, "\0\0\0", 3), -EH_ECORRUPT, "3 bytes");
    cr_expect_eq(set(&row, EH_INPUT_TYPE, "\0\1\0\0", 4), -EH_ECORRUPT, "beyond int2");
    cr_expect_eq(set(&row, EH_INPUT_PRIORITY, "\1\0", 2), -EH_ECORRUPT, "beyond a byte");
    cr_expect_eq(set(&row, EH_INPUT_IDENTITY, "0123456789abcde", 15), -EH_ECORRUPT,
                 "a uuid of 15 bytes");
    cr_expect_eq(set(&row, EH_INPUT_IDENTITY, "0123456789abcdef", 16), 0);
}

Test(columns, an_id_of_the_stream_may_be_any_that_redis_takes)
{
    struct eh_record row = {0};
    cr_assert_eq(set(&row, EH_INPUT_STREAM_MS, "\x80\0\0\0\0\0\0\0", 8), 0);
    cr_expect_eq(row.stream_ms, UINT64_C(1) << 63);
    cr_assert_eq(set(&row, EH_INPUT_STREAM_NO, "\xff\xff\xff\xff\xff\xff\xff\xff", 8), 0);
    cr_expect_eq(row.stream_no, UINT64_MAX);
}
