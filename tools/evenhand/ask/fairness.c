/*
 * fairness: `evenhand fairness`: asks the daemon when there is one, else replays the log.
 */
#include "fairness.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "commands.h"
#include "log/log.h"
#include "term/args.h"
#include "term/say.h"

#define PRECISION 12 /* digits of a number in JSON */

/* Whether a process listens on the socket. */
static bool daemon_is_reachable(const struct eh_cli *cli)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(cli->socket) >= sizeof address.sun_path)
        return false;
    strcpy(address.sun_path, cli->socket);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0)
        close(fd);
    return is;
}

static int option_date(const struct eh_cli *cli, const char *option, int32_t missing, int32_t *ret)
{
    const char *text = eh_cli_option(cli, option);
    struct eh_error error = {0};
    *ret = missing;
    if (text && eh_date_parse(eh_str(text), ret, &error) < 0)
        return eh_say_usage(cli, "--%s: %s", option, error.text);
    return EH_EXIT_DONE;
}

static int call_read(const struct eh_cli *cli, struct eh_fairness_call *ret)
{
    ret->team = cli->args[0];
    int r = option_date(cli, "from", EH_DATE_ALWAYS, &ret->from);
    if (r == EH_EXIT_DONE)
        r = option_date(cli, "to", EH_DATE_NEVER, &ret->to);
    ret->bias = eh_cli_option(cli, "bias") != NULL;
    if (r == EH_EXIT_DONE && ret->bias && (ret->from != EH_DATE_ALWAYS || ret->to == EH_DATE_NEVER))
        return eh_say_usage(cli, "--bias goes with --to: the month is that of its day");
    if (r == EH_EXIT_DONE && ret->bias)
        ret->from = eh_period_first(eh_period_of(EH_PERIOD_MONTH, ret->to));
    if (r == EH_EXIT_DONE && ret->from > ret->to)
        r = eh_say_usage(cli, "--to: %s is before --from", eh_cli_option(cli, "to"));
    return r;
}

static int report_from_daemon(const struct eh_cli *cli, struct eh_answer *answer)
{
    char path[EH_CLI_PATH];
    const char *from = eh_cli_option(cli, "from"), *to = eh_cli_option(cli, "to");
    if (!eh_path(path, "/v1/teams/%s/fairness", cli->args[0]) ||
        (from && !eh_path_add(path, "?from=", from)) ||
        (to && !eh_path_add(path, from ? "&to=" : "?to=", to)))
        return eh_say_long(cli, cli->args[0]);
    return eh_http_get(cli, path, answer);
}

static int report_from_database(const struct eh_cli *cli, const char *conninfo,
                                const struct eh_fairness_call *call, struct eh_answer *answer)
{
    int r = eh_fairness_from_log(cli, conninfo, call, &answer->json);
    if (r != EH_EXIT_DONE)
        return r;
    char *text = json_dumps(answer->json, JSON_COMPACT | JSON_REAL_PRECISION(PRECISION));
    eh_require(text);
    eh_bytes_put(&answer->text, text, strlen(text));
    free(text);
    return EH_EXIT_DONE;
}

int eh_cmd_fairness(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    const char *db = eh_cli_option(cli, "db");
    struct eh_fairness_call call;
    int r = call_read(cli, &call);
    if (r != EH_EXIT_DONE)
        return r;
    if (!db && !call.bias && daemon_is_reachable(cli))
        r = report_from_daemon(cli, &answer);
    else
        r = report_from_database(cli, eh_cli_log_conninfo(db), &call, &answer);
    if (eh_answer_told(cli, r, &answer))
        return r;
    if (call.bias)
        eh_fairness_bias_show(answer.json);
    else
        eh_fairness_show(cli, answer.json);
    return r;
}
