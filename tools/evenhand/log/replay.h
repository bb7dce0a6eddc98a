/*
 * replay: decides the log in PostgreSQL again, input by input, in an engine that begins empty.
 * Draws are taken as recorded. It needs no daemon; the role evenhand_auditor is enough.
 *
 *     EH_AUTO(eh_replay) struct eh_replay replay = {0};
 *     r = eh_replay_open("dbname=evenhand", &replay, &error);
 *     eh_engine_observe(replay.engine, on_deal, context);      // whatever is to be watched
 *     while ((r = eh_replay_next(&replay, &error)) > 0) {      // replay.row, replay.in
 *         r = eh_replay_decide(&replay, &error);               // replay.effects
 *         …
 *     }
 *
 * eh_replay_all() does the same for all inputs that are left.
 */
#ifndef EVENHAND_TOOLS_LOG_REPLAY_H
#define EVENHAND_TOOLS_LOG_REPLAY_H

#include "log.h"

struct eh_replay {
    const char *conninfo; /* the caller's */
    struct eh_cli_log *log;
    struct eh_engine *engine;
    /* Of the input under way; all of it lives until the next one: */
    struct eh_cli_log_row row;
    struct eh_input in;
    struct eh_effects effects; /* empty until it is decided */
    struct eh_draws draws;     /* those of `in`; draw and context may be set to others */
    struct eh_arena arena;
    /* Optional: eh_replay_all() calls it after each input, with `in` and `effects` set. */
    int (*decided)(void *context, struct eh_error *);
    void *decided_context;
    struct eh_cli_log_snapshot begun; /* where it began; input 0: at the beginning */
};

/* Errors are those of eh_cli_log_new(). */
int eh_replay_open(const char *conninfo, struct eh_replay *, struct eh_error *) EH_MUST_CHECK;
/* Call before the first input is read. Begins at the newest snapshot that serves and can be
 * restored, else with the first input. A snapshot that cannot be restored is said on stderr, for
 * the replay takes longer without it. Replaces replay->engine. */
int eh_replay_begin_before(struct eh_replay *, const struct eh_cli_log_before *,
                           struct eh_error *) EH_MUST_CHECK;
/* Begins with the first input, also after eh_replay_begin_before(). Replaces replay->engine. */
int eh_replay_begin_anew(struct eh_replay *, struct eh_error *) EH_MUST_CHECK;
void eh_replay_done(struct eh_replay *); /* safe on a zeroed one */

/* 1: there is one more input, read but not decided; 0: that was all. Errors are those of
 * eh_cli_log_next(). */
int eh_replay_next(struct eh_replay *, struct eh_error *) EH_MUST_CHECK;
/* -EH_ECORRUPT: the input cannot be decided again. */
int eh_replay_decide(struct eh_replay *, struct eh_error *) EH_MUST_CHECK;
/* Decides all inputs to the end of the log, with a progress bar. */
int eh_replay_all(struct eh_replay *, struct eh_error *) EH_MUST_CHECK;

#endif
