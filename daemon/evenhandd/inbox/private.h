/* private: what the files of the inbox share. See inbox.h. */
#ifndef EVENHAND_INBOX_PRIVATE_H
#define EVENHAND_INBOX_PRIVATE_H

#include "inbox/entry.h"
#include "inbox/held.h"
#include "inbox/set.h"

#define EH_INBOX_GROUP_NAME "evenhand"
#define EH_INBOX_CONSUMER   "evenhandd"
#define EH_INBOX_PAGE       1000  /* pending ids listed at once */
#define EH_INBOX_ROOM_MAX   65536 /* entries; the app's own bound is lower */
#define EH_INBOX_ACKING_MAX 65536 /* acknowledged, not answered yet: reading pauses */
#define EH_INBOX_COUNT_MAX  1024  /* entries asked for at once */
#define EH_INBOX_MARKS      64    /* see struct eh_inbox_mark */

enum eh_inbox_phase {
    EH_INBOX_GROUP,
    EH_INBOX_PENDING_LIST,
    EH_INBOX_PENDING_READ,
    EH_INBOX_SWEEP_INFO,
    EH_INBOX_STREAM_INFO,
    EH_INBOX_SWEEP_READ,
    EH_INBOX_SET_BACK,
    EH_INBOX_LIVE
};

/* Sends the next command of a phase, if there is room for its answer. */
typedef void eh_inbox_sender_fn(struct eh_inbox *);

struct eh_inbox_pending {
    struct eh_stream_id id;
    uint32_t deliveries;
};

/* When `acked` entries were done in all, every id below `low` was done. Marks tell where to trim so
 * that at least `keep` done entries stay. */
struct eh_inbox_mark {
    struct eh_stream_id low;
    uint64_t acked;
};

struct eh_inbox_ack; /* one XACK */
struct eh_inbox_acks {
    struct eh_inbox_ack *head, *tail;
};

/* Positions as Redis told them at the last look, and how many entries came since. */
struct eh_inbox_look {
    struct eh_stream_id delivered; /* by the group */
    struct eh_inbox_info info;
    bool known;             /* `info` is known */
    bool beyond;            /* the group stands behind the end of the stream */
    int64_t info_after_us;  /* XINFO STREAM answered with too much: not again before */
    bool based;             /* `base` is known */
    uint64_t base, counted; /* entries ever added when all were read; entries that came since */
    struct eh_stream_id base_end;
};

struct eh_inbox {
    struct eh_redis_link *reads, *writes; /* reads: our own */
    char key[256];
    struct eh_inbox_callbacks callbacks;
    void *context;

    eh_inbox_sender_fn *const *senders; /* of each phase */
    enum eh_inbox_phase phase;
    unsigned run; /* counts stops, to see whether a callback stopped the inbox */
    bool started;
    bool up;        /* on_state(true) was said */
    bool busy;      /* a command is under way on `reads` */
    bool had_group; /* there was a group once: its absence is a loss */
    bool swept;     /* pending and sweep are finished since the link came up */
    bool rechecking;
    bool handing_over; /* inside on_entries: cursors are not moved on yet, nothing is asked */
    size_t room, count_cap, asked;
    struct eh_stream_id floor;  /* nothing below is unfinished, while not swept */
    struct eh_stream_id next;   /* all below was handed over or is known, once swept */
    struct eh_stream_id high;   /* highest id ever committed or handed over */
    bool read_all;              /* the end of the stream was read since the link came up ... */
    struct eh_stream_id end_at; /* ... before this id */
    struct eh_inbox_set set;
    struct eh_inbox_held held;
    bool releasing; /* the pending list is read up to released_to, for the released entries */
    struct eh_stream_id released_from, released_to;
    bool release_refused;  /* a release did nothing: the owner is told once it may be asked for */
    struct eh_arena arena; /* for one reply */

    struct eh_inbox_pending page[EH_INBOX_PAGE];
    size_t page_count, page_at;
    struct eh_stream_id page_after;
    int64_t pending_read_us;
    struct eh_stream_id sweep_from, sweep_to; /* inclusive */
    struct eh_stream_id sweep_next;           /* `next` after the sweep */
    bool resuming;                            /* the link went away while sweeping */
    struct eh_inbox_look look;
    bool oversize; /* a single entry was above EH_REDIS_REPLY_MAX */
    struct eh_stream_id oversize_id;

    struct eh_inbox_acks sent, unsent; /* unsent: no link, or no answer; tried again */
    struct event *trim_timer, *ack_timer;
    bool trimming, trim_due;
    bool trim_known; /* trim_below was learned from XINFO on the write link */
    int64_t trimmed_us;
    uint64_t acked, acked_at_trim, keep;
    struct eh_stream_id trim_below, trimmed_below;
    struct eh_inbox_mark marks[EH_INBOX_MARKS];
    size_t mark_count; /* ever; the ring holds the last EH_INBOX_MARKS */
};

static inline bool eh_inbox_reply_begins(const redisReply *reply, const char *word)
{
    return strncmp(reply->str, word, strlen(word)) == 0;
}

/* Each file below calls those before it. */

/* ask.c */
void eh_inbox_pump(struct eh_inbox *); /* asks for what comes next, if it may */
void eh_inbox_enter(struct eh_inbox *, enum eh_inbox_phase);
void eh_inbox_ask(struct eh_inbox *, eh_redis_reply_fn *, int argc, const char *const *argv);
/* A command was answered. False: the reply is of no use. */
bool eh_inbox_answered(struct eh_inbox *, const redisReply *);

/* trim.c */
void eh_inbox_trim_init(struct eh_inbox *, struct event_base *);
/* Trims now, if enough was acknowledged or enough time went by; else the timer does it later. */
void eh_inbox_trim_consider(struct eh_inbox *);
void eh_inbox_trim_swept(struct eh_inbox *); /* trimming may begin */
void eh_inbox_trim_stop(struct eh_inbox *);
void eh_inbox_trim_done(struct eh_inbox *);

/* ack.c */
void eh_inbox_ack_init(struct eh_inbox *, struct event_base *);
void eh_inbox_ack_stop(struct eh_inbox *);
void eh_inbox_ack_done(struct eh_inbox *);

/* look.c */
eh_inbox_sender_fn eh_inbox_send_sweep_info, eh_inbox_send_stream_info, eh_inbox_send_set_back;
void eh_inbox_look_count(struct eh_inbox *, struct eh_stream_id); /* an entry that was read */
void eh_inbox_look_swept(struct eh_inbox *);                      /* the first sweep is over */
void eh_inbox_tell(struct eh_inbox *, enum eh_inbox_doubt_kind, struct eh_stream_id from,
                   struct eh_stream_id to);

/* take.c */
/* Whether the entry is in flight or held, so that it need not be read. */
bool eh_inbox_at_hand(const struct eh_inbox *, struct eh_stream_id);
size_t eh_inbox_count_now(const struct eh_inbox *); /* how many entries to ask for; 0: none */
/* Hands over the entries of a reply, in order; NULL: it has none. *ret_last: the last id in it.
 * False: the inbox was stopped meanwhile. */
bool eh_inbox_take_all(struct eh_inbox *, const redisReply *list, struct eh_stream_id *ret_last);
/* Hands over an entry that is too large for EH_REDIS_REPLY_MAX, so that Redis cannot show it. */
bool eh_inbox_take_oversize(struct eh_inbox *, struct eh_stream_id);

/* pending.c, sweep.c, live.c */
eh_inbox_sender_fn eh_inbox_send_pending_list, eh_inbox_send_pending, eh_inbox_send_sweep,
    eh_inbox_send_new;
void eh_inbox_reread_pending(struct eh_inbox *, struct eh_stream_id after);
bool eh_inbox_recheck_due(const struct eh_inbox *);

#endif
