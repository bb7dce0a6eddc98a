/*
 * dead: dead letters, read back from PostgreSQL: entries of the stream that were refused,
 * with the reason and, for those who may read what was said, the body as a person reads it.
 */
#include "admin/api/api.h"

#include <evenhand/wire/message.h>

#include "host/log.h"

struct letters {
    struct eh_admin_range range;
    uint64_t one; /* the input asked for; 0: a list */
};

/* Bodies are personal text, which an auditor does not read. */
static json_t *body_json(const struct eh_admin_request *request, const PGresult *result, int row)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    if (!(request->peer->roles & EH_MAY_OPERATOR) || PQgetisnull(result, row, 5) ||
        eh_message_readable(eh_pg_text(result, row, 5), &text) < 0)
        return NULL;
    return eh_json_text(eh_str_n((const char *)text.data, text.size));
}

static json_t *letter_json(const struct eh_admin_request *request, const PGresult *result, int row)
{
    json_t *item = json_object();
    eh_json_put_int(item, "input", eh_pg_int(result, row, 0));
    eh_json_put_time(item, "at", eh_pg_int(result, row, 1));
    eh_json_put_text(item, "reason", eh_pg_text(result, row, 2));
    eh_json_put_text(item, "stream_id", eh_pg_text(result, row, 3));
    eh_json_put(item, "size",
                PQgetisnull(result, row, 4) ? NULL : json_integer(eh_pg_int(result, row, 4)));
    eh_json_put(item, "body", body_json(request, result, row));
    return item;
}

static void reply_one(struct eh_admin_request *request, const PGresult *result, uint64_t input)
{
    if (PQntuples(result) > 0 && (uint64_t)eh_pg_int(result, 0, 0) == input)
        eh_admin_reply(request, 200, letter_json(request, result, 0));
    else
        eh_admin_error(request, EH_ENOTFOUND, NULL, "dead letter %llu: there is none",
                       (unsigned long long)input);
}

static void reply_list(struct eh_admin_request *request, const PGresult *result,
                       const struct eh_admin_range *range)
{
    json_t *list = json_array(), *body = json_object();
    int rows = PQntuples(result), row = 0;
    bool over = false;
    for (; row < rows && !over && json_array_size(list) < range->limit; row++) {
        bool wanted = eh_pg_int(result, row, 1) >= range->since_us;
        over = range->newest && !wanted;
        if (wanted)
            json_array_append_new(list, letter_json(request, result, row));
    }
    bool more = !over && row > 0 && (row < rows || rows == EH_ADMIN_DEAD_PAGE);
    eh_json_put(body, "letters", list);
    eh_json_put(body, "after", eh_json_cursor(more ? (uint64_t)eh_pg_int(result, row - 1, 0) : 0));
    eh_admin_reply(request, 200, body);
}

static void on_letters(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    if (!eh_admin_resume(request))
        return;
    const struct letters *letters = request->state;
    if (!result || PQresultStatus(result) != PGRES_TUPLES_OK) {
        if (result)
            eh_log_limited(EH_LOG_WARNING, "admin-read", "reading for the admin API: %s",
                           PQresultErrorMessage(result));
        eh_admin_error(request, EH_EUNAVAILABLE, NULL, "PostgreSQL went away; try again later");
    } else if (letters->one) {
        reply_one(request, result, letters->one);
    } else {
        reply_list(request, result, &letters->range);
    }
}

static void ask_for(struct eh_admin_request *request, const struct letters *wanted)
{
    struct letters *kept = eh_arena_copy(&request->arena, wanted, sizeof *wanted);
    struct eh_error error = {0};
    char after[8];
    eh_pg_put64(after,
                wanted->one ? (int64_t)wanted->one - 1 : eh_admin_range_begin(&wanted->range));
    request->state = kept;
    if (!kept)
        eh_admin_error(request, EH_ENOMEM, NULL, "out of memory");
    else if (eh_admin_ask(request, wanted->range.newest ? "admin_dead_newest" : "admin_dead", after,
                          sizeof after, on_letters, &error) < 0)
        eh_admin_fail(request, &error);
}

void eh_admin_get_dead(struct eh_admin_request *request)
{
    struct letters letters = {0};
    struct eh_error error = {0};
    if (eh_admin_range(request, EH_ADMIN_DEAD_PAGE, &letters.range, &error) < 0)
        eh_admin_fail(request, &error);
    else
        ask_for(request, &letters);
}

void eh_admin_get_dead_letter(struct eh_admin_request *request)
{
    int64_t input = 0;
    struct eh_str text = eh_admin_part(request, "input");
    if (eh_integer_parse(text, &input, NULL) < 0 || input < 1) {
        eh_admin_error(request, EH_ENOTFOUND, "input",
                       "dead letter %.*s: there is none; it is the number of an input, as the list "
                       "has it",
                       EH_STR_ARG(text));
        return;
    }
    ask_for(request, &(struct letters){.one = (uint64_t)input});
}
