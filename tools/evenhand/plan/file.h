/*
 * file: a file that holds one bonus plan, read as the daemon would read it in a desk file.
 *
 *     r = eh_plan_file_text(cli, "sales.yaml", &arena, &text);         // "-": standard input
 *     if (r == EH_EXIT_DONE)
 *         r = eh_plan_file_parse(cli, "sales.yaml", text, desk, &arena, &plan);
 *     if (r != EH_EXIT_DONE)
 *         return r;                          // "sales.yaml:10: metrics[0]: …" was said
 */
#ifndef EVENHAND_TOOLS_PLAN_FILE_H
#define EVENHAND_TOOLS_PLAN_FILE_H

#include <evenhand/wire/desk.h>

struct eh_cli;

/* Both return an exit code; an error has been said. Text and plan live in the arena; a terminator
 * stands behind the text. Without a desk, team and kinds of the plan are not checked. */
int eh_plan_file_text(const struct eh_cli *, const char *path, struct eh_arena *,
                      struct eh_str *ret) EH_MUST_CHECK;
int eh_plan_file_parse(const struct eh_cli *, const char *path, struct eh_str text,
                       const struct eh_desk *, struct eh_arena *,
                       struct eh_bonus_plan **ret) EH_MUST_CHECK;

#endif
