/* me: who is asking, what waits for them, how the pool stands, and what to do next. */
#include <stdio.h>

#include "client/list.h"
#include "client/object.h"
#include "commands.h"
#include "reads.h"
#include "term/text.h"

#define MANAGED_SHOWN 10 /* teams */

#define NEXT(command, what) printf("  %-32s %s\n", command, what)

/* "you are ana: rep, manager; desk main" */
static void me_show_head(const struct eh_cli *cli, const json_t *me)
{
    char roles[128], manages[512];
    const char *user = eh_object_text(me, "user"), *desk = eh_object_text(me, "desk");
    eh_object_join(json_object_get(me, "roles"), roles, sizeof roles);
    eh_object_join(json_object_get(me, "manages"), manages, sizeof manages);
    printf("%syou are %s%s: %s; desk %s\n", eh_colour_bold(cli), user ? user : "?",
           eh_colour_end(cli), *roles ? roles : "no role", desk ? desk : "(none yet)");
    if (*manages)
        printf("you manage %s\n", manages);
}

/* "team sales: 2 waiting, 5 open", for each team that the caller manages. */
static void me_show_managed(const struct eh_cli *cli, const json_t *me)
{
    size_t i;
    json_t *team;
    json_array_foreach(json_object_get(me, "manages"), i, team)
    {
        EH_AUTO(eh_answer) struct eh_answer answer = {0};
        char path[EH_CLI_PATH], waiting[EH_CLI_TEXT], open[EH_CLI_TEXT];
        const char *id = json_string_value(team);
        if (i == MANAGED_SHOWN || !id || !eh_path(path, "/v1/teams/%s", id) ||
            !eh_http_try(cli, path, &answer))
            return;
        eh_text_count(eh_object_int(answer.json, "waiting"), waiting);
        eh_text_count(eh_object_int(answer.json, "open"), open);
        printf("team %s: %s waiting, %s open\n", id, waiting, open);
    }
}

/* Prints the caller's line of the running pool; nothing when the team has no plan. */
static void pool_line_show(const struct eh_cli *cli, const char *team, const char *rep)
{
    EH_AUTO(eh_answer) struct eh_answer pool = {0};
    char path[EH_CLI_PATH], total[EH_CLI_TEXT], net[EH_CLI_TEXT];
    size_t i;
    json_t *share;
    if (!eh_path(path, "/v1/teams/%s/pool", team) || !eh_http_try(cli, path, &pool))
        return;
    eh_object_clean(pool.json);
    unsigned exponent = eh_object_exponent(pool.json);
    const char *currency = eh_object_text(pool.json, "currency");
    json_array_foreach(json_object_get(pool.json, "shares"), i, share)
    {
        const char *who = eh_object_text(share, "rep");
        if (!who || strcmp(who, rep) != 0)
            continue;
        eh_text_money(eh_object_int(share, "total"), exponent, total);
        eh_text_money(eh_object_int(pool.json, "net"), exponent, net);
        const char *period = eh_object_text(pool.json, "period");
        printf("pool %s %s: %s of %s %s for you, as it stands\n", team, period ? period : "", total,
               net, currency ? currency : "");
    }
}

static void me_show_pools(const struct eh_cli *cli, const json_t *rep)
{
    size_t i;
    json_t *team;
    const char *id = eh_object_text(rep, "id");
    json_array_foreach(json_object_get(rep, "teams"), i, team)
    {
        if (id && json_is_string(team))
            pool_line_show(cli, json_string_value(team), id);
    }
}

static void me_show_tickets(const struct eh_cli *cli, const char *rep)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    char path[EH_CLI_PATH];
    if (!eh_path(path, "/v1/reps/%s", rep) || !eh_http_try(cli, path, &answer))
        return;
    eh_object_clean(answer.json);
    eh_show_rep_tickets(cli, rep, answer.json);
}

static bool me_has_role(const json_t *me, const char *role)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(me, "roles"), i, item)
    {
        if (json_is_string(item) && strcmp(json_string_value(item), role) == 0)
            return true;
    }
    return false;
}

static void me_show_next(const struct eh_cli *cli, const json_t *me, const json_t *rep)
{
    const char *state = eh_object_text(rep, "state");
    printf("\n%snext%s\n", eh_colour_bold(cli), eh_colour_end(cli));
    if (state && strcmp(state, "available") == 0)
        NEXT("evenhand overloaded --for 2h", "no new tickets for a while");
    else if (state && strcmp(state, "off") == 0)
        NEXT("evenhand absences", "when you are absent, and why");
    else if (state)
        NEXT("evenhand available", "ready for tickets again");
    if (eh_object_int(rep, "open") > 0)
        NEXT("evenhand ticket ID", "why a ticket is yours");
    if (state)
        NEXT("evenhand pool", "how the team's bonus pool stands, and your line");
    if (json_array_size(json_object_get(me, "manages")) > 0 || me_has_role(me, "operator"))
        NEXT("evenhand waiting", "what waits, and why");
    if (me_has_role(me, "manager") || me_has_role(me, "auditor"))
        NEXT("evenhand fairness T", "how evenly a team's tickets were dealt");
    if (me_has_role(me, "operator"))
        NEXT("evenhand desk diff FILE", "what a changed desk file would do");
    if (json_array_size(json_object_get(me, "roles")) == 0)
        puts("  an operator names your Unix user in the desk file: `user` of a rep, `managers` of "
             "a\n"
             "  team (evenhand-desk(5))");
}

int eh_cmd_me(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    int r = eh_http_get(cli, "/v1/me", &answer);
    if (eh_answer_told(cli, r, &answer))
        return r;
    const json_t *rep = json_object_get(answer.json, "rep");
    const char *id = eh_object_text(rep, "id");
    me_show_head(cli, answer.json);
    me_show_managed(cli, answer.json);
    if (id) {
        eh_show_rep(cli, id, rep);
        me_show_pools(cli, rep);
        me_show_tickets(cli, id);
    }
    me_show_next(cli, answer.json, rep);
    return EH_EXIT_DONE;
}
