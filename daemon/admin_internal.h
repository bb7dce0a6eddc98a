/*
 * admin_internal: what the files of the admin API share: peers and their rights, requests, replies.
 *
 * A request lives from the moment it is whole until it is answered and nobody calls back for it any
 * more. Whoever waits for a callback says so (eh_admin_wait) and tells when it came
 * (eh_admin_resume); between the two the request cannot go away, though it may be answered already
 * (the deadline was faster). Whether its client is still there makes no difference to it: a change
 * goes its way, and the answer is dropped in the end.
 *
 *     static void get_status(struct eh_admin_request *request)
 *     {
 *         json_t *body = json_object();
 *         eh_json_put(body, "role", eh_json_text(eh_str("leader")));
 *         eh_admin_reply(request, 200, body);      // exactly once, or eh_admin_error()
 *     }
 */
#ifndef EVENHAND_DAEMON_ADMIN_INTERNAL_H
#define EVENHAND_DAEMON_ADMIN_INTERNAL_H

#include <sys/types.h>

#include <event2/buffer.h>
#include <jansson.h>

#include "admin.h"
#include "admin_path.h"
#include "http_server.h"

#define EH_ADMIN_BODY_MAX             65536            /* bytes of a body but the desk file's */
#define EH_ADMIN_DESK_BODY_MAX        EH_HTTP_BODY_MAX /* bytes of a desk file over HTTP */
#define EH_ADMIN_REFUSED_MAX          64               /* connections over a cap that are told so */
#define EH_ADMIN_FD_RESERVE           24               /* descriptors that no client gets */
#define EH_ADMIN_OPERATOR_CONNECTIONS 32  /* per operator instead of the per-user cap */
#define EH_ADMIN_RESERVE_PART         8   /* one of so many places is for operators only */
#define EH_ADMIN_COMMANDS_PER_USER    16  /* changes not done yet of one user, who is no operator */
#define EH_ADMIN_LEFT_MAX             100 /* leavers with open tickets in the status */
#define EH_ADMIN_PAGE                 1000        /* items of a list in one answer */
#define EH_ADMIN_POOL_PAGE            60          /* periods of a list in one answer */
#define EH_ADMIN_TICKET_PAGE          250         /* tickets: they have many keys */
#define EH_ADMIN_ENTRY_PAGE           500         /* entries of the stream in one answer */
#define EH_ADMIN_SCAN_MAX             EH_SCAN_MAX /* reps looked at for one page */
#define EH_ADMIN_SKILL_LOOKS          200000      /* members looked at for missing skills */
#define EH_ADMIN_REP_ROUNDS           10          /* times EH_SCAN_MAX tickets to find one rep's */
#define EH_ADMIN_DEAD_PAGE            100         /* dead letters: their bodies are up to 64 KiB */
#define EH_ADMIN_CLOSED_SCAN          5000        /* closed tickets looked at for one page */
#define EH_ADMIN_HISTORY_MAX          1000        /* effects shown of one ticket */
#define EH_ADMIN_EXPORT_TICKETS       250         /* of a customer, in one page of an export */
#define EH_ADMIN_EXPORT_INPUTS        5000        /* looked at for a page of a rep's export */
#define EH_ADMIN_DEBT_US              1000        /* work at a stretch before it has to rest ... */
#define EH_ADMIN_REST                 4   /* ... so many times as long: a fifth of the loop */
#define EH_PEERS_MAX                  256 /* users remembered */
#define EH_PEER_GROUPS_MAX            256 /* groups of one user that count */
#define EH_PEER_S                     60  /* how long a user's name and groups hold */

/* What somebody may be. Bits: one user may be several. */
enum eh_admin_role {
    EH_MAY_OPERATOR = 1,
    EH_MAY_HELPDESK = 2,
    EH_MAY_AUDITOR = 4,
    EH_MAY_MANAGER = 8,
    EH_MAY_REP = 16
};
#define EH_MAY_ANY 31u

/* A Unix user who has asked, remembered for EH_PEER_S seconds. */
struct eh_peer {
    uid_t uid;
    char user[EH_NAME_MAX + 1]; /* "#1000" when the uid has no name */
    struct eh_arena arena;      /* owns the names of the groups */
    struct eh_str *groups;
    uint32_t group_count;
    int64_t looked_up_us; /* CLOCK_MONOTONIC */
    uint32_t uses;        /* connections and requests that point here */
    uint32_t connections;
    uint32_t commands; /* changes that are not done yet */

    /* What follows from configuration and desk; made anew when the desk changed. */
    bool has_rights, desk_known;
    uint8_t desk_sha256[32];
    unsigned roles;                                  /* EH_MAY_… */
    char rep[EH_ID_MAX + 1];                         /* whom the user is, or "" */
    uint64_t managed[(EH_DESK_TEAMS_MAX + 63) / 64]; /* by index of the team */
};

struct eh_peers {
    struct eh_peer *items[EH_PEERS_MAX];
    uint32_t count;
};

/* The user at the other end of `fd`; takes a use. NULL: not to be had (error says why). */
struct eh_peer *eh_peers_of_socket(struct eh_peers *, int fd, struct eh_error *);
void eh_peer_release(struct eh_peer *);
void eh_peers_done(struct eh_peers *);
/* Looks name and groups up again when they are old, and works out the roles. */
void eh_peer_refresh(struct eh_peer *, const struct eh_config *, const struct eh_engine *);
bool eh_peer_manages(const struct eh_peer *, const struct eh_desk *, struct eh_str team);
/* Manages a team the rep is a member of today. */
bool eh_peer_manages_rep(const struct eh_peer *, const struct eh_rep_view *);
/* ... and every team the rep is in today: what is said of the rep's state holds in all of them. */
bool eh_peer_manages_whole_rep(const struct eh_peer *, const struct eh_engine *,
                               const struct eh_rep_view *);
/* Manages a team of which the rep has open tickets, in it or not. */
bool eh_peer_holds_managed(const struct eh_peer *, const struct eh_engine *, struct eh_str rep);
bool eh_peer_is_rep(const struct eh_peer *, struct eh_str rep);
bool eh_peer_sees_all(const struct eh_peer *); /* operator or auditor */
/* What all share keeps something back for them: they get in when everybody else has filled it. */
bool eh_peer_has_reserve(const struct eh_peer *);
/* Everybody in a team sees it, whether or not his time in it has come or gone. */
bool eh_peer_sees_team(const struct eh_peer *, const struct eh_desk *, const struct eh_desk_team *);
const char *eh_admin_role_name(unsigned bit);
/* "operator or helpdesk" */
void eh_admin_roles_text(unsigned roles, char *ret, size_t size);

struct eh_admin_counts {
    uint64_t requests, refused_connections, errors_4xx, errors_5xx;
};

struct eh_admin_request;

struct eh_admin {
    struct eh_app *app;
    struct evhttp *http;
    struct eh_http_server server;
    struct evhttp_bound_socket *bound;
    struct event *accept_pause;
    char path[EH_SOCKET_PATH_MAX + 1]; /* empty: not ours to remove */
    dev_t path_device;
    ino_t path_inode;
    bool closing;
    uint32_t connection_count, operator_count; /* of which operators' */
    uint32_t refused_count;
    struct eh_admin_request *requests;
    size_t pending;
    struct eh_admin_request *queue; /* wait for the end of the rest, in order */
    struct event *rest;             /* pending: no request is worked on */
    int64_t debt_us, worked_us;     /* work not rested from; when that was noted */
    int64_t began_us;               /* of the work just being done, or 0 */
    struct eh_peers peers;
    struct eh_admin_child *children; /* they make answers, or wait for a turn (admin_child.c) */
    struct eh_admin_counts counts;
    struct eh_admin_gauges *gauges; /* admin_gauges.c; NULL: nobody asked yet */
};

struct eh_admin_request {
    struct eh_admin *admin;       /* NULL once that is gone */
    struct eh_http_request *http; /* NULL once answered; its client may have left */
    struct eh_peer *peer;
    struct event *deadline;
    uint32_t waits; /* callbacks still to come */
    struct eh_arena arena;
    const char *method;
    struct eh_admin_request *queued; /* the next one in the queue */
    struct eh_admin_path path;
    struct eh_str body;    /* lives as long as http */
    bool shows_state;      /* a read of the engine, not known to be committed yet */
    struct evbuffer *held; /* its finished answer, waiting for that */
    json_t *extra;         /* a change: what its answer has beside `input` */
    void *state;           /* the handler's own, in the arena */
    struct eh_admin_request *next, **link;
};

struct eh_admin_route {
    const char *method, *pattern, *queries; /* queries: names with spaces between */
    unsigned who;                           /* roles that may have any business here */
    bool needs_engine;                      /* else it answers whatever state the daemon is in */
    uint32_t body_max;
    void (*handle)(struct eh_admin_request *);
};

/* Finds the route and asks it; answers by itself when there is none or the caller may not. */
void eh_admin_dispatch(struct eh_admin_request *, const char *method);
const struct eh_admin_route *eh_admin_route(const char *method, const struct eh_admin_path *,
                                            bool *ret_other_method);

/* ---- Answering. The first answer counts, further ones are dropped (the deadline came first). */
void eh_admin_reply(struct eh_admin_request *, int status, json_t *body); /* takes body */
void eh_admin_reply_text(struct eh_admin_request *, const char *content_type, struct evbuffer *);
/* Is there room for an answer of so many bytes? False: the request is answered so. */
bool eh_admin_has_room(struct eh_admin_request *, size_t size);
/* code: enum eh_code, positive or negative; its HTTP status follows. field NULL: none. */
void eh_admin_error(struct eh_admin_request *, int code, const char *field, const char *format, ...)
    EH_PRINTF(4, 5);
void eh_admin_error_status(struct eh_admin_request *, int status, const char *code,
                           const char *field, const char *message);
void eh_admin_fail(struct eh_admin_request *, const struct eh_error *);
/* 403: `needed` is who could ("a manager of team sales or an operator"); it is logged. */
void eh_admin_deny(struct eh_admin_request *, const char *format, ...) EH_PRINTF(2, 3);
int eh_admin_status_of(int code);
const char *eh_admin_code_name(int code);

/* Gives an error page of evhttp's own the shape of all other errors, while it still stands in the
 * output buffer; false: it is something else, and left alone. */
bool eh_admin_fix_page(struct evbuffer *output);

/* A callback will come. */
void eh_admin_wait(struct eh_admin_request *);
/* It came. False: nobody waits for an answer any more, and the request may be gone. */
bool eh_admin_resume(struct eh_admin_request *);
/* The request has no further use: frees it unless a callback is still to come. */
void eh_admin_answered(struct eh_admin_request *);
/* Notes how long the work for an answer took since began_us; after much of it others come first. */
void eh_admin_worked(struct eh_admin *);

/* ---- JSON. Each gives JSON null for what is not there. */
json_t *eh_json_text(struct eh_str);
json_t *eh_json_string(const char *); /* NULL or "": null */
json_t *eh_json_time(int64_t us);     /* 0 or never: null; else RFC 3339 UTC */
json_t *eh_json_hex(const uint8_t *, size_t size);
json_t *eh_json_list(struct eh_str);                              /* texts joined by '\x1f' */
void eh_json_put(json_t *object, const char *key, json_t *value); /* takes value */
json_t *eh_json_ticket(const struct eh_ticket_view *, const struct eh_desk *);
json_t *eh_json_rep(const struct eh_rep_view *, const struct eh_desk *);
json_t *eh_admin_roles(const struct eh_peer *); /* as a list */
json_t *eh_json_tickets(int64_t nano); /* 10^-9 tickets as a number of tickets, three decimals */

/* admin_receipt.c: of the deal that gave a ticket to a rep, as it stands in the log. */
struct eh_receipt {
    struct eh_str rep, why;
    int64_t epoch, eligible, weight; /* 0: not dealt */
    struct eh_str draws, detail;     /* as the columns of effect */
    struct eh_str resent_of;         /* id of the cancelled ticket it is once more; or empty */
    int64_t deal;                    /* which of the ticket's deals, from 1 */
    struct eh_str team;
    struct eh_str digest;           /* of the ticket's content, 16 bytes */
    struct eh_str commitment, seed; /* of the epoch, hexadecimal; seed: empty until revealed */
    struct eh_str by, said;         /* the manager who asked for it, and why; or empty */
    bool whole;                     /* with everybody's figures ... */
    struct eh_str reader;           /* ... or with this rep's alone */
};
json_t *eh_json_receipt(const struct eh_receipt *, const struct eh_desk *);

/* A rep's own, a manager's teams'; operators and auditors see all: in lists and one by one. */
bool eh_admin_sees_ticket(const struct eh_admin_request *, const struct eh_ticket_view *);

/* admin_query.c: sends one of eh_admin_statements with the desk's id and these parameters, at most
 * four. The request waits; the callback gets it. -EH_EUNAVAILABLE: PostgreSQL is away, or there is
 * no desk. */
int eh_admin_query(struct eh_admin_request *, const char *statement,
                   const struct eh_str *parameters, unsigned count,
                   eh_pg_result_fn *) EH_MUST_CHECK;
/* The same with one key, for what memory does not hold: *error says so. */
int eh_admin_ask(struct eh_admin_request *, const char *statement, const void *key,
                 uint32_t key_size, eh_pg_result_fn *, struct eh_error *) EH_MUST_CHECK;

/* admin_range.c: which part of a list is wanted. */
struct eh_admin_range {
    uint64_t after;   /* go on behind this number; 0: from the beginning */
    int64_t since_us; /* 0: since ever */
    uint32_t limit;   /* items of an answer, 1 to a page */
    bool newest;      /* the largest number first */
};
/* Out of after, since, newest and limit. -EH_EINVAL, -EH_ERANGE. */
int eh_admin_range(const struct eh_admin_request *, uint32_t page, struct eh_admin_range *ret,
                   struct eh_error *) EH_MUST_CHECK;
/* What stands behind everything in the direction of the range, where none was given. */
int64_t eh_admin_range_begin(const struct eh_admin_range *);
json_t *eh_json_cursor(uint64_t after); /* 0: null */

/* admin_names.c: 404, with the nearest name that the caller may know. */
void eh_admin_no_team(struct eh_admin_request *, struct eh_str id);
void eh_admin_no_rep(struct eh_admin_request *, struct eh_str id);
/* Of a ticket that waits for a skill: those nobody in its team has today; all of them when each is
 * there and nobody has all. NULL: it does not wait for that, or *looks were not enough, which
 * counts down with every member looked at. */
json_t *eh_admin_missing_skills(const struct eh_engine *, const struct eh_ticket_view *,
                                uint32_t *looks);

/* ---- Handlers. */
void eh_admin_get_status(struct eh_admin_request *);
void eh_admin_get_teams(struct eh_admin_request *);
void eh_admin_get_team(struct eh_admin_request *);
void eh_admin_get_reps(struct eh_admin_request *);
void eh_admin_get_rep(struct eh_admin_request *);
void eh_admin_get_desk(struct eh_admin_request *);
void eh_admin_get_entries(struct eh_admin_request *);
void eh_admin_get_tickets(struct eh_admin_request *);
void eh_admin_get_ticket(struct eh_admin_request *);
void eh_admin_get_me(struct eh_admin_request *);
void eh_admin_get_dead(struct eh_admin_request *);
void eh_admin_get_dead_letter(struct eh_admin_request *);
void eh_admin_get_draws(struct eh_admin_request *);
void eh_admin_post_reveal(struct eh_admin_request *);
void eh_admin_get_fairness(struct eh_admin_request *);
void eh_admin_get_pool(struct eh_admin_request *);
void eh_admin_get_pools(struct eh_admin_request *);
void eh_admin_post_what_if(struct eh_admin_request *);
void eh_admin_get_metrics(struct eh_admin_request *);
void eh_admin_get_health(struct eh_admin_request *);
void eh_admin_post_signal(struct eh_admin_request *);
void eh_admin_post_release(struct eh_admin_request *);
void eh_admin_post_ticket(struct eh_admin_request *);
void eh_admin_post_outcome(struct eh_admin_request *);
void eh_admin_post_assign(struct eh_admin_request *);
void eh_admin_post_move(struct eh_admin_request *);
void eh_admin_post_metric(struct eh_admin_request *);
void eh_admin_post_period(struct eh_admin_request *); /* freeze, close, pay, exclude */
void eh_admin_put_desk(struct eh_admin_request *);
void eh_admin_post_export(struct eh_admin_request *);
void eh_admin_post_forget(struct eh_admin_request *);

/* admin_periods.c: answers a step of a period's life that was taken, now or before. */
void eh_admin_period_done(struct eh_admin_request *, const struct eh_command_result *);
/* Answers what such a step would be told; nothing is done. Refused as the step would be: nothing is
 * answered yet. */
int eh_admin_period_try(struct eh_admin_request *, const struct eh_message *,
                        struct eh_error *) EH_MUST_CHECK;

/* admin_gauges.c: an array, a row a team, as of something committed; NULL: not known yet. */
const json_t *eh_admin_gauges(struct eh_admin *);
void eh_admin_gauges_done(struct eh_admin *);
void eh_admin_put_undoable(const struct eh_admin_request *, json_t *body); /* of the status */
void eh_admin_print_gauges(struct eh_admin *, struct evbuffer *out);

/* Kills the children; whoever waits for one is not answered any more. */
void eh_admin_children_stop(struct eh_admin *);

/* ---- What PostgreSQL knows of a ticket that memory does not hold any more. */
/* found NULL: error says why (EH_ENOTFOUND, EH_EUNAVAILABLE, EH_ECORRUPT). The view lives until the
 * callback returns. Called exactly once, possibly before this returns. */
typedef void eh_admin_recall_fn(struct eh_admin_request *, const struct eh_ticket_view *found,
                                const struct eh_error *);
void eh_admin_recall(struct eh_admin_request *, struct eh_str source, struct eh_str id,
                     eh_admin_recall_fn *);

#endif
