/*
 * difference: compares state with state, so that it makes no difference which webhook came first,
 * twice, late or never.
 */
#include "bridge/sync/difference.h"

struct finding {
    const struct eh_view *view;
    struct eh_difference *out;
};

static json_t *message_add(struct finding *in, const char *type)
{
    const struct eh_view *view = in->view;
    json_t *message = json_pack("{s:i, s:s, s:s, s:s}", "v", 1, "type", type, "source",
                                view->connection->source, "id", view->said->id);
    eh_require(message && in->out->count < EH_DIFFERENCE_MAX);
    in->out->messages[in->out->count++] = message;
    return message;
}

static void put_text(json_t *message, const char *key, const char *text)
{
    if (text)
        json_object_set_new(message, key, json_string(text));
}

static void put_number(json_t *message, const char *key, bool is_said, int64_t number)
{
    if (is_said)
        json_object_set_new(message, key, json_integer(number));
}

static bool is_same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* ---- The ticket itself. */

/* What is left out is as evenhand has it: a ticket without `value` would be one of nothing. */
static json_t *ticket_add(struct finding *in)
{
    const struct eh_said *said = in->view->said;
    const struct eh_held *held = in->view->held;
    bool known = held->state != EH_HELD_ABSENT;
    const char *kind = said->kind ? said->kind : known ? held->kind : said->default_kind;
    json_t *message = message_add(in, "ticket");
    put_text(message, "team", said->says_group ? said->team : held->team);
    put_text(message, "kind", kind);
    put_number(message, "value", said->has_value || known,
               said->has_value ? said->value : held->value);
    put_text(message, "customer", said->customer);
    put_text(message, "subject", said->subject);
    put_number(message, "priority", said->priority >= 0 || (known && held->priority >= 0),
               said->priority >= 0 ? said->priority : held->priority);
    if (said->skills)
        json_object_set(message, "skills", (json_t *)said->skills);
    put_number(message, "changed_at", said->changed_at_ms > 0, said->changed_at_ms);
    return message;
}

static bool is_other(uint32_t known, uint32_t said)
{
    return known && said && known != said;
}

static bool is_changed(const struct eh_held *held, const struct eh_said *said)
{
    return (said->says_group && !is_same(held->team, said->team)) ||
           (said->kind && !is_same(held->kind, said->kind)) ||
           (said->has_value && held->value != said->value) ||
           (said->priority >= 0 && held->priority >= 0 && held->priority != said->priority) ||
           is_other(held->customer, eh_said_hash(said->customer)) ||
           is_other(held->subject, eh_said_hash(said->subject)) ||
           is_other(held->skills, eh_said_hash_list(said->skills));
}

static bool is_foreign(const struct eh_said *said)
{
    return said->says_group && !said->team;
}

/* ---- Whose it is. */

static bool is_our_hand(const struct finding *in)
{
    const char *own = in->view->connection->account, *by = in->view->said->by;
    return by && own[0] && eh_account_same(by, own);
}

static bool is_managers_hand(const struct finding *in)
{
    const char *by = in->view->said->by;
    return by && eh_account_listed(in->view->connection->managers, by);
}

/* What evenhand has decided was on an entry that is lost; and it was nobody's hand. */
static bool is_lost(const struct finding *in)
{
    return in->view->held->unsure && !in->view->said->by;
}

/* Who has it, and whose hand it was: a manager's with their Unix user, where that is known. */
static void owner_put(struct finding *in, json_t *message)
{
    const struct eh_said *said = in->view->said;
    const json_t *users = in->view->connection->manager_users;
    const char *by = said->by;
    if (is_managers_hand(in)) {
        json_object_set_new(message, "manager", json_true());
        by = json_string_value(json_object_get(users, by));
    }
    put_text(message, "account", said->account);
    put_text(message, "by", by);
    in->out->reported = in->out->theirs = true;
}

static void owner_add(struct finding *in)
{
    json_t *message = message_add(in, "owner");
    if (!in->view->said->account)
        json_object_set_new(message, "owner", json_null()); /* nobody has it */
    owner_put(in, message);
}

/* Somebody else's hand: evenhand wants another owner, or none. */
static bool owner_differs(const struct finding *in)
{
    const struct eh_view *view = in->view;
    return view->said->says_owner && (view->connection->owner != EH_OWNER_OFF || is_lost(in)) &&
           !eh_account_same(view->held->account, view->said->account) && !is_our_hand(in);
}

/* A ticket that nobody has and had is as ours leaves it until its owner is set. */
static bool is_doubtful(const struct finding *in)
{
    return in->view->said->account || in->view->held->said_account;
}

static void owner_find(struct finding *in)
{
    const struct eh_view *view = in->view;
    if (!owner_differs(in))
        return;
    bool is_told =
        (view->connection->owner == EH_OWNER_REPORT && !is_lost(in)) || is_managers_hand(in);
    if (is_told && view->in_flight)
        in->out->in_doubt = is_doubtful(in);
    else if (is_told)
        owner_add(in);
    else if (view->held->state != EH_HELD_ELSEWHERE)
        *(view->in_flight ? &in->out->in_doubt : &in->out->set_back) = true;
}

/* ---- What the customer waits for, or is waited for. */

/* Only what a rep has can be paused, and whoever gets it next begins without a pause: a ticket that
 * goes from one hand to another just now is told when it has arrived. */
static bool may_pause(const struct finding *in)
{
    const struct eh_said *said = in->view->said;
    const struct eh_held *held = in->view->held;
    bool moves = said->says_group && !is_same(held->team, said->team);
    return held->state == EH_HELD_ASSIGNED && !in->out->reported && !moves;
}

static void pause_find(struct finding *in)
{
    const struct eh_said *said = in->view->said;
    if (!said->says_paused || said->paused == in->view->held->paused || !may_pause(in))
        return;
    json_t *message = message_add(in, "update");
    json_object_set_new(message, "paused", json_boolean(said->paused));
    put_number(message, "changed_at", said->changed_at_ms > 0, said->changed_at_ms);
    in->out->pauses = true;
}

/* The first answer, once. A helpdesk whose clock is ahead says no time. */
static void answer_find(struct finding *in)
{
    const struct eh_said *said = in->view->said;
    if (!said->answered || in->view->held->answered)
        return;
    json_t *message = message_add(in, "answered");
    put_number(message, "at", said->answered_ms > 0 && said->answered_ms <= in->view->now_ms,
               said->answered_ms);
}

/* ---- Its end, and its second life. */

/* 0: it counts as now. evenhand puts outcomes in the order of `at`, and many helpdesks know only
 * whole seconds: what follows the last outcome within one second is told a millisecond behind it.
 */
static int64_t outcome_at_ms(const struct eh_view *view)
{
    int64_t at_ms = view->said->changed_at_ms;
    if (at_ms > 0 && at_ms <= view->held->outcome_ms)
        at_ms = view->held->outcome_ms + 1;
    return at_ms <= view->now_ms ? at_ms : 0;
}

static json_t *outcome_add_at(struct finding *in, const char *outcome, int64_t at_ms)
{
    json_t *message = message_add(in, "outcome");
    in->out->outcome_ms = at_ms;
    put_text(message, "outcome", outcome);
    put_number(message, "at", in->out->outcome_ms > 0, in->out->outcome_ms);
    return message;
}

static json_t *outcome_add(struct finding *in, const char *outcome)
{
    return outcome_add_at(in, outcome, outcome_at_ms(in->view));
}

static void end_add(struct finding *in)
{
    const struct eh_said *said = in->view->said;
    bool nobody = in->view->held->state == EH_HELD_WAITING && !in->out->reported;
    const char *outcome = nobody || said->open ? "cancelled" : said->outcome;
    json_t *message = outcome_add(in, outcome);
    bool is_cancelled = strcmp(outcome, "cancelled") == 0;
    put_text(message, "reason", is_cancelled ? said->reason : NULL);
    put_number(message, "value", said->has_value && strcmp(outcome, "won") == 0, said->value);
    put_number(message, "csat", said->csat > 0 && !is_cancelled, said->csat);
    put_number(message, "handled", said->handled_s >= 0 && !is_cancelled, said->handled_s);
}

/* Nobody says when a rating was given, so that it counts as now. It says so, and what follows is
 * told behind it: a reopening in the same second, with the next closing and its own rating. */
static void rating_find(struct finding *in)
{
    const struct eh_said *said = in->view->said;
    char event[EH_NAME_MAX + 64];
    if (said->csat <= 0 || said->csat == in->view->held->csat)
        return;
    const struct eh_view *view = in->view;
    int64_t now_ms = view->now_ms > view->held->outcome_ms ? view->now_ms : 0;
    json_t *message = outcome_add_at(in, "rated", now_ms);
    put_number(message, "csat", true, said->csat);
    eh_format(event, sizeof event, "rated:%s:%lld:%lld", said->id, (long long)said->csat,
              (long long)in->out->outcome_ms);
    if (strlen(event) <= EH_NAME_MAX)
        put_text(message, "event", event);
}

/* ---- State by state. */

/* Who has it already is told with it. With `guard` it is dealt, whoever made it for themselves. */
static void of_absent(struct finding *in)
{
    const struct eh_said *said = in->view->said;
    enum eh_owner_mode mode = in->view->connection->owner;
    if (!said->open || !said->team)
        return;
    json_t *message = ticket_add(in);
    bool taken = mode == EH_OWNER_REPORT || (mode == EH_OWNER_GUARD && is_managers_hand(in));
    if (taken && said->account && !is_our_hand(in))
        owner_put(in, message);
    answer_find(in);
}

static void of_closed(struct finding *in)
{
    const struct eh_said *said = in->view->said;
    if (!said->open) {
        rating_find(in);
    } else if (!is_foreign(said)) {
        outcome_add(in, "reopened");
        in->out->theirs = said->says_owner && !in->view->in_flight;
        if (is_changed(in->view->held, said))
            ticket_add(in);
    }
}

/* Who closed it had it, whatever `guard` would have said to that before. */
static void of_ended(struct finding *in)
{
    bool is_off = in->view->connection->owner == EH_OWNER_OFF;
    if (in->view->said->account && !is_off && owner_differs(in) && !in->view->said->open)
        owner_add(in);
    answer_find(in);
    end_add(in);
}

static void of_open(struct finding *in)
{
    const struct eh_said *said = in->view->said;
    if (!said->open || is_foreign(said)) {
        of_ended(in);
        return;
    }
    if (is_changed(in->view->held, said))
        ticket_add(in);
    owner_find(in);
    pause_find(in);
    answer_find(in);
}

void eh_difference_find(const struct eh_view *view, struct eh_difference *ret)
{
    struct finding in = {view, ret};
    const struct eh_held *held = view->held;
    *ret = (struct eh_difference){0};
    eh_require(held->state != EH_HELD_UNKNOWN);
    if (view->said->changed_at_ms > 0 && view->said->changed_at_ms < held->changed_at_ms)
        ret->stale = true;
    else if (held->state == EH_HELD_ABSENT)
        of_absent(&in);
    else if (held->state == EH_HELD_CLOSED)
        of_closed(&in);
    else
        of_open(&in);
}

void eh_difference_done(struct eh_difference *difference)
{
    for (unsigned i = 0; i < difference->count; i++)
        json_decref(difference->messages[i]);
    difference->count = 0;
}
