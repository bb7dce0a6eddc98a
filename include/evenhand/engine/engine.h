/*
 * engine: decides. A pure function from (state, input) to effects.
 *
 * Everything it needs is in the input: number, time, local date, content, what the store recalled,
 * the draws. No clock, no I/O, no randomness. Same inputs, same effects, same digest, everywhere.
 * Only eh_engine_step() changes state. State must not be used after a failed COMMIT: free it and
 * restore from the last snapshot and the log.
 *
 *     struct eh_engine *e;
 *     eh_engine_new(EH_RULES_FIRST, &e, &error);
 *     struct eh_input in = {.no = 1, .at_us = now, .date = today, .draws = &draws, .message = m};
 *     eh_input_identify(&in);                    // identity and digest of its content
 *     if (eh_engine_is_repeat(e, &in)) …         // known already: acknowledge, count, no number
 *     struct eh_effects fx = {.arena = &batch};
 *     r = eh_engine_step(e, &in, &fx);           // fx.items[0 .. fx.count)
 *
 * Errors of step() leave the state as it was: -EH_EFULL (a named capacity), -EH_ENOMEM,
 * -EH_ECORRUPT (recorded draws or recalled facts that do not fit; number or time running
 * backwards), -EH_EVERSION (a RULES input of a later build). If memory or a recorded draw is
 * missing half way through a step, the engine refuses every later step (-EH_ECORRUPT): free it and
 * rebuild it. A wrong message is no error: an effect refuses it, and the log has that effect.
 *
 * A RELEASE that the shell makes may have in `team` a list of team ids in one text: only tickets of
 * these teams are released. Without it those of all teams are. From EH_RULES_OTHERS on a list says
 * nothing of the rep's other teams: the rep's state stays, and only the named teams give them
 * nothing until they signal.
 */
#ifndef EVENHAND_ENGINE_ENGINE_H
#define EVENHAND_ENGINE_ENGINE_H

#include <evenhand/draw/draw.h>
#include <evenhand/draw/hash.h>
#include <evenhand/engine/bounds.h>
#include <evenhand/engine/rules.h>
#include <evenhand/wire/desk.h>
#include <evenhand/wire/message.h>
#include <evenhand/wire/notice.h>
#include <evenhand/wire/schedule.h>

EH_C_BEGIN

#define EH_TICKETS_MAX            1000000 /* open and waiting together */
#define EH_PENDING_MAX            10000   /* outcomes that wait for their ticket */
#define EH_PENDING_PER_TICKET_MAX 16      /* ... for the same one */
#define EH_PENDING_S              60      /* so long */
/* Outcomes of a ticket that come within so long, and at most so many, are put in order of `at`. */
#define EH_ORDER_S   60
#define EH_ORDER_MAX 32
/* A ticket remembers so many teams it was dealt in, beside the one it is in. After that it moves
 * only to one of these: a team that it forgot could draw it anew. */
#define EH_TICKET_TEAMS_MAX 16
#define EH_CONTENTS_MAX     8      /* so many of the contents it was told with tell a repeat */
#define EH_CANCELLED_MAX    65536  /* cancelled tickets that may come again under another id */
#define EH_LASTS_MAX        200000 /* customers of whom it is known who closed their last ticket */
#define EH_SKILL_SETS_MAX   64     /* required-skill sets in use per team */
/* How many tickets a step deals, gives back and tells of, unless its message says a number
 * (EH_FIELD_MOST). Further DUE inputs deal the rest. The message itself has at most
 * EH_STEP_EFFECTS_MORE effects more. */
#define EH_DEALS_PER_STEP_MAX 1000
#define EH_STEP_EFFECTS_MORE  (2 * EH_PENDING_PER_TICKET_MAX + 4)
/* How many signals of a rep may change their state: a further one takes effect later. */
#define EH_CHANGES_A_MINUTE 6
#define EH_CHANGES_A_DAY    60
#define EH_CHANGE_PAUSE_S   (15 * 60) /* from then on one in so long */
/* How often "overloaded" may be renewed before it is over. Then it ends, and may be said again when
 * the teams' at_least has passed after its end. */
#define EH_OVERLOADED_RENEWALS 2
#define EH_OVERLOADED_AGAIN_S  60 /* a renewal by less than this changes nothing */
/* How many signals of a rep become inputs, whatever they say. */
#define EH_SIGNALS_A_MINUTE 12
#define EH_SIGNALS_A_DAY    600
#define EH_SIGNAL_PAUSE_S   60
/* An id of the stream that is lower by more than this is of a stream that was made anew, not of an
 * older signal. */
#define EH_SIGNAL_OLDER_MAX_MS (24 * 3600 * UINT64_C(1000))
/* Absences that are not over yet, of a rep and of all. */
#define EH_ABSENCES_PER_REP_MAX 64
#define EH_ABSENCES_MAX         100000
#define EH_AT_AHEAD_MAX_S       300 /* an outcome's `at` may be so far ahead */
#define EH_TIME_LAST            INT64_C(253402300799999999) /* 9999-12-31T23:59:59.999999Z, in µs */
#define EH_DATE_LAST            2932897 /* the day after it, as any time zone may see it */

/* What PostgreSQL knew of the identities an input names, looked up before it is decided. */
struct eh_recalled {
    bool known;           /* the input's own identity is in the log already */
    struct eh_key digest; /* ... with this content */
    uint64_t input;       /* ... as this input */
    bool ticket_known;    /* outcome: the ticket named is in the log (perhaps closed long ago) */
    struct eh_str ticket_image; /* ... its last image (eh_effects.image); step() needs it when the
                                   ticket is no longer in memory */
    struct eh_str periods;      /* desk: what was counted in the past for plans that begin there
                                   (eh_engine_late_plans); may be empty */
};

/* Numbers are stored: never change, never reuse. */
enum eh_origin_type { EH_ORIGIN_SHELL = 0, EH_ORIGIN_STREAM = 1, EH_ORIGIN_ADMIN = 2 };

/* How the log says an input was decided. Builds before numbered rules decided some inputs
 * differently, all under EH_RULES_FIRST: for these the log has the last word. */
enum eh_recorded {
    EH_RECORDED_NOT = 0, /* it is decided for the first time */
    EH_RECORDED_TAKEN = 1,
    EH_RECORDED_REFUSED = 2,
};

/* How personal text becomes its digest. */
enum eh_salting {
    EH_UNSALTED = 0,   /* as builds before EH_RULES_SALTED made it */
    EH_SALTED = 1,     /* behind the salt */
    EH_DIGEST_KEPT = 2 /* the text was erased: the digest in the input is taken as it is */
};
struct eh_salt {
    uint8_t how; /* enum eh_salting */
    uint8_t bytes[EH_SALT_BYTES];
};

struct eh_parsed_desk;

struct eh_input {
    uint64_t no;      /* gapless, from 1 */
    int64_t at_us;    /* µs since 1970 UTC; never before the input before, but for ACCEPT_TIME */
    int32_t date;     /* local civil date, days since 1970; the engine's but for DAY, ACCEPT_TIME */
    uint8_t origin;   /* enum eh_origin_type */
    uint8_t recorded; /* enum eh_recorded */
    uint32_t rules;   /* enum eh_rules its identity is made by; 0: EH_RULES_LAST */
    /* EH_ORIGIN_STREAM: id of the entry. A signal or release of another origin: the newest of the
     * rep's signals on the stream that it stands for, being said after it; or 0. */
    uint64_t stream_ms, stream_no;
    struct eh_message message;
    struct eh_parsed_desk
        *parsed_desk; /* DESK: its text as read (parsed_desk.h), borrowed; or NULL */
    /* Of the message: a ticket's (type, source, id), event, or stream id + content. The engine
     * relies on a ticket's being its own. */
    struct eh_key identity;
    struct eh_key digest; /* of the content: known fields after defaults */
    /* What the message's slices of that name point to; read from here, so a copy is fine. */
    uint8_t customer_digest[16], subject_digest[16], reason_digest[16];
    /* Set before it is identified. The reason of an EH_TYPE_ERASABLE message has a digest if its
     * salt says how; EH_UNSALTED: it is told as it is, as before EH_RULES_REASONS. */
    struct eh_salt customer_salt, subject_salt, reason_salt;
    bool bare; /* set before it is identified, too: the content digest leaves personal text out; for
                  tickets that are taken, from EH_RULES_CONTENT on */
    struct eh_recalled recalled;
    struct eh_draws *draws; /* count is reset at each decision */
};

/* An effect is a row of the log and an entry of the outbox. Text lives in the effects' arena. */
struct eh_effect {
    uint64_t seq;    /* gapless, from 1 */
    uint8_t type;    /* enum eh_notice_type */
    uint64_t ticket; /* number of the ticket's own input; of an outcome of earlier that is refused
                        or taken now, of its; 0 where there is none */
    struct eh_str source, id, team, rep, was, why;
    uint64_t stream_ms, stream_no; /* of the ticket's entry (refused: of the refused one); or 0 */
    /* of a dealt ticket: what is needed to check the decision */
    uint32_t epoch;
    uint32_t eligible; /* reps that could have got it */
    uint64_t weight;   /* sum of their shares, ppm */
    uint64_t *draws;   /* results used, in order */
    uint32_t draw_count;
    struct eh_str detail; /* what else the policy looked at (eh_deal_detail_view); may be empty */
};

/* What a policy compared, read back from effect.detail. Balanced gives to the larger
 * (1 - v) dc + v (x / M) (dv / M): v the team's weight of value, x what the ticket is booked with,
 * M the team's mean value, dc and dv what the rep is owed in number and in value before this
 * ticket. evenhand-proof(7) says how to compute it. */
struct eh_compared {
    struct eh_str rep;
    int64_t dc_nano;    /* deficit in number, 10^-9 tickets */
    int64_t dv;         /* deficit in value, minor units, rounded */
    int64_t means_nano; /* dv / M, 10^-9; with `scored` */
};
struct eh_deal_detail {
    struct eh_compared pair[2]; /* balanced: the two reps drawn; rep empty: no pair */
    bool tie;                   /* equal scores: drawn */
    bool scored;                /* the next three are there, from EH_RULES_COMPARED on */
    int64_t value, mean;        /* x and M, minor units */
    uint32_t value_weight_ppm;  /* v */
    uint64_t slots;             /* rotation: slots left in the round; 0: no rotation, or: */
    uint64_t late; /* rotation: so many are EH_ROTATION_LATE tickets late, as late as each
                      other, and come before all slots; 0: nobody is */
    uint64_t ties; /* least_loaded: how many had the least; 0: not told */
    /* affinity: the number of the customer's ticket that the rep closed, and when; 0: the rep had
     * one of them open */
    uint64_t last_ticket;
    int64_t last_closed_us;
};
/* Texts point into `detail`. -EH_ECORRUPT. */
int eh_deal_detail_view(struct eh_str detail, struct eh_deal_detail *ret,
                        struct eh_error *) EH_MUST_CHECK;

/* What a rep did with a ticket at the helpdesk, beside the deal; or did not: they let it lapse. */
enum eh_deed {
    EH_DEED_NONE,
    EH_DEED_CLAIM,
    EH_DEED_GIFT,
    EH_DEED_MOVE,
    EH_DEED_DROP,
    EH_DEED_LAPSE,
    EH_DEEDS
};
struct eh_done {
    enum eh_deed deed;
    struct eh_str rep, team; /* who did it, in whose team; the engine's, until the next step */
    int64_t value;           /* of the ticket */
};

struct eh_effects {
    struct eh_arena *arena; /* set by the caller; lives as long as the items are needed */
    struct eh_effect *items;
    uint32_t count, capacity;
    /* of the last step alone: */
    uint32_t first;       /* index of its first item */
    bool refused;         /* the message went to the dead letters ... */
    struct eh_str reason; /* ... because of this; one line, what and where */
    struct eh_str dead; /* ... DUE: the pending message as JSON (its bytes are gone); else empty */
    uint64_t dead_stream_ms, dead_stream_no; /* ... and the entry it came from; or 0 */
    int refused_code;      /* ... as enum eh_code: EH_ENOTFOUND, EH_ECONFLICT, EH_EINVAL ... */
    uint64_t image_ticket; /* a ticket changed after its first deal (outcome, update, assign, move,
                              release; not the deal of a waiting one): its number, else 0 ... */
    struct eh_str image;   /* ... and all of it from now on, to be recalled with later outcomes */
    struct eh_str note;    /* what was taken counts nowhere, and why: for who sent it; or empty */
    bool older;            /* an update from before the newest `changed_at`: nothing was done */
    struct eh_done done;   /* OWNER, or a ticket that moves: what a rep did */
    bool pending;          /* the outcome waits for a ticket that is not there yet */
    bool shifts;           /* reps went on or off, and all are told */
    /* signal, or DUE that ended one: */
    struct eh_str signal_rep; /* empty: no signal took effect or was taken */
    uint8_t signal_status;    /* enum eh_status */
    bool some_teams;          /* a release of some of the rep's teams: no signal */
    int64_t from_us;          /* when it takes effect (at_least of overloaded may delay it) */
    int64_t until_us;         /* when it ends by itself (EH_TIME_NEVER: does not) */
};

struct eh_engine;

/* Empty, without a desk, deciding by these rules: EH_RULES_FIRST for whatever has a log, any other
 * for simulations, which have none. *ret is the caller's to free. -EH_ENOMEM, -EH_EUNAVAILABLE. */
int eh_engine_new(enum eh_rules, struct eh_engine **ret, struct eh_error *) EH_MUST_CHECK;
void eh_engine_free(struct eh_engine *); /* NULL allowed */

/* Sets in->identity and in->digest from message, origin and stream id; replaces customer, subject
 * and a reason that can be erased by their digests for everything that is hashed, made with in's
 * salts. Identities: a
 * ticket (source, id); others `event` within type and source, and over the admin socket within its
 * user; without event the stream id (admin: input number is unknown yet, so time + actor) +
 * content, of which what is salted is no part. */
void eh_input_identify(struct eh_input *in);
/* Identity of the ticket an outcome or update names, to be looked up. */
struct eh_key eh_ticket_identity(struct eh_str source, struct eh_str id);
/* Identity of a refused entry: its stream id and its bytes as they came. */
struct eh_key eh_entry_identity(uint64_t stream_ms, uint64_t stream_no, struct eh_str bytes);
/* Identity of the update that a known ticket of the stream became: its ticket and its stream id.
 * What else the log has of it depends on how the ticket stood then, so an entry that comes again
 * could not be recognised by it. */
struct eh_key eh_retold_identity(const struct eh_input *in);
/* The identity of a refused entry as the log has it under EH_RULES_SALTED. */
struct eh_key eh_entry_identity_salted(const uint8_t salt[EH_SALT_BYTES], uint64_t stream_ms,
                                       uint64_t stream_no, struct eh_str bytes);

/* A ticket that is known, told once more; from EH_RULES_RETOLD on. */
enum eh_retold {
    EH_RETOLD_NOT = 0, /* it is no ticket, or a new one */
    EH_RETOLD_SAME,    /* as it was told before, or closed */
    EH_RETOLD_OLDER,   /* as it was before its newest `changed_at` */
    EH_RETOLD_UPDATE,  /* it stands otherwise now: eh_input_retell() */
};
enum eh_retold eh_engine_retold(const struct eh_engine *, const struct eh_input *);
/* Makes the update of it that the log has, and identifies that. `at_us` is set before. */
void eh_input_retell(const struct eh_engine *, struct eh_input *);
/* From EH_RULES_NAMES on, names of persons in a ticket or an OWNER become what the log has: a rep's
 * id, a manager's user, or EH_SOMEBODY. Identifies it. The texts are the engine's. */
void eh_input_name(const struct eh_engine *, struct eh_input *);

/* The same identity with the same content is there already (in memory or recalled); or a ticket is
 * told once more, and that changes nothing. */
bool eh_engine_is_repeat(const struct eh_engine *, const struct eh_input *);
/* Whether the input says a known ticket as it was before its newest `changed_at`: a repeat, too. */
bool eh_engine_is_older(const struct eh_engine *, const struct eh_input *);

/* Whether the signal only repeats the one that is in force or held back, so that it need not become
 * an input. Outputs: when that one begins and ends. */
bool eh_engine_signal_is_repeat(const struct eh_engine *, const struct eh_message *,
                                int64_t *ret_from_us, int64_t *ret_until_us);
/* When a signal of this rep may become an input: now_us, or later if there were too many. Until
 * then the caller keeps the rep's last signal. Never later for an `available` that ends `away`. */
int64_t eh_engine_signal_from(const struct eh_engine *, const struct eh_message *, int64_t now_us);
/* Whether a signal of the stream is no newer than the newest one, by their ids. False if there is
 * none yet (0-0). */
bool eh_signal_is_old(uint64_t ms, uint64_t no, uint64_t newest_ms, uint64_t newest_no);
/* The same against the newest signal of its rep that was taken, or that a later input stands for.
 * An old signal changes nothing and need not become an input. Entries come out of order after a
 * restart. */
bool eh_engine_signal_is_old(const struct eh_engine *, const struct eh_input *);

int eh_engine_step(struct eh_engine *, const struct eh_input *, struct eh_effects *) EH_MUST_CHECK;

/* Whether this outcome, by the number of its input, waits for its ticket. */
bool eh_engine_is_pending(const struct eh_engine *, struct eh_str source, struct eh_str id,
                          uint64_t input);

/* An imported figure of a team and period as it stands, whatever brought it there. */
struct eh_figure_view {
    bool named;   /* the plan makes something of it ... */
    bool sums;    /* ... of its sum; else of the last one */
    uint8_t unit; /* enum eh_unit */
    int64_t now;
};
/* The figure that a METRIC message imports. False: there is none, because there is no plan or
 * because the message has a rep's minutes. */
bool eh_engine_figure(const struct eh_engine *, const struct eh_message *,
                      struct eh_figure_view *ret);

/* When the next DUE input is wanted (µs since 1970; EH_TIME_NEVER: nothing waits; may be past). */
int64_t eh_engine_due_us(const struct eh_engine *);

/* When the next shift or absence begins or ends. Where that is now or past, DUE inputs come before
 * all others: each tells a part of the members, and nothing is decided before all are told. */
int64_t eh_engine_shift_us(const struct eh_engine *);

/* The same of DUE inputs with EH_FIELD_CLOCKS: when the next time of a ticket falls due, or an
 * outcome has waited for its ticket for EH_PENDING_S. They may wait for what else has to come
 * first: after a start, for all that stood on the inbox then. A step serves a bounded number of
 * such times; the rest is due at once. */
int64_t eh_engine_clocks_due_us(const struct eh_engine *);

/* What the next DUE input is about. */
enum eh_due_kind {
    EH_DUE_NONE,
    EH_DUE_LEFTOVER,
    EH_DUE_SIGNAL,
    EH_DUE_PENDING,
    EH_DUE_HOUR,
    EH_DUE_SHIFT,
    EH_DUE_CLOCK
};
struct eh_due {
    uint8_t kind;
    struct eh_str rep; /* SIGNAL */
    uint64_t input;    /* PENDING: of the outcome that waits; CLOCK: of the ticket */
    uint8_t clock;     /* CLOCK: which of the ticket's times */
};
bool eh_engine_due(const struct eh_engine *, struct eh_due *ret); /* false: nothing waits */
/* The same of the next one with EH_FIELD_CLOCKS. */
bool eh_engine_clocks_due(const struct eh_engine *, struct eh_due *ret);

/* Snapshots: canonical bytes of the whole state, appended to `out` (-EH_ENOMEM). A restored engine,
 * the caller's to free, goes on exactly alike; the bytes are not needed any more. -EH_ECORRUPT: not
 * what was written, or not whole; -EH_EVERSION: of another EH_STATE_VERSION; -EH_ENOMEM. */
int eh_engine_snapshot(const struct eh_engine *, struct eh_bytes *out) EH_MUST_CHECK;
int eh_engine_restore(struct eh_str snapshot, struct eh_engine **ret,
                      struct eh_error *) EH_MUST_CHECK;
/* Sum of the hashes of all objects (mod 2^128), kept up to date with each change. The same state
 * has another sum, and another snapshot, where EH_STATE_VERSION is another. */
#define EH_STATE_VERSION 28
struct eh_key eh_engine_digest(const struct eh_engine *);
/* The same sum, made anew from every object, for tests to compare. */
struct eh_key eh_engine_digest_anew(const struct eh_engine *);

/* Whether in every team entitlements and carry sum to what was received, in number and in value.
 * For tests: costs O(reps). */
bool eh_ledger_check(const struct eh_engine *);

/* ---- Watching decisions, for reports and simulations. Off unless asked for; never part of state.
 */

struct eh_deal_chance {
    struct eh_str rep;
    uint32_t share_ppm;    /* or the part of it that they have while they ramp up */
    int64_t ramp_until_us; /* ... until then; EH_TIME_NEVER: it is all of it */
    uint32_t slots;        /* rotation: left in the round */
    uint64_t points;       /* of open work, in all teams */
    double p; /* that this rep would get it, given everything before it, under the policy; for
                 people and tests, never for decisions */
};

/* Why the policy could not give a ticket to a rep who is in the team that day. */
enum eh_barrier {
    EH_BARRIER_NONE = 0,
    EH_BARRIER_SKILL, /* has not all its skills */
    EH_BARRIER_AWAY,  /* this and those below: has the skills */
    EH_BARRIER_OVERLOADED,
    EH_BARRIER_RELEASED, /* gets nothing in this team until they signal */
    EH_BARRIER_FULL,
    EH_BARRIER_GAVE_BACK, /* gave this very ticket back, and another rep could have it */
    EH_BARRIER_OFF,       /* has the skills, and is off */
};

struct eh_deal_member {
    struct eh_str rep;
    uint32_t share_ppm;
    uint8_t barrier;  /* enum eh_barrier */
    int64_t since_us; /* of their state: available, overloaded or away */
};

/* One ticket that was given to somebody. Text, chances and members live until the observer returns.
 */
struct eh_deal {
    uint64_t ticket; /* number of its input */
    struct eh_str source, id, team, rep, why, policy;
    struct eh_str was; /* who gave it back, or left it behind, in this team; or empty */
    int64_t value, at_us;
    int64_t booked; /* the value that the ledger counts: capped */
    uint32_t deal;  /* which deal of this ticket it is, 1 for the first */
    bool further;   /* the ticket was given to somebody in this team before: entitles nobody anew */
    bool left;      /* ... and `was` is in the team no more */
    bool returned;  /* ... or a manager took it from `was` */
    bool kept;      /* `was` keeps the receipt of before: it entitles anew */
    bool lapsed;    /* `was` did not answer it in time */
    bool dealt; /* by policy: `chances` holds everybody eligible; false: owner, manager, affinity,
                   or only one could: whoever got it had no chance to win or lose */
    const struct eh_deal_chance *chances;
    uint32_t count;                       /* in order of rep id */
    const struct eh_deal_member *members; /* everybody in the team that day */
    uint32_t member_count;                /* in order of rep id */
};
typedef void eh_deal_fn(void *context, const struct eh_deal *);
/* Sets a function that step() calls for each deal, before the state changes. NULL: none. Costs O(n)
 * and more for each deal. After -EH_ENOMEM none is set. */
int eh_engine_observe(struct eh_engine *, eh_deal_fn *, void *context) EH_MUST_CHECK;

/* ---- Readers. They compute, store nothing, and what they hand out lives until the next step(). */

/* Numbers are stored: never change, never reuse. */
enum eh_ticket_state {
    EH_TICKET_WAITING = 1,
    EH_TICKET_ASSIGNED = 2,
    EH_TICKET_CLOSED = 3,
    EH_TICKET_HELD = 4 /* somebody outside its team has it */
};
#define EH_TICKET_STATES 4
/* "waiting" | "assigned" | "closed" | "held" */
const char *eh_ticket_state_name(int state);

struct eh_totals {
    uint64_t input, seq; /* last numbers used */
    int64_t at_us;
    int32_t date;
    bool has_day; /* a first DAY has come, and with it the first draw epoch */
    uint32_t epoch;
    uint32_t rules; /* enum eh_rules: in force for the next input */
    /* open: assigned or held; held, paused: of these; dead: since ever */
    uint64_t waiting, open, held, paused, pending, dead;
    uint64_t text_bytes;     /* ids, skills and customers' digests of what waits or is open */
    struct eh_str desk_text; /* as applied; empty before the first */
    uint8_t desk_sha256[32];
    bool committed; /* the seeds of the current draw epoch and of the next are committed: */
    uint8_t commitment[2][EH_SEED_BYTES];
};
void eh_engine_totals(const struct eh_engine *, struct eh_totals *ret);
uint32_t eh_engine_rules(const struct eh_engine *);             /* as in the totals */
const struct eh_desk *eh_engine_desk(const struct eh_engine *); /* NULL before the first */

struct eh_ticket_view {
    uint64_t no;                                        /* number of its input */
    struct eh_key digest;                               /* that its draws hang on */
    struct eh_str source, id, team, kind, rep, outcome; /* rep: empty while waiting or held */
    struct eh_str waiting_why;                          /* "nobody" | "full" | "skill" | "queue" |
                                                           "aside" */
    struct eh_str skills;
    struct eh_str resent_of; /* id of the cancelled ticket that came again as this one; or empty */
    uint8_t state, priority;
    uint8_t raised; /* steps of priority that waiting added */
    bool answered, late;
    int64_t due_us;     /* when it has to be answered; 0: no such time is known */
    int64_t lapses_us;  /* until when its rep may leave it unanswered; 0: no such time is known */
    bool lapse_returns; /* then it goes back to the deal; else it is told alone */
    int64_t value, refunded;
    uint32_t points, deals;
    int64_t received_us, assigned_us, closed_us; /* 0: not yet */
    int64_t paused_us;                           /* since when it is paused; 0: it is not */
    bool paused_counts;                          /* ... and its points count in full */
};
/* A ticket in memory. False, here and below: there is no such thing in memory. */
bool eh_engine_ticket(const struct eh_engine *, struct eh_str source, struct eh_str id,
                      struct eh_ticket_view *ret);
/* Whether the ticket of this TICKET is in memory, and this (16 bytes) is its customer's digest now.
 */
bool eh_engine_has_customer(const struct eh_engine *, const struct eh_input *,
                            const uint8_t digest[16]);
/* An image that step() gave out, read back; texts point into it. -EH_ECORRUPT. */
int eh_ticket_image_view(struct eh_str image, struct eh_ticket_view *ret,
                         struct eh_error *) EH_MUST_CHECK;
/* Whether a recorded image says the same as this one. A later form (IMAGE_VERSION) only adds at the
 * end, so an image of an earlier build is compared up to its own end. */
bool eh_ticket_image_same(struct eh_str recorded, struct eh_str image);
/* Which tickets in memory are wanted, and in which order of their numbers. */
struct eh_ticket_query {
    struct eh_str team, rep, source; /* empty: any */
    int state;                       /* enum eh_ticket_state; 0: any */
    int64_t since_us;                /* received then or later */
    bool paused;                     /* only those that are */
    bool newest;                     /* the largest number first */
    uint64_t after; /* go on behind this number, in that order; 0: from the beginning */
};
/* Returns how many were written to ret (at most max). Cost grows with the tickets it passes over,
 * at most EH_SCAN_MAX a call; *ret_after is where to go on, 0 at the end. */
#define EH_SCAN_MAX 20000
size_t eh_engine_tickets(const struct eh_engine *, const struct eh_ticket_query *, size_t max,
                         struct eh_ticket_view *ret, uint64_t *ret_after);

/* Whether there is or was a team or rep of this id. Its tickets and books stay. */
bool eh_engine_knows_team(const struct eh_engine *, struct eh_str id);
bool eh_engine_knows_rep(const struct eh_engine *, struct eh_str id);

struct eh_rep_view {
    struct eh_str id, name, user;
    bool member;          /* in some team today */
    bool left;            /* in none, and was in one before */
    bool off;             /* in each team of today, by hours or an absence ... */
    bool absent;          /* ... by an absence */
    int64_t off_until_us; /* when they are at work again (EH_TIME_NEVER: nobody knows) */
    int64_t on_until_us;  /* at work: until when in all teams of today (EH_TIME_NEVER: always) */
    uint8_t state;        /* enum eh_status, as it is in force now */
    bool full;            /* at capacity in each of their teams that has one */
    int64_t until_us;     /* when overloaded ends by itself (EH_TIME_NEVER: does not) */
    int64_t ends_us;      /* the same of any state: away without an end ends with the shift, as the
                             hours stand that were handed over (EH_TIME_NEVER: nobody knows) */
    int64_t since_us;     /* of the state */
    uint8_t next_state;   /* enum eh_status, said and held back, or 0 ... */
    int64_t next_us;      /* ... until then; EH_TIME_NEVER: nothing is */
    struct eh_str reason;
    struct eh_str by;          /* the user who said it, where that is not the rep; or empty */
    struct eh_str released_in; /* teams that give them nothing until they signal: ids, a list in one
                                  text */
    uint32_t share_ppm;
    uint64_t open;
    uint64_t paused;       /* of the open tickets ... */
    uint64_t points;       /* ... all of which count, but for those that their pauses free */
    const uint32_t *teams; /* indices into eh_engine_desk()->teams */
    uint32_t team_count;
};
bool eh_engine_rep(const struct eh_engine *, struct eh_str id, struct eh_rep_view *ret);

/* What was handed over of who works when: the largest number of a schedule, and up to when all are
 * complete (0: none was handed over); the intervals that one holds; whose it is (0: none). */
#define EH_SCHEDULE_NOT_YET UINT32_MAX
uint32_t eh_engine_schedules(const struct eh_engine *, int64_t *ret_window_us);
uint32_t eh_engine_schedule(const struct eh_engine *, uint32_t number,
                            const struct eh_interval **ret);
/* ... the minutes of work that begin on each day from *ret_first on, EH_SCHEDULE_NO_MINUTES where
 * nobody told them; returns of how many days. */
uint32_t eh_engine_schedule_minutes(const struct eh_engine *, uint32_t number, int32_t *ret_first,
                                    const uint16_t **ret);
uint32_t eh_engine_schedule_of_rep(const struct eh_engine *, struct eh_str id);
uint32_t eh_engine_schedule_of_team(const struct eh_engine *, struct eh_str id);

/* An absence that is not over yet. Why is no part of the state: the log has it. */
struct eh_absence_view {
    uint64_t number;           /* of the input that told it */
    int64_t from_us, until_us; /* until: EH_TIME_NEVER, nobody knows */
    bool begun;
    struct eh_str uid; /* what its sender calls it, or empty */
};
/* A rep's absences by when they begin, at most `max` of them; returns how many. */
size_t eh_engine_absences(const struct eh_engine *, struct eh_str rep, size_t max,
                          struct eh_absence_view *ret);

/* What a rep may signal at a moment, by the rules of their teams of today. */
struct eh_outlook {
    int64_t available_us;          /* `available` takes effect then: now, or later */
    int64_t change_us;             /* a change of state does: now, or later, after too many */
    int64_t overloaded_us;         /* `overloaded` may be said anew: now, or later ... */
    uint32_t overloads_left;       /* ... and so often in a row from now on */
    int64_t at_least_s, at_most_s; /* how long overloaded may last */
    uint32_t changes_minute;       /* changes of state left in this minute ... */
    uint32_t changes_today;        /* ... and today; those beyond them are held back */
};
bool eh_engine_outlook(const struct eh_engine *, struct eh_str rep, int64_t now_us,
                       struct eh_outlook *ret);

struct eh_member_view {
    struct eh_str rep;
    uint8_t state;
    bool off;             /* by hours of the rep or team, or an absence ... */
    int64_t off_until_us; /* ... until then; EH_TIME_NEVER: nobody knows */
    uint32_t schedule;    /* whose hours they have here (eh_engine_schedule); 0: none, they
                             always work; EH_SCHEDULE_NOT_YET: they were not handed over */
    bool full;            /* at this team's capacity, or over its `at_most` */
    uint32_t dealt_hour, dealt_day; /* tickets of this team dealt to them since the hour and the day
                                       began; 0 where the team has no `at_most` */
    uint32_t share_ppm;             /* that they are dealt by: theirs, or a part of it ... */
    int64_t ramp_until_us;          /* ... until then at the latest; EH_TIME_NEVER: all of it */
    bool active;                    /* today between from and until */
    bool left;                      /* not, and no later day is to come */
    uint64_t open, points;          /* all teams of the rep; paused tickets may count less */
    uint64_t paused;                /* tickets of this team */
    int64_t entitled_nano;          /* entitlement in this team, 10^-9 tickets, up to now */
    int64_t entitled_value;         /* ... in value, minor units, rounded half away from zero */
    uint64_t received; /* tickets of this team they were given, and nobody took from them again */
    int64_t received_value; /* ... as booked, minor units */
};
/* A kind of which a team lets its reps have so many open tickets. */
struct eh_kind_view {
    struct eh_str kind;
    uint32_t open; /* that the rep has, of all teams */
    uint32_t most; /* that a share of 1.0 may have */
    bool full;     /* the rep has what their share may have: the team deals them none of it */
};
/* The kinds that the team limits, at most EH_DESK_KINDS_MAX, by id, with what the rep has; returns
 * how many. */
size_t eh_engine_kinds(const struct eh_engine *, struct eh_str team, struct eh_str rep,
                       struct eh_kind_view *ret);

struct eh_team_view {
    struct eh_str id, name, policy;
    uint32_t capacity;
    uint32_t at_most_hour, at_most_day;
    uint64_t waiting, open;
    uint64_t paused;         /* of the open ones */
    uint8_t paused_counts;   /* enum eh_paused_counts, of ... */
    uint32_t paused_at_most; /* ... so many a rep */
    uint32_t member_count;
};
bool eh_engine_team(const struct eh_engine *, struct eh_str id, struct eh_team_view *ret);
/* Member number i (0 .. member_count) of a team, in order of rep id. */
bool eh_engine_member(const struct eh_engine *, struct eh_str team, uint32_t i,
                      struct eh_member_view *ret);
/* The same of this rep. */
bool eh_engine_member_of(const struct eh_engine *, struct eh_str team, struct eh_str rep,
                         struct eh_member_view *ret);

/* A rep who is not in a team today and still has open tickets of it, which nothing takes from them.
 */
struct eh_left_view {
    struct eh_str team, rep;
    uint64_t open;
};
/* The first `max` of them, in no order; returns how many there are. Costs O(members). */
size_t eh_engine_left(const struct eh_engine *, struct eh_left_view *ret, size_t max);

/* How many open tickets of the team the rep has. */
uint64_t eh_engine_open_in(const struct eh_engine *, struct eh_str team, struct eh_str rep);

/* What a new desk file does to open tickets of reps whom it takes out of a team, now or on a last
 * day to come: a line for each rep and team for which it differs from the desk before. */
size_t eh_engine_leaving(const struct eh_engine *, const struct eh_desk *, eh_desk_line_fn *,
                         void *context);

EH_C_END

#endif
