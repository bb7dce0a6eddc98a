/*
 * pool: a team's period from the engine's facts to a statement that people can read: the one room
 * that knows both the engine and the bonus calculator.
 *
 * The shell calls eh_pool_prepare() for every FREEZE and CLOSE right before it is decided, and puts
 * the bytes into the input; whoever verifies a log calls the same on the same state and compares.
 *
 *     EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
 *     int r = eh_pool_prepare(engine, &message, &text, &error);
 *     if (r < 0) // error.text: "2026-03: csat: no ratings came …": becomes the input's `reason`
 *     …
 *     struct eh_pool_statement *s;
 *     r = eh_pool_statement(engine, &view, &arena, &s, &error);   // live, provisional or closed
 *     for (uint32_t i = 0; i < s->line_count; i++)
 *         print(s->lines[i].rep, s->lines[i].total);
 *
 * Money is minor units, ratios are ppm. Names in results live as long as arena, engine state and
 * plan. Errors: -EH_ENOTFOUND (something is missing), -EH_EINVAL, -EH_ECONFLICT (not in this
 * state), -EH_ERANGE (does not fit 64 bits), -EH_ECORRUPT (bytes), -EH_ENOMEM.
 */
#ifndef EVENHAND_POOL_POOL_H
#define EVENHAND_POOL_POOL_H

#include <evenhand/bonus/bonus.h>
#include <evenhand/engine/periods.h>

EH_C_BEGIN

/* ---- Facts. */

/* The facts of a period as they are now: what the engine counted, the members and their service
 * from its desk, and the open carry of the team. `estimate`: they are for a live pool. A rep
 * without a day in the period is a member only if there are facts about them, and gets nothing. */
int eh_pool_facts(const struct eh_engine *, const struct eh_period_view *, bool estimate,
                  struct eh_arena *, struct eh_bonus_facts **ret, struct eh_error *) EH_MUST_CHECK;
/* The canonical bytes of facts, which FREEZE keeps: sorted by id, whatever the order in memory. The
 * texts of decoded facts point into the bytes. -EH_ECORRUPT: the bytes are no facts; -EH_ENOMEM. */
void eh_pool_facts_encode(const struct eh_bonus_facts *, struct eh_bytes *);
int eh_pool_facts_decode(struct eh_str, struct eh_arena *, struct eh_bonus_facts **ret,
                         struct eh_error *) EH_MUST_CHECK;

/* ---- Statements. */

struct eh_pool_metric {
    struct eh_str name;
    int64_t value, count; /* count: how many facts the value is made of */
    int64_t unknown;      /* closed tickets without a duration */
    uint8_t unit;         /* enum eh_unit */
    bool prior, missing;
    int64_t curve_ppm, score_ppm;
    uint32_t weight_ppm;
    uint8_t gate; /* enum eh_gate: what the gate does; EH_GATE_NONE: there is no gate */
    bool gate_failed;
    bool gate_missing;         /* the gate's metric has no value yet: only in an estimate */
    struct eh_str gate_metric; /* empty: no gate */
    int64_t gate_value;        /* value of gate_metric, in gate_unit */
    uint8_t gate_unit;
};

struct eh_pool_line {
    struct eh_str rep;
    bool eligible, capped;
    int64_t days, minutes, band, points;
    int64_t equal, hours, seniority, individual, total; /* all versions together */
    int64_t paid;                                       /* by this version */
    int64_t paid_before; /* by versions that had been paid before it; EH_POOL_UNKNOWN */
    int64_t contract_minutes;
    uint8_t contract_by;    /* enum eh_pool_contract */
    int32_t contract_until; /* by the calendar: the last day that counts; EH_DATE_NEVER: all do */
};
/* Who said the contract's minutes: nobody, payroll, or the rep's hours. */
enum eh_pool_contract { EH_POOL_CONTRACT_NONE, EH_POOL_CONTRACT_IMPORT, EH_POOL_CONTRACT_CALENDAR };
const char *eh_pool_contract_name(int by); /* "import", "calendar"; NULL: nobody */
#define EH_POOL_UNKNOWN (-1)               /* the statement was written before this was kept */

/* The form of a statement: what it holds, and the rules by which its money was shared. In the first
 * form `individual` includes what the caps left over, and a later version keeps no facts. In the
 * first two forms ties go by id. */
enum eh_pool_form { EH_POOL_FORM_FIRST = 0, EH_POOL_FORM_FACTS = 1, EH_POOL_FORM_TIES = 2 };

/* Which facts a statement is made of: those of now, of the last freeze, or of a version. */
enum eh_pool_facts_kind { EH_POOL_FACTS_NOW, EH_POOL_FACTS_FROZEN, EH_POOL_FACTS_VERSION };
struct eh_pool_basis {
    uint8_t kind;     /* enum eh_pool_facts_kind */
    uint32_t version; /* of EH_POOL_FACTS_VERSION */
};
/* "now", "freeze" or "version 2". */
size_t eh_pool_basis_print(struct eh_pool_basis, char ret[EH_DECIMAL_TEXT_MAX]);

/* What a period comes to under its plan, for people and for the payroll: measures, money and its
 * lines. Its bytes are what eh_settlement keeps whole. */
struct eh_pool_statement {
    struct eh_str team, currency, plan;
    struct eh_period period;
    unsigned currency_exponent;
    uint8_t state;    /* enum eh_period_state; open: an estimate */
    bool estimate;    /* not all is known yet: what is missing scores nothing */
    uint32_t version; /* 0: not closed */
    uint32_t paid_version;
    bool published_late;
    uint64_t late; /* facts that are not in this version and wait for the next one */
    struct eh_pool_basis facts_of;
    uint8_t plan_sha256[32];
    uint8_t facts_sha256[32]; /* of the canonical bytes of the facts: the frozen ones; in a later
                                 version all facts known by then, with the frozen members */
    struct eh_str facts;      /* of a later version: the canonical bytes of these facts without the
                                 members; empty: version 1, or a form that keeps no facts */
    struct eh_pool_metric *metrics; /* in the plan's order */
    uint32_t metric_count;
    int64_t composite_ppm, funding_ppm;
    bool zeroed; /* by a gate */
    int64_t gross, carry, net;
    int64_t individual, equal, hours, seniority; /* as shared; their sum is `paid` */
    int64_t over;  /* what the caps left of the individual part; it is in the other parts. 0 in a
                      statement that was read back in a form before EH_POOL_FORM_TIES */
    int64_t moved; /* what went to the other parts because nobody had a weight in its own; 0 as
                      `over` */
    int64_t held;  /* what stays unpaid because nobody has a weight in its part; all versions
                      together */
    int64_t held_of[EH_PARTS]; /* `held` by part; unknown in a later version of an earlier form */
    bool ties_by_id;           /* ties go by id, as in version 1 of the period */
    uint8_t form;              /* enum eh_pool_form */
    int64_t difference, cancelled, paid; /* of this version; version 1: 0, 0, net */
    int64_t cancelled_tickets;           /* cancelled tickets: in none of the figures above */
    int64_t carry_open;                  /* of the team after it */
    int64_t carry_before;                /* ... and before its first version */
    struct eh_pool_line *lines;          /* by rep */
    uint32_t line_count;
};

/* How much of a line's `total` was paid up to the last payment. False: unknown, the statement has a
 * form before EH_POOL_FORM_TIES. */
bool eh_pool_paid_before(const struct eh_pool_statement *, const struct eh_pool_line *,
                         int64_t *ret);
/* What is to be paid now: the `total` of a line less what was paid of it. 0 before the period is
 * closed. False: unknown, as above. */
bool eh_pool_line_due(const struct eh_pool_statement *, const struct eh_pool_line *, int64_t *ret);
bool eh_pool_due(const struct eh_pool_statement *, int64_t *ret); /* of all lines */

/* The statement of a period as it is now: an estimate from all known facts while the period is
 * open, the result of the frozen facts while it is provisional, the last settled version once it is
 * closed. */
int eh_pool_statement(const struct eh_engine *, const struct eh_period_view *, struct eh_arena *,
                      struct eh_pool_statement **ret, struct eh_error *) EH_MUST_CHECK;
/* Which facts the statement of a period, or a what-if of it, is made of. */
struct eh_pool_basis eh_pool_facts_of(const struct eh_period_view *);
/* These facts, with the open carry that belongs to them, marked as an estimate: the facts of now
 * for an open period, the frozen ones for a provisional period and for version 1, and for a later
 * version the facts it was settled by. -EH_ENOTFOUND: that version kept no facts. */
int eh_pool_version_facts(const struct eh_engine *, const struct eh_period_view *,
                          struct eh_arena *, struct eh_bonus_facts **ret,
                          struct eh_error *) EH_MUST_CHECK;
/* What would be otherwise. */
struct eh_pool_if {
    const struct eh_bonus_plan *plan; /* the one that governs, or another one */
    const struct eh_bonus_facts
        *counted;                     /* facts of the same moment with the handling times as that
                                         plan winsorises them; NULL: as the engine counted them */
    const struct eh_bonus_said *said; /* figures instead of those that the facts make */
    uint32_t said_count;
};
/* The statement that this makes of these facts: an estimate that changes nothing. With `said` it
 * has no SHA-256 of facts. -EH_EINVAL: the plan has periods of another kind, or another currency.
 * -EH_ECONFLICT: it winsorises handling times by other bounds than the plan that governs, and
 * neither `counted` nor `said` has them. */
int eh_pool_what_if(const struct eh_engine *, const struct eh_period_view *,
                    const struct eh_pool_if *, struct eh_arena *, struct eh_pool_statement **ret,
                    struct eh_error *) EH_MUST_CHECK;
/* The facts of that statement. */
int eh_pool_what_if_facts(const struct eh_engine *, const struct eh_period_view *,
                          const struct eh_pool_if *, struct eh_arena *, struct eh_bonus_facts **ret,
                          struct eh_error *) EH_MUST_CHECK;
/* The statement that a plan makes of facts, whether they are an estimate or not. */
int eh_pool_estimate(const struct eh_bonus_plan *, const struct eh_bonus_facts *, struct eh_arena *,
                     struct eh_pool_statement **ret, struct eh_error *) EH_MUST_CHECK;
/* The reasons as a tree: how the last version, or the live pool, follows from its facts.
 * -EH_ENOTFOUND: that version kept no facts. */
int eh_pool_explain(const struct eh_engine *, const struct eh_period_view *,
                    const struct eh_bonus_lines *, struct eh_arena *,
                    const struct eh_bonus_node **ret, struct eh_error *) EH_MUST_CHECK;

/* The canonical bytes of a statement, which a settlement holds. They do not hold state,
 * paid_version, published_late, late, facts_of, cancelled_tickets and, of lines, the contract.
 * -EH_ECORRUPT: the bytes are
 * no statement; -EH_ENOMEM. */
void eh_pool_statement_encode(const struct eh_pool_statement *, struct eh_bytes *);
int eh_pool_statement_decode(struct eh_str, struct eh_arena *, struct eh_pool_statement **ret,
                             struct eh_error *) EH_MUST_CHECK;

/* What CLOSE would make of an open or provisional period if it came now, computed by the code that
 * closes periods. It is an estimate while the period is open or facts are missing. */
struct eh_pool_expected {
    struct eh_pool_statement *statement;
    struct eh_pool_statement **earlier; /* the next versions of closed periods with late facts,
                                           which CLOSE settles first, in this order */
    uint32_t earlier_count;
};
/* Earlier periods of the team that are not closed yet are taken as closed before it. The plan is
 * that of the view, which may be another one than governs. -EH_ECONFLICT: the period is closed. */
int eh_pool_expect(const struct eh_engine *, const struct eh_period_view *, struct eh_arena *,
                   struct eh_pool_expected *ret, struct eh_error *) EH_MUST_CHECK;

/* ---- What the shell adds to FREEZE and CLOSE. */

/* The text of a FREEZE or CLOSE: the frozen facts, or the settlements. For a message of another
 * type nothing is put and 0 is returned. A period can be frozen only after its last day. CLOSE of a
 * provisional period first settles a next version of each closed period of the team that has late
 * facts, and then the period itself; CLOSE of a closed period settles its next version alone. */
int eh_pool_prepare(const struct eh_engine *, const struct eh_message *, struct eh_bytes *ret_text,
                    struct eh_error *) EH_MUST_CHECK;

/* Whether a provisional period can be closed with its frozen facts. -EH_ECONFLICT: it has to be
 * frozen again, because a member's days, years of service or minutes changed since, or a member was
 * set aside or included; the error says who. Tickets and figures of the team that came since are
 * late facts, which the next version takes up. */
int eh_pool_since_freeze(const struct eh_engine *, const struct eh_period_view *, struct eh_arena *,
                         struct eh_error *) EH_MUST_CHECK;

/* The form that goes with the rules in force. Never EH_POOL_FORM_FIRST, which only
 * eh_pool_prepare_as() makes. */
enum eh_pool_form eh_pool_form_of(const struct eh_engine *);
/* eh_pool_prepare() in another form, for the proof of a log that an earlier build wrote. */
int eh_pool_prepare_as(const struct eh_engine *, const struct eh_message *, enum eh_pool_form,
                       struct eh_bytes *ret_text, struct eh_error *) EH_MUST_CHECK;

EH_C_END

#endif
