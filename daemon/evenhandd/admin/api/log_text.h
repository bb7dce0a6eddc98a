/*
 * log_text: what somebody did, as a sentence.
 *
 *     const struct eh_doing deed = {.type = EH_MESSAGE_ASSIGN, .by = by, .rep = rep,
 *                                  .source = source, .id = id, .reason = reason};
 *     char text[EH_DOING_TEXT_MAX];
 *     eh_doing_print(&deed, text);    // "ana (evenhand-web) gave rt/4711 to ben: asked for"
 */
#ifndef EVENHAND_ADMIN_API_LOG_TEXT_H
#define EVENHAND_ADMIN_API_LOG_TEXT_H

#include <evenhand/base/base.h>
#include <evenhand/wire/message_types.h>

#define EH_DOING_TEXT_MAX 3072 /* names, ids and a reason */

/* One input of the log that is somebody's doing. What it does not have is empty. */
struct eh_doing {
    int type;         /* enum eh_message_type */
    struct eh_str by; /* as in the log; of an owner, as the helpdesk names them */
    struct eh_str source, id;
    struct eh_str team, was_team; /* where it is, or is about; a move: where it was */
    struct eh_str rep, was;       /* who has it, or whom it is about; who had it */
    struct eh_str word;           /* status, outcome, metric; of an owner, what the helpdesk told */
    struct eh_str period, reason;
    int64_t from_us, until_us; /* 0: it says none */
    uint64_t tickets;          /* of a release */
    bool own;                  /* a signal: the rep's own */
    bool cancel;               /* an absence is taken back */
    bool reason_erased;        /* it had a reason, which was erased */
};

void eh_doing_print(const struct eh_doing *, char ret[EH_DOING_TEXT_MAX]);

#endif
