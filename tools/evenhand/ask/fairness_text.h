/*
 * fairness_text: small texts that the parts of the fairness report share.
 *
 *     eh_fairness_say(cli, "presence", "came just after …");       // a line with a name, broken
 *     eh_fairness_chance(report, "owner", text);                   // "p .001, corrected .004"
 */
#ifndef EVENHAND_TOOLS_ASK_FAIRNESS_TEXT_H
#define EVENHAND_TOOLS_ASK_FAIRNESS_TEXT_H

#include "fairness.h"
#include "term/text.h"

#define EH_FAIRNESS_CHANCE 512 /* bytes of eh_fairness_chance */

void eh_fairness_say(const struct eh_cli *, const char *name, const char *text);
/* ".981", "12.3", with so many decimals; "-" where there is no figure. */
void eh_fairness_number(const json_t *, const char *key, double unit, int decimals,
                        char ret[EH_CLI_TEXT]);
/* "37 %" */
void eh_fairness_percent(double part, double whole, char ret[EH_CLI_TEXT]);
/* The chance of a verdict, or "too few to tell". */
void eh_fairness_chance(const json_t *report, const char *verdict, char ret[EH_FAIRNESS_CHANCE]);
bool eh_fairness_is_doubtful(const json_t *report, const char *verdict);
bool eh_fairness_is_told(const json_t *report, const char *verdict); /* it has a p */

/* The parts of fairness_ways.c. */
void eh_fairness_show_ways(const struct eh_cli *, const json_t *report);
void eh_fairness_say_ways(json_t *says, const json_t *report);

/* The parts of fairness_time.c: nothing where nobody had hours and nobody was absent or away. */
void eh_fairness_show_time(const struct eh_cli *, const json_t *report);
void eh_fairness_say_time(json_t *says, const json_t *report);

/* Appends {line, text} to the list. */
void eh_fairness_tell(json_t *says, const char *line, const char *text);

#endif
