/*
 * fairness: a team's fairness report, made by the command line: it replays the log.
 */
#include "admin/api/api.h"
#include "admin/http/child.h"

#define OUTPUT_MAX (1u << 20) /* bytes of a report */

static void answer(struct eh_admin_request *request, const struct eh_child_result *result)
{
    struct eh_str team = eh_admin_part(request, "team");
    char what[EH_ID_MAX + 32], instead[EH_ID_MAX + 48];
    if (eh_admin_child_done(result)) {
        struct evbuffer *body = evbuffer_new();
        eh_require(body);
        evbuffer_add_buffer(body, result->output);
        eh_admin_reply_text(request, "application/json", body);
        evbuffer_free(body);
        return;
    }
    eh_format(what, sizeof what, "report of team %.*s", EH_STR_ARG(team));
    eh_format(instead, sizeof instead, "evenhand fairness %.*s --db CONNINFO", EH_STR_ARG(team));
    eh_admin_child_refuse(request, result, what, instead);
}

/* Refuses a day that has not come, and a last day before the first. */
static bool is_range(struct eh_admin_request *request, const char *from, const char *to)
{
    struct eh_totals totals;
    int32_t first, last;
    eh_engine_totals(eh_app_engine(request->admin->app), &totals);
    last = totals.date;
    if (*to && eh_date_parse(eh_str(to), &last, NULL) < 0)
        last = totals.date; /* it was read before */
    if (!*from || eh_date_parse(eh_str(from), &first, NULL) < 0)
        return true;
    if (first > totals.date)
        eh_admin_error(request, EH_ERANGE, "from", "from: %s has not come yet", from);
    else if (first > last)
        eh_admin_error(request, EH_ERANGE, "to", "to: %s is before %s", to, from);
    return first <= totals.date && first <= last;
}

/* Reads a date and writes it anew, so that the program gets a date whatever was asked. False: the
 * request was answered. */
static bool read_date(struct eh_admin_request *request, const char *name,
                      char ret[EH_DECIMAL_TEXT_MAX])
{
    struct eh_str text = eh_http_path_query(&request->path, name);
    struct eh_error error = {0};
    int32_t date;
    ret[0] = '\0';
    if (text.size == 0)
        return true;
    if (eh_date_parse(text, &date, &error) < 0) {
        eh_admin_error(request, EH_EINVAL, name, "%s: %s", name, error.text);
        return false;
    }
    eh_date_print(date, ret);
    return true;
}

static void start(struct eh_admin_request *request, struct eh_str id, char *from, char *to)
{
    static char json[] = "--json", command[] = "fairness", db[] = "--db", given[] = "-";
    static char from_option[] = "--from", to_option[] = "--to";
    char team[EH_ID_MAX + 1], *arguments[10] = {json, command, team, db, given};
    size_t count = 5;
    eh_format(team, sizeof team, "%.*s", EH_STR_ARG(id));
    if (*from) {
        arguments[count++] = from_option;
        arguments[count++] = from;
    }
    if (*to) {
        arguments[count++] = to_option;
        arguments[count++] = to;
    }
    const struct eh_admin_child_call call = {.what = "fairness report",
                                             .arguments = arguments,
                                             .output_max = OUTPUT_MAX,
                                             .answer = answer};
    eh_admin_child_start(request, &call);
}

void eh_admin_get_fairness(struct eh_admin_request *request)
{
    const struct eh_desk *desk = eh_engine_desk(eh_app_engine(request->admin->app));
    struct eh_str team = eh_admin_part(request, "team");
    char from[EH_DECIMAL_TEXT_MAX], to[EH_DECIMAL_TEXT_MAX];

    if (!eh_peer_sees_all(request->peer) && !eh_peer_manages(request->peer, desk, team)) {
        eh_admin_deny(request, "a manager of team %.*s, an auditor or an operator",
                      EH_STR_ARG(team));
        return;
    }
    if (!desk || !eh_desk_team(desk, team)) {
        eh_admin_no_team(request, team);
        return;
    }
    if (read_date(request, "from", from) && read_date(request, "to", to) &&
        is_range(request, from, to))
        start(request, team, from, to);
}
