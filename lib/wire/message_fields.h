/*
 * message_fields: the table of all fields and their bounds, and how parsed values fill a message.
 *
 *     struct eh_pairs pairs = {.count = count, .item = item};  // in the order of the sender
 *     int r = eh_message_fill(&pairs, &arena, &m, &error);   // m.type is set: only its fields
 */
#ifndef EVENHAND_WIRE_MESSAGE_FIELDS_H
#define EVENHAND_WIRE_MESSAGE_FIELDS_H

#include <evenhand/wire/message.h>

#define EH_LINE_MAX        1024                       /* bytes of a subject or a reason */
#define EH_SECONDS_MAX     (EH_INTEGER_MAX / 1000000) /* its microseconds fit a message too */
#define EH_MILLIS_MAX      INT64_C(253402300799999)   /* 9999-12-31T23:59:59.999Z */
#define EH_MILLIS_TOLD_MIN INT64_C(946684800000)      /* 2000-01-01: what is earlier is a mistake */
#define EH_DATES_MAX       2932897 /* the day after it, as any time zone may see it */

/* --- the values that parsers produce --- */

enum eh_value_kind {
    EH_VALUE_NULL,
    EH_VALUE_BOOLEAN,
    EH_VALUE_INTEGER,
    EH_VALUE_FLOAT,
    EH_VALUE_TEXT,
    EH_VALUE_BYTES,
    EH_VALUE_ARRAY,
    EH_VALUE_MAP,
    EH_VALUE_EXTENSION
};

struct eh_value {
    enum eh_value_kind kind;
    union {
        int64_t integer;
        uint64_t float_bits; /* IEEE 754 binary64; only error sentences show it */
        struct eh_str text;
        struct {
            const void *list;
            size_t count;
        } array; /* or map */
    };
};

struct eh_pair {
    struct eh_str key;
    struct eh_value value;
};

struct eh_pairs {
    size_t count;
    struct eh_value (*item)(const void *list, size_t index); /* reads an EH_VALUE_ARRAY */
    struct eh_pair (*pair)(const void *map, size_t index);   /* reads an EH_VALUE_MAP */
    bool text_is_ours; /* the parser frees the text: a message keeps a copy */
    uint64_t rough;    /* EH_FIELD_BITs of text that was no UTF-8 before it was mended */
    struct eh_pair pairs[EH_MESSAGE_ITEMS_MAX / 2];
};

/* --- the table --- */

enum eh_field_kind {
    EH_KIND_TEXT,     /* struct eh_str; limits are bytes */
    EH_KIND_CURRENCY, /* struct eh_str */
    EH_KIND_SKILLS,   /* struct eh_str, joined */
    EH_KIND_RAW,      /* struct eh_str: any bytes; people read them as text */
    EH_KIND_DIGEST,   /* struct eh_str, any bytes */
    EH_KIND_INTEGER,  /* int64_t */
    EH_KIND_SMALL,    /* uint8_t */
    EH_KIND_STATUS,   /* uint8_t; senders write a name */
    EH_KIND_OUTCOME,  /* uint8_t; senders write a name */
    EH_KIND_FLAG /* uint8_t; senders write true or false. Where `least` is 1, false is as if the
                    key were absent */
};

/* What becomes of a value that its field cannot hold. */
enum eh_mending {
    EH_MEND_NEVER = 0, /* the message is refused */
    EH_MEND_CLEAN,     /* text that decides nothing is cleaned and cut */
    EH_MEND_LEAVE_OUT, /* the field is left out, as if the key were absent */
    EH_MEND_NEAREST    /* a number beyond a bound becomes the bound; other values are left out */
};

struct eh_field_row {
    const char *name;
    uint8_t name_size;
    uint8_t kind; /* enum eh_field_kind */
    uint16_t offset;
    int64_t least, most;
    int64_t least_told;       /* unless 0: the least that a sender may say; logs may have less */
    uint8_t mending;          /* enum eh_mending */
    const char *default_text; /* for the types that have the field in `defaulted` */
    int64_t default_number;
};

extern const struct eh_field_row eh_field_rows[EH_FIELD_COUNT];

static inline const struct eh_str *eh_field_text(const struct eh_message *m,
                                                 const struct eh_field_row *row)
{
    return (const struct eh_str *)((const char *)m + row->offset);
}

static inline bool eh_field_is_text(const struct eh_field_row *row)
{
    return row->kind < EH_KIND_INTEGER;
}

/* The value of a field that is no text. */
int64_t eh_field_number(const struct eh_message *, const struct eh_field_row *);
void eh_field_set_number(struct eh_message *, const struct eh_field_row *, int64_t);
void eh_field_set_text(struct eh_message *, const struct eh_field_row *, struct eh_str);
bool eh_field_same(const struct eh_message *, const struct eh_message *,
                   const struct eh_field_row *);

/* The field that has the day where this time was told as a day alone, or EH_FIELD_COUNT. */
int eh_field_of_day(int field);
/* The field of this name among the EH_FIELD_BITs `among`, or EH_FIELD_COUNT. */
int eh_field_find(struct eh_str name, uint64_t among);
/* The field of this name that senders of some type may use, or EH_FIELD_COUNT. */
int eh_field_named(struct eh_str name);

/* Takes every pair that is a field of m->type and ignores the others. m->mended says which values
 * were mended and how; its text lives in the arena. */
int eh_message_fill(const struct eh_pairs *, struct eh_arena *, struct eh_message *,
                    struct eh_error *) EH_MUST_CHECK;
/* Fills in defaults, then refuses missing fields, then fields that contradict each other. */
int eh_message_finish(struct eh_message *, struct eh_error *) EH_MUST_CHECK;
/* Sets m->type from the pair `type`. Refuses a type without EH_TYPE_STREAM. */
int eh_message_take_type(const struct eh_pairs *, struct eh_message *,
                         struct eh_error *) EH_MUST_CHECK;
/* The pair with this key, or NULL. */
const struct eh_value *eh_pairs_get(const struct eh_pairs *, struct eh_str key);

#endif
