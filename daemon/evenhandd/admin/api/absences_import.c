/*
 * absences_import: an iCalendar file as absences of a rep: what is busy or out of office, each by
 * its UID. What a file imported before had, and this one has not, is cancelled.
 *
 * The changes go one after the other; the answer counts them. One that is refused, as where
 * somebody else cancelled it meanwhile, is left out, and the rest goes on.
 */
#include "admin/api/absences.h"

#include <stdlib.h>

#include <evenhand/ics/ics.h>

#include "host/local.h"

#define DAY_S     86400
#define AHEAD_S   (366 * DAY_S) /* what begins later is left for another day */
#define UID       "ics "        /* before the UIDs: what others told is none of a file's */
#define UID_BYTES (EH_ICS_ID_MAX + sizeof UID)

struct change {
    int64_t from_us, until_us;
    struct eh_str uid;
    bool cancel;
};

struct import {
    struct eh_str rep;
    int64_t from_us; /* what begins before is not the caller's to say */
    int64_t now_us;
    struct eh_absence_view held[EH_ABSENCES_PER_REP_MAX];
    size_t held_count;
    struct change *changes;
    size_t count, done, told, cancelled, left_out;
};

/* ---- What the file has. */

static int changes_compare(const void *left, const void *right)
{
    const struct change *a = left, *b = right;
    return (a->from_us > b->from_us) - (a->from_us < b->from_us);
}

/* Those of the same id together, the last of the file first. */
static int times_compare(const void *left, const void *right)
{
    const struct eh_ics_time *a = left, *b = right;
    int order = eh_str_compare(a->id, b->id);
    return order ? order : (a->line < b->line) - (a->line > b->line);
}

/* Of those with the same id the last of the file counts. */
static bool is_repeated(const struct eh_ics *ics, uint32_t at)
{
    return at > 0 && eh_str_equal(ics->items[at].id, ics->items[at - 1].id);
}

static int uid_make(struct eh_admin_request *request, struct eh_str id, struct eh_str *ret)
{
    char text[UID_BYTES + 1];
    eh_format(text, sizeof text, UID "%.*s", EH_STR_ARG(id));
    *ret = eh_arena_str(&request->arena, eh_str(text));
    return ret->data ? 0 : -EH_ENOMEM;
}

/* The instants of an event, in the zone of the rep where it has none. */
static void change_time(const struct eh_ics_time *time, struct eh_str zone, struct eh_local *local,
                        struct change *ret)
{
    int64_t from_s = time->from_s, until_s = time->until_s;
    if (time->days || time->local) {
        from_s = eh_local_instant(local, zone, from_s);
        until_s = eh_local_instant(local, zone, until_s);
    }
    ret->from_us = from_s * 1000000;
    ret->until_us = until_s * 1000000;
}

/* What is busy and not over, by when it begins. */
static int wanted_read(struct eh_admin_request *request, struct import *import, struct change **ret,
                       size_t *ret_count, struct eh_error *error)
{
    struct eh_str zone = eh_app_rep_zone(request->admin->app, import->rep);
    const struct eh_ics_window window = {import->now_us / 1000000 - DAY_S,
                                         import->now_us / 1000000 + AHEAD_S};
    struct eh_local local;
    struct eh_ics ics = {0};
    int r = eh_ics_read(request->body, &window, &request->arena, &ics, error);
    if (r < 0)
        return r;
    struct change *wanted = eh_arena_alloc(&request->arena, (ics.count + 1) * sizeof *wanted);
    size_t count = 0;
    if (ics.count)
        qsort(ics.items, ics.count, sizeof *ics.items, times_compare);
    eh_local_begin(&local);
    for (uint32_t i = 0; wanted && r == 0 && i < ics.count; i++) {
        change_time(&ics.items[i], zone, &local, &wanted[count]);
        r = uid_make(request, ics.items[i].id, &wanted[count].uid);
        count += !is_repeated(&ics, i) && ics.items[i].busy &&
                 wanted[count].until_us > import->now_us &&
                 wanted[count].until_us > wanted[count].from_us;
    }
    eh_local_done(&local);
    if (!wanted || r < 0)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    qsort(wanted, count, sizeof *wanted, changes_compare);
    *ret = wanted;
    *ret_count = count;
    return 0;
}

/* ---- What is to be changed. */

static const struct eh_absence_view *held_find(const struct import *import, struct eh_str uid)
{
    for (size_t i = 0; i < import->held_count; i++)
        if (eh_str_equal(import->held[i].uid, uid))
            return &import->held[i];
    return NULL;
}

static bool is_imported(const struct eh_absence_view *held)
{
    return eh_str_equal(eh_str_cut(held->uid, sizeof UID - 1), eh_str(UID));
}

static bool is_wanted(const struct change *wanted, size_t count, struct eh_str uid)
{
    for (size_t i = 0; i < count; i++)
        if (eh_str_equal(wanted[i].uid, uid))
            return true;
    return false;
}

/* Cancels first, so that there is room for what is new. */
static void cancels_note(struct import *import, const struct change *wanted, size_t count)
{
    for (size_t i = 0; i < import->held_count; i++) {
        const struct eh_absence_view *held = &import->held[i];
        if (is_imported(held) && held->from_us >= import->from_us &&
            !is_wanted(wanted, count, held->uid))
            import->changes[import->count++] = (struct change){.uid = held->uid, .cancel = true};
    }
}

/* The earliest, as many as a rep may have. */
static void news_note(struct import *import, const struct change *wanted, size_t count)
{
    size_t have = import->held_count - import->count;
    for (size_t i = 0; i < count; i++) {
        const struct eh_absence_view *held = held_find(import, wanted[i].uid);
        bool same =
            held && held->from_us == wanted[i].from_us && held->until_us == wanted[i].until_us;
        if (same)
            continue;
        if (wanted[i].from_us < import->from_us || (held && held->from_us < import->from_us) ||
            (!held && have >= EH_ABSENCES_PER_REP_MAX)) {
            import->left_out++;
            continue;
        }
        have += !held;
        import->changes[import->count++] = wanted[i];
    }
}

static int changes_make(struct eh_admin_request *request, struct import *import,
                        struct eh_error *error)
{
    struct change *wanted;
    size_t count;
    int r = wanted_read(request, import, &wanted, &count, error);
    if (r < 0)
        return r;
    import->held_count = eh_engine_absences(eh_app_engine(request->admin->app), import->rep,
                                            EH_ABSENCES_PER_REP_MAX, import->held);
    import->changes =
        eh_arena_alloc(&request->arena, (count + import->held_count + 1) * sizeof *import->changes);
    if (!import->changes)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    for (size_t i = 0; i < import->held_count; i++) { /* the engine's text may go meanwhile */
        import->held[i].uid = eh_arena_str(&request->arena, import->held[i].uid);
        if (!import->held[i].uid.data && import->held[i].uid.size)
            return eh_error_set(error, EH_ENOMEM, "out of memory");
    }
    cancels_note(import, wanted, count);
    news_note(import, wanted, count);
    return 0;
}

/* ---- One change after the other. */

static void import_answer(struct eh_admin_request *request, const struct import *import)
{
    json_t *body = json_object();
    eh_json_put_int(body, "told", (int64_t)import->told);
    eh_json_put_int(body, "cancelled", (int64_t)import->cancelled);
    eh_json_put_int(body, "left_out", (int64_t)import->left_out);
    eh_admin_reply(request, 200, body);
}

static void change_text(struct eh_command *command, enum eh_field field, struct eh_str *target,
                        struct eh_str value)
{
    *target = eh_arena_str(&command->arena, value);
    eh_require(target->data);
    command->message.has |= EH_FIELD_BIT(field);
}

static void change_fill(struct eh_admin_request *request, const struct import *import,
                        const struct change *change, struct eh_command *command)
{
    struct eh_message *m = &command->message;
    char actor[EH_NAME_MAX + 1];
    eh_peer_actor(request->peer, actor);
    change_text(command, EH_FIELD_ACTOR, &m->actor, eh_str(actor));
    change_text(command, EH_FIELD_REP, &m->rep, import->rep);
    change_text(command, EH_FIELD_UID, &m->uid, change->uid);
    if (change->cancel) {
        m->has |= EH_FIELD_BIT(EH_FIELD_CANCEL);
        return;
    }
    m->from_ms = change->from_us / 1000;
    m->until_ms = change->until_us / 1000;
    m->has |= EH_FIELD_BIT(EH_FIELD_FROM) | EH_FIELD_BIT(EH_FIELD_UNTIL);
}

static void next_submit(struct eh_admin_request *request);

static void on_changed(void *context, const struct eh_command_result *result)
{
    struct eh_admin_request *request = context;
    if (request->peer)
        request->peer->commands--;
    if (!eh_admin_resume(request))
        return;
    struct import *import = request->state;
    if (result->code == -EH_EUNAVAILABLE || result->code == -EH_ENOMEM) {
        eh_admin_error(request, result->code, NULL,
                       "%s; %zu of %zu changes were made before it: import the file again",
                       result->message, import->done, import->count);
        return;
    }
    const struct change *change = &import->changes[import->done++];
    import->cancelled += result->code == 0 && change->cancel;
    import->told += result->code == 0 && !change->cancel;
    import->left_out += result->code < 0 && result->code != -EH_ENOTFOUND;
    next_submit(request);
}

static void next_submit(struct eh_admin_request *request)
{
    struct import *import = request->state;
    struct eh_error error = {0};
    struct eh_command *command;
    if (import->done == import->count) {
        import_answer(request, import);
        return;
    }
    int r = eh_command_new(EH_MESSAGE_ABSENCE, on_changed, request, &command, &error);
    if (r == 0) {
        change_fill(request, import, &import->changes[import->done], command);
        command->reserve = eh_peer_has_reserve(request->peer);
        eh_admin_wait(request);
        request->peer->commands++;
        r = eh_app_submit(request->admin->app, command, &error);
        if (r < 0) {
            request->peer->commands--;
            request->waits--;
            eh_command_free(command);
        }
    }
    if (r < 0)
        eh_admin_fail(request, &error);
}

void eh_admin_post_absences(struct eh_admin_request *request)
{
    struct eh_str rep = eh_admin_part(request, "rep");
    struct import *import = eh_arena_alloc(&request->arena, sizeof *import);
    struct eh_error error = {0};
    if (!import) {
        eh_admin_error(request, EH_ENOMEM, NULL, "out of memory");
        return;
    }
    if (!eh_admin_tells_absences(request, rep, &import->from_us))
        return;
    import->rep = eh_arena_str(&request->arena, rep);
    import->now_us = eh_app_now_us(request->admin->app);
    request->state = import;
    if (changes_make(request, import, &error) < 0)
        eh_admin_fail(request, &error);
    else
        next_submit(request);
}
