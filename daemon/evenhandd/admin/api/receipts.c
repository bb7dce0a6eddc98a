/* receipts: the deal that explains a ticket, read from the log, and those of a list of tickets. */
#include "admin/api/api.h"

#define NUMBER_MAX 20 /* digits of a ticket's number */

void eh_admin_receipt_row(const struct eh_admin_request *request, const PGresult *result, int row,
                          struct eh_receipt *ret)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_peer *peer = request->peer;
    struct eh_str team = eh_pg_text(result, row, 2);
    struct eh_totals totals;
    eh_engine_totals(engine, &totals);
    *ret = (struct eh_receipt){.team = team,
                               .rep = eh_pg_text(result, row, 3),
                               .why = eh_pg_text(result, row, 5),
                               .eligible = eh_pg_int(result, row, 7),
                               .epoch = eh_pg_int(result, row, 8),
                               .weight = eh_pg_int(result, row, 9),
                               .draws = eh_pg_text(result, row, 10),
                               .detail = eh_pg_text(result, row, 11),
                               .by = eh_pg_text(result, row, 12),
                               .said = eh_pg_text(result, row, 13),
                               .commitment = eh_pg_text(result, row, 14),
                               .seed = eh_pg_text(result, row, 15),
                               .over = eh_pg_int(result, row, 8) < totals.epoch,
                               .whole = eh_peer_sees_all(peer) ||
                                        eh_peer_manages(peer, eh_engine_desk(engine), team),
                               .reader = eh_str(peer->rep)};
}

void eh_admin_receipts_add(struct eh_receipts_asked *asked, uint64_t number)
{
    eh_require(asked->count < EH_ADMIN_TICKET_PAGE);
    asked->numbers[asked->count++] = number;
}

/* What a list says of a receipt. */
static json_t *sentences(json_t *receipt)
{
    static const char *const keys[] = {"rep", "why", "reason", "checkable", "check"};
    json_t *body = json_object();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        eh_json_put(body, keys[i], json_incref(json_object_get(receipt, keys[i])));
    json_decref(receipt);
    return body;
}

static void put_receipt(const struct eh_admin_request *request, const PGresult *result, int row)
{
    const struct eh_receipts_asked *asked = request->state;
    uint64_t number = (uint64_t)eh_pg_int(result, row, 0);
    struct eh_receipt receipt;
    size_t at = 0;
    while (at < asked->count && asked->numbers[at] != number)
        at++;
    json_t *ticket = json_array_get(json_object_get(asked->body, "tickets"), at);
    if (!ticket)
        return;
    eh_admin_receipt_row(request, result, row, &receipt);
    eh_json_put(
        ticket, "receipt",
        sentences(eh_json_receipt(&receipt, eh_engine_desk(eh_app_engine(request->admin->app)))));
}

static void on_receipts(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    if (!eh_admin_resume(request))
        return;
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    bool away = eh_admin_query_failed(result) || !engine || !eh_engine_desk(engine);
    for (int row = 0; !away && row < PQntuples(result); row++)
        put_receipt(request, result, row);
    eh_admin_reply(request, 200, json_incref(request->extra));
}

/* Their numbers with spaces between; empty: there are none. */
static struct eh_str numbers_text(struct eh_admin_request *request,
                                  const struct eh_receipts_asked *asked)
{
    size_t max = asked->count * (NUMBER_MAX + 1) + 1, size = 0;
    char *text = eh_arena_alloc(&request->arena, max);
    for (size_t i = 0; text && i < asked->count; i++)
        if (asked->numbers[i] != 0)
            size += eh_format(text + size, max - size, "%s%llu", size ? " " : "",
                              (unsigned long long)asked->numbers[i]);
    return eh_str_n(text, (uint32_t)size);
}

void eh_admin_receipts_reply(struct eh_admin_request *request,
                             const struct eh_receipts_asked *asked)
{
    struct eh_str numbers = numbers_text(request, asked);
    json_t *ticket;
    size_t i;
    json_array_foreach(json_object_get(asked->body, "tickets"), i, ticket)
    {
        eh_json_put(ticket, "receipt", NULL);
    }
    request->extra = asked->body;
    request->state = eh_arena_copy(&request->arena, asked, sizeof *asked);
    if (!request->state || numbers.size == 0 ||
        eh_admin_query(request, "admin_receipts", &numbers, 1, on_receipts) < 0)
        eh_admin_reply(request, 200, json_incref(request->extra));
}
