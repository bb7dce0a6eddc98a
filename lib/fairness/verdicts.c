/*
 * verdicts: corrects the p of each test for the number of tests, and judges them by one level.
 */
#include <math.h>

#include <evenhand/fairness/verdicts.h>

static const char *const names[EH_VERDICT_KINDS] = {
    [EH_VERDICT_DRAW] = "draw",         [EH_VERDICT_BY_VALUE] = "by_value",
    [EH_VERDICT_PICKER] = "picker",     [EH_VERDICT_OVERRIDDEN] = "overridden",
    [EH_VERDICT_OVERLOAD] = "overload", [EH_VERDICT_OWNER] = "owner",
    [EH_VERDICT_MANAGER] = "manager",   [EH_VERDICT_SKILL] = "skill",
    [EH_VERDICT_ALONE] = "alone",       [EH_VERDICT_AFFINITY] = "affinity",
    [EH_VERDICT_PRESENCE] = "presence", [EH_VERDICT_CLAIMED] = "claimed",
};

const char *eh_verdict_name(enum eh_verdict_kind kind)
{
    return names[kind];
}

double eh_smallest_of(double p, uint32_t count)
{
    return p * count < 1 || isnan(p) ? p * count : 1;
}

/* The verdict with the smallest p that is not corrected yet, the first of equal ones. NULL: none is
 * left. */
static struct eh_verdict *verdict_smallest_left(struct eh_verdict *verdicts, uint32_t count)
{
    struct eh_verdict *least = NULL;
    for (uint32_t i = 0; i < count; i++)
        if (!isnan(verdicts[i].p) && isnan(verdicts[i].corrected) &&
            (!least || verdicts[i].p < least->p))
            least = &verdicts[i];
    return least;
}

uint32_t eh_verdicts_judge(struct eh_verdict *verdicts, uint32_t count)
{
    uint32_t shown = 0;
    double before = 0; /* the largest corrected p so far */
    struct eh_verdict *next;
    for (uint32_t i = 0; i < count; i++) {
        verdicts[i].corrected = NAN;
        verdicts[i].doubtful = false;
        shown += !isnan(verdicts[i].p);
    }
    for (uint32_t left = shown; (next = verdict_smallest_left(verdicts, count)); left--) {
        double corrected = eh_smallest_of(next->p, left);
        before = corrected > before ? corrected : before;
        next->corrected = before;
        next->doubtful = before <= EH_FAIRNESS_LEVEL;
    }
    return shown;
}
