/*
 * absences: who is absent when, as it is told and read one by one. Why is seen by the rep and their
 * managers alone. It can be erased, so PostgreSQL alone knows it.
 */
#include <evenhand/engine/record.h>
#include <evenhand/wire/schedule.h>

#include "admin/api/absences.h"
#include "admin/api/change.h"

/* ---- Read. */

#define LIST_MAX   (EH_ADMIN_PAGE + EH_ABSENCES_PER_REP_MAX) /* absences of one answer */
#define NUMBER_MAX 20                                        /* digits of an absence's number */

/* Absences of the answer of which the caller may know why. */
struct reasons {
    json_t *list;
    struct {
        size_t at; /* in the list */
        uint64_t number;
    } wanted[LIST_MAX];
    size_t count;
};

static json_t *absence_json(const struct eh_absence_view *absence, struct eh_str rep)
{
    json_t *body = json_object();
    eh_json_put_text(body, "rep", rep);
    eh_json_put_int(body, "number", (int64_t)absence->number);
    eh_json_put_time(body, "from", absence->from_us);
    eh_json_put_time(body, "until", absence->until_us);
    eh_json_put(body, "reason", NULL);
    eh_json_put_bool(body, "reason_erased", false);
    eh_json_put_bool(body, "begun", absence->begun);
    eh_json_put_text(body, "uid", absence->uid);
    return body;
}

static void put_absences(const struct eh_admin_request *request, const struct eh_rep_view *rep,
                         struct reasons *reasons)
{
    const struct eh_peer *peer = request->peer;
    struct eh_absence_view views[EH_ABSENCES_PER_REP_MAX];
    bool why = eh_peer_is_rep(peer, rep->id) || eh_peer_manages_rep(peer, rep);
    size_t count = eh_engine_absences(eh_app_engine(request->admin->app), rep->id,
                                      EH_ABSENCES_PER_REP_MAX, views);
    for (size_t i = 0; i < count; i++) {
        if (why) {
            reasons->wanted[reasons->count].at = json_array_size(reasons->list);
            reasons->wanted[reasons->count++].number = views[i].number;
        }
        json_array_append_new(reasons->list, absence_json(&views[i], rep->id));
    }
}

static void put_reason(json_t *absence, struct eh_str reason, struct eh_str rest)
{
    struct eh_message said;
    bool erased = reason.size == 0 && eh_record_said(rest, &said) &&
                  eh_message_has(&said, EH_FIELD_REASON_DIGEST);
    eh_json_put_bool(absence, "reason_erased", erased);
    if (reason.size > 0)
        eh_json_put_text(absence, "reason", reason);
    else if (!erased && rest.size > 0)
        eh_json_put_string(absence, "reason", eh_absence_name(EH_ABSENCE_OTHER));
}

static void on_reasons(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    if (!eh_admin_resume(request))
        return;
    const struct reasons *reasons = request->state;
    bool there = !eh_admin_query_failed(result) && PQntuples(result) == (int)reasons->count;
    for (size_t i = 0; there && i < reasons->count; i++)
        put_reason(json_array_get(reasons->list, reasons->wanted[i].at),
                   eh_pg_text(result, (int)i, 0), eh_pg_text(result, (int)i, 1));
    eh_admin_reply(request, 200, json_incref(request->extra));
}

/* Their numbers with spaces between. */
static struct eh_str numbers_text(struct eh_admin_request *request, const struct reasons *reasons)
{
    size_t max = reasons->count * (NUMBER_MAX + 1) + 1, size = 0;
    char *text = eh_arena_alloc(&request->arena, max);
    for (size_t i = 0; text && i < reasons->count; i++)
        size += eh_format(text + size, max - size, "%s%llu", size ? " " : "",
                          (unsigned long long)reasons->wanted[i].number);
    return eh_str_n(text, (uint32_t)size);
}

/* What was decided is committed now. Without PostgreSQL nobody is told why. */
static void on_committed(void *context, bool confirmed)
{
    struct eh_admin_request *request = context;
    if (!eh_admin_resume(request))
        return;
    struct eh_str numbers = numbers_text(request, request->state);
    if (!confirmed || numbers.size == 0 ||
        eh_admin_query(request, "admin_reasons", &numbers, 1, on_reasons) < 0)
        eh_admin_reply(request, 200, json_incref(request->extra));
}

/* NULL: answered. */
static struct reasons *reasons_new(struct eh_admin_request *request)
{
    struct reasons *reasons = eh_arena_alloc(&request->arena, sizeof *reasons);
    request->state = reasons;
    request->extra = json_object();
    if (!reasons) {
        eh_admin_error(request, EH_ENOMEM, NULL, "out of memory");
        return NULL;
    }
    *reasons = (struct reasons){.list = json_array()};
    eh_json_put(request->extra, "absences", reasons->list);
    return reasons;
}

/* Answers with request->extra, and in it why, as far as the caller may know. */
static void reasons_reply(struct eh_admin_request *request, const struct reasons *reasons)
{
    if (reasons->count == 0) {
        eh_admin_reply(request, 200, json_incref(request->extra));
        return;
    }
    eh_admin_wait(request);
    if (eh_app_when_confirmed(request->admin->app, on_committed, request) < 0)
        on_committed(request, false);
}

void eh_admin_get_rep_absences(struct eh_admin_request *request)
{
    struct eh_str id = eh_admin_part(request, "rep");
    struct eh_rep_view rep;
    bool known = eh_engine_rep(eh_app_engine(request->admin->app), id, &rep);
    if (known ? !eh_peer_sees_rep(request->peer, &rep) : !eh_peer_sees_all(request->peer)) {
        eh_admin_deny(request, "rep %.*s, one of their managers, an auditor or an operator",
                      EH_STR_ARG(id));
        return;
    }
    if (!known) {
        eh_admin_no_rep(request, id);
        return;
    }
    struct reasons *reasons = reasons_new(request);
    if (!reasons)
        return;
    put_absences(request, &rep, reasons);
    reasons_reply(request, reasons);
}

/* Of all reps whom the caller sees: a page of reps after reps. */
void eh_admin_get_absences(struct eh_admin_request *request)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_desk *desk = eh_engine_desk(engine);
    struct reasons *reasons = reasons_new(request);
    if (!reasons)
        return;
    uint32_t i = desk ? eh_admin_rep_behind(desk, eh_http_path_query(&request->path, "after")) : 0;
    for (uint32_t seen = 0; desk && i < desk->rep_count && seen < EH_ADMIN_SCAN_MAX &&
                            json_array_size(reasons->list) < EH_ADMIN_PAGE;
         i++, seen++) {
        struct eh_rep_view rep;
        if (eh_engine_rep(engine, desk->reps[i].id, &rep) && eh_peer_sees_rep(request->peer, &rep))
            put_absences(request, &rep, reasons);
    }
    bool more = desk && i < desk->rep_count;
    eh_json_put(request->extra, "after", more ? eh_json_text(desk->reps[i - 1].id) : NULL);
    reasons_reply(request, reasons);
}

/* ---- Told. */

bool eh_admin_tells_absences(struct eh_admin_request *request, struct eh_str id,
                             int64_t *ret_from_us)
{
    struct eh_app *app = request->admin->app;
    const struct eh_engine *engine = eh_app_engine(app);
    const struct eh_peer *peer = request->peer;
    struct eh_rep_view rep;
    bool known = eh_engine_rep(engine, id, &rep);
    bool any =
        (peer->roles & EH_MAY_OPERATOR) || (known && eh_peer_manages_whole_rep(peer, engine, &rep));
    if (!any && !(known && eh_peer_is_rep(peer, id))) {
        eh_admin_deny(request,
                      "rep %.*s themselves, an operator or a manager of all teams they are in",
                      EH_STR_ARG(id));
        return false;
    }
    if (!known) {
        eh_admin_no_rep(request, id);
        return false;
    }
    *ret_from_us = any ? 0 : eh_app_rep_tomorrow_us(app, id);
    return true;
}

/* When what the message tells begins, or, cancelled, what it is about. EH_TIME_NEVER: there is no
 * such absence, which the engine says. */
static int64_t begins_us(const struct eh_admin_request *request, const struct eh_message *m)
{
    struct eh_app *app = request->admin->app;
    struct eh_absence_view views[EH_ABSENCES_PER_REP_MAX];
    size_t count = eh_engine_absences(eh_app_engine(app), m->rep, EH_ABSENCES_PER_REP_MAX, views);
    int64_t begins = EH_TIME_NEVER;
    if (eh_message_has(m, EH_FIELD_FROM_DAY))
        begins = eh_app_rep_day_us(app, m->rep, (int32_t)m->from_day);
    else if (eh_message_has(m, EH_FIELD_FROM))
        begins = m->from_ms * 1000;
    for (size_t i = 0; i < count; i++) {
        bool same = (m->cancel && views[i].number == (uint64_t)m->cancel) ||
                    (m->uid.size > 0 && eh_str_equal(views[i].uid, m->uid));
        if (same && views[i].from_us < begins)
            begins = views[i].from_us;
    }
    return begins;
}

/* Whether it cancels, and says neither by number nor by name what. */
static bool is_nameless(const struct eh_message *m)
{
    return eh_message_has(m, EH_FIELD_CANCEL) && m->cancel == 0 && m->uid.size == 0;
}

void eh_admin_post_absence(struct eh_admin_request *request)
{
    struct eh_str id = eh_admin_part(request, "rep");
    int64_t from_us;
    if (!eh_admin_tells_absences(request, id, &from_us))
        return;
    struct eh_command *command = eh_admin_change_begin(request);
    if (!command)
        return;
    eh_admin_change_preset(command, EH_FIELD_REP, &command->message.rep, id);
    if (!eh_admin_change_read(request, command))
        return;
    if (is_nameless(&command->message)) {
        eh_admin_error(request, EH_EINVAL, "cancel",
                       "cancel: 0 is the absence of a uid, and there is none; say uid, or the "
                       "number of the absence");
        eh_command_free(command);
        return;
    }
    if (begins_us(request, &command->message) >= from_us) {
        eh_admin_change_submit(request, command);
        return;
    }
    struct eh_str zone = eh_app_rep_zone(request->admin->app, id);
    eh_admin_deny(
        request,
        "a manager or an operator; what begins before tomorrow (%.*s) is not %.*s's to say",
        EH_STR_ARG(zone), EH_STR_ARG(id));
    eh_command_free(command);
}
