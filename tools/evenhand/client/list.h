/*
 * list: lists that the daemon answers page by page.
 *
 *     struct eh_list list = {.cli = cli, .path = "/v1/reps", .key = "reps", .add = rep_row, .page =
 * 250}; return eh_list_show(&list, "rep,state,>open", "no reps");
 *
 * People get all of it, up to --limit or shown_max, and how to go on; programs get one page as it
 * came. --newest, --since and --limit are passed on where the command has them.
 */
#ifndef EVENHAND_TOOLS_CLIENT_LIST_H
#define EVENHAND_TOOLS_CLIENT_LIST_H

#include "http.h"
#include "term/table.h"

struct eh_list {
    const struct eh_cli *cli;
    const char *path;                                                 /* without the part wanted */
    const char *key;                                                  /* of the array */
    void (*add)(struct eh_grid *, const json_t *item, void *context); /* one row */
    struct eh_grid *grid;
    void *context;
    size_t count, shown_max; /* stop asking beyond shown_max */
    unsigned page; /* items of an answer that may be asked for; 0: --limit is not passed on */
    char asked[EH_CLI_PATH]; /* path and options; empty: path alone */
    char after[EH_CLI_PATH]; /* where to go on; empty: at the beginning, or all was read */
};

int eh_list_show(struct eh_list *, const char *columns, const char *none);

/* The pieces, for what is shown in another way. */
void eh_list_take(struct eh_list *, const json_t *answer);
int eh_list_walk(struct eh_list *);
/* The cursor of the next page as text; a number or a string in the answer. */
void eh_list_next(const json_t *answer, char ret[EH_CLI_PATH]);
/* "… and more: evenhand tickets --team sales --after 17". */
void eh_list_more(const struct eh_cli *, const char *after);

#endif
