/* private: what web.c and web_loop.c share. web.c makes requests and reads answers; web_loop.c lets
 * libcurl and libevent work together. See web.h. */
#ifndef EVENHAND_BRIDGE_OUT_WEB_PRIVATE_H
#define EVENHAND_BRIDGE_OUT_WEB_PRIVATE_H

#include <curl/curl.h>
#include <event2/event.h>

/* libcurl's transfers on libevent: `on_end` is called from the loop for each that ended. */
struct web_loop {
    CURLM *multi;
    struct event_base *base;
    struct event *timer;
    void (*on_end)(CURL *, CURLcode, void *context);
    void *context;
};

/* 0, or -EH_ENOMEM. */
int web_loop_init(struct web_loop *, struct event_base *,
                  void (*on_end)(CURL *, CURLcode, void *context), void *context);
void web_loop_done(struct web_loop *); /* safe on a zeroed one */

#endif
