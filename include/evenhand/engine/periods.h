/*
 * periods: what the engine keeps of a team's bonus periods: facts as they come in, and how far the
 * manager has brought each period.
 *
 * Facts are counted under the plan that governs a team's period, with constant work for each
 * outcome. A closing belongs to the period of its own date; a refund, a rating or a
 * reopening belongs to the period of the closing it refers to. The engine computes no pool.
 * lib/pool does: it reads the facts here, and its result comes in as the `text` of FREEZE and CLOSE
 * inputs.
 *
 *     open -> FREEZE -> provisional -> CLOSE -> closed -> PAY -> paid          and never back
 *
 *     struct eh_period_view v;
 *     if (!eh_engine_period(e, team, period, &v))
 *         return -EH_ENOTFOUND;                         // no plan governs such a period
 *     eh_engine_facts(e, &v, each, context);            // what is counted by kind, rep and name
 *     eh_settlements_put(&text, &settlement, 1);        // for CLOSE
 *
 * The engine keeps the `text` of a FREEZE, and each statement in the `text` of a CLOSE, as bytes.
 * It reads no more of them than the figures of struct eh_settlement. A step without `text` is
 * refused with its `reason`.
 */
#ifndef EVENHAND_ENGINE_PERIODS_H
#define EVENHAND_ENGINE_PERIODS_H

#include <evenhand/base/period.h>
#include <evenhand/engine/engine.h>
#include <evenhand/wire/desk.h>

EH_C_BEGIN

#define EH_PERIODS_KEPT     60  /* of a team: older ones that are closed are settled for good */
#define EH_PERIODS_OPEN_MAX 600 /* of a team: periods that nobody closed */
#define EH_PERIODS_DUE_MAX  600 /* of a team: closed periods that nobody paid */
#define EH_FACTS_MAX        (1u << 22) /* counted things of all periods together */
#define EH_IMPORTS_MAX      64         /* imported names of a period */
#define EH_STAYS_MAX        (1u << 22) /* stays of members that are over, of all teams together */
#define EH_ZONES_KEPT       64         /* changes of the time zone: the last ones */
#define EH_STAYS_DAYS_KEPT  1830 /* of a team without a plan: stays that ended in so many days */
#define EH_CONTRACT_DAYS                                                                           \
    200 /* back, hours are known of each day: a quarter, and 108 to freeze it */

/* Numbers are stored: never change, never reuse. */
enum eh_period_state {
    EH_PERIOD_OPEN = 1,
    EH_PERIOD_PROVISIONAL = 2,
    EH_PERIOD_CLOSED = 3,
    EH_PERIOD_PAID = 4 /* a closed period that is paid, for readers; not stored */
};
const char *eh_period_state_name(int state); /* "open", "provisional", "closed", "paid" */

/* One version of a closed period, as CLOSE settles it: the figures that the engine itself counts
 * with, and the rest as bytes, which only pool/ reads. Minor units. */
struct eh_settlement {
    struct eh_period period;
    uint32_t version; /* 1, then one more each time */
    int64_t gross;
    int64_t carry;           /* open carry that it takes back, 0 or less; version 1's for ever */
    int64_t net;             /* what has been paid in total with this version */
    int64_t carry_open;      /* of the team after this version: 0 or less */
    struct eh_str statement; /* everything else about it, kept whole */
};

/* The text of a CLOSE: one settlement or more, in the order they are settled. */
void eh_settlements_put(struct eh_bytes *, const struct eh_settlement *, size_t count);
/* Takes the next settlement off the text. 1: it is in *ret; 0: there are no more; -EH_ECORRUPT. */
int eh_settlements_next(struct eh_str *text, struct eh_settlement *ret) EH_MUST_CHECK;

/* A period as the engine has it now: how far it is, and what is counted of its team. It has no
 * money but that of its last version; eh_pool_statement is what the plan makes of it. */
struct eh_period_view {
    struct eh_str team;
    struct eh_period period;
    const struct eh_bonus_plan *plan; /* that governs it */
    uint8_t state;                    /* enum eh_period_state */
    bool published_late;              /* the plan came when the period had begun */
    uint64_t late;             /* facts that came since it was frozen, or since its last version */
    struct eh_str frozen;      /* text of the last FREEZE, or empty */
    struct eh_settlement last; /* version 0: not closed yet */
    uint32_t paid_version;     /* the last version that is paid; 0: none */
    /* Facts of the whole team up to now. */
    __int128 revenue; /* won minus refunded, minor units */
    int64_t ratings, rating_sum, reopened, responses, cycles;
    bool by_closings; /* as rules before EH_RULES_TICKETS count: every closing */
    int64_t firsts,
        cancelled; /* tickets whose first closing is here; tickets that were cancelled */
    __int128 response_ms, cycle_ms;
    bool with_answers; /* as rules from EH_RULES_ANSWERS count: first answers, too */
    int64_t answers, answers_timed, answers_in_time;
    __int128 answer_ms;
    uint32_t handle; /* private: where the rest is counted */
};

/* Numbers are stored: never change, never reuse. */
enum eh_fact_type {
    /* kind: closed, won, lost, handled; sum: ms, each as the plan winsorises it */
    EH_FACT_KIND = 1,
    EH_FACT_HELD = 2,  /* rep, kind: closed */
    EH_FACT_REP = 3,   /* rep: minutes as imported last, and whether set aside */
    EH_FACT_IMPORT = 4 /* name: count, last; sum */
};

struct eh_fact_view {
    uint8_t type; /* enum eh_fact_type */
    struct eh_str kind, rep, name;
    int64_t closed, won, lost, handled;
    int64_t paid_minutes, contract_minutes;
    bool has_paid, has_contract, excluded;
    int64_t count, last;
    __int128 sum;
};

/* Who set a rep aside for a period last, or included them again, and why. */
struct eh_set_aside {
    bool excluded;            /* now */
    struct eh_str by, reason; /* empty: before EH_RULES_INCLUDE */
};

/* A team's period. False: no plan of the team governs a period of that kind then, or the period is
 * so old that it is settled for good. A period in which nothing has happened is open and empty.
 * Texts live until the next step. */
bool eh_engine_period(const struct eh_engine *, struct eh_str team, struct eh_period,
                      struct eh_period_view *ret);
/* Among the team's periods in which something happened: the one with the earliest first day after
 * `after` (EH_DATE_ALWAYS: the first of all). False: there is none. */
bool eh_engine_period_after(const struct eh_engine *, struct eh_str team, int32_t after,
                            struct eh_period_view *ret);
/* False: nobody ever set that rep aside for that period. Texts live until the next step. */
bool eh_engine_set_aside(const struct eh_engine *, struct eh_str team, struct eh_period,
                         struct eh_str rep, struct eh_set_aside *ret);
typedef void eh_fact_fn(void *context, const struct eh_fact_view *);
/* Hands each fact of a period to the function, in no particular order. */
void eh_engine_facts(const struct eh_engine *, const struct eh_period_view *, eh_fact_fn *,
                     void *context);
/* What the team's pool still has to take back: 0 or less. */
int64_t eh_engine_carry_open(const struct eh_engine *, struct eh_str team);

/* A stay of a rep in a team; both dates are included. */
struct eh_stay {
    int32_t from, until;
};
/* The stays in a team from `first` to `last`, cut to these days, in order of rep id and then of
 * days. They are what the desk of each day said; a later desk changes days gone by only where it
 * writes dates out. -EH_ENOMEM. */
typedef void eh_stay_fn(void *context, struct eh_str rep, const struct eh_stay *);
int eh_engine_stays(const struct eh_engine *, struct eh_str team, int32_t first, int32_t last,
                    eh_stay_fn *, void *context) EH_MUST_CHECK;
/* How much work the hours of a rep in a team have on some days, by the schedule that held on each:
 * the rep's own, else the team's. Absences are part of it. */
struct eh_contract {
    int64_t minutes;
    int32_t until; /* the last day that counts: days behind it are beyond the window yet */
};
/* Adds the days of a stay to *ret, whose `until` begins as EH_DATE_NEVER. False, and nothing is
 * added: the hours of a day that has begun are not known. They were not handed over for it, more
 * than EH_CONTRACT_DAYS have gone since, or there were none. */
bool eh_engine_contract(const struct eh_engine *, struct eh_str team, struct eh_str rep,
                        const struct eh_stay *, struct eh_contract *ret);
/* The date of joining the company that the desk of that day said of the rep; EH_DATE_ALWAYS: none.
 */
int32_t eh_engine_since(const struct eh_engine *, struct eh_str rep, int32_t day);
/* The local civil date on which an outcome counts: its date in the zone that was said for the first
 * day of its team's bonus period. The caller's function tells the date of the outcome in a zone. An
 * outcome without a time counts today, if the zone was always the same. */
typedef int32_t eh_zone_date_fn(void *context, struct eh_str zone);
int32_t eh_engine_local_date(const struct eh_engine *, const struct eh_input *, eh_zone_date_fn *,
                             void *context);
/* How many minutes a period has in the zone that was said for its first day: 1440 a day, more or
 * less on days on which clocks are changed. 0: there is no desk. */
typedef int32_t eh_zone_date_at_fn(void *context, struct eh_str zone, int64_t us);
int64_t eh_engine_period_minutes(const struct eh_engine *, struct eh_period, eh_zone_date_at_fn *,
                                 void *context);
/* The zone that was said for a day; empty: there is no desk. */
struct eh_str eh_engine_zone(const struct eh_engine *, int32_t day);
/* The name that a desk said last of the rep, who may be gone by now. No desk said one: the id. */
struct eh_str eh_engine_rep_name(const struct eh_engine *, struct eh_str rep);

/* How a team stands now. At most *budget waiting tickets are looked at, and *budget sinks by as
 * many. Where it is used up, `oldest_us` looks only at the most urgent ticket of each further
 * queue. False: there is no such team on the desk. */
struct eh_team_gauges {
    uint64_t waiting, open, paused, /* of the open ones */
        undoable;      /* undoable: the waiting ones that eh_engine_undoable() counts */
    uint64_t late;     /* of both: told to be late, and not answered */
    int64_t oldest_us; /* when the oldest waiting ticket was received; 0: none waits */
    struct eh_str oldest_source, oldest_id; /* that ticket; or empty */
    uint32_t available;                     /* members who are available, also those who are full */
    uint32_t late_periods;                  /* over, and not closed yet */
    uint64_t late_facts;                    /* facts that came after a freeze or the last version */
};
bool eh_engine_team_gauges(const struct eh_engine *, struct eh_str team, uint32_t *budget,
                           struct eh_team_gauges *ret);

/* How many tickets of the team have to be answered by then, and are not late yet. Costs as much as
 * there are times of tickets until then. */
uint32_t eh_engine_due_by(const struct eh_engine *, struct eh_str team, int64_t until_us);

/* How long tickets of the team waited until somebody had them first, in microseconds: of the newest
 * `max` in memory that somebody has or had, of at most *budget that are looked at. Returns how many
 * there are. */
size_t eh_engine_waits(const struct eh_engine *, struct eh_str team, uint32_t *budget, size_t max,
                       int64_t *ret_us);

/* Tickets that wait for skills which no rep in the team has today, whether they are available or
 * not: a row for each set of skills. Returns how many rows there are, at most `max`. */
struct eh_undoable {
    struct eh_str skills; /* the set, a list in one text */
    uint32_t lacking;     /* bit i: nobody has skill i of the set; 0: nobody has all together */
    uint64_t waiting;
};
size_t eh_engine_undoable(const struct eh_engine *, struct eh_str team, size_t max,
                          struct eh_undoable *ret);

/* Tries a step of a period's life (FREEZE, CLOSE, PAY, EXCLUDE, INCLUDE) without changing anything.
 * 0: the effects say whether it would be refused, and why. -EH_EINVAL: the input has another type.
 * Other errors are those of eh_engine_step(). */
int eh_engine_try(const struct eh_engine *, const struct eh_input *,
                  struct eh_effects *) EH_MUST_CHECK;

/* Whether a new desk may have its plans from `today` on: a plan that has begun stays, and so does a
 * plan under which facts of a period to come were counted. -EH_ECONFLICT. */
int eh_engine_plans_check(const struct eh_engine *, const struct eh_desk *, int32_t today,
                          struct eh_error *) EH_MUST_CHECK;

/* Whether a DESK input with this desk would be taken on that day: 0, or what it is refused with. */
int eh_engine_desk_check(const struct eh_engine *, const struct eh_desk *, int32_t today,
                         struct eh_error *) EH_MUST_CHECK;
/* What such an input would do to periods that are not closed: a line for each period and rep whose
 * days or years of service change, or who leaves the team and keeps their days. -EH_ENOMEM. */
#define EH_DESK_DAYS_LINES_MAX 1000 /* then one line says how many more */
int eh_engine_desk_days(const struct eh_engine *, const struct eh_desk *, int32_t today,
                        eh_desk_line_fn *, void *context) EH_MUST_CHECK;

/* Counts facts for these plans, too, beside those of the desk: for backtests, and for plans that
 * begin in the past. The plans govern their teams from their `from` on, whatever the desk has.
 * Their facts are no part of the state, of its digest or of snapshots. The plans are sorted as
 * eh_plans_find() wants them, and live as long as the engine. Counting begins with the next step.
 */
void eh_engine_shadow(struct eh_engine *, const struct eh_bonus_plan *, size_t count);
/* For an engine that goes on from a snapshot: counts an earlier METRIC, EXCLUDE or INCLUDE about a
 * period to come for these plans. Call it in the order of the log. -EH_ENOMEM. */
int eh_engine_shadow_named(struct eh_engine *, const struct eh_message *) EH_MUST_CHECK;
/* As eh_engine_period_after(), among the periods that are counted for these plans. */
bool eh_engine_shadow_after(const struct eh_engine *, struct eh_str team, int32_t after,
                            struct eh_period_view *ret);
/* Puts the facts that were counted for teams without a plan of the desk, as eh_recalled.periods
 * takes them. -EH_ENOMEM. */
int eh_engine_shadow_put(const struct eh_engine *, struct eh_bytes *) EH_MUST_CHECK;

/* The plans of a new desk that begin in the past, for teams that had no plan and may have closed
 * tickets since: the first plan of each such team and those that follow it, sorted. A DESK input
 * with such plans recalls the bytes of eh_engine_shadow_put() after the whole log was decided with
 * the plans as shadow. Returns how many there are; at most `max` are put into *ret. */
size_t eh_engine_late_plans(const struct eh_engine *, const struct eh_desk *, int32_t today,
                            struct eh_bonus_plan *ret, size_t max);

EH_C_END

#endif
