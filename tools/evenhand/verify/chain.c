/*
 * chain: compares the rows of chain, where batches ended, and checks that none is missing; compares
 * head, lease and desk.
 */
#include "log/tables.h"
#include "private.h"

/* ---- Where a batch ended. */

const char *eh_proof_differs(const struct eh_proof *p, uint64_t seq, struct eh_key digest,
                             const struct eh_chain *chain)
{
    struct eh_totals totals;
    eh_engine_totals(p->replay->engine, &totals);
    if (memcmp(chain->hash, p->chain.hash, sizeof chain->hash) != 0)
        return "hash chain";
    if (p->state == EH_STATE_VERSION && !eh_key_equal(digest, eh_engine_digest(p->replay->engine)))
        return "state digest";
    return seq != EH_PROOF_NO_SEQ && seq != totals.seq ? "last seq" : NULL;
}

/* A digest of an earlier form cannot be compared; but no such digest may follow one of a later
 * form. */
static int take_form(struct eh_proof *p, const struct eh_cli_log_chain *row, struct eh_error *error)
{
    if (row->state < p->state)
        return eh_error_set(error, EH_ECORRUPT,
                            "input %llu: chain row: the form of its state digest falls",
                            big(row->input));
    if (row->state > EH_STATE_VERSION)
        return eh_error_set(error, EH_EVERSION,
                            "input %llu was committed by a later version of evenhandd: this one "
                            "cannot compare its state digest",
                            big(row->input));
    p->state = row->state;
    if (p->state < EH_STATE_VERSION)
        p->counts.undigested = row->input;
    return 0;
}

/* Bytes of sha256 that are kept; see daemon/evenhandd/store/schema/0005_chain_links.sql. */
static bool is_hash_of(const struct eh_bytes *said, const uint8_t found[EH_CLI_LOG_LINK_BYTES])
{
    uint8_t hash[32];
    eh_hash_sha256(said->data, said->size, hash);
    return !said->failed && memcmp(hash, found, EH_CLI_LOG_LINK_BYTES) == 0;
}

static void big_put(struct eh_bytes *out, uint64_t number, int size)
{
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
        eh_bytes_put_u8(out, (uint8_t)(number >> shift));
}

static void digest_put(struct eh_bytes *out, struct eh_key digest)
{
    uint8_t bytes[16];
    eh_key_bytes(digest, bytes);
    eh_bytes_put(out, bytes, sizeof bytes);
}

static bool link_fits(struct eh_proof *p, const struct eh_cli_log_chain *row)
{
    struct eh_bytes *out = &p->scratch;
    eh_bytes_clear(out);
    if (p->linked)
        eh_bytes_put(out, p->link, sizeof p->link);
    big_put(out, p->chained, 8);
    big_put(out, row->input, 8);
    big_put(out, row->seq, 8);
    big_put(out, row->epoch, 8);
    digest_put(out, row->digest);
    eh_bytes_put(out, row->chain.hash, sizeof row->chain.hash);
    big_put(out, (uint64_t)row->state, 2);
    return is_hash_of(out, row->link);
}

static int missing_row(uint64_t input, const char *why, struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT, "chain row of input %llu: is missing: %s", big(input),
                        why);
}

/* Old rows have no link: of them it is only known that a batch ended where the time changes. */
static int compare_link(struct eh_proof *p, const struct eh_cli_log_chain *row,
                        struct eh_error *error)
{
    bool fits = row->linked && link_fits(p, row);
    if (!fits && p->unended && p->unended >= p->from)
        return missing_row(p->unended, "a batch ended there", error);
    if (!row->linked && p->linked)
        return eh_error_set(error, EH_ECORRUPT,
                            "chain row of input %llu: its link to the row before it is missing",
                            big(row->input));
    if (row->linked && !fits)
        return eh_error_set(
            error, EH_ECORRUPT,
            "chain row of input %llu: was changed, or a row of chain between it and "
            "that of input %llu is missing",
            big(row->input), big(p->chained));
    p->linked = row->linked;
    memcpy(p->link, row->link, sizeof p->link);
    p->unended = 0;
    return 0;
}

int eh_proof_chain(struct eh_proof *p, const struct eh_cli_log_chain *row, struct eh_error *error)
{
    char from[40] = "";
    int r = take_form(p, row, error);
    if (r < 0)
        return r;
    if (row->epoch < p->lease)
        return eh_error_set(error, EH_ECORRUPT, "input %llu: chain row: the lease epoch falls",
                            big(row->input));
    p->lease = row->epoch;
    if (p->last < p->from)
        p->chain = row->chain;
    const char *other =
        p->last < p->from ? NULL : eh_proof_differs(p, row->seq, row->digest, &row->chain);
    if (other && p->chained + 1 < p->last)
        eh_format(from, sizeof from, "one of %llu to ", big(p->chained + 1));
    if (other) /* each row by itself is as the log gives it: what is wrong decides nothing */
        return eh_error_set(error, EH_ECORRUPT,
                            "input %s%llu: was changed, or its chain row was: the recorded %s is "
                            "not what the rows give",
                            from, big(p->last), other);
    r = compare_link(p, row, error);
    p->chained = p->last;
    return r;
}

int eh_proof_begin(struct eh_proof *p, const struct eh_cli_log_chain *row, struct eh_error *error)
{
    struct eh_totals totals;
    eh_engine_totals(p->replay->engine, &totals);
    if (row->input != totals.input)
        return eh_error_set(error, EH_ECORRUPT,
                            "snapshot of input %llu: there is no chain row of input %llu",
                            big(totals.input), big(totals.input));
    if (row->seq != totals.seq || (row->state == EH_STATE_VERSION &&
                                   !eh_key_equal(row->digest, eh_engine_digest(p->replay->engine))))
        return eh_error_set(error, EH_ECORRUPT,
                            "snapshot of input %llu: it is not the state that its chain row tells",
                            big(totals.input));
    p->last = p->chained = totals.input;
    p->at_us = totals.at_us;
    p->latest_day = p->replay->begun.day;
    p->chain = row->chain;
    p->lease = row->epoch;
    p->state = row->state;
    p->linked = row->linked;
    memcpy(p->link, row->link, sizeof p->link);
    return 0;
}

/* ---- Behind the last row. */

static int head_wrong(const char *column, uint64_t found, uint64_t wanted, struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT, "head: its %s is %llu, the log gives %llu", column,
                        big(found), big(wanted));
}

static bool seal_fits(struct eh_proof *p, const struct eh_cli_log_head *head)
{
    struct eh_bytes *out = &p->scratch;
    const uint64_t numbers[] = {head->input,   head->seq,     (uint64_t)head->at_us, head->dead,
                                head->high_ms, head->high_no, head->low_ms,          head->low_no};
    eh_bytes_clear(out);
    eh_bytes_put(out, p->link, sizeof p->link);
    big_put(out, (uint64_t)head->desk, 2);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        big_put(out, numbers[i], 8);
    digest_put(out, head->digest);
    eh_bytes_put(out, head->chain.hash, sizeof head->chain.hash);
    return is_hash_of(out, head->seal);
}

static int compare_head(struct eh_proof *p, struct eh_error *error)
{
    const struct eh_cli_log_head *head = eh_cli_log_head(p->replay->log);
    if (head->at_us != p->at_us)
        return head_wrong("at", (uint64_t)head->at_us, (uint64_t)p->at_us, error);
    bool before = p->dead == 0 && head->dead <= p->replay->begun.input;
    if (head->dead != p->dead && !before)
        return head_wrong("dead", head->dead, p->dead, error);
    if (p->last > 0 && p->chained != p->last)
        return missing_row(p->last, "the head stands there", error);
    if (head->high_ms < p->high_ms || (head->high_ms == p->high_ms && head->high_no < p->high_no))
        return eh_error_set(
            error, EH_ECORRUPT,
            "head: its high_ms and high_no are below stream id %llu-%llu of the log",
            big(p->high_ms), big(p->high_no));
    if (head->sealed != p->linked)
        return eh_error_set(error, EH_ECORRUPT, "head: it is %s, and the last row of chain %s",
                            head->sealed ? "sealed" : "not sealed",
                            p->linked ? "is linked" : "is not linked");
    if (p->linked && !seal_fits(p, head))
        return eh_error_set(
            error, EH_ECORRUPT,
            "head: was changed (high_ms, high_no, low_ms, low_no), or its seal was");
    p->counts.sealed = p->linked;
    return 0;
}

static int compare_lease(struct eh_proof *p, struct eh_error *error)
{
    struct eh_cli_log_lease lease;
    int r = eh_cli_log_lease(p->replay->log, &lease, error);
    if (r < 0)
        return r;
    if (lease.leases != 1 || lease.heartbeats != 1)
        return eh_error_set(error, EH_ECORRUPT, "%s: holds %llu rows, not one",
                            lease.leases != 1 ? "lease" : "heartbeat",
                            big(lease.leases != 1 ? lease.leases : lease.heartbeats));
    if (lease.epoch < 0 || (uint64_t)lease.epoch < p->lease)
        return eh_error_set(error, EH_ECORRUPT,
                            "lease: its epoch is %lld, and epoch %llu wrote into the log",
                            (long long)lease.epoch, big(p->lease));
    if (lease.epoch != lease.beating)
        return eh_error_set(error, EH_ECORRUPT,
                            "lease: its epoch is %lld, and that of the heartbeat %lld: they are "
                            "taken together",
                            (long long)lease.epoch, (long long)lease.beating);
    return 0;
}

static int compare_desk(struct eh_proof *p, struct eh_error *error)
{
    const struct eh_cli_log_head *head = eh_cli_log_head(p->replay->log);
    const struct eh_desk *desk = eh_engine_desk(p->replay->engine);
    if (!desk)
        return 0;
    if (!eh_str_equal(eh_str(head->name), desk->id))
        return eh_error_set(error, EH_ECORRUPT,
                            "desk: its name is %s, the log's desk file says %.*s", head->name,
                            EH_STR_ARG(desk->id));
    if (!eh_str_equal(eh_str(head->currency), desk->currency))
        return eh_error_set(error, EH_ECORRUPT,
                            "desk: its currency is %s, the log's desk file says %.*s",
                            head->currency, EH_STR_ARG(desk->currency));
    return 0;
}

int eh_proof_end(struct eh_proof *p, struct eh_error *error)
{
    int r = proof_pool_end(p, error);
    if (r == 0)
        r = proof_tables_end(p, error);
    if (r == 0)
        r = proof_snapshots_end(p, error);
    if (r == 0)
        r = compare_head(p, error);
    if (r == 0)
        r = compare_lease(p, error);
    return r < 0 ? r : compare_desk(p, error);
}
