/* submit: puts a command into the batch that is filling, or refuses it at once. See app.h. */
#include "lead/parts.h"

#include "host/loop.h"

/* `calendar` NULL: the desk's own zone. The clock's words begin with the last key of the path. */
static int zone_try(struct eh_clock *probe, const struct eh_desk *desk,
                    const struct eh_desk_calendar *calendar, struct eh_error *error)
{
    struct eh_error inner = {0};
    char place[EH_DESK_PLACE_BYTES];
    int r = eh_clock_set_new_zone(probe, calendar ? calendar->time_zone : desk->time_zone, &inner);
    if (r == 0)
        return 0;
    const char *at = eh_desk_zone_place(desk, calendar, place), *what = strstr(inner.text, ": ");
    return eh_error_field(error, inner.code, strchr(at, ' ') + 1, "%s%s", at,
                          what ? what : inner.text);
}

/* Those of its calendars, too. */
static int zones_try(struct eh_clock *probe, const struct eh_desk *desk, struct eh_error *error)
{
    int r = zone_try(probe, desk, NULL, error);
    for (uint32_t i = 0; r == 0 && i < desk->calendar_count; i++)
        r = zone_try(probe, desk, &desk->calendars[i], error);
    return r;
}

int eh_app_check_zone(struct eh_app *app, const struct eh_desk *desk, struct eh_error *error)
{
    struct eh_clock probe = app->services.clock;
    int r = zones_try(&probe, desk, error);
    if (r == -EH_ENOTFOUND) /* the request is understood; its file is wrong */
        r = -(error->code = EH_EINVAL);
    if (r == 0)
        r = eh_clock_set_zone(&app->services.clock, eh_str(app->services.clock.time_zone), error);
    return r;
}

static int command_read_desk(struct eh_app *app, struct eh_command *c, struct eh_error *error)
{
    struct eh_totals totals;
    eh_engine_totals(app->state.engine, &totals);
    bool known =
        eh_str_equal(c->message.text, totals.desk_text); /* it was applied once and may stay */
    int r =
        eh_parsed_desk_new(c->message.text, known ? EH_DESK_WRITTEN_BEFORE : EH_DESK_WRITTEN_NOW,
                           &c->parsed_desk, error);
    eh_loop_note("desk", "file");
    if (r == 0)
        c->message.text = c->parsed_desk->text;
    return r;
}

static int command_check_desk(struct eh_app *app, struct eh_command *c, struct eh_error *error)
{
    int r = c->parsed_desk ? 0 : command_read_desk(app, c, error);
    return r < 0 ? r : eh_app_check_zone(app, c->parsed_desk->desk, error);
}

/* The bytes that count against the bound of commands. Nobody waits for a patient command: it is
 * evenhandd's own, and is bounded where it is made. */
static size_t command_size(const struct eh_command *c)
{
    return c->patient ? 0 : c->arena.held + (c->parsed_desk ? c->parsed_desk->text.size : 0);
}

/* A place in the batch; NULL: it is full, or its last places are kept for commands with a reserve.
 */
static struct eh_item *command_add(struct eh_app *app, struct eh_command *c)
{
    size_t kept = c->reserve ? 0 : EH_BATCH_COMMANDS_RESERVE;
    c->size = command_size(c);
    struct eh_batch *b = app_command_fits(app, c) ? app_filling(app) : NULL;
    if (!b || b->command_count + kept >= EH_BATCH_COMMANDS_MAX)
        return NULL;
    struct eh_item *item = eh_batch_add(b);
    if (item) {
        b->command_count++;
        b->bytes += c->body.size;
        app_command_taken(app, c);
    }
    return item;
}

int eh_app_submit(struct eh_app *app, struct eh_command *c, struct eh_error *error)
{
    if (!app->state.deciding)
        return eh_error_set(error, EH_EUNAVAILABLE, "%s",
                            app->state.role == EH_ROLE_STANDBY
                                ? "this evenhandd stands by; ask the leader"
                            : app->state.resuming
                                ? "PostgreSQL refuses what is written just now; nothing was changed"
                                : "PostgreSQL is not there just now; nothing was changed");
    if (c->message.type == EH_MESSAGE_DESK) {
        int r = command_check_desk(app, c, error);
        if (r < 0)
            return r;
    }
    struct eh_item *item = command_add(app, c);
    if (!item)
        return eh_error_set(error, EH_EFULL, "too many changes at once; try again in a moment");
    item->command = c;
    item->later = c->later;
    item->input.origin = EH_ORIGIN_ADMIN;
    item->input.message = c->message;
    item->input.parsed_desk = c->parsed_desk;
    if (c->body.size > 0) { /* it came from the stream */
        item->input.origin = EH_ORIGIN_STREAM;
        eh_input_set_stream_id(&item->input, c->entry);
        item->body = c->body;
    }
    item->input.at_us = eh_clock_now_us(&app->services.clock);
    eh_salts_draw(&item->input);
    eh_input_identify(&item->input);
    item->wants_identity =
        c->message.type == EH_MESSAGE_TICKET || eh_message_has(&c->message, EH_FIELD_EVENT);
    app_wake(app);
    return 0;
}
