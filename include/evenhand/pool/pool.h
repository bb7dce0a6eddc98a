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

/* ---- Facts. */

/* Of a period as of now: what the engine counted, members and service from its desk. `estimate`:
 * for a live pool. Carry is the team's of now. Who has no day in the period stands in it only if
 * something is known of them, and gets nothing. */
int eh_pool_facts(const struct eh_engine *, const struct eh_period_view *, bool estimate,
                  struct eh_arena *, struct eh_bonus_facts **ret, struct eh_error *) EH_MUST_CHECK;
/* Canonical bytes: by id, whatever the order in memory; what FREEZE keeps. Texts of what is decoded
 * point into the bytes, here and below. */
void eh_pool_facts_encode(const struct eh_bonus_facts *, struct eh_bytes *);
int eh_pool_facts_decode(struct eh_str, struct eh_arena *, struct eh_bonus_facts **ret,
                         struct eh_error *) EH_MUST_CHECK;

/* ---- Statements. */

struct eh_pool_metric {
    struct eh_str name;
    int64_t value, count; /* count: of the facts it is made of */
    int64_t unknown;      /* closed tickets without a duration */
    uint8_t unit;         /* enum eh_unit */
    bool prior, missing;
    int64_t curve_ppm, score_ppm;
    uint32_t weight_ppm;
    uint8_t gate; /* enum eh_gate: what it does; NONE: there is none */
    bool gate_failed;
    bool gate_missing;         /* nothing is known of its metric: only in an estimate */
    struct eh_str gate_metric; /* empty: no gate */
    int64_t gate_value;        /* of that metric, in gate_unit */
    uint8_t gate_unit;
};

struct eh_pool_line {
    struct eh_str rep;
    bool eligible, capped;
    int64_t days, minutes, band, points;
    int64_t equal, hours, seniority, individual, total; /* all versions together */
    int64_t paid;                                       /* by this version */
    int64_t paid_before; /* by versions that had been paid before it; EH_POOL_UNKNOWN */
};
#define EH_POOL_UNKNOWN (-1) /* the statement does not tell */

/* How a statement is told, and by which rules it was shared. The first builds that closed periods
 * told what caps left of the individual part in it, too, and kept no facts with a later version.
 * Up to the second, ties went by id. */
enum eh_pool_form { EH_POOL_FORM_FIRST = 0, EH_POOL_FORM_FACTS = 1, EH_POOL_FORM_TIES = 2 };

/* Which facts it is made of: of now, of the last freeze, or of a version. */
enum eh_pool_facts_kind { EH_POOL_FACTS_NOW, EH_POOL_FACTS_FROZEN, EH_POOL_FACTS_VERSION };
struct eh_pool_basis {
    uint8_t kind;     /* enum eh_pool_facts_kind */
    uint32_t version; /* of EH_POOL_FACTS_VERSION */
};
/* "now", "freeze" or "version 2". */
size_t eh_pool_basis_print(struct eh_pool_basis, char ret[EH_DECIMAL_TEXT_MAX]);

struct eh_pool_statement {
    struct eh_str team, currency, plan;
    struct eh_period period;
    unsigned currency_exponent;
    uint8_t state;    /* enum eh_period_state; open: an estimate */
    bool estimate;    /* not all is known yet: what is missing scores nothing */
    uint32_t version; /* 0: not closed */
    uint32_t paid_version;
    bool published_late;
    uint64_t late; /* facts that are not in it and wait for the next version */
    struct eh_pool_basis facts_of;
    uint8_t plan_sha256[32];
    uint8_t facts_sha256[32]; /* over canonical bytes: what was frozen; of a later version, all that
                                 was known by then of what happened, with the frozen members */
    struct eh_str facts;      /* of a later version: these, canonical bytes, without the members;
                                 empty: version 1, or closed before such were kept */
    struct eh_pool_metric *metrics; /* in the plan's order */
    uint32_t metric_count;
    int64_t composite_ppm, funding_ppm;
    bool zeroed; /* by a gate */
    int64_t gross, carry, net;
    int64_t individual, equal, hours, seniority; /* as shared; their sum is `paid` */
    int64_t over;  /* what caps left of the individual part: in the others */
    int64_t moved; /* not 0: parts that nobody has a weight in went to the others. Both: 0
                      in one read back of a form before EH_POOL_FORM_TIES */
    int64_t
        held; /* of parts that nobody has a weight in and nothing moves, all versions together */
    int64_t held_of[EH_PARTS]; /* ... each; not known of a later version in an earlier form */
    bool ties_by_id;           /* shared as the first builds did, for ever: by version 1 */
    uint8_t form;              /* enum eh_pool_form */
    int64_t difference, cancelled, paid; /* of this version; version 1: 0, 0, net */
    int64_t cancelled_tickets;           /* that are no work: in none of its figures */
    int64_t carry_open;                  /* of the team after it */
    int64_t carry_before;                /* ... and before its first version */
    struct eh_pool_line *lines;          /* by rep */
    uint32_t line_count;
};

/* What a rep has been paid of `total`, up to the last payment. False: the statement, of an earlier
 * build, does not tell. */
bool eh_pool_paid_before(const struct eh_pool_statement *, const struct eh_pool_line *,
                         int64_t *ret);
/* What is to be paid now: what the last version leaves above that; before a period is closed,
 * nothing. False: not known. */
bool eh_pool_line_due(const struct eh_pool_statement *, const struct eh_pool_line *, int64_t *ret);
bool eh_pool_due(const struct eh_pool_statement *, int64_t *ret); /* of all lines */

/* As it is: of an open period an estimate over all that is known; of a provisional one what the
 * frozen facts give; of a closed one the last version, as it was settled. */
int eh_pool_statement(const struct eh_engine *, const struct eh_period_view *, struct eh_arena *,
                      struct eh_pool_statement **ret, struct eh_error *) EH_MUST_CHECK;
/* Which facts its statement, or a what-if of it, is made of. */
struct eh_pool_basis eh_pool_facts_of(const struct eh_period_view *);
/* These facts, with the carry it went by: of an open period those of now, of a frozen one or of
 * version 1 the frozen ones, of a later version those it was settled by. For an estimate.
 * -EH_ENOTFOUND: they were not kept. */
int eh_pool_version_facts(const struct eh_engine *, const struct eh_period_view *,
                          struct eh_arena *, struct eh_bonus_facts **ret,
                          struct eh_error *) EH_MUST_CHECK;
/* These facts under another plan: an estimate that changes
 * nothing. -EH_EINVAL: its periods are of another kind, or its currency is another. -EH_ECONFLICT:
 * it winsorises handling times otherwise than the one that governs. */
int eh_pool_what_if(const struct eh_engine *, const struct eh_period_view *,
                    const struct eh_bonus_plan *, struct eh_arena *, struct eh_pool_statement **ret,
                    struct eh_error *) EH_MUST_CHECK;
/* What it is made of: `counted`, if not NULL, knows the handling times as that plan winsorises
 * them, when those facts were taken. */
int eh_pool_what_if_facts(const struct eh_engine *, const struct eh_period_view *,
                          const struct eh_bonus_plan *, const struct eh_bonus_facts *counted,
                          struct eh_arena *, struct eh_bonus_facts **ret,
                          struct eh_error *) EH_MUST_CHECK;
/* Of facts and a plan alone, as an estimate or not. */
int eh_pool_estimate(const struct eh_bonus_plan *, const struct eh_bonus_facts *, struct eh_arena *,
                     struct eh_pool_statement **ret, struct eh_error *) EH_MUST_CHECK;
/* Why: the tree over the facts the statement is made of; for a closed period, its last version's.
 * -EH_ENOTFOUND: the facts of that version were not kept. */
int eh_pool_explain(const struct eh_engine *, const struct eh_period_view *,
                    const struct eh_bonus_lines *, struct eh_arena *,
                    const struct eh_bonus_node **ret, struct eh_error *) EH_MUST_CHECK;

/* What stands in a settlement; `state`, paid_version, published_late, late, facts_of and
 * cancelled_tickets are not in it. */
void eh_pool_statement_encode(const struct eh_pool_statement *, struct eh_bytes *);
int eh_pool_statement_decode(struct eh_str, struct eh_arena *, struct eh_pool_statement **ret,
                             struct eh_error *) EH_MUST_CHECK;

/* What CLOSE would make of a period that is open or provisional, were it done now: by the code that
 * does it. Of an open one, and where something is missing, an estimate. */
struct eh_pool_expected {
    struct eh_pool_statement *statement;
    struct eh_pool_statement **earlier; /* a version more each, of closed periods that facts came
                                           for: settled first, in that order */
    uint32_t earlier_count;
};
/* Earlier periods of the team that are not closed yet are closed before it. A view with another
 * plan is expected under that. -EH_ECONFLICT: it is closed. */
int eh_pool_expect(const struct eh_engine *, const struct eh_period_view *, struct eh_arena *,
                   struct eh_pool_expected *ret, struct eh_error *) EH_MUST_CHECK;

/* ---- What the shell adds to FREEZE and CLOSE. */

/* Other types: nothing is put, 0. A period is frozen after its last day only; CLOSE
 * of a provisional one settles first, as a version more, every closed period of the team that facts
 * came for since, and then the period itself; CLOSE of a closed one such a version of it alone. */
int eh_pool_prepare(const struct eh_engine *, const struct eh_message *, struct eh_bytes *ret_text,
                    struct eh_error *) EH_MUST_CHECK;

/* Of a provisional period: why it has to be frozen again before it is closed: the days, years of
 * service, minutes or the setting aside of somebody are others since.
 * -EH_ECONFLICT: says what. Tickets and figures of the team that came since are late facts. */
int eh_pool_since_freeze(const struct eh_engine *, const struct eh_period_view *, struct eh_arena *,
                         struct eh_error *) EH_MUST_CHECK;

/* The form of the rules in force; under those of the first builds, of the second form. */
enum eh_pool_form eh_pool_form_of(const struct eh_engine *);
/* In another form: who proves a log asks for it. */
int eh_pool_prepare_as(const struct eh_engine *, const struct eh_message *, enum eh_pool_form,
                       struct eh_bytes *ret_text, struct eh_error *) EH_MUST_CHECK;

#endif
