/*
 * board: how a team stands, for the card that its manager looks at: the oldest ticket that waits
 * and why it does, who is there, and how long the team's tickets wait as a rule.
 *
 *     struct eh_board_budget budget = EH_BOARD_BUDGET;    // for all teams of an answer
 *     eh_admin_put_board(request, team, &budget, body);
 */
#ifndef EVENHAND_ADMIN_API_BOARD_H
#define EVENHAND_ADMIN_API_BOARD_H

#include "admin/api/api.h"

/* How many tickets are looked at for one answer, in all its teams together. */
struct eh_board_budget {
    uint32_t
        waiting;    /* for the oldest; behind that, each queue's most urgent ticket stands for it */
    uint32_t waits; /* for the rule; behind that, there is none */
    uint32_t skills; /* members, for missing skills */
};
#define EH_BOARD_BUDGET                                                                            \
    {                                                                                              \
        .waiting = 100000, .waits = 50000, .skills = EH_ADMIN_SKILL_LOOKS                          \
    }

void eh_admin_put_board(const struct eh_admin_request *, struct eh_str team,
                        struct eh_board_budget *, json_t *body);

#endif
