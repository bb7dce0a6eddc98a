/*
 * command: see command.h.
 */
#include "batch/command.h"

#include <stdlib.h>

int eh_command_new(enum eh_message_type type, eh_command_fn *on_done, void *context,
                   struct eh_command **ret, struct eh_error *error)
{
    struct eh_command *c = calloc(1, sizeof *c);
    if (!c)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    c->message.type = (uint8_t)type;
    c->on_done = on_done;
    c->context = context;
    *ret = c;
    return 0;
}

void eh_command_free(struct eh_command *c)
{
    if (!c)
        return;
    eh_arena_done(&c->arena);
    eh_parsed_desk_drop(c->parsed_desk);
    free(c);
}
