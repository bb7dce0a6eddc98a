/*
 * commands: what can be changed over the admin socket, and by whom.
 */
#include "admin/api/change.h"

#include "host/loop.h"

#include <evenhand/draw/hash.h>
#include <evenhand/ics/holidays.h>

/* ---- Reps. */

static bool commands_all(const struct eh_peer *peer)
{
    return (peer->roles & EH_MAY_OPERATOR) != 0;
}

/* A change of the rep in the address. NULL: it was answered. */
static struct eh_command *rep_change_begin(struct eh_admin_request *request, struct eh_str id,
                                           bool known)
{
    if (!known) {
        eh_admin_no_rep(request, id);
        return NULL;
    }
    struct eh_command *command = eh_admin_change_begin(request);
    if (command)
        eh_admin_change_preset(command, EH_FIELD_REP, &command->message.rep, id);
    return command;
}

void eh_admin_post_signal(struct eh_admin_request *request)
{
    struct eh_str id = eh_admin_part(request, "rep");
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
    struct eh_command *command = rep_change_begin(request, id, known);
    if (command)
        eh_admin_change_submit_body(request, command);
}

/* A manager releases what belongs to their own teams: the ids, joined as the engine reads them. */
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
            eh_bytes_put_u8(&list, EH_TEXT_LIST_SEPARATOR);
        eh_bytes_put(&list, team.data, team.size);
    }
    command->message.team =
        eh_arena_str(&command->arena, eh_str_n((const char *)list.data, list.size));
    command->message.has |= EH_FIELD_BIT(EH_FIELD_TEAM);
    return list.failed || !command->message.team.data ? -EH_ENOMEM : 0;
}

void eh_admin_post_release(struct eh_admin_request *request)
{
    struct eh_str id = eh_admin_part(request, "rep");
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_rep_view rep;
    bool known = eh_engine_rep(engine, id, &rep);
    if (!commands_all(request->peer) &&
        !(known && (eh_peer_manages_rep(request->peer, &rep) ||
                    eh_peer_holds_managed(request->peer, engine, id)))) {
        eh_admin_deny(request, "a manager of rep %.*s or an operator", EH_STR_ARG(id));
        return;
    }
    struct eh_command *command = rep_change_begin(request, id, known);
    if (!command || !eh_admin_change_read(request, command))
        return;
    if (!commands_all(request->peer) && limit_to_teams(request, command, id) < 0) {
        eh_command_free(command);
        eh_admin_error(request, EH_ENOMEM, NULL, "out of memory");
        return;
    }
    eh_admin_change_submit(request, command);
}

/* ---- Tickets. */

/* An operator writes under any source, a helpdesk under its own. */
static bool writes_source(const struct eh_admin_request *request, struct eh_str source)
{
    return commands_all(request->peer) ||
           ((request->peer->roles & request->route->who & EH_MAY_HELPDESK) &&
            eh_peer_writes_source(request->peer, source));
}

void eh_admin_post_ticket(struct eh_admin_request *request)
{
    struct eh_command *command = eh_admin_change_begin(request);
    if (!command || !eh_admin_change_read(request, command))
        return;
    if (writes_source(request, command->message.source)) {
        eh_admin_change_submit(request, command);
        return;
    }
    eh_admin_deny(request, "the helpdesk of source %.*s or an operator",
                  EH_STR_ARG(command->message.source));
    eh_command_free(command);
}

/* A change of the ticket in the address. NULL: it was answered. */
static struct eh_command *ticket_change_begin(struct eh_admin_request *request)
{
    struct eh_command *command = eh_admin_change_begin(request);
    if (!command)
        return NULL;
    eh_admin_change_preset(command, EH_FIELD_SOURCE, &command->message.source,
                           eh_admin_part(request, "source"));
    eh_admin_change_preset(command, EH_FIELD_ID, &command->message.id,
                           eh_admin_part(request, "id"));
    return command;
}

static void submit_ticket_command(struct eh_admin_request *request)
{
    struct eh_command *command = ticket_change_begin(request);
    if (command)
        eh_admin_change_submit_body(request, command);
}

static void deny_ticket(struct eh_admin_request *request)
{
    const char *who = request->route->type == EH_MESSAGE_UPDATE
                          ? "the ticket's helpdesk or an operator; who has it, and a manager of "
                            "its team, may pause and resume it"
                      : request->route->type == EH_MESSAGE_ANSWERED
                          ? "who has the ticket (and says that it is answered now), a manager of "
                            "its team, its helpdesk or an operator"
                      : request->route->type == EH_MESSAGE_OUTCOME
                          ? "a manager of the ticket's team, its helpdesk or an operator"
                          : "a manager of the ticket's team or an operator";
    eh_admin_deny(request, "%s", who);
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
        submit_ticket_command(request);
}

/* A helpdesk and an operator may do what they may do for every team; a helpdesk may change its own
 * tickets. */
void eh_admin_post_ticket_change(struct eh_admin_request *request)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_str source = eh_admin_part(request, "source"), id = eh_admin_part(request, "id");
    struct eh_ticket_view ticket;
    if (writes_source(request, source))
        submit_ticket_command(request);
    else if (!(request->peer->roles & request->route->who & EH_MAY_MANAGER))
        deny_ticket(request);
    else if (!eh_engine_ticket(engine, source, id, &ticket))
        eh_admin_recall(request, source, id, recalled_for_command);
    else if (!eh_peer_manages(request->peer, eh_engine_desk(engine), ticket.team))
        deny_ticket(request);
    else
        submit_ticket_command(request);
}

/* The fields of an answer without a time: it is given now. */
#define ANSWERS                                                                                    \
    (EH_FIELD_BIT(EH_FIELD_SOURCE) | EH_FIELD_BIT(EH_FIELD_ID) | EH_FIELD_BIT(EH_FIELD_EVENT))

/* Submits a change that says nothing but this of a ticket. */
static void submit_only(struct eh_admin_request *request, uint64_t fields)
{
    struct eh_command *command = ticket_change_begin(request);
    if (!command || !eh_admin_change_read(request, command))
        return;
    if (!(command->message.has & ~fields)) {
        eh_admin_change_submit(request, command);
        return;
    }
    deny_ticket(request);
    eh_command_free(command);
}

/* Who has a ticket says that its customer was answered, as its helpdesk, a manager of its team and
 * an operator do; when it was, these alone may say. */
void eh_admin_post_answered(struct eh_admin_request *request)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_str source = eh_admin_part(request, "source"), id = eh_admin_part(request, "id");
    struct eh_ticket_view ticket;
    bool own = eh_engine_ticket(engine, source, id, &ticket) && ticket.rep.size &&
               eh_peer_is_rep(request->peer, ticket.rep);
    if (own && !writes_source(request, source) &&
        !eh_peer_manages(request->peer, eh_engine_desk(engine), ticket.team))
        submit_only(request, ANSWERS);
    else
        eh_admin_post_ticket_change(request);
}

/* The fields of an update that only pauses or resumes. */
#define PAUSES (ANSWERS | EH_FIELD_BIT(EH_FIELD_PAUSED))

/* Who has a ticket, and a manager of its team, may pause and resume it, and say nothing else of
 * it: what a ticket is worth is not theirs to say. */
void eh_admin_post_update(struct eh_admin_request *request)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_str source = eh_admin_part(request, "source"), id = eh_admin_part(request, "id");
    struct eh_ticket_view ticket;
    if (writes_source(request, source))
        submit_ticket_command(request);
    else if (!eh_engine_ticket(engine, source, id, &ticket) ||
             !((ticket.rep.size && eh_peer_is_rep(request->peer, ticket.rep)) ||
               eh_peer_manages(request->peer, eh_engine_desk(engine), ticket.team)))
        deny_ticket(request);
    else
        submit_only(request, PAUSES);
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
    struct eh_str team = eh_admin_part(request, "team");
    if (!commands_team(request, team))
        return;
    struct eh_command *command = eh_admin_change_begin(request);
    if (!command)
        return;
    eh_admin_change_preset(command, EH_FIELD_TEAM, &command->message.team, team);
    eh_admin_change_submit_body(request, command);
}

void eh_admin_post_period(struct eh_admin_request *request)
{
    const struct eh_desk *desk = eh_engine_desk(eh_app_engine(request->admin->app));
    struct eh_str team = eh_admin_part(request, "team"), text = eh_admin_part(request, "period");
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
    struct eh_command *command = eh_admin_change_begin(request);
    if (!command)
        return;
    eh_admin_change_preset(command, EH_FIELD_TEAM, &command->message.team, team);
    eh_admin_change_preset(command, EH_FIELD_PERIOD, &command->message.period, text);
    if (!eh_admin_change_read(request, command))
        return;
    if (eh_str_equal(eh_http_path_query(&request->path, "dry_run"), eh_str("1"))) {
        char field[32];
        if (eh_admin_period_try(request, &command->message, &error) < 0)
            eh_admin_error(request, error.code,
                           eh_admin_change_field(error.text, field, sizeof field), "%s",
                           error.text);
        eh_command_free(command);
    } else {
        eh_admin_change_submit(request, command);
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
    eh_json_put_bool(body, "dry_run", true);
    eh_json_put_int(body, "epoch", totals.epoch);
    eh_admin_reply(request, 200, body);
}

void eh_admin_post_reveal(struct eh_admin_request *request)
{
    if (eh_str_equal(eh_http_path_query(&request->path, "dry_run"), eh_str("1"))) {
        try_reveal(request);
        return;
    }
    struct eh_command *command = eh_admin_change_begin(request);
    if (command)
        eh_admin_change_submit_body(request, command);
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
static int describe_desk(struct eh_admin_request *request, const struct eh_parsed_desk *file,
                         json_t **ret, struct eh_error *error)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_desk *old = eh_engine_desk(engine), *new = file->desk;
    int r = check_desk(request, new, error);
    if (r < 0)
        return r;
    struct eh_totals totals;
    eh_engine_totals(engine, &totals);
    json_t *changes = json_array(), *periods = json_array(), *warnings = json_array();
    eh_desk_diff(old, new, add_line, changes);
    eh_engine_leaving(engine, new, add_line, warnings);
    r = eh_engine_desk_days(engine, new, totals.date, add_line, periods);
    eh_desk_warnings(new, add_line, warnings);
    if (r >= 0)
        r = eh_app_idle_hours(request->admin->app, new, add_line, warnings);
    json_t *body = json_object();
    eh_json_put_hex(body, "sha256", file->sha256, sizeof file->sha256);
    eh_json_put(body, "changes", changes);
    eh_json_put(body, "periods", periods);
    eh_json_put(body, "warnings", warnings);
    *ret = body;
    return r < 0 ? eh_error_set(error, EH_ENOMEM, "out of memory") : 0;
}

/* Files of holidays come with the desk file: they are none of this machine's. */
static int read_desk(struct eh_admin_request *request, struct eh_parsed_desk **ret,
                     struct eh_error *error)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    struct eh_totals totals;
    eh_engine_totals(eh_app_engine(request->admin->app), &totals);
    const struct eh_holidays_source source = {.years = eh_holidays_years_at(totals.date)};
    int r = eh_holidays_expand(request->body, &source, &text, error);
    return r < 0 ? r
                 : eh_parsed_desk_new(eh_str_n((const char *)text.data, text.size),
                                      EH_DESK_WRITTEN_NOW, ret, error);
}

/* The command holds the file from here on. */
static void submit_desk(struct eh_admin_request *request, struct eh_parsed_desk *file)
{
    struct eh_command *command = eh_admin_change_begin(request);
    if (!command)
        return;
    command->parsed_desk = eh_parsed_desk_hold(file);
    command->message.text = file->text;
    command->message.has |= EH_FIELD_BIT(EH_FIELD_TEXT);
    eh_admin_change_submit(request, command);
}

void eh_admin_put_desk(struct eh_admin_request *request)
{
    struct eh_error error = {0};
    struct eh_str dry_run = eh_http_path_query(&request->path, "dry_run");
    struct eh_parsed_desk *file = NULL;
    int r = read_desk(request, &file, &error);
    eh_loop_note("desk", "file");
    if (r == 0)
        r = describe_desk(request, file, &request->extra, &error);
    if (r < 0) {
        eh_admin_fail(request, &error);
    } else if (eh_str_equal(dry_run, eh_str("1"))) {
        json_t *body = json_object();
        eh_json_put(body, "input", NULL);
        json_object_update(body, request->extra);
        eh_admin_reply(request, 200, body);
    } else {
        submit_desk(request, file);
    }
    eh_parsed_desk_drop(file);
}
