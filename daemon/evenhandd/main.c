/* main: evenhandd's command line. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <jansson.h>

#include <evenhand/draw/hash.h>

#include "life.h"
#include "host/log.h"
#include "store/schema.h"

#define DEFAULT_CONFIG "/etc/evenhand/evenhandd.yaml"
#define REASON_MAX     250 /* bytes of a reason that the log keeps */

static const char help[] =
    "evenhandd deals helpdesk work even-handedly: it reads tickets from a Redis\n"
    "stream, assigns each to a rep, records everything in PostgreSQL, and answers\n"
    "managers on a Unix socket.\n"
    "\n"
    "Usage: evenhandd [--config FILE] [--check | --migrate | --version | --help]\n"
    "       evenhandd [--config FILE] [--new-key REASON | --accept-time REASON]\n"
    "\n"
    "  --config FILE  configuration (default " DEFAULT_CONFIG ")\n"
    "  --check        read configuration and desk file, say what is wrong, and end\n"
    "  --migrate      bring the database's schema up to date, then end\n"
    "  --new-key REASON\n"
    "                 the master key is lost for good: make another one, log who\n"
    "                 did it and why, then end (evenhandd(8), A LOST KEY)\n"
    "  --accept-time REASON\n"
    "                 go on by this clock, though the log's time is another one, and\n"
    "                 log who said so and why (evenhandd(8), A WRONG CLOCK)\n"
    "  --version      print the version\n"
    "  --help         print this\n"
    "\n"
    "A first start:\n"
    "  evenhandd --config evenhandd.yaml --check\n"
    "  evenhandd --config evenhandd.yaml --migrate\n"
    "  evenhandd --config evenhandd.yaml\n"
    "\n"
    "Signals: SIGHUP reads the desk file again, SIGTERM finishes what was read and\n"
    "leaves. Exit codes: 0 done, 1 could not go on, 2 wrong call, 69 PostgreSQL\n"
    "unreachable, 78 bad configuration, schema or clock. More: man evenhandd\n";

enum mode {
    MODE_RUN,
    MODE_CHECK,
    MODE_MIGRATE,
    MODE_NEW_KEY,
    MODE_ACCEPT_TIME,
    MODE_VERSION,
    MODE_HELP
};

static void migrated(void *context, int version, const char *name)
{
    (void)context;
    printf("schema %d (%s) applied\n", version, name);
}

static int migrate(const struct eh_config *config)
{
    struct eh_error error = {0};
    int r = eh_schema_migrate(config->postgres, migrated, NULL, &error);
    if (r < 0) {
        eh_log_say(error.text);
        return r == -EH_EUNAVAILABLE ? EH_EXIT_UNAVAILABLE : EH_EXIT_CONFIG;
    }
    printf("schema is at version %d\n", eh_schema_version());
    return 0;
}

static int check(const struct eh_config *config, const char *path)
{
    struct eh_error error = {0};
    if (eh_life_check(config, &error) < 0) {
        eh_log_say(error.text);
        return EH_EXIT_CONFIG;
    }
    printf("%s and %s are good\n", path, config->desk);
    return 0;
}

/* Without memory jansson goes on, and may leave out the end of a number: better to end and begin
 * again. Not by a signal: to die of one is what a child that tries an entry tells by. */
static void *allocate_for_json(size_t size)
{
    void *bytes = malloc(size);
    if (!bytes) {
        fputs("evenhandd: out of memory\n", stderr);
        _exit(EXIT_FAILURE);
    }
    return bytes;
}

static int with_config(enum mode mode, const char *path, const struct eh_orders *orders)
{
    struct eh_config *config;
    struct eh_error error = {0};
    json_set_alloc_funcs(allocate_for_json, free);
    if (eh_draw_init() < 0) {
        fprintf(stderr, "evenhandd: libsodium cannot be used on this machine\n");
        return EH_EXIT_CONFIG;
    }
    if (eh_config_load(path, &config, &error) < 0) {
        eh_log_say(error.text);
        return EH_EXIT_CONFIG;
    }
    int r;
    if (mode == MODE_CHECK) {
        r = check(config, path);
    } else if (mode == MODE_MIGRATE) {
        r = migrate(config);
    } else {
        eh_log_open(config->log_level);
        r = eh_life_run(config, orders);
    }
    eh_config_free(config);
    return r;
}

static int wrong_call(const char *what, const char *why)
{
    fprintf(stderr, "evenhandd: %s: %s; try evenhandd --help\n", what, why);
    return EH_EXIT_USAGE;
}

/* What it was called for. */
struct call {
    enum mode mode;
    const char *path;   /* of the configuration */
    const char *reason; /* of --new-key and --accept-time */
};

/* Takes one option. NULL: it is taken; else what is wrong with it. */
static const char *call_take(struct call *call, int option)
{
    if (option == 'c')
        call->path = optarg;
    else if (option == ':')
        return "needs a value";
    else if (option == '?')
        return "no such option";
    else if (call->mode != MODE_RUN && call->mode != (enum mode)option)
        return "not beside another of its kind";
    else
        call->mode = (enum mode)option;
    if (option == MODE_NEW_KEY || option == MODE_ACCEPT_TIME)
        call->reason = optarg;
    return NULL;
}

static int call_do(const struct call *call)
{
    const struct eh_orders orders = {.new_key = call->mode == MODE_NEW_KEY ? call->reason : NULL,
                                     .accept_time =
                                         call->mode == MODE_ACCEPT_TIME ? call->reason : NULL};
    if (call->mode == MODE_HELP)
        return fputs(help, stdout), 0;
    if (call->mode == MODE_VERSION)
        return puts("evenhandd " EVENHAND_VERSION), 0;
    return with_config(call->mode, call->path, &orders);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"check", no_argument, NULL, MODE_CHECK},
        {"migrate", no_argument, NULL, MODE_MIGRATE},
        {"version", no_argument, NULL, MODE_VERSION},
        {"new-key", required_argument, NULL, MODE_NEW_KEY},
        {"accept-time", required_argument, NULL, MODE_ACCEPT_TIME},
        {"help", no_argument, NULL, MODE_HELP},
        {NULL, 0, NULL, 0}};
    struct call call = {.mode = MODE_RUN, .path = DEFAULT_CONFIG};
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        const char *wrong = call_take(&call, option);
        if (wrong)
            return wrong_call(argv[optind - 1], wrong);
    }
    if (call.reason && !eh_name_valid(eh_str(call.reason), REASON_MAX)) {
        fprintf(stderr, "evenhandd: --%s: say why in one line of 1 to %d bytes\n",
                call.mode == MODE_NEW_KEY ? "new-key" : "accept-time", REASON_MAX);
        return EH_EXIT_USAGE;
    }
    if (optind < argc)
        return wrong_call(argv[optind], "takes no arguments");
    return call_do(&call);
}
