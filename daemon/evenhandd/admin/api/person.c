/*
 * person: exports all that is held of a customer or a rep, and erases a customer's personal text or
 * why a rep was absent. Only operators may: an export tells everything about somebody at once.
 *
 * Both are POST: a name in an address would stand in logs. PostgreSQL does the work; what may be
 * erased, and nothing else, is what forget_customer() and forget_reasons() of the schema erase.
 */
#include "admin/api/api.h"

#include "host/log.h"

/* A request's body. */
struct person {
    struct eh_str customer, rep; /* one of them */
    uint64_t after;
    bool name_only, dry_run, has_before;
    int32_t before; /* day of the desk's calendar */
};

/* ---- What is asked for. */

static struct eh_str text_in(struct eh_admin_request *request, const json_t *value)
{
    return json_is_string(value)
               ? eh_arena_str(&request->arena,
                              eh_str_n(json_string_value(value), json_string_length(value)))
               : eh_str(NULL);
}

static int read_number(const json_t *value, uint64_t *ret)
{
    int64_t number = 0;
    if (!value || json_is_null(value))
        return 0;
    if (!json_is_string(value) ||
        eh_integer_parse(eh_str(json_string_value(value)), &number, NULL) < 0 || number < 0)
        return -EH_EINVAL;
    *ret = (uint64_t)number;
    return 0;
}

static int read_before(const json_t *value, struct person *ret, struct eh_error *error)
{
    if (json_is_null(value))
        return 0;
    ret->has_before = json_is_string(value) &&
                      eh_date_parse(eh_str(json_string_value(value)), &ret->before, NULL) == 0;
    return ret->has_before ? 0
                           : eh_error_field(error, EH_EINVAL, "before",
                                            "before: no day; write it like 2026-01-01");
}

static int read_keys(struct eh_admin_request *request, const json_t *body, struct person *ret,
                     struct eh_error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)body, key, value)
    {
        if (strcmp(key, "customer") == 0)
            ret->customer = text_in(request, value);
        else if (strcmp(key, "rep") == 0)
            ret->rep = text_in(request, value);
        else if (strcmp(key, "name_only") == 0)
            ret->name_only = json_is_true(value);
        else if (strcmp(key, "dry_run") == 0)
            ret->dry_run = json_is_true(value);
        else if (strcmp(key, "before") == 0 && read_before(value, ret, error) < 0)
            return -EH_EINVAL;
        else if (strcmp(key, "after") != 0 && strcmp(key, "before") != 0)
            return eh_error_set(error, EH_EINVAL, "%s: no such key here", key);
    }
    if (read_number(json_object_get(body, "after"), &ret->after) < 0)
        return eh_error_field(error, EH_EINVAL, "after",
                              "after: no cursor; take it from the answer before");
    if ((ret->customer.size > 0) == (ret->rep.size > 0))
        return eh_error_set(error, EH_EINVAL, "one of `customer` and `rep` is needed, as text");
    if (ret->has_before && (ret->customer.size > 0 || ret->name_only))
        return eh_error_field(error, EH_EINVAL, "before",
                              "before: goes with the reasons of a rep's absences alone");
    return 0;
}

/* False: answered. */
static bool read_person(struct eh_admin_request *request, struct person *ret)
{
    struct eh_error error = {0};
    json_t *body = json_loadb(request->body.data ? request->body.data : "", request->body.size,
                              JSON_REJECT_DUPLICATES, NULL);
    int r = json_is_object(body) ? read_keys(request, body, ret, &error)
                                 : eh_error_set(&error, EH_EPARSE, "the body is no JSON object");
    json_decref(body);
    if (r < 0)
        eh_admin_fail(request, &error);
    return r == 0;
}

/* ---- Asking PostgreSQL. */

static void away(struct eh_admin_request *request)
{
    eh_admin_error(request, EH_EUNAVAILABLE, NULL, "PostgreSQL is away; try again later");
}

static void ask(struct eh_admin_request *request, const char *statement, unsigned count,
                const struct eh_str *parameters, eh_pg_result_fn *on_result)
{
    if (eh_admin_query(request, statement, parameters, count, on_result) < 0)
        away(request);
}

/* False: the request is gone, or it was answered with an error. */
static bool has_rows(struct eh_admin_request *request, const PGresult *result)
{
    if (!eh_admin_resume(request))
        return false;
    if (result && PQresultStatus(result) == PGRES_TUPLES_OK)
        return true;
    if (!result) {
        away(request);
        return false;
    }
    const char *why = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    eh_log_limited(EH_LOG_WARNING, "admin-read", "asking of one person: %s", why ? why : "?");
    eh_admin_error(request, EH_EUNAVAILABLE, NULL, "PostgreSQL did not do it: %s", why ? why : "?");
    return false;
}

static struct person *keep(struct eh_admin_request *request, const struct person *person)
{
    struct person *kept = eh_arena_copy(&request->arena, person, sizeof *person);
    request->state = kept;
    if (!kept)
        eh_admin_error(request, EH_ENOMEM, NULL, "out of memory");
    return kept;
}

static struct eh_str number_bytes(struct eh_admin_request *request, int64_t number)
{
    char big[8];
    eh_pg_put64(big, number);
    const char *kept = eh_arena_copy(&request->arena, big, sizeof big);
    eh_require(kept);
    return eh_str_n(kept, sizeof big);
}

/* ---- Forgetting. */

static json_t *entries_json(struct eh_str list)
{
    json_t *entries = json_array();
    while (list.size > 0) {
        const char *blank = memchr(list.data, ' ', list.size);
        uint32_t size = blank ? (uint32_t)(blank - list.data) : list.size;
        json_array_append_new(entries, eh_json_text(eh_str_n(list.data, size)));
        size += blank != NULL;
        list = eh_str_n(list.data + size, list.size - size);
    }
    return entries;
}

static void on_forgotten(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    if (!has_rows(request, result))
        return;
    const struct person *person = request->state;
    json_t *body = json_object();
    eh_json_put_bool(body, "erased", !person->dry_run);
    eh_json_put_int(body, "tickets", eh_pg_int(result, 0, 0));
    eh_json_put_int(body, "texts", eh_pg_int(result, 0, 1));
    eh_json_put_int(body, "bodies", eh_pg_int(result, 0, 2));
    eh_json_put(body, "dead_entries", entries_json(eh_pg_text(result, 0, 3)));
    if (!person->dry_run)
        eh_log(EH_LOG_INFO, "forgot a customer user=%s tickets=%lld texts=%lld bodies=%lld",
               request->peer->user, (long long)eh_pg_int(result, 0, 0),
               (long long)eh_pg_int(result, 0, 1), (long long)eh_pg_int(result, 0, 2));
    eh_admin_reply(request, 200, body);
}

/* Says how many desk files of the log name the rep. They stay: the log is proved by them. */
static void on_desks(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    if (!has_rows(request, result))
        return;
    json_t *body = json_object();
    eh_json_put_bool(body, "erased", false);
    eh_json_put_int(body, "desk_files", eh_pg_int(result, 0, 0));
    eh_admin_reply(request, 200, body);
}

static void on_reasons_forgotten(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    if (!has_rows(request, result))
        return;
    const struct person *person = request->state;
    int64_t reasons = eh_pg_int(result, 0, 0), bodies = eh_pg_int(result, 0, 2);
    json_t *body = json_object();
    eh_json_put_bool(body, "erased", !person->dry_run);
    eh_json_put_int(body, "reasons", reasons);
    eh_json_put_int(body, "stay", eh_pg_int(result, 0, 1));
    eh_json_put_int(body, "bodies", bodies);
    eh_json_put(body, "dead_entries", entries_json(eh_pg_text(result, 0, 3)));
    if (!person->dry_run)
        eh_log(EH_LOG_INFO, "forgot why a rep was absent user=%s reasons=%lld bodies=%lld",
               request->peer->user, (long long)reasons, (long long)bodies);
    eh_admin_reply(request, 200, body);
}

/* Of somebody who left, too: the log has their absences as before. */
static void forget_reasons(struct eh_admin_request *request, const struct person *person)
{
    int64_t before_us =
        person->has_before ? eh_app_day_us(request->admin->app, person->before) : INT64_MAX;
    const struct eh_str parameters[] = {person->rep, number_bytes(request, before_us),
                                        number_bytes(request, !person->dry_run)};
    ask(request, "admin_forget_reasons", 3, parameters, on_reasons_forgotten);
}

static void forget_name(struct eh_admin_request *request, const struct person *person)
{
    struct eh_rep_view rep;
    bool known = eh_engine_rep(eh_app_engine(request->admin->app), person->rep, &rep);
    if (known && !eh_str_equal(rep.name, rep.id))
        eh_admin_error(request, EH_ECONFLICT, "rep",
                       "rep %.*s: the desk file still names them; take their `name` out of it and "
                       "apply it first",
                       EH_STR_ARG(person->rep));
    else
        ask(request, "admin_desks", 1, &person->rep, on_desks);
}

void eh_admin_post_forget(struct eh_admin_request *request)
{
    struct person person = {.after = 0};
    if (!read_person(request, &person) || !keep(request, &person))
        return;
    if (person.rep.size > 0) {
        (person.name_only ? forget_name : forget_reasons)(request, &person);
        return;
    }
    const struct eh_str parameters[] = {person.customer, number_bytes(request, !person.dry_run)};
    ask(request, "admin_forget", 2, parameters, on_forgotten);
}

/* ---- Telling all. */

static void append_item(json_t *items, struct eh_str text)
{
    json_t *item = json_loadb(text.data, text.size, 0, NULL);
    if (item)
        json_array_append_new(items, item);
}

static void put_after(json_t *body, int64_t after)
{
    char text[24];
    eh_format(text, sizeof text, "%lld", (long long)after);
    eh_json_put(body, "after", after ? json_string(text) : NULL);
}

static void on_customer(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    if (!has_rows(request, result))
        return;
    int rows = PQntuples(result);
    json_t *body = json_object(), *items = json_array();
    for (int row = 0; row < rows; row++)
        append_item(items, eh_pg_text(result, row, 1));
    eh_json_put(body, "items", items);
    put_after(body, rows == EH_ADMIN_EXPORT_TICKETS ? eh_pg_int(result, rows - 1, 0) : 0);
    eh_admin_reply(request, 200, body);
}

static void append_stays(json_t *list, const struct eh_desk_team *team, uint32_t rep)
{
    for (uint32_t i = 0; i < team->member_count; i++) {
        if (team->members[i].rep != rep)
            continue;
        json_t *stay = json_object();
        eh_json_put_text(stay, "team", team->id);
        eh_json_put_date(stay, "from", team->members[i].from);
        eh_json_put_date(stay, "until", team->members[i].until);
        json_array_append_new(list, stay);
    }
}

/* As the desk file has them; null: it has them no more. */
static json_t *desk_entry(const struct eh_desk *desk, struct eh_str id)
{
    uint32_t i = 0;
    while (i < desk->rep_count && !eh_str_equal(desk->reps[i].id, id))
        i++;
    if (i == desk->rep_count)
        return NULL;
    const struct eh_desk_rep *rep = &desk->reps[i];
    json_t *entry = json_object(), *teams = json_array(), *skills = json_array();
    for (uint32_t t = 0; t < desk->team_count; t++)
        append_stays(teams, &desk->teams[t], i);
    for (uint32_t s = 0; s < rep->skill_count; s++)
        json_array_append_new(skills, eh_json_text(rep->skills[s]));
    eh_json_put_text(entry, "id", rep->id);
    eh_json_put_text(entry, "name", rep->name);
    eh_json_put_text(entry, "user", rep->user);
    eh_json_put(entry, "accounts", eh_json_accounts(rep));
    eh_json_put_date(entry, "since", rep->since);
    eh_json_put_int(entry, "share_ppm", rep->share_ppm);
    eh_json_put(entry, "skills", skills);
    eh_json_put(entry, "teams", teams);
    return entry;
}

/* The log has types as numbers. */
static void name_type(json_t *item)
{
    const json_t *type = json_object_get(item, "type");
    if (!json_is_integer(type))
        return;
    int number = (int)json_integer_value(type);
    bool effect = strcmp(json_string_value(json_object_get(item, "what")), "ticket") == 0;
    const char *name =
        effect ? eh_notice_type_name(number) : eh_message_type_name(number < 0 ? -number : number);
    if (!effect && number < 0)
        eh_json_put_bool(item, "refused", true);
    eh_json_put_string(item, "type", name);
}

static int digit_of(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* What an absence says has no columns. */
static void open_absence(json_t *item)
{
    struct eh_str hex = eh_str(json_string_value(json_object_get(item, "rest")));
    struct eh_message said;
    EH_AUTO(eh_bytes) struct eh_bytes rest = EH_BYTES_INIT;
    if (hex.size == 0)
        return;
    for (uint32_t i = 0; i + 1 < hex.size; i += 2)
        eh_bytes_put_u8(&rest, (uint8_t)(digit_of(hex.data[i]) << 4 | digit_of(hex.data[i + 1])));
    if (!rest.failed && eh_record_said(eh_str_n((const char *)rest.data, rest.size), &said)) {
        if (eh_message_has(&said, EH_FIELD_FROM))
            eh_json_put_time(item, "from", said.from_ms * 1000);
        if (eh_message_has(&said, EH_FIELD_UNTIL))
            eh_json_put_time(item, "until", said.until_ms * 1000);
        if (eh_message_has(&said, EH_FIELD_CANCEL))
            eh_json_put_int(item, "cancel", said.cancel);
        if (eh_message_has(&said, EH_FIELD_UID))
            eh_json_put_text(item, "uid", said.uid);
        if (eh_message_has(&said, EH_FIELD_REASON_DIGEST) && !json_object_get(item, "reason") &&
            !json_object_get(item, "refused"))
            eh_json_put_bool(item, "reason_erased", true);
    }
    json_object_del(item, "rest");
}

static void on_rep(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    if (!has_rows(request, result))
        return;
    const struct person *person = request->state;
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_desk *desk = engine ? eh_engine_desk(engine) : NULL;
    json_t *body = json_object(), *items = json_array();
    for (int row = 1; row < PQntuples(result); row++)
        append_item(items, eh_pg_text(result, row, 1));
    for (size_t i = 0; i < json_array_size(items); i++) {
        name_type(json_array_get(items, i));
        open_absence(json_array_get(items, i));
    }
    eh_json_put(body, "rep", desk && person->after == 0 ? desk_entry(desk, person->rep) : NULL);
    eh_json_put(body, "items", items);
    put_after(body, PQntuples(result) > 0 ? eh_pg_int(result, 0, 0) : 0);
    eh_admin_reply(request, 200, body);
}

void eh_admin_post_export(struct eh_admin_request *request)
{
    struct person person = {.after = 0};
    if (!read_person(request, &person) || !keep(request, &person))
        return;
    struct eh_str after = number_bytes(request, (int64_t)person.after);
    if (person.customer.size > 0) {
        const struct eh_str parameters[] = {person.customer, after};
        ask(request, "admin_export_customer", 2, parameters, on_customer);
        return;
    }
    struct eh_rep_view rep = {.user = {NULL, 0}};
    if (!eh_engine_rep(eh_app_engine(request->admin->app), person.rep, &rep)) {
        eh_admin_error(request, EH_ENOTFOUND, "rep", "rep %.*s: there is none",
                       EH_STR_ARG(person.rep));
        return;
    }
    const struct eh_str parameters[] = {person.rep, rep.user, after};
    ask(request, "admin_export_rep", 3, parameters, on_rep);
}
