/* check_desk: what is wrong here would show as messages that evenhand refuses, and as parked
 * owners. */
#include "bridge/commands/check_desk.h"

#include <stdio.h>

#include "bridge/commands/desk.h"

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* The item of this id, or NULL. */
static const json_t *item_find(const json_t *list, const char *id)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item)
    {
        if (text_of(item, "id") && strcmp(text_of(item, "id"), id) == 0)
            return item;
    }
    return NULL;
}

static unsigned teams_check(const struct eh_connection *c, const json_t *teams)
{
    unsigned wrong = 0;
    const char *group;
    const json_t *team;
    json_object_foreach(c->groups, group, team)
    {
        if (item_find(teams, json_string_value(team)))
            continue;
        printf("✗ groups: %s: %s is no team of the desk; its tickets would be refused\n", group,
               json_string_value(team));
        wrong++;
    }
    return wrong;
}

static bool has_account(const json_t *rep, const char *source)
{
    size_t i;
    const json_t *account;
    json_array_foreach(json_object_get(rep, "accounts"), i, account)
    {
        if (text_of(account, "source") && strcmp(text_of(account, "source"), source) == 0)
            return true;
    }
    return false;
}

/* Whether they are in a team that stands behind a group. */
static bool is_concerned(const json_t *rep, const struct eh_connection *c)
{
    size_t i;
    const char *group;
    const json_t *own, *team;
    json_array_foreach(json_object_get(rep, "teams"), i, own)
    {
        json_object_foreach(c->groups, group, team)
        {
            if (json_equal(own, team))
                return true;
        }
    }
    return false;
}

/* They may be in the team for another source alone: it is told, and not wrong. */
static void reps_check(const struct eh_connection *c, const json_t *reps)
{
    size_t i;
    const json_t *rep;
    json_array_foreach(reps, i, rep)
    {
        if (is_concerned(rep, c) && !has_account(rep, c->source))
            printf("  %s has no account at %s: what they get is parked\n", text_of(rep, "id"),
                   c->source);
    }
}

unsigned eh_check_desk(const struct eh_connection *c)
{
    struct eh_error error = {0};
    json_t *desk;
    if (eh_desk_ask(c->admin_socket, &desk, &error) < 0) {
        printf("  the teams were not compared: %s\n", error.text);
        return 0;
    }
    unsigned wrong = teams_check(c, json_object_get(desk, "teams"));
    reps_check(c, json_object_get(desk, "reps"));
    json_decref(desk);
    return wrong;
}
