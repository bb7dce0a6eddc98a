/*
 * desk: the model of the desk file: kinds, reps, teams, their rules.
 *
 * The reader makes a checked struct of YAML, and so of JSON. Every refusal names line and path.
 * Arrays are sorted by id, so the order in the file decides nothing. Everything lives in the arena.
 *
 *     struct eh_desk *desk;
 *     int r = eh_desk_parse_new(text, &arena, &desk, &error);
 *     if (r < 0) // error.text: "14: teams[0].reps[2].share: 1.5 is above 1.0"; no file name in it
 *         return r;
 *     const struct eh_desk_team *team = eh_desk_team(desk, eh_str("sales"));
 */
#ifndef EVENHAND_WIRE_DESK_H
#define EVENHAND_WIRE_DESK_H

#include <evenhand/base/base.h>
#include <evenhand/wire/plan.h>

EH_C_BEGIN

#define EH_DESK_TEAMS_MAX      1000
#define EH_DESK_REPS_MAX       100000
#define EH_DESK_KINDS_MAX      64
#define EH_DESK_MANAGERS_MAX   64     /* per team */
#define EH_DESK_REP_SKILLS_MAX 64     /* per rep */
#define EH_DESK_ACCOUNTS_MAX   16     /* per rep */
#define EH_DESK_ACCOUNT_MAX    254    /* bytes: of the longest address (RFC 5321) */
#define EH_DESK_MEMBERS_MAX    400000 /* memberships of all teams together */
#define EH_DESK_USER_MAX       63     /* bytes of the name of a Unix user or group */
#define EH_DESK_POINTS_MAX     1000
#define EH_DESK_CAPACITY_MAX   1000000
#define EH_DESK_AT_MOST_MAX    100000   /* tickets an hour, or a day */
#define EH_DESK_OPEN_MAX       100000   /* open tickets of a kind with a rep */
#define EH_DESK_PAUSED_MAX     200      /* paused tickets of a rep that may count less */
#define EH_DESK_DURATION_MAX_S 31622400 /* 366 days */
#define EH_DESK_CALENDARS_MAX  1000
#define EH_DESK_SPANS_MAX      8    /* of working time in a day */
#define EH_DESK_HOLIDAYS_MAX   2000 /* of a calendar */

/* How the points of a paused ticket count. */
enum eh_paused_counts {
    EH_PAUSED_COUNTS_NO = 0,
    EH_PAUSED_COUNTS_HALF = 1,
    EH_PAUSED_COUNTS_YES = 2
};
/* Who gets a customer's next ticket, if they can. */
enum eh_affinity {
    EH_AFFINITY_OFF = 0,  /* whoever the policy chooses */
    EH_AFFINITY_OPEN = 1, /* who has one of the customer open */
    EH_AFFINITY_LAST = 2  /* the same; where nobody has, who closed the customer's last one */
};

enum eh_presence { EH_PRESENCE_ASSUMED = 0, EH_PRESENCE_SIGNALLED = 1 };

/* What becomes of the open tickets of a rep who leaves the team. */
enum eh_leavers_work {
    EH_LEAVERS_WORK_DEAL = 0, /* back to the team's deal */
    EH_LEAVERS_WORK_KEEP = 1, /* they stay with the leaver */
    EH_LEAVERS_WORK_TO = 2,   /* to the deal of the team `leavers_to` */
};

struct eh_desk_kind {
    struct eh_str id;
    uint32_t points; /* 1..1000 */
};

/* Who a rep is to the helpdesk that is this source of tickets. */
struct eh_desk_account {
    struct eh_str source, account;
};

/* Working time of a day: minutes of local wall time since its midnight. `until` is above 24 hours
 * where it ends on the next day. */
struct eh_desk_span {
    uint16_t from, until;
};

struct eh_desk_day {
    struct eh_desk_span *spans; /* ascending, apart */
    uint32_t span_count;        /* 0: nobody works */
};

struct eh_desk_holiday {
    int32_t date;
    struct eh_desk_day day; /* takes the place of the weekday's */
};

/* A file that days of a calendar come from; see holidays_file.h. */
struct eh_desk_holidays_file {
    struct eh_str name;  /* empty: none */
    int32_t from, until; /* days that were read; until < from: it was not read yet */
    uint32_t left_out;   /* events of it that are no whole days */
};

/* Who works when: hours by weekday, and days with other ones. */
struct eh_desk_calendar {
    struct eh_str id; /* empty: the own hours of a rep or a team */
    struct eh_str time_zone;
    uint32_t time_zone_line, index;   /* of the file, see eh_desk_zone_place() */
    struct eh_desk_day week[7];       /* from Monday */
    struct eh_desk_holiday *holidays; /* sorted by date, each once; those of `file`, too */
    uint32_t holiday_count;
    struct eh_desk_holidays_file file;
    const struct eh_desk_calendar *holidays_of; /* own hours: the calendar whose holidays and time
                                                   zone hold for them; or NULL */
};

struct eh_desk_rep {
    struct eh_str id, name, user; /* name defaults to the id; user: the Unix user, may be empty */
    uint32_t share_ppm;           /* 1..1,000,000 */
    int32_t since;                /* date, or EH_DATE_ALWAYS */
    struct eh_str *skills;        /* sorted, each once */
    uint32_t skill_count;
    struct eh_desk_account *accounts; /* sorted by source, each source once */
    uint32_t account_count;
    struct eh_desk_calendar *hours; /* NULL: the team's */
};

/* Whose an account is. */
struct eh_desk_account_of {
    const struct eh_desk_account *account;
    uint32_t rep; /* index into desk->reps */
};

struct eh_desk_member {
    uint32_t rep;        /* index into desk->reps */
    int32_t from, until; /* inclusive dates, EH_DATE_ALWAYS / EH_DATE_NEVER */
};

struct eh_desk_manager {
    struct eh_str name;
    bool is_group;
};

/* How many open tickets of a kind the team lets a rep have. */
struct eh_desk_kind_limit {
    struct eh_str kind;
    uint32_t open; /* with a share of 1.0; 1..EH_DESK_OPEN_MAX */
};

/* How soon tickets of a kind are answered. */
struct eh_desk_answer {
    struct eh_str kind;
    int64_t within_s; /* working time from their arrival */
};

struct eh_desk_team {
    struct eh_str id, name;
    struct eh_desk_member *members; /* sorted by rep; a rep may stand more than once when the date
                                       ranges do not overlap */
    uint32_t member_count;
    struct eh_desk_manager *managers;
    uint32_t manager_count;
    struct eh_str policy; /* the name of a row of policies.h */
    uint32_t value_weight_ppm;
    uint32_t capacity;                  /* points for share 1.0; 0 = no limit */
    uint32_t at_most_hour, at_most_day; /* tickets dealt to a share of 1.0; 0 = no limit */
    struct eh_desk_kind_limit *kinds;   /* sorted by kind, each once */
    uint32_t kind_count;
    uint8_t paused_counts;   /* enum eh_paused_counts, of ... */
    uint32_t paused_at_most; /* ... so many paused tickets of a rep; others count */
    uint32_t ramp_ppm;  /* part of their share for who comes back after a day; 0: all of it ... */
    int64_t ramp_for_s; /* ... for so long */
    uint8_t affinity;   /* enum eh_affinity */
    int64_t affinity_for_s;
    uint8_t presence; /* enum eh_presence */
    int64_t overloaded_at_least_s, overloaded_at_most_s;
    uint8_t leavers_work;           /* enum eh_leavers_work */
    struct eh_str leavers_to;       /* a team of this desk, another one; or empty */
    struct eh_desk_calendar *hours; /* of reps who have none; NULL: at any time */
    struct eh_desk_answer *answers; /* `answer_within`, sorted by kind */
    uint32_t answer_count;
    int64_t overflow_after_s; /* working time of waiting until a ticket moves; 0: it does not ... */
    struct eh_str overflow_to; /* ... to this team of the desk, another one */
    int64_t
        unanswered_after_s;  /* working time with a rep until they let a ticket lapse; 0: never */
    bool unanswered_returns; /* then it goes back to the deal; else it is told alone */
    int64_t ages_s; /* working time of waiting that raises a ticket by one; 0: it never does */
};

struct eh_desk {
    struct eh_str id, currency, time_zone;
    uint32_t time_zone_line; /* of the file; 0: it does not say one */
    unsigned currency_exponent;
    int64_t resend_within_s;    /* a cancelled ticket that comes again within this time is marked;
                                   0: none is */
    struct eh_desk_kind *kinds; /* sorted by id */
    uint32_t kind_count;
    struct eh_desk_calendar *calendars; /* that have an id, sorted by it */
    uint32_t calendar_count;
    struct eh_desk_rep *reps; /* sorted by id */
    uint32_t rep_count;
    struct eh_desk_account_of *accounts; /* of all reps, sorted by source, then by account */
    uint32_t account_count;
    struct eh_desk_team *teams; /* sorted by id */
    uint32_t team_count;
    struct eh_bonus_plan *plans; /* sorted by team, then by when they begin */
    uint32_t plan_count;
};

/* Reads a desk file from a log, or one that was applied before: percentages may lack their sign, as
 * earlier builds allowed. Else as eh_desk_parse_new(). */
int eh_desk_parse(struct eh_str text, struct eh_arena *, struct eh_desk **ret,
                  struct eh_error *) EH_MUST_CHECK;
/* Reads a desk file that a person wrote, of at most EH_DESK_TEXT_MAX bytes. -EH_EPARSE, -EH_EINVAL,
 * -EH_ERANGE, -EH_ENOMEM; error->text is "LINE: path: what". */
int eh_desk_parse_new(struct eh_str text, struct eh_arena *, struct eh_desk **ret,
                      struct eh_error *) EH_MUST_CHECK;

const struct eh_desk_rep *eh_desk_rep(const struct eh_desk *, struct eh_str id);   /* or NULL */
const struct eh_desk_team *eh_desk_team(const struct eh_desk *, struct eh_str id); /* or NULL */
const struct eh_desk_kind *eh_desk_kind(const struct eh_desk *, struct eh_str id); /* or NULL */
/* or NULL */
struct eh_desk_calendar *eh_desk_calendar(const struct eh_desk *, struct eh_str id);
/* The rep who has this account of this source, or NULL. */
const struct eh_desk_rep *eh_desk_find_account(const struct eh_desk *, struct eh_str source,
                                               struct eh_str account);
/* The account that the rep has of this source, or nothing. */
struct eh_str eh_desk_rep_account(const struct eh_desk_rep *, struct eh_str source);
/* The same of the rep with this id, who may be on the desk no more. `desk` may be NULL. */
struct eh_str eh_desk_account(const struct eh_desk *, struct eh_str rep, struct eh_str source);
/* How soon the team answers tickets of this kind, in seconds of working time; 0: it does not say.
 */
int64_t eh_desk_answer_within(const struct eh_desk_team *, struct eh_str kind);
/* The plan that governs a team's period beginning on that date, or NULL. */
const struct eh_bonus_plan *eh_desk_plan(const struct eh_desk *, struct eh_str team, int32_t date);

/* Whether a Unix user may be called so. Refuses only bytes that no user name can have: directory
 * services allow more than useradd. */
bool eh_desk_user_valid(struct eh_str name);

/* Where a time zone stands in the file, to be put before what is wrong with it: lib/ knows no
 * zones. "5: calendars[1].time_zone", "1: time_zone"; `calendar` NULL: the desk's. Points into ret.
 */
#define EH_DESK_PLACE_BYTES 64
const char *eh_desk_zone_place(const struct eh_desk *, const struct eh_desk_calendar *,
                               char ret[EH_DESK_PLACE_BYTES]);

/* Calls `line` with a sentence for each difference: "team sales: policy random -> balanced". `was`
 * may be NULL: all is new. Returns how many there were. */
typedef void eh_desk_line_fn(void *context, const char *line);
size_t eh_desk_diff(const struct eh_desk *was, const struct eh_desk *now, eh_desk_line_fn *line,
                    void *context);

/* Calls `line` with each sentence of advice: a team without capacity, say. Advice refuses nothing.
 * Returns how many there were. What depends on the day is in calendar/idle.h. */
size_t eh_desk_warnings(const struct eh_desk *, eh_desk_line_fn *line, void *context);

EH_C_END

#endif
