/*
 * journal: the latest outcomes of a ticket in their order, and the story told anew from them.
 *
 * The order is by `at`, then by outcome (outcome_place), then by `event`, then by the rest of what
 * an outcome says: it does not depend on which came first. An outcome without `at` counts when it
 * came, in the order of the inputs. An outcome older than EH_ORDER_S goes into the base once
 * nothing younger stands before it. So does the first one when there are more than EH_ORDER_MAX.
 */
#include "journal.h"

#include "story.h"
#include "ticket.h"
#include "units.h"

#include <stdlib.h>

#define JOURNAL_FLAGS 31 /* every enum story_flag */

/* ---- the order */

/* Places of outcomes at the same time: those that take something back come first, then those that
 * close, then those that refer to a closing. */
static uint8_t outcome_place(uint8_t outcome)
{
    static const uint8_t places[] = {
        [STORY_VALUE] = 0,         [EH_OUTCOME_REOPENED] = 1, [EH_OUTCOME_CANCELLED] = 2,
        [EH_OUTCOME_LOST] = 3,     [EH_OUTCOME_RESOLVED] = 4, [EH_OUTCOME_WON] = 5,
        [EH_OUTCOME_REFUNDED] = 6, [EH_OUTCOME_RATED] = 7,
    };
    return places[outcome];
}

static int number_compare(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int entry_compare_rest(const struct story_entry *a, const struct story_entry *b)
{
    const int64_t rest[][2] = {{a->flags & ~STORY_REFUSED, b->flags & ~STORY_REFUSED},
                               {a->value, b->value},
                               {a->csat, b->csat},
                               {a->handled_s, b->handled_s}};
    int order = 0;
    for (size_t i = 0; order == 0 && i < sizeof rest / sizeof *rest; i++)
        order = number_compare(rest[i][0], rest[i][1]);
    return order;
}

static int entry_compare(const struct story_entry *a, const struct story_entry *b)
{
    int order = eh_when_compare(&a->when, &b->when);
    if (order == 0)
        order = number_compare(b->flags & STORY_AT, a->flags & STORY_AT);
    if (order == 0 && !(a->flags & STORY_AT))
        return number_compare((int64_t)a->input, (int64_t)b->input);
    if (order == 0)
        order = number_compare(outcome_place(a->outcome), outcome_place(b->outcome));
    if (order == 0)
        order = eh_str_compare(a->event, b->event);
    return order ? order : entry_compare_rest(a, b);
}

/* ---- the story */

static void tale_tell(struct tale *tale, const struct ticket *t)
{
    tale->sum = tale->base;
    for (uint32_t i = 0; i < tale->count; i++) {
        struct story_entry *entry = &tale->entries[i];
        bool refused = eh_story_apply(&tale->sum, entry, t, NULL) < 0;
        entry->flags = (uint8_t)((entry->flags & ~STORY_REFUSED) | (refused ? STORY_REFUSED : 0));
    }
}

/* Moves the first `count` entries into the base. */
static void tale_settle(struct tale *tale, uint32_t count, const struct ticket *t)
{
    for (uint32_t i = 0; i < count; i++) {
        int refused = eh_story_apply(&tale->base, &tale->entries[i], t, NULL);
        (void)refused; /* a refused outcome changed nothing */
    }
    tale->count -= count;
    memmove(tale->entries, tale->entries + count, tale->count * sizeof *tale->entries);
}

/* After time was led back, some arrivals lie in the future. */
static bool entry_is_settled(const struct story_entry *entry, int64_t now_us)
{
    return entry->arrival_us > now_us || now_us - entry->arrival_us > EH_ORDER_S * SECOND_US;
}

void eh_tale_open(const struct ticket *t, int64_t now_us, struct tale *ret)
{
    const struct story *story = t->story;
    const struct story_sum none = eh_story_of(t);
    ret->count = 0;
    if (story)
        eh_require(eh_tale_read(eh_str_n((const char *)story->journal, story->journal_size),
                                &story->base, ret));
    else
        ret->base = ret->sum = none;
    uint32_t old = 0;
    while (old < ret->count && entry_is_settled(&ret->entries[old], now_us))
        old++;
    tale_settle(ret, old, t);
    if (ret->base.rated.at_us > now_us + EH_AT_AHEAD_MAX_S * SECOND_US) /* time was taken back */
        ret->base.rated = (struct story_when){now_us, (int32_t)(now_us / 1000 / DAY_MS) - 1, true};
    tale_tell(ret, t);
}

void eh_tale_add(struct tale *tale, const struct story_entry *entry, const struct ticket *t)
{
    if (tale->count > EH_ORDER_MAX)
        tale_settle(tale, 1, t);
    uint32_t at = tale->count;
    while (at > 0 && entry_compare(entry, &tale->entries[at - 1]) < 0)
        at--;
    memmove(&tale->entries[at + 1], &tale->entries[at], (tale->count - at) * sizeof *entry);
    tale->entries[at] = *entry;
    tale->count++;
    tale_tell(tale, t);
}

const struct story_entry *eh_tale_find(const struct tale *tale, uint64_t input)
{
    for (uint32_t i = 0; i < tale->count; i++)
        if (tale->entries[i].input == input)
            return &tale->entries[i];
    return NULL;
}

const struct story_entry *eh_tale_first_closing(const struct tale *tale)
{
    for (uint32_t i = 0; i < tale->count && !tale->base.has_first; i++) {
        const struct story_entry *entry = &tale->entries[i];
        if (!(entry->flags & STORY_REFUSED) && eh_outcome_closes(entry->outcome) &&
            entry->outcome != EH_OUTCOME_CANCELLED)
            return entry;
    }
    return NULL;
}

void eh_tale_why(const struct tale *tale, uint64_t input, const struct ticket *t,
                 struct eh_error *error)
{
    struct story_sum sum = tale->base;
    for (uint32_t i = 0; i < tale->count; i++) {
        bool asked = tale->entries[i].input == input;
        if (eh_story_apply(&sum, &tale->entries[i], t, asked ? error : NULL) < 0 && asked)
            return;
    }
}

/* ---- bytes */

static void entry_put(const struct story_entry *entry, struct eh_bytes *out)
{
    eh_bytes_put_u8(out, entry->outcome);
    eh_bytes_put_u8(out, entry->flags);
    eh_when_put(&entry->when, out);
    eh_bytes_put_i(out, entry->arrival_us - entry->when.at_us);
    eh_bytes_put_u(out, entry->input);
    eh_bytes_put_u(out, entry->stream_ms);
    eh_bytes_put_u(out, entry->stream_no);
    eh_bytes_put_str(out, entry->event);
    eh_bytes_put_i(out, entry->value);
    eh_bytes_put_u8(out, entry->csat);
    eh_bytes_put_i(out, entry->handled_s);
}

static bool entry_read(struct eh_reader *in, struct story_entry *ret)
{
    ret->outcome = eh_read_u8(in);
    ret->flags = eh_read_u8(in);
    eh_when_read(in, &ret->when);
    int64_t after_us = eh_read_i(in);
    ret->input = eh_read_u(in);
    ret->stream_ms = eh_read_u(in);
    ret->stream_no = eh_read_u(in);
    ret->event = eh_read_str(in);
    ret->value = eh_read_i(in);
    ret->csat = eh_read_u8(in);
    ret->handled_s = eh_read_i(in);
    return !in->failed && !__builtin_add_overflow(ret->when.at_us, after_us, &ret->arrival_us) &&
           eh_is_time(ret->arrival_us) && ret->outcome <= EH_OUTCOME_RATED &&
           ret->flags <= JOURNAL_FLAGS && ret->csat <= 5 && ret->handled_s >= 0 &&
           ret->handled_s <= STORY_HANDLED_MAX_S;
}

bool eh_tale_read(struct eh_str journal, const struct story_sum *base, struct tale *ret)
{
    struct eh_reader in = eh_reader(journal.data, journal.size);
    ret->base = *base;
    for (ret->count = 0; in.at < in.end; ret->count++)
        if (ret->count == EH_ORDER_MAX || !entry_read(&in, &ret->entries[ret->count]) ||
            (ret->count > 0 &&
             entry_compare(&ret->entries[ret->count - 1], &ret->entries[ret->count]) > 0))
            return false;
    tale_tell(ret, NULL); /* nobody asks why */
    return true;
}

int eh_tale_close(const struct tale *tale, struct story **ret)
{
    struct tale kept = *tale;
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    if (kept.count > EH_ORDER_MAX)
        tale_settle(&kept, kept.count - EH_ORDER_MAX, NULL);
    for (uint32_t i = 0; i < kept.count; i++)
        entry_put(&kept.entries[i], &out);
    struct story *story = out.failed ? NULL : calloc(1, sizeof *story);
    if (!story)
        return -EH_ENOMEM;
    story->base = kept.base;
    story->sum = kept.sum;
    story->first_team = NONE;
    story->journal = out.data;
    story->journal_size = (uint32_t)out.size;
    out = (struct eh_bytes)EH_BYTES_INIT; /* it is the story's now */
    *ret = story;
    return 0;
}

/* Numbers are stored: never change, never reuse. */
enum sum_flag {
    SUM_TIMED = 1,
    SUM_HANDLED = 2,
    SUM_FIRST = 4,
    SUM_REOPENED = 8,
    SUM_OLD = 16,
    SUM_FLAGS = 31
};

void eh_story_put_sum(const struct story_sum *sum, struct eh_bytes *out)
{
    eh_bytes_put_u8(out, (uint8_t)((sum->timed ? SUM_TIMED : 0) | (sum->handled ? SUM_HANDLED : 0) |
                                   (sum->has_first ? SUM_FIRST : 0) |
                                   (sum->reopened ? SUM_REOPENED : 0) | (sum->old ? SUM_OLD : 0)));
    eh_bytes_put_u8(out, sum->outcome);
    eh_bytes_put_u8(out, sum->last);
    eh_bytes_put_u8(out, sum->csat);
    eh_bytes_put_i(out, sum->value);
    eh_bytes_put_i(out, sum->refunded);
    eh_bytes_put_i(out, sum->handled_s);
    eh_bytes_put_i(out, sum->closed_us);
    eh_when_put(&sum->rated, out);
    eh_bytes_put_i(out, sum->closed_date);
    eh_bytes_put_i(out, sum->first_date);
}

void eh_story_read_sum(struct eh_reader *in, struct story_sum *ret)
{
    uint8_t flags = eh_read_u8(in);
    in->failed |= flags > SUM_FLAGS;
    *ret = (struct story_sum){.timed = flags & SUM_TIMED,
                              .handled = flags & SUM_HANDLED,
                              .has_first = flags & SUM_FIRST,
                              .reopened = flags & SUM_REOPENED,
                              .old = flags & SUM_OLD};
    ret->outcome = eh_read_u8(in);
    ret->last = eh_read_u8(in);
    ret->csat = eh_read_u8(in);
    ret->value = eh_read_i(in);
    ret->refunded = eh_read_i(in);
    ret->handled_s = eh_read_i(in);
    ret->closed_us = eh_read_i(in);
    eh_when_read(in, &ret->rated);
    ret->closed_date = eh_read_i32(in);
    ret->first_date = eh_read_i32(in);
    in->failed |= !eh_story_sum_is_sound(ret);
}
