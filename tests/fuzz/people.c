/* fuzz/people: any bytes as what a profile's `people` yields: what is taken of it is lines of text
 * that fit, and each is compared with teams and reps. */
#include "bridge/commands/match.h"
#include "bridge/commands/people.h"
#include "host/bounded.h"
#include "fuzz.h"

static bool is_line(const json_t *text)
{
    const char *c = json_string_value(text);
    for (; c && *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return false;
    return !text || (json_string_length(text) > 0 && json_string_length(text) <= EH_NAME_MAX);
}

static void check_lines(const json_t *list, json_t *teams, json_t *reps)
{
    size_t i, k;
    const json_t *item, *rep;
    const char *key;
    json_t *text;
    json_array_foreach(list, i, item)
    {
        json_object_foreach((json_t *)item, key, text) eh_require(is_line(text));
        const char *team = eh_match_team(item, teams);
        eh_require(!team || strcmp(team, "sales") == 0);
        json_array_foreach(reps, k, rep)
        {
            const json_t *agent = eh_match_agent(rep, list, "help");
            eh_require(!agent || json_is_object(agent));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *values = NULL, *value;
    json_t *teams = json_pack("[{s:s, s:s}]", "id", "sales", "name", "Sales");
    json_t *reps = json_pack("[{s:s, s:s}, {s:s}]", "id", "ana", "name", "Ana Lee", "id", "ben");
    struct eh_people people;
    size_t i;
    if (eh_bounded_json(eh_str_n((const char *)data, size), &values, NULL) < 0)
        values = NULL;
    eh_people_begin(&people);
    json_array_foreach(values, i, value)
    {
        struct eh_error error = {0};
        eh_require(eh_people_take(&people, value, &error) == 0 || error.text[0]);
    }
    eh_require(json_array_size(people.groups) <= EH_PEOPLE_GROUPS_MAX);
    eh_require(json_array_size(people.agents) <= EH_PEOPLE_AGENTS_MAX);
    check_lines(people.groups, teams, reps);
    check_lines(people.agents, teams, reps);
    eh_people_done(&people);
    json_decref(values);
    json_decref(teams);
    json_decref(reps);
    return 0;
}
