/*
 * change: POST and PUT as commands to the app, answered after their COMMIT.
 *
 * Every change goes the same way: who may (against what the engine knows now), the body into a
 * message of the route's type, submit, wait, answer. Whether it makes sense is the engine's to say.
 *
 *     struct eh_command *command = eh_admin_change_begin(request);
 *     if (!command)
 *         return;                                   // answered already
 *     eh_admin_change_preset(command, EH_FIELD_REP, &command->message.rep, id);
 *     eh_admin_change_submit_body(request, command);
 */
#ifndef EVENHAND_ADMIN_API_CHANGE_H
#define EVENHAND_ADMIN_API_CHANGE_H

#include "admin/api/api.h"

/* A command of the type that the request's route has. NULL: the request was answered (out of
 * memory). */
struct eh_command *eh_admin_change_begin(struct eh_admin_request *);
/* Sets a field that the address says. A body that says another value is refused. */
void eh_admin_change_preset(struct eh_command *, enum eh_field, struct eh_str *target,
                            struct eh_str value);
/* Reads the body into the command's message. False: the request was answered, and the command is
 * gone. */
bool eh_admin_change_read(struct eh_admin_request *, struct eh_command *);
/* Takes the command over, whatever comes of it, and answers. */
void eh_admin_change_submit(struct eh_admin_request *, struct eh_command *);
void eh_admin_change_submit_body(struct eh_admin_request *, struct eh_command *); /* read, submit */

/* Sentences about a field begin with its name and a colon; NULL: this one does not. */
const char *eh_admin_change_field(const char *message, char *ret, size_t size);

#endif
