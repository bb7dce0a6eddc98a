/*
 * change: the way of every change from its body to the answer after its COMMIT. See change.h.
 */
#include "admin/api/change.h"

#include <evenhand/engine/periods.h>

/* ---- The way of every change. */

/* What the answer needs of a change. The request keeps it, because the command goes to the app. */
struct change {
    uint8_t type;
    struct eh_str source, id;   /* the ticket it is about, or empty; in the request's arena */
    struct eh_desk_basis basis; /* what a desk file's changes were told against */
    struct eh_str rep;          /* of a signal ... */
    uint8_t status;
    bool has_for;
    int64_t for_s;
};

/* ---- Which rule of which team bounded a signal. */

struct bound {
    const char *rule;
    struct eh_str team;
    int64_t seconds;
};

/* The largest at_least and the smallest at_most of the teams the rep is in today. */
static void find_bounds(const struct eh_engine *engine, struct eh_str id, struct bound *at_least,
                        struct bound *at_most)
{
    const struct eh_desk *desk = eh_engine_desk(engine);
    struct eh_rep_view rep;
    if (!eh_engine_rep(engine, id, &rep))
        return;
    for (uint32_t i = 0; i < rep.team_count; i++) {
        const struct eh_desk_team *team = &desk->teams[rep.teams[i]];
        struct eh_member_view member;
        if (!eh_engine_member_of(engine, team->id, id, &member) || !member.active)
            continue;
        if (!at_least->rule || team->overloaded_at_least_s > at_least->seconds)
            *at_least = (struct bound){"at_least", team->id, team->overloaded_at_least_s};
        if (!at_most->rule || team->overloaded_at_most_s < at_most->seconds)
            *at_most = (struct bound){"at_most", team->id, team->overloaded_at_most_s};
    }
}

/* Whether `available` was said before at_least was over, and no rate holds it back. */
static bool is_too_early(const struct eh_admin_request *request, const struct change *change,
                         const struct eh_command_result *result)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_rep_view rep;
    return change->status == EH_STATUS_AVAILABLE && eh_engine_rep(engine, change->rep, &rep) &&
           rep.state == EH_STATUS_OVERLOADED && rep.next_state == 0 &&
           result->from_us > eh_app_now_us(request->admin->app);
}

/* The rule that changed how long the signal lasts or when it begins; null: no rule did. */
static json_t *bound_json(const struct eh_admin_request *request, const struct change *change,
                          const struct eh_command_result *result)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct bound at_least = {0}, at_most = {0};
    const struct bound *bound = NULL;
    if (!engine || change->rep.size == 0)
        return NULL;
    find_bounds(engine, change->rep, &at_least, &at_most);
    bool overloaded = change->status == EH_STATUS_OVERLOADED;
    if (overloaded && at_most.rule && (!change->has_for || change->for_s > at_most.seconds))
        bound = &at_most;
    else if (at_least.rule &&
             ((overloaded && change->has_for && change->for_s < at_least.seconds) ||
              is_too_early(request, change, result)))
        bound = &at_least;
    if (!bound)
        return NULL;
    json_t *body = json_object();
    eh_json_put_string(body, "rule", bound->rule);
    eh_json_put_text(body, "team", bound->team);
    eh_json_put_int(body, "seconds", bound->seconds);
    return body;
}

/* From when until when a signal holds; and that its rep is off, for then nothing is dealt to them
 * whatever they say. */
static void put_signal(json_t *body, const struct eh_admin_request *request,
                       const struct change *change, const struct eh_command_result *result)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_rep_view rep;
    bool known = engine && eh_engine_rep(engine, change->rep, &rep);
    bool away = change->status == EH_STATUS_AWAY && known && rep.state == EH_STATUS_AWAY;
    bool runs = away && result->until_us == EH_TIME_NEVER; /* until the shift ends */
    eh_json_put_time(body, "from", result->from_us);
    eh_json_put_time(body, "until", runs ? rep.ends_us : result->until_us);
    eh_json_put(body, "bound", result->repeat ? NULL : bound_json(request, change, result));
    eh_json_put_bool(body, "off", known && rep.off);
    eh_json_put_time(body, "off_until", known && rep.off ? rep.off_until_us : EH_TIME_NEVER);
}

/* Where the ticket stands now, as far as memory knows. */
static void put_ticket_state(json_t *body, const struct eh_admin_request *request,
                             const struct change *change)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_ticket_view ticket;
    if (change->id.size == 0)
        return;
    eh_json_put_text(body, "source", change->source);
    eh_json_put_text(body, "id", change->id);
    if (!engine || !eh_engine_ticket(engine, change->source, change->id, &ticket))
        return; /* closed: its answer is the outcome */
    eh_json_put_string(body, "state", eh_ticket_state_name(ticket.state));
    eh_json_put_text(body, "team", ticket.team);
    eh_json_put_text(body, "rep", ticket.rep);
    eh_json_put_text(body, "account",
                     eh_desk_account(eh_engine_desk(engine), ticket.rep, ticket.source));
}

/* Puts the figure as it is in the period now; nothing where no plan uses it. */
static void put_figure(json_t *body, const struct eh_command_result *result)
{
    const struct eh_figure_view *figure = &result->figure;
    eh_json_put(body, "now", result->has_figure ? json_integer(figure->now) : NULL);
    eh_json_put(body, "unit",
                figure->named ? json_string(eh_unit_name((enum eh_unit)figure->unit)) : NULL);
    eh_json_put(body, "take", figure->named ? json_string(figure->sums ? "sum" : "last") : NULL);
}

const char *eh_admin_change_field(const char *message, char *ret, size_t size)
{
    size_t length = strcspn(message, ":");
    for (int i = 0; i < EH_FIELD_COUNT && message[length] == ':' && length < size; i++) {
        const char *name = eh_field_name(i);
        if (name && strlen(name) == length && memcmp(name, message, length) == 0)
            return memcpy(ret, name, length + 1);
    }
    return NULL;
}

/* Drops the changes that were told of a desk file if another desk came in between. */
static void check_basis(struct eh_admin_request *request, const struct change *change,
                        const struct eh_command_result *result)
{
    const struct eh_desk_basis *was = &change->basis, *is = &result->basis;
    if (change->type != EH_MESSAGE_DESK || result->repeat ||
        (was->date == is->date && memcmp(was->sha256, is->sha256, sizeof was->sha256) == 0))
        return;
    json_object_del(request->extra, "changes");
    json_object_del(request->extra, "periods");
    json_array_append_new(json_object_get(request->extra, "warnings"),
                          json_string("another desk file or another day came in between: what this "
                                      "one changed is not told; see `desk show`"));
}

static void answer_refused(struct eh_admin_request *request, const struct change *change,
                           const struct eh_command_result *result)
{
    bool is_desk = change->type == EH_MESSAGE_DESK;
    char field[32];
    eh_admin_error(request, is_desk && result->code == -EH_ENOTFOUND ? EH_EINVAL : result->code,
                   eh_admin_change_field(result->message, field, sizeof field), "%s%s",
                   result->message, is_desk ? eh_desk_way_out(result->message) : "");
}

static void answer_done(struct eh_admin_request *request, const struct change *change,
                        const struct eh_command_result *result)
{
    json_t *body = json_object();
    eh_json_put(body, "input", result->later ? NULL : json_integer((json_int_t)result->input));
    if (result->later)
        eh_json_put_bool(body, "later", true);
    if (result->repeat)
        eh_json_put_bool(body, "repeat", true);
    if (result->pending)
        eh_json_put_bool(body, "parked", true);
    if (result->mended.size)
        eh_json_put_text(body, "mended", result->mended);
    if (change->type == EH_MESSAGE_SIGNAL)
        put_signal(body, request, change, result);
    if (change->type == EH_MESSAGE_METRIC)
        put_figure(body, result);
    put_ticket_state(body, request, change);
    check_basis(request, change, result);
    if (request->extra)
        json_object_update(body, request->extra);
    eh_admin_reply(request, result->later ? 202 : 200, body);
}

static void on_done(void *context, const struct eh_command_result *result)
{
    struct eh_admin_request *request = context;
    if (request->peer)
        request->peer->commands--;
    if (!eh_admin_resume(request))
        return;
    const struct change *change = request->state;
    if (result->code < 0)
        answer_refused(request, change, result);
    else if (eh_type_is(change->type, EH_TYPE_PERIOD))
        eh_admin_period_done(request, result);
    else
        answer_done(request, change, result);
}

/* Takes the header as the message's `event`, unless it names one. A ticket has an identity already.
 */
static int take_idempotency_key(const struct eh_admin_request *request, struct eh_command *command,
                                struct eh_error *error)
{
    struct eh_message *message = &command->message;
    const char *key = eh_http_header(request->http, "Idempotency-Key");
    if (!key || message->type == EH_MESSAGE_TICKET || eh_message_has(message, EH_FIELD_EVENT))
        return 0;
    if (!eh_name_valid(eh_str(key), EH_NAME_MAX))
        return eh_error_field(error, EH_EINVAL, "event",
                              "Idempotency-Key: 1 to %d bytes of UTF-8 without control characters",
                              EH_NAME_MAX);
    message->event = eh_arena_str(&command->arena, eh_str(key));
    message->has |= EH_FIELD_BIT(EH_FIELD_EVENT);
    return message->event.data ? 0 : eh_error_set(error, EH_ENOMEM, "out of memory");
}

static int take_actor(const struct eh_admin_request *request, struct eh_command *command,
                      struct eh_error *error)
{
    char actor[EH_NAME_MAX + 1];
    eh_peer_actor(request->peer, actor);
    command->message.actor = eh_arena_str(&command->arena, eh_str(actor));
    command->message.has |= EH_FIELD_BIT(EH_FIELD_ACTOR);
    return command->message.actor.data ? 0 : eh_error_set(error, EH_ENOMEM, "out of memory");
}

static struct change *note_change(struct eh_admin_request *request,
                                  const struct eh_message *message)
{
    struct change change = {.type = message->type,
                            .status = message->status,
                            .has_for = eh_message_has(message, EH_FIELD_FOR),
                            .for_s = message->for_s,
                            .rep = eh_arena_str(&request->arena, message->rep)};
    if (message->type == EH_MESSAGE_DESK)
        change.basis = eh_desk_basis(eh_app_engine(request->admin->app));
    bool about_ticket = message->id.size > 0;
    if (about_ticket) {
        change.source = eh_arena_str(&request->arena, message->source);
        change.id = eh_arena_str(&request->arena, message->id);
    }
    struct change *kept = eh_arena_copy(&request->arena, &change, sizeof change);
    return kept && (!about_ticket || (kept->id.data && kept->source.data)) ? kept : NULL;
}

/* Takes a place for the change; bounded for each user, so that one user's flood leaves places for
 * others. */
static int take_place(const struct eh_admin_request *request, struct eh_command *command,
                      struct eh_error *error)
{
    command->reserve = eh_peer_has_reserve(request->peer);
    if (!command->reserve && request->peer->commands >= EH_ADMIN_COMMANDS_PER_USER)
        return eh_error_set(error, EH_EFULL,
                            "%d changes of user %s are not done yet; try again in a moment",
                            EH_ADMIN_COMMANDS_PER_USER, request->peer->user);
    return 0;
}

void eh_admin_change_submit(struct eh_admin_request *request, struct eh_command *command)
{
    struct eh_error error = {0};
    int r = take_idempotency_key(request, command, &error);
    if (r == 0)
        r = take_actor(request, command, &error);
    if (r == 0)
        r = take_place(request, command, &error);
    if (r == 0) {
        request->state = note_change(request, &command->message);
        if (!request->state)
            r = eh_error_set(&error, EH_ENOMEM, "out of memory");
    }
    if (r == 0) {
        eh_admin_wait(request); /* on_done may come before submit returns */
        request->peer->commands++;
        r = eh_app_submit(request->admin->app, command, &error);
        if (r == 0)
            return;
        request->peer->commands--;
        request->waits--;
    }
    eh_command_free(command);
    eh_admin_fail(request, &error);
}

struct eh_command *eh_admin_change_begin(struct eh_admin_request *request)
{
    struct eh_error error = {0};
    struct eh_command *command;
    if (eh_command_new(request->route->type, on_done, request, &command, &error) == 0)
        return command;
    eh_admin_fail(request, &error);
    return NULL;
}

void eh_admin_change_preset(struct eh_command *command, enum eh_field field, struct eh_str *target,
                            struct eh_str value)
{
    *target = eh_arena_str(&command->arena, value);
    eh_require(target->data);
    command->message.has |= EH_FIELD_BIT(field);
}

bool eh_admin_change_read(struct eh_admin_request *request, struct eh_command *command)
{
    struct eh_error error = {0};
    struct eh_str body = eh_arena_str(&command->arena, request->body);
    int r = request->body.size > 0 && !body.data
                ? eh_error_set(&error, EH_ENOMEM, "out of memory")
                : eh_message_from_json_body(body, &command->arena, &command->message, &error);
    if (r < 0) {
        eh_command_free(command);
        eh_admin_fail(request, &error);
        return false;
    }
    return true;
}

void eh_admin_change_submit_body(struct eh_admin_request *request, struct eh_command *command)
{
    if (eh_admin_change_read(request, command))
        eh_admin_change_submit(request, command);
}
