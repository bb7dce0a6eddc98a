/*
 * take: the way of a value that was said: looked up where the ticket is not known, compared, and
 * the difference put on the inbox.
 *
 * What is known is changed as if the messages were there already. Where one could not be put, the
 * ticket is forgotten, and whatever is said of it next begins with a look at evenhand.
 */
#include "bridge/sync/difference.h"
#include "bridge/sync/private.h"

#include <stdlib.h>
#include <time.h>

#include "host/log.h"

#define GRACE_US 5000000 /* evenhand's decision on what we just told is on its way for so long */

struct told {
    struct eh_sync *sync;
    json_t *value;
    struct eh_said said; /* points into the value */
    eh_sync_taken_fn *fn;
    void *context;
    unsigned pending; /* messages, and one while they are made */
    int r;
    int64_t at_us;      /* CLOCK_MONOTONIC: the helpdesk said it then, or later */
    struct told *after; /* the next that waits for the same look */
    struct told *next, **link;
};

static int64_t monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void eh_sync_fail(struct eh_sync *sync, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    eh_format_v(sync->last_error, sizeof sync->last_error, format, args);
    va_end(args);
    eh_log_limited(EH_LOG_WARNING, "sync", "%s", sync->last_error);
}

/* ---- A value. */

static struct told *told_new(struct eh_sync *sync, const json_t *value, const struct eh_said *said)
{
    struct told *told = calloc(1, sizeof *told);
    eh_require(told);
    *told = (struct told){.sync = sync,
                          .value = json_incref((json_t *)value),
                          .said = *said,
                          .pending = 1,
                          .next = sync->tolds,
                          .link = &sync->tolds};
    if (told->next)
        told->next->link = &told->next;
    sync->tolds = told;
    return told;
}

static void told_free(struct told *told)
{
    *told->link = told->next;
    if (told->next)
        told->next->link = told->link;
    json_decref(told->value);
    free(told);
}

static void told_settle(struct told *told, int r)
{
    if (told->r == 0)
        told->r = r;
    if (--told->pending > 0)
        return;
    eh_sync_taken_fn *fn = told->fn;
    void *context = told->context;
    int result = told->r;
    told_free(told);
    fn(context, result);
}

void eh_sync_drop_tolds(struct eh_sync *sync)
{
    while (sync->tolds)
        told_free(sync->tolds);
}

/* ---- What is known of a ticket. */

static void set_text(struct eh_sync *sync, const char **field, const char *text)
{
    *field = eh_holdings_keep(sync->holdings, text);
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static enum eh_held_state state_of(const char *name)
{
    if (name && strcmp(name, "waiting") == 0)
        return EH_HELD_WAITING;
    if (name && strcmp(name, "held") == 0)
        return EH_HELD_ELSEWHERE;
    return EH_HELD_ASSIGNED;
}

void eh_sync_learn(struct eh_sync *sync, struct eh_held *held, const json_t *ticket)
{
    const char *state = text_of(ticket, "state"), *account = held->account;
    set_text(sync, &held->team, text_of(ticket, "team"));
    set_text(sync, &held->kind, text_of(ticket, "kind"));
    set_text(sync, &held->account, text_of(ticket, "account"));
    held->unsure |= held->loss != sync->losses && held->account != account;
    held->theirs &= held->account == account;
    held->loss = sync->losses;
    held->value = json_integer_value(json_object_get(ticket, "value"));
    held->priority = (int8_t)json_integer_value(json_object_get(ticket, "priority"));
    held->paused = text_of(ticket, "paused_at") != NULL;
    held->answered |= json_is_true(json_object_get(ticket, "answered"));
    if (state && strcmp(state, "closed") == 0)
        eh_held_close(sync->holdings, held);
    else
        held->state = (uint8_t)state_of(state);
}

void eh_sync_forget(struct eh_sync *sync, const char *id)
{
    struct eh_held *held = eh_held_find(sync->holdings, id);
    if (held && !held->waits)
        eh_held_forget(sync->holdings, held);
}

/* As it will be once evenhand has read the messages. */
static void apply_state(struct eh_sync *sync, struct eh_held *held, const struct eh_said *said,
                        const struct eh_difference *difference)
{
    bool ours = said->open && !(said->says_group && !said->team);
    if (!ours && eh_held_is_open(held))
        eh_held_close(sync->holdings, held);
    else if (ours && !eh_held_is_open(held))
        held->state = EH_HELD_WAITING, held->account = NULL;
    if (difference->pauses)
        held->paused = said->paused;
    held->answered |= said->answered || !said->open; /* a closing answers, too */
    if (difference->theirs) {
        set_text(sync, &held->account, said->account);
        held->theirs = !held->account == !said->account;
        if (!said->account && ours)
            held->state = EH_HELD_WAITING;
    }
    if (difference->count > 0)
        held->touched_us = monotonic_us() + GRACE_US;
}

static void set_hash(uint32_t *field, uint32_t said)
{
    if (said)
        *field = said;
}

/* What is left out stays as it was. */
static void apply_words(struct eh_sync *sync, struct eh_held *held, const struct eh_said *said)
{
    if (said->team)
        set_text(sync, &held->team, said->team);
    if (said->kind || !held->kind)
        set_text(sync, &held->kind, said->kind ? said->kind : said->default_kind);
    if (said->has_value)
        held->value = said->value;
    if (said->priority >= 0 && said->priority <= 9)
        held->priority = (int8_t)said->priority;
    set_hash(&held->customer, eh_said_hash(said->customer));
    set_hash(&held->subject, eh_said_hash(said->subject));
    set_hash(&held->skills, eh_said_hash_list(said->skills));
}

static void apply_content(struct eh_sync *sync, struct eh_held *held, const struct eh_said *said)
{
    if (eh_held_is_open(held)) {
        apply_words(sync, held, said);
        held->seen = sync->sweep_number;
    }
    held->told = true;
    if (said->changed_at_ms > held->changed_at_ms)
        held->changed_at_ms = said->changed_at_ms;
    if (said->csat > 0)
        held->csat = (uint8_t)said->csat;
    if (said->says_owner)
        set_text(sync, &held->said_account, said->account);
    if (said->more) {
        free(held->more);
        held->more = json_dumps(said->more, JSON_COMPACT | JSON_ENCODE_ANY);
    }
}

/* ---- Comparing. */

static void on_put(void *context, int r)
{
    struct told *told = context;
    if (r == 0)
        told->sync->counts.messages++;
    else
        eh_sync_forget(told->sync, told->said.id);
    told_settle(told, r);
}

/* What is too large for the inbox will be so each time: it is told in the log, and goes no
 * further. */
static void put(struct told *told, const json_t *message)
{
    told->pending++;
    int r = eh_feed_put(told->sync->options.feed, message, on_put, told);
    if (r == 0)
        return;
    if (r == -EH_ERANGE)
        eh_sync_fail(told->sync, "ticket %s: its message is too large for the inbox",
                     told->said.id);
    told_settle(told, r == -EH_ERANGE ? 0 : r);
}

/* What is parked is not set again by `guard`; who has it nevertheless is reported. */
static bool in_flight(const struct told *told, const struct eh_held *held)
{
    const struct eh_sync_options *options = &told->sync->options;
    bool heard = options->connection->owner == EH_OWNER_REPORT && told->said.account;
    return !told->sync->listed || told->at_us < held->touched_us ||
           options->helpdesk->is_pending(options->helpdesk_context, eh_held_id(held)) ||
           (!heard && options->helpdesk->is_parked(options->helpdesk_context, eh_held_id(held)));
}

static void set_back(struct eh_sync *sync, struct eh_held *held)
{
    const struct eh_sync_options *options = &sync->options;
    held->theirs = false;
    sync->counts.set_back += !held->unsure;
    eh_log_limited(EH_LOG_INFO, "guard", "ticket %s: %s", eh_held_id(held),
                   held->unsure ? "its owner was never set"
                                : "somebody else set its owner; it is set back");
    if (options->helpdesk->set_owner(options->helpdesk_context, eh_held_id(held), held->account) <
        0)
        eh_sync_fail(sync, "ticket %s: its owner cannot be set back now", eh_held_id(held));
}

/* Ours is being set, and who was first nobody knows: the owner is read back behind it. What `guard`
 * sets goes on to what evenhand wants. */
static void look_again(const struct told *told, struct eh_held *held)
{
    struct eh_sync *sync = told->sync;
    const struct eh_sync_options *options = &sync->options;
    if (options->connection->owner == EH_OWNER_REPORT ||
        (told->said.by && eh_account_listed(options->connection->managers, told->said.by))) {
        sync->look(sync, eh_held_id(held), told->said.by);
        return;
    }
    held->theirs = false;
    if (options->helpdesk->is_pending(options->helpdesk_context, eh_held_id(held)))
        (void)options->helpdesk->set_owner(options->helpdesk_context, eh_held_id(held),
                                           held->account);
}

static void act(struct told *told, struct eh_held *held, const struct eh_difference *difference)
{
    struct eh_sync *sync = told->sync;
    sync->counts.reported += difference->reported;
    apply_state(sync, held, &told->said, difference);
    apply_content(sync, held, &told->said);
    if (difference->outcome_ms > 0)
        held->outcome_ms = difference->outcome_ms;
    if (difference->set_back)
        set_back(sync, held);
    if (difference->in_doubt)
        look_again(told, held);
    if (told->said.says_owner && sync->listed)
        held->unsure = false;
    for (unsigned i = 0; i < difference->count; i++)
        put(told, difference->messages[i]);
    if (told->r < 0)
        eh_sync_forget(sync, told->said.id);
}

static void compare(struct told *told, struct eh_held *held)
{
    struct eh_sync *sync = told->sync;
    struct eh_difference difference;
    const struct eh_view view = {.held = held,
                                 .said = &told->said,
                                 .connection = sync->options.connection,
                                 .now_ms = wall_ms(),
                                 .in_flight = in_flight(told, held)};
    eh_difference_find(&view, &difference);
    sync->counts.stale += difference.stale;
    if (held->state == EH_HELD_ABSENT && difference.count == 0)
        eh_sync_forget(sync, told->said.id);
    else if (!difference.stale)
        act(told, held, &difference);
    else if (told->said.open)
        held->seen = sync->sweep_number;
    eh_difference_done(&difference);
    told_settle(told, 0);
}

/* ---- Looking up what is not known. */

static struct told *waits_take(struct eh_held *held)
{
    struct told *first = held->waits;
    held->waits = NULL;
    return first;
}

static void waits_fail(struct eh_sync *sync, struct eh_held *held)
{
    struct told *told = waits_take(held);
    eh_held_forget(sync->holdings, held);
    while (told) {
        struct told *after = told->after;
        told_settle(told, -EH_EUNAVAILABLE);
        told = after;
    }
}

/* One of them may have the ticket forgotten: the next asks once more. */
static void waits_compare(struct eh_sync *sync, struct eh_held *held)
{
    struct told *told = waits_take(held);
    while (told) {
        struct told *after = told->after;
        held = eh_held_find(sync->holdings, told->said.id);
        if (held && held->state != EH_HELD_UNKNOWN)
            compare(told, held);
        else
            told_settle(told, -EH_EUNAVAILABLE);
        told = after;
    }
}

static void on_looked_up(void *context, const struct eh_asker_answer *answer)
{
    struct told *first = context;
    struct eh_sync *sync = first->sync;
    struct eh_held *held = eh_held_find(sync->holdings, first->said.id);
    eh_require(held && held->state == EH_HELD_UNKNOWN);
    if (answer->status == 404) {
        /* What we told of it may not have been read yet. */
        held->state = held->told ? EH_HELD_ASSIGNED : EH_HELD_ABSENT;
        waits_compare(sync, held);
    } else if (answer->status == 200 && json_is_object(answer->body)) {
        eh_sync_learn(sync, held, answer->body);
        waits_compare(sync, held);
    } else {
        eh_sync_fail(sync, "a ticket cannot be looked up: %s", eh_asker_words(answer));
        waits_fail(sync, held);
    }
}

static int look_up(struct told *told)
{
    struct eh_sync *sync = told->sync;
    char source[3 * EH_NAME_MAX + 4], id[3 * EH_NAME_MAX + 4], target[7 * EH_NAME_MAX + 32];
    if (!eh_asker_encode(sync->options.connection->source, source, sizeof source) ||
        !eh_asker_encode(told->said.id, id, sizeof id))
        return -EH_EINVAL;
    eh_format(target, sizeof target, "/v1/tickets/%s/%s", source, id);
    return eh_asker_get(sync->asker, target, on_looked_up, told);
}

static void wait_for_look(struct told *told, struct eh_held *held)
{
    struct told **end = (struct told **)&held->waits;
    bool is_first = !held->waits;
    while (*end)
        end = &(*end)->after;
    *end = told;
    int r = is_first ? look_up(told) : 0;
    if (r < 0)
        waits_fail(told->sync, held);
}

/* What is closed or not ours, and not open in evenhand, need not be looked for. */
static bool matters(const struct eh_sync *sync, const struct eh_said *said)
{
    return !sync->listed || (said->open && said->team) || said->csat > 0;
}

static void take_ticket(struct eh_sync *sync, const json_t *value, int64_t at_us,
                        eh_sync_taken_fn *fn, void *context)
{
    struct eh_said said;
    struct eh_error error = {0};
    if (eh_said_read(value, sync->options.connection, &said, &error) < 0) {
        sync->counts.wrong++;
        eh_sync_fail(sync, "%s", error.text);
        fn(context, -EH_EINVAL);
        return;
    }
    if (said.odd)
        eh_sync_fail(sync, "ticket %s: %s", said.id, said.odd);
    struct eh_held *held = eh_held_find(sync->holdings, said.id);
    sync->counts.foreign += said.says_group && !said.team;
    if (!held && !matters(sync, &said)) {
        fn(context, 0);
        return;
    }
    if (!held && (held = eh_held_add(sync->holdings, said.id)) && sync->listed)
        held->loss = sync->losses;
    if (!held) {
        fn(context, -EH_EFULL);
        return;
    }
    struct told *told = told_new(sync, value, &said);
    told->fn = fn;
    told->context = context;
    told->at_us = at_us;
    if (held->state == EH_HELD_WAITING && !said.open)
        held->state = EH_HELD_UNKNOWN; /* it may have been dealt just now: look */
    if (held->state == EH_HELD_UNKNOWN)
        wait_for_look(told, held);
    else
        compare(told, held);
}

void eh_sync_take(struct eh_sync *sync, const json_t *value, eh_sync_taken_fn *fn, void *context)
{
    eh_sync_take_asked(sync, value, monotonic_us(), fn, context);
}

void eh_sync_take_asked(struct eh_sync *sync, const json_t *value, int64_t asked_us,
                        eh_sync_taken_fn *fn, void *context)
{
    const char *type = text_of(value, "type");
    sync->counts.said++;
    if (type && strcmp(type, "ticket") == 0) {
        take_ticket(sync, value, asked_us, fn, context);
    } else if (type && strcmp(type, "get") == 0) {
        fn(context, sync->get(sync, value));
    } else if (type && strcmp(type, "ignore") == 0) {
        fn(context, 0);
    } else {
        sync->counts.wrong++;
        eh_sync_fail(sync, "in: type: is none of ticket, get, ignore");
        fn(context, -EH_EINVAL);
    }
}

/* ---- What evenhand has decided. */

static void take_decision(struct eh_sync *sync, struct eh_held *held, const char *type,
                          const json_t *entry)
{
    bool has_it = strcmp(type, "assigned") == 0 || strcmp(type, "returned") == 0;
    if (has_it || strcmp(type, "waiting") == 0) {
        set_text(sync, &held->account, has_it ? text_of(entry, "account") : NULL);
        held->state = has_it ? EH_HELD_ASSIGNED : EH_HELD_WAITING;
    } else if (strcmp(type, "held") == 0) {
        held->state = EH_HELD_ELSEWHERE;
    } else if (strcmp(type, "closed") == 0) {
        eh_held_close(sync->holdings, held);
    } else {
        return;
    }
    held->paused = false;
    held->touched_us = monotonic_us();
    held->loss = sync->losses;
    held->unsure = false;
}

/* Entries that leave it with whom it is. */
static bool take_clock(struct eh_held *held, const char *type)
{
    bool pauses = strcmp(type, "paused") == 0 || strcmp(type, "resumed") == 0;
    if (pauses)
        held->paused = strcmp(type, "paused") == 0;
    return pauses || strcmp(type, "late") == 0 || strcmp(type, "answered") == 0 ||
           strcmp(type, "unanswered") == 0;
}

void eh_sync_entry(struct eh_sync *sync, const json_t *entry)
{
    const char *type = text_of(entry, "type"), *id = text_of(entry, "id");
    if (!type || !id)
        return;
    if (strcmp(type, "refused") == 0) {
        const char *why = text_of(entry, "why");
        eh_sync_fail(sync, "ticket %s: evenhand refuses a message: %s", id, why ? why : "");
        return;
    }
    struct eh_held *held = eh_held_find(sync->holdings, id);
    if (!held || take_clock(held, type))
        return;
    held->theirs = false;
    if (held->state != EH_HELD_UNKNOWN)
        take_decision(sync, held, type, entry);
}

void eh_sync_owner_set(struct eh_sync *sync, const char *id)
{
    struct eh_held *held = eh_held_find(sync->holdings, id);
    if (held && held->touched_us < monotonic_us())
        held->touched_us = monotonic_us();
}

bool eh_sync_has_said(const struct eh_sync *sync, const char *id, const char *account)
{
    const struct eh_held *held = eh_held_find(sync->holdings, id);
    return held && held->theirs && held->loss == sync->losses &&
           eh_account_same(held->account, account);
}

json_t *eh_sync_previous(const struct eh_sync *sync, const char *id)
{
    const struct eh_held *held = eh_held_find(sync->holdings, id);
    if (!held || !held->told)
        return NULL;
    json_t *more = held->more ? json_loads(held->more, JSON_DECODE_ANY, NULL) : NULL;
    return json_pack("{s:s, s:s?, s:b, s:o*}", "id", eh_held_id(held), "account",
                     held->said_account, "open", eh_held_is_open(held), "more", more);
}

/* 0 means that nothing was ever lost. */
void eh_sync_lost(struct eh_sync *sync)
{
    sync->losses = sync->losses == UINT8_MAX ? 1 : (uint8_t)(sync->losses + 1);
    sync->listed = false;
}
