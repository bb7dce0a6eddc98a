/*
 * message: a message to evenhand as one flat struct, made of msgpack or of JSON.
 *
 * The row of a type (message_types.h) says which fields the type has and which are required. The
 * row of a field (message_fields.c) says which values it may have. A scan checks depth, counts,
 * lengths and trailing bytes before a parser sees the bytes. Text points into the input bytes or
 * the arena and lives as long as both.
 *
 *     struct eh_message m;
 *     struct eh_error error = {0};
 *     int r = eh_message_from_json(eh_str(body), &arena, &m, &error);
 *     if (r < 0)
 *         dead_letter(error.text);      // "value: 1.5 is not a whole number"
 *     eh_message_encode(&m, 0, &out);   // canonical: the same for msgpack and JSON
 *
 * Limits: EH_MESSAGE_MAX bytes, depth 8, 256 items in all, strings 16 KiB, integers within
 * ±(2^53-1), valid UTF-8 without NUL, no duplicate keys, no trailing bytes. Unknown types are
 * refused. Unknown keys are ignored with their values (EH_MESSAGE_SKIP_DEPTH_MAX); so are keys of
 * other types, but for EH_TYPE_STRICT.
 *
 * A value that decides nothing is no reason to refuse a message. A subject, channel, customer or
 * reason is cleaned and cut. A priority, owner or time of creation or change that cannot be read is
 * left out. m.mended says so in words:
 * "subject: cut to 1024 bytes; owner: left out: must be text, not a number".
 */
#ifndef EVENHAND_WIRE_MESSAGE_H
#define EVENHAND_WIRE_MESSAGE_H

#include <evenhand/base/base.h>
#include <evenhand/wire/message_types.h>

EH_C_BEGIN

#define EH_MESSAGE_MAX            65536 /* bytes of one entry */
#define EH_MESSAGE_DEPTH_MAX      8
#define EH_MESSAGE_SKIP_DEPTH_MAX 64  /* depth of the value of an unknown key */
#define EH_MESSAGE_ITEMS_MAX      256 /* keys and values of all levels together */
#define EH_MESSAGE_STRING_MAX     16384
#define EH_CUSTOMER_MAX           254 /* bytes: of the longest address (RFC 5321) */
#define EH_MENDED_MAX             512 /* bytes of m.mended */
/* In m.mended: the message did nothing. */
#define EH_WORD_OLDER    "changed_at: older than what is known, nothing is changed"
#define EH_SOMEBODY      "?"         /* in a log: a person who is not on the desk */
#define EH_MOST_MIN      2           /* bounds of `most`: a release may use half of its effects, */
#define EH_MOST_MAX      1000        /* other deals the other half */
#define EH_SKILLS_MAX    16          /* skills one ticket may require */
#define EH_DESK_TEXT_MAX (16u << 20) /* bytes of a desk file read from disk */

/* Why a ticket may be cancelled. */
#define EH_CANCELLED_REASONS "spam", "duplicate", "merged", "test", "customer"

/* Numbers are stored: never change, never reuse. The log, its views and digests hold them. */
enum eh_field {
    EH_FIELD_ID = 0,
    EH_FIELD_TEAM = 1,
    EH_FIELD_KIND = 2,
    EH_FIELD_SOURCE = 3,
    EH_FIELD_VALUE = 4,
    EH_FIELD_CURRENCY = 5,
    EH_FIELD_CUSTOMER = 6,
    EH_FIELD_PRIORITY = 7,
    EH_FIELD_SKILLS = 8,
    EH_FIELD_CHANNEL = 9,
    EH_FIELD_SUBJECT = 10,
    EH_FIELD_CREATED_AT = 11,
    EH_FIELD_OWNER = 12,
    EH_FIELD_REP = 13,
    EH_FIELD_STATUS = 14,
    EH_FIELD_FOR = 15,
    EH_FIELD_REASON = 16,
    EH_FIELD_EVENT = 17,
    EH_FIELD_OUTCOME = 18,
    EH_FIELD_CSAT = 19,
    EH_FIELD_HANDLED = 20,
    EH_FIELD_AT = 21,
    EH_FIELD_METRIC = 22,
    EH_FIELD_PERIOD = 23,
    /* Set by the shell or the engine; senders cannot set them. */
    EH_FIELD_ACTOR = 24, /* the Unix user who asked over the admin socket */
    EH_FIELD_TEXT = 25,  /* desk file, raw bytes */
    EH_FIELD_CUSTOMER_DIGEST =
        26, /* 16 bytes; stands for the customer in log, engine and digests */
    EH_FIELD_SUBJECT_DIGEST = 27,
    /* Of DAY, REVEAL, ACCEPT_TIME and NEW_KEY, set by the shell, 32 bytes each: see
       eh_totals.committed */
    EH_FIELD_COMMITMENT = 28,       /* commitment of the epoch after the one that begins */
    EH_FIELD_COMMITMENT_FIRST = 29, /* commitment of the epoch that begins, if it has none yet, or
                                       one under a key that is lost */
    EH_FIELD_SEED = 30,             /* seed of the epoch that ended */
    EH_FIELD_AT_DATE =
        31,               /* OUTCOME with `at`: the local civil date of that moment, by the shell */
    EH_FIELD_RULES = 32,  /* RULES, set by the shell: enum eh_rules */
    EH_FIELD_MOST = 33,   /* set by the shell: how many effects the step may have by dealing */
    EH_FIELD_TICKET = 34, /* SKIPPED, set by the shell: the number of a ticket's input */
    EH_FIELD_AT_DAY = 35, /* OUTCOME without `at`: told as `at: "2026-03-01"`, a day of the desk's
                             calendar of which nobody knows the moment */
    EH_FIELD_MENDED = 36, /* words about values that were cleaned, cut or left out; in no digest */
    EH_FIELD_REPLACE = 37,    /* METRIC: the figure replaces what was imported before */
    EH_FIELD_CHANGED_AT = 38, /* TICKET, UPDATE: when the helpdesk made the change */
    EH_FIELD_NEW = 39,     /* METRIC: the name is new on purpose, though it is like a known one */
    EH_FIELD_MINUTES = 40, /* METRIC of minutes, set by the shell: how many its period has */
    EH_FIELD_INCOMPLETE = 41, /* FREEZE: a missing figure scores nothing */
    /* TICKET, OWNER: who has it, by their name at the helpdesk of `source`; in a log from
       EH_RULES_NAMES on EH_SOMEBODY */
    EH_FIELD_ACCOUNT = 42,
    EH_FIELD_BY = 43,      /* TICKET, OWNER: who did it: a rep, a manager, or an account there */
    EH_FIELD_CONTENT = 44, /* UPDATE of a ticket that was told once more: hash of all it says */
    EH_FIELD_MANAGER = 45, /* TICKET, OWNER: a manager of the team did it */
    /* DAY, DESK, set by the shell: so many seconds after a full hour of UTC a full hour of the
       desk's clock begins; left out where they begin together */
    EH_FIELD_CLOCK = 46,
    /* ABSENCE: [from, until); as times, or set by the shell from these days of the desk's calendar
     */
    EH_FIELD_FROM = 47,
    EH_FIELD_UNTIL = 48,
    EH_FIELD_FROM_DAY = 49,
    EH_FIELD_UNTIL_DAY = 50, /* the last day of the absence */
    EH_FIELD_CANCEL = 51,    /* ABSENCE: the number of the one that is cancelled; 0: by `uid` */
    EH_FIELD_UID = 52,       /* ABSENCE: what its sender calls it */
    EH_FIELD_DUE_AT = 53,    /* TICKET, UPDATE: when the customer has to be answered */
    EH_FIELD_CLOCKS = 54,    /* DUE, SKIPPED, set by the shell: a time of tickets is due */
    EH_FIELD_PAUSED = 55,    /* UPDATE: 1: the ticket waits for the customer; 0: it does not */
    /* 16 bytes, set by the shell; stands for the reason of an EH_TYPE_ERASABLE message in log,
       engine and digests */
    EH_FIELD_REASON_DIGEST = 56,
    EH_FIELD_COUNT
};
#define EH_FIELD_BIT(field) (UINT64_C(1) << (field))
EH_STATIC_ASSERT(EH_FIELD_COUNT <= 64, "a message's `has` has one bit for each field");

/* Numbers are stored: never change, never reuse. */
enum eh_status { EH_STATUS_AVAILABLE = 1, EH_STATUS_OVERLOADED = 2, EH_STATUS_AWAY = 3 };

/* Numbers are stored: never change, never reuse. */
enum eh_outcome {
    EH_OUTCOME_WON = 1,
    EH_OUTCOME_LOST = 2,
    EH_OUTCOME_RESOLVED = 3,
    EH_OUTCOME_CANCELLED = 4,
    EH_OUTCOME_REOPENED = 5,
    EH_OUTCOME_REFUNDED = 6,
    EH_OUTCOME_RATED = 7
};

struct eh_message {
    uint8_t type;       /* enum eh_message_type */
    uint8_t status;     /* enum eh_status */
    uint8_t outcome;    /* enum eh_outcome */
    uint8_t priority;   /* 0..9, 9 first; default 5 */
    uint8_t csat;       /* 1..5 */
    uint8_t replace;    /* 1 */
    uint8_t insists;    /* 1: `new` */
    uint8_t incomplete; /* 1 */
    uint8_t manager;    /* 1 */
    uint8_t clocks;     /* 1 */
    uint8_t paused;     /* 0 or 1 */
    uint64_t has;       /* EH_FIELD_BIT of every field given or defaulted */
    struct eh_str id, team, kind, source, currency, customer, channel, subject, owner, rep, reason,
        event, metric, period, actor, text, customer_digest, subject_digest, reason_digest,
        commitment, commitment_first, seed, mended, account, by, uid;
    struct eh_str skills;  /* sorted, each once, a list in one text: equal sets are equal text */
    int64_t value;         /* minor units; of a metric: in the unit that its plan says */
    int64_t created_at_ms; /* since 1970 UTC */
    int64_t changed_at_ms;
    int64_t at_ms;
    int64_t at_date; /* days since 1970-01-01 */
    int64_t at_day;  /* days since 1970-01-01 */
    int64_t for_s;
    int64_t handled_s;
    int64_t rules; /* enum eh_rules */
    int64_t ticket;
    int64_t most; /* EH_MOST_MIN to EH_MOST_MAX */
    int64_t minutes;
    int64_t content; /* 1 to EH_INTEGER_MAX */
    int64_t clock_s; /* 1 to 3599 */
    int64_t from_ms, until_ms;
    int64_t from_day, until_day; /* days since 1970-01-01 */
    int64_t cancel;
    int64_t due_at_ms;
};

static inline bool eh_message_has(const struct eh_message *m, enum eh_field field)
{
    return (m->has & EH_FIELD_BIT(field)) != 0;
}

/* Whether its type has one of these EH_TYPE_ flags. */
static inline bool eh_message_is(const struct eh_message *m, unsigned flags)
{
    return eh_type_is(m->type, flags);
}

/* Both make a message of the bytes of an entry's field, `m` or `j`, and fill in defaults (source
 * "default"; of a ticket value 0 and priority 5). Empty `skills` of a ticket are as if they were
 * absent; those of an update take the ticket's skills away. Keys that the type does not have are
 * ignored. -EH_EPARSE: the bytes; -EH_EINVAL, -EH_ERANGE: a value, whose key is error->field;
 * -EH_EFULL: too many skills; -EH_ENOMEM. */
int eh_message_from_msgpack(struct eh_str, struct eh_arena *, struct eh_message *ret,
                            struct eh_error *) EH_MUST_CHECK;
int eh_message_from_json(struct eh_str, struct eh_arena *, struct eh_message *ret,
                         struct eh_error *) EH_MUST_CHECK;

/* Reads a body of the admin API into *m, in which the route has set the type and the fields of the
 * path (m->has). The body may leave these out and may not contradict them. They are checked, too: a
 * decoded path may have any bytes. An empty body is an empty object. Errors as above. */
int eh_message_from_json_body(struct eh_str, struct eh_arena *, struct eh_message *m,
                              struct eh_error *) EH_MUST_CHECK;

/* Appends any bytes that came as a message in a form that people read: msgpack as JSON, text as it
 * is, other bytes in hexadecimal. -EH_ENOMEM. */
int eh_message_readable(struct eh_str body, struct eh_bytes *out) EH_MUST_CHECK;

/* Both append the fields of a message as one JSON object or msgpack map: `type` first, then keys in
 * the order of enum eh_field. Raw bytes and digests are binary in msgpack. In JSON raw bytes are
 * text with U+FFFD for bytes that are no UTF-8, and digests are hexadecimal. -EH_ENOMEM. */
int eh_message_to_json(const struct eh_message *, struct eh_bytes *out) EH_MUST_CHECK;
int eh_message_to_msgpack(const struct eh_message *, struct eh_bytes *out) EH_MUST_CHECK;

/* eh_message_encode() appends the canonical bytes of a message without the fields in `skip`
 * (EH_FIELD_BITs): the type, then number and value of each field in order. eh_message_decode() adds
 * the fields in the bytes to *m, so fields that are kept elsewhere may be set before or after. It
 * refuses bytes that eh_message_encode() cannot have written: -EH_ECORRUPT. Its text points into
 * the bytes. */
void eh_message_encode(const struct eh_message *, uint64_t skip, struct eh_bytes *out);
int eh_message_decode(struct eh_str, struct eh_message *m, struct eh_error *) EH_MUST_CHECK;
/* Whether every number of the message, wherever it came from, is within the bounds of its field. */
bool eh_message_sound(const struct eh_message *);
/* Copies a message, with its text, to the arena. -EH_ENOMEM. */
int eh_message_copy(const struct eh_message *, struct eh_arena *,
                    struct eh_message *ret) EH_MUST_CHECK;

/* Names as messages spell them, and the numbers of names. NULL or 0: there is none. */
const char *eh_field_name(int field);
const char *eh_status_name(int status);
int eh_status_from_name(struct eh_str);
const char *eh_outcome_name(int outcome);
int eh_outcome_from_name(struct eh_str);

EH_C_END

#endif
