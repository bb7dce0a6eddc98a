/* cli_reads: status, teams, reps and tickets as tables. */
#include <stdio.h>
#include <stdlib.h>

#include "cli_http.h"
#include "cli_table.h"
#include "cli_text.h"

#define TICKETS_SHOWN 500 /* further ones are asked for with --after */

/* What has been read is printed for programs, or the exit code handed on. */
static bool finished(const struct eh_cli *cli, int r, const struct eh_answer *answer)
{
    if (r == EH_EXIT_DONE && cli->json)
        eh_answer_print(cli, answer);
    return r != EH_EXIT_DONE || cli->json;
}

static int say_long(const char *what)
{
    return eh_say(EH_EXIT_USAGE, "%s: too long for a name", what);
}

static void line(const struct eh_cli *cli, const char *name, const char *text)
{
    char *clean = eh_text_clean(text);
    printf("%s%-10s%s %s\n", eh_colour_dim(cli), name, eh_colour_end(cli), clean);
    free(clean);
}

static void line_count(const struct eh_cli *cli, const char *name, const json_t *object,
                       const char *key)
{
    char text[EH_CLI_TEXT];
    if (!eh_json_has(object, key))
        return;
    eh_text_count(eh_json_int(object, key), text);
    line(cli, name, text);
}

/* "up", "down", or whatever the daemon says of a server: text, a switch, or an object with `up`. */
static const char *server_state(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (json_is_object(value))
        value = json_object_get(value, "up");
    if (json_is_boolean(value))
        return json_is_true(value) ? "up" : "down";
    return json_string_value(value);
}

static void line_server(const struct eh_cli *cli, const char *name, const json_t *s,
                        const char *key, const char *address_key)
{
    const char *state = server_state(s, key), *address = eh_json_text(s, address_key);
    if (!state)
        return;
    printf("%s%-10s%s %s%s%s%s%s\n", eh_colour_dim(cli), name, eh_colour_end(cli),
           eh_colour_of(cli, state), state, eh_colour_end(cli), address ? " at " : "",
           address ? address : "");
}

static void show_head(const struct eh_cli *cli, const json_t *s)
{
    const char *role = eh_json_text(s, "role"), *desk = eh_json_text(s, "desk");
    printf("%sdesk %s%s: %s%s%s", eh_colour_bold(cli), desk ? desk : "(none yet)",
           eh_colour_end(cli), eh_colour_of(cli, role ? role : ""), role ? role : "?",
           eh_colour_end(cli));
    if (eh_json_has(s, "epoch"))
        printf(", epoch %lld", (long long)eh_json_int(s, "epoch"));
    const char *version = eh_json_text(s, "version");
    printf("; evenhandd %s, schema %lld\n", version ? version : "?",
           (long long)eh_json_int(s, "schema"));
}

static void show_status(const struct eh_cli *cli, const json_t *s)
{
    show_head(cli, s);
    line_count(cli, "inputs", s, "input");
    line_count(cli, "published", s, "seq");
    line_count(cli, "waiting", s, "waiting");
    line_count(cli, "open", s, "open");
    line_count(cli, "in flight", s, "in_flight");
    line_count(cli, "dead", s, "dead");
    line_server(cli, "redis", s, "redis", "redis_address");
    line_server(cli, "postgres", s, "postgres", "postgres_address");
    if (json_is_true(json_object_get(s, "desk_file_differs")))
        line(cli, "desk file", "differs from what is applied (evenhand desk diff FILE)");
    const char *user = eh_json_text(s, "user"), *rep = eh_json_text(s, "rep");
    if (user) {
        char text[160];
        eh_format(text, sizeof text, "%s%s%s", user, rep ? ", rep " : "", rep ? rep : "");
        line(cli, "you", text);
    }
    const char *alarm = eh_json_text(s, "alarm"), *error = eh_json_text(s, "last_error");
    if (alarm && *alarm)
        line(cli, "alarm", alarm);
    if (error && *error)
        line(cli, "last error", error);
}

int eh_cmd_status(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    int r = eh_http_get(cli, "/v1/status", &answer);
    if (finished(cli, r, &answer))
        return r;
    show_status(cli, answer.json);
    return EH_EXIT_DONE;
}

/* The state of a rep; "full" when he is available but has all he can carry. */
static const char *shown_state(const json_t *rep)
{
    const char *state = eh_json_text(rep, "state");
    bool full = json_is_true(json_object_get(rep, "full"));
    return full && state && strcmp(state, "available") == 0 ? "full" : state;
}

static void join_texts(const json_t *array, char *ret, size_t size)
{
    size_t i, used = 0;
    json_t *item;
    ret[0] = '\0';
    json_array_foreach(array, i, item)
    {
        const char *text =
            json_is_object(item) ? eh_json_text(item, "id") : json_string_value(item);
        if (text && used < size)
            used += eh_format(ret + used, size - used, "%s%s", used ? ", " : "", text);
    }
}

int eh_cmd_teams(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    int r = eh_http_get(cli, "/v1/teams", &answer);
    if (finished(cli, r, &answer))
        return r;
    struct eh_grid *g = eh_grid_new(cli, "team,name,policy,>capacity,>reps,>open,>waiting");
    size_t i;
    json_t *team;
    json_array_foreach(json_object_get(answer.json, "teams"), i, team)
    {
        const json_t *reps = json_object_get(team, "reps"), *member;
        int64_t open = eh_json_int(team, "open");
        size_t j;
        if (!eh_json_has(team, "open"))
            json_array_foreach((json_t *)reps, j, member) open += eh_json_int(member, "open");
        eh_grid_text(g, eh_json_text(team, "id"));
        eh_grid_text(g, eh_json_text(team, "name"));
        eh_grid_text(g, eh_json_text(team, "policy"));
        if (eh_json_int(team, "capacity"))
            eh_grid_count(g, eh_json_int(team, "capacity"));
        else
            eh_grid_dim(g, "no limit");
        eh_grid_count(g, json_is_array(reps) ? (int64_t)json_array_size(reps)
                                             : eh_json_int(team, "members"));
        eh_grid_count(g, open);
        eh_grid_count(g, eh_json_int(team, "waiting"));
    }
    if (i == 0)
        puts("no teams");
    eh_grid_print(g);
    return EH_EXIT_DONE;
}

static void entitled_cell(struct eh_grid *g, const json_t *rep, const char *key, bool money,
                          unsigned exponent)
{
    if (!eh_json_has(rep, key))
        eh_grid_dim(g, "-");
    else if (money)
        eh_grid_money(g, eh_json_int(rep, key), exponent);
    else
        eh_grid_count(g, eh_json_int(rep, key));
}

static void show_members(const struct eh_cli *cli, const json_t *team)
{
    unsigned exponent = eh_json_exponent(team);
    const char *currency = eh_json_text(team, "currency");
    char columns[160];
    json_t *rep;
    size_t i;
    bool entitled = false;
    json_array_foreach(json_object_get(team, "reps"), i, rep) entitled =
        entitled || eh_json_has(rep, "entitled");
    eh_format(columns, sizeof columns, "rep,state,>open,>points,>received%s,>value %s%s",
              entitled ? ",>entitled" : "", currency ? currency : "", entitled ? ",>entitled" : "");
    struct eh_grid *g = eh_grid_new(cli, columns);
    json_array_foreach(json_object_get(team, "reps"), i, rep)
    {
        eh_grid_text(g, eh_json_text(rep, "id"));
        eh_grid_state(g, shown_state(rep));
        eh_grid_count(g, eh_json_int(rep, "open"));
        eh_grid_count(g, eh_json_int(rep, "points"));
        eh_grid_count(g, eh_json_int(rep, "received"));
        if (entitled)
            entitled_cell(g, rep, "entitled", false, exponent);
        eh_grid_money(g, eh_json_int(rep, "received_value"), exponent);
        if (entitled)
            entitled_cell(g, rep, "entitled_value", true, exponent);
    }
    if (i == 0)
        puts("nobody is in this team");
    eh_grid_print(g);
}

int eh_cmd_team(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    char path[EH_CLI_PATH], capacity[EH_CLI_TEXT], waiting[EH_CLI_TEXT];
    if (!eh_path(path, "/v1/teams/%s", cli->args[0]))
        return say_long(cli->args[0]);
    int r = eh_http_get(cli, path, &answer);
    if (finished(cli, r, &answer))
        return r;
    const json_t *team = answer.json;
    const char *name = eh_json_text(team, "name"), *policy = eh_json_text(team, "policy");
    eh_text_count(eh_json_int(team, "capacity"), capacity);
    eh_text_count(eh_json_int(team, "waiting"), waiting);
    printf("%steam %s%s (%s): policy %s, %s%s, %s waiting\n\n", eh_colour_bold(cli), cli->args[0],
           eh_colour_end(cli), name ? name : cli->args[0], policy ? policy : "?",
           eh_json_int(team, "capacity") ? "capacity " : "no limit",
           eh_json_int(team, "capacity") ? capacity : "", waiting);
    show_members(cli, team);
    return EH_EXIT_DONE;
}

/* When a state ends by itself: "in 1h 20m"; "" when it does not. */
static void until_text(const json_t *rep, char ret[EH_CLI_TEXT])
{
    int64_t us;
    ret[0] = '\0';
    if (eh_json_time_us(rep, "until", &us))
        eh_text_ago(eh_text_now_us(), us, ret);
}

int eh_cmd_reps(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    int r = eh_http_get(cli, "/v1/reps", &answer);
    if (finished(cli, r, &answer))
        return r;
    struct eh_grid *g = eh_grid_new(cli, "rep,name,teams,state,ends,>open,>points");
    size_t i;
    json_t *rep;
    json_array_foreach(json_object_get(answer.json, "reps"), i, rep)
    {
        char teams[256], until[EH_CLI_TEXT];
        join_texts(json_object_get(rep, "teams"), teams, sizeof teams);
        until_text(rep, until);
        eh_grid_text(g, eh_json_text(rep, "id"));
        eh_grid_text(g, eh_json_text(rep, "name"));
        eh_grid_text(g, teams);
        eh_grid_state(g, shown_state(rep));
        eh_grid_text(g, until);
        eh_grid_count(g, eh_json_int(rep, "open"));
        eh_grid_count(g, eh_json_int(rep, "points"));
    }
    if (i == 0)
        puts("no reps");
    eh_grid_print(g);
    return EH_EXIT_DONE;
}

static struct eh_grid *ticket_grid(const struct eh_cli *cli)
{
    return eh_grid_new(cli, "ticket,team,kind,>value,state,rep,received");
}

static void add_ticket(struct eh_grid *g, const json_t *t, int64_t now_us)
{
    const char *source = eh_json_text(t, "source"), *id = eh_json_text(t, "id");
    char name[300], value[EH_CLI_TEXT], money[EH_CLI_TEXT], ago[EH_CLI_TEXT] = "";
    int64_t us;
    bool other = source && strcmp(source, "default") != 0;
    eh_format(name, sizeof name, "%s%s%s", id ? id : "", other ? " of " : "", other ? source : "");
    const char *currency = eh_json_text(t, "currency");
    eh_text_money(eh_json_int(t, "value"), eh_json_exponent(t), money);
    eh_format(value, sizeof value, "%s%s%s", money, currency ? " " : "", currency ? currency : "");
    if (eh_json_time_us(t, "received_at", &us))
        eh_text_ago(now_us, us, ago);
    eh_grid_text(g, name);
    eh_grid_text(g, eh_json_text(t, "team"));
    eh_grid_text(g, eh_json_text(t, "kind"));
    eh_grid_text(g, value);
    eh_grid_state(g, eh_json_text(t, "state"));
    eh_grid_text(g, eh_json_text(t, "rep"));
    eh_grid_dim(g, ago);
}

static void show_rep(const struct eh_cli *cli, const json_t *rep)
{
    char teams[512], until[EH_CLI_TEXT], open[EH_CLI_TEXT], points[EH_CLI_TEXT];
    const char *state = shown_state(rep), *name = eh_json_text(rep, "name");
    const char *reason = eh_json_text(rep, "reason");
    join_texts(json_object_get(rep, "teams"), teams, sizeof teams);
    until_text(rep, until);
    eh_text_count(eh_json_int(rep, "open"), open);
    eh_text_count(eh_json_int(rep, "points"), points);
    printf("%srep %s%s (%s), team%s %s\n", eh_colour_bold(cli), cli->args[0], eh_colour_end(cli),
           name ? name : cli->args[0], strchr(teams, ',') ? "s" : "", *teams ? teams : "none");
    printf("%s%s%s%s%s%s%s\n", eh_colour_of(cli, state ? state : ""), state ? state : "?",
           eh_colour_end(cli), *until ? ", ends " : "", until, reason && *reason ? ": " : "",
           reason ? reason : "");
    printf("%s open, %s points\n", open, points);
}

int eh_cmd_rep(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    char path[EH_CLI_PATH];
    if (!eh_path(path, "/v1/reps/%s", cli->args[0]))
        return say_long(cli->args[0]);
    int r = eh_http_get(cli, path, &answer);
    if (finished(cli, r, &answer))
        return r;
    show_rep(cli, answer.json);
    const json_t *tickets = json_object_get(answer.json, "tickets");
    if (json_array_size(tickets) == 0)
        return EH_EXIT_DONE;
    putchar('\n');
    struct eh_grid *g = ticket_grid(cli);
    int64_t now_us = eh_text_now_us();
    size_t i;
    json_t *ticket;
    json_array_foreach((json_t *)tickets, i, ticket) add_ticket(g, ticket, now_us);
    eh_grid_print(g);
    return EH_EXIT_DONE;
}

static bool tickets_path(const struct eh_cli *cli, const char *after, char path[EH_CLI_PATH])
{
    static const char *const filters[] = {"team", "rep", "state"};
    const char *joint = "?";
    if (!eh_path(path, "/v1/tickets"))
        return false;
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        const char *value = eh_cli_option(cli, filters[i]);
        char before[16];
        if (!value)
            continue;
        eh_format(before, sizeof before, "%s%s=", joint, filters[i]);
        if (!eh_path_add(path, before, value))
            return false;
        joint = "&";
    }
    return !after || eh_path_add(path, *joint == '?' ? "?after=" : "&after=", after);
}

/* The cursor of the next page as text; a number or a string in the answer. */
static bool next_page(const json_t *answer, char ret[EH_CLI_TEXT])
{
    const json_t *after = json_object_get(answer, "after");
    if (json_is_integer(after))
        eh_format(ret, EH_CLI_TEXT, "%lld", (long long)json_integer_value(after));
    else if (json_is_string(after))
        eh_format(ret, EH_CLI_TEXT, "%s", json_string_value(after));
    else
        return false;
    return true;
}

/* Adds one page to the table. */
static int add_page(const struct eh_cli *cli, struct eh_grid *g, const char *after, size_t *count,
                    bool *ret_more, char ret_after[EH_CLI_TEXT])
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    char path[EH_CLI_PATH];
    if (!tickets_path(cli, after, path))
        return eh_say(EH_EXIT_USAGE, "tickets: an option is too long");
    int r = eh_http_get(cli, path, &answer);
    if (r != EH_EXIT_DONE)
        return r;
    *ret_more = false;
    if (cli->json) {
        eh_answer_print(cli, &answer);
        return EH_EXIT_DONE;
    }
    int64_t now_us = eh_text_now_us();
    size_t i;
    json_t *ticket;
    json_array_foreach(json_object_get(answer.json, "tickets"), i, ticket)
        add_ticket(g, ticket, now_us);
    *count += i;
    *ret_more = next_page(answer.json, ret_after);
    return EH_EXIT_DONE;
}

int eh_cmd_tickets(struct eh_cli *cli)
{
    static const char *const states[] = {"waiting", "assigned", "closed"};
    const char *state = eh_cli_option(cli, "state"), *given = eh_cli_option(cli, "after");
    bool known = !state;
    for (size_t i = 0; state && i < sizeof states / sizeof *states; i++)
        known = known || strcmp(state, states[i]) == 0;
    if (!known)
        return eh_say_usage(cli, "--state: `%s` is none of waiting, assigned, closed", state);
    struct eh_grid *g = ticket_grid(cli);
    size_t count = 0;
    char after[EH_CLI_TEXT];
    bool more = false;
    int r = add_page(cli, g, given, &count, &more, after);
    while (r == EH_EXIT_DONE && more && count < TICKETS_SHOWN) {
        char from[EH_CLI_TEXT];
        memcpy(from, after, sizeof from);
        r = add_page(cli, g, from, &count, &more, after);
    }
    eh_grid_print(g);
    if (r == EH_EXIT_DONE && !cli->json && count == 0)
        puts("no such tickets");
    if (r == EH_EXIT_DONE && more)
        printf("… and more: evenhand tickets --after %s\n", after);
    return r;
}
