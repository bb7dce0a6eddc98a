/* main: evenhand-web's command line, and its life from the start to the signal that ends it. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <jansson.h>
#include <systemd/sd-daemon.h>

#include <evenhand/base/exit.h>

#include "host/log.h"
#include "host/loop.h"
#include "host/options.h"
#include "web/serve/serve.h"
#include "web/sign/sign.h"

static const char help[] =
    "evenhand-web shows evenhand in a browser, and takes what people change there.\n"
    "\n"
    "Usage: evenhand-web [--config FILE] [--check]\n"
    "       evenhand-web [--config FILE] --link USER\n"
    "       evenhand-web [--config FILE] --revoke USER\n"
    "\n"
    "  --config FILE  read this file instead of " EH_WEB_CONFIG_FILE "\n"
    "  --check        read the file, say what is wrong, and end\n"
    "  --link USER    print an address that signs the user in, once\n"
    "  --revoke USER  end all sessions and links of the user\n"
    "  --version      print the version\n"
    "  --help         print this\n"
    "\n"
    "Exit codes: 0 done, 2 wrong call, 69 unreachable, 77 not allowed,\n"
    "78 bad configuration. More: man evenhand-web\n";

struct wishes {
    const char *config, *link, *revoke;
    bool check, version, help;
};

static int wrong_call(const char *what, const char *why)
{
    return eh_options_wrong("evenhand-web", what, why);
}

static int fail(const struct eh_error *error)
{
    fprintf(stderr, "evenhand-web: %s\n", error->text);
    if (error->code == EH_EDENIED)
        return EH_EXIT_DENIED;
    return error->code == EH_EUNAVAILABLE ? EH_EXIT_UNAVAILABLE : EH_EXIT_CONFIG;
}

/* Without memory jansson goes on, and may leave out the end of a text: better to end and begin
 * again. */
static void *allocate_for_json(size_t size)
{
    void *bytes = malloc(size);
    if (!bytes) {
        fputs("evenhand-web: out of memory\n", stderr);
        _exit(EXIT_FAILURE);
    }
    return bytes;
}

/* ---- Commands. */

static int run_sign(const struct eh_web_config *config, const struct wishes *wishes)
{
    struct eh_sign *sign;
    struct eh_error error = {0};
    char url[EH_SIGN_URL_MAX];
    int r = eh_sign_new(config, &sign, &error);
    if (r < 0)
        return fail(&error);
    if (wishes->link)
        r = eh_sign_link(sign, eh_str(wishes->link), url, &error);
    else
        r = eh_sign_revoke(sign, eh_str(wishes->revoke), &error);
    eh_sign_free(sign);
    if (r < 0)
        return fail(&error);
    if (wishes->link)
        puts(url);
    return EH_EXIT_DONE;
}

static void on_signal(evutil_socket_t number, short what, void *context)
{
    (void)what;
    eh_log(EH_LOG_INFO, "stopping: signal %d", (int)number);
    event_base_loopexit(context, NULL);
}

static int watch_signals(struct event_base *base, struct event *ret[2], struct eh_error *error)
{
    ret[0] = evsignal_new(base, SIGTERM, on_signal, base);
    ret[1] = evsignal_new(base, SIGINT, on_signal, base);
    return ret[0] && ret[1] && event_add(ret[0], NULL) == 0 && event_add(ret[1], NULL) == 0
               ? 0
               : eh_error_set(error, EH_ENOMEM, "out of memory");
}

static int serve(struct event_base *base, const struct eh_web_config *config,
                 struct eh_error *error)
{
    struct event *signals[2] = {NULL, NULL};
    struct eh_serve *serving = NULL;
    int r = watch_signals(base, signals, error);
    if (r == 0)
        r = eh_serve_new(base, config, &serving, error);
    if (r == 0) {
        eh_log(EH_LOG_INFO, "serving %s on %s", config->public_url, config->listen);
        sd_notify(0, "READY=1");
        eh_loop_dispatch(base);
    }
    eh_serve_free(serving);
    for (int i = 0; i < 2; i++)
        if (signals[i])
            event_free(signals[i]);
    return r;
}

static int run(const struct eh_web_config *config)
{
    struct eh_error error = {0};
    struct event_base *base = event_base_new();
    int r = base ? serve(base, config, &error) : eh_error_set(&error, EH_ENOMEM, "out of memory");
    if (base)
        event_base_free(base);
    return r < 0 ? fail(&error) : EH_EXIT_DONE;
}

static int read_options(int argc, char **argv, struct wishes *ret)
{
    const struct eh_option options[] = {
        {"config", .text = &ret->config},   {"link", .text = &ret->link},
        {"revoke", .text = &ret->revoke},   {"check", .flag = &ret->check},
        {"version", .flag = &ret->version}, {"help", .flag = &ret->help}};
    int code =
        eh_options_read("evenhand-web", options, sizeof options / sizeof *options, argc, argv);
    if (code)
        return code;
    if (optind < argc)
        return wrong_call(argv[optind], "is too much");
    if (!!ret->link + !!ret->revoke + ret->check > 1)
        return wrong_call("evenhand-web", "--check, --link and --revoke stand alone");
    return 0;
}

int main(int argc, char **argv)
{
    struct wishes wishes = {.config = EH_WEB_CONFIG_FILE};
    struct eh_error error = {0};
    struct eh_web_config *config;
    int code = read_options(argc, argv, &wishes);
    if (code)
        return code;
    if (wishes.help)
        return fputs(help, stdout), 0;
    if (wishes.version)
        return puts("evenhand-web " EVENHAND_VERSION), 0;
    json_set_alloc_funcs(allocate_for_json, free);
    eh_log_open(EH_LOG_INFO);
    if (eh_web_config_load(wishes.config, &config, &error) < 0)
        return fail(&error);
    if (wishes.link || wishes.revoke)
        code = run_sign(config, &wishes);
    else if (!wishes.check)
        code = run(config);
    eh_web_config_free(config);
    return code;
}
