/*
 * exit: the exit codes of the programs, as their manuals list them. Those above 64 are the ones of
 * sysexits.h, which service managers know.
 *
 *     return r == -EH_EUNAVAILABLE ? EH_EXIT_UNAVAILABLE : EH_EXIT_CONFIG;
 */
#ifndef EVENHAND_BASE_EXIT_H
#define EVENHAND_BASE_EXIT_H

enum eh_exit {
    EH_EXIT_DONE = 0,
    EH_EXIT_REFUSED = 1, /* refused, or not found */
    EH_EXIT_USAGE = 2,
    EH_EXIT_UNPROVEN = 3,     /* verify: nothing is wrong, and not all can be proved */
    EH_EXIT_UNAVAILABLE = 69, /* EX_UNAVAILABLE: the daemon or a server cannot be reached */
    EH_EXIT_DENIED = 77,      /* EX_NOPERM */
    EH_EXIT_CONFIG = 78       /* EX_CONFIG: the configuration, the schema or the clock is wrong */
};

#endif
