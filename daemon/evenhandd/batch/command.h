/*
 * command: a change asked for over the admin socket, and how it ended.
 *
 *     struct eh_command *c;
 *     r = eh_command_new(EH_MESSAGE_SIGNAL, on_done, request, &c, &error);
 *     c->message.rep = rep;             // its text must live in c->arena
 *     …a batch takes it; after COMMIT: on_done(request, &result) exactly once, then…
 *     eh_command_free(c);
 */
#ifndef EVENHAND_BATCH_COMMAND_H
#define EVENHAND_BATCH_COMMAND_H

#include <evenhand/engine/parsed_desk.h>
#include <evenhand/engine/engine.h>

#include "redis/stream_id.h"

struct eh_pool_expected; /* evenhand/pool/pool.h */
struct eh_pool_statement;

/* What the caller is told of a step: how far the period is after it, and what it paid or settled.
 * It is also read from period_step, for a repeat, or made without taking the step, for a dry run.
 * Figures are minor units. */
struct eh_period_answer {
    uint8_t state;         /* enum eh_period_state */
    uint32_t version;      /* its last; 0: not closed yet */
    bool has_figures;      /* freeze and close: what it comes to ... */
    struct eh_str missing; /* ... or, frozen, why that cannot be said yet */
    struct eh_str currency;
    const char *facts_of; /* freeze and close: which facts it is made of; or NULL */
    int64_t gross, carry, net;
    const struct eh_pool_expected *expected;  /* freeze: what close would make of it; or NULL */
    const struct eh_pool_statement **settled; /* close: versions of earlier periods, done first */
    uint32_t settled_count;
    bool has_due;
    int64_t due; /* pay: what is paid by it */
};

/* What a desk file was taken instead of, and on which day. */
struct eh_desk_basis {
    uint8_t sha256[32];
    int32_t date;
};
static inline struct eh_desk_basis eh_desk_basis(const struct eh_engine *engine)
{
    struct eh_totals totals;
    struct eh_desk_basis basis;
    eh_engine_totals(engine, &totals);
    basis.date = totals.date;
    memcpy(basis.sha256, totals.desk_sha256, sizeof basis.sha256);
    return basis;
}

struct eh_command_result {
    int code;             /* 0, or -EH_E…: refused (message says why) or not decided */
    const char *message;  /* one line; never NULL when code < 0 */
    bool repeat;          /* known already, nothing changed */
    bool later;           /* a signal that is not logged yet: it may be from from_us on */
    bool pending;         /* an outcome that waits for its ticket, see EH_PENDING_S */
    struct eh_str mended; /* what was cleaned or left out of it; lives until on_done returns */
    bool has_figure;      /* METRIC: the figure stands in its period now, as `figure` says */
    struct eh_figure_view figure;
    uint64_t input;                        /* its number; repeat: of the first one */
    int64_t from_us, until_us;             /* signal */
    struct eh_desk_basis basis;            /* desk file */
    const struct eh_period_answer *period; /* freeze, close, pay, exclude; NULL: none, or a repeat.
                                              Lives until on_done returns */
};
typedef void eh_command_fn(void *context, const struct eh_command_result *);

struct eh_command {
    struct eh_arena arena; /* owns every text of the message, but a desk file's */
    struct eh_message message;
    eh_command_fn *on_done;
    void *context;
    /* The shell's, see later.c: a signal that was kept, and which; else 0. What it was as an entry
     * of the stream, if it was one. */
    uint64_t later;
    struct eh_stream_id entry;
    struct eh_str body;
    /* A desk file, read where it comes in, which owns the message's text; else NULL. */
    struct eh_parsed_desk *parsed_desk;
    bool patient; /* nobody waits for the answer */
    bool reserve; /* an operator's, or our own: it has the last places */
    size_t size;  /* the app's: bytes it counts for */
};
int eh_command_new(enum eh_message_type, eh_command_fn *on_done, void *context,
                   struct eh_command **ret, struct eh_error *) EH_MUST_CHECK;
void eh_command_free(struct eh_command *);

/* Told once everything decided so far is committed, or that this never became known. */
typedef void eh_confirmed_fn(void *context, bool confirmed);

#endif
