/*
 * verify: `verify`: proves a log from PostgreSQL and the file of checkpoints, without a daemon, and
 * names the first bad row.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "catalogue.h"
#include "commands.h"
#include "log/checkpoints.h"
#include "proof.h"
#include "published.h"
#include "term/args.h"
#include "term/bar.h"
#include "term/say.h"
#include "term/text.h"

#define LOST_TEXT_MAX 280 /* bytes of the verdict about lost keys; then it names no more */
#define REMARKS_MAX   16  /* things that are not proved */
#define REMARK_BYTES  320

struct run {
    struct eh_replay replay;
    struct eh_proof *proof;
    struct eh_checkpoints checkpoints;
    bool has_checkpoint, has_chain; /* `checkpoints` and `chain` hold one to come */
    struct eh_cli_log_chain chain;
    uint64_t from, to; /* inputs; to 0: all */
    uint64_t last;
    unsigned checkpoints_met;
    uint64_t checkpointed; /* input of the last checkpoint that was met; 0: none */
    struct eh_catalogue_found catalogue;
    struct eh_published published;
    char remarks[REMARKS_MAX][REMARK_BYTES]; /* what is not proved */
    unsigned remark_count;
    struct eh_bar bar;
};

static int run_step_chain(struct run *run, struct eh_error *error)
{
    int r = eh_cli_log_next_chain(run->replay.log, &run->chain, error);
    run->has_chain = r > 0;
    return r < 0 ? r : 0;
}

static int run_step_checkpoint(struct run *run, struct eh_error *error)
{
    int r = eh_checkpoints_next(&run->checkpoints, error);
    run->has_checkpoint = r > 0;
    return r < 0 ? r : 0;
}

static int run_take_epochs(struct run *run, struct eh_error *error)
{
    struct eh_cli_log_epoch epoch;
    int r;
    while ((r = eh_cli_log_next_epoch(run->replay.log, &epoch, error)) > 0) {
        r = eh_proof_epoch(run->proof, &epoch, error);
        if (r < 0)
            return r;
    }
    return r;
}

/* Compares the log up to its last row with the chain rows and checkpoints that speak of it. */
static int compare_marks(struct run *run, struct eh_error *error)
{
    int r = 0;
    while (r == 0 && run->has_chain && run->chain.input <= run->last) {
        r = run->chain.input == run->last
                ? eh_proof_chain(run->proof, &run->chain, error)
                : eh_error_set(error, EH_ECORRUPT, "chain row of input %llu: there is no such row",
                               (unsigned long long)run->chain.input);
        if (r == 0)
            r = run_step_chain(run, error);
    }
    while (r == 0 && run->has_checkpoint && run->checkpoints.input <= run->last) {
        const struct eh_checkpoints *said = &run->checkpoints;
        bool taken = run->last < run->from && run->last != run->replay.begun.input;
        const char *other =
            taken ? NULL
                  : eh_proof_differs(run->proof, EH_PROOF_NO_SEQ, said->digest, &said->chain);
        if (other)
            return eh_error_set(error, EH_ECORRUPT,
                                "input %llu: %s:%u has another %s: the log up to there was written "
                                "anew",
                                (unsigned long long)run->last, said->path, said->line, other);
        run->checkpoints_met += run->last >= run->from;
        run->checkpointed = said->input;
        r = run_step_checkpoint(run, error);
    }
    return r;
}

/* No chain row or checkpoint may speak of inputs behind the last one, and one has to speak of the
 * last. */
static int compare_end(struct run *run, struct eh_error *error)
{
    const struct eh_cli_log_head *head = eh_cli_log_head(run->replay.log);
    if (run->has_checkpoint)
        return eh_error_set(error, EH_ECORRUPT,
                            "input %llu: is missing, and all after it: %s:%u has seen input %llu: "
                            "the end of the log was cut off",
                            (unsigned long long)run->last + 1, run->checkpoints.path,
                            run->checkpoints.line, (unsigned long long)run->checkpoints.input);
    if (run->has_chain)
        return eh_error_set(
            error, EH_ECORRUPT, "input %llu: is missing: a chain row has seen input %llu",
            (unsigned long long)run->last + 1, (unsigned long long)run->chain.input);
    if (head->input != run->last)
        return eh_error_set(error, EH_ECORRUPT,
                            "head: its last input is %llu, that of the log is %llu",
                            (unsigned long long)head->input, (unsigned long long)run->last);
    const char *other =
        run->last ? eh_proof_differs(run->proof, head->seq, head->digest, &head->chain) : NULL;
    if (other)
        return eh_error_set(error, EH_ECORRUPT, "head: its %s is not what the log gives", other);
    int r = eh_proof_end(run->proof, error);
    return r < 0 ? r : eh_published_end(&run->published, error);
}

/* The snapshot, its chain row and a checkpoint at its input are trusted; earlier checkpoints are
 * skipped, for they say nothing of the rows compared. */
static int go_on_from_snapshot(struct run *run, struct eh_error *error)
{
    struct eh_totals totals;
    eh_engine_totals(run->replay.engine, &totals);
    if (!run->has_chain)
        return eh_error_set(error, EH_ECORRUPT, "chain: it ends before input %llu",
                            (unsigned long long)totals.input);
    int r = eh_proof_begin(run->proof, &run->chain, error);
    if (r == 0)
        r = run_step_chain(run, error);
    while (r == 0 && run->has_checkpoint && run->checkpoints.input < totals.input)
        r = run_step_checkpoint(run, error);
    if (r == 0)
        r = eh_published_skip(&run->published, totals.seq, error);
    run->last = totals.input;
    return r < 0 ? r : compare_marks(run, error);
}

static int open_streams(struct run *run, struct eh_error *error)
{
    int r = eh_catalogue_check(run->replay.log, &run->catalogue, error);
    if (r == 0)
        r = run_take_epochs(run, error);
    if (r == 0)
        r = run_step_chain(run, error);
    if (r == 0)
        r = run_step_checkpoint(run, error);
    return r == 0 && run->replay.begun.input > 0 ? go_on_from_snapshot(run, error) : r;
}

static int run_prove(struct run *run, struct eh_error *error)
{
    int r = open_streams(run, error);
    uint64_t all = run->to ? run->to : eh_cli_log_head(run->replay.log)->input;
    while (r == 0 && (run->to == 0 || run->last < run->to)) {
        r = eh_replay_next(&run->replay, error);
        if (r <= 0)
            return r < 0 ? r : compare_end(run, error);
        r = eh_proof_row(run->proof, error);
        if (r < 0)
            return r;
        run->last = run->replay.in.no;
        r = eh_published_compare(&run->published, &run->replay.in, &run->replay.effects,
                                 eh_engine_desk(run->replay.engine), run->last >= run->from, error);
        if (r < 0)
            return r;
        eh_bar_show(&run->bar, run->last, all);
        r = compare_marks(run, error);
        if (r == 0)
            r = eh_proof_snapshots(run->proof, error);
    }
    return r;
}

/* ---- What is not proved. */

static EH_PRINTF(2, 3) void remark(struct run *run, const char *format, ...)
{
    va_list args;
    if (run->remark_count == REMARKS_MAX)
        return;
    va_start(args, format);
    eh_format_v(run->remarks[run->remark_count++], REMARK_BYTES, format, args);
    va_end(args);
}

/* Tables that are not proved; the manual has the same list. */
static void remark_tables(struct run *run, const struct eh_proof_counts *counts)
{
    char count[EH_CLI_TEXT];
    remark(run, "migration.applied, heartbeat.beat, heartbeat.host, ledger.input, book.input");
    if (run->replay.begun.input > 0)
        remark(run, "what comes up to input %llu: its snapshot is taken at its word",
               (unsigned long long)run->replay.begun.input);
    if (run->to)
        remark(run, "what comes behind input %llu, with head, lease and desk",
               (unsigned long long)run->to);
    else if (!counts->sealed)
        remark(run, "head.high_ms, high_no, low_ms, low_no (written by an earlier evenhandd)");
    for (int i = 0; i < EH_PROOF_TABLES; i++)
        if (!counts->reads[i])
            remark(run, "%s (this role may not read it)", eh_proof_tables[i]);
    if (counts->erased > 0) {
        eh_text_count((int64_t)counts->erased, count);
        remark(run, "personal text of %s inputs (it is not there)", count);
    }
    if (counts->erased_bodies > 0) {
        eh_text_count((int64_t)counts->erased_bodies, count);
        remark(run, "bodies of %s dead letters (they are not there)", count);
    }
    if (counts->ledger_end == 0)
        remark(run, "ledger (it has no row)");
    else if (!counts->ledger_whole)
        remark(run, "whether a row of ledger is missing");
    if (counts->other_books > 0)
        remark(run, "%llu rows of book of another form", (unsigned long long)counts->other_books);
    if (counts->other_snapshots > 0)
        remark(run, "%llu snapshots of another form", (unsigned long long)counts->other_snapshots);
}

static void remark_schema(struct run *run)
{
    const struct eh_catalogue_found *found = &run->catalogue;
    if (!found->compared)
        remark(run, "the schema's tables, views, triggers and rights (known for PostgreSQL %d)",
               eh_catalogue_server);
    if (found->beside > 0)
        remark(run, "%u objects that are not of the schema: %s", found->beside, found->names);
}

static void remark_checkpoints(struct run *run)
{
    char count[EH_CLI_TEXT];
    if (!run->checkpoints.file || run->checkpointed >= run->last)
        return;
    eh_text_count((int64_t)(run->last - run->checkpointed), count);
    if (run->checkpointed)
        remark(run, "%s inputs behind the last checkpoint (input %llu) rest on the database alone",
               count, (unsigned long long)run->checkpointed);
    else
        remark(run, "%s inputs without a checkpoint rest on the database alone", count);
}

static void remark_published(struct run *run)
{
    char count[EH_CLI_TEXT];
    const struct eh_published *published = &run->published;
    if (!published->stream.redis) {
        remark(run, "what was published (--redis)");
        return;
    }
    if (published->unpublished > 0) {
        eh_text_count((int64_t)published->unpublished, count);
        remark(run, "%s effects that are not published yet", count);
    }
    if (published->accounts_other > 0) {
        eh_text_count((int64_t)published->accounts_other, count);
        remark(run, "accounts of %s outbox entries (another desk was in force)", count);
    }
}

static void remark_all(struct run *run)
{
    struct eh_proof_counts counts;
    eh_proof_counts(run->proof, &counts);
    remark_tables(run, &counts);
    remark_schema(run);
    remark_checkpoints(run);
    remark_published(run);
}

/* ---- The verdict. */

/* "12 draws cannot be proved: their key was lost: epoch 3 (inputs 5 to 40, see input 41); all else
 * is proven; ". Nothing, when none is. Returns the bytes used. */
static size_t tell_lost(const struct run *run, char *ret, size_t size)
{
    struct eh_proof_counts counts;
    size_t count, used;
    char draws[EH_CLI_TEXT];
    const char *between = "";
    const struct eh_proof_lost *lost = eh_proof_lost(run->proof, &count);
    eh_proof_counts(run->proof, &counts);
    if (counts.lost == 0)
        return eh_format(ret, size, "ok; ");
    eh_text_count((int64_t)counts.lost, draws);
    used = eh_format(ret, size, "%s draws can never be proved, their key was lost: ", draws);
    for (size_t i = 0; i < count; i++) {
        if (lost[i].draws == 0)
            continue;
        if (used > LOST_TEXT_MAX)
            return used + eh_format(ret + used, size - used,
                                    " and later ones (--json has all); "
                                    "all else is proven; ");
        used +=
            eh_format(ret + used, size - used, "%sepoch %u (inputs %llu to %llu, see input %llu)",
                      between, lost[i].epoch, (unsigned long long)lost[i].first,
                      (unsigned long long)lost[i].last, (unsigned long long)lost[i].input);
        between = ", ";
    }
    return used + eh_format(ret + used, size - used, "; all else is proven; ");
}

static void verdict_proven(const struct run *run, char *ret, size_t size)
{
    struct eh_proof_counts counts;
    char inputs[EH_CLI_TEXT], pools[EH_CLI_TEXT], awaiting[EH_CLI_TEXT], uncommitted[EH_CLI_TEXT];
    eh_proof_counts(run->proof, &counts);
    eh_text_count((int64_t)counts.inputs, inputs);
    eh_text_count((int64_t)counts.awaiting, awaiting);
    size_t used = tell_lost(run, ret, size);
    used += eh_format(ret + used, size - used, "%s inputs, ", inputs);
    if (counts.pools > 0) {
        eh_text_count((int64_t)counts.pools, pools);
        used +=
            eh_format(ret + used, size - used, "%s pool%s, ", pools, counts.pools == 1 ? "" : "s");
    }
    used += eh_format(ret + used, size - used, "%s draws await revelation", awaiting);
    if (counts.uncommitted > 0) {
        eh_text_count((int64_t)counts.uncommitted, uncommitted);
        used += eh_format(ret + used, size - used, ", %s are older than commitments", uncommitted);
    }
    if (counts.bodyless > 0)
        used += eh_format(ret + used, size - used,
                          "; %llu dead letters keep no body: their digests are not proved",
                          (unsigned long long)counts.bodyless);
    if (counts.undigested > 0)
        used += eh_format(ret + used, size - used,
                          "; up to input %llu the state digests are of an earlier form",
                          (unsigned long long)counts.undigested);
    if (run->checkpoints.torn > 0)
        used += eh_format(ret + used, size - used, "; %u torn line%s of checkpoints passed over",
                          run->checkpoints.torn, run->checkpoints.torn == 1 ? "" : "s");
    if (!run->checkpoints.file)
        eh_format(ret + used, size - used,
                  "; without a checkpoint file nobody knows whether the end was cut off");
}

static void print_lost(const struct run *run)
{
    size_t count;
    const struct eh_proof_lost *lost = eh_proof_lost(run->proof, &count);
    printf(",\"lost\":[");
    for (size_t i = 0; i < count; i++) {
        printf("%s{\"epoch\":%u,\"draws\":%llu,", i ? "," : "", lost[i].epoch,
               (unsigned long long)lost[i].draws);
        if (lost[i].draws > 0)
            printf("\"first_input\":%llu,\"last_input\":%llu,", (unsigned long long)lost[i].first,
                   (unsigned long long)lost[i].last);
        else
            printf("\"first_input\":null,\"last_input\":null,");
        printf("\"input\":%llu}", (unsigned long long)lost[i].input);
    }
    puts("]}");
}

static void print_json_text(const char *text)
{
    putchar('"');
    for (const char *c = text; *c; c++)
        printf(*c == '"' || *c == '\\' ? "\\%c" : "%c", (unsigned char)*c < ' ' ? '?' : *c);
    putchar('"');
}

static void print_remarks(const struct run *run)
{
    printf(",\"not_proved\":[");
    for (unsigned i = 0; i < run->remark_count; i++) {
        if (i > 0)
            putchar(',');
        print_json_text(run->remarks[i]);
    }
    putchar(']');
}

static void run_print_json(const struct run *run, bool ok, const char *verdict)
{
    struct eh_proof_counts counts;
    eh_proof_counts(run->proof, &counts);
    printf("{\"ok\":%s,\"verdict\":", ok ? "true" : "false");
    print_json_text(verdict);
    printf(",\"inputs\":%llu,\"effects\":%llu,\"draws\":%llu,\"awaiting\":%llu,"
           "\"uncommitted\":%llu,\"epochs_revealed\":%u,\"pools\":%llu,\"checkpoints\":%u",
           (unsigned long long)counts.inputs, (unsigned long long)counts.effects,
           (unsigned long long)counts.draws, (unsigned long long)counts.awaiting,
           (unsigned long long)counts.uncommitted, counts.epochs_revealed,
           (unsigned long long)counts.pools, run->checkpoints_met);
    print_remarks(run);
    print_lost(run);
}

/* Prints the remarks in one line. */
static void print_not_proved(const struct run *run)
{
    for (unsigned i = 0; i < run->remark_count; i++) {
        char *clean = eh_text_clean(run->remarks[i]);
        printf("%s%s", i ? "; " : "not proved: ", clean ? clean : run->remarks[i]);
        free(clean);
    }
    if (run->remark_count > 0)
        putchar('\n');
}

static int say_verdict(const struct eh_cli *cli, struct run *run, int r,
                       const struct eh_error *error)
{
    char text[2 * EH_ERROR_TEXT_MAX];
    struct eh_proof_counts counts;
    eh_proof_counts(run->proof, &counts);
    if (r == 0) {
        remark_all(run);
        verdict_proven(run, text, sizeof text);
    }
    const char *verdict = r == 0 ? text : error->text;
    char *clean = eh_text_clean(verdict);
    if (cli->json)
        run_print_json(run, r == 0 && counts.lost == 0, clean ? clean : verdict);
    else
        puts(clean ? clean : verdict);
    free(clean);
    if (!cli->json)
        print_not_proved(run);
    if (r < 0)
        return EH_EXIT_REFUSED;
    return counts.lost > 0 ? EH_EXIT_UNPROVEN : EH_EXIT_DONE;
}

/* ---- The call. */

static int read_number(const struct eh_cli *cli, const char *option, uint64_t *ret)
{
    const char *text = eh_cli_option(cli, option);
    int64_t number = 0;
    if (text && (eh_integer_parse(eh_str(text), &number, NULL) < 0 || number < 1))
        return eh_say_usage(cli, "--%s: %s is not the number of an input", option, text);
    *ret = (uint64_t)number;
    return EH_EXIT_DONE;
}

/* The default file may be missing; a file that --checkpoint names may not. */
static int open_checkpoints(const struct eh_cli *cli, struct run *run, struct eh_error *error)
{
    const char *named = eh_cli_option(cli, "checkpoint");
    int r = eh_checkpoints_open(named ? named : EH_CLI_CHECKPOINTS, &run->checkpoints, error);
    return !named && r < 0 ? 0 : r;
}

/* Opens the outbox before the log is read; the head of the log names its desk. */
static int open_published(const struct eh_cli *cli, struct run *run, struct eh_error *error)
{
    const char *address = eh_cli_option(cli, "redis");
    struct eh_cli_log *log = NULL;
    char desk[EH_ID_MAX + 1];
    if (!address)
        return 0;
    int r = eh_cli_log_new(eh_cli_log_conninfo(eh_cli_option(cli, "db")), &log, error);
    if (r < 0)
        return r;
    eh_format(desk, sizeof desk, "%s", eh_cli_log_head(log)->name);
    eh_cli_log_free(log);
    return eh_published_open(cli, address, desk, &run->published, error);
}

/* Begins at the last snapshot before the first row that is compared. */
static int begin_before(struct run *run, struct eh_error *error)
{
    const struct eh_cli_log_before before = {.day = EH_DATE_NEVER, .input = run->from};
    return eh_replay_begin_before(&run->replay, &before, error);
}

static int run_proof(const struct eh_cli *cli, struct run *run)
{
    struct eh_error error = {0};
    const char *db = eh_cli_log_conninfo(eh_cli_option(cli, "db"));
    /* Opened before the log: a line is written after its rows are committed, so the log has them.
     */
    int r = open_checkpoints(cli, run, &error);
    if (r == 0)
        r = open_published(cli, run, &error);
    if (r < 0 && !error.text[0])
        return eh_cli_log_exit(r);
    if (r == 0)
        r = eh_replay_open(db, &run->replay, &error);
    if (r == 0 && run->from > 1)
        r = begin_before(run, &error);
    if (r == 0)
        r = eh_proof_new(&run->replay, run->from, &run->proof, &error);
    if (r < 0)
        return eh_say(cli, eh_cli_log_exit(-error.code), "%s", error.text);
    eh_bar_start(&run->bar, "verified");
    r = run_prove(run, &error);
    eh_bar_end(&run->bar);
    if (r == 0 && run->from > run->last)
        return eh_say(cli, EH_EXIT_REFUSED,
                      "--from: the log ends with input %llu: nothing was compared",
                      (unsigned long long)run->last);
    if (r < 0 && error.code != EH_ECORRUPT)
        return eh_say(cli, eh_cli_log_exit(-error.code), "%s", error.text);
    return say_verdict(cli, run, r, &error);
}

int eh_cmd_verify(struct eh_cli *cli)
{
    struct run run = {0};
    int r = read_number(cli, "from", &run.from);
    if (r == EH_EXIT_DONE)
        r = read_number(cli, "to", &run.to);
    if (r == EH_EXIT_DONE && run.to > 0 && run.to < run.from)
        r = eh_say_usage(cli, "--to: %s is before --from", eh_cli_option(cli, "to"));
    if (r == EH_EXIT_DONE)
        r = run_proof(cli, &run);
    eh_proof_free(run.proof);
    eh_replay_done(&run.replay);
    eh_checkpoints_close(&run.checkpoints);
    eh_published_close(&run.published);
    return r;
}
