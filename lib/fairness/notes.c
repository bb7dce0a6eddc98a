/*
 * notes: sentences that say what the figures mean, and which figures have too few tickets behind
 * them.
 */
#include <math.h>

#include "facts.h"

#define NOTES_MAX  (8 + REPS_NAMED)
#define REPS_NAMED 20 /* reps who get a note of their own */
#define NOTE_BYTES 256

static void add(struct eh_fairness_report *report, struct eh_arena *arena, const char *format, ...)
    EH_PRINTF(3, 4);
static void add(struct eh_fairness_report *report, struct eh_arena *arena, const char *format, ...)
{
    char text[NOTE_BYTES];
    va_list args;
    va_start(args, format);
    eh_format_v(text, sizeof text, format, args);
    va_end(args);
    report->notes[report->note_count++] = eh_arena_str(arena, eh_str(text)).data;
}

static void balance_note(struct eh_fairness_report *report, struct eh_arena *arena)
{
    uint32_t reps = 0;
    for (uint32_t i = 0; i < report->rep_count; i++)
        reps += report->reps[i].account.entitled_nano > 0;
    if (reps < 2)
        add(report, arena, "balance: too few to tell; only %u rep%s could have received tickets",
            reps, reps == 1 ? "" : "s");
    else if (!report->balance_enough)
        add(report, arena,
            "balance: too few to tell; %llu tickets among %u reps, %d for each are needed",
            (unsigned long long)report->tickets, reps, EH_FAIRNESS_BALANCE_ENOUGH);
    if (report->balance_enough && isnan(report->value.jain))
        add(report, arena, "balance of value: no ticket of this period had a value");
}

static void draw_note(struct eh_fairness_report *report, struct eh_arena *arena)
{
    if (report->drawn == 0)
        add(report, arena, "draw: too few to tell; chance had no say in any ticket of this period");
    else if (isnan(report->draw_p))
        add(report, arena,
            "draw: too few to tell; %llu draws gave nobody %d tickets' worth of chance",
            (unsigned long long)report->drawn, EH_FAIRNESS_ENOUGH);
    else if (report->verdicts[EH_VERDICT_DRAW].doubtful)
        add(report, arena,
            "draw: fewer than 1 in 100 honest periods come out like this; run evenhand verify");
}

static void picking_note(struct eh_fairness_report *report, struct eh_arena *arena)
{
    if (report->verdicts[EH_VERDICT_BY_VALUE].doubtful ||
        report->verdicts[EH_VERDICT_PICKER].doubtful)
        add(report, arena,
            "value of dealt tickets: fewer than 1 in 100 honest periods come out like this; run "
            "evenhand verify");
    if (report->drawn > 0 && isnan(report->verdicts[EH_VERDICT_BY_VALUE].p))
        add(report, arena, "value of dealt tickets: too few to tell, or all of about one value");
    if (report->overrides > 0 && isnan(report->verdicts[EH_VERDICT_OVERRIDDEN].p))
        add(report, arena, "value of overridden tickets: too few to tell; %llu override%s",
            (unsigned long long)report->overrides, report->overrides == 1 ? "" : "s");
}

static void overload_note(struct eh_fairness_report *report, struct eh_arena *arena)
{
    uint32_t unclear = 0, named = 0, count = 0;
    for (uint32_t i = 0; i < report->rep_count; i++)
        count += !isnan(report->reps[i].meanwhile_p);
    for (uint32_t i = 0; i < report->rep_count; i++) {
        const struct eh_fairness_rep *rep = &report->reps[i];
        double difference = rep->value_meanwhile - rep->value_otherwise;
        unclear += rep->overloaded_s > 0 && isnan(rep->value_error);
        if (named < REPS_NAMED && report->verdicts[EH_VERDICT_OVERLOAD].doubtful &&
            eh_smallest_of(rep->meanwhile_p, count) <= EH_FAIRNESS_LEVEL) {
            add(report, arena,
                "overload: tickets that arrived while %.*s was overloaded were worth %s than "
                "otherwise, beyond what chance gives",
                EH_STR_ARG(rep->rep), difference < 0 ? "less" : "more");
            named++;
        }
    }
    if (unclear > 0)
        add(report, arena,
            "overload: too few to tell for %u rep%s what arrived meanwhile was worth; %d tickets "
            "are needed",
            unclear, unclear == 1 ? "" : "s", EH_FAIRNESS_ENOUGH);
}

int eh_fairness_write_notes(struct eh_fairness_report *report, struct eh_arena *arena)
{
    report->notes = eh_arena_alloc(arena, NOTES_MAX * sizeof *report->notes);
    if (!report->notes)
        return -EH_ENOMEM;
    balance_note(report, arena);
    draw_note(report, arena);
    picking_note(report, arena);
    overload_note(report, arena);
    for (uint32_t i = 0; i < report->note_count; i++)
        if (!report->notes[i])
            return -EH_ENOMEM;
    return 0;
}
