/*
 * admin_fairness: a team's fairness report, made by the command line in a process of its own.
 *
 * A report replays the log, which the loop must never do. The conninfo goes over by environment:
 * the arguments of a process are for everybody to read.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "admin_internal.h"
#include "child.h"

#define REPORTS_MAX   2          /* at a time: each one costs a core and memory of its own */
#define OUTPUT_MAX    (1u << 20) /* bytes of a report */
#define LATE_MS       9000       /* a second before the request's own deadline */
#define VARIABLES_MAX 1024       /* of our environment that are handed on */

struct eh_admin_report {
    struct eh_admin_request *request;
    struct eh_child *child;
    struct eh_admin *admin;
    struct eh_admin_report *next, **link;
};

/* ---- The program and its environment. */

/* Where the command line may be, seen from evenhandd: beside it, as installed, in a build folder.
 */
static const char *const places[] = {"evenhand", "../bin/evenhand", "../tools/evenhand"};

static bool beside_us(char ret[PATH_MAX])
{
    char self[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
    if (size <= 0)
        return false;
    self[size] = '\0';
    char *slash = strrchr(self, '/');
    if (!slash)
        return false;
    slash[1] = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (eh_format(ret, PATH_MAX, "%s%s", self, places[i]) < PATH_MAX && access(ret, X_OK) == 0)
            return true;
    return false;
}

static bool on_path(char ret[PATH_MAX])
{
    const char *path = getenv("PATH");
    while (path && *path) {
        size_t size = strcspn(path, ":");
        if (size > 0 && eh_format(ret, PATH_MAX, "%.*s/evenhand", (int)size, path) < PATH_MAX &&
            access(ret, X_OK) == 0)
            return true;
        path += size + (path[size] == ':');
    }
    return false;
}

/* Ours, with the conninfo added; in the request's arena. NULL: no memory. */
static char **environment_of(struct eh_admin_request *request)
{
    static const char name[] = "EVENHAND_DB=";
    const char *conninfo = eh_app_config(request->admin->app)->postgres;
    char **list = eh_arena_alloc(&request->arena, (VARIABLES_MAX + 2) * sizeof *list);
    size_t size = sizeof name + strlen(conninfo), count = 0;
    char *own = eh_arena_alloc(&request->arena, size);
    if (!list || !own)
        return NULL;
    eh_format(own, size, "%s%s", name, conninfo);
    list[count++] = own;
    for (char **v = environ; v && *v && count <= VARIABLES_MAX; v++)
        if (strncmp(*v, name, sizeof name - 1) != 0)
            list[count++] = *v;
    return list;
}

/* ---- Its end. */

static void report_free(struct eh_admin_report *report)
{
    *report->link = report->next;
    if (report->next)
        report->next->link = report->link;
    report->admin->report_count--;
    free(report);
}

static void answer(struct eh_admin_request *request, const struct eh_child_result *result)
{
    struct eh_str team = request->path.parts[2];
    if (result->end == EH_CHILD_EXITED && result->exit_code == 0) {
        struct evbuffer *body = evbuffer_new();
        eh_require(body);
        evbuffer_add_buffer(body, result->output);
        eh_admin_reply_text(request, "application/json", body);
        evbuffer_free(body);
    } else if (result->end == EH_CHILD_LATE || result->end == EH_CHILD_TALKATIVE) {
        eh_admin_error(request, EH_EUNAVAILABLE, NULL,
                       "the report of team %.*s is too %s for an answer here; make it with "
                       "`evenhand fairness %.*s --db CONNINFO`",
                       EH_STR_ARG(team), result->end == EH_CHILD_LATE ? "slow" : "long",
                       EH_STR_ARG(team));
    } else {
        eh_admin_error(request, EH_EUNAVAILABLE, NULL,
                       "the report of team %.*s could not be made; the daemon's log says why",
                       EH_STR_ARG(team));
    }
}

static void on_end(void *context, const struct eh_child_result *result)
{
    struct eh_admin_report *report = context;
    struct eh_admin_request *request = report->request;
    if (result->end != EH_CHILD_EXITED || result->exit_code != 0)
        eh_log(EH_LOG_WARNING, "fairness report: the command line ended with %d%s",
               result->exit_code,
               result->end == EH_CHILD_LATE        ? ": it took too long"
               : result->end == EH_CHILD_TALKATIVE ? ": it printed too much"
                                                   : "");
    report_free(report);
    if (eh_admin_resume(request))
        answer(request, result);
}

void eh_admin_reports_stop(struct eh_admin *admin)
{
    while (admin->reports) {
        struct eh_admin_report *report = admin->reports;
        struct eh_admin_request *request = report->request;
        eh_child_free(report->child);
        report_free(report);
        (void)eh_admin_resume(request);
    }
}

/* ---- Its beginning. */

#define ARGUMENTS_MAX 10

/* The call; texts live as long as those given. */
static void fill_arguments(char *program, char *team, char *from, char *to,
                           char *ret[ARGUMENTS_MAX + 1])
{
    static char json[] = "--json", command[] = "fairness", db[] = "--db", given[] = "-";
    static char from_option[] = "--from", to_option[] = "--to";
    char *const all[ARGUMENTS_MAX] = {program, json,        command, team,      db,
                                      given,   from_option, from,    to_option, to};
    size_t count = 0;
    for (size_t i = 0; i < ARGUMENTS_MAX; i++) {
        bool option = all[i] == from_option || all[i] == to_option;
        if (!all[i][0] || (option && !all[i + 1][0]))
            continue;
        ret[count++] = all[i];
    }
    ret[count] = NULL;
}

static struct eh_admin_report *report_new(struct eh_admin_request *request)
{
    struct eh_admin *admin = request->admin;
    struct eh_admin_report *report = calloc(1, sizeof *report);
    if (!report)
        return NULL;
    *report = (struct eh_admin_report){
        .request = request, .admin = admin, .next = admin->reports, .link = &admin->reports};
    if (report->next)
        report->next->link = &report->next;
    admin->reports = report;
    admin->report_count++;
    return report;
}

static int start(struct eh_admin_request *request, char *from, char *to, struct eh_error *error)
{
    char program[PATH_MAX], team[EH_ID_MAX + 1], *arguments[ARGUMENTS_MAX + 1];
    char **environment = environment_of(request);
    if (!beside_us(program) && !on_path(program))
        return eh_error_set(error, EH_EUNAVAILABLE,
                            "the program evenhand is neither beside evenhandd nor on its PATH");
    struct eh_admin_report *report = environment ? report_new(request) : NULL;
    if (!report)
        return eh_error_set(error, EH_ENOMEM, "the fairness report: out of memory");
    eh_format(team, sizeof team, "%.*s", EH_STR_ARG(request->path.parts[2]));
    fill_arguments(program, team, from, to, arguments);
    int r = eh_child_start(eh_app_base(request->admin->app), arguments, environment, OUTPUT_MAX,
                           LATE_MS, on_end, report, &report->child, error);
    if (r < 0)
        report_free(report);
    else
        eh_admin_wait(request);
    return r;
}

/* Written anew, so that what goes to the program is a date whatever was asked; false: answered. */
static bool read_date(struct eh_admin_request *request, const char *name,
                      char ret[EH_DECIMAL_TEXT_MAX])
{
    struct eh_str text = eh_admin_path_query(&request->path, name);
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

void eh_admin_get_fairness(struct eh_admin_request *request)
{
    const struct eh_desk *desk = eh_engine_desk(eh_app_engine(request->admin->app));
    struct eh_str team = request->path.parts[2];
    char from[EH_DECIMAL_TEXT_MAX], to[EH_DECIMAL_TEXT_MAX];
    struct eh_error error = {0};

    if (!eh_peer_sees_all(request->peer) && !eh_peer_manages(request->peer, desk, team)) {
        eh_admin_deny(request, "a manager of team %.*s, an auditor or an operator",
                      EH_STR_ARG(team));
        return;
    }
    if (!desk || !eh_desk_team(desk, team)) {
        eh_admin_error(request, EH_ENOTFOUND, NULL, "team %.*s: there is none", EH_STR_ARG(team));
        return;
    }
    if (!read_date(request, "from", from) || !read_date(request, "to", to))
        return;
    if (request->admin->report_count >= REPORTS_MAX) {
        eh_admin_error(request, EH_EFULL, NULL,
                       "%d fairness reports are being made already; ask again in a moment",
                       REPORTS_MAX);
        return;
    }
    request->shows_state = false; /* it reads what is committed */
    if (start(request, from, to, &error) < 0)
        eh_admin_fail(request, &error);
}
