/* plan_text: one bonus plan of team sales as a desk file has it, for tests that count its facts. */
#ifndef EVENHAND_TESTS_PLAN_TEXT_H
#define EVENHAND_TESTS_PLAN_TEXT_H

#define PLAN_TEXT                                                                                  \
    "  - {id: p1, team: sales, from: 2024-08, period: month, encourages: a, discourages: b,\n"     \
    "     target_pool: 6000.00, max_pool: 9000.00,\n"                                              \
    "     metrics: [{metric: revenue, weight: 50%, curve: [[0.00, 0%], [100.00, 100%]]},\n"        \
    "       {metric: handle_time, weight: 50%, mix: {order: 100%}, winsorise: [30s, 2h],\n"        \
    "        curve: [[900s, 0%], [660s, 100%]]}],\n"                                               \
    "     funding: [[0%, 0%], [100%, 100%]], split: {equal: 100%}}\n"

#endif
