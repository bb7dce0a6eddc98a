/*
 * past: a short history that has something of everything a log, a snapshot and an image hold:
 * tickets in every state, reps in every state, parked outcomes, periods with facts.
 */
#ifndef TESTS_FUZZ_PAST_H
#define TESTS_FUZZ_PAST_H

#include "../unit/engine_kit.h"
#include "../unit/plan_text.h"

#define PAST_DESK                                                                                  \
    "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"                                          \
    "kinds: {order: {points: 2}, quote: {points: 1}}\n"                                            \
    "reps: [{id: ana, skills: [de]}, {id: bob, share: 0.5}, {id: eva}]\n"                          \
    "teams:\n"                                                                                     \
    "  - {id: sales, policy: balanced, reps: [ana, bob], affinity: open}\n"                        \
    "  - {id: care, policy: rotation, reps: [eva], capacity: 2}\n"                                 \
    "plans:\n" PLAN_TEXT

static const char *const past_messages[] = {
    "{'type':'ticket','id':'T1','team':'sales','kind':'order','value':129900,'customer':'Kari',"
    "'subject':'A chair','channel':'mail','created_at':1727900000000,'priority':7}",
    "{'type':'ticket','id':'T2','team':'sales','kind':'quote','value':5,'skills':['de','fr']}",
    "{'type':'ticket','id':'T3','team':'care','kind':'order'}",
    "{'type':'ticket','id':'T4','team':'care','kind':'order','owner':'eva'}",
    "{'type':'ticket','id':'T5','team':'care','kind':'order'}",
    "{'type':'outcome','id':'T9','outcome':'won','value':7,'handled':60,'at':1727999000000}",
    "{'type':'signal','rep':'bob','status':'overloaded','for':3600,'reason':'too much'}",
    "{'type':'signal','rep':'eva','status':'away'}",
    "{'type':'update','id':'T2','value':9007199254740991,'priority':0,'skills':[]}",
    "{'type':'outcome','id':'T1','outcome':'won','csat':5,'handled':600}",
    "{'type':'outcome','id':'T1','outcome':'refunded','value':100}",
    "{'type':'metric','metric':'paid_minutes','team':'sales','rep':'ana','period':'2024-10',"
    "'value':9000,'event':'e1'}",
    "{'type':'outcome','id':'T4','outcome':'lost'}",
    "{'type':'ticket','id':'T6','team':'nowhere','kind':'order'}",
};
#define PAST_MESSAGES (sizeof past_messages / sizeof *past_messages)

/* The outcome of a ticket that is closed needs what was recalled of it. */
static inline void past_send(struct kit *k, size_t at, struct eh_str image)
{
    if (!kit_holds(k, "T1") && image.size)
        k->in.recalled = (struct eh_recalled){.ticket_known = true, .ticket_image = image};
    kit_send(k, past_messages[at]);
}

/* What came after: whatever state it goes on from, it may be refused and may not do harm. */
static inline void past_go_on(struct kit *k)
{
    struct eh_totals totals;
    eh_engine_totals(k->e, &totals);
    k->now_us = totals.at_us + 90 * INT64_C(1000000);
    k->date = totals.date;
    for (size_t i = 0; i < PAST_MESSAGES; i++)
        if (kit_send(k, past_messages[i]) < 0)
            return;
    for (int i = 0; i < 10 && (eh_engine_due_us(k->e) <= k->now_us ||
                               eh_engine_clocks_due_us(k->e) <= k->now_us);
         i++)
        if (kit_due(k) < 0)
            return;
    k->now_us += 86400 * INT64_C(1000000);
    if (kit_day(k, k->date + 1) == 0)
        (void)kit_due(k);
}

#endif
