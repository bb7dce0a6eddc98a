/* tickets: tickets as tables: all, and what waits and why. */
#include <stdio.h>
#include <stdlib.h>

#include "client/list.h"
#include "client/object.h"
#include "commands.h"
#include "reads.h"
#include "term/args.h"
#include "term/say.h"
#include "term/text.h"

#define TICKETS_SHOWN 500 /* rows shown at most; --after shows the rest */
#define TICKETS_PAGE  250
#define CAUSE_TEXT    160
#define LAPSES_SHOWN  20 /* below the tickets of a rep */
#define NAME_TEXT     (2 * EH_NAME_MAX + 8)

/* "4711", or "4711 of zammad" when it came from another helpdesk than the default one. */
static void name_print(const json_t *t, char ret[NAME_TEXT])
{
    const char *source = eh_object_text(t, "source"), *id = eh_object_text(t, "id");
    bool other = source && strcmp(source, "default") != 0;
    eh_format(ret, NAME_TEXT, "%s%s%s", id ? id : "", other ? " of " : "", other ? source : "");
}

static void grid_add_name(struct eh_grid *g, const json_t *t)
{
    char name[NAME_TEXT];
    name_print(t, name);
    eh_grid_text(g, name);
}

static void grid_add_ago(struct eh_grid *g, const json_t *t, const char *key, int64_t now_us)
{
    char ago[EH_CLI_TEXT] = "";
    int64_t us;
    if (eh_object_time_us(t, key, &us))
        eh_text_ago(now_us, us, ago);
    eh_grid_dim(g, ago);
}

/* ---- What a ticket waits for. */

static const struct {
    const char *why, *words;
} causes[] = {
    {"nobody", "nobody is available"},  {"full", "everybody is full"},
    {"queue", "others waited before"},  {"aside", "PostgreSQL refused its deal"},
    {"skill", "nobody has its skills"},
};

const char *eh_show_cause(const json_t *ticket, char *ret, size_t size)
{
    const char *why = eh_object_text(ticket, "why");
    const json_t *missing = json_object_get(ticket, "missing_skills");
    char skills[CAUSE_TEXT];
    if (!why)
        return NULL;
    if (strcmp(why, "skill") == 0 && json_array_size(missing) > 0) {
        eh_object_join(missing, skills, sizeof skills);
        eh_format(ret, size, "nobody has %s", skills);
        return ret;
    }
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (strcmp(causes[i].why, why) == 0)
            why = causes[i].words;
    eh_format(ret, size, "%s", why);
    return ret;
}

/* ---- Tables. */

static void grid_add_value(struct eh_grid *g, const json_t *t)
{
    const char *currency = eh_object_text(t, "currency");
    char value[EH_CLI_TEXT + 8], money[EH_CLI_TEXT];
    eh_text_money(eh_object_int(t, "value"), eh_object_exponent(t), money);
    eh_format(value, sizeof value, "%s%s%s", money, currency ? " " : "", currency ? currency : "");
    eh_grid_text(g, value);
}

/* How long ago it came. */
static void grid_add_age(struct eh_grid *g, const json_t *t, int64_t now_us)
{
    char age[EH_CLI_TEXT] = "";
    int64_t us;
    if (eh_object_time_us(t, "received_at", &us))
        eh_text_span(now_us > us ? (now_us - us) / 1000000 : 0, age);
    eh_grid_text(g, age);
}

/* The priority it is dealt by; "7+": waiting added to it. */
static void grid_add_priority(struct eh_grid *g, const json_t *t)
{
    char text[EH_CLI_TEXT];
    int64_t raised = eh_object_int(t, "raised"), priority = eh_object_int(t, "priority") + raised;
    eh_format(text, sizeof text, "%lld%s", (long long)priority, raised ? "+" : "");
    eh_grid_text(g, text);
}

/* The rep who has the ticket; for a waiting one the reason. */
static void grid_add_holder(struct eh_grid *g, const json_t *t)
{
    char cause[CAUSE_TEXT];
    const char *rep = eh_object_text(t, "rep");
    if (rep)
        eh_grid_text(g, rep);
    else
        eh_grid_dim(g, eh_show_cause(t, cause, sizeof cause));
}

/* "late 20m", "in 40m": when its customer has to be answered; of one that was answered or closed,
 * and of one that waits for its customer: nothing, or that it does. */
static void grid_add_due(struct eh_grid *g, const json_t *t, int64_t now_us)
{
    char text[EH_CLI_TEXT + 8] = "", ago[EH_CLI_TEXT];
    int64_t us;
    if (eh_object_has(t, "paused_at")) {
        eh_grid_dim(g, "paused");
        return;
    }
    bool over = json_is_true(json_object_get(t, "answered")) || eh_object_has(t, "closed_at");
    if (!over && eh_object_time_us(t, "due_at", &us)) {
        eh_text_span((us > now_us ? us - now_us : now_us - us) / 1000000, ago);
        eh_format(text, sizeof text, "%s %s", us > now_us ? "in" : "late", ago);
    }
    eh_grid_text(g, text);
}

static void grid_add_ticket(struct eh_grid *g, const json_t *t, void *context)
{
    const int64_t *now_us = context;
    grid_add_name(g, t);
    eh_grid_text(g, eh_object_text(t, "team"));
    eh_grid_text(g, eh_object_text(t, "kind"));
    grid_add_value(g, t);
    bool paused = eh_object_has(t, "paused_at");
    eh_grid_state(g, paused ? "paused" : eh_object_text(t, "state"));
    grid_add_holder(g, t);
    if (paused)
        eh_grid_text(g, ""); /* its state says so */
    else
        grid_add_due(g, t, *now_us);
    grid_add_age(g, t, *now_us);
}

static void grid_add_waiting(struct eh_grid *g, const json_t *t, void *context)
{
    const int64_t *now_us = context;
    char cause[CAUSE_TEXT];
    grid_add_name(g, t);
    eh_grid_text(g, eh_object_text(t, "team"));
    eh_grid_text(g, eh_object_text(t, "kind"));
    grid_add_priority(g, t);
    grid_add_age(g, t, *now_us);
    grid_add_due(g, t, *now_us);
    eh_grid_text(g, eh_show_cause(t, cause, sizeof cause));
}

bool eh_show_lapse(const json_t *ticket, int64_t now_us, char ret[LAPSE_TEXT])
{
    char when[EH_CLI_TEXT], span[EH_CLI_TEXT];
    const char *then = eh_object_text(ticket, "lapse");
    int64_t us;
    if (!eh_object_time_us(ticket, "lapses_at", &us))
        return false;
    bool back = then && strcmp(then, "return") == 0;
    eh_text_when_short(now_us, us, when);
    eh_text_ago(now_us, us, span);
    eh_format(ret, LAPSE_TEXT, "%s %s (%s) if it is not answered",
              back ? "goes back at" : "is told at", when, span);
    return true;
}

/* Below the table: "4711: goes back at 14:30:00 CET (in 20m) if it is not answered". */
static void lapses_show(const json_t *tickets, int64_t now_us)
{
    char name[NAME_TEXT], lapse[LAPSE_TEXT];
    size_t i, count = 0;
    json_t *t;
    json_array_foreach((json_t *)tickets, i, t)
    {
        if (!eh_show_lapse(t, now_us, lapse) || count++ >= LAPSES_SHOWN)
            continue;
        name_print(t, name);
        printf("%s%s: %s\n", count == 1 ? "\n" : "", name, lapse);
    }
    if (count > LAPSES_SHOWN)
        printf("… and %zu more that are not answered\n", count - LAPSES_SHOWN);
}

void eh_show_rep_tickets(const struct eh_cli *cli, const char *id, const json_t *rep)
{
    json_t *tickets = json_object_get(rep, "tickets"), *t;
    const char *currency = eh_object_text(rep, "currency");
    int64_t now_us = eh_text_now_us();
    char columns[96], after[EH_CLI_PATH];
    size_t i;
    if (json_array_size(tickets) == 0)
        return;
    putchar('\n');
    eh_format(columns, sizeof columns, "ticket,team,kind,>value%s%s,>priority,assigned,due,paused",
              currency ? " " : "", currency ? currency : "");
    struct eh_grid *g = eh_grid_begin(cli, columns);
    json_array_foreach(tickets, i, t)
    {
        grid_add_name(g, t);
        eh_grid_text(g, eh_object_text(t, "team"));
        eh_grid_text(g, eh_object_text(t, "kind"));
        eh_grid_money(g, eh_object_int(t, "value"), eh_object_exponent(rep));
        grid_add_priority(g, t);
        grid_add_ago(g, t, "assigned_at", now_us);
        grid_add_due(g, t, now_us);
        grid_add_ago(g, t, "paused_at", now_us);
    }
    eh_grid_print(g);
    lapses_show(tickets, now_us);
    eh_list_next(rep, after);
    if (after[0])
        printf("… and more: evenhand tickets --rep %s --after %s\n", id, after);
}

/* ---- The commands. */

static bool path_of_tickets(const struct eh_cli *cli, char path[EH_CLI_PATH])
{
    static const char *const filters[] = {"team", "rep", "source", "state"};
    bool fits = eh_path(path, "/v1/tickets");
    for (size_t i = 0; fits && i < sizeof filters / sizeof *filters; i++) {
        const char *value = eh_cli_option(cli, filters[i]);
        char before[16];
        eh_format(before, sizeof before, "%c%s=", strchr(path, '?') ? '&' : '?', filters[i]);
        if (value)
            fits = eh_path_add(path, before, value);
    }
    if (fits && eh_cli_option(cli, "paused"))
        fits = eh_path_add(path, strchr(path, '?') ? "&paused=" : "?paused=", "1");
    return fits;
}

int eh_cmd_tickets(struct eh_cli *cli)
{
    static const char *const states[] = {"waiting", "assigned", "held", "open", "closed"};
    const char *state = eh_cli_option(cli, "state");
    bool known = !state;
    for (size_t i = 0; state && i < sizeof states / sizeof *states; i++)
        known = known || strcmp(state, states[i]) == 0;
    if (!known)
        return eh_say_usage(cli, "--state: `%s` is none of waiting, assigned, held, open, closed",
                            state);
    char path[EH_CLI_PATH];
    if (eh_cli_option(cli, "paused") && state && strcmp(state, "assigned") != 0 &&
        strcmp(state, "open") != 0)
        return eh_say_usage(cli, "--paused: a paused ticket is assigned; leave --state out");
    if (!path_of_tickets(cli, path))
        return eh_say(cli, EH_EXIT_USAGE, "tickets: an option is too long");
    int64_t now_us = eh_text_now_us();
    struct eh_list walk = {.cli = cli,
                           .path = path,
                           .key = "tickets",
                           .add = grid_add_ticket,
                           .context = &now_us,
                           .page = TICKETS_PAGE,
                           .shown_max = TICKETS_SHOWN};
    return eh_list_show(&walk, "ticket,team,kind,>value,state,with/why,due,age", "no such tickets");
}

/* Whether the caller may see waiting tickets: a rep sees only their own, and those do not wait. */
static bool caller_sees_waiting(const struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer me = {0};
    size_t i;
    json_t *role;
    if (!eh_http_try(cli, "/v1/me", &me))
        return true;
    bool sees = false;
    json_array_foreach(json_object_get(me.json, "roles"), i, role)
    {
        const char *name = json_string_value(role);
        sees = sees || (name && strcmp(name, "rep") != 0 && strcmp(name, "helpdesk") != 0);
    }
    return sees;
}

int eh_cmd_waiting(struct eh_cli *cli)
{
    char path[EH_CLI_PATH] = "/v1/tickets?state=waiting";
    int64_t now_us = eh_text_now_us();
    if (cli->arg_count && !eh_path_add(path, "&team=", cli->args[0]))
        return eh_say_long(cli, cli->args[0]);
    struct eh_list list = {.cli = cli,
                           .path = path,
                           .key = "tickets",
                           .add = grid_add_waiting,
                           .context = &now_us,
                           .page = TICKETS_PAGE,
                           .shown_max = TICKETS_SHOWN};
    if (!cli->json && !caller_sees_waiting(cli))
        return eh_say(
            cli, EH_EXIT_DENIED,
            "what waits is shown to managers, auditors and operators; evenhand team T says "
            "how many tickets wait");
    return eh_list_show(&list, "ticket,team,kind,>priority,waits,due,why", "nothing waits");
}
