/*
 * schedules: owns who works when: the intervals that the shell handed over, whose they are, and
 * what the members were told of them. Private to engine/.
 *
 * A schedule is on from the beginning of an interval to its end. It goes on and off by shifts.c,
 * which tells its members in bounded steps: `on` is what all of them were told last.
 */
#ifndef EVENHAND_LIB_ENGINE_SCHEDULES_H
#define EVENHAND_LIB_ENGINE_SCHEDULES_H

#include "units.h"
#include "work_days.h"

#include <evenhand/wire/schedule.h>

struct eh_engine;
struct membership;

/* A shift ends where so much time without work follows: a break at noon is none. */
#define SHIFT_GAP_US (6 * 3600 * SECOND_US)
/* What is over is kept for so long where it is a team's; else for SHIFT_GAP_US. */
#define SCHEDULE_KEPT_US (62 * 86400 * SECOND_US)
/* The hours that a desk file gives somebody, and the shell has not handed over: never on. */
#define SCHEDULE_UNTOLD NONE

struct schedule {
    struct eh_interval *intervals; /* owned; ascending, none touches the next */
    uint32_t first;                /* those before it are over */
    uint32_t count, capacity;
    struct work_days days;
    uint32_t members, member_count; /* their places in `members` below */
    uint32_t place;                 /* in the heap of shifts, or NONE */
    uint32_t planned;               /* while a SCHEDULE is checked: intervals ahead */
    bool known;                     /* an object of the digest */
    bool on;                        /* as its members were told */
    bool stale;                     /* handed over anew: members are told in the same step */
    bool teams;                     /* a team's */
    bool grew;                      /* by the SCHEDULE that is taken over */
    struct eh_key key;              /* of all that it was ever given */
    struct eh_key hash;
};

/* The schedule whose members are being told, and how far it came. */
struct shift_turn {
    uint32_t schedule; /* its number; 0: none is */
    uint32_t done;     /* so many of its members were told */
    bool on;
    int64_t ended_us; /* a shift ended then; 0: none did */
};

struct schedules {
    struct schedule *items; /* by number - 1 */
    uint32_t count;         /* the largest number that was ever named */
    uint32_t capacity;
    uint64_t intervals;         /* of all together */
    struct membership *members; /* by schedule, then in the order of desk and team */
    uint32_t members_capacity;
    uint32_t *heap; /* of what changes next (shifts.h) */
    uint32_t heap_count, heap_capacity;
    uint64_t absences; /* of all reps together */
    int64_t window_us; /* every schedule is complete up to then; 0: none was handed over */
    struct shift_turn turn;
    struct eh_key hash;
};

/* Makes room for a number up to EH_SCHEDULES_MAX. */
int eh_schedules_reserve(struct eh_engine *, uint32_t number) EH_MUST_CHECK;
struct schedule *eh_schedule(struct eh_engine *, uint32_t number);
/* Adds an interval behind all that it has: what is over by now, or already there, is cut off. */
int eh_schedule_add(struct eh_engine *, uint32_t number, struct eh_interval,
                    int64_t now_us) EH_MUST_CHECK;
/* Takes over how many minutes of work its days have; the record fits (work_days.h). */
int eh_schedule_tell_days(struct eh_engine *, const struct eh_schedule_record *,
                          int32_t today) EH_MUST_CHECK;
/* Drops what lies ahead of now. */
void eh_schedule_cut(struct eh_engine *, uint32_t number, int64_t now_us);
/* Passes over the intervals that are over by now. Returns when the first shift ended by that, or
 * 0. */
int64_t eh_schedule_pass(struct schedule *, int64_t now_us);
/* Whether it is off for a while, and the shift goes on afterwards. */
bool eh_schedule_has_break(const struct schedule *, int64_t now_us);
/* The time may be another one than it was: finds its place again. */
void eh_schedule_seek(struct eh_engine *, uint32_t number, int64_t now_us);
/* Whose hours a rep has in a team: a number, 0 (always on), or SCHEDULE_UNTOLD. */
uint32_t eh_schedule_of(const struct eh_engine *, uint32_t team, uint32_t rep);
/* Lays out the members of every schedule; after a desk or an owner changed. */
int eh_schedules_lay_out(struct eh_engine *) EH_MUST_CHECK;
/* Tells every member anew whether they are off. */
void eh_schedules_tell(struct eh_engine *);
void eh_schedules_done(struct eh_engine *);

#endif
