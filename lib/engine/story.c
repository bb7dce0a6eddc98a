/*
 * story: one outcome of a ticket after the other: what may be, and what it comes to. Pure
 * functions.
 */
#include "story.h"

#include "canonical.h"
#include "ticket.h"
#include "units.h"

#include <stdlib.h>

#define RATING_MAX 5

static int number_compare(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

int eh_when_compare(const struct story_when *a, const struct story_when *b)
{
    int order = number_compare(a->date, b->date);
    if (order == 0)
        order = number_compare(a->whole_day, b->whole_day);
    return order || a->whole_day ? order : number_compare(a->at_us, b->at_us);
}

bool eh_when_is_sound(const struct story_when *when)
{
    return eh_is_time(when->at_us) && eh_is_date(when->date);
}

void eh_when_put(const struct story_when *when, struct eh_bytes *out)
{
    eh_bytes_put_i(out, when->at_us);
    eh_bytes_put_i(out, when->date);
    eh_bytes_put_u8(out, when->whole_day);
}

void eh_when_read(struct eh_reader *in, struct story_when *ret)
{
    ret->at_us = eh_read_i(in);
    ret->date = eh_read_i32(in);
    ret->whole_day = eh_read_flag(in);
    in->failed |= !eh_when_is_sound(ret);
}

struct story_sum eh_story_of(const struct ticket *t)
{
    bool closed = t->state == EH_TICKET_CLOSED;
    return (struct story_sum){
        .value = t->value,
        .refunded = closed ? t->refunded : 0,
        .closed_us = eh_ticket_closed_us(t),
        .closed_date = t->closed_date,
        .first_date = t->closed_date,
        .outcome = t->outcome,
        .last = t->outcome,
        .timed = closed,
        .has_first = closed,
        .old = closed,
    };
}

static struct eh_str ticket_source_or_none(const struct ticket *t)
{
    return t ? ticket_source(t) : eh_str_n(NULL, 0);
}

static struct eh_str ticket_id_or_none(const struct ticket *t)
{
    return t ? ticket_id(t) : eh_str_n(NULL, 0);
}

static int story_refuse_open(const struct story_sum *sum, const struct ticket *t,
                             struct eh_error *error)
{
    return eh_error_field(error, EH_ECONFLICT, "outcome", "outcome: ticket %.*s/%.*s is not %s yet",
                          EH_STR_ARG(ticket_source_or_none(t)), EH_STR_ARG(ticket_id_or_none(t)),
                          sum->last ? "won" : "closed");
}

/* What is left of a won ticket to be refunded. It may exceed 64 bits where values are near their
 * limit. */
static __int128 story_left(const struct story_sum *sum)
{
    __int128 left = (__int128)sum->value - sum->refunded;
    return left > 0 ? left : 0;
}

static int story_refund(struct story_sum *sum, const struct story_entry *entry,
                        const struct ticket *t, struct eh_error *error)
{
    if (sum->last != EH_OUTCOME_WON && sum->outcome)
        return eh_error_field(error, EH_ECONFLICT, "outcome",
                              "outcome: ticket %.*s/%.*s is %s; only a won one can be refunded",
                              EH_STR_ARG(ticket_source_or_none(t)),
                              EH_STR_ARG(ticket_id_or_none(t)), eh_outcome_name(sum->outcome));
    if (sum->last != EH_OUTCOME_WON)
        return story_refuse_open(sum, t, error);
    __int128 left = story_left(sum);
    __int128 value = entry->flags & STORY_HAS_VALUE ? entry->value : left;
    if (value < 0 || value > left)
        return eh_error_field(error, EH_ERANGE, "value",
                              "value: %lld cannot be refunded, %lld of ticket %.*s/%.*s is left",
                              (long long)value, (long long)left,
                              EH_STR_ARG(ticket_source_or_none(t)),
                              EH_STR_ARG(ticket_id_or_none(t)));
    sum->refunded += (int64_t)value;
    return 0;
}

/* The latest rating is the ticket's, whenever it came. */
static void story_rate(struct story_sum *sum, const struct story_entry *entry)
{
    if (entry->csat == 0 || (sum->csat && eh_when_compare(&entry->when, &sum->rated) < 0))
        return;
    sum->csat = entry->csat;
    sum->rated = entry->when;
}

static void story_close(struct story_sum *sum, const struct story_entry *entry)
{
    sum->outcome = sum->last = entry->outcome;
    sum->closed_us = entry->when.at_us;
    sum->closed_date = entry->when.date;
    sum->timed = entry->flags & STORY_TIMED;
    sum->old = false;
    if (entry->outcome == EH_OUTCOME_WON && entry->flags & STORY_HAS_VALUE)
        sum->value = entry->value;
    if (entry->flags & STORY_HAS_HANDLED) {
        sum->handled = true;
        sum->handled_s += entry->handled_s;
        if (sum->handled_s > STORY_HANDLED_MAX_S)
            sum->handled_s = STORY_HANDLED_MAX_S;
    }
    if (!sum->has_first && entry->outcome != EH_OUTCOME_CANCELLED) {
        sum->has_first = true;
        sum->first_date = entry->when.date;
    }
}

static int story_apply_closing(struct story_sum *sum, const struct story_entry *entry,
                               const struct ticket *t, struct eh_error *error)
{
    if (sum->outcome && sum->outcome != entry->outcome)
        return eh_error_field(error, EH_ECONFLICT, "outcome",
                              "outcome: ticket %.*s/%.*s is closed as %s; reopen it first",
                              EH_STR_ARG(ticket_source_or_none(t)),
                              EH_STR_ARG(ticket_id_or_none(t)), eh_outcome_name(sum->outcome));
    if (!sum->outcome)
        story_close(sum, entry);
    story_rate(sum, entry);
    return 0;
}

/* Takes back what the closing came to, refunds included. */
static void story_reopen(struct story_sum *sum)
{
    if (!sum->outcome)
        return;
    sum->outcome = 0;
    sum->refunded = 0;
    sum->reopened = true;
    sum->old = false;
}

int eh_story_apply(struct story_sum *sum, const struct story_entry *entry, const struct ticket *t,
                   struct eh_error *error)
{
    switch (entry->outcome) {
    case STORY_VALUE:
        sum->value = entry->value;
        return 0;
    case EH_OUTCOME_REOPENED:
        story_reopen(sum);
        return 0;
    case EH_OUTCOME_REFUNDED:
        return story_refund(sum, entry, t, error);
    case EH_OUTCOME_RATED:
        if (!sum->last)
            return story_refuse_open(sum, t, error);
        story_rate(sum, entry);
        return 0;
    default:
        return story_apply_closing(sum, entry, t, error);
    }
}

bool eh_story_sum_is_sound(const struct story_sum *sum)
{
    return eh_is_time(sum->closed_us) && eh_when_is_sound(&sum->rated) &&
           eh_is_date(sum->closed_date) && eh_is_date(sum->first_date) &&
           sum->outcome <= EH_OUTCOME_CANCELLED && sum->last <= EH_OUTCOME_CANCELLED &&
           (sum->outcome == 0 || sum->outcome == sum->last) && sum->csat <= RATING_MAX &&
           sum->refunded >= 0 && sum->handled_s >= 0 && sum->handled_s <= STORY_HANDLED_MAX_S;
}

void eh_story_free(struct story *story)
{
    if (story)
        free(story->journal);
    free(story);
}
