/*
 * pager: shows text longer than the terminal in a pager: $PAGER, else `less -FRX`.
 *
 *     struct eh_pager pager = {0};
 *     eh_pager_begin(&pager);          // from here on stdout is kept
 *     …
 *     eh_pager_end(&pager);            // shown: at once when it fits, else in the pager
 */
#ifndef EVENHAND_TOOLS_TERM_PAGER_H
#define EVENHAND_TOOLS_TERM_PAGER_H

#include <stddef.h>
#include <stdio.h>

struct eh_pager {
    FILE *terminal; /* the real stdout; NULL: nothing was begun */
    char *text;
    size_t size;
};

void eh_pager_begin(struct eh_pager *);
void eh_pager_end(struct eh_pager *);

#endif
