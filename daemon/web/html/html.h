/*
 * html: writes HTML. The format is the markup; whatever a value puts into it is escaped, in text
 * and between the quotes of an attribute alike, so that no value is ever markup.
 *
 *     EH_AUTO(eh_html) struct eh_html html = EH_HTML_INIT;
 *     eh_html(&html, "<td class=\"%s\">%s</td>", "name", line);
 *     eh_html_link(&html, line, "/tickets/%s/%s", "help", "47/11");
 *     // <a href="/tickets/help/47%2F11">…</a>
 *
 * The formats are literals: compilers check their values, and markup comes from nowhere else. They
 * know %s %.*s %d %u %lld %llu %zu %%, without widths.
 */
#ifndef EVENHAND_WEB_HTML_HTML_H
#define EVENHAND_WEB_HTML_HTML_H

#include <evenhand/base/base.h>

struct eh_html {
    struct eh_bytes out; /* UTF-8 */
};
#define EH_HTML_INIT                                                                               \
    {                                                                                              \
        EH_BYTES_INIT                                                                              \
    }

/* A text that is no UTF-8, or has characters that a screen does not show, gets U+FFFD for each. A
 * NULL for %s is nothing. */
void eh_html(struct eh_html *, const char *format, ...) EH_PRINTF(2, 3);
/* An address, within the quotes of an attribute: values are percent-encoded, '/' too. */
void eh_html_url(struct eh_html *, const char *format, ...) EH_PRINTF(2, 3);
/* <a href="…">text</a> */
void eh_html_link(struct eh_html *, const char *text, const char *format, ...) EH_PRINTF(3, 4);
/* A text alone. */
void eh_html_text(struct eh_html *, struct eh_str);
/* What another writer wrote, as it stands. */
void eh_html_add(struct eh_html *, const struct eh_html *part);
void eh_html_clear(struct eh_html *);
void eh_html_done(struct eh_html *); /* safe on a zeroed one */

/* The same encoding for other addresses, such as those of the admin socket. */
void eh_url_v(struct eh_bytes *, const char *format, va_list values);

#endif
