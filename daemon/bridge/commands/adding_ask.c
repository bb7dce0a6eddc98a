/* adding_ask: the questions that a person alone can answer: secret, account, address. */
#include <stdio.h>

#include "bridge/commands/adding.h"
#include "bridge/commands/talk.h"

static const char *fault_none(const char *answer, const void *context)
{
    (void)context;
    return answer[0] ? NULL : "is empty";
}

static const char *fault_halves(const char *answer, const void *context)
{
    (void)context;
    return strchr(answer, ':') ? NULL : "has no colon: it has to be USER:PASSWORD";
}

static const char *fault_address(const char *answer, const void *context)
{
    (void)context;
    return answer[0] ? eh_connection_url_fault(eh_str(answer)) : NULL;
}

/* A secret of two halves: whoever puts it in names them. */
static bool has_halves(const struct eh_profile *profile)
{
    const char *key;
    json_t *value;
    json_object_foreach(profile->auth, key, value)
    {
        if (strstr(json_string_value(value), "{basic}"))
            return true;
    }
    return profile->auth_body != NULL;
}

/* ---- What the profile wants to know. */

static int ask_secret(struct eh_adding *adding, const char *text, struct eh_error *error)
{
    const struct eh_question question = {.text = text,
                                         .secret = true,
                                         .fault = has_halves(adding->profile) ? fault_halves
                                                                              : fault_none};
    return eh_talk_ask(&question, adding->connection->secret, sizeof adding->connection->secret,
                       error);
}

static int ask_account(struct eh_adding *adding, const char *text, struct eh_error *error)
{
    const struct eh_question question = {.text = text};
    return eh_talk_ask(&question, adding->connection->account, sizeof adding->connection->account,
                       error);
}

static int ask_option(struct eh_adding *adding, const char *key, const char *text,
                      struct eh_error *error)
{
    char answer[256];
    const struct eh_question question = {.text = text};
    int r = eh_talk_ask(&question, answer, sizeof answer, error);
    if (r == 0 && answer[0])
        json_object_set_new(adding->connection->options, key, json_string(answer));
    return r;
}

static int ask_one(struct eh_adding *adding, const char *key, const char *text,
                   struct eh_error *error)
{
    if (strcmp(key, "secret") == 0)
        return ask_secret(adding, text, error);
    if (strcmp(key, "account") == 0)
        return ask_account(adding, text, error);
    if (strcmp(key, "webhook_secret") == 0)
        return 0;
    return ask_option(adding, key, text, error);
}

static int ask_profile(struct eh_adding *adding, struct eh_error *error)
{
    const char *key;
    json_t *text;
    int r = 0;
    if (!adding->profile->asks)
        r = ask_secret(adding, "The secret for our requests: a token, or USER:PASSWORD", error);
    if (r == 0 && !adding->profile->asks)
        r = ask_account(adding, "Our own account there", error);
    json_object_foreach(adding->profile->asks, key, text)
    {
        if (r == 0)
            r = ask_one(adding, key, json_string_value(text), error);
    }
    return r;
}

/* ---- Webhooks. */

static int ask_address(struct eh_adding *adding, struct eh_error *error)
{
    const struct eh_question question = {
        .text = "The address under which the helpdesk reaches the bridge, https://… (empty: none, "
                "sweeps alone)",
        .fault = fault_address};
    if (adding->profile->verify.kind == EH_VERIFY_NONE)
        return 0;
    return eh_talk_ask(&question, adding->address, sizeof adding->address, error);
}

/* The helpdesk has one already, and no other can be given to it. */
static int ask_webhook_secret(struct eh_adding *adding, struct eh_error *error)
{
    struct eh_connection *c = adding->connection;
    const struct eh_question question = {
        .text = json_string_value(json_object_get(adding->profile->asks, "webhook_secret")),
        .secret = true,
        .fault = fault_none};
    if (!adding->address[0] || !question.text)
        return 0;
    return eh_talk_ask(&question, c->webhook_secret, sizeof c->webhook_secret, error);
}

int eh_adding_ask(struct eh_adding *adding, struct eh_error *error)
{
    int r = ask_profile(adding, error);
    if (r == 0)
        r = ask_address(adding, error);
    return r < 0 ? r : ask_webhook_secret(adding, error);
}
