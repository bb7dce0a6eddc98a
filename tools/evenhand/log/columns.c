/* columns: values out of PostgreSQL's binary format. */
#include "private.h"

int64_t log_number(const PGresult *page, int row, int column)
{
    const unsigned char *bytes = (const unsigned char *)PQgetvalue(page, row, column);
    int size = PQgetlength(page, row, column);
    uint64_t value = size > 0 && bytes[0] & 0x80 ? UINT64_MAX : 0;
    for (int i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return (int64_t)value;
}

struct eh_str log_text(const PGresult *page, int row, int column)
{
    return eh_str_n(PQgetvalue(page, row, column), (size_t)PQgetlength(page, row, column));
}

bool log_key(const PGresult *page, int row, int column, struct eh_key *ret)
{
    if (PQgetlength(page, row, column) != 16)
        return false;
    *ret = eh_key_from_bytes((const uint8_t *)PQgetvalue(page, row, column));
    return true;
}

bool log_link(const PGresult *page, int row, int column, uint8_t ret[EH_CLI_LOG_LINK_BYTES],
              bool *ret_there)
{
    *ret_there = !PQgetisnull(page, row, column);
    if (*ret_there && PQgetlength(page, row, column) != EH_CLI_LOG_LINK_BYTES)
        return false;
    if (*ret_there)
        memcpy(ret, PQgetvalue(page, row, column), EH_CLI_LOG_LINK_BYTES);
    return true;
}

bool log_chain(const PGresult *page, int row, int column, struct eh_chain *ret)
{
    if (PQgetlength(page, row, column) != EH_CHAIN_BYTES)
        return false;
    memcpy(ret->hash, PQgetvalue(page, row, column), EH_CHAIN_BYTES);
    return true;
}

int log_record(const PGresult *page, int row, struct eh_record *ret, struct eh_error *error)
{
    *ret = (struct eh_record){0};
    for (int c = 0; c < EH_INPUT_COLUMN_COUNT; c++)
        if (eh_record_set_column(ret, c, PQgetvalue(page, row, c),
                                 (size_t)PQgetlength(page, row, c), PQgetisnull(page, row, c)) < 0)
            return eh_error_set(error, EH_ECORRUPT,
                                "input %llu: a column holds what it cannot hold",
                                (unsigned long long)ret->input);
    return 0;
}

/* Reads a hash. Other bytes leave zeros, which no hash has. */
static int cell_read(const PGresult *page, int row, int c, const struct eh_column *column,
                     void *ret)
{
    size_t size = (size_t)PQgetlength(page, row, c);
    return column->cell == EH_CELL_SHA256 && size != EH_SHA256_BYTES
               ? 0
               : eh_column_read(column, ret, PQgetvalue(page, row, c), size);
}

int log_row_read(const PGresult *page, int row, const struct eh_columns *columns, void *ret,
                 uint64_t *ret_nulls, struct eh_error *error)
{
    *ret_nulls = 0;
    for (int c = 0; c < columns->count; c++) {
        if (PQgetisnull(page, row, c))
            *ret_nulls |= UINT64_C(1) << c;
        else if (cell_read(page, row, c, &columns->items[c], ret) < 0)
            return eh_error_set(error, EH_ECORRUPT,
                                "input %lld: column %s of %s holds what it cannot hold",
                                (long long)log_number(page, row, PQfnumber(page, "input")),
                                columns->items[c].name, columns->table);
    }
    return 0;
}
