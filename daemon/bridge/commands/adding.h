/*
 * adding: what `add` knows of a connection that is not written yet, and its parts in their order:
 * questions, groups and reps, the text of the file.
 *
 *     struct eh_adding adding;
 *     r = eh_adding_begin(&call, &adding, &error);
 *     r = eh_adding_ask(&adding, &error);            // secret, account, address
 *     r = eh_adding_sort(&adding, &error);           // whose group, whose account
 *     char *text = eh_adding_text(&adding);
 *     eh_adding_done(&adding);
 */
#ifndef EVENHAND_BRIDGE_COMMANDS_ADDING_H
#define EVENHAND_BRIDGE_COMMANDS_ADDING_H

#include "bridge/commands/commands.h"
#include "bridge/commands/people.h"

#define EH_ADDING_PORT      8399 /* where webhooks come, if no other connection has it */
#define EH_ADDING_PORTS_MAX 100  /* ports that are looked at from there on */

struct eh_adding {
    const struct eh_bridge_call *call;
    const char *name; /* of the connection */
    struct eh_profile *profile;
    struct eh_connection *connection; /* with its secrets, groups and options, as they come */
    char path[300], token_path[300], hook_path[300];
    char address[EH_URL_MAX]; /* of the webhooks; "": none come */
    struct eh_people people;
    json_t *desk;     /* {teams, reps}; NULL: it cannot be asked */
    json_t *accounts; /* rep → account, of those the desk does not know yet */
};

int eh_adding_begin(const struct eh_bridge_call *, struct eh_adding *ret,
                    struct eh_error *) EH_MUST_CHECK;
void eh_adding_done(struct eh_adding *); /* takes what is half made; wipes secrets */

int eh_adding_ask(struct eh_adding *, struct eh_error *) EH_MUST_CHECK;
int eh_adding_sort(struct eh_adding *, struct eh_error *) EH_MUST_CHECK;
/* The caller's to free(); NULL: out of memory. */
char *eh_adding_text(const struct eh_adding *);

#endif
