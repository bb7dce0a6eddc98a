/*
 * payroll: pools as payroll takes them.
 *
 *     eh_payroll_head();
 *     eh_payroll_rows(pool);      // a pool as the daemon answers it
 *     eh_payroll_say(cli, pool);  // on stderr: why it is not final, and money that nobody gets
 */
#ifndef EVENHAND_TOOLS_ASK_PAYROLL_H
#define EVENHAND_TOOLS_ASK_PAYROLL_H

#include <jansson.h>
#include <stdbool.h>

struct eh_cli;

#define EH_PAYROLL_HELD "(held: nobody has a weight in it)"

void eh_payroll_head(void);
void eh_payroll_rows(const json_t *pool);
void eh_payroll_say(const struct eh_cli *, const json_t *pool);
/* Whether all lines of the pool are there: a rep sees only their own. */
bool eh_payroll_whole(const json_t *pool);

#endif
