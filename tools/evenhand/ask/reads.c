/* reads: status, teams and reps as tables. */
#include "reads.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/caller.h"
#include "client/list.h"
#include "client/object.h"
#include "commands.h"
#include "term/say.h"
#include "term/text.h"

#define LIST_SHOWN 100000 /* rows shown at most; --after shows the rest */

static void line_show(const struct eh_cli *cli, const char *name, const char *text)
{
    char *clean = eh_text_clean(text);
    printf("%s%-10s%s %s\n", eh_colour_dim(cli), name, eh_colour_end(cli), clean);
    free(clean);
}

static void line_show_count(const struct eh_cli *cli, const char *name, const json_t *object,
                            const char *key)
{
    char text[EH_CLI_TEXT];
    if (!eh_object_has(object, key))
        return;
    eh_text_count(eh_object_int(object, key), text);
    line_show(cli, name, text);
}

/* "up", "down", or whatever the daemon says of a server: text, a switch, or an object with `up`. */
static void line_show_server(const struct eh_cli *cli, const char *name, const char *state,
                             const char *address, const char *error)
{
    if (!state)
        return;
    printf("%s%-10s%s %s%s%s%s%s%s%s\n", eh_colour_dim(cli), name, eh_colour_end(cli),
           eh_colour_of(cli, state), state, eh_colour_end(cli), address ? " at " : "",
           address ? address : "", error ? ": " : "", error ? error : "");
}

static void status_show_head(const struct eh_cli *cli, const json_t *s)
{
    const char *role = eh_object_text(s, "role"), *desk = eh_object_text(s, "desk");
    printf("%sdesk %s%s: %s%s%s", eh_colour_bold(cli), desk ? desk : "(none yet)",
           eh_colour_end(cli), eh_colour_of(cli, role ? role : ""), role ? role : "?",
           eh_colour_end(cli));
    if (eh_object_has(s, "epoch"))
        printf(", epoch %lld", (long long)eh_object_int(s, "epoch"));
    const char *version = eh_object_text(s, "version");
    printf("; evenhandd %s, schema %lld\n", version ? version : "?",
           (long long)eh_object_int(s, "schema"));
}

/* Prints the reps who have left a team and still have open tickets of it. */
static void show_left(const struct eh_cli *cli, const json_t *list)
{
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)list, i, one)
    {
        char text[400];
        const char *rep = eh_object_text(one, "rep"), *team = eh_object_text(one, "team");
        int64_t open = eh_object_int(one, "open");
        eh_format(text, sizeof text,
                  "%s left team %s with %lld open ticket%s (evenhand release %s)", rep ? rep : "?",
                  team ? team : "?", (long long)open, open == 1 ? "" : "s", rep ? rep : "R");
        line_show(cli, "left", text);
    }
}

/* Prints the skills that waiting tickets need and nobody has. */
static void show_undoable(const struct eh_cli *cli, const json_t *s)
{
    size_t at;
    json_t *row;
    json_array_foreach(json_object_get(s, "missing_skills"), at, row)
    {
        char text[400], missing[128], together[128];
        eh_object_join(json_object_get(row, "missing"), missing, sizeof missing);
        eh_object_join(json_object_get(row, "skills"), together, sizeof together);
        eh_format(text, sizeof text, "%lld tickets of team %s wait for %s: nobody there has %s",
                  (long long)eh_object_int(row, "waiting"), eh_object_text(row, "team"), together,
                  *missing ? missing : "all of them");
        line_show(cli, "skills", text);
    }
}

static void status_show_counts(const struct eh_cli *cli, const json_t *s)
{
    line_show_count(cli, "inputs", s, "input");
    line_show_count(cli, "outbox", s, "seq");
    if (eh_object_has(s, "published") && eh_object_int(s, "published") != eh_object_int(s, "seq"))
        line_show_count(cli, "published", s, "published");
    line_show_count(cli, "waiting", s, "waiting");
    show_undoable(cli, s);
    line_show_count(cli, "open", s, "open");
    if (eh_object_int(s, "paused"))
        line_show_count(cli, "paused", s, "paused");
    line_show_count(cli, "in flight", s, "in_flight");
    if (eh_object_int(s, "parked"))
        line_show_count(cli, "parked", s, "parked");
    line_show_count(cli, "dead", s, "dead");
    if (eh_object_int(s, "refused") > eh_object_int(s, "dead"))
        line_show_count(cli, "refused", s, "refused");
}

static void status_show_caller(const struct eh_cli *cli, const json_t *s)
{
    const char *user = eh_object_text(s, "user"), *rep = eh_object_text(s, "rep");
    if (!user)
        return;
    char text[400], roles[128];
    eh_object_join(json_object_get(s, "roles"), roles, sizeof roles);
    eh_format(text, sizeof text, "%s%s%s%s%s", user, *roles ? ": " : "", roles, rep ? "; rep " : "",
              rep ? rep : "");
    line_show(cli, "you", text);
}

static void status_show(const struct eh_cli *cli, const json_t *s)
{
    status_show_head(cli, s);
    const char *currency = eh_object_text(s, "currency"), *zone = eh_object_text(s, "time_zone");
    if (currency && zone) {
        char text[96];
        eh_format(text, sizeof text, "%s, days of %s", currency, zone);
        line_show(cli, "counts in", text);
    }
    status_show_counts(cli, s);
    line_show_server(cli, "redis", eh_object_text(s, "redis"), eh_object_text(s, "redis_address"),
                     eh_object_text(s, "redis_error"));
    line_show_server(cli, "postgres", eh_object_text(s, "postgres"), NULL, NULL);
    if (json_is_true(json_object_get(s, "desk_file_differs")))
        line_show(cli, "desk file", "differs from what is applied (evenhand desk diff FILE)");
    status_show_caller(cli, s);
    show_left(cli, json_object_get(s, "left_with_open"));
    size_t at;
    json_t *alarm;
    json_array_foreach(json_object_get(s, "alarms"), at, alarm)
        line_show(cli, "alarm", eh_object_text(alarm, "text"));
    const char *error = eh_object_text(s, "last_error");
    if (error && *error)
        line_show(cli, "last error", error);
}

int eh_cmd_status(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    int r = eh_http_get(cli, "/v1/status", &answer);
    if (eh_answer_told(cli, r, &answer))
        return r;
    status_show(cli, answer.json);
    return EH_EXIT_DONE;
}

/* ---- Teams. */

static void grid_add_team(struct eh_grid *g, const json_t *team, void *context)
{
    (void)context;
    eh_grid_text(g, eh_object_text(team, "id"));
    eh_grid_text(g, eh_object_text(team, "name"));
    eh_grid_text(g, eh_object_text(team, "policy"));
    if (eh_object_int(team, "capacity"))
        eh_grid_count(g, eh_object_int(team, "capacity"));
    else
        eh_grid_dim(g, "no limit");
    eh_grid_count(g, eh_object_int(team, "open"));
    eh_grid_count(g, eh_object_int(team, "waiting"));
}

int eh_cmd_teams(struct eh_cli *cli)
{
    struct eh_list list = {.cli = cli,
                           .path = "/v1/teams",
                           .key = "teams",
                           .add = grid_add_team,
                           .shown_max = LIST_SHOWN};
    return eh_list_show(&list, "team,name,policy,>capacity,>open,>waiting", "no teams");
}

/* The state of a rep; "full" when they are available and their work has reached the capacity. */
static const char *shown_state(const json_t *rep)
{
    const char *state = eh_object_text(rep, "state");
    bool full = json_is_true(json_object_get(rep, "full"));
    return full && state && strcmp(state, "available") == 0 ? "full" : state;
}

/* Who set the state, or why; NULL where that is of what they said last, and they are off. */
static const char *state_text(const json_t *rep, const char *key)
{
    const char *state = eh_object_text(rep, "state"), *said = eh_object_text(rep, "said");
    return state && said && strcmp(state, said) != 0 ? NULL : eh_object_text(rep, key);
}

struct members {
    bool entitled; /* the answer holds what each was entitled to */
    FILE *notes;
    unsigned exponent;
};

/* Entitlement in tickets with one decimal: it need not be whole. */
static const char *entitled_text(const json_t *rep, char ret[EH_CLI_TEXT])
{
    snprintf(ret, EH_CLI_TEXT, "%.1f", json_number_value(json_object_get(rep, "entitled")));
    return ret;
}

/* Notes below the table the kinds that the team deals the rep none of. */
static void note_full_for(const struct members *members, const json_t *rep)
{
    char kinds[256];
    eh_object_join(json_object_get(rep, "full_for"), kinds, sizeof kinds);
    if (*kinds)
        fprintf(members->notes, "%s: full for %s\n", eh_object_text(rep, "id"), kinds);
}

/* Notes below the table until when a rep is not available, and why. */
static void note_state(const struct members *members, const json_t *rep)
{
    const char *reason = state_text(rep, "reason");
    char when[EH_CLI_TEXT], ago[EH_CLI_TEXT], until[2 * EH_CLI_TEXT + 16] = "";
    int64_t us, now_us = eh_text_now_us();
    if (eh_object_time_us(rep, "until", &us)) {
        eh_text_when_short(now_us, us, when);
        eh_text_ago(now_us, us, ago);
        eh_format(until, sizeof until, " until %s (%s)", when, ago);
    }
    if (*until || reason)
        fprintf(members->notes, "%s: %s%s%s%s\n", eh_object_text(rep, "id"),
                eh_object_text(rep, "state"), until, reason ? ": " : "", reason ? reason : "");
}

static void grid_add_member(struct eh_grid *g, const json_t *rep, void *context)
{
    const struct members *members = context;
    char entitled[EH_CLI_TEXT];
    eh_grid_text(g, eh_object_text(rep, "id"));
    if (json_is_false(json_object_get(rep, "active")))
        eh_grid_dim(g, shown_state(rep));
    else
        eh_grid_state(g, shown_state(rep));
    if (!eh_object_has(rep, "received")) { /* a rep sees no figures of colleagues */
        for (int i = members->entitled ? 6 : 4; i > 0; i--)
            eh_grid_dim(g, "-");
        return;
    }
    note_state(members, rep);
    note_full_for(members, rep);
    eh_grid_count(g, eh_object_int(rep, "open"));
    eh_grid_count(g, eh_object_int(rep, "points"));
    if (members->entitled)
        eh_grid_text(g, entitled_text(rep, entitled));
    eh_grid_count(g, eh_object_int(rep, "received"));
    if (members->entitled)
        eh_grid_money(g, eh_object_int(rep, "entitled_value"), members->exponent);
    eh_grid_money(g, eh_object_int(rep, "received_value"), members->exponent);
}

static int members_show(const struct eh_cli *cli, const char *path, const json_t *team)
{
    const json_t *first = json_array_get(json_object_get(team, "reps"), 0);
    const char *currency = eh_object_text(team, "currency");
    char *notes = NULL;
    size_t notes_size = 0;
    struct members members = {.entitled = json_object_get(first, "entitled") != NULL,
                              .notes = open_memstream(&notes, &notes_size),
                              .exponent = eh_object_exponent(team)};
    eh_require(members.notes);
    struct eh_list list = {.cli = cli,
                           .path = path,
                           .key = "reps",
                           .add = grid_add_member,
                           .context = &members,
                           .shown_max = LIST_SHOWN};
    char columns[160];
    const char *unit = currency ? currency : "value"; /* as in the fairness report */
    eh_format(columns, sizeof columns, "rep,state,>open,>points%s,>received%s%s,>received %s",
              members.entitled ? ",>entitled" : "", members.entitled ? ",>entitled " : "",
              members.entitled ? unit : "", unit);
    list.grid = eh_grid_begin(cli, columns);
    eh_list_take(&list, team);
    int r = list.after[0] ? eh_list_walk(&list) : EH_EXIT_DONE;
    eh_grid_print(list.grid);
    fclose(members.notes);
    if (notes_size > 0)
        printf("\n%s", notes);
    free(notes);
    if (list.count == 0)
        puts("nobody is in this team");
    return r;
}

/* ", 3 paused"; "": none is. */
static void paused_text(const json_t *team, char ret[2 * EH_CLI_TEXT])
{
    char count[EH_CLI_TEXT];
    int64_t paused = eh_object_int(team, "paused");
    eh_text_count(paused, count);
    eh_format(ret, 2 * EH_CLI_TEXT, "%s%s%s", paused ? ", " : "", paused ? count : "",
              paused ? " paused" : "");
}

/* ", at most 6 an hour and 30 a day"; "": as many as there are. */
static void at_most_text(const json_t *team, char ret[2 * EH_CLI_TEXT])
{
    const json_t *most = json_object_get(team, "at_most");
    char hour[EH_CLI_TEXT], day[EH_CLI_TEXT];
    int64_t per_hour = eh_object_int(most, "per_hour"), per_day = eh_object_int(most, "per_day");
    eh_text_count(per_hour, hour);
    eh_text_count(per_day, day);
    ret[0] = '\0';
    if (per_hour || per_day)
        eh_format(ret, 2 * EH_CLI_TEXT, ", at most %s%s%s%s%s", per_hour ? hour : "",
                  per_hour ? " an hour" : "", per_hour && per_day ? " and " : "",
                  per_day ? day : "", per_day ? " a day" : "");
}

/* ", a rep with at most 5 open order, 9 open query"; "": with as many as there are. */
static void kinds_text(const json_t *team, char *ret, size_t size)
{
    size_t i, used = 0;
    json_t *limit;
    char open[EH_CLI_TEXT];
    ret[0] = '\0';
    json_array_foreach(json_object_get(team, "kinds"), i, limit)
    {
        const char *kind = eh_object_text(limit, "kind");
        eh_text_count(eh_object_int(limit, "open"), open);
        if (used < size)
            used += eh_format(ret + used, size - used, "%s%s open %s",
                              i ? ", " : ", a rep with at most ", open, kind ? kind : "?");
    }
}

int eh_cmd_team(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    char path[EH_CLI_PATH], capacity[EH_CLI_TEXT], waiting[EH_CLI_TEXT], at_most[2 * EH_CLI_TEXT];
    char kinds[512], paused[2 * EH_CLI_TEXT];
    if (!eh_path(path, "/v1/teams/%s", cli->args[0]))
        return eh_say_long(cli, cli->args[0]);
    int r = eh_http_get(cli, path, &answer);
    if (eh_answer_told(cli, r, &answer))
        return r;
    const json_t *team = answer.json;
    const char *name = eh_object_text(team, "name"), *policy = eh_object_text(team, "policy");
    eh_text_count(eh_object_int(team, "capacity"), capacity);
    eh_text_count(eh_object_int(team, "waiting"), waiting);
    const char *plan = eh_object_text(team, "plan");
    at_most_text(team, at_most);
    kinds_text(team, kinds, sizeof kinds);
    paused_text(team, paused);
    printf("%steam %s%s (%s): policy %s, %s%s%s%s, %s waiting%s%s%s\n", eh_colour_bold(cli),
           cli->args[0], eh_colour_end(cli), name ? name : cli->args[0], policy ? policy : "?",
           eh_object_int(team, "capacity") ? "capacity " : "no limit",
           eh_object_int(team, "capacity") ? capacity : "", at_most, kinds, waiting, paused,
           plan ? ", bonus plan " : "", plan ? plan : "");
    eh_show_team_times(cli, team);
    return members_show(cli, path, team);
}

/* ---- Reps. */

/* The time until a state ends: "in 1h 20m"; "": it has no end. */
static void until_text(const json_t *rep, char ret[EH_CLI_TEXT])
{
    int64_t us;
    ret[0] = '\0';
    if (eh_object_time_us(rep, "until", &us))
        eh_text_ago(eh_text_now_us(), us, ret);
}

static void grid_add_rep(struct eh_grid *g, const json_t *rep, void *context)
{
    (void)context;
    char teams[256], until[EH_CLI_TEXT];
    eh_object_join(json_object_get(rep, "teams"), teams, sizeof teams);
    until_text(rep, until);
    eh_grid_text(g, eh_object_text(rep, "id"));
    eh_grid_text(g, eh_object_text(rep, "name"));
    eh_grid_text(g, teams);
    eh_grid_state(g, shown_state(rep));
    eh_grid_text(g, until);
    eh_grid_count(g, eh_object_int(rep, "open"));
    eh_grid_count(g, eh_object_int(rep, "points"));
    eh_grid_text(g, state_text(rep, "reason"));
}

int eh_cmd_reps(struct eh_cli *cli)
{
    struct eh_list list = {.cli = cli,
                           .path = "/v1/reps",
                           .key = "reps",
                           .add = grid_add_rep,
                           .shown_max = LIST_SHOWN};
    return eh_list_show(&list, "rep,name,teams,state,ends,>open,>points,reason", "no reps");
}

/* Prints the teams that deal the rep nothing since a release. */
static void show_released(const json_t *rep)
{
    const json_t *teams = json_object_get(rep, "released_in");
    size_t i;
    json_t *team;
    if (json_array_size(teams) == 0)
        return;
    printf("released, gets nothing until the next signal of:");
    json_array_foreach((json_t *)teams, i, team) printf(" %s", json_string_value(team));
    putchar('\n');
}

/* What holds beside the state: the end of today's hours, or that nothing more is dealt for now. */
static void rep_now_show(const json_t *rep)
{
    const char *state = shown_state(rep);
    char ago[EH_CLI_TEXT], when[EH_CLI_TEXT];
    int64_t us, now_us = eh_text_now_us();
    bool available = state && strcmp(state, "available") == 0;
    if (state && strcmp(state, "off") == 0)
        printf("%s: nothing is dealt meanwhile, and nothing is owed for it\n",
               json_is_true(json_object_get(rep, "absent")) ? "absent" : "outside of hours");
    if (available && eh_object_time_us(rep, "on_until", &us)) {
        eh_text_when_short(now_us, us, when);
        eh_text_ago(now_us, us, ago);
        printf("at work until %s (%s)\n", when, ago);
    }
    if (available && json_is_true(json_object_get(rep, "full")))
        puts("full: has all that may be open, or be dealt in an hour or a day");
}

/* "overloaded until 17:00:00 CET (in 2h): quarter-end calls" */
static void rep_state_show(const struct eh_cli *cli, const json_t *rep)
{
    const char *state = shown_state(rep), *reason = state_text(rep, "reason");
    const char *next = eh_object_text(rep, "next_state"), *by = state_text(rep, "by");
    char *clean = eh_text_clean(reason ? reason : "");
    char ago[EH_CLI_TEXT], when[EH_CLI_TEXT], from[EH_CLI_TEXT];
    int64_t us, now_us = eh_text_now_us();
    printf("%s%s%s", eh_colour_of(cli, state ? state : ""), state ? state : "?",
           eh_colour_end(cli));
    if (eh_object_time_us(rep, "until", &us)) {
        eh_text_when_short(now_us, us, when);
        eh_text_ago(now_us, us, ago);
        printf(" until %s (%s)", when, ago);
    }
    printf("%s%s%s%s", by ? ", said by " : "", by ? by : "", *clean ? ": " : "", clean);
    if (next && eh_object_time_us(rep, "next_from", &us)) {
        eh_text_when_short(now_us, us, from);
        printf("; %s from %s", next, from);
    }
    putchar('\n');
    show_released(rep);
    free(clean);
}

/* "accounts: jira 5b10:ac, zammad ana@shop.example" */
static void accounts_show(const json_t *rep)
{
    const json_t *accounts = json_object_get(rep, "accounts");
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)accounts, i, one)
    {
        const char *source = eh_object_text(one, "source"),
                   *account = eh_object_text(one, "account");
        char *clean = eh_text_clean(account ? account : "?");
        printf("%s %s %s", i ? "," : "accounts:", source ? source : "?", clean);
        free(clean);
    }
    if (json_array_size(accounts) > 0)
        putchar('\n');
}

/* "full for order in team sales": what they get none of for now. */
static void full_for_show(const json_t *rep)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(rep, "full_for"), i, one)
    {
        const char *team = eh_object_text(one, "team"), *kind = eh_object_text(one, "kind");
        printf("full for %s in team %s\n", kind ? kind : "?", team ? team : "?");
    }
}

/* "in team sales with 50% until 2026-01-06 08:00 at the latest, for what waited when they came
 * back" */
static void ramps_show(const json_t *rep)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(rep, "ramps"), i, one)
    {
        char share[EH_DECIMAL_TEXT_MAX], until[EH_CLI_TEXT] = "";
        int64_t us;
        const char *team = eh_object_text(one, "team");
        eh_ppm_print(eh_object_int(one, "share_ppm"), share);
        if (eh_object_time_us(one, "until", &us))
            eh_text_when(us, until);
        printf("back in team %s: dealt to with %s of a full position until %s at the latest, while "
               "what waited then still waits\n",
               team ? team : "?", share, until);
    }
}

void eh_show_rep(const struct eh_cli *cli, const char *id, const json_t *rep)
{
    char teams[512], open[EH_CLI_TEXT], points[EH_CLI_TEXT], paused[EH_CLI_TEXT];
    const char *name = eh_object_text(rep, "name");
    eh_object_join(json_object_get(rep, "teams"), teams, sizeof teams);
    eh_text_count(eh_object_int(rep, "open"), open);
    eh_text_count(eh_object_int(rep, "points"), points);
    printf("%srep %s%s (%s), team%s %s\n", eh_colour_bold(cli), id, eh_colour_end(cli),
           name ? name : id, strchr(teams, ',') ? "s" : "", *teams ? teams : "none");
    rep_state_show(cli, rep);
    rep_now_show(rep);
    accounts_show(rep);
    full_for_show(rep);
    eh_text_count(eh_object_int(rep, "paused"), paused);
    printf("%s open, %s%s%s points\n", open, eh_object_int(rep, "paused") ? paused : "",
           eh_object_int(rep, "paused") ? " of them paused, " : "", points);
    ramps_show(rep);
}

int eh_cmd_rep(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    char path[EH_CLI_PATH], id[EH_NAME_MAX + 1] = "";
    int r = EH_EXIT_DONE;
    if (cli->arg_count == 0)
        r = eh_caller_rep(cli, id);
    if (r != EH_EXIT_DONE)
        return r;
    const char *rep = cli->arg_count ? cli->args[0] : id;
    if (!eh_path(path, "/v1/reps/%s", rep))
        return eh_say_long(cli, rep);
    r = eh_http_get(cli, path, &answer);
    if (eh_answer_told(cli, r, &answer))
        return r;
    eh_show_rep(cli, rep, answer.json);
    eh_show_rep_tickets(cli, rep, answer.json);
    return EH_EXIT_DONE;
}
