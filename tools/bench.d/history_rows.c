/* history_rows: PostgreSQL's binary COPY format. See history_rows.h. */
#include "history_rows.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

#define DESK       1
#define EPOCH      1 /* of the lease */
#define SEND_BYTES (1u << 20)
#define PART_BYTES (256u << 10)

_Noreturn void rows_die(const char *what, const char *why)
{
    fprintf(stderr, "bench-history: %s: %s\n", what, why);
    exit(1);
}

static PGconn *connect_to(const char *conninfo)
{
    PGconn *connection = PQconnectdb(conninfo);
    if (PQstatus(connection) != CONNECTION_OK)
        rows_die("postgres", PQerrorMessage(connection));
    return connection;
}

static void check(PGconn *connection, PGresult *result, ExecStatusType wanted)
{
    if (PQresultStatus(result) != wanted)
        rows_die("postgres", PQerrorMessage(connection));
    PQclear(result);
}

/* ---- Copying. */

static const char head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* and the terminator: 19 bytes */

static void copy_open(struct rows_copy *copy, const char *conninfo, const char *sql)
{
    copy->connection = connect_to(conninfo);
    check(copy->connection, PQexec(copy->connection, sql), PGRES_COPY_IN);
    eh_bytes_put(&copy->bytes, head, sizeof head);
}

static void copy_send(struct rows_copy *copy)
{
    if (copy->bytes.failed)
        rows_die("copy", "out of memory");
    if (PQputCopyData(copy->connection, (const char *)copy->bytes.data, (int)copy->bytes.size) != 1)
        rows_die("copy", PQerrorMessage(copy->connection));
    eh_bytes_clear(&copy->bytes);
}

static void put16(struct eh_bytes *out, int64_t value)
{
    uint16_t big = htobe16((uint16_t)value);
    eh_bytes_put(out, &big, sizeof big);
}

static void put32(struct eh_bytes *out, int64_t value)
{
    uint32_t big = htobe32((uint32_t)value);
    eh_bytes_put(out, &big, sizeof big);
}

static void put64(struct eh_bytes *out, int64_t value)
{
    uint64_t big = htobe64((uint64_t)value);
    eh_bytes_put(out, &big, sizeof big);
}

static void copy_close(struct rows_copy *copy)
{
    put16(&copy->bytes, -1);
    copy_send(copy);
    if (PQputCopyEnd(copy->connection, NULL) != 1)
        rows_die("copy", PQerrorMessage(copy->connection));
    check(copy->connection, PQgetResult(copy->connection), PGRES_COMMAND_OK);
    PQfinish(copy->connection);
    eh_bytes_done(&copy->bytes);
}

static struct eh_bytes *row_begin(struct rows_copy *copy, int columns)
{
    if (copy->bytes.size > SEND_BYTES)
        copy_send(copy);
    put16(&copy->bytes, columns);
    return &copy->bytes;
}

static void col16(struct eh_bytes *out, bool there, int64_t value)
{
    put32(out, there ? 2 : -1);
    if (there)
        put16(out, value);
}

static void col32(struct eh_bytes *out, bool there, int64_t value)
{
    put32(out, there ? 4 : -1);
    if (there)
        put32(out, value);
}

static void col64(struct eh_bytes *out, bool there, int64_t value)
{
    put32(out, there ? 8 : -1);
    if (there)
        put64(out, value);
}

static void col_bytes(struct eh_bytes *out, const void *data, size_t size)
{
    put32(out, size ? (int64_t)size : -1);
    eh_bytes_put(out, data, size);
}

static void col_text(struct eh_bytes *out, struct eh_str text)
{
    col_bytes(out, text.data, text.size);
}

static void col_key(struct eh_bytes *out, struct eh_key key)
{
    uint8_t bytes[16];
    eh_key_bytes(key, bytes);
    col_bytes(out, bytes, sizeof bytes);
}

/* ---- The tables. */

void rows_open(struct rows *rows, const char *conninfo)
{
    *rows = (struct rows){.more = connect_to(conninfo)};
    copy_open(&rows->inputs, conninfo,
              "COPY evenhand.input (desk, " EH_INPUT_SELECT ") FROM STDIN BINARY");
    copy_open(&rows->effects, conninfo,
              "COPY evenhand.effect (desk, " EH_EFFECT_SELECT ") FROM STDIN BINARY");
    copy_open(&rows->changes, conninfo,
              "COPY evenhand.ticket_change (desk, " EH_CHANGE_SELECT ") FROM STDIN BINARY");
    copy_open(&rows->chain, conninfo,
              "COPY evenhand.chain (desk, input, seq, epoch, digest, hash, state, link)"
              " FROM STDIN BINARY");
}

/* As many bytes as the column's type has. */
static void col_number(struct eh_bytes *out, const struct eh_column *column, const void *row)
{
    int64_t value = eh_column_number(column, row);
    if (column->cell == EH_CELL_U8 || column->cell == EH_CELL_I16)
        col16(out, true, value);
    else if (column->cell == EH_CELL_U32)
        col32(out, true, value);
    else
        col64(out, true, value);
}

static void col_draws(struct eh_bytes *out, const struct eh_effect *e)
{
    put32(out, 8 * (int64_t)e->draw_count);
    for (uint32_t i = 0; i < e->draw_count; i++)
        put64(out, (int64_t)e->draws[i]);
}

static void row_put(struct rows_copy *copy, const struct eh_columns *columns, const void *row)
{
    struct eh_bytes *out = row_begin(copy, 1 + columns->count);
    uint64_t nulls = eh_columns_nulls(columns, row);
    col16(out, true, DESK);
    for (int i = 0; i < columns->count; i++) {
        const struct eh_column *column = &columns->items[i];
        const void *at = (const char *)row + column->at;
        if (nulls >> i & 1)
            put32(out, -1);
        else if (column->cell == EH_CELL_TEXT || column->cell == EH_CELL_BYTES)
            col_text(out, *(const struct eh_str *)at);
        else if (column->cell == EH_CELL_KEY)
            col_key(out, *(const struct eh_key *)at);
        else if (column->cell == EH_CELL_DRAWS)
            col_draws(out, at);
        else
            col_number(out, column, row);
    }
}

void rows_input(struct rows *rows, const struct eh_record *r)
{
    row_put(&rows->inputs, &eh_input_columns, r);
}

void rows_effect(struct rows *rows, const struct eh_effect *e, uint64_t seq, uint64_t input)
{
    struct eh_effect_row row = {*e, input};
    row.effect.seq = seq;
    row_put(&rows->effects, &eh_effect_columns, &row);
}

void rows_change(struct rows *rows, const struct eh_record *r)
{
    struct eh_change_row change;
    if (eh_change_of_record(r, &change) < 0)
        rows_die("ticket", "its image cannot be read");
    row_put(&rows->changes, &eh_change_columns, &change);
}

/* ---- Where a batch ends; see daemon/evenhandd/store/schema/0005_chain_links.sql. */

static void hash_of(const struct eh_bytes *said, uint8_t ret[16])
{
    uint8_t hash[32];
    eh_hash_sha256(said->data, said->size, hash);
    memcpy(ret, hash, 16);
}

static void put_state(struct eh_bytes *out, const struct rows_state *s)
{
    uint8_t digest[16];
    eh_key_bytes(s->digest, digest);
    eh_bytes_put(out, digest, sizeof digest);
    eh_bytes_put(out, s->chain.hash, sizeof s->chain.hash);
}

static void make_link(struct rows *rows, const struct rows_state *s)
{
    EH_AUTO(eh_bytes) struct eh_bytes said = EH_BYTES_INIT;
    if (rows->linked)
        eh_bytes_put(&said, rows->link, sizeof rows->link);
    put64(&said, (int64_t)rows->chained);
    put64(&said, (int64_t)s->input);
    put64(&said, (int64_t)s->seq);
    put64(&said, EPOCH);
    put_state(&said, s);
    put16(&said, EH_STATE_VERSION);
    hash_of(&said, rows->link);
    rows->linked = true;
}

void rows_batch_end(struct rows *rows, const struct rows_state *s)
{
    struct eh_bytes *out = row_begin(&rows->chain, 8);
    make_link(rows, s);
    col16(out, true, DESK);
    col64(out, true, (int64_t)s->input);
    col64(out, true, (int64_t)s->seq);
    col64(out, true, EPOCH);
    col_key(out, s->digest);
    col_bytes(out, s->chain.hash, sizeof s->chain.hash);
    col16(out, true, EH_STATE_VERSION);
    col_bytes(out, rows->link, sizeof rows->link);
    rows->chained = s->input;
}

static void make_seal(const struct rows *rows, const struct rows_state *s, uint8_t ret[16])
{
    EH_AUTO(eh_bytes) struct eh_bytes said = EH_BYTES_INIT;
    const uint64_t numbers[] = {s->input,     s->seq,       (uint64_t)s->at_us, 0,
                                s->stream_ms, s->stream_no, s->stream_ms,       s->stream_no};
    eh_bytes_put(&said, rows->link, sizeof rows->link);
    put16(&said, DESK);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        put64(&said, (int64_t)numbers[i]);
    put_state(&said, s);
    hash_of(&said, ret);
}

static void write_head(struct rows *rows, const struct rows_state *s)
{
    char sql[400], digest[EH_HEX_TEXT(16)], chain[EH_HEX_TEXT(32)], seal_text[EH_HEX_TEXT(16)];
    uint8_t bytes[16], seal[16];
    eh_key_bytes(s->digest, bytes);
    make_seal(rows, s, seal);
    eh_hex_print(bytes, sizeof bytes, digest);
    eh_hex_print(s->chain.hash, sizeof s->chain.hash, chain);
    eh_hex_print(seal, sizeof seal, seal_text);
    eh_format(sql, sizeof sql,
              "INSERT INTO evenhand.head VALUES (%d, %llu, %llu, %lld, 0, %llu, %llu, %llu, %llu,"
              " '%s', '\\x%s', '\\x%s')",
              DESK, (unsigned long long)s->input, (unsigned long long)s->seq, (long long)s->at_us,
              (unsigned long long)s->stream_ms, (unsigned long long)s->stream_no,
              (unsigned long long)s->stream_ms, (unsigned long long)s->stream_no, digest, chain,
              seal_text);
    check(rows->more, PQexec(rows->more, sql), PGRES_COMMAND_OK);
}

void rows_snapshot(struct rows *rows, uint64_t input, int32_t day, const struct eh_bytes *bytes)
{
    size_t parts = (bytes->size + PART_BYTES - 1) / PART_BYTES;
    for (size_t part = 0; part < parts; part++) {
        char sql[200];
        const char *body = (const char *)bytes->data + part * PART_BYTES;
        size_t left = bytes->size - part * PART_BYTES;
        int size = (int)(left < PART_BYTES ? left : PART_BYTES), binary = 1;
        eh_format(sql, sizeof sql,
                  "INSERT INTO evenhand.snapshot (desk, input, part, parts, day, state, body)"
                  " VALUES (%d, %llu, %zu, %zu, %d, %d, $1)",
                  DESK, (unsigned long long)input, part, parts, day, EH_STATE_VERSION);
        check(rows->more,
              PQexecParams(rows->more, sql, 1, (const Oid[]){17}, &body, &size, &binary, 0),
              PGRES_COMMAND_OK);
    }
}

void rows_close(struct rows *rows, const struct rows_state *s)
{
    copy_close(&rows->inputs);
    copy_close(&rows->effects);
    copy_close(&rows->changes);
    copy_close(&rows->chain);
    write_head(rows, s);
    PQfinish(rows->more);
}
