/*
 * again: what lets somebody have a ticket drawn again, and who did it: moves, further deals of a
 * ticket in a team, tickets that were cancelled and sent again.
 */
#include <stdlib.h>

#include "facts.h"

#define FURTHER_MAX (2 * MANAGERS_MAX) /* a name that let go, and one that left, each */

void eh_fairness_again_done(struct eh_fairness_again *a)
{
    free(a->names);
    free(a->further);
    eh_table_done(&a->name_numbers);
    eh_table_done(&a->released);
}

/* The number of a name; false: no memory, noted. */
static bool number_of(struct eh_fairness *f, struct eh_str name, uint64_t *ret)
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
    if (number_of(f, by, &number) &&
        eh_table_put(&f->again.released, eh_key_of_text(rep), number) < 0)
        f->failed = true;
}

/* Who released the rep last, in the period. */
static struct eh_str releaser_of(const struct eh_fairness_again *a, struct eh_str rep)
{
    uint64_t number;
    bool known = eh_table_get(&a->released, eh_key_of_text(rep), &number);
    return known ? a->names[number] : eh_str_n(NULL, 0);
}

static struct eh_fairness_further *further_of(struct eh_fairness *f, struct eh_str who, bool left)
{
    struct eh_fairness_again *a = &f->again;
    uint64_t number;
    for (uint32_t i = 0; i < a->further_count; i++)
        if (a->further[i].left == left && eh_str_equal(a->further[i].who, who))
            return &a->further[i];
    if (!number_of(f, who, &number)) /* which keeps the name */
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
    struct eh_str who = left ? f->again.actor : releaser_of(&f->again, deal->was);
    struct eh_fairness_further *further = further_of(f, who, left);
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

static int by_name(const void *left, const void *right)
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
    qsort(report->further, a->further_count, sizeof *report->further, by_name);
    return 0;
}
