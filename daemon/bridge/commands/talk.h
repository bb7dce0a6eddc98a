/*
 * talk: questions to a person on a terminal, or to a script line by line on stdin. A secret is not
 * shown while it is typed.
 *
 *     char address[512];
 *     const struct eh_question question = {.text = "Its address", .usual = "https://x.example"};
 *     r = eh_talk_ask(&question, address, sizeof address, &error);
 */
#ifndef EVENHAND_BRIDGE_COMMANDS_TALK_H
#define EVENHAND_BRIDGE_COMMANDS_TALK_H

#include <evenhand/base/base.h>

#define EH_TALK_TRIES 3 /* times that one question is asked */

struct eh_question {
    const char *text;
    const char *usual; /* what an empty line means; NULL: it is an answer like any other */
    bool secret;
    /* NULL: any answer is taken; else NULL or what is wrong with it */
    const char *(*fault)(const char *answer, const void *context);
    const void *context;
};

/* One line, without blanks around it. -EH_EINVAL: the answers have ended, or were wrong
 * EH_TALK_TRIES times, or there is no room for one. */
int eh_talk_ask(const struct eh_question *, char *ret, size_t size,
                struct eh_error *) EH_MUST_CHECK;

#endif
