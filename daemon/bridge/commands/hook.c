/* hook: runs the program step by step, and once more to take back what it made. */
#include "bridge/commands/hook.h"

void eh_hook_begin(struct eh_hook *ret, struct eh_exchange *exchange, const char *address)
{
    *ret = (struct eh_hook){.exchange = exchange,
                            .input = json_pack("{s:s, s:b}", "address", address, "undo", false),
                            .notes = json_array()};
}

static int on_value(void *context, const json_t *value, struct eh_error *error)
{
    struct eh_hook *hook = context;
    const char *wrong = json_string_value(json_object_get(value, "wrong"));
    json_t *secret = json_object_get(value, "secret"), *say = json_object_get(value, "say");
    if (wrong)
        return eh_error_set(error, EH_ECONFLICT, "%s", wrong);
    if (json_is_string(say))
        json_array_append(hook->notes, say);
    if (!secret)
        return 0;
    if (json_string_length(secret) == 0 || json_string_length(secret) >= sizeof hook->secret)
        return eh_error_set(error, EH_EINVAL,
                            "the helpdesk does not tell the secret of its webhook");
    eh_format(hook->secret, sizeof hook->secret, "%s", json_string_value(secret));
    return 0;
}

int eh_hook_make(struct eh_hook *hook, struct eh_error *error)
{
    int r = eh_steps_run(hook->exchange, EH_PROGRAM_HOOK, hook->input, on_value, hook, error);
    if (r < 0)
        eh_hook_undo(hook);
    return r;
}

void eh_hook_undo(struct eh_hook *hook)
{
    json_object_set_new(hook->input, "undo", json_true());
    eh_steps_undo(hook->exchange, EH_PROGRAM_HOOK, hook->input);
}

void eh_hook_done(struct eh_hook *hook)
{
    explicit_bzero(hook->secret, sizeof hook->secret);
    json_decref(hook->input);
    json_decref(hook->notes);
    *hook = (struct eh_hook){0};
}
