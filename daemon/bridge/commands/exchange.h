/*
 * exchange: the helpdesk and a profile's programs, one question at a time, for a command that waits
 * for each answer.
 *
 *     struct eh_exchange *exchange;
 *     r = eh_exchange_new(connection, profile, &exchange, &error);    // with its secrets
 *     r = eh_exchange_run(exchange, EH_PROGRAM_PEOPLE, input, &values, &error);
 *     r = eh_exchange_send(exchange, request, &answer, &error);
 *     eh_exchange_free(exchange);
 */
#ifndef EVENHAND_BRIDGE_COMMANDS_EXCHANGE_H
#define EVENHAND_BRIDGE_COMMANDS_EXCHANGE_H

#include <jansson.h>

#include "bridge/profile/connection.h"
#include "bridge/profile/profile.h"

#define EH_EXCHANGE_S 45 /* for one answer, and the log-in before it */

struct eh_exchange;
/* Both outlive it; $connection is the connection as it is now. */
int eh_exchange_new(struct eh_connection *, const struct eh_profile *, struct eh_exchange **ret,
                    struct eh_error *) EH_MUST_CHECK;
void eh_exchange_free(struct eh_exchange *); /* NULL allowed */

const struct eh_connection *eh_exchange_connection(const struct eh_exchange *);
/* What the program yields: a new reference to an array. */
int eh_exchange_run(struct eh_exchange *, enum eh_program, const json_t *input, json_t **ret,
                    struct eh_error *) EH_MUST_CHECK;
/* {status, body}, a new reference. An answer that is no 2xx is an error, unless the request has
 * `optional: true`; so is none. SIGINT, SIGTERM and SIGHUP end what only reads at once; of what
 * makes something the answer is waited for, so that it can be taken back. */
int eh_exchange_send(struct eh_exchange *, json_t *request, json_t **ret,
                     struct eh_error *) EH_MUST_CHECK;
/* -EH_ECONFLICT: such a signal has come. */
int eh_exchange_stopped(const struct eh_exchange *, struct eh_error *) EH_MUST_CHECK;
/* What is sent from here on takes back what was made: it is sent although a signal has come. */
void eh_exchange_takes_back(struct eh_exchange *);

#endif
