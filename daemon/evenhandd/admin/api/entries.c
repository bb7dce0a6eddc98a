/*
 * entries: what became of entries of the stream: GET /v1/entries.
 *
 * The log has the entries that were taken, parked or refused, by their ids. An entry that only
 * repeated an earlier one is no input: the last of these are in memory (repeats.h). An entry that
 * is in neither list is judged by `decided_before`. Below it the entry was a repeat, too, or a
 * signal that a later signal replaced. From it on the entry is not decided yet.
 */
#include <stdlib.h>

#include <evenhand/draw/hash.h>
#include <evenhand/engine/record.h>

#include "admin/api/api.h"
#include "redis/stream_id.h"

#define ID_MS_MAX INT64_MAX /* the clock of Redis never gets there */

/* What the caller asks for. */
struct entries {
    struct eh_stream_id after, last;
    struct eh_str source; /* of the entries shown whole; empty: of any that the caller may see */
    bool whole;           /* an operator or auditor asks */
    struct eh_stream_id decided_before;
};

/* Columns of admin_entries. */
enum { INPUT, TYPE, MS, NO, SOURCE, ID, TEAM, REST, REASON, EXPIRED };

static bool read_part(const char **at, const char *end, uint64_t *ret)
{
    const char *begin = *at;
    while (*at < end && **at >= '0' && **at <= '9')
        ++*at;
    int64_t number;
    struct eh_str digits = eh_str_n(begin, (size_t)(*at - begin));
    if (digits.size == 0 || eh_integer_parse(digits, &number, NULL) < 0)
        return false;
    *ret = (uint64_t)number;
    return true;
}

/* Reads "1700000000000-5"; or "1700000000000", which gets `part` as its second part. */
static int read_id(const struct eh_admin_request *request, const char *name, uint64_t part,
                   struct eh_stream_id *ret, struct eh_error *error)
{
    struct eh_str text = eh_http_path_query(&request->path, name);
    const char *at = text.data, *end = text.data ? text.data + text.size : NULL;
    struct eh_stream_id id = {0, part};
    bool read = text.size > 0 && read_part(&at, end, &id.ms);
    if (read && at < end && *at++ == '-')
        read = read_part(&at, end, &id.no);
    if (text.size > 0 && (!read || at != end))
        return eh_error_field(error, EH_EINVAL, name,
                              "%s: `%.*s` is no id of a stream, such as 1700000000000-0", name,
                              EH_STR_ARG(text));
    if (text.size > 0)
        *ret = id;
    return 0;
}

static int read_query(const struct eh_admin_request *request, struct entries *ret,
                      struct eh_error *error)
{
    struct eh_stream_id from = {0, 0}, after = {0, 0};
    struct entries entries = {.last = {ID_MS_MAX, INT64_MAX},
                              .source = eh_http_path_query(&request->path, "source"),
                              .whole = eh_peer_sees_all(request->peer)};
    int r = read_id(request, "from", 0, &from, error);
    if (r == 0)
        r = read_id(request, "to", INT64_MAX, &entries.last, error);
    if (r == 0)
        r = read_id(request, "after", INT64_MAX, &after, error);
    if (r < 0)
        return r;
    entries.after = eh_stream_id_before(from); /* `from` is part of the answer, `after` is not */
    if (eh_stream_id_compare(after, entries.after) > 0)
        entries.after = after;
    if (entries.source.size == 0 && !entries.whole &&
        eh_peer_writes_source(request->peer, eh_str("default")))
        entries.source = eh_str("default");
    *ret = entries;
    return 0;
}

/* ---- One entry. */

/* Whether the caller sees an entry whole. A helpdesk sees the entries of the source that it asks
 * for, if it may write under that source. A manager sees those of their teams. An entry that could
 * not be read has no source: whoever may write under any source sees it. */
static bool shown(const struct eh_admin_request *request, const struct entries *asked,
                  struct eh_str source, struct eh_str team)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_desk *desk = engine ? eh_engine_desk(engine) : NULL;
    bool named = asked->source.size == 0 || source.size == 0 || eh_str_equal(asked->source, source);
    if (asked->whole)
        return named;
    if (named && eh_peer_writes_source(request->peer, source))
        return true;
    return named && team.size > 0 && eh_peer_manages(request->peer, desk, team);
}

static void put_id(json_t *item, struct eh_stream_id id)
{
    char text[EH_STREAM_ID_TEXT_MAX];
    eh_stream_id_print(id, text);
    eh_json_put_string(item, "id", text);
}

static bool is_older(struct eh_str mended)
{
    return mended.size && memmem(mended.data, mended.size, EH_WORD_OLDER, sizeof EH_WORD_OLDER - 1);
}

static const char *became(const struct eh_admin_request *request, const PGresult *result, int row,
                          struct eh_str mended)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    int64_t type = eh_pg_int(result, row, TYPE);
    if (type < 0 || !PQgetisnull(result, row, EXPIRED))
        return "refused";
    if (type == EH_MESSAGE_OUTCOME && engine &&
        eh_engine_is_pending(engine, eh_pg_text(result, row, SOURCE), eh_pg_text(result, row, ID),
                             (uint64_t)eh_pg_int(result, row, INPUT)))
        return "parked";
    return is_older(mended) ? "older" : "taken";
}

static json_t *entry_json(const struct eh_admin_request *request, const struct entries *asked,
                          const PGresult *result, int row, struct eh_stream_id id)
{
    struct eh_str source = eh_pg_text(result, row, SOURCE), team = eh_pg_text(result, row, TEAM);
    struct eh_message said;
    struct eh_str mended = {NULL, 0};
    if (eh_record_said(eh_pg_text(result, row, REST), &said) &&
        eh_message_has(&said, EH_FIELD_MENDED))
        mended = said.mended;
    json_t *item = json_object();
    put_id(item, id);
    eh_json_put_string(item, "became", became(request, result, row, mended));
    if (!shown(request, asked, source, team))
        return item;
    int type = (int)eh_pg_int(result, row, TYPE);
    eh_json_put_int(item, "input", eh_pg_int(result, row, INPUT));
    eh_json_put_string(item, "type", eh_message_type_name(type < 0 ? -type : type));
    eh_json_put_text(item, "source", source);
    eh_json_put_text(item, "ticket", eh_pg_text(result, row, ID));
    eh_json_put_text(item, "reason", eh_pg_text(result, row, REASON));
    eh_json_put_text(item, "mended", mended);
    return item;
}

static json_t *repeat_json(const struct entries *asked, const struct eh_repeat *repeat)
{
    json_t *item = json_object();
    put_id(item, repeat->id);
    eh_json_put_string(item, "became", "repeated");
    if (asked->whole)
        eh_json_put_int(item, "input", (int64_t)repeat->input);
    return item;
}

/* ---- The page. */

static struct eh_stream_id id_of(const PGresult *result, int row)
{
    return (struct eh_stream_id){(uint64_t)eh_pg_int(result, row, MS),
                                 (uint64_t)eh_pg_int(result, row, NO)};
}

/* Merges entries of the log and repeats in the order of their ids. *ret_last: of the last. */
static json_t *page_json(const struct eh_admin_request *request, const struct entries *asked,
                         const PGresult *result, const struct eh_repeat *repeats, size_t count,
                         struct eh_stream_id *ret_last)
{
    json_t *list = json_array();
    size_t at = 0;
    int rows = PQntuples(result), row = 0;
    while (json_array_size(list) < EH_ADMIN_ENTRY_PAGE && (row < rows || at < count)) {
        struct eh_stream_id id = row < rows ? id_of(result, row) : asked->last;
        bool repeat = at < count && (row == rows || eh_stream_id_compare(repeats[at].id, id) < 0);
        *ret_last = repeat ? repeats[at].id : id;
        json_array_append_new(list, repeat ? repeat_json(asked, &repeats[at])
                                           : entry_json(request, asked, result, row, id));
        at += repeat;
        row += !repeat;
    }
    return list;
}

static void put_cursor(json_t *body, const char *key, bool there, struct eh_stream_id id)
{
    char text[EH_STREAM_ID_TEXT_MAX];
    eh_stream_id_print(id, text);
    eh_json_put(body, key, there ? json_string(text) : NULL);
}

static void on_entries(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    if (!eh_admin_resume(request))
        return;
    const struct entries *asked = request->state;
    struct eh_repeat *repeats = calloc(EH_ADMIN_ENTRY_PAGE, sizeof *repeats);
    if (!result || PQresultStatus(result) != PGRES_TUPLES_OK || !repeats) {
        free(repeats);
        eh_admin_error(request, EH_EUNAVAILABLE, NULL, "PostgreSQL went away; try again later");
        return;
    }
    struct eh_stream_id last = asked->after;
    size_t count = eh_app_repeats(request->admin->app, asked->after, asked->last, repeats,
                                  EH_ADMIN_ENTRY_PAGE);
    json_t *body = json_object(), *list = page_json(request, asked, result, repeats, count, &last);
    bool full = json_array_size(list) == EH_ADMIN_ENTRY_PAGE;
    eh_json_put(body, "entries", list);
    put_cursor(body, "after", full, last);
    put_cursor(body, "decided_before", true, asked->decided_before);
    free(repeats);
    eh_admin_reply(request, 200, body);
}

static int send_query(struct eh_admin_request *request, const struct entries *asked)
{
    const uint64_t bounds[] = {asked->after.ms, asked->after.no, asked->last.ms, asked->last.no};
    char numbers[4][8];
    struct eh_str parameters[4];
    for (size_t i = 0; i < 4; i++) {
        eh_pg_put64(numbers[i], (int64_t)bounds[i]);
        parameters[i] = eh_str_n(numbers[i], sizeof numbers[i]);
    }
    return eh_admin_query(request, "admin_entries", parameters, 4, on_entries);
}

void eh_admin_get_entries(struct eh_admin_request *request)
{
    struct eh_error error = {0};
    struct entries asked, *kept;
    if (read_query(request, &asked, &error) < 0) {
        eh_admin_fail(request, &error);
        return;
    }
    /* before the log is read, so that all entries below it stand in what is read */
    asked.decided_before = eh_app_decided_before(request->admin->app);
    kept = eh_arena_copy(&request->arena, &asked, sizeof asked);
    request->state = kept;
    if (!kept)
        eh_admin_error(request, EH_ENOMEM, NULL, "out of memory");
    else if (send_query(request, kept) < 0)
        eh_admin_error(request, EH_EUNAVAILABLE, NULL,
                       "PostgreSQL is away, and the log stands there; try again later");
}
