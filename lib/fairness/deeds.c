/*
 * deeds: counts what reps did with tickets at the helpdesk beside the deal: claims, gifts, moves,
 * drops; and tickets that they let lapse.
 */
#include "facts.h"

const char *eh_deed_name(enum eh_deed deed)
{
    static const char *const names[EH_DEEDS] = {
        [EH_DEED_CLAIM] = "claims", [EH_DEED_GIFT] = "gifts",   [EH_DEED_MOVE] = "moves",
        [EH_DEED_DROP] = "drops",   [EH_DEED_LAPSE] = "lapses",
    };
    return names[deed];
}

void eh_fairness_did(struct eh_fairness *f, struct eh_str rep_id, enum eh_deed deed, int64_t value)
{
    struct rep *rep = eh_fairness_rep_of(f, rep_id);
    if (!rep)
        return;
    rep->deeds[deed].tickets++;
    rep->deeds[deed].value = eh_add_clamped(rep->deeds[deed].value, value);
}
