/* options: getopt_long(), with the number of a row for what it returns. */
#include "host/options.h"

#include <getopt.h>
#include <stdio.h>

#include <evenhand/base/exit.h>

#define FIRST 256 /* above any character that getopt_long() returns */

int eh_options_wrong(const char *program, const char *what, const char *why)
{
    fprintf(stderr, "%s: %s: %s; try %s --help\n", program, what, why, program);
    return EH_EXIT_USAGE;
}

static void row_take(const struct eh_option *row)
{
    if (row->text)
        *row->text = optarg;
    else
        *row->flag = true;
}

int eh_options_read(const char *program, const struct eh_option *rows, size_t count, int argc,
                    char **argv)
{
    struct option options[EH_OPTIONS_MAX + 1] = {0};
    int option;
    eh_require(count <= EH_OPTIONS_MAX);
    for (size_t i = 0; i < count; i++)
        options[i] = (struct option){rows[i].name, rows[i].text ? required_argument : no_argument,
                                     NULL, FIRST + (int)i};
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        if (option == ':')
            return eh_options_wrong(program, argv[optind - 1], "needs a value");
        if (option == '?')
            return eh_options_wrong(program, argv[optind - 1], "no such option");
        row_take(&rows[option - FIRST]);
    }
    return 0;
}
