/*
 * trouble: what goes wrong, as people are told: alarms, the last error, and why the process ends.
 */
#ifndef EVENHAND_LEAD_TROUBLE_H
#define EVENHAND_LEAD_TROUBLE_H

#include "host/alarms.h"
#include "lead/app.h"

struct eh_trouble {
    struct eh_alarms alarms;
    char last_error[EH_ERROR_TEXT_MAX];
    int64_t last_error_us;
    int exit_code;
};

void app_error(struct eh_app *, const char *text); /* the last error, as people are shown it */
const char *app_last_error(const struct eh_app *); /* or "" */
void app_alarm(struct eh_app *, enum eh_alarm, const char *format, ...) EH_PRINTF(3, 4);
void app_alarm_clear(struct eh_app *, enum eh_alarm);
bool app_alarm_stands(const struct eh_app *, enum eh_alarm);
/* Raises the alarm with the error's sentence when r < 0, or clears it. */
void app_alarm_tell(struct eh_app *, enum eh_alarm, int r, const struct eh_error *);
void app_leave(struct eh_app *, int exit_code);                  /* the loop ends */
void app_fatal(struct eh_app *, int exit_code, const char *why); /* says why, and ends */
int app_exit_code(const struct eh_app *);
void app_trouble_show(const struct eh_app *, struct eh_app_status *);

#endif
