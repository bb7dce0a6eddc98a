/* holds: tickets of an hour by source, and the alarm. See holds.h. */
#include "lead/parts.h"

#define PART_US (INT64_C(3600000000) / EH_HOLDS_PARTS)

_Static_assert(sizeof((struct eh_holds_source *)0)->name >= EH_NAME_MAX, "a source's name fits");

static uint64_t parts_sum(const uint32_t parts[EH_HOLDS_PARTS])
{
    uint64_t sum = 0;
    for (int i = 0; i < EH_HOLDS_PARTS; i++)
        sum += parts[i];
    return sum;
}

/* Begins the parts between the one counted last and now. A clock that went back begins all anew. */
static void holds_turn(struct eh_holds *holds, int64_t now_us)
{
    int64_t part = now_us / PART_US, passed = part - holds->part;
    if (passed < 0 || passed > EH_HOLDS_PARTS)
        passed = EH_HOLDS_PARTS;
    for (int64_t i = 0; i < passed; i++) {
        size_t at = (size_t)((part - i) % EH_HOLDS_PARTS);
        for (uint32_t s = 0; s < holds->count; s++)
            holds->sources[s].tickets[at] = holds->sources[s].held[at] = 0;
    }
    holds->part = part;
}

/* The place of a new source: a free one, or that of the source with the fewest tickets. */
static struct eh_holds_source *source_place(struct eh_holds *holds)
{
    struct eh_holds_source *quietest = &holds->sources[0];
    if (holds->count < EH_HOLDS_SOURCES_MAX)
        return &holds->sources[holds->count++];
    for (uint32_t i = 1; i < holds->count; i++)
        if (parts_sum(holds->sources[i].tickets) < parts_sum(quietest->tickets))
            quietest = &holds->sources[i];
    return quietest;
}

static struct eh_holds_source *source_find(struct eh_holds *holds, struct eh_str name)
{
    for (uint32_t i = 0; i < holds->count; i++)
        if (eh_str_equal(eh_str_n(holds->sources[i].name, holds->sources[i].size), name))
            return &holds->sources[i];
    struct eh_holds_source *source = source_place(holds);
    *source = (struct eh_holds_source){.size = eh_str_cut(name, sizeof source->name).size};
    memcpy(source->name, name.data, source->size);
    return source;
}

void eh_holds_count(struct eh_holds *holds, struct eh_str name, bool ticket, int64_t now_us)
{
    holds_turn(holds, now_us);
    struct eh_holds_source *source = source_find(holds, name);
    size_t at = (size_t)(holds->part % EH_HOLDS_PARTS);
    (ticket ? source->tickets : source->held)[at]++;
}

bool eh_holds_worst(struct eh_holds *holds, int64_t now_us, struct eh_holds_share *ret)
{
    struct eh_holds_share worst = {.tickets = 1};
    holds_turn(holds, now_us);
    for (uint32_t i = 0; i < holds->count; i++) {
        const struct eh_holds_source *source = &holds->sources[i];
        struct eh_holds_share share = {eh_str_n(source->name, source->size),
                                       parts_sum(source->tickets), parts_sum(source->held)};
        if (share.tickets >= EH_HOLDS_LEAST && share.held * EH_HOLDS_FIFTH > share.tickets &&
            share.held * worst.tickets > worst.held * share.tickets)
            worst = share;
    }
    if (worst.held)
        *ret = worst;
    return worst.held > 0;
}

void app_holds_take(struct eh_app *app, const struct eh_batch *b)
{
    for (size_t i = 0; i < b->record_count; i++)
        if (b->records[i].type == EH_MESSAGE_TICKET)
            eh_holds_count(&app->holds, b->records[i].source, true, b->at_us);
    for (uint32_t i = 0; i < b->effects.count; i++)
        if (b->effects.items[i].type == EH_NOTICE_HELD)
            eh_holds_count(&app->holds, b->effects.items[i].source, false, b->at_us);
}

void app_holds_look(struct eh_app *app)
{
    struct eh_holds_share share;
    if (!eh_holds_worst(&app->holds, eh_clock_now_us(&app->services.clock), &share))
        app_alarm_clear(app, EH_ALARM_HELD);
    else
        app_alarm(
            app, EH_ALARM_HELD,
            "source %.*s: of %llu tickets of the last hour %llu went to somebody outside their "
            "team; see the tickets that are held, and whether the desk file has the accounts "
            "of its reps",
            EH_STR_ARG(share.source), (unsigned long long)share.tickets,
            (unsigned long long)share.held);
}
