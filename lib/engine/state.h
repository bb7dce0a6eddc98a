/*
 * state: what the engine keeps in memory. Private to engine/.
 *
 * Reps, teams and kinds have numbers that are never given again while the engine lives; outside
 * they are known by their ids, so a number decides nothing and may differ after a restore. Tickets
 * live in slots. Everything that orders anything compares ids, ticket numbers or times.
 */
#ifndef EVENHAND_LIB_ENGINE_STATE_H
#define EVENHAND_LIB_ENGINE_STATE_H

#include <evenhand/draw/hash.h>
#include <evenhand/engine/engine.h>
#include <evenhand/engine/periods.h>

#define NONE               UINT32_MAX
#define NAMES_MAX          (1u << 20) /* reps, teams or kinds ever known */
#define ACCOUNTS_MAX       (1u << 22) /* pairs of team and rep ever dealt to */
#define SETS_MAX           (EH_DESK_TEAMS_MAX * EH_SKILL_SETS_MAX)
#define READY_WORDS        ((EH_DESK_TEAMS_MAX + 63) / 64)
#define IMAGE_VERSION      7
#define SNAPSHOT_VERSION   EH_STATE_VERSION
#define SECOND_US          INT64_C(1000000)
#define MINUTE_S           60
#define DAY_MS             INT64_C(86400000)
#define AT_LEAST_DEFAULT_S (15 * 60)
#define AT_MOST_DEFAULT_S  (8 * 3600)

/* Whatever is read back may be forged: within these, adding and multiplying as we do fits. */
static inline bool eh_is_time(int64_t us)
{
    return us >= 0 && us <= EH_TIME_LAST;
}

static inline bool eh_is_date(int64_t date)
{
    return date >= -EH_DATE_LAST && date <= EH_DATE_LAST;
}

/* Ids by number. Text lives as long as the engine. */
struct names {
    struct eh_table index;
    struct eh_arena text;
    struct eh_str *items;
    uint32_t count, capacity;
};

/* There may be a million: what follows from the rest is not kept. */
struct ticket {
    uint64_t no; /* the input that brought it */
    struct eh_key digest;
    struct eh_key hash;  /* its part of the state digest */
    struct story *story; /* what its outcomes come to; owned; NULL: it had none */
    char *text;          /* source, id, skills, then 16 bytes of the customer's digest, if there is
                            one, then its tail (tail.h), one behind the other; owned */
    int64_t value, refunded;
    int64_t booked; /* value of the receipt */
    int64_t received_us, assigned_us;
    union {
        int64_t closed_us; /* while it is closed: eh_ticket_closed_us() */
        struct {           /* while it is not */
            uint32_t next; /* of its rep; of the free slots */
            union {
                uint32_t previous; /* of its rep */
                uint32_t queue_at; /* place in its set's queue, while waiting */
            };
        };
    };
    int64_t created_us; /* as the helpdesk says, else received */
    int64_t first_us;   /* when somebody got it first; 0: nobody did */
    uint64_t stream_ms, stream_no;
    uint32_t team, kind, rep; /* rep: who holds or held it, or NONE */
    uint32_t was;             /* released by: not to him while another may have it; or NONE */
    uint32_t set;             /* of its team, while open or waiting */
    uint32_t likeness;        /* of subject and value of its first message (resends.c); 0: none */
    uint32_t newer, older;    /* of its customer in its team */
    uint32_t points, deals;
    int32_t closed_date; /* local civil date of its closing, once it is closed */
    uint16_t source_size, id_size, skills_size;
    uint8_t state, priority, outcome;
    bool has_customer : 1;
    bool receipted : 1;   /* given to somebody in this team before: entitled there, and booked as
                             received, with its rep or with the team's in_air account while it
                             waits */
    bool in_affinity : 1; /* stands in the list of its customer */
    bool aside : 1;       /* its deal or release cannot be stored: outside its queue, or stays with
                             its rep, until it is touched */
    bool given_back : 1;  /* released in this very step, which has an effect set aside for it */
    bool left : 1;        /* its rep left the team, and it waits for that */
    uint16_t tail_size;   /* bytes of what few tickets have */
};

/* 0 while it is open. */
static inline int64_t eh_ticket_closed_us(const struct ticket *t)
{
    return t->state == EH_TICKET_CLOSED ? t->closed_us : 0;
}

/* A list through `next` and `previous` of tickets. */
struct list {
    uint32_t first, last, count;
};

struct membership {
    uint32_t team, position;
};

/* How often something happened. */
struct rate {
    int64_t minute_us; /* when the minute began that is counted in */
    int64_t last_us;
    uint32_t minute_count, day_count;
    int32_t date; /* local civil date that is counted for */
};

/* A signal that was said and is not in force yet. */
struct held {
    int64_t until_us; /* when it takes effect, or EH_TIME_NEVER: there is none */
    int64_t for_s;
    uint8_t status;
    bool has_for;
    char *reason, *by; /* owned; by: the user, where that is not the rep */
    uint32_t reason_size, by_size;
};

struct rep {
    bool known;   /* was on a desk: an object of the digest */
    bool present; /* is on this one */
    bool signalled;
    bool releasing; /* further rounds of a release are due */
    char *scope;    /* ... of tickets in these teams; owned; NULL: all */
    uint32_t scope_size;
    bool gone;        /* was in a team, and is in none today or off the desk file */
    bool back;        /* is to be told that they came back and start afresh */
    bool leaves_told; /* of the first team in: */
    char *leaves; /* teams whose tickets are to be taken from them; owned; a list of ids in one text
                   */
    uint32_t leaves_size;
    bool in_rounds;         /* stands among those that rounds are due of */
    uint64_t released;      /* ... up to this number they are given back */
    uint64_t release_round; /* input of the last round */
    uint8_t status;         /* enum eh_status, in force */
    uint32_t desk_index;
    uint32_t share_ppm;
    int64_t since_us, until_us;
    char *reason, *by; /* owned; by: the user who said it, where that is not the rep */
    uint32_t reason_size, by_size;
    bool ended;               /* `by` ended overloaded; it is over at once, or soon */
    uint32_t overloads;       /* times overloaded was said in a row, each lasting anew */
    int64_t overload_over_us; /* when the last one was over, or 0 */
    char *away_in;            /* teams that give them nothing until they signal; owned; joined */
    uint32_t away_in_size;
    struct held held;
    int32_t since;       /* as desks before the one of now wrote it last, or EH_DATE_ALWAYS ... */
    int32_t since_until; /* ... which holds for the days before this one */
    char *name;          /* who is gone: as it was said last; owned */
    uint32_t name_size;
    struct eh_key since_hash;
    struct rate changes, said;     /* by signals: of the state in force; inputs */
    uint64_t newest_ms, newest_no; /* id of the newest signal of the stream that was taken, or 0 */
    uint32_t expiry_at;            /* place in the heap of expiries, or NONE */
    struct list open;
    uint64_t points;
    const struct membership *memberships; /* in order of team id */
    const uint32_t *desk_teams;           /* the same as indices of the desk */
    uint32_t membership_count;
    struct eh_key hash;
};

struct member {
    uint32_t rep;
    uint32_t account;
    const struct eh_desk_member *ranges;
    uint32_t range_count;
    bool active;    /* today within a range */
    bool available; /* and available */
    bool eligible;  /* and below capacity */
    uint64_t sets;  /* bit i: has the skills of sets[i] */
};

/* Of the members below a node who may receive a ticket of this set now. */
struct node {
    uint64_t weight; /* sum of shares, ppm */
    uint32_t count;
    uint32_t best;  /* position of one with the least load; kept for policies by load */
    uint32_t ties;  /* how many have that load */
    uint32_t slots; /* left in the round; kept for policies by slots */
};

/* One ticket, and 10^-9 of it, as amounts count them. */
#define TICKET      INT64_C(1000000000000000)
#define TICKET_NANO INT64_C(1000000)

/* A pair of sums, in 10^-15 tickets and 10^-9 minor units. */
struct amount {
    __int128 count, value;
};

/* What a member has of the rounds of one set. */
struct slot {
    uint32_t slots;  /* tickets still due to them in this round */
    uint32_t credit; /* rules before EH_RULES_TURNS: share, ppm, that makes no slot yet */
    __int128 offset; /* of what the rounds owe them, 10^-15 tickets (turns.c) */
    struct eh_key hash;
};

static inline bool eh_slot_is_empty(const struct slot *slot)
{
    return slot->slots == 0 && slot->credit == 0 && slot->offset == 0;
}

/* The rounds of one set. */
struct turns {
    __int128 clock; /* entitlement per ppm of share, 10^-15 tickets, by drawn tickets */
    __int128 carry; /* what the divisions left over; below the weight that divided */
    uint32_t level; /* so many tickets everybody was ahead when the round began, rounded up */
};
#define NEVER_DUE ((__int128)((unsigned __int128)-1 >> 1))

/* Tickets of one team that require the same skills. */
struct skill_set {
    char *skills; /* owned; NULL: free */
    uint32_t skills_size;
    bool dealt;          /* its clock has moved: an object of the digest */
    struct amount clock; /* entitlement per ppm of share, since the set was made */
    struct amount carry; /* what the divisions left over; below the weight that divided */
    struct eh_key hash;
    struct turns turns;
    struct slot *slots; /* by position; NULL where the policy has no rounds */
    __int128 *dues;     /* a tree as `tree` is, of the least; NULL with `slots` */
    uint32_t uses;      /* open and waiting tickets; at 0 it may be replaced */
    uint32_t available; /* available members that have the skills */
    uint32_t able;      /* members of today that have them, in whatever state; follows */
    uint64_t last_use;  /* input */
    struct node *tree;  /* tree[1] is all; leaves from tree[team->leaves] on */
    uint32_t *queue;    /* heap of waiting tickets: priority, then number */
    uint32_t queue_count, queue_capacity;
};

/* What a team's tickets come to, the accounts of its reps apart. Stays when the team goes. */
struct ledger {
    bool used;            /* an object of the digest */
    uint64_t dealt;       /* tickets entitled */
    __int128 dealt_value; /* sum of their values, minor units */
    int64_t in_air;       /* receipts between two reps, and of tickets that went to other teams */
    __int128 in_air_value;
    struct amount loose; /* carried by sets that are gone; the next ticket takes it up */
    struct eh_key hash;
};

/* Of a team's bonus pools. Stays when the team goes. */
struct purse {
    bool used;          /* had a plan: an object of the digest */
    int32_t planned_on; /* when its first plan came */
    int32_t settled;    /* up to this day its periods are settled for good, or EH_DATE_ALWAYS */
    int64_t carry_open; /* what later pools have to take back: 0 or less */
    struct eh_key hash;
};

/* A bonus period of a team in which something happened. */
struct period {
    uint32_t team;
    struct eh_period period;
    int32_t first, last;              /* its days */
    const struct eh_bonus_plan *plan; /* that governs it */
    bool shadow;                      /* of the shadow plan: no part of the state */
    uint8_t state;                    /* enum eh_period_state, up to CLOSED */
    uint64_t late;
    uint32_t last_version, paid_version;
    int64_t gross, carry, net, carry_open; /* of the last version */
    char *frozen, *statement;              /* owned */
    uint32_t frozen_size, statement_size;
    struct eh_key frozen_key, statement_key; /* hashes of them */
    __int128 revenue, response_ms, cycle_ms;
    int64_t ratings, rating_sum, reopened, responses, cycles;
    int64_t firsts, cancelled; /* EH_RULES_TICKETS */
    uint32_t facts, imports;   /* lists */
    uint32_t import_count;
    uint32_t older; /* of the team; of the free slots */
    struct eh_key hash;
};

/* Counted in a period by kind, rep or name; which of the numbers mean something is the type's. */
struct fact {
    uint8_t type; /* enum eh_fact_type; 0: a free slot */
    bool has_paid, has_contract, excluded;
    uint32_t rep, kind; /* or NONE */
    uint32_t next;
    char *name; /* owned; imports alone */
    uint32_t name_size;
    int64_t closed, won, lost;
    int64_t paid, contract;
    int64_t count, last;
    __int128 sum;
    struct eh_key hash;
};

/* Days that a rep was in a team, both included. */
struct stay {
    uint32_t rep;
    int32_t from, until;
};

/* What the desks said of a team before the one of now. Stays when the team goes. */
struct past {
    struct stay *stays; /* in order of rep id, then of days; owned */
    uint32_t count;
    int32_t day; /* the days before this one; EH_DATE_ALWAYS: none, the desk of now is its first */
    struct eh_key hash;
};

struct team {
    struct ledger ledger;
    struct purse purse;
    struct past past;
    uint32_t periods; /* the latest first, or NONE */
    uint32_t shadow_periods;
    const struct eh_desk_team *desk; /* NULL: not on this desk */
    const struct eh_policy *policy;
    struct member *members; /* in order of rep id */
    struct skill_set *sets;
    uint32_t desk_index, member_count, leaves, set_count;
    uint32_t available;
    uint32_t today; /* members of today, in whatever state; follows */
    uint64_t waiting, open;
    uint64_t ready;       /* bit i: sets[i] has both somebody eligible and something waiting */
    uint64_t ready_since; /* input that made the first of them ready */
};

struct kind {
    uint32_t points; /* 0: not on this desk */
    uint64_t held;   /* open and waiting tickets */
};

/* Of a rep in a team; stays when he leaves. While he is eligible, entitlement grows with the clocks
 * of the sets he has the skills of: it is `offset` + share × their sum; else `offset` alone. So a
 * rep settles only when his eligibility changes, and reading it stores nothing. */
struct account {
    uint32_t team, rep;
    uint32_t open;           /* tickets that are with the rep now; follows from the tickets */
    int64_t received;        /* tickets */
    __int128 received_value; /* as booked, minor units */
    struct amount offset;
    __int128 turns; /* what rounds owe that went on without the rep, 10^-15 tickets */
    struct eh_key hash;
};

#define EH_PARKED_JUDGED 0x80 /* in the byte of the origin */

struct parked {
    uint64_t input;
    struct eh_key identity; /* of the ticket it waits for */
    int64_t until_us;
    uint64_t stream_ms, stream_no;
    uint8_t origin;
    bool judged;   /* its ticket is there, and refuses it */
    uint8_t *body; /* canonical message; owned */
    uint32_t body_size;
    uint32_t next, previous; /* all, in order of input */
    uint32_t sibling;        /* the next one for the same ticket */
    struct eh_key hash;
};

/* A cancelled ticket that may come again under another id (resends.c). */
struct cancelled {
    uint64_t key;  /* the same of all tickets that are alike */
    int64_t at_us; /* when it was told */
    char *id;      /* owned */
    uint32_t id_size;
    uint32_t next, previous; /* in order of at_us */
    struct eh_key hash;
};

/* Slots by identity: open addressing, a power of two of places. */
struct tagged {
    uint32_t tag;  /* low bits of the identity */
    uint32_t slot; /* NONE: free */
};
struct ticket_index {
    struct tagged *places;
    uint32_t capacity, used;
};

struct place {
    uint64_t no;
    uint32_t slot; /* NONE: gone */
};

/* A desk file as applied. */
struct desk_held {
    struct eh_arena arena;
    struct eh_desk *desk;
    struct eh_str text;
    uint8_t hash[32];
};

/* A time zone that desks said from a day on. */
struct zone_said {
    int32_t from; /* EH_DATE_ALWAYS: the first that is known */
    uint32_t zone;
};

struct eh_engine {
    uint64_t input, seq, dead;
    int64_t at_us;
    int32_t date;
    bool has_day;
    bool broken;    /* a step failed half way: nothing can be decided any more */
    uint32_t rules; /* enum eh_rules: in force */
    uint32_t epoch;
    bool committed;                       /* what follows is known; old logs begin without */
    uint8_t commitment[2][EH_SEED_BYTES]; /* of the current epoch's seed and of the next one's */
    unsigned __int128 sum;                /* of the hashes of all objects but the globals */

    bool restoring; /* eligibility is found again, nobody enters or leaves */

    struct desk_held *desk;
    int32_t told_from; /* day it took effect as the day's first; EH_DATE_ALWAYS: the first of all */
    struct zone_said zones[EH_ZONES_KEPT]; /* of the days before it, once they differ */
    uint32_t zone_count;
    struct names zone_names;
    struct names rep_names, team_names, kind_names;
    struct rep *reps;
    struct team *teams;
    struct kind *kinds;
    uint32_t reps_capacity, teams_capacity, kinds_capacity;
    struct membership *memberships; /* of all reps */
    uint32_t *desk_teams;

    struct account *accounts;
    uint32_t account_count, account_capacity;
    struct eh_table account_index;

    struct ticket *tickets;
    uint32_t ticket_count, ticket_capacity; /* slots ever used, slots held */
    uint32_t free_ticket;
    struct ticket_index ticket_index;
    struct place *order; /* by number; with holes */
    uint32_t order_count, order_capacity, order_holes;
    uint64_t waiting, open;
    uint64_t text_bytes; /* of the tickets that wait or are open */

    struct parked *parked;
    uint32_t parked_slots, parked_capacity, free_parked;
    struct list parked_list;
    struct eh_table parked_index; /* ticket -> the first one that waits for it */
    struct cancelled *cancelled;
    uint32_t cancelled_slots, cancelled_capacity, free_cancelled;
    struct list cancelled_list;
    struct eh_table cancelled_index; /* key -> the one of it */
    struct eh_table changed;         /* ticket in memory -> ms of the newest `changed_at` applied */

    uint32_t *expiries; /* heap of reps: until_us, then id */
    uint32_t expiry_count, expiry_capacity;
    uint64_t ready[READY_WORDS]; /* a bit for each team of the desk, in order of id: it is ready */
    uint32_t ready_count;        /* of these teams */
    uint32_t turn;               /* team that was dealt to last from what was left over, or NONE */
    uint32_t *releasing;         /* reps that rounds are due of, in no order */
    uint32_t releasing_count, releasing_capacity;
    struct eh_table customers; /* team and customer -> his newest ticket; teams with affinity */

    struct period *periods;
    uint32_t period_count, period_capacity, free_period;
    struct fact *facts;
    uint32_t fact_count, fact_capacity, free_fact;
    uint32_t facts_used;        /* of the state's own periods */
    struct eh_table fact_index; /* period, type, rep and kind -> fact; imports are not in it */
    const struct eh_bonus_plan *shadow; /* plans counted beside: never part of the state, nor are
                                           their periods */
    size_t shadow_count;

    struct eh_bytes scratch;
    struct watch *watch; /* NULL: nobody does; never part of the state */
};

/* Who was where before a step that changes the day or the desk (leavers.c). */
struct seat {
    uint32_t team, rep; /* a member who has open tickets of the team */
    bool active;
};
struct duty {
    uint8_t *reps; /* by number */
    struct seat *seats;
    uint32_t rep_count, seat_count;
};

/* One step under way. */
struct step {
    struct eh_engine *e;
    const struct eh_input *in;
    struct eh_message m; /* of the input, with digests of personal text in place */
    struct eh_effects *fx;
    int64_t now_us;
    uint32_t deals_left; /* effects it may still have by dealing and releasing */
    uint32_t turn;       /* team dealt to last in the round */
    uint32_t subject;    /* the ticket whose outcomes this step applies: goes if it ends closed */
    bool touched;        /* state has changed: an error from here on breaks the engine */
    bool dry;            /* it ends where state would change; steps of a period's life alone */
};

/* The log says it was decided so, before rules had numbers: that holds, whatever rule there is now
 * (enum eh_recorded). */
static inline bool eh_was(const struct step *s, enum eh_recorded how)
{
    return s->e->rules == EH_RULES_FIRST && s->in->recorded == how;
}

/* Of one decision, for its effect. */
struct decision {
    const char *why;
    uint32_t eligible;
    uint64_t weight;
    const struct eh_draws *draws; /* NULL: none */
    struct eh_str detail;         /* what the policy compared */
    bool chances;                 /* the watch holds those of everybody eligible */
};

static inline struct eh_str ticket_source(const struct ticket *t)
{
    return eh_str_n(t->text, t->source_size);
}
static inline struct eh_str ticket_id(const struct ticket *t)
{
    return eh_str_n(t->text + t->source_size, t->id_size);
}
/* The tail apart. */
static inline uint32_t ticket_text_size(const struct ticket *t)
{
    return (uint32_t)t->source_size + t->id_size + t->skills_size + (t->has_customer ? 16 : 0);
}
static inline struct eh_str ticket_skills(const struct ticket *t)
{
    return eh_str_n(t->text + t->source_size + t->id_size, t->skills_size);
}

/* Hashes source and id: whoever has it at hand passes it on. */
static inline struct eh_key ticket_identity(const struct ticket *t)
{
    return eh_ticket_identity(ticket_source(t), ticket_id(t));
}
static inline struct eh_key ticket_customer(const struct ticket *t) /* has_customer */
{
    const char *skills_end = t->text + t->source_size + t->id_size + t->skills_size;
    return eh_key_from_bytes((const uint8_t *)skills_end);
}
static inline struct eh_str name_of(const struct names *names, uint32_t no)
{
    return no == NONE ? (struct eh_str){NULL, 0} : names->items[no];
}

static inline struct eh_str ticket_tail(const struct ticket *t)
{
    return eh_str_n(t->text + ticket_text_size(t), t->tail_size);
}

#endif
