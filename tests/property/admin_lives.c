/*
 * property/admin_lives: whatever the clients of the admin socket do, in whatever order their
 * answers come, nothing is touched after it is gone, every answer that can be given is given once,
 * and nothing is left behind.
 */
#include <criterion/criterion.h>

#include "../unit/admin_lives.h"
#include "seed.h"

#define LIVES     1500
#define STEPS_MAX 80

int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

TestSuite(property_admin_lives, .timeout = 1500);

/* How often each verb comes, of 100. A life of nothing but accidents would be short. */
static const struct {
    uint8_t verb, weight;
} habits[] = {
    {CONNECT, 12},  {TINY, 5},        {SEND, 12},        {SEND_ASKING, 10}, {SEND_HEAD, 4},
    {SEND_SOME, 4}, {SEND_REST, 10},  {SEND_ASK_ALL, 4}, {READ, 6},         {HALF_CLOSE, 2},
    {LEAVE, 5},     {RESET, 2},       {TURN, 8},         {TELL, 5},         {ROWS, 4},
    {CHILD, 2},     {LATE_ANSWER, 1}, {LATE_CLIENT, 1},  {RESTART, 1},      {MOOD, 1},
    {POSTGRES, 1},
};

static uint8_t pick_verb(struct seed *seed)
{
    uint64_t left = seed_below(seed, 100);
    size_t i = 0;
    while (i + 1 < sizeof habits / sizeof *habits && left >= habits[i].weight)
        left -= habits[i++].weight;
    return habits[i].verb;
}

/* Children cost a process each: one life of eight has some. */
static void live(struct lives *l, struct seed *seed)
{
    uint64_t steps = 1 + seed_below(seed, STEPS_MAX);
    bool children = seed_below(seed, 8) == 0;
    for (uint64_t i = 0; i < steps; i++) {
        struct lives_step step = {.verb = pick_verb(seed),
                                  .client = (uint8_t)seed_below(seed, LIVES_CLIENTS),
                                  .value = (uint8_t)seed_next(seed)};
        bool asks = step.verb == SEND || step.verb == SEND_ASKING || step.verb == SEND_HEAD;
        if (asks && !children &&
            strstr(lives_requests[step.value % LIVES_REQUESTS].address, "fair"))
            continue;
        lives_step(l, step);
        if (seed_below(seed, 2))
            lives_turn(l);
    }
    lives_over(l);
}

Test(property_admin_lives, nothing_is_left_behind)
{
    struct lives l;
    struct seed seed = seed_start();
    lives_begin(&l);
    for (int i = 0; i < LIVES; i++)
        live(&l, &seed);
    lives_end(&l);
    if (__lsan_do_recoverable_leak_check)
        cr_expect_eq(__lsan_do_recoverable_leak_check(), 0, "memory leaks");
}

/* The same, ending in the middle: the daemon stops with all that it owes. */
Test(property_admin_lives, the_daemon_stops_in_the_middle)
{
    struct seed seed = seed_start();
    for (int i = 0; i < LIVES / 10; i++) {
        struct lives l;
        lives_begin(&l);
        for (uint64_t steps = seed_below(&seed, STEPS_MAX); steps > 0; steps--)
            lives_step(&l, (struct lives_step){pick_verb(&seed),
                                               (uint8_t)seed_below(&seed, LIVES_CLIENTS),
                                               (uint8_t)seed_next(&seed)});
        lives_end(&l);
    }
    if (__lsan_do_recoverable_leak_check)
        cr_expect_eq(__lsan_do_recoverable_leak_check(), 0, "memory leaks");
}
