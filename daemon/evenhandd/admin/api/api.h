/*
 * api: what the files of the admin API share: handlers, lists, and what they are made of.
 */
#ifndef EVENHAND_ADMIN_API_API_H
#define EVENHAND_ADMIN_API_API_H

#include "admin/api/routes.h"
#include "admin/http/request.h"
#include "pg/pg.h"

#define EH_ADMIN_COMMANDS_PER_USER 16   /* changes not done yet of one user, who is no operator */
#define EH_ADMIN_LEFT_MAX          100  /* leavers with open tickets in the status */
#define EH_ADMIN_PAGE              1000 /* items of a list in one answer */
#define EH_ADMIN_POOL_PAGE         60   /* periods of a list in one answer */
#define EH_ADMIN_FIGURE_PERIODS    12   /* periods of metrics in one answer ... */
#define EH_ADMIN_FIGURE_MEMBERS    4000 /* ... but for the first with so many members together */
#define EH_ADMIN_TICKET_PAGE       250  /* tickets: they have many keys */
#define EH_ADMIN_ENTRY_PAGE        500  /* entries of the stream in one answer */
#define EH_ADMIN_SCAN_MAX          EH_SCAN_MAX /* reps looked at for one page */
#define EH_ADMIN_SKILL_LOOKS       200000      /* members looked at for missing skills */
#define EH_ADMIN_REP_ROUNDS        10          /* times EH_SCAN_MAX tickets to find one rep's */
#define EH_ADMIN_DEAD_PAGE         100         /* dead letters: their bodies are up to 64 KiB */
#define EH_ADMIN_CLOSED_SCAN       5000        /* closed tickets looked at for one page */
#define EH_ADMIN_HISTORY_MAX       1000        /* effects shown of one ticket */
#define EH_ADMIN_LOG_PAGE          100         /* what people did, in one answer ... */
#define EH_ADMIN_LOG_ROWS          300   /* ... of so many that fit, before each is looked at */
#define EH_ADMIN_LOG_SCAN          10000 /* ... in so many inputs */
#define EH_ADMIN_EXPORT_TICKETS    250   /* of a customer, in one page of an export */
#define EH_ADMIN_EXPORT_INPUTS     5000  /* looked at for a page of a rep's export */

/* ---- JSON. Each gives JSON null for what is not there. */
json_t *eh_json_ticket(const struct eh_ticket_view *, const struct eh_desk *);
/* Until when its rep may leave it unanswered, and what becomes of it then. */
void eh_json_put_lapse(json_t *body, const struct eh_ticket_view *);
json_t *eh_json_rep(const struct eh_engine *, const struct eh_rep_view *);
/* What a rep may signal now. */
json_t *eh_json_outlook(const struct eh_admin_request *, struct eh_str rep);
json_t *eh_json_accounts(const struct eh_desk_rep *); /* of the helpdesks, as a list */
json_t *eh_admin_roles(const struct eh_peer *);       /* as a list */
json_t *eh_json_tickets(int64_t nano); /* 10^-9 tickets as a number of tickets, three decimals */

/* receipt.c: of the deal that gave a ticket to a rep, as it stands in the log. */
struct eh_receipt {
    struct eh_str rep, why;
    int64_t epoch, eligible, weight; /* 0: not dealt */
    struct eh_str draws, detail;     /* as the columns of effect */
    struct eh_str resent_of;         /* id of the cancelled ticket it is once more; or empty */
    int64_t deal;                    /* which of the ticket's deals, from 1 */
    struct eh_str team;
    struct eh_str digest;           /* of the ticket's content, 16 bytes */
    struct eh_str commitment, seed; /* of the epoch, hexadecimal; seed: empty until revealed */
    bool over;                      /* the epoch is: without a seed, that is lost */
    struct eh_str by, said;         /* the manager who asked for it, and why; or empty */
    bool whole;                     /* with everybody's figures ... */
    struct eh_str reader;           /* ... or with this rep's alone */
};
json_t *eh_json_receipt(const struct eh_receipt *, const struct eh_desk *);

/* receipts.c: a row of admin_history or admin_receipts; but for what a proof takes. */
void eh_admin_receipt_row(const struct eh_admin_request *, const PGresult *, int row,
                          struct eh_receipt *ret);
/* Tickets of a list, in its order, whose receipts are wanted. */
struct eh_receipts_asked {
    json_t *body;                           /* has `tickets` */
    uint64_t numbers[EH_ADMIN_TICKET_PAGE]; /* 0: the caller is not told */
    size_t count;
};
void eh_admin_receipts_add(struct eh_receipts_asked *, uint64_t number);
/* Answers with the body and each ticket's `receipt`: reason and check, or null. */
void eh_admin_receipts_reply(struct eh_admin_request *, const struct eh_receipts_asked *);

/* Whether the caller sees a ticket: a rep their own, a manager those of their teams, operators and
 * auditors all. It holds for lists and single tickets. */
bool eh_admin_sees_ticket(const struct eh_admin_request *, const struct eh_ticket_view *);

/* query.c: sends one of eh_admin_statements with the desk's id and at most six parameters. The
 * request waits until the callback has the result. -EH_EUNAVAILABLE: PostgreSQL is away, or there
 * is no desk. */
int eh_admin_query(struct eh_admin_request *, const char *statement,
                   const struct eh_str *parameters, unsigned count,
                   eh_pg_result_fn *) EH_MUST_CHECK;
/* Whether a callback got no rows: PostgreSQL went away or refused; that is logged. */
bool eh_admin_query_failed(const PGresult *);
/* The same with one key, for what memory does not hold: *error says so. */
int eh_admin_ask(struct eh_admin_request *, const char *statement, const void *key,
                 uint32_t key_size, eh_pg_result_fn *, struct eh_error *) EH_MUST_CHECK;

/* range.c: which part of a list is wanted. */
struct eh_admin_range {
    uint64_t after;   /* go on behind this number; 0: from the beginning */
    int64_t since_us; /* 0: since ever */
    uint32_t limit;   /* items of an answer, 1 to a page */
    bool newest;      /* the largest number first */
};
/* Reads the range from the queries after, since, newest and limit. -EH_EINVAL, -EH_ERANGE. */
int eh_admin_range(const struct eh_admin_request *, uint32_t page, struct eh_admin_range *ret,
                   struct eh_error *) EH_MUST_CHECK;
/* The number behind which the range begins; without `after` it has all numbers. */
int64_t eh_admin_range_begin(const struct eh_admin_range *);
json_t *eh_json_cursor(uint64_t after); /* 0: null */
/* A query that is 1, 0 or not there. -EH_EINVAL. */
int eh_admin_range_flag(const struct eh_admin_request *, const char *name, bool *ret,
                        struct eh_error *) EH_MUST_CHECK;

/* names.c: 404, with the nearest name that the caller may know. */
void eh_admin_no_team(struct eh_admin_request *, struct eh_str id);
void eh_admin_no_rep(struct eh_admin_request *, struct eh_str id);
/* Index of the first rep of the desk whose id comes behind `id`; of an empty one: 0. */
uint32_t eh_admin_rep_behind(const struct eh_desk *, struct eh_str id);
/* The skills for which a ticket waits: those that nobody in its team has today, or all, when each
 * is there and nobody has all of them. *looks counts down with every member that is looked at.
 * NULL: it does not wait for skills, or *looks was not enough. */
json_t *eh_admin_missing_skills(const struct eh_engine *, const struct eh_ticket_view *,
                                uint32_t *looks);

/* ---- Routes. */
/* Finds the route and asks it; answers by itself when there is none or the caller may not. */
void eh_admin_dispatch(struct eh_admin_request *, const char *method);
const struct eh_admin_route *eh_admin_route(const char *method, const struct eh_http_path *,
                                            bool *ret_other_method);

#define EH_ADMIN_DECLARE(method, pattern, queries, who, engine, body_max, type, handle)            \
    void handle(struct eh_admin_request *);
EH_ADMIN_ROUTES(EH_ADMIN_DECLARE)
#undef EH_ADMIN_DECLARE

/* periods.c: answers a step of a period's life that was taken, now or before. */
void eh_admin_period_done(struct eh_admin_request *, const struct eh_command_result *);
/* Answers as such a step would be answered, without doing it. On an error, which is the one of the
 * step, nothing is answered yet. */
int eh_admin_period_try(struct eh_admin_request *, const struct eh_message *,
                        struct eh_error *) EH_MUST_CHECK;

/* gauges.c: an array, a row a team, as of something committed; NULL: not known yet. */
const json_t *eh_admin_gauges(struct eh_admin *);
void eh_admin_gauges_done(struct eh_admin *);
void eh_admin_put_undoable(const struct eh_admin_request *, json_t *body); /* of the status */
void eh_admin_print_gauges(struct eh_admin *, struct evbuffer *out);

/* ---- What PostgreSQL knows of a ticket that memory does not hold any more. */
/* found NULL: error says why (EH_ENOTFOUND, EH_EUNAVAILABLE, EH_ECORRUPT). The view lives until the
 * callback returns. Called exactly once, possibly before this returns. */
typedef void eh_admin_recall_fn(struct eh_admin_request *, const struct eh_ticket_view *found,
                                const struct eh_error *);
void eh_admin_recall(struct eh_admin_request *, struct eh_str source, struct eh_str id,
                     eh_admin_recall_fn *);

/* Statements the reader connection must know (ends with NULL); passed to eh_pg_new by life.c. */
extern const struct eh_pg_statement eh_admin_statements[];

#endif
