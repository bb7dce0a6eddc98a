/*
 * commands: what people ask evenhand-bridge for, each a function of its own that returns an exit
 * code.
 *
 *     const struct eh_bridge_call call = {.folder = EH_CONNECTIONS_FOLDER, .name = "help"};
 *     return eh_bridge_status(&call);
 */
#ifndef EVENHAND_BRIDGE_COMMANDS_COMMANDS_H
#define EVENHAND_BRIDGE_COMMANDS_COMMANDS_H

#include <evenhand/base/base.h>

struct eh_bridge_call {
    const char *folder;   /* of the connections */
    const char *name;     /* of the connection, or NULL */
    const char *profiles; /* folder of profiles, for `add`; NULL: where they are installed */
    const char *rename;   /* of the connection that `add` makes; NULL: the profile's name */
    const char *ca;       /* certificates that `add` trusts; NULL: the system's */
    const char *socket;   /* evenhandd's, for `add`; NULL: where it usually is */
    const char *words[3]; /* further arguments; NULL: none */
    bool json;
};

/* What a service manager is told, by whoever knows it. */
struct eh_bridge_hooks {
    void (*ready)(void);
};

/* Before all else: libraries that have no memory end the program, with one line. */
void eh_bridge_need_memory(void);
/* Runs the connection until SIGTERM or SIGINT. */
int eh_bridge_run(const struct eh_bridge_call *, const struct eh_bridge_hooks *);
/* Reads both files and compiles the programs; says what is wrong. */
int eh_bridge_check_files(const struct eh_bridge_call *);
/* The same, and asks the helpdesk: may we read tickets, who may take them? */
int eh_bridge_check(const struct eh_bridge_call *);
/* parked NAME [retry ID | drop ID] */
int eh_bridge_parked(const struct eh_bridge_call *);
/* add PROFILE URL: `name` is the profile's */
int eh_bridge_add(const struct eh_bridge_call *);
/* How the connection, or each of them, is. */
int eh_bridge_status(const struct eh_bridge_call *);
int eh_bridge_sweep(const struct eh_bridge_call *);

#endif
