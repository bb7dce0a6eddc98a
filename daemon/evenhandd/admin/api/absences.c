/*
 * absences: who is absent when, as it is told and read one by one. Why is seen by the rep and their
 * managers alone.
 */
#include "admin/api/absences.h"
#include "admin/api/change.h"

/* ---- Read. */

static json_t *absence_json(const struct eh_absence_view *absence, struct eh_str rep, bool why)
{
    json_t *body = json_object();
    eh_json_put_text(body, "rep", rep);
    eh_json_put_int(body, "number", (int64_t)absence->number);
    eh_json_put_time(body, "from", absence->from_us);
    eh_json_put_time(body, "until", absence->until_us);
    eh_json_put_string(body, "reason", why ? eh_absence_name(absence->reason) : NULL);
    eh_json_put_bool(body, "begun", absence->begun);
    eh_json_put_text(body, "uid", absence->uid);
    return body;
}

static void put_absences(const struct eh_admin_request *request, const struct eh_rep_view *rep,
                         json_t *list)
{
    const struct eh_peer *peer = request->peer;
    struct eh_absence_view views[EH_ABSENCES_PER_REP_MAX];
    bool why = eh_peer_is_rep(peer, rep->id) || eh_peer_manages_rep(peer, rep);
    size_t count = eh_engine_absences(eh_app_engine(request->admin->app), rep->id,
                                      EH_ABSENCES_PER_REP_MAX, views);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, absence_json(&views[i], rep->id, why));
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
    json_t *body = json_object(), *list = json_array();
    put_absences(request, &rep, list);
    eh_json_put(body, "absences", list);
    eh_admin_reply(request, 200, body);
}

/* Of all reps whom the caller sees: a page of reps after reps. */
void eh_admin_get_absences(struct eh_admin_request *request)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_desk *desk = eh_engine_desk(engine);
    json_t *list = json_array(), *body = json_object();
    uint32_t i = desk ? eh_admin_rep_behind(desk, eh_http_path_query(&request->path, "after")) : 0;
    for (uint32_t seen = 0; desk && i < desk->rep_count && seen < EH_ADMIN_SCAN_MAX &&
                            json_array_size(list) < EH_ADMIN_PAGE;
         i++, seen++) {
        struct eh_rep_view rep;
        if (eh_engine_rep(engine, desk->reps[i].id, &rep) && eh_peer_sees_rep(request->peer, &rep))
            put_absences(request, &rep, list);
    }
    bool more = desk && i < desk->rep_count;
    eh_json_put(body, "absences", list);
    eh_json_put(body, "after", more ? eh_json_text(desk->reps[i - 1].id) : NULL);
    eh_admin_reply(request, 200, body);
}

/* ---- Told. */

bool eh_admin_tells_absences(struct eh_admin_request *request, struct eh_str id,
                             int64_t *ret_from_us)
{
    struct eh_app *app = request->admin->app;
    const struct eh_engine *engine = eh_app_engine(app);
    const struct eh_peer *peer = request->peer;
    struct eh_totals totals;
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
    eh_engine_totals(engine, &totals);
    *ret_from_us = any ? 0 : eh_app_day_us(app, totals.date + 1);
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
        begins = eh_app_day_us(app, (int32_t)m->from_day);
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
    if (begins_us(request, &command->message) >= from_us) {
        eh_admin_change_submit(request, command);
        return;
    }
    eh_admin_deny(request,
                  "a manager or an operator; what begins before tomorrow is not %.*s's to say",
                  EH_STR_ARG(id));
    eh_command_free(command);
}
