/*
 * run: has a screen written, with all that it asks for.
 *
 *     struct eh_page *page = eh_page_new(pages, &arena);
 *     page->screen = screen;
 *     page->done = on_done;
 *     eh_page_run(page);          // on_done(page, context) once, perhaps at once
 *     eh_page_free(page);
 */
#ifndef EVENHAND_WEB_SCREENS_RUN_H
#define EVENHAND_WEB_SCREENS_RUN_H

#include "web/screens/page.h"

/* Its memory is the arena's, which outlives it. */
struct eh_page *eh_page_new(struct eh_pages *, struct eh_arena *);
void eh_page_run(struct eh_page *);
/* Not while it runs, unless the answers are freed before anything else happens. */
void eh_page_free(struct eh_page *);

#endif
