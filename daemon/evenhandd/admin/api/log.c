/*
 * log: what people did, and why: signals, what managers did by hand, what the helpdesk told of
 * owners, the steps of periods, desk files. It is read back from PostgreSQL, the newest first.
 *
 * Operators and auditors see all of it, a manager what is about a team or a rep of theirs, and what
 * they did themselves. A page looks at EH_ADMIN_LOG_SCAN inputs, so it may be empty though there
 * are more.
 */
#include <evenhand/draw/hash.h>
#include <evenhand/engine/periods.h>
#include <evenhand/wire/message_types.h>
#include <evenhand/wire/notice.h>

#include "admin/api/api.h"
#include "admin/api/log_text.h"

enum column {
    INPUT,
    TYPE,
    AT,
    ACTOR,
    SOURCE,
    ID,
    TEAM,
    REP,
    WORD,
    REASON,
    UNTIL,
    PERIOD,
    TOLD_BY,
    EFFECT,
    EFFECT_TEAM,
    EFFECT_REP,
    WAS,
    WHY,
    TICKETS,
    WAS_TEAM,
    REST,  /* of an absence: what has no column */
    WANTED /* 0: the row is there for its time */
};

struct filter {
    struct eh_admin_range range;
    struct eh_str person, team, source, id; /* empty: any */
    uint64_t from, to;                      /* the inputs that are looked at; both outside */
};

/* ---- One deed. */

static bool is_own_signal(const struct eh_engine *engine, const struct eh_doing *deed)
{
    struct eh_rep_view rep;
    return deed->type == EH_MESSAGE_SIGNAL && deed->by.size > 0 &&
           eh_engine_rep(engine, deed->rep, &rep) &&
           eh_str_equal(eh_actor_person(deed->by), rep.user);
}

/* What the helpdesk told came to this. */
static struct eh_str owner_word(const PGresult *result, int row)
{
    int64_t type = eh_pg_int(result, row, EFFECT);
    return type == EH_NOTICE_ASSIGNED ? eh_pg_text(result, row, WHY)
           : type == EH_NOTICE_HELD   ? eh_str("held")
                                      : eh_str("dropped");
}

static struct eh_str either(struct eh_str first, struct eh_str second)
{
    return first.size ? first : second;
}

static struct eh_doing deed_read(const struct eh_engine *engine, const PGresult *result, int row)
{
    struct eh_doing deed = {.type = (int)eh_pg_int(result, row, TYPE),
                            .by = eh_pg_text(result, row, ACTOR),
                            .source = eh_pg_text(result, row, SOURCE),
                            .id = eh_pg_text(result, row, ID),
                            .team = eh_pg_text(result, row, TEAM),
                            .was_team = eh_pg_text(result, row, WAS_TEAM),
                            .rep = eh_pg_text(result, row, REP),
                            .was = eh_pg_text(result, row, WAS),
                            .word = eh_pg_text(result, row, WORD),
                            .period = eh_pg_text(result, row, PERIOD),
                            .reason = eh_pg_text(result, row, REASON),
                            .until_us = eh_pg_int(result, row, UNTIL),
                            .tickets = (uint64_t)eh_pg_int(result, row, TICKETS)};
    if (deed.type != EH_MESSAGE_RELEASE)
        deed.team = either(deed.team, eh_pg_text(result, row, EFFECT_TEAM));
    else
        deed.was = eh_str(NULL); /* of one of its tickets */
    if (deed.type == EH_MESSAGE_OWNER) {
        deed.by = eh_pg_text(result, row, TOLD_BY);
        deed.rep = eh_pg_text(result, row, EFFECT_REP);
        deed.word = owner_word(result, row);
    }
    struct eh_message said;
    if (deed.type == EH_MESSAGE_ABSENCE && eh_record_said(eh_pg_text(result, row, REST), &said)) {
        deed.from_us = eh_message_has(&said, EH_FIELD_FROM) ? said.from_ms * 1000 : 0;
        deed.until_us = eh_message_has(&said, EH_FIELD_UNTIL) ? said.until_ms * 1000 : 0;
        deed.cancel = eh_message_has(&said, EH_FIELD_CANCEL);
        deed.reason_erased = eh_message_has(&said, EH_FIELD_REASON_DIGEST) && !deed.reason.size;
    }
    deed.own = is_own_signal(engine, &deed);
    return deed;
}

/* ---- Who sees it. */

/* The teams it names: one, or a manager's release of several, a list in one text. */
static bool is_of_team(const struct eh_doing *deed, struct eh_str team)
{
    struct eh_str list = deed->team;
    while (list.size > 0)
        if (eh_str_equal(eh_text_list_next(&list), team))
            return true;
    return eh_str_equal(deed->was_team, team);
}

static bool names_team(const struct eh_doing *deed)
{
    return deed->team.size > 0 || deed->was_team.size > 0;
}

/* What names no team is about those its rep is in today. */
static bool is_about_team(const struct eh_engine *engine, const struct eh_doing *deed,
                          struct eh_str team)
{
    struct eh_member_view member;
    if (names_team(deed))
        return is_of_team(deed, team);
    return deed->rep.size > 0 && eh_engine_member_of(engine, team, deed->rep, &member);
}

static bool sees(const struct eh_admin_request *request, const struct eh_doing *deed)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_desk *desk = eh_engine_desk(engine);
    const struct eh_peer *peer = request->peer;
    if (eh_peer_sees_all(peer) ||
        (deed->by.size > 0 && eh_str_equal(eh_actor_person(deed->by), eh_str(peer->user))))
        return true;
    for (uint32_t i = 0; i < desk->team_count; i++)
        if (eh_peer_manages(peer, desk, desk->teams[i].id) &&
            is_about_team(engine, deed, desk->teams[i].id))
            return true;
    return false;
}

/* ---- As JSON. */

static void put_person(json_t *item, const struct eh_engine *engine, const char *key,
                       const char *name_key, struct eh_str rep)
{
    eh_json_put_text(item, key, rep);
    eh_json_put(item, name_key, rep.size ? eh_json_text(eh_engine_rep_name(engine, rep)) : NULL);
}

/* The name of the rep whose user it is; null: it is none's. */
static json_t *name_of_user(const struct eh_desk *desk, struct eh_str user)
{
    for (uint32_t i = 0; user.size && i < desk->rep_count; i++)
        if (eh_str_equal(desk->reps[i].user, user) || eh_str_equal(desk->reps[i].id, user))
            return eh_json_text(desk->reps[i].name);
    return NULL;
}

static json_t *deed_json(const struct eh_engine *engine, const struct eh_doing *deed)
{
    char text[EH_DOING_TEXT_MAX];
    json_t *item = json_object();
    bool release = deed->type == EH_MESSAGE_RELEASE;
    eh_doing_print(deed, text);
    eh_json_put_string(item, "what", eh_message_type_name(deed->type));
    eh_json_put_text(item, "by", deed->by);
    eh_json_put(item, "by_name", name_of_user(eh_engine_desk(engine), eh_actor_person(deed->by)));
    eh_json_put(item, "teams", eh_json_list(deed->team));
    eh_json_put_text(item, "was_team", deed->was_team);
    put_person(item, engine, "rep", "rep_name", deed->rep);
    put_person(item, engine, "was", "was_name", deed->was);
    eh_json_put_text(item, "source", deed->source);
    eh_json_put_text(item, "ticket", deed->id);
    eh_json_put(item, "tickets", release ? json_integer((json_int_t)deed->tickets) : NULL);
    eh_json_put_text(item, "word", deed->word);
    eh_json_put_text(item, "period", deed->period);
    eh_json_put_time(item, "from", deed->from_us);
    eh_json_put_time(item, "until", deed->until_us);
    eh_json_put_text(item, "reason", deed->reason);
    eh_json_put_bool(item, "reason_erased", deed->reason_erased);
    eh_json_put_string(item, "text", text);
    return item;
}

/* Why somebody is absent is for them and their managers. */
static bool sees_why(const struct eh_admin_request *request, const struct eh_doing *deed)
{
    struct eh_rep_view rep;
    return deed->type != EH_MESSAGE_ABSENCE ||
           (eh_engine_rep(eh_app_engine(request->admin->app), deed->rep, &rep) &&
            (eh_peer_is_rep(request->peer, rep.id) || eh_peer_manages_rep(request->peer, &rep)));
}

static void list_add(const struct eh_admin_request *request, const PGresult *result, int row,
                     json_t *list)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct filter *filter = request->state;
    struct eh_doing deed = deed_read(engine, result, row);
    if (!sees(request, &deed) || (filter->team.size && !is_about_team(engine, &deed, filter->team)))
        return;
    if (!sees_why(request, &deed)) {
        deed.reason = eh_str(NULL);
        deed.reason_erased = false;
    }
    json_t *item = deed_json(engine, &deed);
    eh_json_put_int(item, "input", eh_pg_int(result, row, INPUT));
    eh_json_put_time(item, "at", eh_pg_int(result, row, AT));
    json_array_append_new(list, item);
}

/* Where the next page goes on: behind the last row that was looked at, or behind the last input. */
static uint64_t cursor(const struct filter *filter, const PGresult *result, int rows, int row)
{
    if (row < rows || rows == EH_ADMIN_LOG_ROWS)
        return (uint64_t)eh_pg_int(result, row - 1, INPUT);
    if (filter->range.newest)
        return filter->from > 0 ? filter->from + 1 : 0;
    return filter->to < (uint64_t)INT64_MAX ? filter->to - 1 : 0;
}

static void on_rows(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    if (!eh_admin_resume(request))
        return;
    if (eh_admin_query_failed(result)) {
        eh_admin_error(request, EH_EUNAVAILABLE, NULL, "PostgreSQL went away; try again later");
        return;
    }
    const struct filter *filter = request->state;
    const struct eh_admin_range *range = &filter->range;
    json_t *list = json_array(), *body = json_object();
    int rows = PQntuples(result), row = 0;
    bool over = false;
    for (; row < rows && !over && json_array_size(list) < range->limit; row++) {
        bool late = eh_pg_int(result, row, AT) >= range->since_us;
        over = range->newest && !late;
        if (late && eh_pg_int(result, row, WANTED))
            list_add(request, result, row, list);
    }
    eh_json_put(body, "log", list);
    eh_json_put(body, "after", eh_json_cursor(over ? 0 : cursor(filter, result, rows, row)));
    eh_admin_reply(request, 200, body);
}

/* ---- What is asked. */

/* The newest first, unless the other way is asked for. */
static int filter_read(struct eh_admin_request *request, struct filter *ret, struct eh_error *error)
{
    const struct eh_http_path *path = &request->path;
    struct filter filter = {.person = eh_http_path_query(path, "person"),
                            .team = eh_http_path_query(path, "team"),
                            .source = eh_http_path_query(path, "source"),
                            .id = eh_http_path_query(path, "id")};
    int r = eh_admin_range(request, EH_ADMIN_LOG_PAGE, &filter.range, error);
    if (r < 0)
        return r;
    if (filter.source.size && !filter.id.size)
        return eh_error_field(error, EH_EINVAL, "id", "id: missing; source goes with it");
    if (eh_http_path_query(path, "newest").size == 0)
        filter.range.newest = true;
    if (filter.id.size && !filter.source.size)
        filter.source = eh_str("default");
    *ret = filter;
    return 0;
}

/* The inputs that one page looks at. */
static void window_set(const struct eh_admin_request *request, struct filter *filter)
{
    struct eh_totals totals;
    eh_engine_totals(eh_app_engine(request->admin->app), &totals);
    uint64_t after = filter->range.after, end = totals.input + 1;
    if (filter->range.newest) {
        filter->to = after && after < end ? after : end;
        filter->from = filter->to > EH_ADMIN_LOG_SCAN + 1 ? filter->to - EH_ADMIN_LOG_SCAN - 1 : 0;
    } else {
        filter->from = after;
        filter->to = after + EH_ADMIN_LOG_SCAN + 1;
        if (filter->to >= end)
            filter->to = INT64_MAX;
    }
}

static int ask(struct eh_admin_request *request, const struct filter *filter)
{
    static const char separator = EH_TEXT_LIST_SEPARATOR;
    char from[8], to[8];
    EH_AUTO(eh_bytes) struct eh_bytes ticket = EH_BYTES_INIT;
    if (filter->id.size) {
        eh_bytes_put(&ticket, filter->source.data, filter->source.size);
        eh_bytes_put(&ticket, &separator, 1);
        eh_bytes_put(&ticket, filter->id.data, filter->id.size);
    }
    eh_pg_put64(from, (int64_t)filter->from);
    eh_pg_put64(to, (int64_t)filter->to);
    const struct eh_str parameters[] = {eh_str_n(from, sizeof from), eh_str_n(to, sizeof to),
                                        filter->person,
                                        eh_str_n((const char *)ticket.data, ticket.size)};
    return ticket.failed
               ? -EH_ENOMEM
               : eh_admin_query(request, filter->range.newest ? "admin_log_newest" : "admin_log",
                                parameters, 4, on_rows);
}

/* False: answered already. */
static bool may_see(struct eh_admin_request *request, struct eh_str team)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    if (team.size == 0)
        return true;
    if (!eh_peer_sees_all(request->peer) &&
        !eh_peer_manages(request->peer, eh_engine_desk(engine), team)) {
        eh_admin_deny(request, "a manager of team %.*s, an auditor or an operator",
                      EH_STR_ARG(team));
        return false;
    }
    if (eh_engine_knows_team(engine, team))
        return true;
    eh_admin_no_team(request, team);
    return false;
}

void eh_admin_get_log(struct eh_admin_request *request)
{
    struct eh_error error = {0};
    struct filter filter;
    if (filter_read(request, &filter, &error) < 0) {
        eh_admin_fail(request, &error);
        return;
    }
    if (!may_see(request, filter.team))
        return;
    window_set(request, &filter);
    struct filter *kept = eh_arena_copy(&request->arena, &filter, sizeof filter);
    request->state = kept;
    request->shows_state = false; /* committed rows alone */
    if (!kept || ask(request, kept) < 0)
        eh_admin_error(request, EH_EUNAVAILABLE, NULL,
                       "PostgreSQL is away, and memory does not hold this; try again later");
}
