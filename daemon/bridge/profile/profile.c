/*
 * profile: the table of a profile's keys, and what its `verify` means.
 */
#include "bridge/profile/profile.h"

#include <stdlib.h>

#include "host/yaml_table.h"

#define AT(field) EH_YAML_FIELD(struct eh_profile, field)
#define PROGRAM(name_, number)                                                                     \
    {                                                                                              \
        .name = name_, .kind = EH_YAML_BLOCK,                                                      \
        .offset = offsetof(struct eh_profile, programs) + (number) * sizeof(char *)                \
    }

static const struct eh_yaml_key keys[] = {
    {.name = "profile", .kind = EH_YAML_TEXT, AT(name), .required = true},
    {.name = "tried", .kind = EH_YAML_TEXT, AT(tried), .required = true},
    {.name = "event", .kind = EH_YAML_TEXT, AT(event_header)},
    {.name = "verify", .kind = EH_YAML_MAP, AT(verify_words)},
    {.name = "auth", .kind = EH_YAML_MAP, AT(auth)},
    {.name = "auth_body", .kind = EH_YAML_MAP, AT(auth_body)},
    {.name = "session", .kind = EH_YAML_MAP, AT(session)},
    PROGRAM("in", EH_PROGRAM_IN),
    PROGRAM("assign", EH_PROGRAM_ASSIGN),
    PROGRAM("done", EH_PROGRAM_DONE),
    PROGRAM("read", EH_PROGRAM_READ),
    PROGRAM("sweep", EH_PROGRAM_SWEEP),
    PROGRAM("login", EH_PROGRAM_LOGIN),
    PROGRAM("rights", EH_PROGRAM_RIGHTS),
    PROGRAM("hook", EH_PROGRAM_HOOK),
    PROGRAM("people", EH_PROGRAM_PEOPLE),
    {.name = "asks", .kind = EH_YAML_MAP, AT(asks)},
    {.name = "advice", .kind = EH_YAML_BLOCK, AT(advice)},
    {.name = "setup", .kind = EH_YAML_BLOCK, AT(setup)},
};
static const struct eh_yaml_table table = {keys, sizeof keys / sizeof *keys, false};

static const char *const program_names[EH_PROGRAM_COUNT] = {
    "in", "assign", "done", "read", "sweep", "login", "rights", "hook", "people"};

const char *eh_program_name(enum eh_program program)
{
    return program_names[program];
}

const char *const *eh_program_names(void)
{
    return program_names;
}

/* ---- verify: {header, value, hmac | plain, over, timestamp, max_age} */

struct words {
    const char *path;
    struct eh_error *error;
};

static int wrong(const struct words *in, const char *key, const char *what)
{
    return eh_error_set(in->error, EH_EINVAL, "%s: verify: %s: %s", in->path, key, what);
}

static int take_text(const struct words *in, const json_t *map, const char *key, char *ret,
                     size_t size)
{
    const json_t *value = json_object_get(map, key);
    if (!value)
        return 0;
    if (!json_is_string(value))
        return wrong(in, key, "has to be a text");
    if (json_string_length(value) >= size)
        return wrong(in, key, "is too long");
    memcpy(ret, json_string_value(value), json_string_length(value) + 1);
    return 0;
}

static int take_age(const struct words *in, const json_t *map, int64_t *ret)
{
    const json_t *value = json_object_get(map, "max_age");
    if (!value)
        return 0;
    if (json_is_integer(value) && json_integer_value(value) > 0)
        return *ret = json_integer_value(value), 0;
    if (json_is_string(value) &&
        eh_duration_parse(eh_str(json_string_value(value)), ret, NULL) == 0)
        return 0;
    return wrong(in, "max_age", "has to be a duration, such as 5m");
}

static int take_kind(const struct words *in, const json_t *map, enum eh_verify_kind *ret)
{
    const char *hmac = json_string_value(json_object_get(map, "hmac"));
    const char *plain = json_string_value(json_object_get(map, "plain"));
    if (hmac && !plain && strcmp(hmac, "sha1") == 0)
        *ret = EH_VERIFY_HMAC_SHA1;
    else if (hmac && !plain && strcmp(hmac, "sha256") == 0)
        *ret = EH_VERIFY_HMAC_SHA256;
    else if (plain && !hmac && strcmp(plain, "token") == 0)
        *ret = EH_VERIFY_TOKEN;
    else if (plain && !hmac && strcmp(plain, "basic") == 0)
        *ret = EH_VERIFY_BASIC;
    else
        return wrong(in, "hmac", "write either hmac: sha1 or sha256, or plain: token or basic");
    return 0;
}

static int check_keys(const struct words *in, const json_t *map)
{
    static const char known[] = " header value hmac plain over timestamp max_age ";
    const char *key;
    const json_t *value;
    json_object_foreach((json_t *)map, key, value)
    {
        char word[80];
        eh_format(word, sizeof word, " %.60s ", key);
        if (!strstr(known, word))
            return wrong(in, key, "unknown key");
    }
    return 0;
}

static unsigned occurrences(const char *text, const char *word)
{
    unsigned count = 0;
    for (; (text = strstr(text, word)); text += strlen(word))
        count++;
    return count;
}

static int check_templates(const struct words *in, const struct eh_verify *v)
{
    unsigned hex = occurrences(v->value, "{hex}"), base64 = occurrences(v->value, "{base64}");
    bool stamped = occurrences(v->over, "{timestamp}") > 0;
    if (v->kind == EH_VERIFY_BASIC)
        return 0;
    if (!v->header[0])
        return wrong(in, "header", "has to be given");
    if (v->kind == EH_VERIFY_TOKEN)
        return occurrences(v->value, "{secret}") == 1
                   ? 0
                   : wrong(in, "value", "has to have {secret} in it once");
    if (hex + base64 != 1)
        return wrong(in, "value", "has to have {hex} or {base64} in it once");
    if (occurrences(v->over, "{body}") != 1)
        return wrong(in, "over",
                     "has to have {body} in it once: what is not signed is not verified");
    if (stamped != (v->timestamp_header[0] != 0))
        return wrong(in, "timestamp", "names the header that {timestamp} in `over` is from");
    return !stamped && v->max_age_s ? wrong(in, "max_age", "needs {timestamp} in `over`") : 0;
}

static void set_defaults(struct eh_verify *v)
{
    if (!v->value[0])
        strcpy(v->value, v->kind == EH_VERIFY_TOKEN ? "{secret}" : "{hex}");
    if (!v->over[0])
        strcpy(v->over, "{body}");
    if (v->timestamp_header[0] && !v->max_age_s)
        v->max_age_s = 300;
}

static int read_verify(const struct words *in, const json_t *map, struct eh_verify *v)
{
    v->kind = EH_VERIFY_NONE;
    if (!map)
        return 0;
    int r = check_keys(in, map);
    if (r == 0)
        r = take_kind(in, map, &v->kind);
    if (r == 0)
        r = take_text(in, map, "header", v->header, sizeof v->header);
    if (r == 0)
        r = take_text(in, map, "value", v->value, sizeof v->value);
    if (r == 0)
        r = take_text(in, map, "over", v->over, sizeof v->over);
    if (r == 0)
        r = take_text(in, map, "timestamp", v->timestamp_header, sizeof v->timestamp_header);
    if (r == 0)
        r = take_age(in, map, &v->max_age_s);
    if (r < 0)
        return r;
    set_defaults(v);
    return check_templates(in, v);
}

/* ---- A profile. */

static int check_texts(const json_t *map, const char *path, const char *name,
                       struct eh_error *error)
{
    const char *key;
    const json_t *value;
    json_object_foreach((json_t *)map, key, value)
    {
        if (!json_is_string(value))
            return eh_error_set(error, EH_EINVAL, "%s: %s: %s: has to be a text", path, name, key);
    }
    return 0;
}

static int check_profile(struct eh_profile *p, const char *path, struct eh_error *error)
{
    static const enum eh_program needed[] = {EH_PROGRAM_IN, EH_PROGRAM_ASSIGN, EH_PROGRAM_DONE};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!p->programs[needed[i]])
            return eh_error_set(error, EH_EINVAL, "%s: %s: has to be given", path,
                                program_names[needed[i]]);
    if (!p->auth)
        p->auth = json_object();
    int r = check_texts(p->auth, path, "auth", error);
    if (r == 0)
        r = check_texts(p->auth_body, path, "auth_body", error);
    if (r == 0)
        r = check_texts(p->asks, path, "asks", error);
    if (r < 0)
        return r;
    const struct words in = {path, error};
    return read_verify(&in, p->verify_words, &p->verify);
}

static int finish(struct eh_profile *p, int r, const char *path, struct eh_profile **ret,
                  struct eh_error *error)
{
    if (r == 0)
        r = check_profile(p, path, error);
    if (r < 0)
        eh_profile_free(p);
    else
        *ret = p;
    return r;
}

int eh_profile_parse(struct eh_str text, const char *path, struct eh_profile **ret,
                     struct eh_error *error)
{
    struct eh_profile *p = calloc(1, sizeof *p);
    if (!p)
        return eh_error_set(error, EH_ENOMEM, "%s: out of memory", path);
    return finish(p, eh_yaml_parse(text, path, &table, p, error), path, ret, error);
}

int eh_profile_load(const char *folder, const char *name, struct eh_profile **ret,
                    struct eh_error *error)
{
    char path[512];
    if (eh_format(path, sizeof path, "%s/%s.yaml", folder, name) >= sizeof path)
        return eh_error_set(error, EH_EINVAL, "%s: the path is too long", folder);
    struct eh_profile *p = calloc(1, sizeof *p);
    if (!p)
        return eh_error_set(error, EH_ENOMEM, "%s: out of memory", path);
    return finish(p, eh_yaml_read(path, &table, p, error), path, ret, error);
}

void eh_profile_free(struct eh_profile *p)
{
    if (!p)
        return;
    eh_yaml_done(&table, p);
    free(p);
}
