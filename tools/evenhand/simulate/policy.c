/* policy: reads a desk file and puts another policy in its place. */
#include "policy.h"

int eh_policy_desk(struct eh_str text, const char *policy, struct eh_parsed_desk **ret,
                   struct eh_error *error)
{
    int r = eh_parsed_desk_new(text, EH_DESK_WRITTEN_BEFORE, ret, error);
    if (r < 0)
        return r;
    struct eh_desk *desk = (*ret)->desk;
    desk->plan_count = 0;
    for (uint32_t i = 0; i < desk->team_count; i++) {
        desk->teams[i].policy = eh_str(policy);
        desk->teams[i].presence = EH_PRESENCE_ASSUMED;
    }
    return 0;
}
