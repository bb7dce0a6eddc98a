/*
 * internal: what the files of the pool room call of each other.
 */
#ifndef EVENHAND_POOL_INTERNAL_H
#define EVENHAND_POOL_INTERNAL_H

#include <evenhand/pool/pool.h>

/* form.c: the enum eh_rules in force. */
uint32_t eh_pool_rules(const struct eh_engine *);

/* facts_code.c: the facts with which the period was frozen, and the SHA-256 of facts. */
int eh_pool_frozen(const struct eh_period_view *, struct eh_arena *, struct eh_bonus_facts **ret,
                   struct eh_error *) EH_MUST_CHECK;
int eh_pool_facts_sha256(const struct eh_bonus_facts *, uint8_t ret[32],
                         struct eh_error *) EH_MUST_CHECK;

/* describe.c: the contract's minutes of a member, as their line has them. */
void eh_pool_line_contract(const struct eh_bonus_member *, struct eh_pool_line *);
/* ... a computed pool as a statement, without state, version and the facts' SHA-256. */
int eh_pool_describe(const struct eh_bonus_plan *, const struct eh_bonus_facts *,
                     const struct eh_bonus_result *, struct eh_arena *,
                     struct eh_pool_statement **ret, struct eh_error *) EH_MUST_CHECK;
/* ... and the statement of a later version, which adds to the one before. */
int eh_pool_describe_later(const struct eh_bonus_plan *, const struct eh_bonus_facts *,
                           const struct eh_bonus_later *, const struct eh_pool_statement *before,
                           struct eh_arena *, struct eh_pool_statement **ret,
                           struct eh_error *) EH_MUST_CHECK;

/* statement.c: the statement of a period that is not closed, with this open carry of the team. */
int eh_pool_live(const struct eh_engine *, const struct eh_period_view *, int64_t carry_open,
                 struct eh_arena *, struct eh_pool_statement **ret,
                 struct eh_error *) EH_MUST_CHECK;

/* basis.c: the facts of version 1, or of an open period those of now, with the open carry that
 * belongs to them. */
int eh_pool_first_facts(const struct eh_engine *, const struct eh_period_view *, struct eh_arena *,
                        struct eh_bonus_facts **ret, struct eh_error *) EH_MUST_CHECK;
/* ... marks facts as an estimate and gives them the open carry and the way to break ties of the
 * first version. */
void eh_pool_keep_terms(const struct eh_bonus_facts *first, struct eh_bonus_facts *);

/* settle.c: the next version of a period: version 1 of a frozen one, or a later version.
 * *carry_open is the open carry of the team: before the version, and on return after it. */
int eh_pool_settle(const struct eh_engine *, const struct eh_period_view *, enum eh_pool_form,
                   struct eh_arena *, int64_t *carry_open, struct eh_settlement *ret,
                   struct eh_error *) EH_MUST_CHECK;

/* settled.c: the last version of a closed period, as it was settled. */
int eh_pool_settled(const struct eh_period_view *, struct eh_arena *,
                    struct eh_pool_statement **ret, struct eh_error *) EH_MUST_CHECK;
/* ... its values, by the plan's measures; each is the value of a metric or of a gate. */
int eh_pool_settled_values(const struct eh_bonus_plan *, const struct eh_pool_statement *,
                           struct eh_arena *, const struct eh_bonus_value **ret,
                           struct eh_error *) EH_MUST_CHECK;
/* ... gives facts the frozen members, with their tickets by the kinds of these facts. A rep who
 * came into the desk file since has no part; one who left it keeps theirs. */
int eh_pool_keep_members(const struct eh_bonus_facts *frozen, struct eh_arena *,
                         struct eh_bonus_facts *facts, struct eh_error *) EH_MUST_CHECK;

/* ... a later version, computed again from the facts that its statement kept. */
struct eh_pool_version {
    struct eh_bonus_facts *facts;
    struct eh_bonus_later *later;
    struct eh_bonus_closed last; /* the version before it */
    const int64_t *totals;       /* paid up to `last`, by the shares of `later` */
};
int eh_pool_settled_later(const struct eh_period_view *, struct eh_arena *,
                          struct eh_pool_version *ret, struct eh_error *) EH_MUST_CHECK;

/* code.c: for both codecs. */
#define EH_POOL_DATES_MAX 3000000 /* days from 1970-01-01, either way */

void eh_pool_put_period(struct eh_bytes *, struct eh_period);
struct eh_period eh_pool_read_period(struct eh_reader *);
/* Reads how many items follow, each of `least` bytes or more. More than the rest can hold fail. */
uint32_t eh_pool_read_count(struct eh_reader *, size_t least);
int64_t eh_pool_read_within(struct eh_reader *, int64_t least, int64_t most);
uint64_t eh_pool_read_below(struct eh_reader *, uint64_t below);
/* Reads a name that follows `before` in byte order. `before` without data: it is the first name. */
struct eh_str eh_pool_read_name(struct eh_reader *, struct eh_str before);
/* Flags in one byte; the first is the lowest bit. */
void eh_pool_put_flags(struct eh_bytes *, const bool *flags, unsigned count);
void eh_pool_read_flags(struct eh_reader *, unsigned count, bool *ret);

#endif
