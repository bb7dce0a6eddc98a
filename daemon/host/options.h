/*
 * options: a program's command line, read by a table. What is wrong is told on stderr in one line.
 *
 *     bool check = false;
 *     const char *folder = "/etc/place";
 *     const struct eh_option rows[] = {{"check", .flag = &check}, {"folder", .text = &folder}};
 *     int code = eh_options_read("placed", rows, 2, argc, argv);     // 0, or how to exit
 *     …argv[optind] is the first word that is no option…
 */
#ifndef EVENHAND_HOST_OPTIONS_H
#define EVENHAND_HOST_OPTIONS_H

#include <evenhand/base/base.h>

#define EH_OPTIONS_MAX 16 /* rows */

/* One of both: an option without a value, or with one. */
struct eh_option {
    const char *name;
    bool *flag;
    const char **text;
};

int eh_options_read(const char *program, const struct eh_option *rows, size_t count, int argc,
                    char **argv) EH_MUST_CHECK;
/* How to exit; says: PROGRAM: WHAT: WHY; try PROGRAM --help. */
int eh_options_wrong(const char *program, const char *what, const char *why);

#endif
