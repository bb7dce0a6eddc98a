/* said: reads what a program has yielded, and says what is wrong with it. */
#include "bridge/sync/said.h"

#define CSAT_MAX   5
#define NUMBER_MAX 9007199254740991.0 /* a double holds each whole number up to here */

struct reading {
    const json_t *value;
    struct eh_error *error;
};

static int wrong(const struct reading *in, const char *key, const char *what)
{
    return eh_error_set(in->error, EH_EINVAL, "in: %s: %s", key, what);
}

/* null is as if it were not there. */
static const json_t *value_at(const struct reading *in, const char *key)
{
    const json_t *value = json_object_get(in->value, key);
    return json_is_null(value) ? NULL : value;
}

static int read_text(const struct reading *in, const char *key, const char **ret)
{
    const json_t *value = value_at(in, key);
    *ret = NULL;
    if (!value)
        return 0;
    if (!json_is_string(value))
        return wrong(in, key, "has to be a text");
    if (json_string_length(value) > 0)
        *ret = json_string_value(value);
    return 0;
}

/* A whole number, or its digits. `absent` stays where nothing is said. */
static int read_number(const struct reading *in, const char *key, int64_t *ret)
{
    const json_t *value = value_at(in, key);
    if (!value)
        return 0;
    if (json_is_integer(value))
        return *ret = json_integer_value(value), 0;
    if (json_is_string(value) && eh_integer_parse(eh_str(json_string_value(value)), ret, NULL) == 0)
        return 0;
    double real = json_real_value(value);
    if (!json_is_real(value) || real < -NUMBER_MAX || real > NUMBER_MAX ||
        real != (double)(int64_t)real)
        return wrong(in, key, "has to be a whole number");
    *ret = (int64_t)real;
    return 0;
}

static int read_time(const struct reading *in, const char *key, int64_t *ret_ms)
{
    const json_t *value = value_at(in, key);
    int64_t at = 0;
    *ret_ms = 0;
    if (json_is_string(value) && eh_time_parse(eh_str(json_string_value(value)), &at, NULL) == 0) {
        *ret_ms = at / 1000;
        return 0;
    }
    int r = read_number(in, key, &at);
    if (r == 0 && (at < 0 || at > INT64_C(253402300799)))
        r = wrong(in, key, "has to be in seconds since 1970, or a time");
    if (r == 0)
        *ret_ms = at * 1000;
    return r;
}

/* ---- Theirs to ours. */

static const char *text_at(const json_t *map, const char *key)
{
    return key ? json_string_value(json_object_get(map, key)) : NULL;
}

static int read_team(const struct reading *in, const struct eh_connection *c, struct eh_said *said)
{
    const char *group;
    int r = read_text(in, "group", &group);
    said->says_group = group != NULL;
    said->team = text_at(c->groups, group);
    return r;
}

static int read_kind(const struct reading *in, const struct eh_connection *c, struct eh_said *said)
{
    const char *theirs;
    int r = read_text(in, "kind", &theirs);
    if (r < 0)
        return r;
    said->default_kind = text_at(c->kinds, "default");
    said->kind = text_at(json_object_get(c->kinds, "map"), theirs);
    if (!said->kind && theirs && eh_id_valid(eh_str(theirs)))
        said->kind = theirs;
    if (!said->kind && theirs)
        said->kind = said->default_kind;
    return 0;
}

/* What an end is where the connection does not say it; any other is `resolved`. */
static const struct usual {
    const char *theirs, *ours;
} usual[] = {
    {"won", "won"},           {"lost", "lost"},
    {"resolved", "resolved"}, {"cancelled", "cancelled"},
    {"merged", "cancelled"},  {"spam", "cancelled"},
    {"deleted", "cancelled"},
};

static int read_outcome(const struct reading *in, const struct eh_connection *c,
                        struct eh_said *said)
{
    const char *theirs;
    int r = read_text(in, "outcome", &theirs);
    said->outcome = text_at(c->outcomes, theirs);
    for (size_t i = 0; theirs && !said->outcome && i < sizeof usual / sizeof *usual; i++)
        if (strcmp(theirs, usual[i].theirs) == 0)
            said->outcome = usual[i].ours;
    if (!said->outcome)
        said->outcome = "resolved";
    return r;
}

static int read_owner(const struct reading *in, const struct eh_connection *c, struct eh_said *said)
{
    int r = read_text(in, "account", &said->account);
    said->says_owner = json_object_get(in->value, "account") != NULL;
    if (said->account && eh_account_listed(c->nobody, said->account))
        said->account = NULL;
    return r < 0 ? r : read_text(in, "by", &said->by);
}

/* ---- All of it. */

static int read_content(const struct reading *in, struct eh_said *said)
{
    int r = read_number(in, "value", &said->value);
    said->has_value = value_at(in, "value") != NULL;
    if (r == 0)
        r = read_text(in, "customer", &said->customer);
    if (r == 0)
        r = read_text(in, "subject", &said->subject);
    if (r == 0)
        r = read_number(in, "priority", &said->priority);
    said->skills = value_at(in, "skills");
    if (r == 0 && said->skills && !json_is_array(said->skills) && !json_is_object(said->skills))
        r = wrong(in, "skills", "has to be a list");
    said->more = value_at(in, "more");
    return r;
}

/* True or the time of it; false is as if it were not there. */
static int read_answered(const struct reading *in, struct eh_said *said)
{
    const json_t *value = value_at(in, "answered");
    said->answered = value && !json_is_false(value);
    return json_is_boolean(value) ? 0 : read_time(in, "answered", &said->answered_ms);
}

static int read_paused(const struct reading *in, struct eh_said *said)
{
    const json_t *value = value_at(in, "paused");
    if (value && !json_is_boolean(value))
        return wrong(in, "paused", "has to be true or false");
    said->says_paused = value != NULL;
    said->paused = json_is_true(value);
    return read_answered(in, said);
}

static int read_state(const struct reading *in, struct eh_said *said)
{
    const json_t *open = value_at(in, "open");
    if (!json_is_boolean(open))
        return wrong(in, "open", "has to be true or false");
    said->open = json_is_true(open);
    int r = read_paused(in, said);
    if (r == 0)
        r = read_text(in, "reason", &said->reason);
    if (r == 0)
        r = read_number(in, "csat", &said->csat);
    if (r == 0)
        r = read_number(in, "handled", &said->handled_s);
    if (said->csat > CSAT_MAX) { /* an outcome with it would be refused as a whole */
        said->odd = "in: csat: is above 5, and left out; the profile has to bring it to 1 to 5";
        said->csat = 0;
    }
    return r < 0 ? r : read_time(in, "changed_at", &said->changed_at_ms);
}

int eh_said_read(const json_t *value, const struct eh_connection *c, struct eh_said *ret,
                 struct eh_error *error)
{
    const struct reading in = {value, error};
    struct eh_said said = {.priority = -1, .handled_s = -1};
    int r = read_text(&in, "id", &said.id);
    if (r == 0 && (!said.id || !eh_name_valid(eh_str(said.id), EH_NAME_MAX)))
        r = wrong(&in, "id", "has to be a text of 1 to 128 bytes");
    if (r == 0)
        r = read_team(&in, c, &said);
    if (r == 0)
        r = read_kind(&in, c, &said);
    if (r == 0)
        r = read_content(&in, &said);
    if (r == 0)
        r = read_state(&in, &said);
    if (r == 0)
        r = read_outcome(&in, c, &said);
    if (r == 0)
        r = read_owner(&in, c, &said);
    if (r == 0)
        *ret = said;
    return r;
}

/* ---- Hashes. */

static uint32_t hash_of(struct eh_str bytes)
{
    uint32_t hash = (uint32_t)eh_key_of_text(bytes).low;
    return hash ? hash : 1;
}

uint32_t eh_said_hash(const char *text)
{
    return text ? hash_of(eh_str(text)) : 0;
}

/* Of what is no text: skills with their levels, as a map. */
static void put_written(struct eh_bytes *out, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    eh_bytes_put_str(out, eh_str(text));
    free(text);
}

uint32_t eh_said_hash_list(const json_t *list)
{
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    size_t i;
    const json_t *item;
    if (list && !json_is_array(list))
        put_written(&out, list);
    json_array_foreach(list, i, item)
    {
        if (json_is_string(item))
            eh_bytes_put_str(&out, eh_str(json_string_value(item)));
        else
            put_written(&out, item);
    }
    return list ? hash_of(eh_str_n((const char *)out.data, out.size)) : 0;
}
