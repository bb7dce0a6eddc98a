/*
 * simulation: deals a recorded history again, under several policies at once. It uses the engine of
 * the daemon, and no servers.
 *
 *     struct eh_simulation_rules rules = {.history = {.file = "history.csv"}, .seed = 1};
 *     struct eh_simulation s = {0};
 *     r = eh_simulation_load(text, &rules, &s, &error);
 *     r = eh_simulation_run(&s, on_progress, context, &error);
 *     eh_tally_figures(&s.recorded, team, &figures);        // s.runs[i].tally: under policy i
 *     eh_simulation_done(&s);
 *
 * Messages come in the order of time. At the same time arrivals come before closings, each in the
 * order of the file: in a history with dates alone, a ticket is open on the whole day of its
 * closing. A ticket that had to wait is closed as long after its deal as the recorded ticket was
 * after its arrival, in the working time of its team, and so it is with its first answer. A ticket
 * is answered at the latest when it is closed. Days, and times without an offset, are those
 * of the desk's zone. After the last message time goes on: until all that is put off has happened,
 * and for EH_SIMULATION_AFTER_DAYS more where something waits.
 */
#ifndef EVENHAND_TOOLS_SIMULATE_SIMULATION_H
#define EVENHAND_TOOLS_SIMULATE_SIMULATION_H

#include <evenhand/calendar/zones.h>
#include <evenhand/engine/engine.h>
#include <evenhand/engine/parsed_desk.h>
#include <evenhand/wire/hours.h>
#include <evenhand/wire/policies.h>

#include "history/messages.h"
#include "tally.h"

#define EH_SIMULATION_NONE       UINT32_MAX
#define EH_SIMULATION_AFTER_DAYS 30  /* a ticket may wait so long behind the last message */
#define EH_SIMULATION_HOURS_DAYS 366 /* so far behind it closings go by working time */

struct eh_simulation_rules {
    struct eh_history_rules history;
    struct eh_str desk;    /* text of a desk file; empty: what the history speaks of */
    const char *desk_file; /* its path: files of holidays stand beside it, errors name it */
    const char *policies[EH_POLICY_COUNT];
    size_t policy_count;
    uint64_t seed;
};

struct eh_simulation_ticket {
    uint32_t line;   /* of the file */
    uint32_t team;   /* of the desk */
    uint32_t rep;    /* who had it, a number among `recorded`; or EH_SIMULATION_NONE */
    int64_t value;   /* minor units */
    size_t opening;  /* place of its ticket among the messages */
    size_t answer;   /* place of its first answer; SIZE_MAX: none is recorded */
    size_t closing;  /* place of its outcome; SIZE_MAX: none is recorded */
    int64_t took_us; /* from arrival to outcome, of working time where the team has hours ... */
    int64_t answer_took_us; /* ... and to the first answer */
    int64_t within_s;       /* it has to be answered so soon; 0: its team does not say ... */
    int64_t due_us;         /* ... by then */
};

/* One policy: an engine, and what it has done so far. */
struct eh_simulation_run {
    const struct eh_simulation *simulation;
    struct eh_engine *engine;
    struct eh_arena arena; /* of one step */
    struct eh_effects effects;
    struct eh_draws draws;
    uint8_t master[EH_SEED_BYTES], seed[EH_SEED_BYTES];
    uint32_t seed_epoch;
    bool has_seed, by_hours; /* by_hours: somebody has hours */
    uint64_t input;          /* last number used */
    int64_t now_us, day_ends_us;
    int32_t date;
    struct eh_simulation_late *late; /* heap of answers and closings that are put off */
    size_t late_count, late_capacity;
    bool *waited; /* by ticket: was not dealt at once, so its closing is put off */
    bool *dealt;  /* by ticket ... */
    bool *answered;
    bool *back;                       /* let lapse, and not dealt again yet ... */
    uint8_t *missed;                  /* ... what was to follow on it meanwhile */
    struct eh_table had;              /* by ticket and rep, where tickets come back: who had what */
    struct eh_simulation_deed *deeds; /* of a step, that follow on it */
    size_t deed_count, deed_capacity;
    bool out_of_memory; /* said by the observer, which cannot fail */
    struct eh_tally tally;
};

struct eh_simulation {
    struct eh_arena arena;
    struct eh_str desk_text;
    struct eh_desk *desk;
    bool desk_refused; /* loading failed by a time zone or a file of holidays that the desk names */
    struct eh_hours *hours; /* by team: its working time; empty: it has no hours */
    struct eh_messages messages;
    struct eh_simulation_ticket *tickets; /* in order of the file */
    size_t ticket_count, ticket_capacity;
    struct eh_table by_id;
    size_t *ticket_of; /* by place among the messages */
    bool returns;      /* a team takes back what is not answered */
    bool has_answers;  /* the history says when a ticket was answered first */
    struct eh_table rep_by_name;
    uint32_t recorded_reps;
    uint32_t *desk_reps; /* by recorded rep: their number on the desk, or EH_SIMULATION_NONE */
    uint32_t desk_reps_room;
    uint32_t **weights; /* by team and member, see weights.c */
    struct eh_tally recorded;
    struct eh_simulation_run runs[EH_POLICY_COUNT];
    size_t run_count;
    const char *file;
    uint64_t seed;
};

typedef void eh_simulation_progress_fn(void *context, size_t done, size_t all);

/* error->text is "FILE:LINE: what" or what is wrong with the desk. */
int eh_simulation_load(struct eh_str text, const struct eh_simulation_rules *,
                       struct eh_simulation *ret, struct eh_error *) EH_MUST_CHECK;
int eh_simulation_run(struct eh_simulation *, eh_simulation_progress_fn *, void *context,
                      struct eh_error *) EH_MUST_CHECK;
void eh_simulation_done(struct eh_simulation *);

/* holidays.c: the days of the files of holidays that the desk names. */
int eh_simulation_holidays(struct eh_simulation *, const char *desk_file,
                           struct eh_error *) EH_MUST_CHECK;

/* hours.c: whether this machine knows the zones of the desk file, which would be taken for UTC. */
int eh_simulation_zones(struct eh_simulation *, const char *desk_file,
                        struct eh_error *) EH_MUST_CHECK;
/* hours.c: the working time of the teams, from the first message on. Error text as above. */
int eh_simulation_hours(struct eh_simulation *, struct eh_error *) EH_MUST_CHECK;
/* The work of a calendar, for the same time. Leaves the zone of the process at the calendar's. */
int eh_simulation_expand(const struct eh_simulation *, const struct eh_desk_calendar *,
                         struct eh_zones *, struct eh_hours *ret, struct eh_error *) EH_MUST_CHECK;
/* Working time of a team between two moments, and when so much of it is over. */
int64_t eh_simulation_between(const struct eh_simulation *, uint32_t team, int64_t from_us,
                              int64_t until_us);
int64_t eh_simulation_end(const struct eh_simulation *, uint32_t team, int64_t from_us,
                          int64_t work_us);

/* weights.c: what each could have had, of the tickets of the history. */
int eh_simulation_weigh(struct eh_simulation *, struct eh_error *) EH_MUST_CHECK;
/* In ppm: 1.0 is a full share of whoever was there when most tickets came; 0: never there. Of who
 * is no member it is their share. */
uint32_t eh_simulation_weight(const struct eh_simulation *, uint32_t team, uint32_t rep);

/* run.c: one policy. Times never run backwards. */
int eh_run_start(struct eh_simulation_run *, const struct eh_simulation *, const char *policy,
                 struct eh_error *) EH_MUST_CHECK;
/* Takes the message at this place. Closings that were put off to an earlier time come first. */
int eh_run_step(struct eh_simulation_run *, size_t at, const struct eh_input *,
                struct eh_error *) EH_MUST_CHECK;
int eh_run_finish(struct eh_simulation_run *, struct eh_error *) EH_MUST_CHECK;
void eh_run_done(struct eh_simulation_run *);

#endif
