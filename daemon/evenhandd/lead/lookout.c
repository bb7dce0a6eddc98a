/*
 * lookout: files, socket and schema once more, and whether work goes on. See lookout.h.
 *
 * Each look is a stat or less as long as nothing has changed, so it never holds the loop.
 */
#include <errno.h>
#include <sys/stat.h>

#include "lead/parts.h"
#include "lead/timely.h"
#include "store/schema.h"

/* ---- Files, socket, schema. */

static void look_at_key(struct eh_app *app)
{
    struct eh_error error = {0};
    if (app->services.keys.absent) /* nothing was decided yet; deciding_begin() sees to it */
        return;
    app_alarm_tell(app, EH_ALARM_KEY_FILE,
                   eh_keys_look(&app->services.keys, app->services.config->key_file, &error),
                   &error);
}

/* Only this process appends to the file, so it never gets shorter and never becomes another one.
 * What stood in it cannot be made again: the alarm stands until the next start. */
static void look_at_checkpoints(struct eh_app *app)
{
    struct eh_lookout *look = &app->lookout;
    const char *path = app->services.config->checkpoint_file;
    struct stat st;
    if (app_checkpoint_pending(app)) /* half a line may be taken back */
        return;
    bool there = stat(path, &st) == 0;
    if (!there && errno == ENOENT && !look->checkpoint_known)
        return;
    bool same = there && look->checkpoint_known && st.st_dev == look->checkpoint_device &&
                st.st_ino == look->checkpoint_inode && st.st_size >= look->checkpoint_size;
    if (look->checkpoint_known && !same) {
        app_alarm(app, EH_ALARM_CHECKPOINTS,
                  "checkpoint_file %s: was %s while evenhandd ran: what the lines before proved "
                  "rests on their copies now; put a copy back, then restart",
                  path,
                  !there                                 ? "removed"
                  : st.st_ino != look->checkpoint_inode  ? "replaced"
                  : st.st_dev != look->checkpoint_device ? "replaced"
                                                         : "cut short");
        app_checkpoint_soon(app);
    }
    if (there) {
        look->checkpoint_known = true;
        look->checkpoint_device = st.st_dev;
        look->checkpoint_inode = st.st_ino;
        look->checkpoint_size = st.st_size;
    }
}

static void look_at_desk_file(struct eh_app *app)
{
    struct eh_error error = {0};
    app_alarm_tell(app, EH_ALARM_DESK_FILE, app_desk_file_look(app, &error), &error);
}

static void look_at_schema(struct eh_app *app)
{
    int found = eh_store_schema(app->services.store);
    if (!app->state.deciding || found == 0)
        return;
    if (found == eh_schema_version())
        app_alarm_clear(app, EH_ALARM_SCHEMA);
    else
        app_alarm(app, EH_ALARM_SCHEMA,
                  "postgres: the schema has become version %d under this evenhandd, which needs "
                  "%d; stop it and start the evenhandd that made the schema",
                  found, eh_schema_version());
}

/* ---- Is anything dealt? */

static bool something_waits(struct eh_app *app)
{
    return !app_pipeline_empty(app) || app_due_us(app) <= eh_clock_now_us(&app->services.clock);
}

/* Why nothing is dealt just now, or NULL: work goes on, or nothing is there to do. */
static const char *why_still(struct eh_app *app)
{
    const char *last_error = app_last_error(app);
    if (app->state.role == EH_ROLE_STANDBY || app->state.role == EH_ROLE_STOPPING)
        return NULL;
    if (app_recovering(app))
        return "the state is being built again from the log";
    if (!app->state.deciding)
        return last_error[0] ? last_error : "PostgreSQL is not reached";
    if (!app_inbox_up(app))
        return last_error[0] ? last_error : "the inbox is not read";
    if (!eh_redis_link_up(app->services.writes))
        return eh_redis_link_last_error(app->services.writes);
    if (!eh_engine_desk(app->state.engine))
        return "no desk file has been applied yet";
    if (!something_waits(app) || app_batches(app) != app->lookout.moved_batches)
        return NULL;
    if (app_history_counts(app))
        return "what a plan of the new desk file needs of the past is being counted";
    return app_in_flight(app) ? "PostgreSQL does not answer a COMMIT"
                              : "PostgreSQL does not answer";
}

static void look_at_work(struct eh_app *app)
{
    struct eh_lookout *look = &app->lookout;
    int64_t now = eh_clock_monotonic_us();
    const char *why = why_still(app);
    look->moved_batches = app_batches(app);
    if (!why) {
        look->still_since_us = 0;
        app_alarm_clear(app, EH_ALARM_NOT_DEALING);
        return;
    }
    if (look->still_since_us == 0)
        look->still_since_us = now;
    int64_t still_s = (now - look->still_since_us) / 1000000;
    if (still_s >= EH_STALLED_S)
        app_alarm(app, EH_ALARM_NOT_DEALING, "nothing has been dealt for %lld s: %s",
                  (long long)still_s, why);
}

bool app_lookout_tick(struct eh_app *app)
{
    look_at_work(app);
    if (app->lookout.seconds++ % EH_LOOK_S != 0)
        return false;
    look_at_key(app);
    look_at_checkpoints(app);
    look_at_desk_file(app);
    look_at_schema(app);
    app_holds_look(app);
    return true;
}
