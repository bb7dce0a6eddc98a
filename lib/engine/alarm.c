/* alarm: the message ALARM: the daily look at a team's fairness found what chance does not allow.
 * The shell says it, for it takes a replay of the month; here it becomes a notice, once. */
#include "effects.h"
#include "step.h"
#include "steps.h"

int eh_step_alarm(struct step *s)
{
    const struct eh_message *m = &s->m;
    return eh_step_rep_notice(s, EH_NOTICE_ALARM, m->team, eh_str_n(NULL, 0), m->reason);
}
