/* adding_sort: which group is which team, which rep has which account. What has an equal name is
 * taken; a person is asked for the rest. */
#include <stdio.h>

#include "bridge/commands/adding.h"
#include "bridge/commands/match.h"
#include "bridge/commands/talk.h"

#define TEAMS_SHOWN 12

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* The first item whose `key` is this text. */
static const json_t *item_find(const json_t *list, const char *key, const char *text)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item)
    {
        const char *its = text_of(item, key);
        if (its && strcmp(its, text) == 0)
            return item;
    }
    return NULL;
}

/* ---- Groups. */

static const char *fault_team(const char *answer, const void *context)
{
    const struct eh_adding *adding = context;
    const json_t *teams = json_object_get(adding->desk, "teams");
    if (!answer[0])
        return NULL;
    if (teams)
        return item_find(teams, "id", answer) ? NULL : "is no team of the desk";
    return eh_id_valid(eh_str(answer)) ? NULL : "is no id of a team";
}

/* "sales, support" */
static void teams_print(const struct eh_adding *adding, char *ret, size_t size)
{
    size_t i, at = 0;
    const json_t *teams = json_object_get(adding->desk, "teams"), *team;
    ret[0] = 0;
    json_array_foreach(teams, i, team)
    {
        if (i < TEAMS_SHOWN && at < size)
            at += eh_format(ret + at, size - at, "%s%s", i ? ", " : " (", text_of(team, "id"));
    }
    if (at > 0 && at < size)
        eh_format(ret + at, size - at, "%s)", i > TEAMS_SHOWN ? ", …" : "");
}

static int group_ask(struct eh_adding *adding, const char *group, const char *name,
                     struct eh_error *error)
{
    char text[1024], teams[512], team[EH_ID_MAX + 1];
    teams_print(adding, teams, sizeof teams);
    eh_format(text, sizeof text, "Which team%s is the group %s%s%s%s? (empty: it is not ours)",
              teams, group, name ? " (" : "", name ? name : "", name ? ")" : "");
    const struct eh_question question = {.text = text, .fault = fault_team, .context = adding};
    int r = eh_talk_ask(&question, team, sizeof team, error);
    if (r == 0 && team[0])
        json_object_set_new(adding->connection->groups, group, json_string(team));
    return r;
}

static int group_sort(struct eh_adding *adding, const json_t *item, struct eh_error *error)
{
    const char *team = eh_match_team(item, json_object_get(adding->desk, "teams"));
    const char *group = text_of(item, "group"), *name = text_of(item, "name");
    if (!team)
        return group_ask(adding, group, name, error);
    printf("  group %s%s%s%s: team %s\n", group, name ? " (" : "", name ? name : "",
           name ? ")" : "", team);
    json_object_set_new(adding->connection->groups, group, json_string(team));
    return 0;
}

/* No list of them can be had. */
static int groups_by_hand(struct eh_adding *adding, struct eh_error *error)
{
    const struct eh_question question = {
        .text = "A group whose tickets evenhand deals, as the profile names it (empty: no more)"};
    char group[EH_NAME_MAX + 1];
    int r;
    while ((r = eh_talk_ask(&question, group, sizeof group, error)) == 0 && group[0] &&
           json_object_size(adding->connection->groups) < EH_PEOPLE_GROUPS_MAX) {
        r = group_ask(adding, group, NULL, error);
        if (r < 0)
            break;
    }
    return r;
}

static int groups_sort(struct eh_adding *adding, struct eh_error *error)
{
    size_t i;
    const json_t *item;
    int r = 0;
    if (json_array_size(adding->people.groups) == 0)
        r = groups_by_hand(adding, error);
    json_array_foreach(adding->people.groups, i, item)
    {
        if (r == 0)
            r = group_sort(adding, item, error);
    }
    if (r == 0 && json_object_size(adding->connection->groups) == 0)
        return eh_error_set(error, EH_EINVAL,
                            "no group was given a team: nothing would be dealt, and nothing was "
                            "written");
    return r;
}

/* ---- Reps. */

static bool is_connected(const struct eh_adding *adding, const json_t *rep)
{
    const char *group;
    json_t *team;
    size_t i;
    const json_t *member;
    json_array_foreach(json_object_get(rep, "teams"), i, member)
    {
        json_object_foreach(adding->connection->groups, group, team)
        {
            if (json_equal(team, member))
                return true;
        }
    }
    return false;
}

static bool is_used(const struct eh_adding *adding, const char *account)
{
    const char *rep;
    const json_t *used;
    json_object_foreach(adding->accounts, rep, used)
    {
        if (strcmp(json_string_value(used), account) == 0)
            return true;
    }
    return false;
}

/* The account that an answer means: itself, or that of an agent's e-mail. NULL: none. */
static const char *account_meant(const struct eh_adding *adding, const char *answer)
{
    const json_t *agents = adding->people.agents;
    if (json_array_size(agents) == 0 || item_find(agents, "account", answer))
        return answer;
    return text_of(item_find(agents, "email", answer), "account");
}

static const char *fault_account(const char *answer, const void *context)
{
    const struct eh_adding *adding = context;
    const char *account = answer[0] ? account_meant(adding, answer) : NULL;
    if (!answer[0])
        return NULL;
    if (!account)
        return "is neither an account nor an e-mail there";
    return is_used(adding, account) ? "is another rep's already" : NULL;
}

static int rep_ask(struct eh_adding *adding, const json_t *rep, struct eh_error *error)
{
    char text[600], answer[EH_NAME_MAX + 1];
    const char *name = text_of(rep, "name");
    eh_format(text, sizeof text,
              "Which account or e-mail has the rep %s%s%s%s there? (empty: none)",
              text_of(rep, "id"), name ? " (" : "", name ? name : "", name ? ")" : "");
    const struct eh_question question = {.text = text, .fault = fault_account, .context = adding};
    int r = eh_talk_ask(&question, answer, sizeof answer, error);
    if (r == 0 && answer[0])
        json_object_set_new(adding->accounts, text_of(rep, "id"),
                            json_string(account_meant(adding, answer)));
    return r;
}

static int rep_sort(struct eh_adding *adding, const json_t *rep, struct eh_error *error)
{
    const char *source = adding->connection->source;
    const json_t *agent = eh_match_agent(rep, adding->people.agents, source);
    const char *account = text_of(agent, "account");
    const char *shown = text_of(agent, "email") ? text_of(agent, "email") : text_of(agent, "name");
    if (!account || is_used(adding, account))
        return rep_ask(adding, rep, error);
    printf("  rep %s: account %s%s%s%s\n", text_of(rep, "id"), account, shown ? " (" : "",
           shown ? shown : "", shown ? ")" : "");
    json_object_set_new(adding->accounts, text_of(rep, "id"), json_string(account));
    return 0;
}

int eh_adding_sort(struct eh_adding *adding, struct eh_error *error)
{
    size_t i;
    const json_t *rep;
    int r = groups_sort(adding, error);
    json_array_foreach(json_object_get(adding->desk, "reps"), i, rep)
    {
        if (r == 0 && is_connected(adding, rep))
            r = rep_sort(adding, rep, error);
    }
    return r;
}
