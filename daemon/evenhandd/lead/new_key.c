/*
 * new_key: sees to the desk's key before anything is decided. A key that is there has to fit. A new
 * one is made at the first start, or in the place of a lost one when the operator says so.
 *
 * A new key is in its file before the log has it: a key that is committed under and not kept would
 * be lost again. If evenhandd ends in between, the file fits nothing and has to be moved away.
 */
#include "lead/parts.h"

#include <pwd.h>
#include <unistd.h>

#include "host/log.h"

static int refuse_present(const struct eh_app *app, bool fits, struct eh_error *error)
{
    return eh_error_set(error, EH_ECONFLICT,
                        fits ? "--new-key: key_file %s is there and is the key of this desk: "
                               "nothing is lost"
                             : "--new-key: key_file %s is there, and is the key of another desk; "
                               "move it away first, if the right one is lost",
                        app->services.config->key_file);
}

/* Submits the new key again when PostgreSQL went away meanwhile: the log says whether it was
 * committed. */
static int take_new(struct eh_app *app, const struct eh_totals *totals, struct eh_error *error)
{
    const char *path = app->services.config->key_file;
    bool fits =
        !app->services.keys.absent && eh_keys_check(&app->services.keys, totals, path, NULL) == 0;
    if (!app->new_key.made) {
        if (!totals->committed)
            return eh_error_set(error, EH_ECONFLICT,
                                "--new-key: nothing is committed under any key yet: start without");
        if (!app->services.keys.absent)
            return refuse_present(app, fits, error);
        int r = eh_keys_make(&app->services.keys, path, error);
        if (r < 0)
            return r;
        app->new_key.made = true;
    }
    app->new_key.due = !fits;
    return 0;
}

int app_key_ready(struct eh_app *app, const struct eh_totals *totals, struct eh_error *error)
{
    const char *path = app->services.config->key_file;
    int r = app->services.keys.absent ? eh_keys_load(&app->services.keys, path, error)
                                      : 0; /* it may be back */
    if (r < 0)
        return r;
    if (app->new_key.reason)
        return take_new(app, totals, error);
    return app->services.keys.absent && !totals->committed
               ? eh_keys_make(&app->services.keys, path, error)
               : eh_keys_check(&app->services.keys, totals, path, error);
}

/* The actor is the user who started this process, and nobody of the admin socket. */
bool app_new_key_take(struct eh_app *app, struct eh_message *ret)
{
    if (!app->new_key.due)
        return false;
    app->new_key.due = false;
    const struct passwd *user = getpwuid(getuid());
    struct eh_str name = eh_str(user ? user->pw_name : "?");
    *ret = (struct eh_message){.type = EH_MESSAGE_NEW_KEY,
                               .reason = eh_str(app->new_key.reason),
                               .actor = eh_name_valid(name, EH_NAME_MAX) ? name : eh_str("?")};
    ret->has = EH_FIELD_BIT(EH_FIELD_REASON) | EH_FIELD_BIT(EH_FIELD_ACTOR);
    return true;
}

void app_new_key_ask(struct eh_app *app, const char *reason)
{
    app->new_key.reason = reason;
}

bool app_new_key_asked(const struct eh_app *app)
{
    return app->new_key.reason != NULL;
}

bool app_new_key_due(const struct eh_app *app)
{
    return app->new_key.due;
}

void app_new_key_done(struct eh_app *app)
{
    eh_log(EH_LOG_WARNING,
           "key_file %s: a new master key, and the log has it; what was drawn in the last draw "
           "epoch of the lost one can never be proved; keep a copy of the file in a safe place",
           app->services.config->key_file);
    app->services.ask_stop(app->services.life); /* it ends before the next input */
}
