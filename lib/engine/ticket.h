/*
 * ticket: one ticket in memory. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_TICKET_H
#define EVENHAND_LIB_ENGINE_TICKET_H

#include "units.h"

struct story;

/* There may be a million of them: what follows from the rest is not kept. */
struct ticket {
    uint64_t no; /* the input that brought it */
    struct eh_key digest;
    struct eh_key hash;  /* its part of the state digest */
    struct story *story; /* what its outcomes come to; owned; NULL: it had none */
    char *text;          /* source, id, skills, then 16 bytes of the customer's digest, if there is
                            one, then its tail (tail.h), one behind the other; owned */
    int64_t value, refunded;
    int64_t booked; /* value of the receipt */
    int64_t received_us, assigned_us;
    union {
        int64_t closed_us; /* while it is closed: eh_ticket_closed_us() */
        struct {           /* while it is not */
            uint32_t next; /* of its rep; of the free slots */
            union {
                uint32_t previous; /* of its rep */
                uint32_t queue_at; /* place in its set's queue, while waiting */
            };
        };
    };
    int64_t created_us; /* as the helpdesk says, else received */
    int64_t first_us;   /* when somebody got it first; 0: nobody did */
    uint64_t stream_ms, stream_no;
    uint32_t team, kind, rep; /* rep: who holds or held it, or NONE */
    uint32_t was;             /* who released it, and does not get it while another may; or NONE */
    uint32_t set;             /* of its team, while open or waiting */
    uint32_t likeness;        /* of subject and value of its first message (resends.c); 0: none */
    uint32_t newer, older;    /* of its customer in its team */
    uint32_t points, deals;
    int32_t closed_date; /* local civil date of its closing, once it is closed */
    uint16_t source_size, id_size, skills_size;
    uint8_t priority, outcome;
    uint8_t state : 3; /* enum eh_ticket_state */
    bool has_customer : 1;
    bool receipted : 1; /* given to somebody in this team before: it entitled there, and its receipt
                           is with its rep, or in transit while it waits */
    bool in_affinity : 1; /* stands in the list of its customer */
    bool aside : 1; /* its deal or release cannot be stored: it stands outside its queue, or stays
                       with its rep, until it is touched */
    bool given_back : 1; /* released in this very step, which keeps an effect for it */
    bool left : 1;       /* it waits because its rep left the team */
    bool returned : 1;   /* it waits because a manager took it from its rep */
    bool kept : 1;       /* it is with nobody in the team because of `was`, who keeps the receipt */
    bool taken : 1;      /* held: it was taken from `was`, and goes back there */
    bool answered : 1;   /* its customer was, or it was closed once */
    bool lapsed : 1;     /* it waits because `was` did not answer it */
    bool overflowed : 1; /* it waited for too long once, and was moved by that */
    uint16_t tail_size;  /* bytes of its tail */
};

/* 0 while it is open. */
static inline int64_t eh_ticket_closed_us(const struct ticket *t)
{
    return t->state == EH_TICKET_CLOSED ? t->closed_us : 0;
}

static inline struct eh_str ticket_source(const struct ticket *t)
{
    return eh_str_n(t->text, t->source_size);
}

static inline struct eh_str ticket_id(const struct ticket *t)
{
    return eh_str_n(t->text + t->source_size, t->id_size);
}

/* Size of all texts but the tail. */
static inline uint32_t ticket_text_size(const struct ticket *t)
{
    return (uint32_t)t->source_size + t->id_size + t->skills_size + (t->has_customer ? 16 : 0);
}

static inline struct eh_str ticket_skills(const struct ticket *t)
{
    return eh_str_n(t->text + t->source_size + t->id_size, t->skills_size);
}

/* Computes a hash: a caller that has the identity passes it on. */
static inline struct eh_key ticket_identity(const struct ticket *t)
{
    return eh_ticket_identity(ticket_source(t), ticket_id(t));
}

static inline struct eh_key ticket_customer(const struct ticket *t) /* has_customer */
{
    const char *skills_end = t->text + t->source_size + t->id_size + t->skills_size;
    return eh_key_from_bytes((const uint8_t *)skills_end);
}

static inline struct eh_str ticket_tail(const struct ticket *t)
{
    return eh_str_n(t->text + ticket_text_size(t), t->tail_size);
}

#endif
