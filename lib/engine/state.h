/*
 * state: what the engine keeps in memory, and what its files ask of each other. Private to engine/.
 *
 * Reps, teams and kinds have numbers that are never given again while the engine lives; outside
 * they are known by their ids, so a number decides nothing and may differ after a restore. Tickets
 * live in slots. Everything that orders anything compares ids, ticket numbers or times.
 *
 *     engine.c     life, step(), what is due            roster.c    a desk file takes effect
 *     tickets.c    slots, order, lists                  arrivals.c  messages ticket and update
 *     skipped.c    what cannot be stored
 *     signals.c    overloaded, available, away          outcomes.c  messages outcome
 *     queue.c      waiting tickets, skill sets          parked.c    outcomes before their ticket
 *     deal.c       one decision; rounds of them         eligible.c  the trees of who may receive
 *     turns.c      what a rotation's rounds owe whom
 *     ledger.c     who is entitled to how much          policies.c  the table of policies
 *     affinity.c   a customer's tickets                 observe.c   who had which chance
 *     manager.c    assign, release, move                leavers.c   who leaves, who comes back
 *     effects.c    what a step hands out
 *     encode.c     canonical bytes                      digest.c    the sum of their hashes
 *     snapshot.c   out and in again                     epochs.c    draw epochs and commitments
 *     names.c      numbers for ids                      readers.c   what others may see
 *     record.c     inputs as rows and back              identify.c  identities, content digests
 *     index.c      from identities to tickets           facts.c     what a bonus period counts
 *     periods.c    how far a period is                  period_views.c  as others see it
 *     period_bytes.c  out and in again                  settlements.c   the text of a CLOSE
 *     time_back.c  the log led back to the true time
 *     stays.c      days in a team           past.c      what the desks said of days before today
 *     foretell.c   what a new desk does to them  zones.c    time zones, day by day
 *     story.c      what a ticket's outcomes come to     journal.c   ... in their order
 *     tally.c      what a ticket counts in its periods
 *     tail.c       what few tickets have     homes.c     teams that a ticket was dealt in before
 *     resends.c    cancelled tickets that may come again
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
    char *leaves; /* teams whose tickets are to be taken from them; owned; ids joined by '\x1f' */
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

/* Makes room for `count` items of `size` bytes. New ones are not touched: what is not used does not
 * become resident. -EH_ENOMEM. */
int eh_room(void *items, uint32_t *capacity, uint32_t count, size_t size) EH_MUST_CHECK;

/* names: number of an id, or NONE; adding a rep, team or kind gives the number there is or a new
 * one. */
uint32_t eh_names_find(const struct names *, struct eh_str);
void eh_names_done(struct names *);
int eh_engine_add_rep(struct eh_engine *, struct eh_str id, uint32_t *ret) EH_MUST_CHECK;
int eh_engine_add_team(struct eh_engine *, struct eh_str id, uint32_t *ret) EH_MUST_CHECK;
int eh_engine_add_kind(struct eh_engine *, struct eh_str id, uint32_t *ret) EH_MUST_CHECK;
int eh_engine_add_zone(struct eh_engine *, struct eh_str name, uint32_t *ret) EH_MUST_CHECK;
/* The one there is or a new one; NULL: no memory, or too many. */
struct account *eh_account(struct eh_engine *, uint32_t team, uint32_t rep);
uint32_t eh_account_find(const struct eh_engine *, uint32_t team, uint32_t rep);
struct account *eh_account_add(struct eh_engine *, uint32_t team, uint32_t rep);

/* effects.c */
void eh_step_begin(struct eh_effects *);
/* names.c: the rep or team the message names; NONE: it is not on the desk, and that was refused. */
int eh_step_rep(struct step *, uint32_t *ret) EH_MUST_CHECK;
int eh_step_team(struct step *, uint32_t *ret) EH_MUST_CHECK;
/* Refuses the message; nothing may have changed before. 0, or -EH_ENOMEM. */
int eh_step_refuse(struct step *, int code, const char *format, ...) EH_PRINTF(3, 4);
/* Takes back the refusal: the message is taken and changes nothing. */
void eh_step_take(struct step *);
int eh_step_refused_notice(struct step *, const struct eh_message *, uint8_t origin,
                           uint64_t stream_ms, uint64_t stream_no) EH_MUST_CHECK;
struct story_entry;
/* Of an outcome that came earlier: it is refused now, and why, or it is taken after all. */
int eh_step_corrected_notice(struct step *, int type, const struct ticket *,
                             const struct story_entry *, struct eh_str why) EH_MUST_CHECK;
int eh_step_emit(struct step *, int type, const struct ticket *, uint32_t rep, uint32_t was,
                 const struct decision *) EH_MUST_CHECK;
/* Commitment or seed of a draw epoch. */
int eh_step_epoch_notice(struct step *, int type, uint32_t epoch,
                         const uint8_t bytes[EH_SEED_BYTES]) EH_MUST_CHECK;
/* About a rep, and a team or none: a sentence. */
int eh_step_rep_notice(struct step *, int type, struct eh_str team, struct eh_str rep,
                       struct eh_str sentence) EH_MUST_CHECK;
/* Of an epoch whose seed nobody has. */
int eh_step_lost_notice(struct step *, uint32_t epoch) EH_MUST_CHECK;
/* The ticket was cancelled before, under this id. */
int eh_step_resent_notice(struct step *, const struct ticket *, struct eh_str id) EH_MUST_CHECK;
int eh_step_image(struct step *, const struct ticket *) EH_MUST_CHECK;
int eh_step_signal(struct step *, uint32_t rep, int status, int64_t from_us,
                   int64_t until_us) EH_MUST_CHECK;
int eh_step_dead(struct step *, const struct eh_message *, uint64_t stream_ms,
                 uint64_t stream_no) EH_MUST_CHECK;

/* index.c */
uint32_t eh_ticket_find(const struct eh_engine *, struct eh_key identity); /* slot or NONE */
/* identity: the ticket's own. */
int eh_index_put(struct eh_engine *, uint32_t slot, struct eh_key identity) EH_MUST_CHECK;
void eh_index_remove(struct eh_engine *, uint32_t slot); /* it stands there */

/* tickets.c */
/* A slot that nothing refers to yet; -EH_ENOMEM. */
int eh_ticket_alloc(struct eh_engine *, uint32_t *ret) EH_MUST_CHECK;
/* customer: NULL, or 16 bytes. All of it may point into the text it replaces. */
int eh_ticket_set_text(struct ticket *, struct eh_str source, struct eh_str id,
                       struct eh_str skills, const uint8_t *customer,
                       struct eh_str tail) EH_MUST_CHECK;
int eh_ticket_set_tail(struct ticket *, struct eh_str tail) EH_MUST_CHECK;
void eh_ticket_drop(struct eh_engine *, uint32_t slot); /* frees one that nothing refers to */
/* Enters a slot into index and order, under its own identity; out of them, of the digest, and away.
 */
int eh_ticket_enter(struct eh_engine *, uint32_t slot, struct eh_key identity) EH_MUST_CHECK;
void eh_ticket_remove(struct eh_engine *, uint32_t slot);
/* Counts an open or waiting ticket in or out: totals, kind, team. */
void eh_ticket_count(struct eh_engine *, const struct ticket *, bool in);
void eh_ticket_give(struct eh_engine *, uint32_t slot, uint32_t rep); /* onto the rep's list */
void eh_ticket_take(struct eh_engine *, uint32_t slot);               /* off it */
/* First place in order with a number above `after`. */
uint32_t eh_order_above(const struct eh_engine *, uint64_t after);
bool eh_ticket_before(const struct ticket *a, const struct ticket *b); /* in a queue */

/* eligible.c */
/* All of these, on today's desk. */
bool eh_rep_has_skills(const struct eh_engine *, uint32_t rep, struct eh_str skills);
/* The team gives the rep nothing since a release there. */
bool eh_rep_is_away_in(const struct eh_engine *, const struct rep *, uint32_t team);
bool eh_below_capacity(const struct team *, const struct rep *);
void eh_eligible_rebuild(struct eh_engine *, uint32_t team);
void eh_eligible_build_set(struct eh_engine *, uint32_t team, uint32_t set);
/* After a rep's status or points changed. */
void eh_eligible_refresh(struct eh_engine *, uint32_t rep);
void eh_eligible_mask(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position, bool in);
/* A member's slots changed. */
void eh_eligible_slots(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position);
uint32_t eh_eligible_at_weight(const struct team *, const struct skill_set *, uint64_t at);
uint32_t eh_eligible_at_slot(const struct team *, const struct skill_set *, uint64_t at);
/* Sum of the shares before this position. */
uint64_t eh_eligible_weight_before(const struct team *, const struct skill_set *, uint32_t at);
/* Nobody in the team is eligible any more: before a desk file takes effect. */
void eh_eligible_leave_all(struct eh_engine *, uint32_t team);
uint32_t eh_eligible_at_tie(const struct eh_engine *, const struct team *, const struct skill_set *,
                            uint64_t at);
/* Position in the team of a member that is active today, or NONE. */
uint32_t eh_member_active(const struct eh_engine *, uint32_t team, uint32_t rep);
uint32_t eh_member_position(const struct eh_engine *, uint32_t team, uint32_t rep);

/* ledger.c */
/* The member becomes eligible, or ceases to be; with the sets and the share he has now. */
void eh_ledger_enter(struct eh_engine *, uint32_t team, const struct member *);
void eh_ledger_leave(struct eh_engine *, uint32_t team, const struct member *);
/* Entitlement up to now. */
struct amount eh_ledger_entitled(const struct eh_engine *, const struct team *, uint32_t position);
/* Mean value of the team's tickets, this one included, in whole minor units; at least 1. */
int64_t eh_ledger_mean(const struct eh_engine *, const struct ticket *);
/* What the ticket is booked with: its value within ten means; or as it was booked. */
int64_t eh_ledger_booked(const struct eh_engine *, const struct ticket *);
/* The ticket goes to the member at this position: entitles everybody eligible, unless that was
 * done before, and puts the receipt with him. */
void eh_ledger_book(struct eh_engine *, struct ticket *, uint32_t position);
/* The receipt goes from the rep who holds the ticket to in_air. */
void eh_ledger_lift(struct eh_engine *, struct ticket *);
/* The ticket leaves the team: what was received stays where it is, on in_air. */
void eh_ledger_forget(struct ticket *);
/* A set goes away: what its members are entitled to is theirs. */
void eh_ledger_close_set(struct eh_engine *, uint32_t team, uint32_t set);

/* turns.c: of policies by slots; does nothing for others */
/* The member becomes eligible, or ceases to be; with the sets and the share he has now. */
void eh_turns_enter(struct eh_engine *, uint32_t team, const struct member *);
void eh_turns_leave(struct eh_engine *, uint32_t team, const struct member *);
/* Entitled by the deals of the rounds up to now, less received by them; 10^-15 tickets. */
__int128 eh_turns_owed(const struct eh_engine *, const struct team *, uint32_t set,
                       uint32_t position);
/* What is owed goes to the account, for somebody who has no part in the set any more; and from it
 * into a round. */
void eh_turns_put_down(struct eh_engine *, const struct team *, uint32_t set, uint32_t position);
void eh_turns_take_up(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position);
/* The clock after a ticket dealt among so many shares. */
__int128 eh_turns_next(const struct skill_set *, uint64_t weight);
void eh_turns_advance(struct eh_engine *, uint32_t team, uint32_t set, uint64_t weight);
/* The clock at which the member is owed as much as matters next. */
__int128 eh_turns_due(const struct eh_engine *, const struct team *, uint32_t set,
                      uint32_t position);
/* The first one from this position on who is by this clock, or NONE. */
uint32_t eh_turns_due_from(const struct team *, const struct skill_set *, __int128 clock,
                           uint32_t position);
/* EH_RULES_TURNS begins: all rounds begin anew, nobody is owed anything. */
void eh_turns_begin(struct eh_engine *);

/* affinity.c */
/* A ticket with a customer is open or waits in its team; and does no more. */
int eh_affinity_join(struct eh_engine *, uint32_t slot) EH_MUST_CHECK;
void eh_affinity_leave(struct eh_engine *, uint32_t slot);
/* Position of the rep who has this ticket's customer already, and could get it; or NONE. */
uint32_t eh_affinity_find(const struct eh_engine *, const struct ticket *, int64_t now_us);
/* All lists anew, as the desk wants them. */
int eh_affinity_rebuild(struct eh_engine *) EH_MUST_CHECK;

/* observe.c; all do nothing while nobody watches */
struct eh_choice;
/* Of everybody in the set's tree, for the deal told next. */
int eh_watch_chances(struct eh_engine *, const struct eh_choice *) EH_MUST_CHECK;
int eh_watch_tell(struct eh_engine *, const struct ticket *, uint32_t rep, const struct decision *,
                  int64_t now_us) EH_MUST_CHECK;
void eh_watch_done(struct eh_engine *);

/* queue.c */
/* The team's set of these skills, made if need be; one use more. -EH_EFULL: all are in use. */
int eh_set_acquire(struct eh_engine *, uint32_t team, struct eh_str skills, uint64_t input,
                   uint32_t *ret) EH_MUST_CHECK;
bool eh_set_room(const struct eh_engine *, uint32_t team, struct eh_str skills);
void eh_set_release(struct eh_engine *, uint32_t team, uint32_t set);
void eh_set_done(struct eh_engine *, uint32_t team, uint32_t set);
void eh_set_end_rounds(struct eh_engine *, const struct team *, uint32_t set);
/* A set as it was, unused; for restoring. */
int eh_set_add(struct eh_engine *, uint32_t team, struct eh_str skills, uint64_t last_use,
               uint32_t *ret) EH_MUST_CHECK;
void eh_set_check_ready(struct eh_engine *, uint32_t team, uint32_t set);
int eh_queue_reserve(struct eh_engine *, uint32_t team, uint32_t set) EH_MUST_CHECK;
void eh_queue_push(struct eh_engine *, uint32_t slot); /* reserved before */
void eh_queue_remove(struct eh_engine *, uint32_t slot);
/* The one that is ready at this place of the desk or behind it, then from the first one on; its
 * number, or NONE. */
uint32_t eh_ready_team(const struct eh_engine *, uint32_t place);
/* Before the desk changes: nobody is, until trees are made. */
void eh_ready_clear(struct eh_engine *);
uint32_t eh_deal_next(const struct step *); /* the next one that is left over, or NONE */
const char *eh_waiting_why(const struct eh_engine *, const struct ticket *);

/* deal.c */
/* A new or returning ticket, counted and entered, with its set: gives it to somebody or lets it
 * wait, and says so. */
int eh_deal_or_wait(struct step *, uint32_t slot) EH_MUST_CHECK;
/* Up to the step's limit of waiting tickets: teams in turn, in each the best first. */
int eh_deal_waiting(struct step *) EH_MUST_CHECK;
/* Books it to the rep, whoever decided. */
int eh_deal_book(struct step *, uint32_t slot, uint32_t rep, uint32_t was,
                 const struct decision *) EH_MUST_CHECK;
/* To the rep who had it last in its team, however much they have: no deal. */
int eh_deal_return(struct step *, uint32_t slot, uint32_t rep) EH_MUST_CHECK;
/* Off its rep or out of its queue. */
void eh_deal_detach(struct eh_engine *, uint32_t slot);

/* the messages */
int eh_step_ticket(struct step *) EH_MUST_CHECK;
int eh_step_update(struct step *) EH_MUST_CHECK;
int eh_step_signal_message(struct step *) EH_MUST_CHECK;
int eh_step_outcome(struct step *) EH_MUST_CHECK;
int eh_step_metric(struct step *) EH_MUST_CHECK;
int eh_step_assign(struct step *) EH_MUST_CHECK;
int eh_step_release(struct step *) EH_MUST_CHECK;
int eh_step_move(struct step *) EH_MUST_CHECK;
int eh_step_desk(struct step *) EH_MUST_CHECK;
int eh_step_freeze(struct step *) EH_MUST_CHECK;
int eh_step_close(struct step *) EH_MUST_CHECK;
int eh_step_pay(struct step *) EH_MUST_CHECK;
int eh_step_exclude(struct step *) EH_MUST_CHECK;

/* epochs.c */
int eh_step_day(struct step *) EH_MUST_CHECK;
int eh_step_reveal(struct step *) EH_MUST_CHECK;
int eh_step_new_key(struct step *) EH_MUST_CHECK;
int eh_step_accept_time(struct step *) EH_MUST_CHECK;

/* ---- time_back.c */

/* The step's time is true, from_us, up to where the log had come, was not: what was dated behind
 * the true time is moved back by as much. Before the new date is set. */
int eh_time_back(struct step *, int64_t from_us) EH_MUST_CHECK;
/* ... of outcomes that wait for their ticket, by delta_us */
int eh_parked_back(struct eh_engine *, int64_t delta_us, int32_t date) EH_MUST_CHECK;
/* ... of what was counted in periods that are still to come */
int eh_facts_back(struct eh_engine *, int32_t date) EH_MUST_CHECK;

/* ---- rounds, in manager.c: tickets that are released or left behind go back, a few a step */
int eh_release_round(struct step *) EH_MUST_CHECK; /* of the rep whose turn it is */
int eh_release_next(const struct step *, uint32_t *ret_slot) EH_MUST_CHECK; /* NONE: no ticket */
/* The next round is about a sentence alone, which is left out now. */
bool eh_release_skip_notice(struct step *);
/* Puts the rep among those that rounds are due of, or takes them out, as they need it now. */
int eh_rounds_update(struct eh_engine *, uint32_t rep) EH_MUST_CHECK;

/* ---- leavers.c */
/* Before the day or the desk changes, and after it; eh_duty_done() in any case. */
int eh_duty_note(const struct eh_engine *, struct duty *ret) EH_MUST_CHECK;
int eh_duty_change(struct step *, const struct duty *) EH_MUST_CHECK;
void eh_duty_done(struct duty *);
/* The rules begin that know of leavers. */
void eh_leavers_begin(struct eh_engine *);
/* Lists of team ids, joined by '\x1f': whether one has this team; the first team, which goes from
 * the list; one more, in text of one's own. */
bool eh_team_list_has(struct eh_str list, struct eh_str team);
struct eh_str eh_team_list_next(struct eh_str *list);
int eh_team_list_add(char **text, uint32_t *size, struct eh_str team) EH_MUST_CHECK;
/* The first team whose tickets the rep is to leave behind, or NONE, and the teams behind it. */
uint32_t eh_leaves_team(const struct eh_engine *, uint32_t rep, struct eh_str *ret_rest);
int eh_leaves_done(struct eh_engine *, uint32_t rep, struct eh_str rest) EH_MUST_CHECK;
/* Whether the rep's tickets of the team stay with them: back in it, or the team has it so. */
bool eh_leaves_stay(const struct eh_engine *, uint32_t team, uint32_t rep);
/* Whether the member's last day is over, and none is to come. */
bool eh_member_is_over(const struct eh_engine *, const struct member *);
/* The status of a rep who never signalled. */
int eh_roster_presumes(const struct eh_engine *, uint32_t rep);

/* signals.c */
/* The user who says the step's message, where that is not the rep's own; or empty. */
struct eh_str eh_said_by(const struct step *, uint32_t rep);
/* Overloaded is in force, or held back. */
bool eh_overloaded_said(const struct rep *);
/* Tells the rep that this user ended it, with the message's reason. */
int eh_tell_ended(struct step *, uint32_t rep, struct eh_str by) EH_MUST_CHECK;
int eh_signal_expire(struct step *, uint32_t rep) EH_MUST_CHECK;
/* Sets status and times, keeps the heap, the trees and the digest. */
void eh_signal_set(struct eh_engine *, uint32_t rep, int status, int64_t now_us, int64_t until_us);
/* Puts the rep where his until_us belongs among the expiries. */
void eh_expiry_update(struct eh_engine *, uint32_t rep);
/* When the first of them comes, or EH_TIME_NEVER. */
int64_t eh_expiry_due(const struct eh_engine *);
/* The input is, or stands for, the newest signal of the stream. */
void eh_signal_newest(struct step *, uint32_t rep);
/* Nothing is held back any more. */
void eh_held_drop(struct eh_engine *, uint32_t rep);
/* Replaces an owned text by a copy. */
int eh_rep_set_text(char **text, uint32_t *size, struct eh_str) EH_MUST_CHECK;

/* outcomes.c */
/* An open ticket got another value. */
int eh_outcome_value(struct step *, uint32_t slot, int64_t value) EH_MUST_CHECK;
/* outcomes_earlier.c: rules before EH_RULES_TICKETS. Whether it may be applied: 0, or -EH_E… and
 * why not. */
int eh_outcome_check(const struct ticket *, const struct eh_message *,
                     struct eh_error *) EH_MUST_CHECK;
int eh_outcome_room(const struct eh_engine *, const struct ticket *, const struct eh_message *,
                    struct eh_error *) EH_MUST_CHECK;
int eh_outcome_apply(struct step *, uint32_t slot, const struct eh_message *,
                     int64_t at_us) EH_MUST_CHECK;
int eh_outcome_step_earlier(struct step *, uint32_t slot, bool recalled,
                            int64_t at_us) EH_MUST_CHECK;

/* facts.c */
/* Whether a closing of that date can be counted: 0, or -EH_EFULL and why not. */
int eh_facts_room(const struct eh_engine *, uint32_t team, int32_t date,
                  struct eh_error *) EH_MUST_CHECK;
int eh_facts_closed(struct eh_engine *, const struct ticket *,
                    const struct eh_message *) EH_MUST_CHECK;
/* The ticket as it was closed: before it is opened again. */
int eh_facts_reopened(struct eh_engine *, const struct ticket *) EH_MUST_CHECK;
void eh_facts_refunded(struct eh_engine *, const struct ticket *, int64_t value);
bool eh_facts_rated(struct eh_engine *, const struct ticket *, const struct eh_message *);
void eh_facts_done(struct eh_engine *);

/* periods.c */
/* They are. */
void eh_periods_adopt(struct eh_engine *, int32_t today);

/* changed.c */
/* What the newest `changed_at` applied to a ticket in memory was, in ms since 1970; 0: none. */
int64_t eh_changed_get(const struct eh_engine *, const struct ticket *);
int eh_changed_put(struct eh_engine *, const struct ticket *, int64_t ms) EH_MUST_CHECK;
void eh_changed_drop(struct eh_engine *, const struct ticket *); /* it goes out of memory */
/* Whether the message was changed before what is applied: it does nothing. */
bool eh_changed_is_older(const struct eh_message *, int64_t newest_ms);
/* The message is applied; a moment ahead of the time is the time. */
int eh_changed_apply(struct step *, const struct ticket *) EH_MUST_CHECK;

/* parked.c */
int eh_park(struct step *, struct eh_key ticket) EH_MUST_CHECK;
int eh_parked_add(struct eh_engine *, struct parked *) EH_MUST_CHECK;   /* takes the body over */
int eh_parked_apply(struct step *, uint32_t ticket_slot) EH_MUST_CHECK; /* a ticket arrived */
/* The story of its ticket took an outcome that waits: false, if none waits of this input. */
bool eh_parked_taken(struct eh_engine *, struct eh_key ticket, uint64_t input);
int eh_parked_expire(struct step *) EH_MUST_CHECK;                  /* the oldest one */
int eh_parked_drop(struct step *, struct eh_str why) EH_MUST_CHECK; /* ... unapplied */

/* resends.c */
/* What a message says beside source and customer; 0: too little. */
uint32_t eh_likeness(const struct eh_message *);
/* The cancelled ticket that this one is once more, or NONE. */
uint32_t eh_cancelled_find(const struct eh_engine *, const struct ticket *, int64_t now_us);
/* Behind all others; there is none of this key. */
int eh_cancelled_add(struct eh_engine *, uint64_t key, int64_t at_us,
                     struct eh_str id) EH_MUST_CHECK;
bool eh_cancelled_has(const struct eh_engine *, uint64_t key);
void eh_cancelled_remove(struct eh_engine *, uint32_t slot);
/* The ticket is cancelled, as of now. */
int eh_cancelled_note(struct step *, const struct ticket *) EH_MUST_CHECK;
void eh_cancelled_back(struct eh_engine *, int64_t to_us); /* the time is led back to this */
void eh_cancelled_encode(const struct cancelled *, struct eh_bytes *);
void eh_cancelled_done(struct eh_engine *);

/* skipped.c */
int eh_step_skipped(struct step *) EH_MUST_CHECK;
int eh_ticket_touch(struct step *, uint32_t slot) EH_MUST_CHECK; /* it stands aside no longer */

/* roster.c */
void eh_desk_held_free(struct desk_held *);
/* Parses; -EH_E… with the sentence. */
int eh_desk_held_new(struct eh_str text, struct desk_held **ret, struct eh_error *) EH_MUST_CHECK;
/* Takes it over: names, members, trees. now_us: since when who never signalled is what he is. */
int eh_roster_install(struct eh_engine *, struct desk_held *, int64_t now_us) EH_MUST_CHECK;
void eh_team_free(struct team *); /* its memory alone */
/* Whether the first builds had the policies of all teams. */
bool eh_roster_has_first_policies(const struct eh_engine *);
void eh_roster_set_date(struct eh_engine *, int32_t date);
/* ... and whoever leaves or comes back by it does. */
int eh_roster_turn_date(struct step *, int32_t date) EH_MUST_CHECK;

/* encode.c */
void eh_encode_ticket(const struct eh_engine *, const struct ticket *, struct eh_bytes *);
int eh_decode_ticket(struct eh_engine *, struct eh_reader *, struct ticket *) EH_MUST_CHECK;
void eh_encode_rep(const struct eh_engine *, uint32_t rep, struct eh_bytes *);
void eh_encode_account(const struct eh_engine *, const struct account *, struct eh_bytes *);
void eh_encode_parked(const struct parked *, struct eh_bytes *);
void eh_encode_ledger(const struct eh_engine *, uint32_t team, struct eh_bytes *);
void eh_encode_set(const struct eh_engine *, const struct team *, const struct skill_set *,
                   struct eh_bytes *);
void eh_encode_slot(const struct slot *, struct eh_bytes *); /* whose and where apart */
__int128 eh_read_wide(struct eh_reader *);
struct amount eh_read_amount(struct eh_reader *);
void eh_encode_purse(const struct eh_engine *, uint32_t team, struct eh_bytes *);
void eh_encode_period(const struct eh_engine *, const struct period *, struct eh_bytes *);
void eh_encode_fact(const struct eh_engine *, const struct fact *, struct eh_bytes *);
void eh_encode_globals(const struct eh_engine *, struct eh_bytes *);
bool eh_read_flag(struct eh_reader *); /* 0 or 1, anything else fails */
/* Brings the digest up to date with an object that changed or is new. */
void eh_digest_ticket(struct eh_engine *, uint32_t slot);
void eh_digest_rep(struct eh_engine *, uint32_t rep);
void eh_digest_account(struct eh_engine *, struct account *);
void eh_digest_parked(struct eh_engine *, struct parked *);
void eh_digest_cancelled(struct eh_engine *, uint32_t slot);
void eh_digest_ledger(struct eh_engine *, uint32_t team);
void eh_digest_set(struct eh_engine *, uint32_t team, uint32_t set);
void eh_digest_slot(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position);
/* Nothing is done for what is counted for the shadow plan. */
void eh_digest_period(struct eh_engine *, uint32_t period);
void eh_digest_fact(struct eh_engine *, uint32_t period, uint32_t fact);
void eh_digest_purse(struct eh_engine *, uint32_t team);
void eh_digest_past(struct eh_engine *, uint32_t team);
void eh_digest_since(struct eh_engine *, uint32_t rep);
void eh_digest_leave(struct eh_engine *, struct eh_key *hash); /* the object goes away */

/* personal text (identify.c) */
void eh_message_of_input(const struct eh_input *, struct eh_message *ret);

#endif
