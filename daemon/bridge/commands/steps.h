/*
 * steps: runs a program that asks the helpdesk several things: each request that it yields is sent,
 * and it is asked again with all answers so far, until it yields none.
 *
 *     json_t *input = json_object();
 *     r = eh_steps_run(exchange, EH_PROGRAM_PEOPLE, input, on_value, &people, &error);
 *     …input has the keys step and answers: [{status, body}] now…
 */
#ifndef EVENHAND_BRIDGE_COMMANDS_STEPS_H
#define EVENHAND_BRIDGE_COMMANDS_STEPS_H

#include "bridge/commands/exchange.h"

#define EH_STEPS_MAX 40 /* requests of one program */

/* Of each value that is no request. Below 0 ends it all. */
typedef int eh_steps_fn(void *context, const json_t *value, struct eh_error *);

/* Where a request is {…, "{webhook_secret}"} that is filled in. */
int eh_steps_run(struct eh_exchange *, enum eh_program, json_t *input, eh_steps_fn *, void *context,
                 struct eh_error *) EH_MUST_CHECK;
/* Of what the program yields now all requests are sent, whatever is answered; what could
 * not be taken back is told on stderr. */
void eh_steps_undo(struct eh_exchange *, enum eh_program, json_t *input);

#endif
