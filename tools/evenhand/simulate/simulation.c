/* simulation: reads the history, records who had which ticket, and replays it in all runs. */
#include "simulation.h"

#include <stdlib.h>

#include "history/found.h"

#define PROGRESS_EVERY 256 /* messages */

static int error_no_memory(struct eh_error *error)
{
    return eh_error_set(error, EH_ENOMEM, "out of memory");
}

/* ---- who had what */

/* The number of the rep on the desk who has this name, or the id it makes. */
static uint32_t rep_named(const struct eh_desk *desk, struct eh_str name)
{
    char id[EH_ID_MAX + 1];
    const struct eh_desk_rep *rep = NULL;
    if (eh_id_from_name(name, id) > 0)
        rep = eh_desk_rep(desk, eh_str(id));
    for (uint32_t i = 0; !rep && i < desk->rep_count; i++)
        if (eh_str_equal(desk->reps[i].name, name))
            rep = &desk->reps[i];
    return rep ? (uint32_t)(rep - desk->reps) : EH_SIMULATION_NONE;
}

static int simulation_rep(struct eh_simulation *s, struct eh_str name, uint32_t *ret)
{
    uint64_t no;
    if (!eh_table_get(&s->rep_by_name, eh_key_of_text(name), &no)) {
        no = s->recorded_reps;
        if (eh_array_room(&s->desk_reps, &s->desk_reps_room, s->recorded_reps + (size_t)1,
                          EH_ARRAY_MAX) < 0 ||
            eh_table_put(&s->rep_by_name, eh_key_of_text(name), no) < 0)
            return -EH_ENOMEM;
        s->desk_reps[s->recorded_reps++] = rep_named(s->desk, name);
    }
    *ret = (uint32_t)no;
    return 0;
}

static int ticket_record(struct eh_simulation *s, const struct eh_history_ticket *t, uint32_t team,
                         uint32_t *ret_rep)
{
    uint32_t rep = EH_SIMULATION_NONE;
    if (t->rep.size > 0) {
        int r = simulation_rep(s, t->rep, &rep);
        if (r == 0)
            r = eh_tally_open(&s->recorded, team, rep, EH_PPM); /* eh_simulation_weigh() */
        if (r == 0)
            r = eh_tally_add(&s->recorded, team, rep, t->value);
        if (r < 0)
            return r;
    }
    *ret_rep = rep;
    return 0;
}

static int ticket_add(struct eh_simulation *s, struct eh_simulation_ticket ticket)
{
    int r =
        eh_array_room(&s->tickets, &s->ticket_capacity, s->ticket_count + (size_t)1, EH_ARRAY_MAX);
    if (r == 0)
        s->tickets[s->ticket_count++] = ticket;
    return r;
}

static int simulation_take_ticket(void *context, const struct eh_history_ticket *t,
                                  struct eh_error *error)
{
    struct eh_simulation *s = context;
    const struct eh_desk_team *team = eh_desk_team(s->desk, eh_str(t->team));
    uint64_t before;
    uint32_t rep = EH_SIMULATION_NONE;
    if (!team)
        return eh_error_field(error, EH_ENOTFOUND, "team", "team: %s is not on the desk", t->team);
    if (eh_table_get(&s->by_id, eh_key_of_text(t->id), &before))
        return eh_error_field(error, EH_ECONFLICT, "ticket_id",
                              "ticket_id: `%.*s` stands on line %u, too", EH_STR_ARG(t->id),
                              s->tickets[before].line);
    uint32_t no = (uint32_t)(team - s->desk->teams);
    if (eh_table_put(&s->by_id, eh_key_of_text(t->id), s->ticket_count) < 0 ||
        ticket_record(s, t, no, &rep) < 0)
        return error_no_memory(error);
    struct eh_simulation_ticket ticket = {.line = t->line,
                                          .team = no,
                                          .rep = rep,
                                          .value = t->value,
                                          .answer = SIZE_MAX,
                                          .closing = SIZE_MAX,
                                          .within_s = eh_desk_answer_within(team, t->kind)};
    return ticket_add(s, ticket) < 0 ? error_no_memory(error) : 0;
}

/* ---- The desk and the messages. */

static int simulation_load_desk(struct eh_str text, const struct eh_simulation_rules *rules,
                                struct eh_simulation *s, struct eh_error *error)
{
    struct eh_bytes found = EH_BYTES_INIT;
    int r = rules->desk.size ? 0 : eh_found_desk(text, &rules->history, &found, error);
    struct eh_str desk =
        rules->desk.size ? rules->desk : eh_str_n((const char *)found.data, found.size);
    if (r == 0) {
        s->desk_text = eh_arena_str(&s->arena, desk);
        r = s->desk_text.data ? eh_desk_parse(s->desk_text, &s->arena, &s->desk, error)
                              : error_no_memory(error);
    }
    eh_bytes_done(&found);
    return r;
}

/* The ticket that stands on this line; lines grow with tickets. */
static size_t ticket_on_line(const struct eh_simulation *s, uint32_t line)
{
    size_t low = 0, high = s->ticket_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (s->tickets[middle].line <= line)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Arrivals come before what follows them. */
static void message_link(struct eh_simulation *s, struct eh_simulation_ticket *t, size_t at)
{
    const struct eh_messages_item *items = s->messages.items;
    if (items[at].is_ticket) {
        t->opening = at;
        if (t->within_s)
            t->due_us =
                eh_simulation_end(s, t->team, items[at].at_us, t->within_s * INT64_C(1000000));
        return;
    }
    s->has_answers |= items[at].is_answer;
    int64_t took_us = eh_simulation_between(s, t->team, items[t->opening].at_us, items[at].at_us);
    *(items[at].is_answer ? &t->answer : &t->closing) = at;
    *(items[at].is_answer ? &t->answer_took_us : &t->took_us) = took_us;
}

static int simulation_link_messages(struct eh_simulation *s, struct eh_error *error)
{
    s->ticket_of = calloc(s->messages.count + 1, sizeof *s->ticket_of);
    if (!s->ticket_of)
        return error_no_memory(error);
    for (size_t i = 0; i < s->messages.count; i++) {
        const struct eh_messages_item *item = &s->messages.items[i];
        s->ticket_of[i] = ticket_on_line(s, item->line);
        if (item->at_us < 0)
            return eh_error_set(error, EH_ERANGE, "%s:%u: opened_at: is before 1970", s->file,
                                item->line);
        message_link(s, &s->tickets[s->ticket_of[i]], i);
    }
    return 0;
}

/* What was answered in time as it was recorded. */
static int answers_record(struct eh_simulation *s)
{
    const struct eh_messages *m = &s->messages;
    int r = 0;
    for (size_t i = 0; r == 0 && i < s->ticket_count; i++) {
        const struct eh_simulation_ticket *t = &s->tickets[i];
        size_t at = t->answer < t->closing ? t->answer : t->closing; /* messages are in order */
        if (t->due_us && (at != SIZE_MAX || t->due_us < m->items[m->count - 1].at_us))
            r = eh_tally_answer(&s->recorded, t->team,
                                at != SIZE_MAX && m->items[at].at_us <= t->due_us);
    }
    return r;
}

int eh_simulation_load(struct eh_str text, const struct eh_simulation_rules *rules,
                       struct eh_simulation *ret, struct eh_error *error)
{
    struct eh_messages_rules wanted = {
        .history = rules->history, .outcomes = true, .answers = true, .lenient = true};
    struct eh_simulation *s = ret;
    *s = (struct eh_simulation){.file = rules->history.file, .seed = rules->seed};
    s->recorded.by = "recorded";
    int r = simulation_load_desk(text, rules, s, error);
    char zone[EH_NAME_MAX + 1];
    if (r == 0 && rules->desk_file)
        r = eh_simulation_zones(s, rules->desk_file, error);
    if (r == 0 && rules->desk.size) {
        eh_format(zone, sizeof zone, "%.*s", EH_STR_ARG(s->desk->time_zone));
        wanted.history.zone = zone;
    }
    for (uint32_t i = 0; r == 0 && i < s->desk->team_count; i++)
        s->returns |= s->desk->teams[i].unanswered_returns;
    if (r == 0)
        r = eh_history_read(text, &wanted.history, simulation_take_ticket, s, error);
    if (r == 0)
        r = eh_messages_from_csv(text, &wanted, &s->messages, error);
    if (r == 0)
        r = eh_simulation_holidays(s, rules->desk_file, error);
    if (r == 0)
        r = eh_simulation_hours(s, error);
    if (r == 0)
        r = simulation_link_messages(s, error);
    if (r == 0)
        r = eh_simulation_weigh(s, error);
    if (r == 0 && answers_record(s) < 0)
        r = error_no_memory(error);
    for (size_t i = 0; r == 0 && i < rules->policy_count; i++) {
        s->run_count = i + 1; /* eh_simulation_done() frees an incomplete one, too */
        r = eh_run_start(&s->runs[i], s, rules->policies[i], error);
    }
    return r;
}

/* ---- the runs */

/* One message, read once and taken by every run. */
static int message_take(struct eh_simulation *s, size_t at, struct eh_arena *arena,
                        struct eh_error *error)
{
    struct eh_input in = {.at_us = s->messages.items[at].at_us,
                          .origin = EH_ORIGIN_STREAM,
                          .stream_ms = (uint64_t)s->messages.items[at].at_us / 1000,
                          .stream_no = at};
    int r = eh_message_from_msgpack(eh_messages_body(&s->messages, at), arena, &in.message, error);
    if (r < 0)
        return r;
    eh_input_identify(&in);
    for (size_t i = 0; r == 0 && i < s->run_count; i++)
        r = eh_run_step(&s->runs[i], at, &in, error);
    return r;
}

int eh_simulation_run(struct eh_simulation *s, eh_simulation_progress_fn *progress, void *context,
                      struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    int r = 0;
    for (size_t at = 0; r == 0 && at < s->messages.count; at++) {
        r = message_take(s, at, &arena, error);
        eh_arena_reset(&arena);
        if (progress && at % PROGRESS_EVERY == 0)
            progress(context, at, s->messages.count);
    }
    for (size_t i = 0; r == 0 && i < s->run_count; i++)
        r = eh_run_finish(&s->runs[i], error);
    if (r == 0 && progress)
        progress(context, s->messages.count, s->messages.count);
    return r;
}

void eh_simulation_done(struct eh_simulation *s)
{
    for (size_t i = 0; i < s->run_count; i++)
        eh_run_done(&s->runs[i]);
    eh_tally_done(&s->recorded);
    for (uint32_t i = 0; s->hours && i < s->desk->team_count; i++)
        eh_hours_done(&s->hours[i]);
    for (uint32_t i = 0; s->weights && i < s->desk->team_count; i++)
        free(s->weights[i]);
    free(s->weights);
    free(s->desk_reps);
    free(s->hours);
    eh_table_done(&s->rep_by_name);
    eh_table_done(&s->by_id);
    eh_messages_done(&s->messages);
    eh_arena_done(&s->arena);
    free(s->tickets);
    free(s->ticket_of);
    *s = (struct eh_simulation){0};
}
