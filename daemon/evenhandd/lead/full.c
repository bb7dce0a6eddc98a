/*
 * full: what happens when the desk has as many open tickets as it may have (limits: open_tickets).
 *
 * A new ticket waits on the stream, pending and not acknowledged. So do later entries that are
 * about it. All other entries are taken: an outcome closes a ticket, and the first waiting ticket
 * gets its place. Over the admin socket a new ticket is refused, because its sender gets an answer
 * there. Each team has a part above the bound for itself, so that one team's flood stops no other.
 * When a lower bound was configured, the tickets above it stay.
 */
#include "lead/parts.h"

#define RELEASE_MAX      8192 /* tickets let go at once */
#define PARTS_MAX        16 /* teams whose parts are filled by one release; the next fills others */
#define TEAMS_PART       10 /* a tenth of the bound is shared equally by the teams, above it */
#define TICKET_TEXT_MEAN 128 /* bytes of ids and skills of an open ticket, on average at most */

static uint64_t open_tickets(const struct eh_app *app)
{
    struct eh_totals totals;
    eh_engine_totals(app->state.engine, &totals);
    return totals.waiting + totals.open;
}

/* How many more tickets there is room for. Long ids and many skills make a ticket as large as
 * several others. */
static uint64_t room_for(const struct eh_app *app)
{
    struct eh_totals totals;
    eh_engine_totals(app->state.engine, &totals);
    uint64_t open = totals.waiting + totals.open,
             most = (uint64_t)app->services.config->open_tickets;
    if (open >= most || totals.text_bytes >= most * TICKET_TEXT_MEAN)
        return 0;
    uint64_t by_text = (most * TICKET_TEXT_MEAN - totals.text_bytes) / TICKET_TEXT_MEAN + 1;
    return most - open < by_text ? most - open : by_text;
}

static bool is_full(const struct eh_app *app)
{
    return room_for(app) == 0;
}

/* How many more tickets the team has room for in its part above the bound. */
static uint64_t part_of(const struct eh_app *app, struct eh_str team)
{
    const struct eh_desk *desk = eh_engine_desk(app->state.engine);
    uint64_t most = (uint64_t)app->services.config->open_tickets, more = most / TEAMS_PART;
    struct eh_team_view view;
    struct eh_totals totals;
    eh_engine_totals(app->state.engine, &totals);
    if (!desk || totals.waiting + totals.open >= EH_TICKETS_MAX ||
        totals.text_bytes >= (most + more) * TICKET_TEXT_MEAN ||
        !eh_engine_team(app->state.engine, team, &view))
        return 0;
    uint64_t part = more / desk->team_count, has = view.waiting + view.open;
    return has < part ? part - has : 0;
}

/* How many tickets of the team wait on the stream, with those that the inbox has not been told of.
 */
static uint64_t waiting_of(const struct eh_app *app, struct eh_str team)
{
    struct eh_key key = eh_key_of_text(team);
    uint64_t holding = 0;
    (void)eh_table_get(&app->full.teams, key, &holding);
    return holding + eh_inbox_waiting_of(app->services.inbox, key);
}

/* Whether a ticket that comes now gets in by its team's part: those that wait come first. */
static bool team_has_room(const struct eh_app *app, struct eh_str team)
{
    return part_of(app, team) > 0 && waiting_of(app, team) == 0;
}

/* How many tickets wait on the stream, with those that the inbox has not been told of. */
static size_t waiting_tickets(const struct eh_app *app)
{
    return eh_inbox_waiting(app->services.inbox).tickets + app->full.holding;
}

/* Whether a ticket has to wait. An entry that was delivered before is older than all that wait:
 * only the bound counts for it. */
static bool ticket_waits(const struct eh_app *app, const struct eh_item *item)
{
    struct eh_str team = item->input.message.team;
    bool full = is_full(app) || (!item->seen_before && waiting_tickets(app) > 0);
    return full && !(item->seen_before ? part_of(app, team) > 0 : team_has_room(app, team));
}

/* Its ticket may be one that waits. */
static bool follower_waits(const struct eh_app *app, const struct eh_input *in)
{
    struct eh_ticket_view view;
    return waiting_tickets(app) > 0 && !in->recalled.ticket_known &&
           !eh_engine_ticket(app->state.engine, in->message.source, in->message.id, &view);
}

static bool waits(const struct eh_app *app, const struct eh_item *item)
{
    const struct eh_input *in = &item->input;
    if (in->message.type == EH_MESSAGE_TICKET)
        return ticket_waits(app, item);
    return eh_message_is(&in->message, EH_TYPE_RECALLS) && follower_waits(app, in);
}

/* An entry that waits, until the inbox is told: +1 when it is decided, -1 then. */
static void count_held(struct eh_app *app, const struct eh_message *m, int more)
{
    struct eh_full *full = &app->full;
    size_t *count = m->type == EH_MESSAGE_TICKET ? &full->holding : &full->following;
    if (more < 0 && *count == 0) /* forgotten meanwhile */
        return;
    *count += (size_t)more;
    if (m->type != EH_MESSAGE_TICKET)
        return;
    struct eh_key key = eh_key_of_text(m->team);
    uint64_t of_team = 0;
    (void)eh_table_get(&full->teams, key, &of_team);
    of_team += (uint64_t)more;
    if (of_team == 0) /* a ticket may name any team: the table has those that wait, no others */
        eh_table_remove(&full->teams, key);
    else
        eh_require(eh_table_put(&full->teams, key, of_team) == 0);
}

bool app_full_holds(struct eh_app *app, struct eh_batch *b, struct eh_item *item)
{
    const struct eh_message *m = &item->input.message;
    char text[EH_ERROR_TEXT_MAX];
    if (item->input.origin == EH_ORIGIN_STREAM) {
        item->held = waits(app, item);
        if (item->held)
            count_held(app, m, 1);
        return item->held;
    }
    if (item->input.origin != EH_ORIGIN_ADMIN || m->type != EH_MESSAGE_TICKET || !is_full(app) ||
        team_has_room(app, m->team))
        return false;
    eh_format(
        text, sizeof text,
        "ticket %.*s: the desk has as many open tickets as it may have (limits: open_tickets, "
        "%lld); close some, then send it again",
        EH_STR_ARG(m->id), (long long)app->services.config->open_tickets);
    struct eh_str message = eh_batch_text(b, text);
    item->result = (struct eh_command_result){
        .code = -EH_EFULL, .message = message.data ? message.data : "the desk is full"};
    return true;
}

/* What is about it may have been held before it came. */
void app_full_came(struct eh_app *app, const struct eh_input *in)
{
    if (in->message.type == EH_MESSAGE_TICKET &&
        (app->full.following > 0 || eh_inbox_waiting(app->services.inbox).others > 0))
        eh_inbox_wake(app->services.inbox, in->identity);
}

/* The batch is committed: tells the inbox which entries wait. */
void app_full_hold(struct eh_app *app, const struct eh_batch *b)
{
    struct eh_inbox_hold hold[EH_BATCH_ITEMS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < b->item_count; i++) {
        const struct eh_input *in = &b->items[i].input;
        if (!b->items[i].held)
            continue;
        count_held(app, &in->message, -1);
        hold[count++] =
            (struct eh_inbox_hold){.id = eh_input_stream_id(in),
                                   .ticket = eh_ticket_identity(in->message.source, in->message.id),
                                   .team = eh_key_of_text(in->message.team),
                                   .is_ticket = in->message.type == EH_MESSAGE_TICKET};
    }
    if (count > 0)
        eh_inbox_hold(app->services.inbox, hold, count);
}

static void note_alarm(struct eh_app *app)
{
    struct eh_inbox_waiting waiting = eh_inbox_waiting(app->services.inbox);
    size_t entries = waiting.tickets + waiting.others;
    if (entries == 0 && !is_full(app))
        app_alarm_clear(app, EH_ALARM_OPEN_TICKETS);
    else
        app_alarm(app, EH_ALARM_OPEN_TICKETS,
                  "the desk has %llu open tickets (limits: open_tickets is %lld), %zu entries "
                  "wait on the stream%s; close tickets, or raise it and the unit's MemoryMax",
                  (unsigned long long)open_tickets(app),
                  (long long)app->services.config->open_tickets, entries,
                  eh_inbox_held_full(app->services.inbox)
                      ? ", nothing behind them is read: changes come in over the admin socket"
                      : "");
}

/* Parts of teams that have room and wait. Returns how many. */
static size_t parts_of(const struct eh_app *app, struct eh_inbox_part *parts)
{
    const struct eh_desk *desk = eh_engine_desk(app->state.engine);
    size_t count = 0;
    for (size_t i = 0; desk && i < desk->team_count && count < PARTS_MAX; i++) {
        struct eh_key key = eh_key_of_text(desk->teams[i].id);
        size_t wait = eh_inbox_waiting_of(app->services.inbox, key);
        uint64_t room = wait > 0 ? part_of(app, desk->teams[i].id) : 0;
        if (room > 0)
            parts[count++] = (struct eh_inbox_part){key, room < wait ? room : wait};
    }
    return count;
}

void app_full_look(struct eh_app *app)
{
    if (!app->state.deciding || !app->state.engine)
        return;
    uint64_t free = room_for(app);
    struct eh_inbox_waiting waiting = eh_inbox_waiting(app->services.inbox);
    struct eh_inbox_part parts[PARTS_MAX];
    struct eh_inbox_room room = {.tickets = free < RELEASE_MAX ? free : RELEASE_MAX,
                                 .parts = parts};
    if (waiting.tickets > 0 && free == 0)
        room.part_count = parts_of(app, parts);
    bool others_may = waiting.others > 0 && (waiting.woken || waiting.tickets == 0);
    if ((waiting.tickets > 0 && room.tickets + room.part_count > 0) || others_may)
        eh_inbox_release(app->services.inbox, &room, app->full.following == 0);
    note_alarm(app);
}

void app_full_forget(struct eh_app *app)
{
    app->full.holding = app->full.following = 0;
    eh_table_done(&app->full.teams);
    app->full.teams = (struct eh_table){0};
}
