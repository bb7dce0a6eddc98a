/* main: evenhand-bridge's command line. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include <evenhand/base/exit.h>

#include "bridge/commands/commands.h"
#include "bridge/profile/connection.h"
#include "host/log.h"
#include "host/options.h"

static const char help[] =
    "evenhand-bridge connects a helpdesk to evenhand: it hears of tickets by webhook\n"
    "and by sweeps, has them dealt, and sets their owners.\n"
    "\n"
    "Usage: evenhand-bridge --connection NAME [--check]\n"
    "       evenhand-bridge add PROFILE URL [--name NAME]\n"
    "       evenhand-bridge check NAME\n"
    "       evenhand-bridge status [NAME]\n"
    "       evenhand-bridge parked NAME [retry ID | drop ID]\n"
    "       evenhand-bridge sweep NAME\n"
    "\n"
    "  --connection NAME  run the connection " EH_CONNECTIONS_FOLDER "/NAME.yaml\n"
    "  --check            read its files, compile its programs, say what is wrong, and end\n"
    "  --name NAME        what add calls the connection, instead of PROFILE\n"
    "  --profiles FOLDER  where add finds profiles, instead of " EH_PROFILES_FOLDER "\n"
    "  --folder FOLDER    where connections are, instead of " EH_CONNECTIONS_FOLDER "\n"
    "  --ca FILE          certificates that add checks the helpdesk's against\n"
    "  --socket PATH      where add finds evenhandd's admin socket\n"
    "  --json             answers for programs\n"
    "  --verbose          log what is done, too\n"
    "  --version          print the version\n"
    "  --help             print this\n"
    "\n"
    "Commands:\n"
    "  add PROFILE URL    connect a helpdesk: asks for its secret, reads groups and agents,\n"
    "                     writes the connection, makes the webhook\n"
    "  check NAME         the same as --check, and ask the helpdesk who may take tickets\n"
    "  status [NAME]      how the connection is, or each of them\n"
    "  parked NAME        owners that could not be set; retry one, or drop it\n"
    "  sweep NAME         compare all open tickets now\n"
    "\n"
    "Exit codes: 0 done, 1 refused, 2 wrong call, 69 unreachable, 77 not allowed,\n"
    "78 bad configuration. More: man evenhand-bridge\n";

struct command {
    const char *name;
    int (*run)(const struct eh_bridge_call *);
    int least, most; /* words behind it; the first is the connection's name */
};

static const struct command commands[] = {
    {"add", eh_bridge_add, 2, 2},       {"check", eh_bridge_check, 1, 1},
    {"status", eh_bridge_status, 0, 1}, {"parked", eh_bridge_parked, 1, 3},
    {"sweep", eh_bridge_sweep, 1, 1},
};

static int wrong_call(const char *what, const char *why)
{
    return eh_options_wrong("evenhand-bridge", what, why);
}

static void on_ready(void)
{
    sd_notify(0, "READY=1");
}

static int run_command(struct eh_bridge_call *call, int argc, char **argv)
{
    size_t i = 0, count = sizeof commands / sizeof *commands;
    while (i < count && strcmp(commands[i].name, argv[0]) != 0)
        i++;
    if (i == count)
        return wrong_call(argv[0], "no such command");
    if (argc - 1 < commands[i].least)
        return wrong_call(argv[0], "something is missing");
    if (argc - 1 > commands[i].most)
        return wrong_call(argv[commands[i].most + 1], "is too much");
    call->name = argv[1];
    for (int k = 2; k < argc; k++)
        call->words[k - 2] = argv[k];
    return commands[i].run(call);
}

struct wishes {
    bool check, verbose, version, help;
};

static int read_options(int argc, char **argv, struct eh_bridge_call *call, struct wishes *wishes)
{
    const struct eh_option options[] = {{"connection", .text = &call->name},
                                        {"folder", .text = &call->folder},
                                        {"profiles", .text = &call->profiles},
                                        {"check", .flag = &wishes->check},
                                        {"name", .text = &call->rename},
                                        {"socket", .text = &call->socket},
                                        {"ca", .text = &call->ca},
                                        {"json", .flag = &call->json},
                                        {"verbose", .flag = &wishes->verbose},
                                        {"version", .flag = &wishes->version},
                                        {"help", .flag = &wishes->help}};
    return eh_options_read("evenhand-bridge", options, sizeof options / sizeof *options, argc,
                           argv);
}

int main(int argc, char **argv)
{
    static const struct eh_bridge_hooks hooks = {on_ready};
    struct eh_bridge_call call = {.folder = EH_CONNECTIONS_FOLDER};
    struct wishes wishes = {0};
    int code = read_options(argc, argv, &call, &wishes);
    if (code)
        return code;
    if (wishes.help)
        return fputs(help, stdout), 0;
    if (wishes.version)
        return puts("evenhand-bridge " EVENHAND_VERSION), 0;
    eh_bridge_need_memory();
    eh_log_open(wishes.verbose ? EH_LOG_DEBUG : EH_LOG_INFO);
    if (optind < argc && call.name)
        return wrong_call(argv[optind], "not beside --connection");
    if (optind < argc)
        return run_command(&call, argc - optind, argv + optind);
    if (!call.name)
        return wrong_call("evenhand-bridge", "name a connection or a command");
    return wishes.check ? eh_bridge_check_files(&call) : eh_bridge_run(&call, &hooks);
}
