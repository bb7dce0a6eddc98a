/*
 * insert: rows of a table as arrays, a column each, and the statements that insert them. Both
 * follow the lists of evenhand/engine/columns.h and evenhand/pool/rows.h.
 */
#include "store/private.h"

#include <endian.h>

#include <evenhand/pool/rows.h>

#define INT2 21
#define INT8 20

/* PostgreSQL's names of a cell's type, and of an array of it. */
static const struct cell_type {
    enum eh_array_type type;
    Oid array;
    const char *name;
} cell_types[] = {
    [EH_CELL_U8] = {EH_ARRAY_INT2, 1005, "int2"},
    [EH_CELL_I16] = {EH_ARRAY_INT2, 1005, "int2"},
    [EH_CELL_U32] = {EH_ARRAY_INT4, 1007, "int4"},
    [EH_CELL_I64] = {EH_ARRAY_INT8, 1016, "int8"},
    [EH_CELL_NO] = {EH_ARRAY_INT8, 1016, "int8"},
    [EH_CELL_BITS] = {EH_ARRAY_INT8, 1016, "int8"},
    [EH_CELL_FLAG] = {EH_ARRAY_BOOL, 1000, "bool"},
    [EH_CELL_KEY] = {EH_ARRAY_UUID, 2951, "uuid"},
    [EH_CELL_TEXT] = {EH_ARRAY_TEXT, 1009, "text"},
    [EH_CELL_BYTES] = {EH_ARRAY_BYTEA, 1001, "bytea"},
    [EH_CELL_BODY] = {EH_ARRAY_BYTEA, 1001, "bytea"},
    [EH_CELL_SHA256] = {EH_ARRAY_BYTEA, 1001, "bytea"},
    [EH_CELL_DRAWS] = {EH_ARRAY_BYTEA, 1001, "bytea"},
};

/*
 * {names}: all columns; {rows}: the values of those that are sent, a row each.
 *
 * They are unnested in the select list, side by side; the first column sent has no NULL and so says
 * how many rows there are. In FROM each array would be written into a store of its own first, value
 * by value, and read back. The rows keep their order: those of period_step are checked against
 * those before them.
 */
#define PLAIN "INSERT INTO evenhand.{table} (desk, {names}) SELECT $1, {rows}"

static const struct insert {
    const char *name;
    const struct eh_columns *columns;
    int first;    /* the first column that is sent; the column before it, if any, is $2 ... */
    bool counted; /* ... and counts on from there, a row each */
    int numbers;  /* bigints before the arrays, behind the desk */
    const char *sql;
} inserts[] = {
    [STORE_INPUT] = {"insert_input", &eh_input_columns, EH_INPUT_TYPE, true, 1, PLAIN},
    [STORE_EFFECT] = {"insert_effect", &eh_effect_columns, EH_EFFECT_INPUT, true, 1, PLAIN},
    [STORE_CHANGE] = {"insert_change", &eh_change_columns, 0, false, 0, PLAIN},
    [STORE_DEAD] = {"insert_dead", &eh_dead_columns, 0, false, 0, PLAIN},
    [STORE_BODY] = {"insert_dead_body", &eh_body_columns, 0, false, 0, PLAIN},
    [STORE_PERSONAL] = {"insert_personal", &eh_personal_columns, 0, false, 0, PLAIN},
    [STORE_STEP] = {"insert_step", &eh_step_columns, 0, false, 0, PLAIN},
    [STORE_LINE] = {"insert_line", &eh_line_columns, 0, false, 0, PLAIN},
    /* A period may be frozen more than once in a batch. */
    [STORE_BOOK] = {"insert_book", &eh_book_columns, 0, false, 0,
                    "INSERT INTO evenhand.{table} (desk, {names})"
                    " SELECT DISTINCT ON (u.team, u.period, u.version) $1, u.* FROM (SELECT {rows})"
                    " AS u ({names}) ORDER BY u.team, u.period, u.version, u.input DESC"
                    " ON CONFLICT (desk, what, team, period, version) DO UPDATE"
                    " SET input = excluded.input, body = excluded.body"},
    /* Only rows that changed, and only when the input that they are as of is committed under our
       epoch. */
    [STORE_LEDGER] = {"ledger_put", &eh_ledger_columns, EH_LEDGER_TEAM, false, 2,
                      "INSERT INTO evenhand.{table} AS g (desk, {names})"
                      " SELECT $1, $2, u.* FROM (SELECT {rows}) AS u"
                      " JOIN evenhand.lease l ON l.desk = $1 AND l.epoch = $3"
                      " JOIN evenhand.head h ON h.desk = $1 AND h.input >= $2"
                      " ON CONFLICT (desk, team, rep) DO UPDATE SET input = excluded.input,"
                      " entitled = excluded.entitled, entitled_value = excluded.entitled_value,"
                      " received = excluded.received, received_value = excluded.received_value"
                      " WHERE (g.entitled, g.entitled_value, g.received, g.received_value)"
                      " IS DISTINCT FROM (excluded.entitled, excluded.entitled_value,"
                      " excluded.received, excluded.received_value)"},
};

/* ---- Their SQL, made once. */

static const struct cell_type *type_of(const struct insert *insert, int column)
{
    return &cell_types[insert->columns->items[column].cell];
}

static void names_put(struct eh_bytes *out, const struct insert *insert)
{
    for (int i = 0; i < insert->columns->count; i++)
        eh_bytes_put_text(out, "%s%s", i > 0 ? ", " : "", insert->columns->items[i].name);
}

static void rows_put(struct eh_bytes *out, const struct insert *insert)
{
    int array = 2 + insert->numbers; /* number of the parameter */
    if (insert->counted)
        eh_bytes_put_text(out, "$2 + generate_subscripts($%d::%s[], 1), ", array,
                          type_of(insert, insert->first)->name);
    for (int i = insert->first; i < insert->columns->count; i++, array++)
        eh_bytes_put_text(out, "%sunnest($%d::%s[])", i > insert->first ? ", " : "", array,
                          type_of(insert, i)->name);
}

static void sql_put(struct eh_bytes *out, const struct insert *insert)
{
    const char *at = insert->sql;
    for (const char *brace; (brace = strchr(at, '{')); at = strchr(brace, '}') + 1) {
        eh_bytes_put(out, at, (size_t)(brace - at));
        if (brace[1] == 't')
            eh_bytes_put_text(out, "%s", insert->columns->table);
        else if (brace[1] == 'n')
            names_put(out, insert);
        else
            rows_put(out, insert);
    }
    eh_bytes_put(out, at, strlen(at) + 1);
}

static int statement_make(struct eh_arena *arena, const struct insert *insert,
                          struct eh_pg_statement *ret)
{
    EH_AUTO(eh_bytes) struct eh_bytes sql = EH_BYTES_INIT;
    struct eh_pg_statement made = {.name = insert->name, .types = {INT2}};
    int n = 1;
    for (int i = 0; i < insert->numbers; i++)
        made.types[n++] = INT8;
    for (int i = insert->first; i < insert->columns->count; i++)
        made.types[n++] = type_of(insert, i)->array;
    made.param_count = n;
    sql_put(&sql, insert);
    made.sql = sql.failed ? NULL : eh_arena_copy(arena, sql.data, sql.size);
    *ret = made;
    return made.sql ? 0 : -EH_ENOMEM;
}

const struct eh_pg_statement *store_statements_make(struct eh_arena *arena)
{
    const struct eh_pg_statement *plain = eh_store_write_statements;
    size_t count = 0;
    while (plain[count].name)
        count++;
    struct eh_pg_statement *all =
        eh_arena_alloc(arena, (count + STORE_INSERTS + 1) * sizeof *all); /* zeroed: its end */
    if (!all)
        return NULL;
    memcpy(all, plain, count * sizeof *all);
    for (int i = 0; i < STORE_INSERTS; i++)
        if (statement_make(arena, &inserts[i], &all[count + (size_t)i]) < 0)
            return NULL;
    return all;
}

/* ---- Rows. */

void store_insert_begin(struct eh_store *s, enum store_insert which)
{
    const struct insert *insert = &inserts[which];
    for (int i = insert->first; i < insert->columns->count; i++)
        eh_array_begin(&s->columns[i - insert->first], type_of(insert, i)->type);
}

static void draws_put(struct eh_array *column, const struct eh_effect *e)
{
    uint64_t big[EH_DRAWS_MAX];
    for (uint32_t i = 0; i < e->draw_count; i++)
        big[i] = htobe64(e->draws[i]);
    eh_array_put_bytes(column, big, e->draw_count * sizeof *big);
}

static void cell_put(struct eh_array *array, const struct eh_column *column, const void *row)
{
    const void *at = (const char *)row + column->at;
    uint8_t key[16];
    switch ((enum eh_cell)column->cell) {
    case EH_CELL_TEXT:
    case EH_CELL_BYTES:
    case EH_CELL_BODY:
        eh_array_put_bytes(array, ((const struct eh_str *)at)->data,
                           ((const struct eh_str *)at)->size);
        break;
    case EH_CELL_KEY:
        eh_key_bytes(*(const struct eh_key *)at, key);
        eh_array_put_bytes(array, key, sizeof key);
        break;
    case EH_CELL_SHA256:
        eh_array_put_bytes(array, at, EH_SHA256_BYTES);
        break;
    case EH_CELL_DRAWS:
        draws_put(array, at);
        break;
    default:
        eh_array_put_int(array, eh_column_number(column, row));
    }
}

void store_insert_put(struct eh_store *s, enum store_insert which, const void *row)
{
    const struct insert *insert = &inserts[which];
    uint64_t nulls = eh_columns_nulls(insert->columns, row);
    for (int i = insert->first; i < insert->columns->count; i++) {
        struct eh_array *array = &s->columns[i - insert->first];
        if (nulls >> i & 1)
            eh_array_put_null(array);
        else
            cell_put(array, &insert->columns->items[i], row);
    }
}

/* ---- Sending. */

/* The input of a row: as its column says, or counted. */
static int64_t row_input(const struct eh_store *s, const struct insert *insert, int64_t first,
                         uint32_t row)
{
    for (int i = insert->first; i < insert->columns->count; i++)
        if (strcmp(insert->columns->items[i].name, "input") == 0)
            return eh_array_int(&s->columns[i - insert->first], row);
    return first + 1 + row; /* see generate_subscripts above */
}

/* A decided value does not fit its column. Messages are checked when they come in, so this is a
 * mistake of ours. It is found here, before PostgreSQL refuses the whole batch for it. */
static int value_refuse(struct eh_store *s, const struct insert *insert, int64_t first, int column)
{
    uint32_t row = s->columns[column - insert->first].wrong - 1;
    eh_format(s->error, sizeof s->error, "input %lld: %s: column %s cannot hold its value",
              (long long)row_input(s, insert, first, row), insert->name,
              insert->columns->items[column].name);
    return -EH_EINVAL;
}

int store_insert_send(struct eh_store *s, enum store_insert which, const int64_t *numbers,
                      eh_pg_result_fn *on_result)
{
    const struct insert *insert = &inserts[which];
    char desk[2], big[2][8];
    const char *values[STORE_COLUMNS_MAX + 3] = {desk};
    int lengths[STORE_COLUMNS_MAX + 3] = {sizeof desk}, n = 1;
    eh_pg_put16(desk, s->head.desk);
    for (int i = 0; i < insert->numbers; i++, n++) {
        eh_pg_put64(big[i], numbers[i]);
        values[n] = big[i];
        lengths[n] = sizeof big[i];
    }
    for (int i = insert->first; i < insert->columns->count; i++, n++) {
        struct eh_array *array = &s->columns[i - insert->first];
        if (array->bytes.failed)
            return -EH_ENOMEM;
        if (array->wrong)
            return value_refuse(s, insert, insert->numbers ? numbers[0] : 0, i);
        values[n] = eh_array_value(array);
        lengths[n] = eh_array_size(array);
    }
    return eh_pg_send(s->write, &(struct eh_pg_query){insert->name, n, values, lengths}, on_result,
                      s);
}
