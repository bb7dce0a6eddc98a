/*
 * snapshot: compares the parts of a snapshot with the state that deciding the log again gives. The
 * daemon trusts a complete snapshot when it starts.
 *
 * Bytes are compared first. An engine that was restored may keep its objects in another order; then
 * the snapshot is restored, and its digest has to be that of the state.
 */
#include "log/tables.h"
#include "private.h"

#define PART_BYTES (256u << 10) /* as the daemon cuts them */
#define FORM_AT    8            /* byte of a snapshot that says its form; behind "EVENHAND" */

struct snapshot {
    struct eh_bytes made, stored; /* stored: only from where it differs */
    uint64_t input;
    int32_t day;
    int64_t count, parts; /* read so far; as the rows say */
    int64_t wrong;        /* number of the first part that differs; -1: none */
};

static int snapshot_wrong(uint64_t input, int64_t part, const char *what, struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT, "snapshot of input %llu: part %lld: %s", big(input),
                        (long long)part, what);
}

static struct eh_str part_slice(const struct eh_bytes *bytes, uint64_t part)
{
    uint64_t at = part * PART_BYTES;
    if (at >= bytes->size)
        return eh_str(NULL);
    size_t left = bytes->size - at;
    return eh_str_n((const char *)bytes->data + at, left < PART_BYTES ? left : PART_BYTES);
}

/* Takes the next part; parts come in order. */
static int take_part(struct snapshot *s, const struct eh_cli_log_part *row, struct eh_error *error)
{
    int64_t parts = (int64_t)((s->made.size + PART_BYTES - 1) / PART_BYTES);
    if (row->day != s->day)
        return snapshot_wrong(row->input, row->part, "its day is not the latest up to there",
                              error);
    if (row->state != EH_STATE_VERSION)
        return snapshot_wrong(row->input, row->part, "its form is another than it says", error);
    if (row->part < 0 || row->part >= row->parts || (s->count > 0 && row->parts != s->parts))
        return snapshot_wrong(row->input, row->part, "parts do not count so many", error);
    s->parts = row->parts;
    bool same =
        row->parts == parts && eh_str_equal(row->body, part_slice(&s->made, (uint64_t)row->part));
    if (!same && s->wrong < 0) {
        s->wrong = row->part;
        eh_bytes_put(&s->stored, s->made.data,
                     s->made.size < (size_t)row->part * PART_BYTES
                         ? s->made.size
                         : (size_t)row->part * PART_BYTES);
    }
    if (s->wrong >= 0)
        eh_bytes_put(&s->stored, row->body.data, row->body.size);
    s->count++;
    return s->stored.failed ? eh_error_set(error, EH_ENOMEM, "out of memory") : 0;
}

/* Compares the state of a snapshot whose bytes differ. */
static int compare_restored(const struct eh_proof *p, const struct snapshot *s,
                            struct eh_error *error)
{
    struct eh_engine *engine = NULL;
    int r = s->count == s->parts
                ? eh_engine_restore(eh_str_n((const char *)s->stored.data, s->stored.size), &engine,
                                    NULL)
                : -EH_ECORRUPT;
    bool same =
        r == 0 && eh_key_equal(eh_engine_digest(engine), eh_engine_digest(p->replay->engine));
    eh_engine_free(engine);
    if (r == -EH_ENOMEM)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    return same ? 0
                : snapshot_wrong(s->input, s->wrong, "its parts or body are not what the log gives",
                                 error);
}

/* Whether the row is of a snapshot that only an earlier or later evenhandd can read. Its form has
 * to be that of its batch's state digest, or that of the evenhandd that wrote it later. */
static bool other_form(const struct eh_proof *p, const struct eh_cli_log_part *row)
{
    bool ours = row->part == 0 && row->body.size > FORM_AT &&
                (uint8_t)row->body.data[FORM_AT] == EH_STATE_VERSION;
    return p->state != EH_STATE_VERSION && !ours;
}

/* Passes over the rest of a snapshot that cannot be compared. */
static int part_pass_over(struct eh_proof *p, struct eh_cli_log_part *row, struct eh_error *error)
{
    int r;
    p->counts.other_snapshots++;
    while ((r = eh_cli_log_next_part(p->replay->log, p->last, row, error)) > 0)
        ;
    return r;
}

static int compare_parts(struct eh_proof *p, struct eh_cli_log_part *row, struct eh_error *error)
{
    struct snapshot s = {
        .made = EH_BYTES_INIT, .stored = EH_BYTES_INIT, .input = p->last, .wrong = -1};
    s.day = p->latest_day;
    int r = 1;
    if (eh_engine_snapshot(p->replay->engine, &s.made) < 0)
        r = eh_error_set(error, EH_ENOMEM, "out of memory");
    while (r > 0) {
        r = take_part(&s, row, error);
        if (r == 0)
            r = eh_cli_log_next_part(p->replay->log, p->last, row, error);
    }
    if (r == 0 && s.wrong >= 0)
        r = compare_restored(p, &s, error);
    p->counts.snapshots += r == 0;
    eh_bytes_done(&s.made);
    eh_bytes_done(&s.stored);
    return r;
}

int eh_proof_snapshots(struct eh_proof *p, struct eh_error *error)
{
    struct eh_cli_log_part row;
    if (!p->counts.reads[EH_PROOF_SNAPSHOT])
        return 0;
    int r = eh_cli_log_next_part(p->replay->log, p->last, &row, error);
    if (r <= 0)
        return r;
    if (row.input != p->last || p->chained != p->last)
        return eh_error_set(error, EH_ECORRUPT,
                            "snapshot of input %llu: there is no chain row of input %llu: it is "
                            "missing, or no batch ended there",
                            big(row.input), big(row.input));
    if (p->last < p->from || other_form(p, &row))
        return part_pass_over(p, &row, error);
    return compare_parts(p, &row, error);
}

int proof_snapshots_end(struct eh_proof *p, struct eh_error *error)
{
    struct eh_cli_log_part row;
    if (!p->counts.reads[EH_PROOF_SNAPSHOT])
        return 0;
    int r = eh_cli_log_next_part(p->replay->log, UINT64_MAX, &row, error);
    return r > 0 ? snapshot_wrong(row.input, row.part, "there is no such input", error) : r;
}
