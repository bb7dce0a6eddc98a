/* live: readers in the order of their coming, told in slices. */
#include "web/live/live.h"

#include <stdlib.h>
#include <sys/queue.h>
#include <time.h>

struct reader {
    TAILQ_ENTRY(reader) all;
    struct eh_http_request *request;
    char person[EH_NAME_MAX + 1];
    time_t since_s;
    uint64_t told; /* the version it was told last */
};

struct eh_live {
    TAILQ_HEAD(readers, reader) readers; /* the oldest first */
    unsigned count;
    uint64_t version;
    unsigned at_once;  /* readers of a slice */
    struct reader *at; /* who is looked at next when a slice is told; NULL: the first */
    struct event *beat, *slice;
};

static time_t monotonic_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static void let_go(struct eh_live *live, struct reader *reader)
{
    if (live->at == reader)
        live->at = TAILQ_NEXT(reader, all);
    TAILQ_REMOVE(&live->readers, reader, all);
    live->count--;
    eh_http_stream_end(reader->request);
    free(reader);
}

static void beat_all(struct eh_live *live)
{
    struct reader *next;
    for (struct reader *reader = TAILQ_FIRST(&live->readers); reader; reader = next) {
        next = TAILQ_NEXT(reader, all);
        if (!eh_http_stream_send(reader->request, eh_str(":\n\n")))
            let_go(live, reader);
    }
}

static void on_beat(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_live *live = context;
    time_t now = monotonic_s();
    beat_all(live);
    for (struct reader *reader;
         (reader = TAILQ_FIRST(&live->readers)) && now - reader->since_s >= EH_LIVE_S;)
        let_go(live, reader);
}

static size_t version_print(uint64_t version, char *ret, size_t size)
{
    return eh_format(ret, size, "event: moved\ndata: %llu\n\n", (unsigned long long)version);
}

/* The next reader that does not know the version yet, round the list; NULL: all do. */
static struct reader *next_untold(struct eh_live *live)
{
    for (unsigned i = 0; i < live->count; i++) {
        struct reader *reader = live->at ? live->at : TAILQ_FIRST(&live->readers);
        live->at = TAILQ_NEXT(reader, all);
        if (reader->told != live->version)
            return reader;
    }
    return NULL;
}

/* Tells so many of them; true: some may be left. */
static bool tell_some(struct eh_live *live, unsigned most)
{
    char text[64];
    size_t size = version_print(live->version, text, sizeof text);
    struct reader *reader = NULL;
    for (unsigned i = 0; i < most && (reader = next_untold(live)); i++) {
        reader->told = live->version;
        if (!eh_http_stream_send(reader->request, eh_str_n(text, size)))
            let_go(live, reader);
    }
    return reader != NULL;
}

static void on_slice(evutil_socket_t fd, short what, void *context)
{
    static const struct timeval apart = {0, EH_LIVE_SLICE_MS * 1000};
    (void)fd, (void)what;
    struct eh_live *live = context;
    if (tell_some(live, live->at_once))
        event_add(live->slice, &apart);
}

int eh_live_new(struct event_base *base, struct eh_live **ret, struct eh_error *error)
{
    static const struct timeval often = {EH_LIVE_BEAT_S, 0};
    struct eh_live *live = calloc(1, sizeof *live);
    if (!live)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    TAILQ_INIT(&live->readers);
    live->beat = event_new(base, -1, EV_PERSIST, on_beat, live);
    live->slice = event_new(base, -1, 0, on_slice, live);
    eh_require(live->beat && live->slice);
    event_add(live->beat, &often);
    *ret = live;
    return 0;
}

static void make_room(struct eh_live *live, const char *person)
{
    unsigned own = 0;
    struct reader *oldest = NULL, *reader;
    TAILQ_FOREACH(reader, &live->readers, all)
    {
        if (strcmp(reader->person, person) != 0)
            continue;
        own++;
        oldest = oldest ? oldest : reader;
    }
    if (own < EH_LIVE_PERSON_MAX)
        return;
    char text[32];
    size_t size = eh_format(text, sizeof text, "retry: %d\n\n", EH_LIVE_LATER_MS);
    (void)eh_http_stream_send(oldest->request, eh_str_n(text, size));
    let_go(live, oldest);
}

static void begin(struct eh_http_request *request)
{
    static const struct eh_http_header unbuffered = {"X-Accel-Buffering", "no", NULL};
    static const struct eh_http_header safe = {"X-Content-Type-Options", "nosniff", &unbuffered};
    eh_http_stream_begin(request, &(struct eh_http_answer){.status = 200,
                                                           .content_type = "text/event-stream",
                                                           .headers = &safe});
}

void eh_live_add(struct eh_live *live, struct eh_http_request *request, const char *person,
                 uint64_t version)
{
    static const struct eh_http_refusal full = {503, "full",
                                                "too many pages are open; try again later", NULL};
    char text[96];
    make_room(live, person);
    struct reader *reader = live->count < EH_LIVE_READERS_MAX ? calloc(1, sizeof *reader) : NULL;
    if (!reader) {
        eh_http_refuse(request, &full);
        return;
    }
    reader->request = request;
    reader->since_s = monotonic_s();
    reader->told = version;
    eh_format(reader->person, sizeof reader->person, "%s", person);
    TAILQ_INSERT_TAIL(&live->readers, reader, all);
    live->count++;
    begin(request);
    size_t size = eh_format(text, sizeof text, "retry: %d\n\n", EH_LIVE_AGAIN_MS);
    size += version_print(version, text + size, sizeof text - size);
    if (!eh_http_stream_send(request, eh_str_n(text, size)))
        let_go(live, reader);
}

void eh_live_tell(struct eh_live *live, uint64_t version)
{
    unsigned part = (live->count + EH_LIVE_SLICES - 1) / EH_LIVE_SLICES;
    live->version = version;
    live->at_once = part > EH_LIVE_SLICE_LEAST ? part : EH_LIVE_SLICE_LEAST;
    if (!event_pending(live->slice, EV_TIMEOUT, NULL))
        on_slice(-1, 0, live);
}

unsigned eh_live_count(const struct eh_live *live)
{
    return live->count;
}

void eh_live_free(struct eh_live *live)
{
    if (!live)
        return;
    while (!TAILQ_EMPTY(&live->readers))
        let_go(live, TAILQ_FIRST(&live->readers));
    event_free(live->beat);
    event_free(live->slice);
    free(live);
}
