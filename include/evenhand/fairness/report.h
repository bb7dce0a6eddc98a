/*
 * report: how fairly the tickets of one team were dealt in a period. It takes facts and makes
 * figures.
 *
 * Facts come in order of time, mostly from a replay of the log: deals as the engine's observer
 * tells them, states of reps, tickets that arrived, managers' overrides, readings of the ledger.
 * The functions that take facts return nothing: when memory runs out, the report says so at the
 * end. Nothing is kept per ticket; memory grows with the number of reps alone.
 *
 *     struct eh_fairness *f;
 *     eh_fairness_new(eh_str("sales"), from_us, &f, &error);
 *     r = eh_engine_observe(engine, eh_fairness_on_deal, f);      // or call it with deals of yours
 *     eh_fairness_state(f, rep, EH_STATUS_AVAILABLE, from_us);    // everybody at the beginning
 *     eh_fairness_account(f, rep, &reading);                      // the ledger, now and at the end
 *     …step()…
 *     struct eh_fairness_report report;
 *     r = eh_fairness_report(f, to_us, &arena, &report, &error);
 *
 * Too few to tell: a figure is given whenever it can be computed, a verdict only on enough tickets:
 * - balance: EH_FAIRNESS_BALANCE_ENOUGH tickets a rep on average. Chance alone leaves Jain's index
 * at about 1 − 1/n with n tickets each, so below it the most honest draw would look uneven;
 * - the draw: a rep is counted alone with a variance Σ p (1 − p) of EH_FAIRNESS_ENOUGH. Reps with
 *   less are counted together with the next by id until they have it. For small p this is Cochran's
 *   rule of five expected in a class (Biometrics 10, 1954). Where chance had little say (two reps
 *   who alternate) it is stricter, as it must be;
 * - by value: the same within each quintile. G and Cramér's V are figures without a verdict: they
 *   need Cochran's five expected in a cell on average, and reps with less are counted together.
 *
 * Verdicts are those of verdicts.h.
 */
#ifndef EVENHAND_FAIRNESS_REPORT_H
#define EVENHAND_FAIRNESS_REPORT_H

#include <evenhand/engine/engine.h>
#include <evenhand/fairness/figures.h>
#include <evenhand/fairness/verdicts.h>

EH_C_BEGIN

#define EH_FAIRNESS_ENOUGH         5 /* tickets; see above */
#define EH_FAIRNESS_BALANCE_ENOUGH 20
#define EH_FAIRNESS_CELLS_MAX                                                                      \
    256 /* reps counted by themselves; above: so many groups by id order */
#define EH_FAIRNESS_QUINTILES 5
#define EH_WEEKDAYS           7

/* Seconds: a presence that was set within this time before a deal counts as set just before it. */
#define EH_FAIRNESS_JUST_BEFORE_S 60
#define EH_FAIRNESS_DOERS_MAX     512 /* doers that are told apart; later ones are "others" */
#define EH_FAIRNESS_NAMED_MAX     20  /* reps, and doers, that a way names: those with the most */

struct eh_fairness;

int eh_fairness_new(struct eh_str team, int64_t from_us, struct eh_fairness **ret,
                    struct eh_error *) EH_MUST_CHECK;
void eh_fairness_free(struct eh_fairness *); /* NULL allowed */

/* ---- Facts. */

/* An eh_deal_fn; context is the struct eh_fairness. Deals of other teams are passed over. */
void eh_fairness_on_deal(void *fairness, const struct eh_deal *);

/* Who decided that chance had no say, as far as the log tells. */
enum eh_doer {
    EH_DOER_UNKNOWN, /* the log does not tell, or nobody decided it */
    EH_DOER_SOURCE,  /* the ticket's source, by name */
    EH_DOER_MANAGER, /* a manager, by name */
    EH_DOER_REP,     /* the reps themselves, all as one doer */
    EH_DOER_STREAM,  /* a writer to the stream: signals there name nobody */
    EH_DOER_OTHERS,  /* all doers beyond EH_FAIRNESS_DOERS_MAX */
};
const char *eh_doer_name(enum eh_doer); /* "unknown" | "source" | … */

/* Tells who set the rep's presence that holds from now on, and when. */
void eh_fairness_set_by(struct eh_fairness *, struct eh_str rep, enum eh_doer, struct eh_str name,
                        int64_t at_us);
/* The signal of the last eh_fairness_set_by() was refused. */
void eh_fairness_set_refused(struct eh_fairness *, struct eh_str rep);
/* A ticket of the team came in, whether it was dealt or not. Its value is in minor units. */
void eh_fairness_arrival(struct eh_fairness *, int64_t value);
/* From at_us on the rep has this enum eh_status; 0: they are not in the team. Telling the same
 * status again changes nothing. */
void eh_fairness_state(struct eh_fairness *, struct eh_str rep, int status, int64_t at_us);
/* The rep said the status that is told next at began_us: one that is told again, after hours off
 * or a break, is not counted again. Without it each is. */
void eh_fairness_began(struct eh_fairness *, struct eh_str rep, int64_t began_us);
/* The rep's status ends by itself at ends_us: they count as available from then on, without being
 * told so. EH_TIME_NEVER: it does not end. */
void eh_fairness_ends(struct eh_fairness *, struct eh_str rep, int64_t ends_us);
/* The time of the log was led back from from_us to to_us. */
void eh_fairness_time_back(struct eh_fairness *, int64_t from_us, int64_t to_us);
/* A manager gave the rep a ticket. Its deal is told by eh_fairness_on_deal(). */
void eh_fairness_override(struct eh_fairness *, struct eh_str manager, struct eh_str rep,
                          int64_t value);
/* The sender of the input whose deals are told next. The caller keeps the text until the next call.
 */
void eh_fairness_actor_is(struct eh_fairness *, struct eh_str actor);
/* From now on the rep's tickets go back because of this user's release. */
void eh_fairness_released(struct eh_fairness *, struct eh_str rep, struct eh_str by);
/* Takes a deal of any team. It is counted, by who and why, if it is a further deal of a ticket in
 * this team. */
void eh_fairness_further(struct eh_fairness *, const struct eh_deal *);
/* From now on the ticket of this input goes back because a manager returned it. */
void eh_fairness_returned(struct eh_fairness *, uint64_t ticket, struct eh_str by);
/* A rep did something with a ticket of the team at the helpdesk. */
void eh_fairness_did(struct eh_fairness *, struct eh_str rep, enum eh_deed, int64_t value);
/* From at_us on so many of the rep's tickets of the team are paused. */
void eh_fairness_pausing(struct eh_fairness *, struct eh_str rep, uint64_t count, int64_t at_us);
/* The rep's ticket of this value was paused; the number comes by eh_fairness_pausing(). */
void eh_fairness_paused(struct eh_fairness *, struct eh_str rep, int64_t value);
/* Whether somebody has a paused ticket, as far as it was told. */
bool eh_fairness_has_paused(const struct eh_fairness *);
/* A manager moved a ticket into the team, or out of it. */
void eh_fairness_moved(struct eh_fairness *, struct eh_str manager, int64_t value);
/* A ticket came in that had been cancelled under another id. */
void eh_fairness_resent(struct eh_fairness *, int64_t value);
/* A manager ended the rep's overloaded. */
void eh_fairness_ended(struct eh_fairness *, struct eh_str manager, struct eh_str rep);

/* A reading of a rep's account in the team's ledger, which counts from the desk's beginning. The
 * first reading is that of the period's beginning, the last that of its end. A rep who comes later
 * begins with a reading of zeros, or of what they bring along. */
struct eh_fairness_account {
    int64_t entitled_nano; /* 10^-9 tickets */
    int64_t received;
    int64_t entitled_value, received_value; /* minor units */
};
void eh_fairness_account(struct eh_fairness *, struct eh_str rep,
                         const struct eh_fairness_account *);

/* ---- Figures. NAN: no figure. */

/* Tickets of which a rep did this, and their value in minor units. */
struct eh_fairness_deed {
    uint64_t tickets;
    int64_t value;
};
const char *eh_deed_name(enum eh_deed); /* "claims" | "gifts" | "moves" | "drops" */

/* When a rep was to work, and was absent. Arrays are by weekday, Monday first. */
struct eh_fairness_time {
    int64_t due_s;        /* working time by their hours, absent or not; 0: they had no hours */
    int64_t absent_s;     /* ... of it they were absent */
    uint64_t absences;    /* absences that took of their time; those that go on, once */
    uint32_t due_days;    /* days on which they were to work; without hours, all days */
    uint32_t absent_days; /* ... on which they were absent, wholly or in part */
    uint32_t due_on[EH_WEEKDAYS], absent_on[EH_WEEKDAYS]; /* these days, by weekday */
    uint64_t aways;                                       /* times they turned away */
};

struct eh_fairness_rep {
    struct eh_str rep;
    struct eh_fairness_account account; /* of the period: last reading less the first */
    double expected, expected_value; /* Σ p, Σ p v over the tickets that entitled somebody in the
                                        period; 1 where nobody else could */
    uint64_t drawn;                  /* tickets they got by policy where chance had a say */
    double drawn_expected;           /* Σ p over the draws in which they had a chance */
    double variance;                 /* Σ p (1 − p) of `drawn` */
    double drawn_value;              /* booked value of `drawn`, less Σ p v */
    double drawn_value_variance;     /* Σ p (1 − p) v² */
    double deviation; /* z = (drawn − Σ p) / √Σ p (1 − p); NAN: too few to tell */
    double band;      /* how far from drawn_expected chance takes `drawn`, either way, for all reps
                         but in one of 100 honest periods; NAN: too few to tell */
    int64_t available_s, overloaded_s, away_s;
    uint64_t overloads;                      /* times they turned overloaded */
    double overloads_weekly;                 /* NAN: they were there for less than a day */
    double value_meanwhile, value_otherwise; /* mean value of tickets that arrived while they were,
                                                and were not, overloaded: minor units */
    double value_error;                      /* standard error of their difference (Welch) */
    double meanwhile_p;      /* how often chance makes them differ so, by ranks; NAN: too few */
    uint64_t not_drawn;      /* times they were given a ticket without a draw */
    int64_t not_drawn_value; /* as booked, minor units */
    uint64_t overrides;      /* tickets managers gave them */
    uint64_t ended;          /* times somebody else ended their overloaded */
    struct eh_fairness_deed deeds[EH_DEEDS]; /* what they did at the helpdesk */
    struct eh_fairness_time time;
    struct eh_fairness_deed paused; /* times one of their tickets was paused, with its value */
    int64_t paused_s; /* how long, of all of them together, in the team's working time where it is
                         known; also of those that were paused before */
};

struct eh_fairness_manager {
    struct eh_str manager;
    uint64_t overrides;
    int64_t value;  /* minor units */
    uint64_t ended; /* times they ended somebody's overloaded */
    uint64_t moves; /* of tickets out of the team and into it */
    int64_t moves_value;
};

/* Why a ticket is dealt once more. */
enum eh_again {
    EH_AGAIN_RELEASE,
    EH_AGAIN_LEFT,    /* the rep had left the team */
    EH_AGAIN_RETURN,  /* a manager returned it */
    EH_AGAIN_DROPPED, /* the rep dropped it at the helpdesk */
    EH_AGAIN_LAPSED,  /* the rep did not answer it in time */
    EH_AGAINS
};
const char *eh_again_name(
    enum eh_again); /* "release" | "left" | "return" | "dropped" | "unanswered" */

/* Tickets that were dealt in the team once more, after a rep in it had had them. */
struct eh_fairness_further {
    struct eh_str who; /* released that rep, moved, reopened, returned or dropped it, or let it
                          lapse; empty: nobody did, or it was before the period */
    enum eh_again why;
    uint64_t deals;
    int64_t value; /* minor units */
};

/* Tickets by rep and quintile of value, compared with what the reps could expect. */
struct eh_fairness_picking {
    uint64_t tickets;
    double g;           /* NAN: too few to tell, like the others */
    double v;           /* Cramér's V: 0 as expected, about 1: value decides who gets it */
    double v_by_chance; /* its root mean square when tickets are drawn one by one */
};

/* The rep whose excess of the most valuable tickets is the least likely by chance. Where one rep
 * has too little chance, the reps from `first` to `last` by id are counted together. */
struct eh_fairness_picker {
    struct eh_str first, last;
    double received, expected; /* tickets of the top quintile */
    double deviation;          /* in standard errors */
    uint32_t of;               /* how many were compared; 0: too few to tell */
};

/* The tickets that a rep drew, by quintile of value. Beyond EH_FAIRNESS_CELLS_MAX reps it is those
 * of the reps from `first` to `last` by id. */
struct eh_fairness_heat {
    struct eh_str first, last;
    double observed[EH_FAIRNESS_QUINTILES], expected[EH_FAIRNESS_QUINTILES];
};

struct eh_fairness_balance {
    double jain, gini;             /* of received / entitled, weighed by entitlement */
    double plain_jain, plain_gini; /* of received alone, each rep counting the same */
};

/* ---- Tickets that were not drawn. */

/* How a ticket came to a rep without a draw. EH_WAY_BEFORE is no such way and overlaps the others:
 * it has deals, drawn or not, just after a presence had been set. */
enum eh_way {
    EH_WAY_OWNER,      /* the ticket named its owner */
    EH_WAY_MANAGER,    /* a manager gave it to them */
    EH_WAY_CLAIMED,    /* they took it at the helpdesk */
    EH_WAY_GIVEN,      /* it was given to them at the helpdesk */
    EH_WAY_SKILL,      /* nobody else in the team has the skills */
    EH_WAY_AWAY,       /* all others with the skills were away */
    EH_WAY_OVERLOADED, /* all others with the skills were overloaded */
    EH_WAY_FULL,       /* all others with the skills were full */
    EH_WAY_MIXED,      /* several of these, or some had given it back */
    EH_WAY_AFFINITY,   /* they had a ticket of the customer open */
    EH_WAY_SINGLE,     /* nobody else was in the team that day */
    EH_WAY_AGAIN,      /* given back before, and nobody else could get it now */
    EH_WAY_BEFORE,     /* somebody who could have had it was set away or overloaded just before */
    EH_WAYS
};
const char *eh_way_name(enum eh_way); /* "owner" | "manager" | … */

struct eh_fairness_gain {
    struct eh_str rep;
    uint64_t tickets;
    int64_t value;
    double due; /* tickets: what the shares of everybody in the team that day give */
};

struct eh_fairness_done {
    enum eh_doer doer;
    struct eh_str name; /* of sources and managers; else empty */
    uint64_t tickets;
    int64_t value;
};

struct eh_fairness_way {
    uint64_t tickets; /* times a ticket was given like this */
    int64_t value;    /* as booked, minor units */
    uint64_t top;     /* how many of them are of the most valuable fifth of all that was given */
    int64_t top_value;
    double top_due; /* how many chance gives; NAN: all tickets have about one value */
    struct eh_fairness_gain *reps; /* by value, largest first; of EH_WAY_BEFORE the top alone */
    uint32_t rep_count;
    struct eh_fairness_done *doers; /* by value, largest first; of EH_WAY_BEFORE the top alone */
    uint32_t doer_count;
};

struct eh_fairness_report {
    struct eh_str team;
    int64_t from_us, to_us;
    uint64_t arrived;        /* tickets of the team that came in */
    uint64_t tickets;        /* tickets given out for the first time in this team */
    uint64_t deals;          /* deals and bookings: a ticket that was released counts again */
    uint64_t drawn;          /* deals in which chance had a say */
    uint64_t overrides;      /* tickets that managers gave; no deals */
    uint64_t not_drawn;      /* deals - drawn + overrides */
    int64_t not_drawn_value; /* booked value of `not_drawn` */
    int64_t given_value;     /* booked value of all deals and overrides */
    struct eh_fairness_way ways[EH_WAYS];
    struct eh_fairness_rep *reps; /* by id */
    uint32_t rep_count;
    struct eh_fairness_manager *managers; /* by name */
    uint32_t manager_count;
    uint64_t moves; /* by managers, out of the team and into it */
    int64_t moves_value;
    struct eh_fairness_further *further; /* by who and why */
    uint32_t further_count;
    uint64_t further_deals; /* of them all */
    uint64_t resent;        /* tickets that had been cancelled under another id */
    int64_t resent_value;
    struct eh_fairness_balance count, value;
    bool balance_enough;
    struct eh_verdict verdicts[EH_VERDICT_KINDS];
    uint32_t verdict_count;            /* verdicts that are shown, for they have enough tickets */
    double draw_chi_square;            /* (n − e)ᵀ Σ⁻ (n − e); NAN: too few to tell */
    uint32_t draw_degrees, draw_cells; /* the rank of Σ; how many cells were compared */
    double draw_p;                     /* p of the verdict; NAN: too few to tell */
    int64_t drawn_most;                /* the largest booked value of a draw */
    struct eh_fairness_picking dealt, overridden;
    struct eh_fairness_picker picker;
    struct eh_fairness_heat *heat; /* by id */
    uint32_t heat_count,
        heat_columns;      /* columns: quintiles that have tickets, the cheapest first */
    double predictability; /* mean of the largest chance in a draw; 1: the rep was always certain */
    const char **notes;    /* sentences for people */
    uint32_t note_count;
};

/* Makes the report of all facts up to to_us. It may be made again when further facts were told.
 * Text and arrays live in the arena. -EH_ENOMEM, also when memory ran out for a fact before. */
int eh_fairness_report(struct eh_fairness *, int64_t to_us, struct eh_arena *,
                       struct eh_fairness_report *ret, struct eh_error *) EH_MUST_CHECK;

EH_C_END

#endif
