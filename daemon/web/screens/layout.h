/*
 * layout: what stands around every page: head, header, navigation.
 *
 *     EH_AUTO(eh_html) struct eh_html document = EH_HTML_INIT;
 *     eh_layout_page(page, &document);
 *     eh_layout_plain("Sign in", &page->main, &document);
 */
#ifndef EVENHAND_WEB_SCREENS_LAYOUT_H
#define EVENHAND_WEB_SCREENS_LAYOUT_H

#include "web/screens/page.h"

/* The whole document of a page that is done. */
void eh_layout_page(const struct eh_page *, struct eh_html *ret);
/* One for nobody in particular: a title, and what stands in it. */
void eh_layout_plain(const char *title, const struct eh_html *main, struct eh_html *ret);

#endif
