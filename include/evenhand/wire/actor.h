/*
 * actor: who asked for a change over the admin socket. It is the name of a user, or of a person for
 * whom a delegate asked, with the delegate behind it: "ana (evenhand-web)".
 *
 *     char actor[EH_NAME_MAX + 1];
 *     eh_actor_print(eh_str("ana"), eh_str("evenhand-web"), actor);
 *     eh_actor_person(eh_str(actor));    // ana
 *     eh_actor_through(eh_str(actor));   // evenhand-web
 *
 * The log and every answer show both names. What is a matter of the person alone (their events,
 * their own signals, a report) compares persons. No user's own name has that form: the admin socket
 * calls a user so named by their number.
 */
#ifndef EVENHAND_WIRE_ACTOR_H
#define EVENHAND_WIRE_ACTOR_H

#include <evenhand/base/text.h>
#include <evenhand/wire/desk.h>

EH_C_BEGIN

/* bytes of a delegate's name: both names together are a name */
#define EH_ACTOR_DELEGATE_MAX (EH_NAME_MAX - EH_DESK_USER_MAX - 3)

/* `through` empty: the person alone. Their sizes are within the bounds above. */
void eh_actor_print(struct eh_str person, struct eh_str through, char ret[EH_NAME_MAX + 1]);
/* The person: the whole of it, where nobody asked for them. */
struct eh_str eh_actor_person(struct eh_str actor);
/* The delegate; empty: the person asked themselves. */
struct eh_str eh_actor_through(struct eh_str actor);

EH_C_END

#endif
