/*
 * tickets: one ticket, and lists of tickets. Open tickets are in memory. Closed tickets and the
 * history of each ticket come from PostgreSQL.
 *
 * Lists come in pages of EH_ADMIN_TICKET_PAGE. Cursors are numbers of tickets (the input that
 * brought each), as text.
 */
#include <stdlib.h>

#include <evenhand/draw/hash.h>

#include "admin/api/api.h"

static const struct eh_desk *desk_of(const struct eh_admin_request *request)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    return engine ? eh_engine_desk(engine) : NULL;
}

int eh_admin_ask(struct eh_admin_request *request, const char *statement, const void *key,
                 uint32_t key_size, eh_pg_result_fn *on_result, struct eh_error *error)
{
    struct eh_str parameter = eh_str_n(key, key_size);
    if (eh_admin_query(request, statement, &parameter, 1, on_result) < 0)
        return eh_error_set(error, EH_EUNAVAILABLE,
                            "PostgreSQL is away, and memory does not hold this; try again later");
    return 0;
}

/* ---- Tickets that are no longer in memory. */

struct recall {
    eh_admin_recall_fn *done;
    struct eh_str id;
};

static void on_recalled(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    struct recall *recall = request->state;
    if (!eh_admin_resume(request))
        return;

    struct eh_error error = {0};
    struct eh_ticket_view view;
    if (eh_admin_query_failed(result))
        eh_error_set(&error, EH_EUNAVAILABLE, "PostgreSQL went away; try again later");
    else if (PQntuples(result) == 0 || PQgetisnull(result, 0, 1))
        eh_error_set(&error, EH_ENOTFOUND, "ticket %.*s: there is none of this source and id",
                     EH_STR_ARG(recall->id));
    else if (eh_ticket_image_view(eh_pg_text(result, 0, 1), &view, &error) == 0) {
        recall->done(request, &view, NULL);
        return;
    }
    recall->done(request, NULL, &error);
}

void eh_admin_recall(struct eh_admin_request *request, struct eh_str source, struct eh_str id,
                     eh_admin_recall_fn *done)
{
    struct eh_error error = {0};
    struct recall *recall = eh_arena_alloc(&request->arena, sizeof *recall);
    if (!recall) {
        eh_error_set(&error, EH_ENOMEM, "out of memory");
        done(request, NULL, &error);
        return;
    }
    recall->done = done;
    recall->id = id;
    request->state = recall;

    uint8_t identity[16];
    eh_key_bytes(eh_ticket_identity(source, id), identity);
    if (eh_admin_ask(request, "admin_ticket", identity, sizeof identity, on_recalled, &error) < 0)
        done(request, NULL, &error);
}

/* ---- One ticket with its history. */

/* A helpdesk sees who got the ticket. It does not see who else could have got it, nor the reasons
 * of managers. */
static json_t *history_json(const PGresult *result, bool inside)
{
    json_t *list = json_array();
    for (int row = 0; row < PQntuples(result); row++) {
        json_t *item = json_object();
        eh_json_put_int(item, "seq", eh_pg_int(result, row, 0));
        eh_json_put_string(item, "type", eh_notice_type_name((int)eh_pg_int(result, row, 1)));
        eh_json_put_text(item, "team", eh_pg_text(result, row, 2));
        eh_json_put_text(item, "rep", eh_pg_text(result, row, 3));
        eh_json_put_text(item, "was", eh_pg_text(result, row, 4));
        eh_json_put_text(item, "why", eh_pg_text(result, row, 5));
        eh_json_put_time(item, "at", eh_pg_int(result, row, 6));
        if (inside && !PQgetisnull(result, row, 7)) {
            eh_json_put_int(item, "eligible", eh_pg_int(result, row, 7));
            eh_json_put_int(item, "epoch", eh_pg_int(result, row, 8));
        }
        if (inside && !PQgetisnull(result, row, 12)) {
            eh_json_put_text(item, "by", eh_pg_text(result, row, 12));
            eh_json_put_text(item, "reason", eh_pg_text(result, row, 13));
        }
        json_array_append_new(list, item);
    }
    return list;
}

static bool is_deal(const PGresult *result, int row)
{
    return eh_pg_int(result, row, 1) == EH_NOTICE_ASSIGNED &&
           !eh_str_equal(eh_pg_text(result, row, 5), eh_str("returned"));
}

/* The row of the deal that the receipt explains: the last deal in the team of the last assignment.
 * It is an earlier row where the ticket came back to a rep without a deal. -1: there is none. */
static int last_deal(const PGresult *result)
{
    int last = PQntuples(result) - 1, row;
    while (last >= 0 && eh_pg_int(result, last, 1) != EH_NOTICE_ASSIGNED)
        last--;
    for (row = last; row >= 0; row--)
        if (is_deal(result, row) &&
            eh_str_equal(eh_pg_text(result, row, 2), eh_pg_text(result, last, 2)))
            break;
    return row;
}

/* Id of the cancelled ticket that the customer sent again as this one; or empty. */
static struct eh_str resent_of(const PGresult *result)
{
    for (int row = 0; row < PQntuples(result); row++)
        if (eh_pg_int(result, row, 1) == EH_NOTICE_RESENT)
            return eh_pg_text(result, row, 5);
    return eh_str_n(NULL, 0);
}

/* What the history of a ticket needs when it comes from PostgreSQL. */
struct shown {
    uint8_t digest[EH_DIGEST_BYTES];
    bool inside; /* the caller has it, manages its team, or sees all */
};

static json_t *receipt_json(const struct eh_admin_request *request, const PGresult *result)
{
    const struct shown *shown = request->state;
    int row = last_deal(result);
    struct eh_receipt receipt;
    if (row < 0 || !desk_of(request) || !shown->inside)
        return NULL;
    eh_admin_receipt_row(request, result, row, &receipt);
    for (int each = 0; each <= row; each++)
        receipt.deal += is_deal(result, each);
    receipt.resent_of = resent_of(result);
    receipt.digest = eh_str_n((const char *)shown->digest, EH_DIGEST_BYTES);
    return eh_json_receipt(&receipt, desk_of(request));
}

static void on_history(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    if (!eh_admin_resume(request))
        return;
    json_t *body = json_incref(request->extra);
    const struct shown *shown = request->state;
    bool away = eh_admin_query_failed(result);
    eh_json_put(body, "history", away ? NULL : history_json(result, shown->inside));
    eh_json_put(body, "receipt", away ? NULL : receipt_json(request, result));
    eh_admin_reply(request, 200, body);
}

static bool is_inside(const struct eh_admin_request *request, const struct eh_ticket_view *ticket)
{
    const struct eh_peer *peer = request->peer;
    return eh_peer_sees_all(peer) || eh_peer_manages(peer, desk_of(request), ticket->team) ||
           (ticket->rep.size > 0 && eh_peer_is_rep(peer, ticket->rep));
}

bool eh_admin_sees_ticket(const struct eh_admin_request *request,
                          const struct eh_ticket_view *ticket)
{
    return is_inside(request, ticket) || eh_peer_owns_source(request->peer, ticket->source);
}

static json_t *ticket_json(const struct eh_admin_request *request,
                           const struct eh_ticket_view *ticket, uint32_t *looks)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    json_t *body = eh_json_ticket(ticket, engine ? eh_engine_desk(engine) : NULL);
    eh_json_put(body, "missing_skills",
                engine ? eh_admin_missing_skills(engine, ticket, looks) : NULL);
    return body;
}

#define WHO_SEES_TICKET                                                                            \
    "the rep of this ticket, a manager of its team, its helpdesk, an auditor or an operator"

/* Answers with the ticket, and with its history when PostgreSQL is there. */
static void show_ticket(struct eh_admin_request *request, const struct eh_ticket_view *ticket)
{
    if (!eh_admin_sees_ticket(request, ticket)) {
        eh_admin_deny(request, WHO_SEES_TICKET);
        return;
    }
    char number[8];
    struct shown shown = {.inside = is_inside(request, ticket)};
    eh_pg_put64(number, (int64_t)ticket->no);
    eh_key_bytes(ticket->digest, shown.digest);
    request->state = eh_arena_copy(&request->arena, &shown, sizeof shown);
    uint32_t looks = EH_ADMIN_SKILL_LOOKS;
    request->extra = ticket_json(request, ticket, &looks);
    if (!request->state ||
        eh_admin_ask(request, "admin_history", number, sizeof number, on_history, NULL) < 0) {
        eh_json_put(request->extra, "history", NULL);
        eh_json_put(request->extra, "receipt", NULL);
        eh_admin_reply(request, 200, json_incref(request->extra));
    }
}

static void show_recalled(struct eh_admin_request *request, const struct eh_ticket_view *found,
                          const struct eh_error *error)
{
    if (found)
        show_ticket(request, found);
    else if (error->code == EH_ENOTFOUND && !eh_peer_sees_all(request->peer))
        eh_admin_deny(request, WHO_SEES_TICKET); /* does not tell whether the ticket exists */
    else
        eh_admin_fail(request, error);
}

void eh_admin_get_ticket(struct eh_admin_request *request)
{
    struct eh_str source = eh_admin_part(request, "source"), id = eh_admin_part(request, "id");
    struct eh_ticket_view ticket;
    if (eh_engine_ticket(eh_app_engine(request->admin->app), source, id, &ticket))
        show_ticket(request, &ticket);
    else
        eh_admin_recall(request, source, id, show_recalled);
}

/* ---- Lists. */

/* The query of a list. */
struct filter {
    struct eh_str team, rep, source; /* empty: any */
    int state;                       /* enum eh_ticket_state; 0: waiting and assigned */
    bool paused;                     /* only those that wait for the customer */
    bool receipts;                   /* why each went to whom it did */
    struct eh_admin_range range;
};

static int read_filter(const struct eh_admin_request *request, struct filter *ret,
                       struct eh_error *error)
{
    struct filter filter = {.team = eh_http_path_query(&request->path, "team"),
                            .rep = eh_http_path_query(&request->path, "rep"),
                            .source = eh_http_path_query(&request->path, "source")};
    struct eh_str state = eh_http_path_query(&request->path, "state");
    for (int i = EH_TICKET_WAITING; i <= EH_TICKET_STATES; i++)
        if (eh_str_equal(state, eh_str(eh_ticket_state_name(i))))
            filter.state = i;
    if (state.size > 0 && filter.state == 0 && !eh_str_equal(state, eh_str("open")))
        return eh_error_field(error, EH_EINVAL, "state",
                              "state: %.*s is none of waiting, assigned, held, open, closed",
                              EH_STR_ARG(state));
    int r = eh_admin_range_flag(request, "receipts", &filter.receipts, error);
    if (r == 0)
        r = eh_admin_range_flag(request, "paused", &filter.paused, error);
    if (r == 0)
        r = eh_admin_range(request, EH_ADMIN_TICKET_PAGE, &filter.range, error);
    if (r < 0)
        return r;
    *ret = filter;
    return 0;
}

/* Narrows the filter of a caller who is nothing but a helpdesk to its own sources. */
static bool narrow_source(struct eh_admin_request *request, struct filter *filter)
{
    if (filter->source.size > 0) {
        eh_admin_deny(request, "the helpdesk of source %.*s, an auditor or an operator",
                      EH_STR_ARG(filter->source));
        return false;
    }
    filter->source = eh_peer_only_source(request->peer);
    return true; /* a helpdesk of several sources: listed() checks each ticket */
}

/* Narrows the filter to what the caller may see; false: answered with 403. */
static bool narrow(struct eh_admin_request *request, struct filter *filter)
{
    const struct eh_peer *peer = request->peer;
    if (eh_peer_sees_all(peer))
        return true;
    if (filter->rep.size > 0 && eh_peer_is_rep(peer, filter->rep))
        return true;
    if (filter->source.size > 0 && eh_peer_owns_source(peer, filter->source))
        return true;
    if ((peer->roles & EH_ADMIN_READERS) == 0)
        return narrow_source(request, filter);
    if (!(peer->roles & EH_MAY_MANAGER)) {
        if (filter->rep.size > 0) {
            eh_admin_deny(request,
                          "rep %.*s, a manager of the team, an auditor or an "
                          "operator",
                          EH_STR_ARG(filter->rep));
            return false;
        }
        filter->rep = eh_str(peer->rep);
        return true;
    }
    if (filter->team.size > 0 && !eh_peer_manages(peer, desk_of(request), filter->team)) {
        eh_admin_deny(request, "a manager of team %.*s, an auditor or an operator",
                      EH_STR_ARG(filter->team));
        return false;
    }
    return true; /* listed() checks each ticket, too */
}

/* Whether team and rep of the filter are known; false: answered with 404, not with an empty list. A
 * team that left the desk still has its tickets. */
static bool is_known(struct eh_admin_request *request, const struct filter *filter)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    if (filter->team.size > 0 && !eh_engine_knows_team(engine, filter->team))
        eh_admin_no_team(request, filter->team);
    else if (filter->rep.size > 0 && !eh_engine_knows_rep(engine, filter->rep))
        eh_admin_no_rep(request, filter->rep);
    else
        return true;
    return false;
}

static bool listed(const struct eh_admin_request *request, const struct filter *filter,
                   const struct eh_ticket_view *ticket)
{
    if (filter->team.size > 0 && !eh_str_equal(filter->team, ticket->team))
        return false;
    if (filter->rep.size > 0 && !eh_str_equal(filter->rep, ticket->rep))
        return false;
    if (filter->source.size > 0 && !eh_str_equal(filter->source, ticket->source))
        return false;
    return ticket->received_us >= filter->range.since_us && eh_admin_sees_ticket(request, ticket);
}

static json_t *list_body(json_t *list, uint64_t after)
{
    json_t *body = json_object();
    eh_json_put(body, "tickets", list);
    eh_json_put(body, "after", eh_json_cursor(after));
    return body;
}

/* With their receipts, where PostgreSQL is there; the caller is told those from within alone. */
static void reply_receipts(struct eh_admin_request *request, json_t *body,
                           const struct eh_ticket_view *views, size_t count)
{
    struct eh_receipts_asked asked = {.body = body};
    for (size_t i = 0; i < count; i++)
        eh_admin_receipts_add(&asked, is_inside(request, &views[i]) ? views[i].no : 0);
    eh_admin_receipts_reply(request, &asked);
}

static void list_from_memory(struct eh_admin_request *request, const struct filter *filter)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_ticket_view *views = calloc(EH_ADMIN_TICKET_PAGE, sizeof *views);
    if (!views) {
        eh_admin_error(request, EH_ENOMEM, NULL, "out of memory");
        return;
    }
    uint64_t after = 0;
    uint32_t looks = EH_ADMIN_SKILL_LOOKS;
    struct eh_ticket_query query = {.team = filter->team,
                                    .rep = filter->rep,
                                    .source = filter->source,
                                    .state = filter->state,
                                    .since_us = filter->range.since_us,
                                    .paused = filter->paused,
                                    .newest = filter->range.newest,
                                    .after = filter->range.after};
    size_t count = eh_engine_tickets(engine, &query, filter->range.limit, views, &after);
    json_t *list = json_array();
    size_t shown = 0;
    for (size_t i = 0; i < count; i++) {
        if (!listed(request, filter, &views[i]))
            continue;
        json_array_append_new(list, ticket_json(request, &views[i], &looks));
        views[shown++] = views[i];
    }
    if (filter->receipts)
        reply_receipts(request, list_body(list, after), views, shown);
    else
        eh_admin_reply(request, 200, list_body(list, after));
    free(views);
}

/* Whether a list with the newest first may end here: all further tickets arrived before `since`. */
static bool is_past(const struct filter *filter, const struct eh_ticket_view *ticket)
{
    return filter->range.newest && ticket->received_us < filter->range.since_us;
}

static void on_closed(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    if (!eh_admin_resume(request))
        return;
    if (eh_admin_query_failed(result)) {
        eh_admin_error(request, EH_EUNAVAILABLE, NULL, "PostgreSQL went away; try again later");
        return;
    }
    const struct filter *filter = request->state;
    const struct eh_desk *desk = desk_of(request);
    json_t *list = json_array();
    int rows = PQntuples(result), row = 0;
    bool over = false;
    for (; row < rows && !over && json_array_size(list) < filter->range.limit; row++) {
        struct eh_ticket_view ticket;
        if (eh_ticket_image_view(eh_pg_text(result, row, 2), &ticket, NULL) < 0)
            continue;
        over = is_past(filter, &ticket);
        if (eh_pg_int(result, row, 1) == EH_TICKET_CLOSED && listed(request, filter, &ticket))
            json_array_append_new(list, eh_json_ticket(&ticket, desk));
    }
    bool more = !over && (row < rows || rows == EH_ADMIN_CLOSED_SCAN);
    eh_admin_reply(request, 200,
                   list_body(list, more && row > 0 ? (uint64_t)eh_pg_int(result, row - 1, 0) : 0));
}

static void list_closed(struct eh_admin_request *request, const struct filter *filter)
{
    struct eh_error error = {0};
    struct filter *kept = eh_arena_copy(&request->arena, filter, sizeof *filter);
    if (!kept) {
        eh_admin_error(request, EH_ENOMEM, NULL, "out of memory");
        return;
    }
    kept->rep = eh_arena_str(&request->arena, filter->rep); /* the peer's may change */
    kept->source = eh_arena_str(&request->arena, filter->source);
    request->state = kept;
    char after[8];
    eh_pg_put64(after, eh_admin_range_begin(&kept->range));
    if (eh_admin_ask(request, kept->range.newest ? "admin_closed_newest" : "admin_closed", after,
                     sizeof after, on_closed, &error) < 0)
        eh_admin_fail(request, &error);
}

void eh_admin_get_tickets(struct eh_admin_request *request)
{
    struct eh_error error = {0};
    struct filter filter;
    if (read_filter(request, &filter, &error) < 0)
        eh_admin_fail(request, &error);
    else if (!narrow(request, &filter) || !is_known(request, &filter))
        return;
    else if (filter.state == EH_TICKET_CLOSED && filter.receipts)
        eh_admin_error(request, EH_EINVAL, "receipts",
                       "receipts: a list of closed tickets has none; ask for each ticket");
    else if (filter.state == EH_TICKET_CLOSED && filter.paused)
        eh_admin_error(request, EH_EINVAL, "paused", "paused: no closed ticket is paused");
    else if (filter.state == EH_TICKET_CLOSED)
        list_closed(request, &filter);
    else
        list_from_memory(request, &filter);
}
