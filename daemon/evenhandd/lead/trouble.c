/* trouble: what goes wrong, as people are told: the last error, alarms, and why the process ends.
 */
#include "lead/app_private.h"

#include "host/log.h"

void app_error(struct eh_app *app, const char *text)
{
    eh_format(app->last_error, sizeof app->last_error, "%s", text);
    eh_text_tidy(app->last_error, strlen(app->last_error));
    app->last_error_us = eh_clock_now_us(&app->clock);
}

void app_alarm_tell(struct eh_app *app, enum eh_alarm alarm, int r, const struct eh_error *error)
{
    if (r < 0)
        eh_alarm_set(&app->alarms, alarm, eh_clock_now_us(&app->clock), "%s", error->text);
    else
        eh_alarm_clear(&app->alarms, alarm);
}

void app_fatal(struct eh_app *app, int exit_code, const char *why)
{
    eh_log(EH_LOG_ERROR, "%s", why);
    app->exit_code = exit_code;
    event_base_loopbreak(app->base);
}
