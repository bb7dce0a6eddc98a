/*
 * dead: dead letters, which are entries of the stream that were refused, read from PostgreSQL. Each
 * has its reason. A caller who may read its body gets that as readable text.
 *
 * A helpdesk reads the letters of its own sources. An entry that was no message has its source in
 * the body alone: there is none where the body is erased or cannot be read.
 */
#include "admin/api/api.h"

#include <evenhand/wire/message.h>

#include "host/log.h"

#define LOOKS_MAX (1u << 20) /* bytes of bodies that one page searches for their sources */

enum column { INPUT, AT, REASON, STREAM_ID, SIZE, BODY, TYPE, SOURCE, ID };

struct letters {
    struct eh_admin_range range;
    uint64_t one;         /* the input of one letter; 0: a list */
    struct eh_str source; /* of the letters that are listed; empty: any */
};

/* Whose ticket a letter is about. */
struct about {
    json_t *said; /* the body, if it had to be read; owned */
    struct eh_str source, ticket;
};

static void about_done(struct about *about)
{
    json_decref(about->said);
}

static struct eh_str text_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) ? eh_str_n(json_string_value(value), json_string_length(value))
                                 : eh_str(NULL);
}

/* Reads source and ticket from the body of an entry that was no message, or of an outcome whose
 * ticket never came. A body with an id and no source is of the source `default`. */
static void about_read_body(struct about *about, struct eh_str body)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    if (eh_message_readable(body, &text) < 0)
        return;
    about->said = json_loadb((const char *)text.data, text.size, 0, NULL);
    about->ticket = text_of(about->said, "id");
    about->source = text_of(about->said, "source");
    if (about->ticket.size > 0 && !json_object_get(about->said, "source"))
        about->source = eh_str("default");
}

static struct about letter_about(const PGresult *result, int row, size_t *looked)
{
    struct about about = {.source = eh_pg_text(result, row, SOURCE),
                          .ticket = eh_pg_text(result, row, ID)};
    int64_t type = eh_pg_int(result, row, TYPE);
    bool told = type != -EH_MESSAGE_UNPARSED && type != -EH_MESSAGE_DUE;
    if (told || PQgetisnull(result, row, BODY))
        return about;
    struct eh_str body = eh_pg_text(result, row, BODY);
    *looked += body.size;
    about_read_body(&about, body);
    return about;
}

static bool owns(const struct eh_admin_request *request, struct eh_str source)
{
    return source.size > 0 && eh_peer_owns_source(request->peer, source);
}

/* A body is personal text: operators and the helpdesk that wrote it read it, auditors do not. */
static json_t *body_json(const struct eh_admin_request *request, const PGresult *result, int row,
                         struct eh_str source)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    bool may = (request->peer->roles & EH_MAY_OPERATOR) || owns(request, source);
    if (!may || PQgetisnull(result, row, BODY) ||
        eh_message_readable(eh_pg_text(result, row, BODY), &text) < 0)
        return NULL;
    return eh_json_text(eh_str_n((const char *)text.data, text.size));
}

static json_t *letter_json(const struct eh_admin_request *request, const PGresult *result, int row,
                           const struct about *about)
{
    json_t *item = json_object();
    eh_json_put_int(item, "input", eh_pg_int(result, row, INPUT));
    eh_json_put_time(item, "at", eh_pg_int(result, row, AT));
    eh_json_put_text(item, "reason", eh_pg_text(result, row, REASON));
    eh_json_put_text(item, "source", about->source);
    eh_json_put_text(item, "ticket", about->ticket);
    eh_json_put_text(item, "stream_id", eh_pg_text(result, row, STREAM_ID));
    eh_json_put(item, "size",
                PQgetisnull(result, row, SIZE) ? NULL : json_integer(eh_pg_int(result, row, SIZE)));
    eh_json_put(item, "body", body_json(request, result, row, about->source));
    return item;
}

/* Whether the caller asked for this letter and may see it. */
static bool shown(const struct eh_admin_request *request, const struct letters *letters,
                  const struct about *about)
{
    bool wanted = letters->source.size == 0 || eh_str_equal(letters->source, about->source);
    return wanted && (eh_peer_sees_all(request->peer) || owns(request, about->source));
}

static void reply_one(struct eh_admin_request *request, const PGresult *result,
                      const struct letters *letters)
{
    size_t looked = 0;
    bool there = PQntuples(result) > 0 && (uint64_t)eh_pg_int(result, 0, INPUT) == letters->one;
    EH_AUTO(about) struct about about = {.said = NULL};
    if (there)
        about = letter_about(result, 0, &looked);
    if (there && shown(request, letters, &about))
        eh_admin_reply(request, 200, letter_json(request, result, 0, &about));
    else if (eh_peer_sees_all(request->peer))
        eh_admin_error(request, EH_ENOTFOUND, NULL, "dead letter %llu: there is none",
                       (unsigned long long)letters->one);
    else /* the answer does not tell whether the letter exists */
        eh_admin_deny(request, "the helpdesk that wrote it, an auditor or an operator");
}

/* Adds the letter of a row to the list, if it is shown. */
static void list_add(const struct eh_admin_request *request, const struct letters *letters,
                     const PGresult *result, int row, json_t *list, size_t *looked)
{
    EH_AUTO(about) struct about about = letter_about(result, row, looked);
    if (shown(request, letters, &about))
        json_array_append_new(list, letter_json(request, result, row, &about));
}

static void reply_list(struct eh_admin_request *request, const PGresult *result,
                       const struct letters *letters)
{
    const struct eh_admin_range *range = &letters->range;
    json_t *list = json_array(), *body = json_object();
    int rows = PQntuples(result), row = 0;
    size_t looked = 0;
    bool over = false;
    for (; row < rows && !over && json_array_size(list) < range->limit && looked < LOOKS_MAX;
         row++) {
        bool wanted = eh_pg_int(result, row, AT) >= range->since_us;
        over = range->newest && !wanted;
        if (wanted)
            list_add(request, letters, result, row, list, &looked);
    }
    bool more = !over && row > 0 && (row < rows || rows == EH_ADMIN_DEAD_PAGE);
    eh_json_put(body, "letters", list);
    eh_json_put(body, "after",
                eh_json_cursor(more ? (uint64_t)eh_pg_int(result, row - 1, INPUT) : 0));
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
        reply_one(request, result, letters);
    } else {
        reply_list(request, result, letters);
    }
}

static void ask_for(struct eh_admin_request *request, const struct letters *wanted)
{
    struct letters *kept = eh_arena_copy(&request->arena, wanted, sizeof *wanted);
    struct eh_error error = {0};
    char after[8];
    eh_pg_put64(after,
                wanted->one ? (int64_t)wanted->one - 1 : eh_admin_range_begin(&wanted->range));
    if (kept)
        kept->source = eh_arena_str(&request->arena, wanted->source);
    request->state = kept;
    if (!kept)
        eh_admin_error(request, EH_ENOMEM, NULL, "out of memory");
    else if (eh_admin_ask(request, wanted->range.newest ? "admin_dead_newest" : "admin_dead", after,
                          sizeof after, on_letters, &error) < 0)
        eh_admin_fail(request, &error);
}

void eh_admin_get_dead(struct eh_admin_request *request)
{
    struct letters letters = {.source = eh_http_path_query(&request->path, "source")};
    struct eh_error error = {0};
    bool may = letters.source.size == 0 || eh_peer_sees_all(request->peer);
    if (!may && !owns(request, letters.source))
        eh_admin_deny(request, "the helpdesk of source %.*s, an auditor or an operator",
                      EH_STR_ARG(letters.source));
    else if (eh_admin_range(request, EH_ADMIN_DEAD_PAGE, &letters.range, &error) < 0)
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
