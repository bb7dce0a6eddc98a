/*
 * changes: POST and PUT as commands to the app, answered after their COMMIT.
 *
 * Every change goes the same way: who may (against what the engine knows now), the body into a
 * message, submit, wait, answer. Whether it makes sense is the engine's to say.
 */
#include "admin/api/api.h"

#include <evenhand/draw/hash.h>
#include <evenhand/engine/periods.h>

/* ---- The way of every change. */

/* What its answer is about; kept by the request, since the command goes to the app. */
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

/* `available` was said before at_least is over, and no rate holds it back. */
static bool is_too_early(const struct eh_admin_request *request, const struct change *change,
                         const struct eh_command_result *result)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_rep_view rep;
    return change->status == EH_STATUS_AVAILABLE && eh_engine_rep(engine, change->rep, &rep) &&
           rep.state == EH_STATUS_OVERLOADED && rep.next_state == 0 &&
           result->from_us > eh_app_now_us(request->admin->app);
}

/* The rule that made it last otherwise than was said, or begin later; null: none did. */
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
    eh_json_put(body, "rule", json_string(bound->rule));
    eh_json_put(body, "team", eh_json_text(bound->team));
    eh_json_put(body, "seconds", json_integer(bound->seconds));
    return body;
}

/* Where the ticket stands now, as far as memory knows. */
static void put_ticket_state(json_t *body, const struct eh_admin_request *request,
                             const struct change *change)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_ticket_view ticket;
    if (change->id.size == 0)
        return;
    eh_json_put(body, "source", eh_json_text(change->source));
    eh_json_put(body, "id", eh_json_text(change->id));
    if (!engine || !eh_engine_ticket(engine, change->source, change->id, &ticket))
        return; /* closed: its answer is the outcome */
    eh_json_put(body, "state", eh_json_string(eh_ticket_state_name(ticket.state)));
    eh_json_put(body, "team", eh_json_text(ticket.team));
    eh_json_put(body, "rep", eh_json_text(ticket.rep));
}

/* What stands in the period now: nothing where no plan makes something of it. */
static void put_figure(json_t *body, const struct eh_command_result *result)
{
    const struct eh_figure_view *figure = &result->figure;
    eh_json_put(body, "now", result->has_figure ? json_integer(figure->now) : NULL);
    eh_json_put(body, "unit",
                figure->named ? json_string(eh_unit_name((enum eh_unit)figure->unit)) : NULL);
    eh_json_put(body, "take", figure->named ? json_string(figure->sums ? "sum" : "last") : NULL);
}

/* Sentences about a field begin with its name and a colon; NULL: this one does not. */
static const char *field_of(const char *message, char *ret, size_t size)
{
    size_t length = strcspn(message, ":");
    for (int i = 0; i < EH_FIELD_COUNT && message[length] == ':' && length < size; i++) {
        const char *name = eh_field_name(i);
        if (name && strlen(name) == length && memcmp(name, message, length) == 0)
            return memcpy(ret, name, length + 1);
    }
    return NULL;
}

static bool about_period(uint8_t type)
{
    return type == EH_MESSAGE_FREEZE || type == EH_MESSAGE_CLOSE || type == EH_MESSAGE_PAY ||
           type == EH_MESSAGE_EXCLUDE || type == EH_MESSAGE_INCLUDE;
}

/* What was told of a desk file beforehand is so only if nothing came in between. */
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

static void on_done(void *context, const struct eh_command_result *result)
{
    struct eh_admin_request *request = context;
    if (request->peer)
        request->peer->commands--;
    if (!eh_admin_resume(request))
        return;
    const struct change *change = request->state;
    if (result->code < 0) {
        bool bad_desk = change->type == EH_MESSAGE_DESK && result->code == -EH_ENOTFOUND;
        char field[32];
        eh_admin_error(request, bad_desk ? EH_EINVAL : result->code,
                       field_of(result->message, field, sizeof field), "%s%s", result->message,
                       change->type == EH_MESSAGE_DESK ? eh_desk_way_out(result->message) : "");
        return;
    }
    if (about_period(change->type)) {
        eh_admin_period_done(request, result);
        return;
    }
    json_t *body = json_object();
    eh_json_put(body, "input", result->later ? NULL : json_integer((json_int_t)result->input));
    if (result->later)
        eh_json_put(body, "later", json_true());
    if (result->repeat)
        eh_json_put(body, "repeat", json_true());
    if (result->parked)
        eh_json_put(body, "parked", json_true());
    if (result->mended.size)
        eh_json_put(body, "mended", eh_json_text(result->mended));
    if (change->type == EH_MESSAGE_SIGNAL) {
        eh_json_put(body, "from", eh_json_time(result->from_us));
        eh_json_put(body, "until", eh_json_time(result->until_us));
        eh_json_put(body, "bound", result->repeat ? NULL : bound_json(request, change, result));
    }
    if (change->type == EH_MESSAGE_METRIC)
        put_figure(body, result);
    put_ticket_state(body, request, change);
    check_basis(request, change, result);
    if (request->extra)
        json_object_update(body, request->extra);
    eh_admin_reply(request, result->later ? 202 : 200, body);
}

/* The header stands in for the message's own key. A ticket has its identity already. */
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
    command->message.actor = eh_arena_str(&command->arena, eh_str(request->peer->user));
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

/* One user's flood does not take the place of everybody's changes. */
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

/* Takes the command over, whatever comes of it. */
static void submit(struct eh_admin_request *request, struct eh_command *command)
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

static struct eh_command *new_command(struct eh_admin_request *request, enum eh_message_type type)
{
    struct eh_command *command = eh_command_new(type, on_done, request);
    if (!command)
        eh_admin_error(request, EH_ENOMEM, NULL, "out of memory");
    return command;
}

static void preset(struct eh_command *command, enum eh_field field, struct eh_str *target,
                   struct eh_str value)
{
    *target = eh_arena_str(&command->arena, value);
    eh_require(target->data);
    command->message.has |= EH_FIELD_BIT(field);
}

/* Body into the command's message. False: it was answered, and the command is gone. */
static bool read_body(struct eh_admin_request *request, struct eh_command *command)
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

static void submit_body(struct eh_admin_request *request, struct eh_command *command)
{
    if (read_body(request, command))
        submit(request, command);
}

/* ---- Reps. */

static bool commands_all(const struct eh_peer *peer)
{
    return (peer->roles & EH_MAY_OPERATOR) != 0;
}

void eh_admin_post_signal(struct eh_admin_request *request)
{
    struct eh_str id = request->path.parts[2];
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_rep_view rep;
    bool known = eh_engine_rep(engine, id, &rep);
    if (!commands_all(request->peer) &&
        !(known && (eh_peer_is_rep(request->peer, id) ||
                    eh_peer_manages_whole_rep(request->peer, engine, &rep)))) {
        eh_admin_deny(request,
                      "rep %.*s themselves, an operator or a manager of all teams they are in (a "
                      "release is of one's own teams alone)",
                      EH_STR_ARG(id));
        return;
    }
    if (!known) {
        eh_admin_no_rep(request, id);
        return;
    }
    struct eh_command *command = new_command(request, EH_MESSAGE_SIGNAL);
    if (!command)
        return;
    preset(command, EH_FIELD_REP, &command->message.rep, id);
    submit_body(request, command);
}

/* A manager releases what belongs to his teams: their ids, joined as the engine reads them. */
static int limit_to_teams(const struct eh_admin_request *request, struct eh_command *command,
                          struct eh_str rep)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_desk *desk = eh_engine_desk(engine);
    struct eh_member_view member;
    EH_AUTO(eh_bytes) struct eh_bytes list = EH_BYTES_INIT;
    for (uint32_t i = 0; i < desk->team_count; i++) {
        struct eh_str team = desk->teams[i].id;
        if (!eh_peer_manages(request->peer, desk, team) ||
            !(eh_engine_open_in(engine, team, rep) > 0 ||
              eh_engine_member_of(engine, team, rep, &member)))
            continue;
        if (list.size > 0)
            eh_bytes_put_u8(&list, '\x1f');
        eh_bytes_put(&list, team.data, team.size);
    }
    command->message.team =
        eh_arena_str(&command->arena, eh_str_n((const char *)list.data, list.size));
    command->message.has |= EH_FIELD_BIT(EH_FIELD_TEAM);
    return list.failed || !command->message.team.data ? -EH_ENOMEM : 0;
}

void eh_admin_post_release(struct eh_admin_request *request)
{
    struct eh_str id = request->path.parts[2];
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_rep_view rep;
    bool known = eh_engine_rep(engine, id, &rep);
    if (!commands_all(request->peer) &&
        !(known && (eh_peer_manages_rep(request->peer, &rep) ||
                    eh_peer_holds_managed(request->peer, engine, id)))) {
        eh_admin_deny(request, "a manager of rep %.*s or an operator", EH_STR_ARG(id));
        return;
    }
    if (!known) {
        eh_admin_no_rep(request, id);
        return;
    }
    struct eh_command *command = new_command(request, EH_MESSAGE_RELEASE);
    if (!command)
        return;
    preset(command, EH_FIELD_REP, &command->message.rep, id);
    if (!read_body(request, command))
        return;
    if (!commands_all(request->peer) && limit_to_teams(request, command, id) < 0) {
        eh_command_free(command);
        eh_admin_error(request, EH_ENOMEM, NULL, "out of memory");
        return;
    }
    submit(request, command);
}

/* ---- Tickets. */

void eh_admin_post_ticket(struct eh_admin_request *request)
{
    struct eh_command *command = new_command(request, EH_MESSAGE_TICKET);
    if (command)
        submit_body(request, command);
}

static void submit_ticket_command(struct eh_admin_request *request, enum eh_message_type type)
{
    struct eh_command *command = new_command(request, type);
    if (!command)
        return;
    preset(command, EH_FIELD_SOURCE, &command->message.source, request->path.parts[2]);
    preset(command, EH_FIELD_ID, &command->message.id, request->path.parts[3]);
    submit_body(request, command);
}

static enum eh_message_type type_of_path(const struct eh_admin_request *request)
{
    struct eh_str verb = request->path.parts[4];
    if (eh_str_equal(verb, eh_str("assign")))
        return EH_MESSAGE_ASSIGN;
    return eh_str_equal(verb, eh_str("move")) ? EH_MESSAGE_MOVE : EH_MESSAGE_OUTCOME;
}

static void deny_ticket(struct eh_admin_request *request)
{
    eh_admin_deny(request, type_of_path(request) == EH_MESSAGE_OUTCOME
                               ? "a manager of the ticket's team, a helpdesk or an operator"
                               : "a manager of the ticket's team or an operator");
}

/* A manager asks about a ticket that memory does not hold any more. */
static void recalled_for_command(struct eh_admin_request *request,
                                 const struct eh_ticket_view *found, const struct eh_error *error)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_desk *desk = engine ? eh_engine_desk(engine) : NULL;
    if (!found && error->code != EH_ENOTFOUND)
        eh_admin_fail(request, error);
    else if (!found || !eh_peer_manages(request->peer, desk, found->team))
        deny_ticket(request);
    else
        submit_ticket_command(request, type_of_path(request));
}

/* `also`: roles that may do it for every team, beside operators. */
static void ticket_command(struct eh_admin_request *request, unsigned also)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_str source = request->path.parts[2], id = request->path.parts[3];
    struct eh_ticket_view ticket;
    if (request->peer->roles & (EH_MAY_OPERATOR | also))
        submit_ticket_command(request, type_of_path(request));
    else if (!eh_engine_ticket(engine, source, id, &ticket))
        eh_admin_recall(request, source, id, recalled_for_command);
    else if (!eh_peer_manages(request->peer, eh_engine_desk(engine), ticket.team))
        deny_ticket(request);
    else
        submit_ticket_command(request, type_of_path(request));
}

void eh_admin_post_outcome(struct eh_admin_request *request)
{
    ticket_command(request, EH_MAY_HELPDESK);
}

void eh_admin_post_assign(struct eh_admin_request *request)
{
    ticket_command(request, 0);
}

void eh_admin_post_move(struct eh_admin_request *request)
{
    ticket_command(request, 0);
}

/* ---- Imported figures and periods. */

/* False: answered already. */
static bool commands_team(struct eh_admin_request *request, struct eh_str team)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    if (commands_all(request->peer) || eh_peer_manages(request->peer, eh_engine_desk(engine), team))
        return true;
    eh_admin_deny(request, "a manager of team %.*s or an operator", EH_STR_ARG(team));
    return false;
}

void eh_admin_post_metric(struct eh_admin_request *request)
{
    struct eh_str team = request->path.parts[2];
    if (!commands_team(request, team))
        return;
    struct eh_command *command = new_command(request, EH_MESSAGE_METRIC);
    if (!command)
        return;
    preset(command, EH_FIELD_TEAM, &command->message.team, team);
    submit_body(request, command);
}

static enum eh_message_type step_of_path(const struct eh_admin_request *request)
{
    struct eh_str verb = request->path.parts[5];
    if (eh_str_equal(verb, eh_str("freeze")))
        return EH_MESSAGE_FREEZE;
    if (eh_str_equal(verb, eh_str("close")))
        return EH_MESSAGE_CLOSE;
    if (eh_str_equal(verb, eh_str("pay")))
        return EH_MESSAGE_PAY;
    return eh_str_equal(verb, eh_str("include")) ? EH_MESSAGE_INCLUDE : EH_MESSAGE_EXCLUDE;
}

void eh_admin_post_period(struct eh_admin_request *request)
{
    const struct eh_desk *desk = eh_engine_desk(eh_app_engine(request->admin->app));
    struct eh_str team = request->path.parts[2], text = request->path.parts[4];
    struct eh_error error = {0};
    struct eh_period period;
    if (!commands_team(request, team))
        return;
    if (!desk || !eh_desk_team(desk, team)) {
        eh_admin_no_team(request, team);
        return;
    }
    if (eh_period_parse(text, &period, &error) < 0) {
        eh_admin_error(request, EH_EINVAL, "period", "period: %s", error.text);
        return;
    }
    struct eh_command *command = new_command(request, step_of_path(request));
    if (!command)
        return;
    preset(command, EH_FIELD_TEAM, &command->message.team, team);
    preset(command, EH_FIELD_PERIOD, &command->message.period, text);
    if (!read_body(request, command))
        return;
    if (eh_str_equal(eh_admin_path_query(&request->path, "dry_run"), eh_str("1"))) {
        char field[32];
        if (eh_admin_period_try(request, &command->message, &error) < 0)
            eh_admin_error(request, error.code, field_of(error.text, field, sizeof field), "%s",
                           error.text);
        eh_command_free(command);
    } else {
        submit(request, command);
    }
}

/* ---- Draws. */

/* What it would end; nothing is done. */
static void try_reveal(struct eh_admin_request *request)
{
    struct eh_totals totals;
    eh_engine_totals(eh_app_engine(request->admin->app), &totals);
    if (!totals.committed) {
        eh_admin_error(request, EH_ECONFLICT, NULL,
                       "no draw epoch has begun yet: there is no seed");
        return;
    }
    json_t *body = json_object();
    eh_json_put(body, "input", NULL);
    eh_json_put(body, "dry_run", json_true());
    eh_json_put(body, "epoch", json_integer(totals.epoch));
    eh_admin_reply(request, 200, body);
}

void eh_admin_post_reveal(struct eh_admin_request *request)
{
    if (eh_str_equal(eh_admin_path_query(&request->path, "dry_run"), eh_str("1"))) {
        try_reveal(request);
        return;
    }
    struct eh_command *command = new_command(request, EH_MESSAGE_REVEAL);
    if (command)
        submit_body(request, command);
}

/* ---- The desk file. */

static void add_line(void *context, const char *line)
{
    json_array_append_new(context, json_string(line));
}

/* The field it begins with, as the engine writes it: "reps: leo still holds …". */
static int about_field(struct eh_error *error)
{
    size_t length = strcspn(error->text, ": ");
    if (error->text[length] == ':' && length < sizeof error->field)
        eh_format(error->field, sizeof error->field, "%.*s", (int)length, error->text);
    return -error->code;
}

/* What the daemon and the engine would refuse, in their words. */
static int check_desk(struct eh_admin_request *request, const struct eh_desk *new,
                      struct eh_error *error)
{
    struct eh_app *app = request->admin->app;
    struct eh_totals totals;
    eh_engine_totals(eh_app_engine(app), &totals);
    int r = eh_app_check_zone(app, new, error);
    if (r < 0)
        return r;
    r = eh_engine_desk_check(eh_app_engine(app), new, totals.date, error);
    if (r == 0)
        return 0;
    size_t used = strlen(error->text);
    eh_format(error->text + used, sizeof error->text - used, "%s", eh_desk_way_out(error->text));
    return about_field(error);
}

/* {"sha256", "changes", "periods", "warnings"} of the new desk file. */
static int describe_desk(struct eh_admin_request *request, json_t **ret, struct eh_error *error)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_desk *old = eh_engine_desk(engine);
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_desk *new;
    int r = eh_desk_parse_new(request->body, &arena, &new, error);
    if (r == 0)
        r = check_desk(request, new, error);
    if (r < 0)
        return r;

    uint8_t sha256[32];
    struct eh_totals totals;
    eh_engine_totals(engine, &totals);
    eh_hash_sha256(request->body.data, request->body.size, sha256);
    json_t *changes = json_array(), *periods = json_array(), *warnings = json_array();
    eh_desk_diff(old, new, add_line, changes);
    eh_engine_leaving(engine, new, add_line, warnings);
    r = eh_engine_desk_days(engine, new, totals.date, add_line, periods);
    eh_desk_warnings(new, add_line, warnings);
    json_t *body = json_object();
    eh_json_put(body, "sha256", eh_json_hex(sha256, sizeof sha256));
    eh_json_put(body, "changes", changes);
    eh_json_put(body, "periods", periods);
    eh_json_put(body, "warnings", warnings);
    *ret = body;
    return r < 0 ? eh_error_set(error, EH_ENOMEM, "out of memory") : 0;
}

void eh_admin_put_desk(struct eh_admin_request *request)
{
    struct eh_error error = {0};
    struct eh_str dry_run = eh_admin_path_query(&request->path, "dry_run");
    if (describe_desk(request, &request->extra, &error) < 0) {
        eh_admin_fail(request, &error);
        return;
    }
    if (eh_str_equal(dry_run, eh_str("1"))) {
        json_t *body = json_object();
        eh_json_put(body, "input", NULL);
        json_object_update(body, request->extra);
        eh_admin_reply(request, 200, body);
        return;
    }
    struct eh_command *command = new_command(request, EH_MESSAGE_DESK);
    if (!command)
        return;
    preset(command, EH_FIELD_TEXT, &command->message.text, request->body);
    submit(request, command);
}
