/*
 * log: the daemon's own log lines, to stderr or to the journal.
 *
 * One line an event: time, level, then the sentence, with key=value for what a program may look
 * for. Under systemd (JOURNAL_STREAM names our stderr) it goes to the journal with its priority
 * instead. Only the daemon logs; lib never does.
 *
 *     eh_log(EH_LOG_INFO, "leading epoch=%llu input=%llu", epoch, input);
 *     // 2026-03-01T12:00:00.000Z info leading epoch=7 input=1200
 */
#ifndef EVENHAND_HOST_LOG_H
#define EVENHAND_HOST_LOG_H

#include <evenhand/base/base.h>

enum eh_log_level { EH_LOG_ERROR = 3, EH_LOG_WARNING = 4, EH_LOG_INFO = 6, EH_LOG_DEBUG = 7 };

void eh_log_open(enum eh_log_level level);
int eh_log_level_from_name(struct eh_str); /* "error" "warning" "info" "debug"; negative: none */

/* printf-style message. Control characters and bytes that are no text are written as \xNN, other
 * characters that a screen does not show as \u{NNNN}. */
void eh_log(enum eh_log_level, const char *format, ...) EH_PRINTF(2, 3);

/* "evenhandd: TEXT" on stderr, shown in the same way: for whoever called the program. */
void eh_log_say(const char *text);

/* As eh_log, but at most one line in 10 s for each `key` (a string literal); says how many it kept
 * back. For what can happen in a flood. */
void eh_log_limited(enum eh_log_level, const char *key, const char *format, ...) EH_PRINTF(3, 4);

#endif
