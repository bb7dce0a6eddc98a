/*
 * admin_wire: answers evhttp makes by itself, turned into the shape all others have.
 *
 * What is no proper request never reaches us: evhttp answers with a page of HTML and closes.
 * Programs expect {"error": …}, so such a page is replaced while it still stands in the output
 * buffer.
 *
 *     evbuffer_add_cb(bufferevent_get_output(bev), on_output, connection);
 *     …one step of the loop later, before anything is written:
 *     eh_admin_wire_fix_page(bufferevent_get_output(bev));
 */
#ifndef EVENHAND_DAEMON_ADMIN_WIRE_H
#define EVENHAND_DAEMON_ADMIN_WIRE_H

#include <event2/buffer.h>

/* Replaces the buffer's content if it is such a page; nothing else is touched. */
void eh_admin_wire_fix_page(struct evbuffer *output);

#endif
