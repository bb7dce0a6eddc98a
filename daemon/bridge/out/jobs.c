/*
 * jobs: the way of each job, and which of them goes next. See jobs.h.
 *
 *     READY ──▶ ACTIVE: [read ─▶ in ─▶] assign ─▶ request ─▶ done ─▶ next request … ─▶ gone
 *       ▲          │
 *       └ RESTING ◀┘ it failed
 *
 * Jobs of entries of the outbox stand in the order of their numbers: the first of them says how far
 * everything is done. Those that rest stand in a list for each length of rest, so that the first of
 * a list is always the next of it.
 */
#include "bridge/out/jobs.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "bridge/out/backoff.h"
#include "bridge/out/failing.h"
#include "bridge/out/words.h"

#define LEVELS  9 /* lengths of a rest: 0.2 s, 0.4 s, … 25.6 s, 30 s */
#define WHY_MAX EH_PARKED_WHY_MAX

enum job_state { JOB_READY, JOB_RESTING, JOB_ACTIVE };

struct job {
    TAILQ_ENTRY(job) queue, order;
    struct eh_jobs *jobs;
    enum job_state state;
    char *id, *account; /* account NULL: nobody */
    uint64_t seq;       /* 0: of no entry, and in no order */
    bool doubt;         /* the owner is read before it is set */
    bool stale;         /* another account is wanted than what is under way sets */
    bool dropped;       /* nobody wants it: it ends with what is under way */
    bool was_parked;
    unsigned level, step, rounds;
    int64_t due_us;
    struct eh_failing failing;
    json_t *requests, *previous;
    char *said; /* the last answer, for people; NULL: none, or no memory */
};

TAILQ_HEAD(job_list, job);

struct eh_jobs {
    struct eh_jobs_ways ways;
    struct eh_table by_id; /* id → struct job * */
    struct job_list ready, resting[LEVELS], order, active;
    uint64_t passed; /* entries up to this one were read */
    bool held, turning;
    struct eh_jobs_figures figures;
    char last_failure[WHY_MAX];
};

/* ---- Lists. */

static struct job_list *job_list_of(const struct job *job)
{
    struct eh_jobs *jobs = job->jobs;
    return job->state == JOB_READY    ? &jobs->ready
           : job->state == JOB_ACTIVE ? &jobs->active
                                      : &jobs->resting[job->level];
}

static void job_move(struct job *job, enum job_state state)
{
    struct eh_jobs_figures *figures = &job->jobs->figures;
    TAILQ_REMOVE(job_list_of(job), job, queue);
    figures->under_way -= job->state == JOB_ACTIVE ? 1 : 0;
    figures->resting -= job->state == JOB_RESTING ? 1 : 0;
    job->state = state;
    figures->under_way += state == JOB_ACTIVE ? 1 : 0;
    figures->resting += state == JOB_RESTING ? 1 : 0;
    TAILQ_INSERT_TAIL(job_list_of(job), job, queue);
}

static struct job *job_find(const struct eh_jobs *jobs, struct eh_str id)
{
    return eh_table_get_pointer(&jobs->by_id, eh_key_of_text(id));
}

/* What was under way is over. */
static void job_clear(struct job *job)
{
    json_decref(job->requests);
    json_decref(job->previous);
    free(job->said);
    job->requests = job->previous = NULL;
    job->said = NULL;
}

static void job_free(struct job *job)
{
    job_clear(job);
    free(job->id);
    free(job->account);
    free(job);
}

static struct eh_wish wish_of(const struct job *job)
{
    return (struct eh_wish){.id = eh_str(job->id),
                            .account = eh_str(job->account),
                            .seq = job->seq,
                            .was_parked = job->was_parked};
}

/* It is gone; then its owner is told. */
static void job_end(struct job *job, enum eh_job_end end)
{
    struct eh_jobs *jobs = job->jobs;
    job_move(job, JOB_READY);
    TAILQ_REMOVE(&jobs->ready, job, queue);
    if (job->seq > 0)
        TAILQ_REMOVE(&jobs->order, job, order);
    eh_table_remove(&jobs->by_id, eh_key_of_text(eh_str(job->id)));
    jobs->figures.jobs--;
    jobs->figures.done += end == EH_JOB_DONE ? 1 : 0;
    jobs->figures.parked += end == EH_JOB_PARKED ? 1 : 0;
    jobs->figures.replaced += end == EH_JOB_REPLACED ? 1 : 0;
    const struct eh_wish wish = wish_of(job);
    jobs->ways.on_end(jobs->ways.context, &wish, end);
    job_free(job);
    eh_jobs_turn(jobs);
}

/* ---- How an attempt ends. */

static void job_rest(struct job *job, unsigned level)
{
    int64_t ms = (int64_t)EH_BACKOFF_MIN_MS << level;
    job->level = level;
    job->due_us = job->jobs->ways.now_us(job->jobs->ways.context) +
                  1000 * (ms < EH_BACKOFF_MAX_MS ? ms : EH_BACKOFF_MAX_MS);
    job_move(job, JOB_RESTING);
}

/* Something else is wanted now than what was under way. */
static bool job_changed(struct job *job)
{
    if (job->dropped) {
        job_end(job, EH_JOB_REPLACED);
        return true;
    }
    if (!job->stale)
        return false;
    job->stale = false;
    job->failing = (struct eh_failing){0};
    job->level = 0;
    job_clear(job);
    job_move(job, JOB_READY);
    eh_jobs_turn(job->jobs);
    return true;
}

static bool job_park(struct job *job, const char *why)
{
    const struct eh_jobs_ways *ways = &job->jobs->ways;
    const struct eh_parked_item item = {.id = eh_str(job->id),
                                        .account = eh_str(job->account),
                                        .why = eh_str(why),
                                        .seq = job->seq};
    if (ways->park(ways->context, &item) < 0)
        return false;
    job_end(job, EH_JOB_PARKED);
    return true;
}

static bool job_fails_too_long(const struct job *job, int64_t now_us)
{
    const struct eh_jobs *jobs = job->jobs;
    int64_t most_us = jobs->ways.fail_us ? jobs->ways.fail_us : EH_JOBS_FAIL_US;
    return eh_failing_is_hopeless(&job->failing, now_us - most_us, jobs->figures.done,
                                  jobs->figures.resting + jobs->figures.under_way);
}

/* It is tried again, after a rest. */
static void job_failed(struct job *job, const char *why)
{
    struct eh_jobs *jobs = job->jobs;
    int64_t now_us = jobs->ways.now_us(jobs->ways.context);
    jobs->figures.failures++;
    eh_format(jobs->last_failure, sizeof jobs->last_failure, "%s: %s", job->id, why);
    if (job_changed(job))
        return;
    if (job->failing.since_us == 0)
        job->level = 0;
    else if (job->level < LEVELS - 1)
        job->level++; /* it is in no list of a level just now: it is active */
    eh_failing_failed(&job->failing, now_us, jobs->figures.done);
    if (job_fails_too_long(job, now_us) && job_park(job, why))
        return;
    job_clear(job);
    job_rest(job, job->level);
    eh_jobs_turn(jobs);
}

static void job_refused(struct job *job, const char *why)
{
    struct eh_jobs *jobs = job->jobs;
    jobs->figures.failures++;
    eh_format(jobs->last_failure, sizeof jobs->last_failure, "%s: %s", job->id, why);
    if (job_changed(job) || job_park(job, why))
        return;
    job_clear(job);
    job_rest(job, LEVELS - 1); /* there is no room for it: it waits here */
    eh_jobs_turn(jobs);
}

static void job_done(struct job *job)
{
    if (!job_changed(job))
        job_end(job, EH_JOB_DONE);
}

/* ---- The steps of an attempt. */

/* Takes the input over. */
static void job_ask(struct job *job, enum eh_ask what, json_t *input, eh_asked_fn *on_asked)
{
    const struct eh_jobs_ways *ways = &job->jobs->ways;
    int r = input ? ways->ask(ways->context, what, input, on_asked, job) : -EH_ENOMEM;
    json_decref(input);
    if (r < 0)
        job_failed(job, "its profile cannot be asked just now");
}

static void job_send(struct job *job, json_t *request, eh_web_fn *on_answer)
{
    const struct eh_jobs_ways *ways = &job->jobs->ways;
    if (ways->send(ways->context, request, on_answer, job) < 0)
        job_failed(job, "the request cannot be sent: it is none, or memory is out");
}

/* It did not reach the helpdesk, or nobody knows what became of it. True: the job has failed. */
static bool job_unanswered(struct job *job, const struct eh_web_answer *answer)
{
    eh_failing_hears(&job->failing, answer);
    if (answer->end == EH_WEB_ANSWERED && answer->status != 429)
        return false;
    job->doubt = job->doubt || answer->end == EH_WEB_LOST;
    job_failed(job, answer->why ? answer->why : "the helpdesk says there are too many requests");
    return true;
}

static void on_assign_asked(void *context, const json_t *values, const char *why);

static void job_assign(struct job *job)
{
    if (job_changed(job))
        return;
    job->step = 0;
    job_ask(job, EH_ASK_ASSIGN, eh_words_assign(job->id, job->account, job->seq, job->previous),
            on_assign_asked);
}

static void on_in_asked(void *context, const json_t *values, const char *why)
{
    struct job *job = context;
    json_t *ticket = eh_words_ticket(values, job->id);
    if (!ticket) {
        job_failed(job, why ? why : "its owner was read, and the profile finds no ticket in it");
        return;
    }
    json_decref(job->previous);
    job->previous = json_incref(ticket);
    job->doubt = false;
    if (!job->stale && eh_words_settled(ticket, job->account))
        job_done(job);
    else
        job_assign(job);
}

static void on_read(void *context, const struct eh_web_answer *answer)
{
    struct job *job = context;
    char why[WHY_MAX];
    if (job_unanswered(job, answer))
        return;
    eh_words_refusal(answer, why, sizeof why);
    if (answer->status == 404 || answer->status == 410)
        job_refused(job, why);
    else if (answer->status < 200 || answer->status > 299)
        job_failed(job, why);
    else
        job_ask(job, EH_ASK_IN, eh_words_in(answer, "read"), on_in_asked);
}

static void on_read_asked(void *context, const json_t *values, const char *why)
{
    struct job *job = context;
    json_t *request = json_array_get(values, 0);
    if (!json_is_object(request))
        job_failed(job, why ? why : "its profile says no way to read an owner");
    else
        job_send(job, request, on_read);
}

static void job_read(struct job *job)
{
    if (job_changed(job))
        return;
    job->rounds++;
    job_ask(job, EH_ASK_READ, eh_words_read(job->id), on_read_asked);
}

static void job_step(struct job *job);

static void job_judge(struct job *job, enum eh_verdict verdict, const char *why)
{
    const char *said = job->said ? job->said : "the helpdesk did not take it";
    bool is_clear = verdict == EH_VERDICT_REFUSED || verdict == EH_VERDICT_AGAIN;
    job->doubt = job->doubt || !is_clear;
    if (verdict == EH_VERDICT_REFUSED)
        job_refused(job, said);
    else if (verdict == EH_VERDICT_READ && job->rounds < EH_JOB_ROUNDS)
        job_read(job);
    else
        job_failed(job, why ? why : said);
}

static void on_done_asked(void *context, const json_t *values, const char *why)
{
    struct job *job = context;
    enum eh_verdict verdict = eh_words_verdict(values);
    if (verdict != EH_VERDICT_DONE) {
        job_judge(job, verdict, why);
        return;
    }
    job->step++;
    if (!job->stale && job->step < json_array_size(job->requests))
        job_step(job);
    else
        job_done(job);
}

static void on_answer(void *context, const struct eh_web_answer *answer)
{
    struct job *job = context;
    char said[WHY_MAX];
    if (job_unanswered(job, answer))
        return;
    job->doubt = job->doubt || answer->status >= 500 || answer->status == 408;
    if (job_changed(job))
        return;
    eh_words_refusal(answer, said, sizeof said);
    free(job->said);
    job->said = strdup(said);
    job_ask(job, EH_ASK_DONE, eh_words_done(answer, job->id, job->account, job->step),
            on_done_asked);
}

static void job_step(struct job *job)
{
    if (!job_changed(job))
        job_send(job, json_array_get(job->requests, job->step), on_answer);
}

static void on_assign_asked(void *context, const json_t *values, const char *why)
{
    struct job *job = context;
    size_t steps = json_array_size(values);
    if (steps == 0 || steps > EH_JOB_STEPS) {
        job_failed(job, why ? why : "its profile makes no request of it, or too many");
        return;
    }
    json_decref(job->requests);
    job->requests = json_copy((json_t *)values);
    if (!job->requests)
        job_failed(job, "memory is out");
    else
        job_step(job);
}

static void job_begin(struct job *job)
{
    job_move(job, JOB_ACTIVE);
    eh_failing_begin(&job->failing);
    job->rounds = 0;
    if (job->doubt)
        job_read(job);
    else
        job_assign(job);
}

/* ---- Which goes next. */

/* Of those whose rest is over, the one that waits longest; else the first that is ready. */
static struct job *job_next(struct eh_jobs *jobs)
{
    struct job *best = NULL;
    int64_t now_us = jobs->ways.now_us(jobs->ways.context);
    for (unsigned level = 0; level < LEVELS; level++) {
        struct job *job = TAILQ_FIRST(&jobs->resting[level]);
        if (job && job->due_us <= now_us && (!best || job->due_us < best->due_us))
            best = job;
    }
    return best ? best : TAILQ_FIRST(&jobs->ready);
}

void eh_jobs_turn(struct eh_jobs *jobs)
{
    struct job *job;
    if (jobs->turning)
        return; /* from within: the loop below goes on */
    jobs->turning = true;
    while (!jobs->held && jobs->figures.under_way < EH_JOBS_WINDOW &&
           (job = job_next(jobs)) != NULL)
        job_begin(job);
    jobs->turning = false;
}

int64_t eh_jobs_due_us(const struct eh_jobs *jobs)
{
    int64_t due_us = INT64_MAX;
    for (unsigned level = 0; level < LEVELS; level++) {
        const struct job *job = TAILQ_FIRST(&jobs->resting[level]);
        if (job && job->due_us < due_us)
            due_us = job->due_us;
    }
    return due_us;
}

/* ---- What is wanted. */

static char *text_copy(struct eh_str text)
{
    return strndup(text.data ? text.data : "", text.size);
}

static struct job *job_new(struct eh_jobs *jobs, const struct eh_wish *wish)
{
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    *job = (struct job){.jobs = jobs,
                        .state = JOB_READY,
                        .id = text_copy(wish->id),
                        .account = wish->account.size > 0 ? text_copy(wish->account) : NULL,
                        .seq = wish->seq,
                        .doubt = wish->doubt,
                        .was_parked = wish->was_parked};
    bool ok = job->id && (job->account || wish->account.size == 0);
    if (ok && eh_table_put_pointer(&jobs->by_id, eh_key_of_text(wish->id), job) == 0)
        return job;
    job_free(job);
    return NULL;
}

static int job_add(struct eh_jobs *jobs, const struct eh_wish *wish, struct eh_error *error)
{
    if (eh_jobs_is_full(jobs))
        return eh_error_set(error, EH_EFULL, "%d owners wait to be set in the helpdesk",
                            EH_JOBS_MAX);
    struct job *job = job_new(jobs, wish);
    if (!job)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    TAILQ_INSERT_TAIL(&jobs->ready, job, queue);
    if (job->seq > 0)
        TAILQ_INSERT_TAIL(&jobs->order, job, order);
    jobs->figures.jobs++;
    return 0;
}

/* The newer number stands for the older one: it is read again if we die before it is done. */
static void job_number(struct job *job, uint64_t seq)
{
    if (seq <= job->seq)
        return;
    if (job->seq > 0)
        TAILQ_REMOVE(&job->jobs->order, job, order);
    job->seq = seq;
    TAILQ_INSERT_TAIL(&job->jobs->order, job, order);
}

static int job_replace(struct job *job, const struct eh_wish *wish, struct eh_error *error)
{
    if (wish->seq > 0 && wish->seq <= job->seq)
        return 0;
    bool same = eh_str_equal(eh_str(job->account), wish->account);
    char *account = wish->account.size > 0 ? text_copy(wish->account) : NULL;
    if (!account && wish->account.size > 0)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    free(job->account);
    job->account = account;
    job_number(job, wish->seq);
    job->doubt = job->doubt || wish->doubt;
    job->was_parked = wish->was_parked;
    job->dropped = false;
    job->stale = job->state == JOB_ACTIVE && (job->stale || !same || wish->doubt);
    if (job->state == JOB_RESTING && !same) {
        job->failing = (struct eh_failing){0};
        job_move(job, JOB_READY);
    }
    return 0;
}

int eh_jobs_want(struct eh_jobs *jobs, const struct eh_wish *wish, struct eh_error *error)
{
    struct job *job = job_find(jobs, wish->id);
    int r = job ? job_replace(job, wish, error) : job_add(jobs, wish, error);
    if (r == 0 && wish->seq > jobs->passed)
        jobs->passed = wish->seq;
    return r;
}

void eh_jobs_drop(struct eh_jobs *jobs, struct eh_str id)
{
    struct job *job = job_find(jobs, id);
    if (job && job->state == JOB_ACTIVE)
        job->dropped = true;
    else if (job)
        job_end(job, EH_JOB_REPLACED);
}

void eh_jobs_pass(struct eh_jobs *jobs, uint64_t seq)
{
    if (seq > jobs->passed)
        jobs->passed = seq;
}

void eh_jobs_restart(struct eh_jobs *jobs)
{
    for (struct job *job; (job = TAILQ_FIRST(&jobs->order)) != NULL;) {
        TAILQ_REMOVE(&jobs->order, job, order);
        job->seq = 0;
    }
    jobs->passed = 0;
}

uint64_t eh_jobs_low(const struct eh_jobs *jobs)
{
    const struct job *first = TAILQ_FIRST(&jobs->order);
    return first ? first->seq - 1 : jobs->passed;
}

void eh_jobs_hold(struct eh_jobs *jobs, bool held)
{
    jobs->held = held;
}

bool eh_jobs_has(const struct eh_jobs *jobs, struct eh_str id)
{
    return job_find(jobs, id) != NULL;
}

bool eh_jobs_is_full(const struct eh_jobs *jobs)
{
    return jobs->figures.jobs >= EH_JOBS_MAX;
}

void eh_jobs_figures(const struct eh_jobs *jobs, struct eh_jobs_figures *ret)
{
    *ret = jobs->figures;
}

const char *eh_jobs_last_failure(const struct eh_jobs *jobs)
{
    return jobs->last_failure;
}

/* ---- Its life. */

int eh_jobs_new(const struct eh_jobs_ways *ways, struct eh_jobs **ret, struct eh_error *error)
{
    struct eh_jobs *jobs = calloc(1, sizeof *jobs);
    if (!jobs)
        return eh_error_set(error, EH_ENOMEM, "jobs: out of memory");
    jobs->ways = *ways;
    TAILQ_INIT(&jobs->ready);
    TAILQ_INIT(&jobs->order);
    TAILQ_INIT(&jobs->active);
    for (unsigned level = 0; level < LEVELS; level++)
        TAILQ_INIT(&jobs->resting[level]);
    *ret = jobs;
    return 0;
}

static void list_free(struct job_list *list)
{
    for (struct job *job; (job = TAILQ_FIRST(list)) != NULL;) {
        TAILQ_REMOVE(list, job, queue);
        job->jobs->ways.forget(job->jobs->ways.context, job);
        job_free(job);
    }
}

void eh_jobs_free(struct eh_jobs *jobs)
{
    if (!jobs)
        return;
    list_free(&jobs->ready);
    list_free(&jobs->active);
    for (unsigned level = 0; level < LEVELS; level++)
        list_free(&jobs->resting[level]);
    eh_table_done(&jobs->by_id);
    free(jobs);
}
