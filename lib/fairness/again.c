/*
 * again: counts the deeds that let a ticket be drawn again, and who did them: moves, further deals
 * of a ticket in a team, tickets that were cancelled and sent again.
 */
#include <stdlib.h>

#include "facts.h"

#define NAMES_MAX   (MANAGERS_MAX + REPS_MAX)
#define FURTHER_MAX (EH_AGAINS * NAMES_MAX)

const char *eh_again_name(enum eh_again why)
{
    static const char *const names[EH_AGAINS] = {
        [EH_AGAIN_RELEASE] = "release",   [EH_AGAIN_LEFT] = "left",
        [EH_AGAIN_RETURN] = "return",     [EH_AGAIN_DROPPED] = "dropped",
        [EH_AGAIN_LAPSED] = "unanswered",
    };
    return names[why];
}

void eh_fairness_again_done(struct eh_fairness_again *a)
{
    free(a->names);
    free(a->further);
    eh_table_done(&a->name_numbers);
    eh_table_done(&a->further_numbers);
    eh_table_done(&a->released);
    eh_table_done(&a->returned);
}

/* Finds or makes the number of a name. False: memory ran out, and f->failed says so. */
static bool name_number(struct eh_fairness *f, struct eh_str name, uint64_t *ret)
{
    struct eh_fairness_again *a = &f->again;
    if (eh_table_get(&a->name_numbers, eh_key_of_text(name), ret))
        return true;
    struct eh_str copy = eh_arena_str(&f->arena, name);
    if (eh_array_room(&a->names, &a->name_room, a->name_count + 1, NAMES_MAX) < 0 ||
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

/* Keeps who took a ticket, or all tickets of a rep, back to the deal. */
static void doer_keep(struct eh_fairness *f, struct eh_table *table, struct eh_key key,
                      struct eh_str by)
{
    uint64_t number;
    if (name_number(f, by, &number) && eh_table_put(table, key, number) < 0)
        f->failed = true;
}

/* The name that was kept in the period; empty: none was. */
static struct eh_str doer_kept(const struct eh_fairness_again *a, const struct eh_table *table,
                               struct eh_key key)
{
    uint64_t number;
    return eh_table_get(table, key, &number) ? a->names[number] : eh_str_n(NULL, 0);
}

static struct eh_key ticket_key(uint64_t ticket)
{
    return (struct eh_key){ticket, ~ticket};
}

void eh_fairness_released(struct eh_fairness *f, struct eh_str rep, struct eh_str by)
{
    doer_keep(f, &f->again.released, eh_key_of_text(rep), by);
}

void eh_fairness_returned(struct eh_fairness *f, uint64_t ticket, struct eh_str by)
{
    doer_keep(f, &f->again.returned, ticket_key(ticket), by);
}

static struct eh_fairness_further *further_find(struct eh_fairness *f, struct eh_str who,
                                                enum eh_again why)
{
    struct eh_fairness_again *a = &f->again;
    struct eh_key key = eh_key_of_text(who);
    uint64_t number, at;
    key.low += why;
    if (eh_table_get(&a->further_numbers, key, &at))
        return &a->further[at];
    if (!name_number(f, who, &number)) /* it keeps a copy of the name */
        return NULL;
    if (eh_array_room(&a->further, &a->further_room, a->further_count + 1, FURTHER_MAX) < 0 ||
        eh_table_put(&a->further_numbers, key, a->further_count) < 0) {
        f->failed = true;
        return NULL;
    }
    a->further[a->further_count] = (struct eh_fairness_further){a->names[number], why, 0, 0};
    return &a->further[a->further_count++];
}

static enum eh_again deal_why_again(const struct eh_deal *deal)
{
    if (deal->left || deal->was.size == 0)
        return EH_AGAIN_LEFT;
    if (deal->lapsed)
        return EH_AGAIN_LAPSED;
    return deal->kept ? EH_AGAIN_DROPPED : deal->returned ? EH_AGAIN_RETURN : EH_AGAIN_RELEASE;
}

static struct eh_str deal_who_again(const struct eh_fairness_again *a, const struct eh_deal *deal,
                                    enum eh_again why)
{
    switch (why) {
    case EH_AGAIN_LEFT:
        return a->actor;
    case EH_AGAIN_DROPPED:
    case EH_AGAIN_LAPSED:
        return deal->was;
    case EH_AGAIN_RETURN:
        return doer_kept(a, &a->returned, ticket_key(deal->ticket));
    default:
        return doer_kept(a, &a->released, eh_key_of_text(deal->was));
    }
}

void eh_fairness_further(struct eh_fairness *f, const struct eh_deal *deal)
{
    if ((!deal->further && !deal->kept) || !eh_str_equal(deal->team, f->team) ||
        eh_fairness_is_named(deal))
        return;
    enum eh_again why = deal_why_again(deal);
    struct eh_fairness_further *further =
        further_find(f, deal_who_again(&f->again, deal, why), why);
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
    return order ? order : (int)a->why - (int)b->why;
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
