/* run: one engine under one policy, led through a history. */
#include <evenhand/calendar/handover.h>
#include <evenhand/calendar/zones.h>

#include <stdlib.h>

#include "policy.h"
#include "simulation.h"
#include "term/zone.h"

#define SECOND_US INT64_C(1000000)
#define HOUR_S    3600
#define DAY_US    (86400 * SECOND_US)

/* What was to follow on a ticket while it was on its way back. */
#define MISSED_ANSWER  1
#define MISSED_CLOSING 2

/* What nobody recorded follows on a step: the rep signals, or, NULL, the ticket is answered. */
struct eh_simulation_deed {
    const struct eh_desk_rep *rep;
    uint64_t no; /* of the ticket */
};

/* What follows on a ticket that had to wait, and when. */
struct eh_simulation_late {
    int64_t at_us;
    size_t message; /* its place */
};

static int error_no_memory(struct eh_error *error)
{
    return eh_error_set(error, EH_ENOMEM, "out of memory");
}

/* ---- the heap of what is put off: by time, then as it was recorded */

static bool late_is_before(struct eh_simulation_late a, struct eh_simulation_late b)
{
    return a.at_us != b.at_us ? a.at_us < b.at_us : a.message < b.message;
}

static int run_put_off(struct eh_simulation_run *run, struct eh_simulation_late late)
{
    int r =
        eh_array_room(&run->late, &run->late_capacity, run->late_count + (size_t)1, EH_ARRAY_MAX);
    if (r < 0)
        return r;
    size_t at = run->late_count++;
    for (; at > 0 && late_is_before(late, run->late[(at - 1) / 2]); at = (at - 1) / 2)
        run->late[at] = run->late[(at - 1) / 2];
    run->late[at] = late;
    return 0;
}

static struct eh_simulation_late run_take_late(struct eh_simulation_run *run)
{
    struct eh_simulation_late first = run->late[0], last = run->late[--run->late_count];
    size_t at = 0;
    for (size_t child = 1; child < run->late_count; child = 2 * at + 1) {
        if (child + 1 < run->late_count && late_is_before(run->late[child + 1], run->late[child]))
            child++;
        if (!late_is_before(run->late[child], last))
            break;
        run->late[at] = run->late[child];
        at = child;
    }
    run->late[at] = last;
    return first;
}

/* ---- steps */

/* Draws as the daemon makes them, from a master key that is the simulation's seed. */
static bool run_draw(void *context, const struct eh_draw_query *query, uint64_t *ret)
{
    struct eh_simulation_run *run = context;
    if (!run->has_seed || run->seed_epoch != query->epoch) {
        eh_seed_derive(run->master, query->epoch, run->seed);
        run->seed_epoch = query->epoch;
        run->has_seed = true;
    }
    *ret = eh_draw_compute(run->seed, query);
    return true;
}

/* The chance of the likeliest rep; 1 when nothing was drawn. */
static void run_take_deal(void *context, const struct eh_deal *deal)
{
    struct eh_simulation_run *run = context;
    const struct eh_simulation *s = run->simulation;
    const struct eh_desk_team *team = eh_desk_team(s->desk, deal->team);
    double likeliest = deal->dealt ? 0 : 1;
    if (deal->lapsed)
        return; /* who let it lapse is not asked again: that tells nothing of the policy */
    for (uint32_t i = 0; deal->dealt && i < deal->count; i++)
        if (deal->chances[i].p > likeliest)
            likeliest = deal->chances[i].p;
    if (team && eh_tally_guess(&run->tally, (uint32_t)(team - s->desk->teams), likeliest) < 0)
        run->out_of_memory = true;
}

static int run_put_off_by(struct eh_simulation_run *run, const struct eh_simulation_ticket *t,
                          size_t message, int64_t took_us)
{
    if (message == SIZE_MAX)
        return 0;
    int64_t at_us = eh_simulation_end(run->simulation, t->team, run->now_us, took_us);
    return run_put_off(run, (struct eh_simulation_late){at_us, message});
}

static int run_note_waited(struct eh_simulation_run *run, uint64_t no)
{
    const struct eh_simulation *s = run->simulation;
    const struct eh_simulation_ticket *t = &s->tickets[no];
    int64_t wait_us = run->now_us - s->messages.items[t->opening].at_us;
    int r = wait_us > 0 ? eh_tally_wait(&run->tally, t->team, wait_us / SECOND_US) : 0;
    if (r == 0)
        r = run_put_off_by(run, t, t->answer, t->answer_took_us);
    return r < 0 ? r : run_put_off_by(run, t, t->closing, t->took_us);
}

/* ---- tickets that their rep did not answer */

/* What was to follow on it while it was on its way back follows now. */
static int run_follow(struct eh_simulation_run *run, uint64_t no)
{
    const struct eh_simulation_ticket *t = &run->simulation->tickets[no];
    uint8_t missed = run->missed[no];
    run->back[no] = false;
    run->missed[no] = 0;
    int r = 0;
    if (missed & MISSED_ANSWER)
        r = run_put_off(run, (struct eh_simulation_late){run->now_us, t->answer});
    if (r == 0 && (missed & MISSED_CLOSING))
        r = run_put_off(run, (struct eh_simulation_late){run->now_us, t->closing});
    return r;
}

/* Whether an answer or a closing has to wait until the ticket is dealt again. */
static bool run_misses(struct eh_simulation_run *run, size_t at)
{
    const struct eh_messages_item *item = &run->simulation->messages.items[at];
    size_t no = run->simulation->ticket_of[at];
    if (item->is_ticket || !run->back[no])
        return false;
    run->missed[no] |= item->is_answer ? MISSED_ANSWER : MISSED_CLOSING;
    return true;
}

/* 1: the rep had it before, and counts it once; or an error. */
static int run_had(struct eh_simulation_run *run, uint64_t no, uint32_t rep)
{
    uint64_t pair[2] = {no, rep}, before;
    struct eh_key key = eh_key_of_text(eh_str_n((const char *)pair, sizeof pair));
    if (eh_table_get(&run->had, key, &before))
        return 1;
    return eh_table_put(&run->had, key, 1);
}

/* Away by a lapse ends with the shift. Without hours there is none: they signal at once. */
static bool rep_has_hours(const struct eh_desk *desk, const struct eh_desk_rep *rep)
{
    bool has = rep->hours;
    for (uint32_t t = 0; !has && t < desk->team_count; t++)
        for (uint32_t i = 0; desk->teams[t].hours && i < desk->teams[t].member_count; i++)
            has |= desk->teams[t].members[i].rep == (uint32_t)(rep - desk->reps);
    return has;
}

static int run_add_deed(struct eh_simulation_run *run, struct eh_simulation_deed deed)
{
    int r =
        eh_array_room(&run->deeds, &run->deed_capacity, run->deed_count + (size_t)1, EH_ARRAY_MAX);
    if (r == 0)
        run->deeds[run->deed_count++] = deed;
    return r;
}

static int run_note_lapse(struct eh_simulation_run *run, const struct eh_effect *effect,
                          uint64_t no)
{
    const struct eh_desk *desk = run->simulation->desk;
    const struct eh_desk_rep *rep = eh_desk_rep(desk, effect->rep);
    if (!rep || !eh_str_equal(effect->why, eh_str("return")))
        return 0;
    run->back[no] = true;
    return rep_has_hours(desk, rep) ? 0 : run_add_deed(run, (struct eh_simulation_deed){rep, no});
}

/* A lapsed ticket has somebody again. One that nobody ever answered lapses once. */
static int run_note_again(struct eh_simulation_run *run, uint64_t no)
{
    const struct eh_simulation_ticket *t = &run->simulation->tickets[no];
    int r = run_follow(run, no);
    bool recorded = t->answer != SIZE_MAX || t->closing != SIZE_MAX;
    return r < 0 || recorded ? r : run_add_deed(run, (struct eh_simulation_deed){NULL, no});
}

/* The team of the deal may be another one than the ticket came to. */
static int run_note_assigned(struct eh_simulation_run *run, const struct eh_effect *effect,
                             uint64_t no)
{
    const struct eh_simulation *s = run->simulation;
    const struct eh_desk_rep *rep = eh_desk_rep(s->desk, effect->rep);
    const struct eh_desk_team *team = eh_desk_team(s->desk, effect->team);
    eh_require(rep && team);
    uint32_t rep_no = (uint32_t)(rep - s->desk->reps);
    int r = s->returns ? run_had(run, no, rep_no) : 0;
    if (r == 0)
        r = eh_tally_add(&run->tally, (uint32_t)(team - s->desk->teams), rep_no,
                         s->tickets[no].value);
    if (r >= 0 && run->waited[no] && !run->dealt[no])
        r = run_note_waited(run, no);
    if (r >= 0 && run->back[no])
        r = run_note_again(run, no);
    run->dealt[no] = true;
    return r < 0 ? r : 0;
}

static int run_note_effect(struct eh_simulation_run *run, const struct eh_effect *effect)
{
    uint64_t no = 0;
    if (effect->type != EH_NOTICE_ASSIGNED && effect->type != EH_NOTICE_WAITING &&
        effect->type != EH_NOTICE_UNANSWERED)
        return 0;
    bool known = eh_table_get(&run->simulation->by_id, eh_key_of_text(effect->id), &no);
    eh_require(known);
    if (effect->type == EH_NOTICE_ASSIGNED)
        return run_note_assigned(run, effect, no);
    if (effect->type == EH_NOTICE_UNANSWERED)
        return run_note_lapse(run, effect, no);
    run->waited[no] |= !run->dealt[no]; /* one that comes back begins nothing anew */
    return 0;
}

static int run_step_one(struct eh_simulation_run *run, struct eh_input *in, struct eh_error *error)
{
    in->no = ++run->input;
    in->at_us = run->now_us;
    in->date = run->date;
    in->draws = &run->draws;
    run->effects.count = 0;
    int r = eh_engine_step(run->engine, in, &run->effects);
    for (uint32_t i = 0; r == 0 && i < run->effects.count; i++)
        r = run_note_effect(run, &run->effects.items[i]);
    if (r < 0 || run->out_of_memory)
        r = eh_error_set(error, r < 0 ? -r : EH_ENOMEM, "policy %s: %s", run->tally.by,
                         eh_code_name(r < 0 ? r : -EH_ENOMEM));
    else if (run->effects.refused)
        r = eh_error_set(error, run->effects.refused_code, "%.*s", EH_STR_ARG(run->effects.reason));
    eh_arena_reset(&run->arena);
    run->effects.items = NULL;
    run->effects.count = run->effects.capacity = 0;
    return r;
}

/* A rep who let a ticket lapse signals that they are there; or a ticket is answered. */
static int run_step_deed(struct eh_simulation_run *run, struct eh_simulation_deed deed,
                         struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    const struct eh_simulation *s = run->simulation;
    struct eh_input in = {.origin = EH_ORIGIN_ADMIN};
    int r = eh_message_from_msgpack(eh_messages_body(&s->messages, s->tickets[deed.no].opening),
                                    &arena, &in.message, error);
    if (r < 0)
        return r;
    const struct eh_str id = in.message.id, source = in.message.source;
    in.message = (struct eh_message){.type = deed.rep ? EH_MESSAGE_SIGNAL : EH_MESSAGE_ANSWERED,
                                     .status = EH_STATUS_AVAILABLE};
    if (deed.rep) {
        in.message.rep = deed.rep->id;
        in.message.has = EH_FIELD_BIT(EH_FIELD_REP) | EH_FIELD_BIT(EH_FIELD_STATUS);
    } else {
        in.message.id = id;
        in.message.source = source;
        in.message.has = EH_FIELD_BIT(EH_FIELD_ID) | EH_FIELD_BIT(EH_FIELD_SOURCE);
    }
    eh_input_identify(&in);
    return run_step_one(run, &in, error);
}

static int run_step(struct eh_simulation_run *run, struct eh_input *in, struct eh_error *error)
{
    int r = run_step_one(run, in, error);
    for (size_t i = 0; r == 0 && i < run->deed_count; i++)
        r = run_step_deed(run, run->deeds[i], error);
    run->deed_count = 0;
    return r;
}

/* ---- days, and who works when */

/* Says how far full hours of the desk's clock are from those of UTC. */
static void message_set_clock(const struct eh_simulation_run *run, struct eh_message *m)
{
    int64_t apart_s = eh_zone_us(run->date, 0) / SECOND_US % HOUR_S;
    m->clock_s = apart_s < 0 ? apart_s + HOUR_S : apart_s;
    if (m->clock_s)
        m->has |= EH_FIELD_BIT(EH_FIELD_CLOCK);
}

static int run_step_day(struct eh_simulation_run *run, struct eh_error *error)
{
    struct eh_input in = {.origin = EH_ORIGIN_SHELL, .message = {.type = EH_MESSAGE_DAY}};
    run->date = eh_zone_date(run->now_us / 1000);
    run->day_ends_us = eh_zone_us(run->date + 1, 0);
    message_set_clock(run, &in.message);
    eh_input_identify(&in);
    return run_step(run, &in, error);
}

static int run_step_schedule(struct eh_simulation_run *run, const struct eh_bytes *text,
                             struct eh_error *error)
{
    struct eh_input in = {
        .origin = EH_ORIGIN_SHELL,
        .message = {.type = EH_MESSAGE_SCHEDULE, .has = EH_FIELD_BIT(EH_FIELD_TEXT)}};
    in.message.text = eh_str_n((const char *)text->data, text->size);
    eh_input_identify(&in);
    return run_step(run, &in, error);
}

/* Hands over who works when, as the daemon does behind a desk and on each day. */
static int run_hand_over(struct eh_simulation_run *run, struct eh_error *error)
{
    const struct eh_held held = eh_held_engine(run->engine);
    struct eh_zone set = {0};
    struct eh_zones zones = {.offsets = {eh_zone_offset_s, &set}};
    const struct eh_hours_zone zone = {eh_zones_instant, &zones};
    const struct eh_handover_at at = {run->now_us, run->date, &zone};
    struct eh_handover handover = {0};
    int r = eh_handover_make(run->simulation->desk, &held, &at, &handover);
    if (r < 0)
        eh_error_set(error, -r, "policy %s: hours: %s", run->tally.by, eh_code_name(r));
    else
        r = eh_zone_set(&set, run->simulation->desk->time_zone, error);
    run->by_hours |= handover.count > 0;
    for (uint32_t i = 0; r == 0 && i < handover.count; i++)
        r = run_step_schedule(run, &handover.texts[i], error);
    eh_handover_done(&handover);
    return r;
}

/* Times of tickets come behind all else that is due. */
static int run_step_due(struct eh_simulation_run *run, struct eh_error *error)
{
    struct eh_input in = {.origin = EH_ORIGIN_SHELL, .message = {.type = EH_MESSAGE_DUE}};
    if (eh_engine_due_us(run->engine) > run->now_us) {
        in.message.clocks = 1;
        in.message.has |= EH_FIELD_BIT(EH_FIELD_CLOCKS);
    }
    eh_input_identify(&in);
    return run_step(run, &in, error);
}

/* A new day begins, or something is due: whatever comes first. */
static int run_step_time(struct eh_simulation_run *run, int64_t at_us, struct eh_error *error)
{
    run->now_us = at_us > run->now_us ? at_us : run->now_us;
    if (at_us < run->day_ends_us)
        return run_step_due(run, error);
    int r = run_step_day(run, error);
    return r < 0 ? r : run_hand_over(run, error);
}

/* ---- messages */

/* An answer, or a closing, which is one. */
static int run_note_answer(struct eh_simulation_run *run, size_t at)
{
    const struct eh_simulation *s = run->simulation;
    size_t no = s->ticket_of[at];
    const struct eh_simulation_ticket *t = &s->tickets[no];
    if (s->messages.items[at].is_ticket || run->answered[no])
        return 0;
    run->answered[no] = true;
    return t->due_us ? eh_tally_answer(&run->tally, t->team, run->now_us <= t->due_us) : 0;
}

/* Names file and line of what the engine refused. */
static int run_step_at(struct eh_simulation_run *run, size_t at, struct eh_input *in,
                       struct eh_error *error)
{
    const struct eh_simulation *s = run->simulation;
    struct eh_error said = {0};
    int r = run_step(run, in, &said);
    if (r < 0)
        return eh_error_set(error, -r, "%s:%u: %s", s->file, s->messages.items[at].line, said.text);
    return run_note_answer(run, at) < 0 ? error_no_memory(error) : 0;
}

static int run_step_late(struct eh_simulation_run *run, struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_simulation_late late = run_take_late(run);
    const struct eh_simulation *s = run->simulation;
    size_t at = late.message;
    struct eh_input in = {.origin = EH_ORIGIN_STREAM, .stream_no = at};
    if (run_misses(run, at))
        return 0;
    int r = eh_message_from_msgpack(eh_messages_body(&s->messages, at), &arena, &in.message, error);
    if (r < 0)
        return r;
    run->now_us = late.at_us;
    in.message.has &= ~(EH_FIELD_BIT(EH_FIELD_AT) | EH_FIELD_BIT(EH_FIELD_AT_DAY)); /* it is now */
    eh_input_identify(&in);
    return run_step_at(run, at, &in, error);
}

static bool run_waits(const struct eh_simulation_run *run)
{
    struct eh_totals totals;
    eh_engine_totals(run->engine, &totals);
    return totals.waiting > 0;
}

/* The midnight that comes next on the way to a moment. Days on which nothing could happen are
 * passed over: those without hours, on which nothing waits. */
static int64_t run_next_day(const struct eh_simulation_run *run, int64_t at_us)
{
    if (at_us < run->day_ends_us || run->by_hours || run_waits(run))
        return run->day_ends_us;
    return eh_zone_us(eh_zone_date(at_us / 1000), 0);
}

/* When something of the engine is due: a shift, a deal, a time of a ticket. */
static int64_t run_due_us(const struct eh_simulation_run *run)
{
    int64_t due_us = eh_engine_due_us(run->engine);
    int64_t clocks_us = eh_engine_clocks_due_us(run->engine);
    return due_us < clocks_us ? due_us : clocks_us;
}

/* Lets time pass. What was put off to before that moment happens in its turn. */
static int run_pass_to(struct eh_simulation_run *run, int64_t at_us, struct eh_error *error)
{
    int r = 0;
    while (r == 0) {
        int64_t late_us = run->late_count ? run->late[0].at_us : EH_TIME_NEVER;
        int64_t due_us = run_due_us(run);
        int64_t day_us = run_next_day(run, late_us < at_us ? late_us : at_us);
        int64_t time_us = due_us < day_us ? due_us : day_us;
        if (late_us < at_us && late_us < time_us)
            r = run_step_late(run, error);
        else if (time_us <= at_us)
            r = run_step_time(run, time_us, error);
        else
            break;
    }
    if (at_us > run->now_us)
        run->now_us = at_us;
    return r;
}

int eh_run_step(struct eh_simulation_run *run, size_t at, const struct eh_input *input,
                struct eh_error *error)
{
    const struct eh_simulation *s = run->simulation;
    struct eh_input in = *input;
    int r = run_pass_to(run, s->messages.items[at].at_us, error);
    if (r < 0)
        return r;
    if (!s->messages.items[at].is_ticket && run->waited[s->ticket_of[at]])
        return 0; /* in this run the ticket is given later than it was recorded */
    if (run_misses(run, at))
        return 0;
    return run_step_at(run, at, &in, error);
}

/* A ticket as it stands at the end. One whose time was not over with the last row counts nothing.
 */
static int run_note_end(struct eh_simulation_run *run, size_t no)
{
    const struct eh_simulation *s = run->simulation;
    const struct eh_simulation_ticket *t = &s->tickets[no];
    int64_t end_us = s->messages.items[s->messages.count - 1].at_us;
    int r = run->waited[no] && !run->dealt[no] ? eh_tally_left(&run->tally, t->team) : 0;
    bool late = t->due_us && !run->answered[no] && t->due_us < end_us;
    return r == 0 && late ? eh_tally_answer(&run->tally, t->team, false) : r;
}

int eh_run_finish(struct eh_simulation_run *run, struct eh_error *error)
{
    const struct eh_simulation *s = run->simulation;
    int r = run_pass_to(run, run->now_us, error); /* what the last message left to deal */
    for (int days = 0; r == 0 && (run->late_count || days < EH_SIMULATION_AFTER_DAYS);) {
        if (run->late_count) {
            r = run_pass_to(run, run->late[0].at_us + 1, error);
            days = 0;
        } else if (run_waits(run)) {
            r = run_pass_to(run, run->now_us + DAY_US, error);
            days++;
        } else {
            break;
        }
    }
    for (size_t i = 0; r == 0 && i < s->ticket_count; i++)
        r = run_note_end(run, i) < 0 ? error_no_memory(error) : 0;
    return r;
}

/* ---- life */

/* Opens a place in the figures for every member, also for those who get no ticket. */
static int run_open_tally(struct eh_simulation_run *run)
{
    const struct eh_desk *desk = run->simulation->desk;
    int r = 0;
    for (uint32_t t = 0; t < desk->team_count; t++)
        for (uint32_t i = 0; r == 0 && i < desk->teams[t].member_count; i++) {
            uint32_t rep = desk->teams[t].members[i].rep;
            r = eh_tally_open(&run->tally, t, rep, eh_simulation_weight(run->simulation, t, rep));
        }
    return r;
}

static int run_apply_desk(struct eh_simulation_run *run, const char *policy, struct eh_error *error)
{
    struct eh_parsed_desk *file;
    struct eh_input in = {.origin = EH_ORIGIN_SHELL,
                          .message = {.type = EH_MESSAGE_DESK, .has = EH_FIELD_BIT(EH_FIELD_TEXT)}};
    int r = eh_policy_desk(run->simulation->desk_text, policy, &file, error);
    if (r < 0)
        return r;
    in.message.text = file->text;
    in.parsed_desk = file;
    message_set_clock(run, &in.message);
    eh_input_identify(&in);
    r = run_step(run, &in, error);
    eh_parsed_desk_drop(file);
    return r < 0 ? r : run_hand_over(run, error);
}

/* The day begins at its midnight, and the desk is there when the first message comes. */
static int run_begin(struct eh_simulation_run *run, const char *policy, struct eh_error *error)
{
    const struct eh_messages *messages = &run->simulation->messages;
    int64_t at_us = messages->count ? messages->items[0].at_us : DAY_US;
    run->now_us = eh_zone_us(eh_zone_date(at_us / 1000), 0);
    int r = run_step_day(run, error);
    if (r < 0)
        return r;
    run->now_us = at_us;
    return run_apply_desk(run, policy, error);
}

int eh_run_start(struct eh_simulation_run *run, const struct eh_simulation *s, const char *policy,
                 struct eh_error *error)
{
    *run = (struct eh_simulation_run){.simulation = s, .date = -1};
    run->tally.by = policy;
    run->effects.arena = &run->arena;
    run->draws.draw = run_draw;
    run->draws.context = run;
    memcpy(run->master, &s->seed, sizeof s->seed);
    run->waited = calloc(s->ticket_count + 1, sizeof *run->waited);
    run->dealt = calloc(s->ticket_count + 1, sizeof *run->dealt);
    run->answered = calloc(s->ticket_count + 1, sizeof *run->answered);
    run->back = calloc(s->ticket_count + 1, sizeof *run->back);
    run->missed = calloc(s->ticket_count + 1, sizeof *run->missed);
    if (!run->waited || !run->dealt || !run->answered || !run->back || !run->missed ||
        run_open_tally(run) < 0)
        return error_no_memory(error);
    int r = eh_engine_new(EH_RULES_LAST, &run->engine, error);
    if (r == 0)
        r = run_begin(run, policy, error);
    if (r == 0 && eh_engine_observe(run->engine, run_take_deal, run) < 0)
        r = error_no_memory(error);
    return r;
}

void eh_run_done(struct eh_simulation_run *run)
{
    eh_engine_free(run->engine);
    eh_arena_done(&run->arena);
    eh_tally_done(&run->tally);
    free(run->late);
    free(run->waited);
    free(run->dealt);
    free(run->answered);
    free(run->back);
    free(run->missed);
    free(run->deeds);
    eh_table_done(&run->had);
    *run = (struct eh_simulation_run){0};
}
