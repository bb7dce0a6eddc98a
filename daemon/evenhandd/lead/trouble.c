/* trouble: what goes wrong, as people are told. See trouble.h. */
#include "lead/parts.h"

#include <stdarg.h>

#include "host/log.h"

void app_error(struct eh_app *app, const char *text)
{
    eh_format(app->trouble.last_error, sizeof app->trouble.last_error, "%s", text);
    eh_text_tidy(app->trouble.last_error, strlen(app->trouble.last_error));
    app->trouble.last_error_us = eh_clock_now_us(&app->services.clock);
}

void app_alarm_tell(struct eh_app *app, enum eh_alarm alarm, int r, const struct eh_error *error)
{
    if (r < 0)
        app_alarm(app, alarm, "%s", error->text);
    else
        app_alarm_clear(app, alarm);
}

void app_leave(struct eh_app *app, int exit_code)
{
    app->trouble.exit_code = exit_code;
    event_base_loopbreak(app->services.base);
}

void app_fatal(struct eh_app *app, int exit_code, const char *why)
{
    eh_log(EH_LOG_ERROR, "%s", why);
    app_leave(app, exit_code);
}

void app_alarm(struct eh_app *app, enum eh_alarm alarm, const char *format, ...)
{
    char text[EH_ERROR_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    eh_format_v(text, sizeof text, format, arguments);
    va_end(arguments);
    eh_alarm_set(&app->trouble.alarms, alarm, eh_clock_now_us(&app->services.clock), "%s", text);
}

void app_alarm_clear(struct eh_app *app, enum eh_alarm alarm)
{
    eh_alarm_clear(&app->trouble.alarms, alarm);
}

bool app_alarm_stands(const struct eh_app *app, enum eh_alarm alarm)
{
    return eh_alarm_stands(&app->trouble.alarms, alarm);
}

const char *app_last_error(const struct eh_app *app)
{
    return app->trouble.last_error;
}

int app_exit_code(const struct eh_app *app)
{
    return app->trouble.exit_code;
}

void app_trouble_show(const struct eh_app *app, struct eh_app_status *ret)
{
    ret->last_error = app->trouble.last_error;
    ret->last_error_us = app->trouble.last_error_us;
    ret->alarms = &app->trouble.alarms;
}
