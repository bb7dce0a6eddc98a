/* Which team a group is likely to be, and which agent a rep: what is not clear is nobody. */
#include <criterion/criterion.h>

#include "bridge/commands/match.h"

static json_t *parse(const char *text)
{
    json_t *value = json_loads(text, 0, NULL);
    cr_assert(value, "%s", text);
    return value;
}

static const char TEAMS[] =
    "[{\"id\": \"sales\", \"name\": \"Sales\"}, {\"id\": \"it\", \"name\": \"Service Desk\"},"
    " {\"id\": \"it-2\", \"name\": \"IT\"}]";

static void check_team(const char *group, const char *wanted)
{
    json_t *one = parse(group), *teams = parse(TEAMS);
    const char *team = eh_match_team(one, teams);
    cr_expect(wanted ? team && strcmp(team, wanted) == 0 : !team, "%s: %s", group,
              team ? team : "none");
    json_decref(one);
    json_decref(teams);
}

Test(bridge_match, a_group_is_the_team_of_its_name_or_id)
{
    check_team("{\"group\": \"sales\"}", "sales");
    check_team("{\"group\": \"SALES\"}", "sales");
    check_team("{\"group\": \"7\", \"name\": \"service-desk\"}", "it");
    check_team("{\"group\": \"Sales team\"}", NULL);
    check_team("{\"group\": \"7\", \"name\": \" - \"}", NULL);
    check_team("{\"group\": \"7\"}", NULL);
}

Test(bridge_match, a_group_of_two_teams_is_none)
{
    check_team("{\"group\": \"It\"}", NULL);
}

static const char PEOPLE[] =
    "[{\"account\": \"12\", \"name\": \"Ana Lee\", \"email\": \"ana@shop.example\"},"
    " {\"account\": \"13\", \"name\": \"Ben Ray\", \"email\": \"b.ray@shop.example\"},"
    " {\"account\": \"14\", \"name\": \"Cho Park\"}, {\"account\": \"15\", \"name\": \"Cho Park\"},"
    " {\"account\": \"dora@shop.example\"}, {\"account\": \"dora@else.example\"}]";

static void check_agent(const char *rep, const char *wanted)
{
    json_t *one = parse(rep), *people = parse(PEOPLE);
    const json_t *agent = eh_match_agent(one, people, "help");
    const char *account = json_string_value(json_object_get(agent, "account"));
    cr_expect(wanted ? account && strcmp(account, wanted) == 0 : !account, "%s: %s", rep,
              account ? account : "none");
    json_decref(one);
    json_decref(people);
}

Test(bridge_match, a_rep_is_the_agent_of_their_id_or_user)
{
    check_agent("{\"id\": \"ana\"}", "12");
    check_agent("{\"id\": \"x\", \"user\": \"b.ray\"}", "13");
    check_agent("{\"id\": \"bray\"}", "13");
    check_agent("{\"id\": \"an\"}", NULL);
}

Test(bridge_match, the_name_is_last)
{
    check_agent("{\"id\": \"x\", \"name\": \"ben ray\"}", "13");
    check_agent("{\"id\": \"ana\", \"name\": \"Ben Ray\"}", "12");
}

Test(bridge_match, an_account_that_the_desk_has_is_first)
{
    check_agent("{\"id\": \"ana\", \"accounts\": [{\"source\": \"help\", \"account\": \"14\"}]}",
                "14");
    check_agent("{\"id\": \"ana\", \"accounts\": [{\"source\": \"else\", \"account\": \"14\"}]}",
                "12");
}

Test(bridge_match, two_agents_are_none)
{
    check_agent("{\"id\": \"x\", \"name\": \"Cho Park\"}", NULL);
    check_agent("{\"id\": \"dora\"}", NULL);
}
