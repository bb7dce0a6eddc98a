/* answers: asks, keeps, and looks whether what is kept still holds. */
#include "web/ask/answers.h"

#include <stdlib.h>
#include <time.h>

#include "host/clock.h"
#include "host/log.h"
#include "web/ask/kept.h"

#define STATUS_TARGET "/v1/status"

/* What a question waits for. */
enum kind { LOOK, READ, CHANGE, REPORT, KINDS };
static const unsigned links[KINDS] = {[LOOK] = EH_ANSWERS_LINKS_LOOK,
                                      [READ] = EH_ANSWERS_LINKS_READ,
                                      [CHANGE] = EH_ANSWERS_LINKS_CHANGE,
                                      [REPORT] = EH_ANSWERS_LINKS_REPORT};

struct eh_answers {
    struct eh_asker *askers[KINDS];
    struct eh_kept_answers *kept;
    struct event *look;
    bool looking;
    uint64_t version; /* at least `input` */
    int64_t told_us;  /* when that last changed */
    int64_t input;    /* the highest that was heard of */
    bool untold;      /* something was changed since; the next look tells */
    json_t *status;
    struct changing *changes; /* under way */
    eh_moved_fn *on_moved;
    void *context;
};

struct changing {
    struct eh_answers *answers;
    char *person; /* NULL: it is only tried */
    struct changing *next, **link;
    eh_answer_fn *fn;
    void *context;
};

/* ---- What has moved. */

static void moved(struct eh_answers *answers, bool wholly)
{
    answers->version++;
    if (answers->version < (uint64_t)answers->input)
        answers->version = (uint64_t)answers->input;
    answers->told_us = eh_clock_monotonic_us();
    answers->untold = false;
    if (wholly)
        eh_kept_forget(answers->kept, NULL);
    else
        eh_kept_age(answers->kept, NULL);
    if (answers->on_moved)
        answers->on_moved(answers->context, answers->version);
}

/* What of the status is shown and changes without an input. */
static bool shows_the_same(const json_t *a, const json_t *b)
{
    static const char *const keys[] = {"role", "redis", "postgres", "desk_sha256", "last_error"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!json_equal(json_object_get(a, keys[i]), json_object_get(b, keys[i])))
            return false;
    return true;
}

/* Whether it tells of an input that was not heard of. */
static bool take_input(struct eh_answers *answers, const json_t *body)
{
    int64_t input = json_integer_value(json_object_get(body, "input"));
    if (input <= answers->input)
        return false;
    answers->input = input;
    return true;
}

static void on_status(void *context, const struct eh_asker_answer *answer)
{
    struct eh_answers *answers = context;
    json_t *now = answer->status == 200 ? answer->body : NULL;
    bool same = (now != NULL) == (answers->status != NULL) && shows_the_same(now, answers->status);
    bool news = take_input(answers, now);
    answers->looking = false;
    if (!now && answers->status)
        eh_log(EH_LOG_WARNING, "evenhandd is away: %s", eh_asker_words(answer));
    if (now && !answers->status)
        eh_log(EH_LOG_INFO, "evenhandd is there");
    json_decref(answers->status);
    answers->status = json_incref(now);
    if (!same || news || answers->untold)
        moved(answers, !same);
}

static void on_look(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_answers *answers = context;
    if (!answers->looking)
        answers->looking =
            eh_asker_get(answers->askers[LOOK], STATUS_TARGET, on_status, answers) == 0;
}

/* ---- Asking. */

static int64_t time_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Whether the command line makes it: a fairness report, a pool day by day. */
static bool is_dear(const char *target)
{
    static const char *const ends[] = {"/fairness", "/pool/days"};
    size_t size = strcspn(target, "?");
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t end = strlen(ends[i]);
        if (size > end && strncmp(target + size - end, ends[i], end) == 0)
            return true;
    }
    return false;
}

static void take_due(struct eh_kept *one)
{
    int64_t now = eh_clock_monotonic_us(), took = now - one->asked_us;
    int64_t least = EH_ANSWERS_DEAR_S * (int64_t)1000000;
    took *= EH_ANSWERS_DEAR_PART;
    one->due_us = now + (took > least ? took : least);
}

static void take_answer(struct eh_kept *one, const struct eh_asker_answer *answer)
{
    bool good = answer->status >= 200 && answer->status < 300 && answer->body;
    one->answer.at_us = time_us();
    if (good && one->dear)
        take_due(one);
    one->answer.status = answer->status;
    one->answer.body = json_incref(answer->body);
    one->answer.why = good ? NULL : strdup(eh_asker_words(answer));
}

/* Everybody who waits is told; who asks anew from within gets what is there. */
static void tell(struct eh_kept *one)
{
    for (struct eh_kept_waiter *waiter; (waiter = one->waiters);) {
        one->waiters = waiter->next;
        waiter->fn(waiter->context, &one->answer);
        free(waiter);
    }
}

static void on_answer(void *context, const struct eh_asker_answer *answer)
{
    struct eh_kept *one = context;
    struct eh_answers *answers = one->owner;
    bool holds = !one->over && answer->status >= 200 && answer->status < 500;
    take_answer(one, answer);
    one->over = !holds; /* nobody finds it any more: it is dropped once all were told */
    tell(one);
    if (holds && !one->over)
        eh_kept_weigh(answers->kept, one, answer->size);
    else
        eh_kept_drop(answers->kept, one);
}

const struct eh_answer *eh_answers_find(struct eh_answers *answers, const char *person,
                                        const char *target)
{
    const struct eh_kept *one = eh_kept_find(answers->kept, person, target);
    return one && one->there ? &one->answer : NULL;
}

static enum kind kind_of(const char *target)
{
    return is_dear(target) ? REPORT : READ;
}

static int begin(struct eh_answers *answers, const char *person, const char *target,
                 struct eh_kept **ret)
{
    struct eh_kept *one = eh_kept_add(answers->kept, person, target);
    if (!one)
        return -EH_EFULL;
    one->owner = answers;
    one->dear = is_dear(target);
    one->asked_us = eh_clock_monotonic_us();
    const struct eh_question question = {
        .target = target, .as = person, .fn = on_answer, .context = one};
    int r = eh_asker_ask(answers->askers[kind_of(target)], &question);
    if (r < 0)
        eh_kept_drop(answers->kept, one);
    else
        *ret = one;
    return r;
}

int eh_answers_ask(struct eh_answers *answers, const char *person, const char *target,
                   eh_answer_fn *fn, void *context)
{
    struct eh_kept *one = eh_kept_find(answers->kept, person, target);
    struct eh_kept_waiter *waiter = malloc(sizeof *waiter);
    eh_require(!one || !one->there);
    int r = !waiter ? -EH_ENOMEM : one ? 0 : begin(answers, person, target, &one);
    if (r < 0) {
        free(waiter);
        return r;
    }
    *waiter = (struct eh_kept_waiter){.next = one->waiters, .fn = fn, .context = context};
    one->waiters = waiter;
    return 0;
}

/* ---- Changing. */

static void changing_free(struct changing *changing)
{
    *changing->link = changing->next;
    if (changing->next)
        changing->next->link = changing->link;
    free(changing->person);
    free(changing);
}

/* Whoever changed something sees it at once; so do all others, unless they were told of something
 * within the second: then the next look tells them, or ten changes a second would have every page
 * fetched ten times a second. */
static void take_change(struct changing *changing, const struct eh_asker_answer *answer)
{
    struct eh_answers *answers = changing->answers;
    bool good = answer->status >= 200 && answer->status < 300;
    if (!good && answer->status != 0 && answer->status < 500)
        return; /* else it may have been done: nobody can tell */
    if (eh_clock_monotonic_us() - answers->told_us < EH_ANSWERS_LOOK_S * INT64_C(1000000)) {
        eh_kept_age(answers->kept, changing->person);
        answers->untold = true;
        return;
    }
    (void)take_input(answers, answer->body);
    moved(answers, false);
}

static void on_changed(void *context, const struct eh_asker_answer *answer)
{
    struct changing *changing = context;
    bool good = answer->status >= 200 && answer->status < 300;
    const struct eh_answer told = {.status = answer->status,
                                   .body = answer->body,
                                   .why = good ? NULL : eh_asker_words(answer)};
    if (changing->person)
        take_change(changing, answer);
    changing->fn(changing->context, &told);
    changing_free(changing);
}

static struct changing *changing_new(struct eh_answers *answers,
                                     const struct eh_change_asked *asked)
{
    struct changing *changing = malloc(sizeof *changing);
    eh_require(changing);
    *changing = (struct changing){.answers = answers,
                                  .fn = asked->fn,
                                  .context = asked->context,
                                  .next = answers->changes,
                                  .link = &answers->changes};
    if (changing->next)
        changing->next->link = &changing->next;
    answers->changes = changing;
    if (!asked->only_tried) {
        changing->person = strdup(asked->person);
        eh_require(changing->person);
    }
    return changing;
}

int eh_answers_change(struct eh_answers *answers, const struct eh_change_asked *asked)
{
    struct changing *changing = changing_new(answers, asked);
    const struct eh_question question = {.method = "POST",
                                         .target = asked->target,
                                         .as = asked->person,
                                         .event = asked->event,
                                         .body = asked->body,
                                         .fn = on_changed,
                                         .context = changing};
    int r = eh_asker_ask(answers->askers[asked->only_tried ? READ : CHANGE], &question);
    if (r < 0)
        changing_free(changing);
    return r;
}

/* ---- Its beginning and its end. */

static int askers_new(struct eh_answers *answers, struct event_base *base, const char *path,
                      struct eh_error *error)
{
    int r = 0;
    for (int kind = 0; r == 0 && kind < KINDS; kind++) {
        const struct eh_asker_options options = {.base = base, .path = path, .links = links[kind]};
        r = eh_asker_new(&options, &answers->askers[kind], error);
    }
    return r;
}

int eh_answers_new(struct event_base *base, const char *admin_socket, struct eh_answers **ret,
                   struct eh_error *error)
{
    static const struct timeval often = {EH_ANSWERS_LOOK_S, 0};
    struct eh_answers *answers = calloc(1, sizeof *answers);
    if (!answers)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    answers->version = 1;
    int r = askers_new(answers, base, admin_socket, error);
    if (r == 0 && eh_kept_new(&answers->kept) < 0)
        r = eh_error_set(error, EH_ENOMEM, "out of memory");
    answers->look = event_new(base, -1, EV_PERSIST, on_look, answers);
    eh_require(answers->look);
    if (r < 0) {
        eh_answers_free(answers);
        return r;
    }
    event_add(answers->look, &often);
    event_active(answers->look, 0, 0);
    *ret = answers;
    return 0;
}

void eh_answers_free(struct eh_answers *answers)
{
    if (!answers)
        return;
    for (int kind = 0; kind < KINDS; kind++)
        eh_asker_free(answers->askers[kind]);
    while (answers->changes)
        changing_free(answers->changes);
    eh_kept_free(answers->kept);
    event_free(answers->look);
    json_decref(answers->status);
    free(answers);
}

void eh_answers_heard(struct eh_answers *answers, const char *person, uint64_t version)
{
    if (version > answers->version)
        eh_kept_age(answers->kept, person);
}

uint64_t eh_answers_version(const struct eh_answers *answers)
{
    return answers->version;
}

const json_t *eh_answers_status(const struct eh_answers *answers)
{
    return answers->status;
}

void eh_answers_on_moved(struct eh_answers *answers, eh_moved_fn *fn, void *context)
{
    answers->on_moved = fn;
    answers->context = context;
}
