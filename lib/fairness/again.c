/*
 * again: counts the deeds that let a ticket be drawn again, and who did them: moves, further deals
 * of a ticket in a team, tickets that were cancelled and sent again.
 */
#include <stdlib.h>

#include "facts.h"

#define FURTHER_MAX (2 * MANAGERS_MAX) /* for each name: reps who were released, reps who left */

void eh_fairness_again_done(struct eh_fairness_again *a)
{
    free(a->names);
    free(a->further);
    eh_table_done(&a->name_numbers);
    eh_table_done(&a->released);
}

/* Finds or makes the number of a name. False: memory ran out, and f->failed says so. */
static bool name_number(struct eh_fairness *f, struct eh_str name, uint64_t *ret)
{
    struct eh_fairness_again *a = &f->again;
    if (eh_table_get(&a->name_numbers, eh_key_of_text(name), ret))
        return true;
    struct eh_str copy = eh_arena_str(&f->arena, name);
    if (eh_array_room(&a->names, &a->name_room, a->name_count + 1, MANAGERS_MAX) < 0 ||
        (name.size && !copy.data) ||
        eh_table_put(&a->name_numbers, eh_key_of_text(name), a->name_count) < 0) {
        f->failed = true;
        return false;
    }
    *ret = a->name_count;
    a->names[a->name_count++] = copy;
    return true;
}

void eh_fairness_actor_is(struct eh_fairness *f, struct eh_str actor)
{
    f->again.actor = actor;
}

void eh_fairness_released(struct eh_fairness *f, struct eh_str rep, struct eh_str by)
{
    uint64_t number;
    if (name_number(f, by, &number) &&
        eh_table_put(&f->again.released, eh_key_of_text(rep), number) < 0)
        f->failed = true;
}

/* The name of the user who released the rep last in the period; empty: nobody did. */
static struct eh_str rep_releaser(const struct eh_fairness_again *a, struct eh_str rep)
{
    uint64_t number;
    bool known = eh_table_get(&a->released, eh_key_of_text(rep), &number);
    return known ? a->names[number] : eh_str_n(NULL, 0);
}

static struct eh_fairness_further *further_find(struct eh_fairness *f, struct eh_str who, bool left)
{
    struct eh_fairness_again *a = &f->again;
    uint64_t number;
    for (uint32_t i = 0; i < a->further_count; i++)
        if (a->further[i].left == left && eh_str_equal(a->further[i].who, who))
            return &a->further[i];
    if (!name_number(f, who, &number)) /* it keeps a copy of the name */
        return NULL;
    if (eh_array_room(&a->further, &a->further_room, a->further_count + 1, FURTHER_MAX) < 0) {
        f->failed = true;
        return NULL;
    }
    a->further[a->further_count] = (struct eh_fairness_further){a->names[number], left, 0, 0};
    return &a->further[a->further_count++];
}

void eh_fairness_further(struct eh_fairness *f, const struct eh_deal *deal)
{
    if (!deal->further || !eh_str_equal(deal->team, f->team) ||
        eh_str_equal(deal->why, eh_str("manager")))
        return;
    bool left = deal->left || deal->was.size == 0;
    struct eh_str who = left ? f->again.actor : rep_releaser(&f->again, deal->was);
    struct eh_fairness_further *further = further_find(f, who, left);
    if (!further)
        return;
    further->deals++;
    further->value = eh_add_clamped(further->value, deal->value);
}

void eh_fairness_moved(struct eh_fairness *f, struct eh_str manager_name, int64_t value)
{
    struct manager *manager = eh_fairness_manager_of(f, manager_name);
    if (!manager)
        return;
    manager->moves++;
    manager->moves_value = eh_add_clamped(manager->moves_value, value);
    f->again.moves++;
    f->again.moves_value = eh_add_clamped(f->again.moves_value, value);
}

void eh_fairness_resent(struct eh_fairness *f, int64_t value)
{
    f->again.resent++;
    f->again.resent_value = eh_add_clamped(f->again.resent_value, value);
}

static int further_compare(const void *left, const void *right)
{
    const struct eh_fairness_further *a = left, *b = right;
    int order = eh_str_compare(a->who, b->who);
    return order ? order : a->left - b->left;
}

int eh_fairness_fill_again(const struct eh_fairness *f, struct eh_arena *arena,
                           struct eh_fairness_report *report)
{
    const struct eh_fairness_again *a = &f->again;
    report->moves = a->moves;
    report->moves_value = a->moves_value;
    report->resent = a->resent;
    report->resent_value = a->resent_value;
    report->further_count = a->further_count;
    report->further = eh_arena_alloc(arena, (a->further_count + (size_t)1) * sizeof *a->further);
    if (!report->further)
        return -EH_ENOMEM;
    for (uint32_t i = 0; i < a->further_count; i++) {
        report->further[i] = a->further[i];
        report->further[i].who = eh_arena_str(arena, a->further[i].who);
        if (a->further[i].who.size && !report->further[i].who.data)
            return -EH_ENOMEM;
        report->further_deals += a->further[i].deals;
    }
    qsort(report->further, a->further_count, sizeof *report->further, further_compare);
    return 0;
}
