/* match: compares letters and digits alone. */
#include "bridge/commands/match.h"

#include <ctype.h>

/* Of bytes above ASCII nothing is known: they are compared as they are. */
static bool is_word(char c)
{
    return c && !strchr(" \t-_.", c);
}

static int lower(char c)
{
    return tolower((unsigned char)c);
}

/* Up to `end` of the first, all of the second. */
static bool same(const char *a, const char *end, const char *b)
{
    for (;;) {
        while (a < end && !is_word(*a))
            a++;
        while (*b && !is_word(*b))
            b++;
        if (a == end || !*b)
            return a == end && !*b;
        if (lower(*a++) != lower(*b++))
            return false;
    }
}

/* Both are texts, and have a letter. */
static bool same_text(const char *a, const char *b)
{
    return a && b && strspn(a, " \t-_.") < strlen(a) && same(a, a + strlen(a), b);
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* ---- Teams. */

static bool is_team(const json_t *group, const json_t *team)
{
    const char *texts[] = {text_of(group, "group"), text_of(group, "name")};
    for (int i = 0; i < 2; i++)
        if (same_text(texts[i], text_of(team, "id")) || same_text(texts[i], text_of(team, "name")))
            return true;
    return false;
}

const char *eh_match_team(const json_t *group, const json_t *teams)
{
    const json_t *found = NULL, *team;
    size_t i;
    json_array_foreach(teams, i, team)
    {
        if (!is_team(group, team))
            continue;
        if (found)
            return NULL;
        found = team;
    }
    return text_of(found, "id");
}

/* ---- Agents. */

struct looking {
    const json_t *rep;
    const char *account; /* that the rep has already, or NULL */
};

static bool by_account(const struct looking *looking, const json_t *agent)
{
    const char *account = text_of(agent, "account");
    return looking->account && account && strcmp(looking->account, account) == 0;
}

static bool is_login(const char *text, const char *id)
{
    return text && id && (same_text(text, id) || same(text, text + strcspn(text, "@"), id));
}

static bool by_login(const struct looking *looking, const json_t *agent)
{
    const char *ids[] = {text_of(looking->rep, "id"), text_of(looking->rep, "user")};
    for (int i = 0; i < 2; i++)
        if (is_login(text_of(agent, "account"), ids[i]) ||
            is_login(text_of(agent, "email"), ids[i]))
            return true;
    return false;
}

static bool by_name(const struct looking *looking, const json_t *agent)
{
    return same_text(text_of(agent, "name"), text_of(looking->rep, "name"));
}

static const char *account_at(const json_t *rep, const char *source)
{
    const json_t *accounts = json_object_get(rep, "accounts"), *one;
    size_t i;
    json_array_foreach(accounts, i, one)
    {
        const char *its = text_of(one, "source");
        if (its && strcmp(its, source) == 0)
            return text_of(one, "account");
    }
    return NULL;
}

const json_t *eh_match_agent(const json_t *rep, const json_t *people, const char *source)
{
    static bool (*const ways[])(const struct looking *, const json_t *) = {by_account, by_login,
                                                                           by_name};
    const struct looking looking = {rep, account_at(rep, source)};
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
        const json_t *found = NULL, *agent;
        unsigned count = 0;
        size_t i;
        json_array_foreach(people, i, agent)
        {
            if (ways[way](&looking, agent)) {
                found = agent;
                count++;
            }
        }
        if (count > 0)
            return count == 1 ? found : NULL;
    }
    return NULL;
}
