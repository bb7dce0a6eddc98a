/*
 * list: lists that the daemon answers page by page.
 *
 *     struct eh_list list = {
 *         .cli = cli, .path = "/v1/reps", .key = "reps", .add = rep_row, .page = 250};
 *     return eh_list_show(&list, "rep,state,>open", "no reps");
 *
 * Without --json it prints all pages, up to --limit or shown_max rows, and then says how to see the
 * rest. With --json it prints one page as the daemon answered it. --newest, --since and --limit go
 * into the query, if the command has them.
 */
#ifndef EVENHAND_TOOLS_CLIENT_LIST_H
#define EVENHAND_TOOLS_CLIENT_LIST_H

#include "http.h"
#include "term/table.h"

struct eh_list {
    const struct eh_cli *cli;
    const char *path;                                                 /* its query names no page */
    const char *key;                                                  /* of the array */
    void (*add)(struct eh_grid *, const json_t *item, void *context); /* one row */
    struct eh_grid *grid;
    void *context;
    size_t count, shown_max; /* rows so far; rows at most */
    unsigned page;           /* largest page the daemon gives; 0: --limit is not sent */
    char asked[EH_CLI_PATH]; /* path and options; empty: path alone */
    char after[EH_CLI_PATH]; /* cursor of the next page; empty: the first, or there are no more */
};

int eh_list_show(struct eh_list *, const char *columns, const char *none);

/* The single steps, for lists that are printed in another way. */
void eh_list_take(struct eh_list *, const json_t *answer);
int eh_list_walk(struct eh_list *);
/* The cursor of the next page as text; a number or a string in the answer. */
void eh_list_next(const json_t *answer, char ret[EH_CLI_PATH]);
/* "… and more: evenhand tickets --team sales --after 17". */
void eh_list_more(const struct eh_cli *, const char *after);

#endif
