/* failing: what an answer says of the helpdesk, and when something is given up. See failing.h. */
#include "bridge/out/failing.h"

void eh_failing_begin(struct eh_failing *failing)
{
    failing->answered = false;
}

/* Its proxy says 502 to 504 when it is away, 408 and 429 say that it is slow, 401 is about us. */
static bool is_helpdesks_own(const struct eh_web_answer *answer)
{
    static const int others[] = {401, 407, 408, 429, 502, 503, 504};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (answer->status == others[i])
            return false;
    return answer->end == EH_WEB_ANSWERED;
}

/* By itself 500 does not tell one ticket from all of the helpdesk: what else the attempt heard
 * does, for after 500 each begins with the owner being read. */
void eh_failing_hears(struct eh_failing *failing, const struct eh_web_answer *answer)
{
    if (!is_helpdesks_own(answer))
        failing->answered = false;
    else if (answer->status < 500)
        failing->answered = true;
}

void eh_failing_failed(struct eh_failing *failing, int64_t now_us, uint64_t done)
{
    if (failing->since_us == 0) {
        failing->since_us = now_us;
        failing->done_before = done;
    }
    if (!failing->answered)
        failing->answered_us = 0;
    else if (failing->answered_us == 0)
        failing->answered_us = now_us;
}

bool eh_failing_is_hopeless(const struct eh_failing *failing, int64_t until_us, uint64_t done,
                            uint32_t count)
{
    bool others_go = failing->since_us <= until_us && done > failing->done_before;
    return others_go || (failing->answered_us > 0 && failing->answered_us <= until_us &&
                         count <= EH_FAILING_MAX);
}
