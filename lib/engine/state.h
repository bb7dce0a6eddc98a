/*
 * state: what the engine keeps in memory, and what its files ask of each other. Private to engine/.
 *
 * Reps, teams and kinds have numbers that are never given again while the engine lives; outside
 * they are known by their ids, so a number decides nothing and may differ after a restore. Tickets
 * live in slots. Everything that orders anything compares ids, ticket numbers or times.
 *
 *     engine.c    life, step(), what is due         roster.c     a desk file takes effect
 *     tickets.c   slots, order, lists               arrivals.c   messages ticket, update, metric
 *     signals.c   overloaded, available, away       outcomes.c   messages outcome
 *     queue.c     skill sets, waiting tickets       parked.c     outcomes before their ticket
 *     deal.c      one decision; rounds of them      eligible.c   the trees of who may receive
 *     manager.c   assign, release, move             policies.c   the table of policies
 *     encode.c    canonical bytes, digest           effects.c    what a step hands out
 *     names.c     numbers for ids                   snapshot.c   out and in again
 *     identify.c  identities, content digests       record.c     inputs as rows and back
 *     readers.c   what others may see
 */
#ifndef EVENHAND_LIB_ENGINE_STATE_H
#define EVENHAND_LIB_ENGINE_STATE_H

#include <evenhand/engine/engine.h>

#define NONE               UINT32_MAX
#define NAMES_MAX          (1u << 20) /* reps, teams or kinds ever known */
#define ACCOUNTS_MAX       (1u << 22) /* pairs of team and rep ever dealt to */
#define READY_MAX          (EH_DESK_TEAMS_MAX * EH_SKILL_SETS_MAX)
#define IMAGE_VERSION      1
#define SNAPSHOT_VERSION   1
#define SECOND_US          INT64_C(1000000)
#define AT_LEAST_DEFAULT_S (15 * 60)
#define AT_MOST_DEFAULT_S  (8 * 3600)

/* Ids by number. Text lives as long as the engine. */
struct names {
    struct eh_table index;
    struct eh_arena text;
    struct eh_str *items;
    uint32_t count, capacity;
};

struct ticket {
    uint64_t no; /* the input that brought it */
    struct eh_key identity, digest, customer;
    struct eh_key hash; /* its part of the state digest */
    char *text;         /* source, id, skills, one behind the other; owned */
    uint16_t source_size, id_size, skills_size;
    uint8_t state, priority, outcome;
    bool has_customer;
    uint32_t team, kind, rep; /* rep: who holds or held it, or NONE */
    uint32_t was;             /* released by: not to him while another may have it; or NONE */
    uint32_t set;             /* of its team, while open or waiting */
    uint32_t queue_at;        /* place in that set's queue, while waiting */
    uint32_t next, previous;  /* of its rep; next: of the free slots */
    uint32_t points, deals;
    int64_t value, refunded;
    int64_t received_us, assigned_us, closed_us;
    uint64_t stream_ms, stream_no;
};

/* A list through `next` and `previous` of tickets. */
struct list {
    uint32_t first, last, count;
};

struct membership {
    uint32_t team, position;
};

struct rep {
    bool known;   /* was on a desk: an object of the digest */
    bool present; /* is on this one */
    bool signalled;
    bool releasing; /* further rounds of a release are due */
    char *scope;    /* ... of tickets in these teams; owned; NULL: all */
    uint32_t scope_size;
    uint8_t status; /* enum eh_status, in force */
    uint32_t desk_index;
    uint32_t share_ppm;
    int64_t since_us, until_us;
    char *reason; /* owned */
    uint32_t reason_size;
    uint32_t expiry_at; /* place in the heap of expiries, or NONE */
    struct list open;
    uint64_t points;
    const struct membership *memberships; /* in order of team id */
    const uint32_t *desk_teams;           /* the same as indices of the desk */
    uint32_t membership_count;
    struct eh_key hash;
};

struct member {
    uint32_t rep;
    uint32_t account; /* or NONE: never dealt to here */
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
    uint32_t best; /* position of one with the least load; kept for policies by load */
    uint32_t ties; /* how many have that load */
};

/* Tickets of one team that require the same skills. */
struct skill_set {
    char *skills; /* owned; NULL: free */
    uint32_t skills_size;
    uint32_t uses;      /* open and waiting tickets; at 0 it may be replaced */
    uint32_t available; /* available members that have the skills */
    uint64_t last_use;  /* input */
    struct node *tree;  /* tree[1] is all; leaves from tree[team->leaves] on */
    uint32_t *queue;    /* heap of waiting tickets: priority, then number */
    uint32_t queue_count, queue_capacity;
    uint32_t ready_at; /* place in engine->ready, or NONE */
};

struct team {
    const struct eh_desk_team *desk; /* NULL: not on this desk */
    const struct eh_policy *policy;
    struct member *members; /* in order of rep id */
    struct skill_set *sets;
    uint32_t desk_index, member_count, leaves, set_count;
    uint32_t available;
    uint64_t waiting, open;
};

struct kind {
    uint32_t points; /* 0: not on this desk */
    uint64_t held;   /* open and waiting tickets */
};

/* What a rep was given in a team, ever. */
struct account {
    uint32_t team, rep;
    uint64_t received;
    int64_t received_value;
    struct eh_key hash;
};

struct parked {
    uint64_t input;
    struct eh_key identity; /* of the ticket it waits for */
    int64_t until_us;
    uint64_t stream_ms, stream_no;
    uint8_t origin;
    uint8_t *body; /* canonical message; owned */
    uint32_t body_size;
    uint32_t next, previous; /* all, in order of input */
    uint32_t sibling;        /* the next one for the same ticket */
    struct eh_key hash;
};

struct place {
    uint64_t no;
    uint32_t slot; /* NONE: gone */
};

struct ready {
    uint32_t team, set;
};

/* A desk file as applied. */
struct desk_held {
    struct eh_arena arena;
    struct eh_desk *desk;
    struct eh_str text;
    uint8_t hash[32];
};

struct eh_engine {
    uint64_t input, seq, dead;
    int64_t at_us;
    int32_t date;
    bool has_day;
    bool broken; /* a step failed half way: nothing can be decided any more */
    uint32_t epoch;
    unsigned __int128 sum; /* of the hashes of all objects but the globals */

    struct desk_held *desk;
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
    struct eh_table ticket_index;
    struct place *order; /* by number; with holes */
    uint32_t order_count, order_capacity, order_holes;
    uint64_t waiting, open;

    struct parked *parked;
    uint32_t parked_slots, parked_capacity, free_parked;
    struct list parked_list;
    struct eh_table parked_index; /* ticket -> the first one that waits for it */

    uint32_t *expiries; /* heap of reps: until_us, then id */
    uint32_t expiry_count, expiry_capacity;
    struct ready *ready; /* sets with both somebody eligible and something waiting */
    uint32_t ready_count, ready_capacity;
    uint32_t releasing; /* reps with further rounds due */

    struct eh_bytes scratch;
};

/* One step under way. */
struct step {
    struct eh_engine *e;
    const struct eh_input *in;
    struct eh_message m; /* of the input, with digests of personal text in place */
    struct eh_effects *fx;
    int64_t now_us;
    uint32_t deals_left;
    uint32_t subject; /* the ticket whose outcomes this step applies: goes if it ends closed */
    bool touched;     /* state has changed: an error from here on breaks the engine */
};

/* Of one decision, for its effect. */
struct decision {
    const char *why;
    uint32_t eligible;
    uint64_t weight;
    const struct eh_draws *draws; /* NULL: none */
};

static inline struct eh_str ticket_source(const struct ticket *t)
{
    return eh_str_n(t->text, t->source_size);
}
static inline struct eh_str ticket_id(const struct ticket *t)
{
    return eh_str_n(t->text + t->source_size, t->id_size);
}
static inline struct eh_str ticket_skills(const struct ticket *t)
{
    return eh_str_n(t->text + t->source_size + t->id_size, t->skills_size);
}
static inline struct eh_str name_of(const struct names *names, uint32_t no)
{
    return no == NONE ? (struct eh_str){NULL, 0} : names->items[no];
}

/* Makes room for `count` items of `size` bytes. New ones are not touched: what is not used does not
 * become resident. -EH_ENOMEM. */
int eh_room(void *items, uint32_t *capacity, uint32_t count, size_t size) EH_MUST_CHECK;

/* names: number of an id, or NONE; adding gives the number there is or a new one. */
uint32_t eh_names_find(const struct names *, struct eh_str);
int eh_names_add(struct names *, struct eh_str, uint32_t *ret) EH_MUST_CHECK;
void eh_names_done(struct names *);
int eh_engine_add_rep(struct eh_engine *, struct eh_str id, uint32_t *ret) EH_MUST_CHECK;
int eh_engine_add_team(struct eh_engine *, struct eh_str id, uint32_t *ret) EH_MUST_CHECK;
int eh_engine_add_kind(struct eh_engine *, struct eh_str id, uint32_t *ret) EH_MUST_CHECK;
struct account *eh_account(struct eh_engine *, struct member *, uint32_t team); /* or NULL */
uint32_t eh_account_find(const struct eh_engine *, uint32_t team, uint32_t rep);
struct account *eh_account_add(struct eh_engine *, uint32_t team, uint32_t rep);

/* effects.c */
void eh_step_begin(struct eh_effects *);
/* Refuses the message; nothing may have changed before. Returns 0. */
int eh_step_refuse(struct step *, int code, const char *format, ...) EH_PRINTF(3, 4);
int eh_step_refused_notice(struct step *, const struct eh_message *, uint8_t origin,
                           uint64_t stream_ms, uint64_t stream_no) EH_MUST_CHECK;
int eh_step_emit(struct step *, int type, const struct ticket *, uint32_t rep, uint32_t was,
                 const struct decision *) EH_MUST_CHECK;
int eh_step_image(struct step *, const struct ticket *) EH_MUST_CHECK;
int eh_step_signal(struct step *, uint32_t rep, int status, int64_t from_us,
                   int64_t until_us) EH_MUST_CHECK;
int eh_step_dead(struct step *, const struct eh_message *, uint64_t stream_ms,
                 uint64_t stream_no) EH_MUST_CHECK;

/* tickets.c */
uint32_t eh_ticket_find(const struct eh_engine *, struct eh_key identity); /* slot or NONE */
/* A slot that nothing refers to yet; -EH_ENOMEM. */
int eh_ticket_alloc(struct eh_engine *, uint32_t *ret) EH_MUST_CHECK;
int eh_ticket_set_text(struct ticket *, struct eh_str source, struct eh_str id,
                       struct eh_str skills) EH_MUST_CHECK;
void eh_ticket_drop(struct eh_engine *, uint32_t slot); /* frees one that nothing refers to */
/* Enters a slot into table and order; out of them, of the digest, and away. */
int eh_ticket_enter(struct eh_engine *, uint32_t slot) EH_MUST_CHECK;
void eh_ticket_remove(struct eh_engine *, uint32_t slot);
/* Counts an open or waiting ticket in or out: totals, kind, team. */
void eh_ticket_count(struct eh_engine *, const struct ticket *, bool in);
void eh_ticket_give(struct eh_engine *, uint32_t slot, uint32_t rep); /* onto the rep's list */
void eh_ticket_take(struct eh_engine *, uint32_t slot);               /* off it */
void eh_list_append(struct eh_engine *, struct list *, uint32_t slot);
void eh_list_remove(struct eh_engine *, struct list *, uint32_t slot);
/* First place in order with a number above `after`. */
uint32_t eh_order_above(const struct eh_engine *, uint64_t after);
bool eh_ticket_before(const struct ticket *a, const struct ticket *b); /* in a queue */

/* eligible.c */
bool eh_below_capacity(const struct team *, const struct rep *);
void eh_eligible_rebuild(struct eh_engine *, uint32_t team);
void eh_eligible_build_set(struct eh_engine *, uint32_t team, uint32_t set);
/* After a rep's status or points changed. */
void eh_eligible_refresh(struct eh_engine *, uint32_t rep);
void eh_eligible_mask(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position, bool in);
uint32_t eh_eligible_at_weight(const struct team *, const struct skill_set *, uint64_t at);
uint32_t eh_eligible_at_tie(const struct eh_engine *, const struct team *, const struct skill_set *,
                            uint64_t at);
bool eh_rep_has_skills(const struct eh_engine *, uint32_t rep, struct eh_str skills);
/* Position in the team of a member that is active today, or NONE. */
uint32_t eh_member_active(const struct eh_engine *, uint32_t team, uint32_t rep);
uint32_t eh_member_position(const struct eh_engine *, uint32_t team, uint32_t rep);

/* queue.c */
/* The team's set of these skills, made if need be; one use more. -EH_EFULL: all are in use. */
int eh_set_acquire(struct eh_engine *, uint32_t team, struct eh_str skills, uint64_t input,
                   uint32_t *ret) EH_MUST_CHECK;
bool eh_set_room(const struct eh_engine *, uint32_t team, struct eh_str skills);
void eh_set_release(struct eh_engine *, uint32_t team, uint32_t set);
void eh_set_done(struct skill_set *);
void eh_set_check_ready(struct eh_engine *, uint32_t team, uint32_t set);
int eh_queue_reserve(struct eh_engine *, uint32_t team, uint32_t set) EH_MUST_CHECK;
void eh_queue_push(struct eh_engine *, uint32_t slot); /* reserved before */
void eh_queue_remove(struct eh_engine *, uint32_t slot);
const char *eh_waiting_why(const struct team *, const struct skill_set *);

/* deal.c */
/* A new or returning ticket, counted and entered, with its set: gives it to somebody or lets it
 * wait, and says so. */
int eh_deal_or_wait(struct step *, uint32_t slot) EH_MUST_CHECK;
/* Up to the step's limit of waiting tickets, the best first. */
int eh_deal_waiting(struct step *) EH_MUST_CHECK;
/* Books it to the rep, whoever decided. */
int eh_deal_book(struct step *, uint32_t slot, uint32_t rep, uint32_t was,
                 const struct decision *) EH_MUST_CHECK;
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
int eh_step_day(struct step *) EH_MUST_CHECK;

int eh_release_round(struct step *) EH_MUST_CHECK; /* of the first rep that has one due */

/* signals.c */
int eh_signal_expire(struct step *, uint32_t rep) EH_MUST_CHECK;
/* Sets status and times, keeps the heap, the trees and the digest. */
void eh_signal_set(struct eh_engine *, uint32_t rep, int status, int64_t now_us, int64_t until_us);
/* Puts the rep where his until_us belongs among the expiries. */
void eh_expiry_update(struct eh_engine *, uint32_t rep);
/* Replaces an owned text by a copy. */
int eh_rep_set_text(char **text, uint32_t *size, struct eh_str) EH_MUST_CHECK;

/* outcomes.c */
/* Whether it may be applied: 0, or -EH_E… and why not. */
int eh_outcome_check(const struct ticket *, const struct eh_message *,
                     struct eh_error *) EH_MUST_CHECK;
int eh_outcome_room(const struct eh_engine *, const struct ticket *, const struct eh_message *,
                    struct eh_error *) EH_MUST_CHECK;
bool eh_outcome_changes(const struct ticket *, const struct eh_message *); /* once checked */
int eh_outcome_apply(struct step *, uint32_t slot, const struct eh_message *,
                     int64_t at_us) EH_MUST_CHECK;

/* parked.c */
int eh_park(struct step *, struct eh_key ticket) EH_MUST_CHECK;
int eh_parked_add(struct eh_engine *, struct parked *) EH_MUST_CHECK; /* takes the body over */
void eh_parked_remove(struct eh_engine *, uint32_t slot);
int eh_parked_apply(struct step *, uint32_t ticket_slot) EH_MUST_CHECK; /* a ticket arrived */
int eh_parked_expire(struct step *) EH_MUST_CHECK;                      /* the oldest one */

/* roster.c */
void eh_desk_held_free(struct desk_held *);
/* Parses; -EH_E… with the sentence. */
int eh_desk_held_new(struct eh_str text, struct desk_held **ret, struct eh_error *) EH_MUST_CHECK;
/* Takes it over: names, members, trees. now_us: since when who never signalled is what he is. */
int eh_roster_install(struct eh_engine *, struct desk_held *, int64_t now_us) EH_MUST_CHECK;
void eh_team_done(struct team *);
void eh_roster_set_date(struct eh_engine *, int32_t date);

/* encode.c */
void eh_encode_ticket(const struct eh_engine *, const struct ticket *, struct eh_bytes *);
int eh_decode_ticket(struct eh_engine *, struct eh_reader *, struct ticket *) EH_MUST_CHECK;
void eh_encode_rep(const struct eh_engine *, uint32_t rep, struct eh_bytes *);
void eh_encode_account(const struct eh_engine *, const struct account *, struct eh_bytes *);
void eh_encode_parked(const struct parked *, struct eh_bytes *);
void eh_encode_globals(const struct eh_engine *, struct eh_bytes *);
bool eh_read_flag(struct eh_reader *); /* 0 or 1, anything else fails */
/* Brings the digest up to date with an object that changed or is new. */
void eh_digest_ticket(struct eh_engine *, uint32_t slot);
void eh_digest_rep(struct eh_engine *, uint32_t rep);
void eh_digest_account(struct eh_engine *, struct account *);
void eh_digest_parked(struct eh_engine *, struct parked *);
void eh_digest_leave(struct eh_engine *, struct eh_key *hash); /* the object goes away */

/* personal text (identify.c) */
void eh_message_of_input(const struct eh_input *, struct eh_message *ret);

#endif
