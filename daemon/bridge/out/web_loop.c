/*
 * web_loop: libcurl says which descriptors it waits for and until when; libevent waits, and says
 * what came. See web_private.h.
 */
#include "bridge/out/web_private.h"

#include <evenhand/base/base.h>

#include <stdlib.h>

#define CONNECTIONS_KEPT 4

static void ended_tell(struct web_loop *loop)
{
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(loop->multi, &left)) != NULL;)
        if (m->msg == CURLMSG_DONE)
            loop->on_end(m->easy_handle, m->data.result, loop->context);
}

static void on_descriptor(evutil_socket_t fd, short what, void *context)
{
    struct web_loop *loop = context;
    int running,
        flags = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
    curl_multi_socket_action(loop->multi, fd, flags, &running);
    ended_tell(loop);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct web_loop *loop = context;
    int running;
    curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    ended_tell(loop);
}

/* libcurl: what to wait for on a descriptor. `watch` is what was assigned to it before. */
static int want_descriptor(CURL *easy, curl_socket_t fd, int what, void *context, void *watch)
{
    (void)easy;
    struct web_loop *loop = context;
    struct event *event = watch;
    if (event)
        event_free(event);
    event = NULL;
    int r = 0;
    if (what != CURL_POLL_REMOVE) {
        int flags = (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0);
        event = event_new(loop->base, fd, (short)(flags | EV_PERSIST), on_descriptor, loop);
        r = event && event_add(event, NULL) == 0 ? 0 : -1;
    }
    curl_multi_assign(loop->multi, fd, event);
    return r;
}

static int want_timer(CURLM *multi, long ms, void *context)
{
    (void)multi;
    struct web_loop *loop = context;
    const struct timeval wait = {ms / 1000, ms % 1000 * 1000};
    return ms < 0 ? event_del(loop->timer) : event_add(loop->timer, &wait);
}

int web_loop_init(struct web_loop *loop, struct event_base *base,
                  void (*on_end)(CURL *, CURLcode, void *context), void *context)
{
    *loop = (struct web_loop){.base = base, .on_end = on_end, .context = context};
    loop->multi = curl_multi_init();
    loop->timer = event_new(base, -1, 0, on_timer, loop);
    if (!loop->multi || !loop->timer)
        return -EH_ENOMEM;
    curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, want_descriptor);
    curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
    curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, want_timer);
    curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
    curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
    return 0;
}

void web_loop_done(struct web_loop *loop)
{
    if (loop->multi)
        curl_multi_cleanup(loop->multi);
    if (loop->timer)
        event_free(loop->timer);
    *loop = (struct web_loop){0};
}
