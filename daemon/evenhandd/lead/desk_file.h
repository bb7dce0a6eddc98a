/*
 * desk_file: the desk file on disk.
 */
#ifndef EVENHAND_LEAD_DESK_FILE_H
#define EVENHAND_LEAD_DESK_FILE_H

#include <sys/stat.h>

#include "lead/app.h"

struct eh_desk_file {
    unsigned loading;       /* commands with a desk that are not answered yet */
    bool differs;           /* the file is not what is applied */
    struct stat seen;       /* as it was compared last; all 0: never */
    uint64_t holidays_seen; /* the same of the files of holidays that it names */
};

void app_desk_file_load(struct eh_app *, const char *actor); /* read it and submit what it says */
/* The same, where there is no desk and none is on its way. */
void app_desk_file_begin(struct eh_app *);
void app_desk_file_check(struct eh_app *); /* does it differ from what is applied */
/* The same, where the file has changed since the last look. -EH_E…: it cannot be read. */
int app_desk_file_look(struct eh_app *, struct eh_error *) EH_MUST_CHECK;
bool app_desk_file_differs(const struct eh_app *);
/* Sets desk_id, currency and the clock's zone from the file. */
int app_desk_file_identity(struct eh_app *, char currency[4], struct eh_error *) EH_MUST_CHECK;
/* Whether the files of holidays and the zones that it names can be read; advice on its hours. */
int app_desk_file_check_hours(struct eh_app *, eh_desk_line_fn *line, void *context,
                              struct eh_error *) EH_MUST_CHECK;

#endif
