/* caller: the rep and the team of a command whose call names none. */
#include "caller.h"

#include "object.h"
#include "term/say.h"

static bool takes_option(const struct eh_cli_command *command, const char *name)
{
    const struct eh_cli_option *option = command->options;
    for (; option && option->name; option++)
        if (strcmp(option->name, name) == 0)
            return true;
    return false;
}

int eh_caller_rep(const struct eh_cli *cli, char ret[EH_NAME_MAX + 1])
{
    EH_AUTO(eh_answer) struct eh_answer status = {0};
    int r = eh_http_get(cli, "/v1/status", &status);
    if (r != EH_EXIT_DONE)
        return r;
    const char *rep = eh_object_text(status.json, "rep"),
               *user = eh_object_text(status.json, "user");
    if (rep) {
        eh_format(ret, EH_NAME_MAX + 1, "%s", rep);
        return EH_EXIT_DONE;
    }
    bool by_option = takes_option(cli->command, "rep");
    return eh_say(cli, EH_EXIT_REFUSED,
                  "no rep of the desk has the Unix user %s; name the rep: "
                  "evenhand %s %s%sR",
                  user ? user : "you are", cli->command->name, by_option ? cli->command->args : "",
                  by_option ? " --rep " : "");
}

/* Adds the ids that are not there yet. */
static void teams_add(json_t *all, const json_t *more)
{
    size_t i;
    json_t *team;
    json_array_foreach(more, i, team)
    {
        bool known = !json_is_string(team);
        for (size_t k = 0; !known && k < json_array_size(all); k++)
            known = json_equal(json_array_get(all, k), team);
        if (!known)
            json_array_append(all, team);
    }
}

static int team_choose(const struct eh_cli *cli, const json_t *teams, char ret[EH_NAME_MAX + 1])
{
    size_t count = json_array_size(teams), used = 0;
    char names[200] = "";
    if (count == 1) {
        eh_format(ret, EH_NAME_MAX + 1, "%s", json_string_value(json_array_get(teams, 0)));
        return EH_EXIT_DONE;
    }
    for (size_t i = 0; i < count && used < sizeof names; i++)
        used += eh_format(names + used, sizeof names - used, "%s%s", i ? ", " : "",
                          json_string_value(json_array_get(teams, i)));
    if (count == 0)
        return eh_say(cli, EH_EXIT_REFUSED,
                      "you are in no team and manage none; name it: evenhand %s T",
                      cli->command->name);
    return eh_say(cli, EH_EXIT_REFUSED, "which team? evenhand %s T, where T is one of %s",
                  cli->command->name, names);
}

int eh_caller_team(const struct eh_cli *cli, char ret[EH_NAME_MAX + 1])
{
    EH_AUTO(eh_answer) struct eh_answer me = {0};
    int r = eh_http_get(cli, "/v1/me", &me);
    if (r != EH_EXIT_DONE)
        return r;
    json_t *teams = json_array();
    teams_add(teams, json_object_get(json_object_get(me.json, "rep"), "teams"));
    teams_add(teams, json_object_get(me.json, "manages"));
    r = team_choose(cli, teams, ret);
    json_decref(teams);
    return r;
}
