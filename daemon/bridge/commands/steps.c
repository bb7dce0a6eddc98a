/* steps: one request, its answer, and again. */
#include "bridge/commands/steps.h"

#include <stdio.h>

#define HOOK_SECRET "{webhook_secret}"

/* ---- The secret of the webhooks, in texts of a body. */

/* A new reference. */
static json_t *text_fill(const json_t *text, const char *secret)
{
    const char *whole = json_string_value(text), *at = strstr(whole, HOOK_SECRET);
    struct eh_bytes out = EH_BYTES_INIT;
    if (!at)
        return json_string(whole);
    eh_bytes_put(&out, whole, (size_t)(at - whole));
    eh_bytes_put(&out, secret, strlen(secret));
    eh_bytes_put(&out, at + strlen(HOOK_SECRET), strlen(at + strlen(HOOK_SECRET)));
    json_t *filled = out.failed ? NULL : json_stringn((const char *)out.data, out.size);
    if (out.data)
        explicit_bzero(out.data, out.capacity);
    eh_bytes_done(&out);
    return filled;
}

static void secret_fill(json_t *value, const char *secret);

static void object_fill(json_t *object, const char *secret)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        if (json_is_string(value))
            json_object_set_new(object, key, text_fill(value, secret));
        else
            secret_fill(value, secret);
    }
}

/* As deep as eh_bounded_json() lets it be. */
static void secret_fill(json_t *value, const char *secret)
{
    size_t i;
    json_t *item;
    if (json_is_object(value))
        object_fill(value, secret);
    json_array_foreach(value, i, item)
    {
        if (json_is_string(item))
            json_array_set_new(value, i, text_fill(item, secret));
        else
            secret_fill(item, secret);
    }
}

/* ---- Steps. */

static int request_send(struct eh_exchange *exchange, const json_t *request, json_t **ret,
                        struct eh_error *error)
{
    json_t *filled = json_deep_copy(request);
    secret_fill(json_object_get(filled, "body"), eh_exchange_connection(exchange)->webhook_secret);
    secret_fill(json_object_get(filled, "form"), eh_exchange_connection(exchange)->webhook_secret);
    int r = eh_exchange_send(exchange, filled, ret, error);
    json_decref(filled);
    return r;
}

/* Borrowed: the request among the values, or NULL. */
static int values_take(const json_t *values, const json_t **ret_request, eh_steps_fn *fn,
                       void *context, struct eh_error *error)
{
    size_t i;
    const json_t *value;
    int r = 0;
    *ret_request = NULL;
    json_array_foreach(values, i, value)
    {
        if (r == 0 && json_object_get(value, "path"))
            *ret_request = value;
        else if (r == 0)
            r = fn(context, value, error);
    }
    return r;
}

static json_t *answers_of(json_t *input)
{
    json_t *answers = json_object_get(input, "answers");
    if (!answers)
        json_object_set_new(input, "answers", answers = json_array());
    json_object_set_new(input, "step", json_integer((json_int_t)json_array_size(answers)));
    return answers;
}

static int step(struct eh_exchange *exchange, const json_t *request, json_t *answers,
                struct eh_error *error)
{
    json_t *answer;
    if (json_array_size(answers) >= EH_STEPS_MAX)
        return eh_error_set(error, EH_ERANGE,
                            "the helpdesk has more than %d pages of what is asked for",
                            EH_STEPS_MAX);
    int r = request_send(exchange, request, &answer, error);
    if (r == 0)
        json_array_append_new(answers, answer);
    return r;
}

int eh_steps_run(struct eh_exchange *exchange, enum eh_program program, json_t *input,
                 eh_steps_fn *fn, void *context, struct eh_error *error)
{
    const json_t *request;
    int r;
    do {
        json_t *values, *answers = answers_of(input);
        r = eh_exchange_run(exchange, program, input, &values, error);
        if (r < 0)
            return r;
        r = values_take(values, &request, fn, context, error);
        if (r == 0 && request)
            r = step(exchange, request, answers, error);
        if (r == 0)
            r = eh_exchange_stopped(exchange, error);
        json_decref(values);
    } while (r == 0 && request);
    return r;
}

static void step_undo(struct eh_exchange *exchange, const json_t *request)
{
    json_t *answer;
    struct eh_error error = {0};
    if (request_send(exchange, request, &answer, &error) == 0)
        json_decref(answer);
    else
        fprintf(stderr, "evenhand-bridge: what was made could not be taken back: %s\n", error.text);
}

void eh_steps_undo(struct eh_exchange *exchange, enum eh_program program, json_t *input)
{
    json_t *values, *value;
    size_t i;
    answers_of(input);
    eh_exchange_takes_back(exchange);
    if (eh_exchange_run(exchange, program, input, &values, NULL) < 0)
        return;
    json_array_foreach(values, i, value)
    {
        if (json_object_get(value, "path"))
            step_undo(exchange, value);
    }
    json_decref(values);
}
