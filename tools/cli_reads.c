/* cli_reads: status, teams, reps and tickets as tables. */
#include <stdio.h>
#include <stdlib.h>

#include "cli_http.h"
#include "cli_table.h"
#include "cli_text.h"

/* Rows after which a list for people stops asking; further ones with --after. */
#define TICKETS_SHOWN 500
#define LIST_SHOWN    100000

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
static void line_server(const struct eh_cli *cli, const char *name, const char *state,
                        const char *address, const char *error)
{
    if (!state)
        return;
    printf("%s%-10s%s %s%s%s%s%s%s%s\n", eh_colour_dim(cli), name, eh_colour_end(cli),
           eh_colour_of(cli, state), state, eh_colour_end(cli), address ? " at " : "",
           address ? address : "", error ? ": " : "", error ? error : "");
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

/* Who has left a team and still has open tickets of it. */
static void show_left(const struct eh_cli *cli, const json_t *list)
{
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)list, i, one)
    {
        char text[400];
        const char *rep = eh_json_text(one, "rep"), *team = eh_json_text(one, "team");
        int64_t open = eh_json_int(one, "open");
        eh_format(text, sizeof text,
                  "%s left team %s with %lld open ticket%s (evenhand release %s)", rep ? rep : "?",
                  team ? team : "?", (long long)open, open == 1 ? "" : "s", rep ? rep : "R");
        line(cli, "left", text);
    }
}

/* What nobody can do is told by the skills that are missing. */
static void show_undoable(const struct eh_cli *cli, const json_t *s)
{
    size_t at;
    json_t *row;
    json_array_foreach(json_object_get(s, "missing_skills"), at, row)
    {
        char text[400], missing[128], together[128];
        join_texts(json_object_get(row, "missing"), missing, sizeof missing);
        join_texts(json_object_get(row, "skills"), together, sizeof together);
        eh_format(text, sizeof text, "%lld tickets of team %s wait for %s: nobody there has %s",
                  (long long)eh_json_int(row, "waiting"), eh_json_text(row, "team"), together,
                  *missing ? missing : "all of them");
        line(cli, "skills", text);
    }
}

static void show_status(const struct eh_cli *cli, const json_t *s)
{
    show_head(cli, s);
    line_count(cli, "inputs", s, "input");
    line_count(cli, "outbox", s, "seq");
    if (eh_json_has(s, "published") && eh_json_int(s, "published") != eh_json_int(s, "seq"))
        line_count(cli, "published", s, "published");
    line_count(cli, "waiting", s, "waiting");
    show_undoable(cli, s);
    line_count(cli, "open", s, "open");
    line_count(cli, "in flight", s, "in_flight");
    if (eh_json_int(s, "parked"))
        line_count(cli, "parked", s, "parked");
    line_count(cli, "dead", s, "dead");
    line_server(cli, "redis", eh_json_text(s, "redis"), eh_json_text(s, "redis_address"),
                eh_json_text(s, "redis_error"));
    line_server(cli, "postgres", eh_json_text(s, "postgres"), NULL, NULL);
    if (json_is_true(json_object_get(s, "desk_file_differs")))
        line(cli, "desk file", "differs from what is applied (evenhand desk diff FILE)");
    const char *user = eh_json_text(s, "user"), *rep = eh_json_text(s, "rep");
    if (user) {
        char text[400], roles[128];
        join_texts(json_object_get(s, "roles"), roles, sizeof roles);
        eh_format(text, sizeof text, "%s%s%s%s%s", user, *roles ? ": " : "", roles,
                  rep ? "; rep " : "", rep ? rep : "");
        line(cli, "you", text);
    }
    show_left(cli, json_object_get(s, "left_with_open"));
    size_t at;
    json_t *alarm;
    json_array_foreach(json_object_get(s, "alarms"), at, alarm)
        line(cli, "alarm", eh_json_text(alarm, "text"));
    const char *error = eh_json_text(s, "last_error");
    if (error && *error)
        line(cli, "last error", error);
}

int eh_cmd_status(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    int r = eh_http_get(cli, "/v1/status", &answer);
    if (eh_answer_told(cli, r, &answer))
        return r;
    show_status(cli, answer.json);
    return EH_EXIT_DONE;
}

/* ---- Lists. The daemon answers them page by page; `after` says where the next one begins. */

struct page_walk {
    const struct eh_cli *cli;
    const char *path;                                                 /* without `after` */
    const char *key;                                                  /* of the array */
    void (*add)(struct eh_grid *, const json_t *item, void *context); /* one row */
    struct eh_grid *grid;
    void *context;
    size_t count, shown_max; /* stop asking beyond shown_max */
    char after[EH_CLI_PATH]; /* where to go on; empty: at the beginning, or all was read */
};

/* The cursor of the next page as text; a number or a string in the answer. */
static void next_page(const json_t *answer, char ret[EH_CLI_PATH])
{
    const json_t *after = json_object_get(answer, "after");
    if (json_is_integer(after))
        eh_format(ret, EH_CLI_PATH, "%lld", (long long)json_integer_value(after));
    else if (json_is_string(after))
        eh_format(ret, EH_CLI_PATH, "%s", json_string_value(after));
    else
        ret[0] = '\0';
}

static void take_page(struct page_walk *walk, const json_t *answer)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(answer, walk->key), i, item)
        walk->add(walk->grid, item, walk->context);
    walk->count += i;
    next_page(answer, walk->after);
}

/* Asks for the page that begins at walk->after. */
static int get_page(const struct page_walk *walk, struct eh_answer *ret)
{
    char path[EH_CLI_PATH];
    eh_format(path, sizeof path, "%s", walk->path);
    const char *joint = strchr(path, '?') ? "&after=" : "?after=";
    if (walk->after[0] && !eh_path_add(path, joint, walk->after))
        return eh_say(EH_EXIT_USAGE, "--after: too long");
    return eh_http_get(walk->cli, path, ret);
}

static int walk_pages(struct page_walk *walk)
{
    int r = EH_EXIT_DONE;
    do {
        EH_AUTO(eh_answer) struct eh_answer answer = {0};
        r = get_page(walk, &answer);
        if (r == EH_EXIT_DONE) {
            eh_json_clean(answer.json);
            take_page(walk, answer.json);
        }
    } while (r == EH_EXIT_DONE && walk->after[0] && walk->count < walk->shown_max);
    return r;
}

/* A whole list for people; for programs one page, as it came. */
static int show_list(struct page_walk *walk, const char *columns, const char *none)
{
    const char *from = eh_cli_option(walk->cli, "after");
    eh_format(walk->after, sizeof walk->after, "%s", from ? from : "");
    if (walk->cli->json) {
        EH_AUTO(eh_answer) struct eh_answer answer = {0};
        int r = get_page(walk, &answer);
        if (r == EH_EXIT_DONE)
            eh_answer_print(walk->cli, &answer);
        return r;
    }
    walk->grid = eh_grid_new(walk->cli, columns);
    int r = walk_pages(walk);
    eh_grid_print(walk->grid);
    if (r == EH_EXIT_DONE && walk->count == 0)
        puts(none);
    if (r == EH_EXIT_DONE && walk->after[0])
        printf("… and more: evenhand %s --after %s\n", walk->cli->command->name, walk->after);
    return r;
}

/* ---- Teams. */

static void team_row(struct eh_grid *g, const json_t *team, void *context)
{
    (void)context;
    eh_grid_text(g, eh_json_text(team, "id"));
    eh_grid_text(g, eh_json_text(team, "name"));
    eh_grid_text(g, eh_json_text(team, "policy"));
    if (eh_json_int(team, "capacity"))
        eh_grid_count(g, eh_json_int(team, "capacity"));
    else
        eh_grid_dim(g, "no limit");
    eh_grid_count(g, eh_json_int(team, "open"));
    eh_grid_count(g, eh_json_int(team, "waiting"));
}

int eh_cmd_teams(struct eh_cli *cli)
{
    struct page_walk walk = {
        .cli = cli, .path = "/v1/teams", .key = "teams", .add = team_row, .shown_max = LIST_SHOWN};
    return show_list(&walk, "team,name,policy,>capacity,>open,>waiting", "no teams");
}

/* The state of a rep; "full" when he is available but has all he can carry. */
static const char *shown_state(const json_t *rep)
{
    const char *state = eh_json_text(rep, "state");
    bool full = json_is_true(json_object_get(rep, "full"));
    return full && state && strcmp(state, "available") == 0 ? "full" : state;
}

struct members {
    bool entitled; /* the daemon tells what each was entitled to */
    unsigned exponent;
};

/* Tickets with one decimal: there are parts of them. */
static const char *entitled_text(const json_t *rep, char ret[EH_CLI_TEXT])
{
    snprintf(ret, EH_CLI_TEXT, "%.1f", json_number_value(json_object_get(rep, "entitled")));
    return ret;
}

static void member_row(struct eh_grid *g, const json_t *rep, void *context)
{
    const struct members *members = context;
    char entitled[EH_CLI_TEXT];
    eh_grid_text(g, eh_json_text(rep, "id"));
    if (json_is_false(json_object_get(rep, "active")))
        eh_grid_dim(g, shown_state(rep));
    else
        eh_grid_state(g, shown_state(rep));
    if (!eh_json_has(rep, "received")) { /* a colleague, whom only managers see figures of */
        for (int i = members->entitled ? 6 : 4; i > 0; i--)
            eh_grid_dim(g, "-");
        return;
    }
    eh_grid_count(g, eh_json_int(rep, "open"));
    eh_grid_count(g, eh_json_int(rep, "points"));
    if (members->entitled)
        eh_grid_text(g, entitled_text(rep, entitled));
    eh_grid_count(g, eh_json_int(rep, "received"));
    if (members->entitled)
        eh_grid_money(g, eh_json_int(rep, "entitled_value"), members->exponent);
    eh_grid_money(g, eh_json_int(rep, "received_value"), members->exponent);
}

static int show_members(const struct eh_cli *cli, const char *path, const json_t *team)
{
    const json_t *first = json_array_get(json_object_get(team, "reps"), 0);
    const char *currency = eh_json_text(team, "currency");
    struct members members = {json_object_get(first, "entitled") != NULL, eh_json_exponent(team)};
    struct page_walk walk = {.cli = cli,
                             .path = path,
                             .key = "reps",
                             .add = member_row,
                             .context = &members,
                             .shown_max = LIST_SHOWN};
    char columns[160];
    eh_format(columns, sizeof columns, "rep,state,>open,>points%s,>received%s,>value%s%s",
              members.entitled ? ",>entitled" : "", members.entitled ? ",>entitled value" : "",
              currency ? " " : "", currency ? currency : "");
    walk.grid = eh_grid_new(cli, columns);
    take_page(&walk, team);
    int r = walk.after[0] ? walk_pages(&walk) : EH_EXIT_DONE;
    eh_grid_print(walk.grid);
    if (walk.count == 0)
        puts("nobody is in this team");
    return r;
}

int eh_cmd_team(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    char path[EH_CLI_PATH], capacity[EH_CLI_TEXT], waiting[EH_CLI_TEXT];
    if (!eh_path(path, "/v1/teams/%s", cli->args[0]))
        return eh_say_long(cli->args[0]);
    int r = eh_http_get(cli, path, &answer);
    if (eh_answer_told(cli, r, &answer))
        return r;
    const json_t *team = answer.json;
    const char *name = eh_json_text(team, "name"), *policy = eh_json_text(team, "policy");
    eh_text_count(eh_json_int(team, "capacity"), capacity);
    eh_text_count(eh_json_int(team, "waiting"), waiting);
    const char *plan = eh_json_text(team, "plan");
    printf("%steam %s%s (%s): policy %s, %s%s, %s waiting%s%s\n\n", eh_colour_bold(cli),
           cli->args[0], eh_colour_end(cli), name ? name : cli->args[0], policy ? policy : "?",
           eh_json_int(team, "capacity") ? "capacity " : "no limit",
           eh_json_int(team, "capacity") ? capacity : "", waiting, plan ? ", bonus plan " : "",
           plan ? plan : "");
    return show_members(cli, path, team);
}

/* ---- Reps. */

/* When a state ends by itself: "in 1h 20m"; "" when it does not. */
static void until_text(const json_t *rep, char ret[EH_CLI_TEXT])
{
    int64_t us;
    ret[0] = '\0';
    if (eh_json_time_us(rep, "until", &us))
        eh_text_ago(eh_text_now_us(), us, ret);
}

static void rep_row(struct eh_grid *g, const json_t *rep, void *context)
{
    (void)context;
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

int eh_cmd_reps(struct eh_cli *cli)
{
    struct page_walk walk = {
        .cli = cli, .path = "/v1/reps", .key = "reps", .add = rep_row, .shown_max = LIST_SHOWN};
    return show_list(&walk, "rep,name,teams,state,ends,>open,>points", "no reps");
}

static void show_rep(const struct eh_cli *cli, const json_t *rep)
{
    char teams[512], until[EH_CLI_TEXT], open[EH_CLI_TEXT], points[EH_CLI_TEXT];
    const char *state = shown_state(rep), *name = eh_json_text(rep, "name");
    const char *reason = eh_json_text(rep, "reason");
    char *clean = eh_text_clean(reason ? reason : "");
    join_texts(json_object_get(rep, "teams"), teams, sizeof teams);
    until_text(rep, until);
    eh_text_count(eh_json_int(rep, "open"), open);
    eh_text_count(eh_json_int(rep, "points"), points);
    printf("%srep %s%s (%s), team%s %s\n", eh_colour_bold(cli), cli->args[0], eh_colour_end(cli),
           name ? name : cli->args[0], strchr(teams, ',') ? "s" : "", *teams ? teams : "none");
    printf("%s%s%s%s%s%s%s\n", eh_colour_of(cli, state ? state : ""), state ? state : "?",
           eh_colour_end(cli), *until ? ", ends " : "", until, *clean ? ": " : "", clean);
    printf("%s open, %s points\n", open, points);
    free(clean);
}

/* ---- Tickets. */

/* "4711", or "4711 of zammad" when it came from another helpdesk than the default one. */
static void name_cell(struct eh_grid *g, const json_t *t)
{
    const char *source = eh_json_text(t, "source"), *id = eh_json_text(t, "id");
    char name[2 * EH_NAME_MAX + 8];
    bool other = source && strcmp(source, "default") != 0;
    eh_format(name, sizeof name, "%s%s%s", id ? id : "", other ? " of " : "", other ? source : "");
    eh_grid_text(g, name);
}

static void ago_cell(struct eh_grid *g, const json_t *t, const char *key, int64_t now_us)
{
    char ago[EH_CLI_TEXT] = "";
    int64_t us;
    if (eh_json_time_us(t, key, &us))
        eh_text_ago(now_us, us, ago);
    eh_grid_dim(g, ago);
}

static void ticket_row(struct eh_grid *g, const json_t *t, void *context)
{
    const int64_t *now_us = context;
    const char *currency = eh_json_text(t, "currency");
    char value[EH_CLI_TEXT + 8], money[EH_CLI_TEXT];
    eh_text_money(eh_json_int(t, "value"), eh_json_exponent(t), money);
    eh_format(value, sizeof value, "%s%s%s", money, currency ? " " : "", currency ? currency : "");
    name_cell(g, t);
    eh_grid_text(g, eh_json_text(t, "team"));
    eh_grid_text(g, eh_json_text(t, "kind"));
    eh_grid_text(g, value);
    eh_grid_state(g, eh_json_text(t, "state"));
    eh_grid_text(g, eh_json_text(t, "rep"));
    ago_cell(g, t, "received_at", *now_us);
}

static void show_rep_tickets(const struct eh_cli *cli, const json_t *rep)
{
    json_t *tickets = json_object_get(rep, "tickets"), *t;
    const char *currency = eh_json_text(rep, "currency");
    int64_t now_us = eh_text_now_us();
    char columns[96], after[EH_CLI_PATH];
    size_t i;
    if (json_array_size(tickets) == 0)
        return;
    putchar('\n');
    eh_format(columns, sizeof columns, "ticket,team,kind,>value%s%s,>priority,assigned",
              currency ? " " : "", currency ? currency : "");
    struct eh_grid *g = eh_grid_new(cli, columns);
    json_array_foreach(tickets, i, t)
    {
        name_cell(g, t);
        eh_grid_text(g, eh_json_text(t, "team"));
        eh_grid_text(g, eh_json_text(t, "kind"));
        eh_grid_money(g, eh_json_int(t, "value"), eh_json_exponent(rep));
        eh_grid_count(g, eh_json_int(t, "priority"));
        ago_cell(g, t, "assigned_at", now_us);
    }
    eh_grid_print(g);
    next_page(rep, after);
    if (after[0])
        printf("… and more: evenhand tickets --rep %s --after %s\n", cli->args[0], after);
}

int eh_cmd_rep(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    char path[EH_CLI_PATH];
    if (!eh_path(path, "/v1/reps/%s", cli->args[0]))
        return eh_say_long(cli->args[0]);
    int r = eh_http_get(cli, path, &answer);
    if (eh_answer_told(cli, r, &answer))
        return r;
    show_rep(cli, answer.json);
    show_rep_tickets(cli, answer.json);
    return EH_EXIT_DONE;
}

static bool tickets_path(const struct eh_cli *cli, char path[EH_CLI_PATH])
{
    static const char *const filters[] = {"team", "rep", "state"};
    bool fits = eh_path(path, "/v1/tickets");
    for (size_t i = 0; fits && i < sizeof filters / sizeof *filters; i++) {
        const char *value = eh_cli_option(cli, filters[i]);
        char before[16];
        eh_format(before, sizeof before, "%c%s=", strchr(path, '?') ? '&' : '?', filters[i]);
        if (value)
            fits = eh_path_add(path, before, value);
    }
    return fits;
}

int eh_cmd_tickets(struct eh_cli *cli)
{
    static const char *const states[] = {"waiting", "assigned", "open", "closed"};
    const char *state = eh_cli_option(cli, "state");
    bool known = !state;
    for (size_t i = 0; state && i < sizeof states / sizeof *states; i++)
        known = known || strcmp(state, states[i]) == 0;
    if (!known)
        return eh_say_usage(cli, "--state: `%s` is none of waiting, assigned, open, closed", state);
    char path[EH_CLI_PATH];
    if (!tickets_path(cli, path))
        return eh_say(EH_EXIT_USAGE, "tickets: an option is too long");
    int64_t now_us = eh_text_now_us();
    struct page_walk walk = {.cli = cli,
                             .path = path,
                             .key = "tickets",
                             .add = ticket_row,
                             .context = &now_us,
                             .shown_max = TICKETS_SHOWN};
    return show_list(&walk, "ticket,team,kind,>value,state,rep,received", "no such tickets");
}
