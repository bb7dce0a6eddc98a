/*
 * record: an input and what it caused as rows, the same rows that stand in PostgreSQL.
 *
 * The store writes them, recovery reads them back, verification hashes them. One place says which
 * field of a message stands in a column and which in `rest`, so the three cannot disagree.
 *
 *     struct eh_record row;
 *     eh_record_from_input(&in, &fx, &arena, &row);
 *     eh_record_chain(&row, &fx.items[fx.first], fx.count - fx.first, &scratch, &chain);
 *     …
 *     eh_record_to_input(&row, &in, &error);            // for replay: everything step() reads
 */
#ifndef EVENHAND_ENGINE_RECORD_H
#define EVENHAND_ENGINE_RECORD_H

#include <evenhand/draw/hash.h>
#include <evenhand/engine/columns.h>
#include <evenhand/engine/engine.h>

EH_C_BEGIN

/* The fields that share the column `word`. */
#define EH_RECORD_WORDS                                                                            \
    (EH_FIELD_BIT(EH_FIELD_STATUS) | EH_FIELD_BIT(EH_FIELD_OUTCOME) | EH_FIELD_BIT(EH_FIELD_METRIC))
/* Fields of a message that have a column; all others are in `rest`. */
#define EH_COLUMN_FIELD(NUMBER, column, cell, member, part)                                        \
    | ((part) < EH_FIELD_COUNT ? EH_FIELD_BIT(part) : 0)
#define EH_RECORD_COLUMNS (EH_RECORD_WORDS EH_INPUT_COLUMNS(EH_COLUMN_FIELD, EH_COLUMN_FIELD))

struct eh_record {
    uint64_t input;
    int16_t type; /* enum eh_message_type; negative: refused */
    int64_t at_us;
    int32_t date;
    uint8_t origin;
    struct eh_key identity; /* of the message; of a refused entry eh_entry_identity() */
    struct eh_key digest;
    uint64_t stream_ms, stream_no; /* 0, 0: not from the stream; any other is an id of Redis, and
                                      one above 2^63 - 1 is negative in its column */
    uint64_t has;                  /* EH_FIELD_BITs: which of the columns below are not NULL */
    struct eh_str source, id, team, kind, rep, actor, reason;
    struct eh_str word; /* status, outcome or metric by name; empty: NULL */
    int64_t value, handled_s, at_ms;
    uint8_t priority, csat;
    bool has_until; /* signal, or DUE that ended one (rep and word are set then, too) */
    int64_t until_us;
    struct eh_str rest; /* canonical: date, origin, the fields without a column, recalled facts */
    uint32_t effect_count; /* how many effects it caused; they follow one another in the batch */
    /* The row of ticket_change, when image_ticket is not 0: */
    uint64_t image_ticket;
    struct eh_str image;
};

/* An effect as it stands in its table. */
struct eh_effect_row {
    struct eh_effect effect;
    uint64_t input; /* the input that caused it */
};

/* A row of ticket_change: the ticket as the image of a record has it. */
struct eh_change_row {
    uint64_t input, ticket;
    struct eh_ticket_view view; /* only the members that are columns are looked at */
    struct eh_str image;
};
/* The row of a record that has an image; texts point into the record. -EH_ECORRUPT. */
int eh_change_of_record(const struct eh_record *, struct eh_change_row *ret) EH_MUST_CHECK;

/* Reads one column (enum eh_input_column) in PostgreSQL's binary format; a text points into the
 * bytes. -EH_ECORRUPT: bytes that such a column cannot hold. */
int eh_record_set_column(struct eh_record *, int column, const void *bytes, size_t size,
                         bool is_null) EH_MUST_CHECK;

/* For a refused input the caller sets row->identity afterwards (the caller has the entry's bytes).
 * Text points into the input; rest and image into the arena. */
int eh_record_from_input(const struct eh_input *, const struct eh_effects *, struct eh_arena *,
                         struct eh_record *ret) EH_MUST_CHECK;
/* The input, with all that eh_engine_step() reads. Text points into the record. -EH_ECORRUPT:
 * columns that do not fit together. */
int eh_record_to_input(const struct eh_record *, struct eh_input *ret,
                       struct eh_error *) EH_MUST_CHECK;

/* Sets in *ret the digests of personal text that `rest` has, and their bits of `has`. A `rest` that
 * cannot be read sets nothing. */
void eh_record_digests(struct eh_str rest, struct eh_input *ret);
/* The fields of the message that stand in `rest`; those with columns are missing. Texts point into
 * `rest`. False: it cannot be read. */
bool eh_record_said(struct eh_str rest, struct eh_message *ret);

/* Adds the canonical bytes of a row and of its effects to the chain. */
void eh_record_chain(const struct eh_record *, const struct eh_effect *effects, size_t count,
                     struct eh_bytes *scratch, struct eh_chain *);

EH_C_END

#endif
