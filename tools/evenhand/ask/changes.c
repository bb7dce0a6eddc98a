/* changes: signals, a manager's overrides, and outcomes. */
#include "changes.h"

#include <stdio.h>
#include <unistd.h>

#include <evenhand/wire/desk.h>
#include <evenhand/wire/message.h>

#include "client/caller.h"
#include "client/http.h"
#include "client/object.h"
#include "commands.h"
#include "term/args.h"
#include "term/say.h"
#include "term/text.h"

bool eh_change_text(const struct eh_cli *cli, json_t *body, const char *key, const char *text)
{
    if (!text || json_object_set_new(body, key, json_string(text)) == 0)
        return true;
    eh_say(cli, EH_EXIT_USAGE, "%s: not valid UTF-8", key);
    return false;
}

/* " until 17:00:00 CET (in 2h)", or nothing. */
static void answer_moment(const json_t *answer, const char *key, const char *word, int64_t now_us,
                          char ret[2 * EH_CLI_TEXT + 16])
{
    char when[EH_CLI_TEXT], span[EH_CLI_TEXT];
    int64_t us;
    ret[0] = '\0';
    if (!eh_object_time_us(answer, key, &us))
        return;
    eh_text_when_short(now_us, us, when);
    eh_text_ago(now_us, us, span);
    eh_format(ret, 2 * EH_CLI_TEXT + 16, "%s%s (%s)", word, when, span);
}

#define BOUND_TEXT (EH_NAME_MAX + EH_CLI_TEXT + 48)

/* "; at_most of team sales: 8h": the team's rule that changed what was asked for. */
static void bound_text(const json_t *bound, char ret[BOUND_TEXT])
{
    char span[EH_CLI_TEXT];
    const char *rule = eh_object_text(bound, "rule"), *team = eh_object_text(bound, "team");
    ret[0] = '\0';
    if (!rule || !team)
        return;
    eh_text_span(eh_object_int(bound, "seconds"), span);
    eh_format(ret, BOUND_TEXT, "; %s of team %s: %s", rule, team, span);
}

/* "; off until 08:00:00 CET (in 2h): no tickets before": nothing is dealt to whoever is off,
 * whatever they say. "": they are not. */
static void off_text(const json_t *answer, int64_t now_us, char ret[2 * EH_CLI_TEXT + 48])
{
    char until[2 * EH_CLI_TEXT + 16];
    answer_moment(answer, "off_until", " until ", now_us, until);
    ret[0] = '\0';
    if (json_is_true(json_object_get(answer, "off")))
        eh_format(ret, 2 * EH_CLI_TEXT + 48, "; off%s: no tickets %s", until,
                  *until ? "before" : "meanwhile");
}

static int post_signal(struct eh_cli *cli, const char *status, json_t *body)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    char path[EH_CLI_PATH], rep[EH_NAME_MAX + 1];
    int r = EH_EXIT_DONE;
    if (cli->arg_count)
        eh_format(rep, sizeof rep, "%s", cli->args[0]);
    else
        r = eh_caller_rep(cli, rep);
    if (r == EH_EXIT_DONE && !eh_path(path, "/v1/reps/%s/signal", rep))
        r = eh_say_long(cli, rep);
    if (r != EH_EXIT_DONE) {
        json_decref(body);
        return r;
    }
    r = eh_http_post(cli, path, body, &answer);
    if (eh_answer_told(cli, r, &answer))
        return r;
    char begins[2 * EH_CLI_TEXT + 16], ends[2 * EH_CLI_TEXT + 16], bound[BOUND_TEXT];
    char off[2 * EH_CLI_TEXT + 48];
    int64_t now_us = eh_text_now_us(), from_us = 0;
    bool later = eh_object_time_us(answer.json, "from", &from_us) && from_us > now_us;
    answer_moment(answer.json, "from", " from ", now_us, begins);
    answer_moment(answer.json, "until", " until ", now_us, ends);
    bound_text(json_object_get(answer.json, "bound"), bound);
    off_text(answer.json, now_us, off);
    printf("%s is %s%s%s%s%s\n", rep, status, later ? begins : "", ends, bound, off);
    return EH_EXIT_DONE;
}

/* `span`: how long, as typed; NULL: not given. */
static int signal_command(struct eh_cli *cli, const char *status, const char *span)
{
    struct eh_error error = {0};
    int64_t seconds = 0;
    if (span && eh_duration_parse(eh_str(span), &seconds, &error) < 0)
        return eh_say_usage(cli, "--for: %s", error.text);
    json_t *body = json_pack("{s:s}", "status", status);
    if (span)
        json_object_set_new(body, "for", json_integer(seconds));
    if (!eh_change_text(cli, body, "reason", eh_cli_option(cli, "reason"))) {
        json_decref(body);
        return EH_EXIT_USAGE;
    }
    return post_signal(cli, status, body);
}

int eh_cmd_overloaded(struct eh_cli *cli)
{
    return signal_command(cli, "overloaded", eh_cli_option(cli, "for"));
}

int eh_cmd_available(struct eh_cli *cli)
{
    return signal_command(cli, "available", NULL);
}

int eh_cmd_away(struct eh_cli *cli)
{
    return signal_command(cli, "away", eh_cli_option(cli, "for"));
}

/* Where the ticket is now: "; with ana", "; it waits"; nothing when it is closed. */
static void place_put(const json_t *answer, char *ret, size_t size)
{
    const char *state = eh_object_text(answer, "state"), *rep = eh_object_text(answer, "rep");
    bool waits = state && strcmp(state, "waiting") == 0;
    ret[0] = '\0';
    if (waits || (state && rep))
        eh_format(ret, size, "; %s%s", waits ? "it waits" : "with ", waits ? "" : rep);
}

int eh_change_post(struct eh_cli *cli, const char *path, json_t *body, const char *done)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    char place[EH_NAME_MAX + 16];
    int r = eh_http_post(cli, path, body, &answer);
    place_put(answer.json, place, sizeof place);
    if (!eh_answer_told(cli, r, &answer))
        printf("%s%s%s\n", done, place,
               json_is_true(json_object_get(answer.json, "repeat")) ? " (it was already)"
               : json_is_true(json_object_get(answer.json, "parked"))
                   ? " once this ticket comes; it is not there, and refused when it stays away"
                   : "");
    return r;
}

/* assign, move and return: a ticket, a reason, and a target unless it goes back to the deal. */
static int ticket_redirect(struct eh_cli *cli, const char *verb, const char *key, const char *done)
{
    const char *source = eh_cli_option(cli, "source");
    char path[EH_CLI_PATH];
    if (!eh_path(path, "/v1/tickets/%s/%s/", source ? source : "default", cli->args[0]) ||
        !eh_path_add(path, verb, ""))
        return eh_say_long(cli, cli->args[0]);
    json_t *body = json_object();
    if ((key && !eh_change_text(cli, body, key, cli->args[1])) ||
        !eh_change_text(cli, body, "reason", eh_cli_option(cli, "reason"))) {
        json_decref(body);
        return EH_EXIT_USAGE;
    }
    return eh_change_post(cli, path, body, done);
}

int eh_cmd_assign(struct eh_cli *cli)
{
    char done[320];
    eh_format(done, sizeof done, "%s: given by hand", cli->args[0]);
    return ticket_redirect(cli, "assign", "rep", done);
}

int eh_cmd_move(struct eh_cli *cli)
{
    char done[320];
    eh_format(done, sizeof done, "%s: moved to team %s", cli->args[0], cli->args[1]);
    return ticket_redirect(cli, "move", "team", done);
}

int eh_cmd_return(struct eh_cli *cli)
{
    char done[320];
    eh_format(done, sizeof done, "%s: back to the deal", cli->args[0]);
    return ticket_redirect(cli, "return", NULL, done);
}

int eh_cmd_answered(struct eh_cli *cli)
{
    const char *source = eh_cli_option(cli, "source"), *at = eh_cli_option(cli, "at");
    char path[EH_CLI_PATH], done[320];
    struct eh_error error = {0};
    int64_t us;
    int32_t day;
    if (!eh_path(path, "/v1/tickets/%s/%s/answered", source ? source : "default", cli->args[0]))
        return eh_say_long(cli, cli->args[0]);
    if (at && eh_date_parse(eh_str(at), &day, NULL) == 0)
        return eh_say_usage(cli, "--at: `%s` is a day; a time is needed: 2026-03-02T09:30Z", at);
    if (at && eh_time_parse(eh_str(at), &us, &error) < 0)
        return eh_say_usage(cli, "--at: %s", error.text);
    json_t *body = json_object();
    if (at)
        json_object_set_new(body, "at", json_integer(us / 1000));
    if (!eh_change_text(cli, body, "event", eh_cli_option(cli, "event"))) {
        json_decref(body);
        return EH_EXIT_USAGE;
    }
    eh_format(done, sizeof done, "%s: answered", cli->args[0]);
    return eh_change_post(cli, path, body, done);
}

/* pause and resume: what a ticket says of itself, no reason. */
static int ticket_pause(struct eh_cli *cli, bool paused)
{
    const char *source = eh_cli_option(cli, "source");
    char path[EH_CLI_PATH], done[320];
    if (!eh_path(path, "/v1/tickets/%s/%s/update", source ? source : "default", cli->args[0]))
        return eh_say_long(cli, cli->args[0]);
    json_t *body = json_object();
    json_object_set_new(body, "paused", json_boolean(paused));
    eh_format(done, sizeof done, "%s: %s", cli->args[0],
              paused ? "waits for the customer" : "goes on");
    return eh_change_post(cli, path, body, done);
}

int eh_cmd_pause(struct eh_cli *cli)
{
    return ticket_pause(cli, true);
}

int eh_cmd_resume(struct eh_cli *cli)
{
    return ticket_pause(cli, false);
}

int eh_cmd_release(struct eh_cli *cli)
{
    char path[EH_CLI_PATH], done[320];
    if (!eh_path(path, "/v1/reps/%s/release", cli->args[0]))
        return eh_say_long(cli, cli->args[0]);
    json_t *body = json_object();
    if (!eh_change_text(cli, body, "reason", eh_cli_option(cli, "reason"))) {
        json_decref(body);
        return EH_EXIT_USAGE;
    }
    eh_format(done, sizeof done, "%s is away; the open tickets go back to the deal", cli->args[0]);
    return eh_change_post(cli, path, body, done);
}

/* Decimals of the desk's currency: from the status, else out of the desk file. */
static int ticket_exponent(const struct eh_cli *cli, unsigned *ret)
{
    EH_AUTO(eh_answer) struct eh_answer status = {0};
    int r = eh_http_get(cli, "/v1/status", &status);
    if (r != EH_EXIT_DONE)
        return r;
    const char *currency = eh_object_text(status.json, "currency");
    int exponent = currency ? eh_currency_exponent(eh_str(currency)) : -1;
    if (exponent >= 0) {
        *ret = (unsigned)exponent;
        return EH_EXIT_DONE;
    }
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_desk *desk;
    r = eh_http_get(cli, "/v1/desk", &answer);
    if (r != EH_EXIT_DONE)
        return r;
    if (eh_desk_parse(eh_str(eh_object_text(answer.json, "text")), &arena, &desk, NULL) < 0)
        return eh_say(cli, EH_EXIT_REFUSED,
                      "--value: the daemon does not tell the desk's currency");
    *ret = desk->currency_exponent;
    return EH_EXIT_DONE;
}

/* Puts --reason into the message. */
static int reason_put(const struct eh_cli *cli, json_t *body)
{
    static const char *const reasons[] = {EH_CANCELLED_REASONS};
    const char *reason = eh_cli_option(cli, "reason");
    bool known = !reason;
    for (size_t i = 0; reason && i < sizeof reasons / sizeof *reasons; i++)
        known = known || strcmp(reason, reasons[i]) == 0;
    if (!known)
        return eh_say_usage(
            cli, "--reason: `%s` is none of spam, duplicate, merged, test, customer", reason);
    if (reason && strcmp(cli->args[1], "cancelled") != 0)
        return eh_say_usage(cli, "--reason: only what is cancelled has one");
    if (reason)
        json_object_set_new(body, "reason", json_string(reason));
    return EH_EXIT_DONE;
}

/* Puts --value, --csat, --handled and --at into the message. */
static int numbers_put(const struct eh_cli *cli, json_t *body)
{
    const char *csat = eh_cli_option(cli, "csat"), *handled = eh_cli_option(cli, "handled");
    const char *at = eh_cli_option(cli, "at"), *value = eh_cli_option(cli, "value");
    struct eh_error error = {0};
    int64_t n;
    int32_t day;
    if (csat) {
        if (eh_integer_parse(eh_str(csat), &n, NULL) < 0 || n < 1 || n > 5)
            return eh_say_usage(cli, "--csat: `%s` is not a whole number from 1 to 5", csat);
        json_object_set_new(body, "csat", json_integer(n));
    }
    if (handled) {
        if (eh_duration_parse(eh_str(handled), &n, &error) < 0)
            return eh_say_usage(cli, "--handled: %s", error.text);
        json_object_set_new(body, "handled", json_integer(n));
    }
    if (at) {
        if (eh_time_parse(eh_str(at), &n, &error) < 0)
            return eh_say_usage(cli, "--at: %s", error.text);
        bool day_alone =
            eh_date_parse(eh_str(at), &day, NULL) == 0; /* a day of the desk's zone, not of UTC */
        json_object_set_new(body, "at", day_alone ? json_string(at) : json_integer(n / 1000));
    }
    if (value) {
        unsigned exponent = 0;
        if (eh_money_parse(eh_str(value), EH_MONEY_EXPONENT_MAX, &n, &error) < 0)
            return eh_say_usage(cli, "--value: %s", error.text);
        int r = ticket_exponent(cli, &exponent);
        if (r != EH_EXIT_DONE)
            return r;
        if (eh_money_parse(eh_str(value), exponent, &n, &error) < 0)
            return eh_say_usage(cli, "--value: %s", error.text);
        if (n < 0)
            return eh_say_usage(cli, "--value: `%s` is below 0", value);
        json_object_set_new(body, "value", json_integer(n));
    }
    return EH_EXIT_DONE;
}

int eh_cmd_outcome(struct eh_cli *cli)
{
    const char *outcome = cli->args[1], *source = eh_cli_option(cli, "source");
    char path[EH_CLI_PATH], done[320];
    if (eh_outcome_from_name(eh_str(outcome)) <= 0)
        return eh_say_usage(cli,
                            "%s: no outcome; there are won, lost, resolved, cancelled, reopened, "
                            "refunded, rated",
                            outcome);
    if (!eh_path(path, "/v1/tickets/%s/%s/outcome", source ? source : "default", cli->args[0]))
        return eh_say_long(cli, cli->args[0]);
    json_t *body = json_pack("{s:s}", "outcome", outcome);
    int r = numbers_put(cli, body);
    if (r == EH_EXIT_DONE)
        r = reason_put(cli, body);
    if (r == EH_EXIT_DONE && !eh_change_text(cli, body, "event", eh_cli_option(cli, "event")))
        r = EH_EXIT_USAGE;
    if (r != EH_EXIT_DONE) {
        json_decref(body);
        return r;
    }
    eh_format(done, sizeof done, "%s: %s", cli->args[0], outcome);
    return eh_change_post(cli, path, body, done);
}

bool eh_change_confirmed(const struct eh_cli *cli, const char *question)
{
    char line[16] = "";
    if (eh_cli_option(cli, "yes") || !isatty(STDIN_FILENO))
        return true;
    fprintf(stderr, "%s [y/N] ", question);
    return fgets(line, sizeof line, stdin) && (line[0] == 'y' || line[0] == 'Y');
}
