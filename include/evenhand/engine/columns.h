/*
 * columns: the columns of the log's tables, one list a row type.
 *
 * A line of a list is a column: its number, its name in PostgreSQL, how the struct of the row holds
 * it, the member, and the part of the row without which it is NULL. The code that inserts, selects,
 * reads and compares rows follows the list, so a new column is a line here and a migration. The
 * test `columns` compares the lists with the schema.
 *
 *     query("SELECT " EH_LEDGER_SELECT " FROM evenhand.ledger");
 *     struct eh_ledger_row row = {0};
 *     r = eh_column_read(&eh_ledger_columns.items[EH_LEDGER_REP], &row, text.data, text.size);
 *     …
 *     bool fits = nulls == eh_columns_nulls(&eh_ledger_columns, &row);
 */
#ifndef EVENHAND_ENGINE_COLUMNS_H
#define EVENHAND_ENGINE_COLUMNS_H

#include <evenhand/base/base.h>

EH_C_BEGIN

/* How a struct holds the value of a column, and with it the column's type. */
enum eh_cell {
    EH_CELL_U8,     /* uint8_t: smallint */
    EH_CELL_I16,    /* int16_t: smallint */
    EH_CELL_U32,    /* uint32_t: integer */
    EH_CELL_I64,    /* int64_t: bigint */
    EH_CELL_NO,     /* uint64_t, a number of an input: the lower half, as bigint */
    EH_CELL_BITS,   /* uint64_t, any: bigint of the same bits */
    EH_CELL_FLAG,   /* bool: boolean */
    EH_CELL_KEY,    /* struct eh_key: uuid */
    EH_CELL_TEXT,   /* struct eh_str: text */
    EH_CELL_BYTES,  /* struct eh_str: bytea */
    EH_CELL_BODY,   /* struct eh_str that may be empty: bytea */
    EH_CELL_SHA256, /* 32 bytes: bytea */
    EH_CELL_DRAWS   /* draws and draw_count of an effect: bytea, 8 bytes each, big-endian */
};

struct eh_column {
    const char *name;
    uint16_t at;  /* offset of the member */
    uint8_t cell; /* enum eh_cell */
    uint8_t part; /* the bit that parts() has for it, or EH_ALWAYS */
};

#define EH_COLUMNS_MAX 64 /* of a table: `nulls` has a bit for each */
#define EH_ALWAYS      63

struct eh_columns {
    const char *table;
    const struct eh_column *items;
    int count;
    uint64_t (*parts)(const void *row); /* which parts the row has; NULL: none but EH_ALWAYS */
};

/* Bit i: column i of the row is NULL, because its text is empty or because the row lacks its part.
 */
uint64_t eh_columns_nulls(const struct eh_columns *, const void *row);
/* Reads a value in PostgreSQL's binary format into its member; a text points into the bytes. Draws
 * are left to the caller. -EH_ECORRUPT: bytes that such a column cannot hold. */
int eh_column_read(const struct eh_column *, void *row, const void *bytes,
                   size_t size) EH_MUST_CHECK;
/* Whether two rows have the same value there. Of draws only their number is compared. */
bool eh_column_same(const struct eh_column *, const void *a, const void *b);
/* The value of a member that is an integer or a flag. */
int64_t eh_column_number(const struct eh_column *, const void *row);

/* What a list becomes: a SELECT list, and the numbers of its columns. */
#define EH_COLUMN_FIRST(NUMBER, column, ...) #column
#define EH_COLUMN_NEXT(NUMBER, column, ...)  ", " #column

/* ---- Table input: struct eh_record. A field of the message is NULL unless `has` says it is there.
 * Recovery, verify and the benches read and write the rows in this order. */
#define EH_INPUT_STREAMED 61 /* the input came from the stream */
#define EH_INPUT_ENDS     62 /* the input says when a signal ends */
#define EH_INPUT_COLUMNS(FIRST, NEXT)                                                              \
    FIRST(INPUT, input, NO, input, EH_ALWAYS)                                                      \
    NEXT(TYPE, type, I16, type, EH_ALWAYS)                                                         \
    NEXT(PRIORITY, priority, U8, priority, EH_FIELD_PRIORITY)                                      \
    NEXT(CSAT, csat, U8, csat, EH_FIELD_CSAT)                                                      \
    NEXT(AT, at, I64, at_us, EH_ALWAYS)                                                            \
    NEXT(IDENTITY, identity, KEY, identity, EH_ALWAYS)                                             \
    NEXT(DIGEST, digest, KEY, digest, EH_ALWAYS)                                                   \
    NEXT(STREAM_MS, stream_ms, BITS, stream_ms, EH_INPUT_STREAMED)                                 \
    NEXT(STREAM_NO, stream_no, BITS, stream_no, EH_INPUT_STREAMED)                                 \
    NEXT(VALUE, value, I64, value, EH_FIELD_VALUE)                                                 \
    NEXT(HANDLED, handled, I64, handled_s, EH_FIELD_HANDLED)                                       \
    NEXT(HAPPENED, happened, I64, at_ms, EH_FIELD_AT)                                              \
    NEXT(UNTIL, until, I64, until_us, EH_INPUT_ENDS)                                               \
    NEXT(SOURCE, source, TEXT, source, EH_FIELD_SOURCE)                                            \
    NEXT(ID, id, TEXT, id, EH_FIELD_ID)                                                            \
    NEXT(TEAM, team, TEXT, team, EH_FIELD_TEAM)                                                    \
    NEXT(KIND, kind, TEXT, kind, EH_FIELD_KIND)                                                    \
    NEXT(REP, rep, TEXT, rep, EH_FIELD_REP)                                                        \
    NEXT(WORD, word, TEXT, word, EH_ALWAYS)                                                        \
    NEXT(ACTOR, actor, TEXT, actor, EH_FIELD_ACTOR)                                                \
    NEXT(REASON, reason, TEXT, reason, EH_FIELD_REASON)                                            \
    NEXT(REST, rest, BYTES, rest, EH_ALWAYS)
#define EH_INPUT_NUMBER(NUMBER, ...) EH_INPUT_##NUMBER,
enum eh_input_column { EH_INPUT_COLUMNS(EH_INPUT_NUMBER, EH_INPUT_NUMBER) EH_INPUT_COLUMN_COUNT };
#undef EH_INPUT_NUMBER
#define EH_INPUT_SELECT EH_INPUT_COLUMNS(EH_COLUMN_FIRST, EH_COLUMN_NEXT)
extern const struct eh_columns eh_input_columns;

/* ---- Table effect: struct eh_effect_row. The order is the one
 * in which verify compares: the first column that differs is named. */
enum eh_effect_part {
    EH_EFFECT_TICKETED, /* the effect is about a ticket */
    EH_EFFECT_DEALT,
    EH_EFFECT_IN_EPOCH, /* a deal, or an effect about the epoch itself */
    EH_EFFECT_DRAWN
};
#define EH_EFFECT_COLUMNS(FIRST, NEXT)                                                             \
    FIRST(SEQ, seq, BITS, effect.seq, EH_ALWAYS)                                                   \
    NEXT(INPUT, input, BITS, input, EH_ALWAYS)                                                     \
    NEXT(TYPE, type, U8, effect.type, EH_ALWAYS)                                                   \
    NEXT(TICKET, ticket, BITS, effect.ticket, EH_EFFECT_TICKETED)                                  \
    NEXT(EPOCH, epoch, U32, effect.epoch, EH_EFFECT_IN_EPOCH)                                      \
    NEXT(ELIGIBLE, eligible, U32, effect.eligible, EH_EFFECT_DEALT)                                \
    NEXT(WEIGHT, weight, BITS, effect.weight, EH_EFFECT_DEALT)                                     \
    NEXT(DRAWS, draws, DRAWS, effect, EH_EFFECT_DRAWN)                                             \
    NEXT(REP, rep, TEXT, effect.rep, EH_ALWAYS)                                                    \
    NEXT(TEAM, team, TEXT, effect.team, EH_ALWAYS)                                                 \
    NEXT(WAS, was, TEXT, effect.was, EH_ALWAYS)                                                    \
    NEXT(WHY, why, TEXT, effect.why, EH_ALWAYS)                                                    \
    NEXT(DETAIL, detail, BYTES, effect.detail, EH_ALWAYS)
#define EH_EFFECT_NUMBER(NUMBER, ...) EH_EFFECT_##NUMBER,
enum eh_effect_column {
    EH_EFFECT_COLUMNS(EH_EFFECT_NUMBER, EH_EFFECT_NUMBER) EH_EFFECT_COLUMN_COUNT
};
#undef EH_EFFECT_NUMBER
#define EH_EFFECT_SELECT EH_EFFECT_COLUMNS(EH_COLUMN_FIRST, EH_COLUMN_NEXT)
extern const struct eh_columns eh_effect_columns;

/* ---- Table ticket_change: struct eh_change_row. */
enum eh_change_part { EH_CHANGE_CLOSING };
#define EH_CHANGE_COLUMNS(FIRST, NEXT)                                                             \
    FIRST(INPUT, input, BITS, input, EH_ALWAYS)                                                    \
    NEXT(TICKET, ticket, BITS, ticket, EH_ALWAYS)                                                  \
    NEXT(STATE, state, U8, view.state, EH_ALWAYS)                                                  \
    NEXT(PRIORITY, priority, U8, view.priority, EH_ALWAYS)                                         \
    NEXT(VALUE, value, I64, view.value, EH_ALWAYS)                                                 \
    NEXT(CLOSED, closed, I64, view.closed_us, EH_CHANGE_CLOSING)                                   \
    NEXT(TEAM, team, TEXT, view.team, EH_ALWAYS)                                                   \
    NEXT(OUTCOME, outcome, TEXT, view.outcome, EH_ALWAYS)                                          \
    NEXT(IMAGE, image, BYTES, image, EH_ALWAYS)
#define EH_CHANGE_NUMBER(NUMBER, ...) EH_CHANGE_##NUMBER,
enum eh_change_column {
    EH_CHANGE_COLUMNS(EH_CHANGE_NUMBER, EH_CHANGE_NUMBER) EH_CHANGE_COLUMN_COUNT
};
#undef EH_CHANGE_NUMBER
#define EH_CHANGE_SELECT EH_CHANGE_COLUMNS(EH_COLUMN_FIRST, EH_COLUMN_NEXT)
extern const struct eh_columns eh_change_columns;

/* ---- Table dead. Bytes from outside stand in dead_body, so that they can be erased. */
struct eh_dead_row {
    uint64_t input;
    struct eh_str stream_id, reason;
    uint64_t size;      /* bytes of its body */
    struct eh_str body; /* a body that evenhandd wrote itself */
    bool has_stream_id, has_body;
};
enum eh_dead_part { EH_DEAD_OWN };
#define EH_DEAD_COLUMNS(FIRST, NEXT)                                                               \
    FIRST(INPUT, input, BITS, input, EH_ALWAYS)                                                    \
    NEXT(STREAM_ID, stream_id, TEXT, stream_id, EH_ALWAYS)                                         \
    NEXT(REASON, reason, TEXT, reason, EH_ALWAYS)                                                  \
    NEXT(SIZE, size, BITS, size, EH_ALWAYS)                                                        \
    NEXT(BODY, body, BODY, body, EH_DEAD_OWN)
#define EH_DEAD_NUMBER(NUMBER, ...) EH_DEAD_##NUMBER,
enum eh_dead_column { EH_DEAD_COLUMNS(EH_DEAD_NUMBER, EH_DEAD_NUMBER) EH_DEAD_COLUMN_COUNT };
#undef EH_DEAD_NUMBER
#define EH_DEAD_SELECT EH_DEAD_COLUMNS(EH_COLUMN_FIRST, EH_COLUMN_NEXT)
extern const struct eh_columns eh_dead_columns;

/* ---- Table dead_body: the body of a dead letter that came from outside. */
struct eh_body_row {
    uint64_t input;
    struct eh_str salt, body, sha256;
    bool has_salt, has_body;
};
enum eh_body_part { EH_BODY_KEPT };
#define EH_BODY_COLUMNS(FIRST, NEXT)                                                               \
    FIRST(INPUT, input, BITS, input, EH_ALWAYS)                                                    \
    NEXT(SALT, salt, BYTES, salt, EH_ALWAYS)                                                       \
    NEXT(BODY, body, BODY, body, EH_BODY_KEPT)                                                     \
    NEXT(SHA256, sha256, BYTES, sha256, EH_ALWAYS)
#define EH_BODY_NUMBER(NUMBER, ...) EH_BODY_##NUMBER,
enum eh_body_column { EH_BODY_COLUMNS(EH_BODY_NUMBER, EH_BODY_NUMBER) EH_BODY_COLUMN_COUNT };
#undef EH_BODY_NUMBER
#define EH_BODY_SELECT EH_BODY_COLUMNS(EH_COLUMN_FIRST, EH_COLUMN_NEXT)
extern const struct eh_columns eh_body_columns;

/* ---- Table personal: the text of a message that can be erased. */
struct eh_personal_row {
    uint64_t input;
    struct eh_str customer, subject, customer_salt, subject_salt, reason, reason_salt;
    /* Of a row that was read: */
    bool has_customer, has_subject, has_customer_salt, has_subject_salt, has_reason,
        has_reason_salt;
};
#define EH_PERSONAL_COLUMNS(FIRST, NEXT)                                                           \
    FIRST(INPUT, input, BITS, input, EH_ALWAYS)                                                    \
    NEXT(CUSTOMER, customer, TEXT, customer, EH_ALWAYS)                                            \
    NEXT(SUBJECT, subject, TEXT, subject, EH_ALWAYS)                                               \
    NEXT(CUSTOMER_SALT, customer_salt, BYTES, customer_salt, EH_ALWAYS)                            \
    NEXT(SUBJECT_SALT, subject_salt, BYTES, subject_salt, EH_ALWAYS)                               \
    NEXT(REASON, reason, TEXT, reason, EH_ALWAYS)                                                  \
    NEXT(REASON_SALT, reason_salt, BYTES, reason_salt, EH_ALWAYS)
#define EH_PERSONAL_NUMBER(NUMBER, ...) EH_PERSONAL_##NUMBER,
enum eh_personal_column {
    EH_PERSONAL_COLUMNS(EH_PERSONAL_NUMBER, EH_PERSONAL_NUMBER) EH_PERSONAL_COLUMN_COUNT
};
#undef EH_PERSONAL_NUMBER
#define EH_PERSONAL_SELECT EH_PERSONAL_COLUMNS(EH_COLUMN_FIRST, EH_COLUMN_NEXT)
extern const struct eh_columns eh_personal_columns;

/* ---- Table ledger: what members are entitled to and received. */
struct eh_ledger_row {
    uint64_t input; /* the figures are as of this input */
    struct eh_str team, rep;
    int64_t entitled, entitled_value, received, received_value;
};
#define EH_LEDGER_COLUMNS(FIRST, NEXT)                                                             \
    FIRST(INPUT, input, BITS, input, EH_ALWAYS)                                                    \
    NEXT(TEAM, team, TEXT, team, EH_ALWAYS)                                                        \
    NEXT(REP, rep, TEXT, rep, EH_ALWAYS)                                                           \
    NEXT(ENTITLED, entitled, I64, entitled, EH_ALWAYS)                                             \
    NEXT(ENTITLED_VALUE, entitled_value, I64, entitled_value, EH_ALWAYS)                           \
    NEXT(RECEIVED, received, I64, received, EH_ALWAYS)                                             \
    NEXT(RECEIVED_VALUE, received_value, I64, received_value, EH_ALWAYS)
#define EH_LEDGER_NUMBER(NUMBER, ...) EH_LEDGER_##NUMBER,
enum eh_ledger_column {
    EH_LEDGER_COLUMNS(EH_LEDGER_NUMBER, EH_LEDGER_NUMBER) EH_LEDGER_COLUMN_COUNT
};
#undef EH_LEDGER_NUMBER
#define EH_LEDGER_SELECT EH_LEDGER_COLUMNS(EH_COLUMN_FIRST, EH_COLUMN_NEXT)
extern const struct eh_columns eh_ledger_columns;

/* ---- Table book: texts about the desk and its pools, for people. */
struct eh_book_row {
    uint64_t input; /* the body is as of this input */
    struct eh_str what, team, period, body;
    int64_t version;
};
#define EH_BOOK_COLUMNS(FIRST, NEXT)                                                               \
    FIRST(INPUT, input, BITS, input, EH_ALWAYS)                                                    \
    NEXT(WHAT, what, TEXT, what, EH_ALWAYS)                                                        \
    NEXT(TEAM, team, TEXT, team, EH_ALWAYS)                                                        \
    NEXT(PERIOD, period, TEXT, period, EH_ALWAYS)                                                  \
    NEXT(VERSION, version, I64, version, EH_ALWAYS)                                                \
    NEXT(BODY, body, TEXT, body, EH_ALWAYS)
#define EH_BOOK_NUMBER(NUMBER, ...) EH_BOOK_##NUMBER,
enum eh_book_column { EH_BOOK_COLUMNS(EH_BOOK_NUMBER, EH_BOOK_NUMBER) EH_BOOK_COLUMN_COUNT };
#undef EH_BOOK_NUMBER
#define EH_BOOK_SELECT EH_BOOK_COLUMNS(EH_COLUMN_FIRST, EH_COLUMN_NEXT)
extern const struct eh_columns eh_book_columns;

EH_C_END

#endif
