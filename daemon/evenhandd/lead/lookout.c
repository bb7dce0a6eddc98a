/*
 * lookout: files, socket and schema once more, and whether work goes on. See lookout.h.
 *
 * Each look is a stat or less as long as nothing has changed, so it never holds the loop.
 */
#include "lead/lookout.h"

#include <errno.h>
#include <sys/stat.h>

#include "lead/app_private.h"
#include "store/schema.h"

/* ---- Files, socket, schema. */

static void look_at_key(struct eh_app *app)
{
    struct eh_error error = {0};
    if (app->keys.absent) /* nothing was decided yet; begin_deciding() sees to it */
        return;
    app_alarm_tell(app, EH_ALARM_KEY_FILE, eh_keys_look(&app->keys, app->config->key_file, &error),
                   &error);
}

/* Only this process appends to the file, so it never gets shorter and never becomes another one.
 * What stood in it cannot be made again: the alarm stands until the next start. */
static void look_at_checkpoints(struct eh_app *app)
{
    struct eh_lookout *look = &app->lookout;
    const char *path = app->config->checkpoint_file;
    struct stat st;
    if (app->checkpointing) /* half a line may be taken back */
        return;
    bool there = stat(path, &st) == 0;
    if (!there && errno == ENOENT && !look->checkpoint_known)
        return;
    bool same = there && look->checkpoint_known && st.st_dev == look->checkpoint_device &&
                st.st_ino == look->checkpoint_inode && st.st_size >= look->checkpoint_size;
    if (look->checkpoint_known && !same) {
        eh_alarm_set(&app->alarms, EH_ALARM_CHECKPOINTS, eh_clock_now_us(&app->clock),
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
    int found = eh_store_schema(app->store);
    if (!app->deciding || found == 0)
        return;
    if (found == eh_schema_version())
        eh_alarm_clear(&app->alarms, EH_ALARM_SCHEMA);
    else
        eh_alarm_set(&app->alarms, EH_ALARM_SCHEMA, eh_clock_now_us(&app->clock),
                     "postgres: the schema has become version %d under this evenhandd, which needs "
                     "%d; stop it and start the evenhandd that made the schema",
                     found, eh_schema_version());
}

/* ---- Is anything dealt? */

static bool something_waits(struct eh_app *app)
{
    if (app->recalling || app->in_flight || (app->filling && app->filling->item_count > 0))
        return true;
    return eh_engine_due_us(app->engine) <= eh_clock_now_us(&app->clock);
}

/* Why nothing is dealt just now, or NULL: work goes on, or nothing is there to do. */
static const char *why_still(struct eh_app *app)
{
    if (app->role == EH_ROLE_STANDBY || app->role == EH_ROLE_STOPPING)
        return NULL;
    if (app->recovery)
        return "the state is being built again from the log";
    if (!app->deciding)
        return app->last_error[0] ? app->last_error : "PostgreSQL is not reached";
    if (!app->inbox_up)
        return app->last_error[0] ? app->last_error : "the inbox is not read";
    if (!eh_redis_link_up(app->writes))
        return eh_redis_link_last_error(app->writes);
    if (!eh_engine_desk(app->engine))
        return "no desk file has been applied yet";
    if (!something_waits(app) || app->batches != app->lookout.moved_batches)
        return NULL;
    if (app->history)
        return "what a plan of the new desk file needs of the past is being counted";
    return app->in_flight ? "PostgreSQL does not answer a COMMIT" : "PostgreSQL does not answer";
}

static void look_at_work(struct eh_app *app)
{
    struct eh_lookout *look = &app->lookout;
    int64_t now = eh_clock_monotonic_us();
    const char *why = why_still(app);
    look->moved_batches = app->batches;
    if (!why) {
        look->still_since_us = 0;
        eh_alarm_clear(&app->alarms, EH_ALARM_NOT_DEALING);
        return;
    }
    if (look->still_since_us == 0)
        look->still_since_us = now;
    int64_t still_s = (now - look->still_since_us) / 1000000;
    if (still_s >= EH_STALLED_S)
        eh_alarm_set(&app->alarms, EH_ALARM_NOT_DEALING, eh_clock_now_us(&app->clock),
                     "nothing has been dealt for %lld s: %s", (long long)still_s, why);
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
    return true;
}
