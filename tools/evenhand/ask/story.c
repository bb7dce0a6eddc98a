/* story: one ticket with its whole story, in sentences. */
#include <stdio.h>
#include <stdlib.h>

#include "chances.h"
#include "client/http.h"
#include "client/object.h"
#include "commands.h"
#include "reads.h"
#include "term/args.h"
#include "term/say.h"
#include "term/table.h"
#include "term/text.h"

static void line_show_moment(const struct eh_cli *cli, const json_t *t, const char *name,
                             const char *key, const char *more)
{
    char when[EH_CLI_TEXT], ago[EH_CLI_TEXT];
    int64_t us;
    if (!eh_object_time_us(t, key, &us))
        return;
    eh_text_when(us, when);
    eh_text_ago(eh_text_now_us(), us, ago);
    printf("%s%-9s%s %s, %s%s%s\n", eh_colour_dim(cli), name, eh_colour_end(cli), when, ago,
           more && *more ? ": " : "", more ? more : "");
}

/* A text of a customer, cleaned: it must not send control codes to the terminal. */
static void outside_text(const struct eh_cli *cli, const char *name, const char *text)
{
    if (!text || !*text)
        return;
    char *clean = eh_text_clean(text);
    printf("%s%-9s%s %s\n", eh_colour_dim(cli), name, eh_colour_end(cli), clean);
    free(clean);
}

/* The skills that the ticket asks for, with their levels. */
static void skills_show(const struct eh_cli *cli, const json_t *t)
{
    const json_t *skills = json_object_get(t, "skills");
    char text[EH_CLI_TEXT * 4];
    if (json_array_size(skills) == 0)
        return;
    eh_object_join(skills, text, sizeof text);
    outside_text(cli, "skills", text);
}

static void show_what(const struct eh_cli *cli, const json_t *t)
{
    const char *source = eh_object_text(t, "source"), *kind = eh_object_text(t, "kind");
    const char *currency = eh_object_text(t, "currency"), *team = eh_object_text(t, "team");
    const char *customer = eh_object_text(t, "customer"), *subject = eh_object_text(t, "subject");
    char value[EH_CLI_TEXT];
    bool other = source && strcmp(source, "default") != 0;
    printf("%sticket %s%s%s%s: %s", eh_colour_bold(cli), cli->args[0], other ? " of " : "",
           other ? source : "", eh_colour_end(cli), kind ? kind : "ticket");
    if (eh_object_int(t, "value")) {
        eh_text_money(eh_object_int(t, "value"), eh_object_exponent(t), value);
        printf(" worth %s%s%s", value, currency ? " " : "", currency ? currency : "");
    }
    int64_t raised = eh_object_int(t, "raised");
    printf(" for team %s, priority %lld", team ? team : "?",
           (long long)(eh_object_int(t, "priority") + raised));
    if (raised)
        printf(" (%lld by waiting)", (long long)raised);
    putchar('\n');
    outside_text(cli, "customer", customer);
    outside_text(cli, "subject", subject);
    skills_show(cli, t);
    outside_text(cli, "resent", eh_object_text(t, "resent_of"));
}

/* Why a rep got the ticket, or why nobody did, in words. An unknown reason stays as it is. */
static const struct {
    const char *why, *words;
} reasons[] = {
    {"affinity", "who has or had the same customer's work"},
    {"manager", "by a manager"},
    {"owner", "whom the helpdesk named as its owner"},
    {"release", "after a release"},
    {"return", "after a manager returned it"},
    {"claimed", "who took it at the helpdesk"},
    {"given", "whom somebody gave it to at the helpdesk"},
    {"dropped", "after it was dropped at the helpdesk"},
    {"left", "after the rep who had it left the team"},
    {"overflow", "after it waited for too long"},
    {"unanswered", "after nobody answered it"},
    {"returned", "who had it last in this team"},
    {"nobody", "nobody is available"},
    {"full", "everybody has all they can carry"},
    {"skill", "nobody has the skills it asks for"},
    {"queue", "tickets that waited before are dealt first"},
    {"aside", "PostgreSQL refused to store its deal; update, assign or move it"},
};

static const char *in_words(const char *why)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strcmp(reasons[i].why, why) == 0)
            return reasons[i].words;
    return NULL;
}

static void state_show(const struct eh_cli *cli, const json_t *t)
{
    const char *state = eh_object_text(t, "state"), *rep = eh_object_text(t, "rep");
    const char *why = eh_object_text(t, "why");
    bool waiting = state && strcmp(state, "waiting") == 0;
    const char *with = !rep || !*rep                           ? ""
                       : state && strcmp(state, "closed") == 0 ? ", had by "
                                                               : ", with ";
    printf("%s%-9s%s %s%s%s%s%s%s%s\n", eh_colour_dim(cli), "state", eh_colour_end(cli),
           eh_colour_of(cli, state ? state : ""), state ? state : "?", eh_colour_end(cli), with,
           *with ? rep : "", waiting && why && *why ? ": " : "",
           waiting && why ? (in_words(why) ? in_words(why) : why) : "");
    line_show_moment(cli, t, "received", "received_at", NULL);
    line_show_moment(cli, t, "assigned", "assigned_at", NULL);
    if (!json_is_true(json_object_get(t, "answered")))
        line_show_moment(cli, t, "due", "due_at",
                         json_is_true(json_object_get(t, "late")) ? "late" : NULL);
    char lapse[LAPSE_TEXT];
    if (eh_show_lapse(t, eh_text_now_us(), lapse))
        printf("%s%-9s%s %s\n", eh_colour_dim(cli), "lapses", eh_colour_end(cli), lapse);
    if (eh_object_has(t, "paused_at"))
        line_show_moment(cli, t, "paused", "paused_at",
                         json_is_true(json_object_get(t, "paused_counts"))
                             ? "waits for the customer; its points count"
                             : "waits for the customer");
    line_show_moment(cli, t, "closed", "closed_at", eh_object_text(t, "outcome"));
    if (eh_object_int(t, "refunded")) {
        char money[EH_CLI_TEXT];
        const char *currency = eh_object_text(t, "currency");
        eh_text_money(eh_object_int(t, "refunded"), eh_object_exponent(t), money);
        printf("%s%-9s%s %s %s\n", eh_colour_dim(cli), "refunded", eh_colour_end(cli), money,
               currency ? currency : "");
    }
}

/* One line of history as a sentence. */
static void entry_sentence(const json_t *h, char *ret, size_t size)
{
    const char *rep = eh_object_text(h, "rep"), *was = eh_object_text(h, "was");
    const char *why = eh_object_text(h, "why"), *type = eh_object_text(h, "type");
    const char *words = why ? in_words(why) : NULL;
    bool has_rep = rep && *rep, had = was && *was, said = why && *why;
    if (type && strcmp(type, "closed") == 0)
        eh_format(ret, size, "closed%s%s", said ? ": " : "", said ? why : "");
    else if (type && strcmp(type, "moved") == 0)
        eh_format(ret, size, "moved to team %s%s%s%s",
                  eh_object_text(h, "team") ? eh_object_text(h, "team") : "?",
                  said && strcmp(why, "overflow") == 0 ? " after it waited for too long" : "",
                  had ? ", was with " : "", had ? was : "");
    else if (type && strcmp(type, "late") == 0)
        eh_format(ret, size, "late: not answered in time%s%s", has_rep ? ", with " : "",
                  has_rep ? rep : "");
    else if (type && strcmp(type, "answered") == 0)
        eh_format(ret, size, "answered%s%s", has_rep ? ", with " : "", has_rep ? rep : "");
    else if (type && strcmp(type, "unanswered") == 0)
        eh_format(ret, size, "not answered in time by %s%s", has_rep ? rep : "?",
                  said && strcmp(why, "return") == 0 ? ": it goes back to the deal" : "");
    else if (type && strcmp(type, "resent") == 0)
        eh_format(ret, size, "sent again: it had been cancelled as %s", said ? why : "?");
    else if (type && strcmp(type, "returned") == 0)
        eh_format(ret, size, "reopened, with %s again", has_rep ? rep : "?");
    else if (type && strcmp(type, "held") == 0)
        eh_format(ret, size, "with somebody outside the team%s%s", had ? ", was with " : "",
                  had ? was : "");
    else if (type && (strcmp(type, "paused") == 0 || strcmp(type, "resumed") == 0))
        eh_format(ret, size, "%s, with %s",
                  strcmp(type, "paused") == 0 ? "paused: it waits for the customer" : "resumed",
                  has_rep ? rep : "?");
    else if (!has_rep)
        eh_format(ret, size, "waits%s%s%s%s", had ? ", was with " : "", had ? was : "",
                  said ? ": " : "",
                  words  ? words
                  : said ? why
                         : "");
    else if (words && strcmp(why, "manager") == 0)
        eh_format(ret, size, "given to %s by a manager%s%s", rep, had ? ", was with " : "",
                  had ? was : "");
    else if (words)
        eh_format(ret, size, "given to %s, %s%s%s", rep, words, had ? "; was with " : "",
                  had ? was : "");
    else
        eh_format(ret, size, "dealt to %s%s%s%s%s", rep, said ? " by " : "", said ? why : "",
                  had ? ", was with " : "", had ? was : "");
}

/* Adds how many reps could have got the ticket, and the draw epoch. */
static void chances_add(const json_t *h, char *text, size_t size)
{
    size_t used = strlen(text);
    int64_t eligible = eh_object_int(h, "eligible");
    if (eligible > 1 && used < size)
        used +=
            eh_format(text + used, size - used, "; %lld could have got it", (long long)eligible);
    else if (eligible == 1 && used < size)
        used += eh_format(text + used, size - used, "; nobody else could have got it");
    if (eh_object_int(h, "epoch") && used < size)
        eh_format(text + used, size - used, " (draw epoch %lld)",
                  (long long)eh_object_int(h, "epoch"));
}

/* Adds who asked for it over the socket, and a manager's reason. */
static void manager_add(const json_t *h, char *text, size_t size)
{
    const char *by = eh_object_text(h, "by"), *reason = eh_object_text(h, "reason");
    const char *type = eh_object_text(h, "type");
    size_t used = strlen(text);
    bool pauses = type && (strcmp(type, "paused") == 0 || strcmp(type, "resumed") == 0);
    if (by && pauses && used < size)
        eh_format(text + used, size - used, "; said by %s", by);
    else if (by && used < size)
        eh_format(text + used, size - used, "; %s: %s", by, reason ? reason : "no reason given");
}

static void history_show(const struct eh_cli *cli, const json_t *t)
{
    json_t *history = json_object_get(t, "history"), *h;
    size_t i;
    if (eh_object_has(t, "id") && !eh_object_has(t, "history"))
        puts("\nits history cannot be read now: PostgreSQL is not reachable");
    if (json_array_size(history) == 0)
        return;
    printf("\n%shistory%s\n", eh_colour_bold(cli), eh_colour_end(cli));
    json_array_foreach(history, i, h)
    {
        char text[1024], when[EH_CLI_TEXT] = "";
        int64_t us;
        if (eh_object_time_us(h, "at", &us))
            eh_text_when(us, when);
        entry_sentence(h, text, sizeof text);
        chances_add(h, text, sizeof text);
        manager_add(h, text, sizeof text);
        char *clean = eh_text_clean(text);
        printf("%s%s%s  %s\n", eh_colour_dim(cli), when, eh_colour_end(cli), clean);
        free(clean);
    }
}

/* Prints a text in lines of at most `width` columns. */
static void print_wrapped(const char *text, int width)
{
    int column = 0;
    for (const char *word = text; *word;) {
        int size = (int)strcspn(word, " ");
        char copy[EH_CLI_TEXT * 4];
        eh_format(copy, sizeof copy, "%.*s", size, word);
        int wide = eh_text_width(copy);
        bool breaks = column > 0 && column + 1 + wide > width;
        printf("%s%s", breaks ? "\n" : column > 0 ? " " : "", copy);
        column = breaks || column == 0 ? wide : column + 1 + wide;
        word += size + (word[size] == ' ');
    }
    putchar('\n');
}

static void proof_line(const struct eh_cli *cli, const char *name, const char *text)
{
    printf("%s%-10s%s %s\n", eh_colour_dim(cli), name, eh_colour_end(cli), text);
}

/* Prints the draws, and the figures to check them by: see evenhand-proof(7). */
static void draws_show(const struct eh_cli *cli, const json_t *receipt, json_t *draws)
{
    const char *digest = eh_object_text(receipt, "digest"), *seed = eh_object_text(receipt, "seed");
    const char *commitment = eh_object_text(receipt, "commitment");
    const json_t *draw;
    size_t i;
    printf("%sdraw epoch %lld:%s", eh_colour_dim(cli), (long long)eh_object_int(receipt, "epoch"),
           eh_colour_end(cli));
    json_array_foreach(draws, i, draw) printf(" %s", json_string_value(draw));
    printf("; deal %lld of the ticket\n", (long long)eh_object_int(receipt, "deal"));
    proof_line(cli, "content", digest ? digest : "?");
    proof_line(cli, "commitment", commitment ? commitment : "none: from before there were any");
    proof_line(cli, "seed", seed ? seed : "not revealed yet");
}

/* Prints why the rep who has the ticket, or had it last, got it. */
static void receipt_show(const struct eh_cli *cli, const json_t *t)
{
    const json_t *receipt = json_object_get(t, "receipt");
    const char *reason = eh_object_text(receipt, "reason");
    json_t *draws = json_object_get(receipt, "draws");
    if (!reason)
        return;
    char *clean = eh_text_clean(reason);
    printf("\n%swhy %s%s\n", eh_colour_bold(cli), eh_object_text(receipt, "rep"),
           eh_colour_end(cli));
    print_wrapped(clean, cli->width > 0 ? cli->width : 80);
    free(clean);
    if (json_array_size(draws) > 0)
        draws_show(cli, receipt, draws);
}

static void json_auto_done(json_t **json)
{
    json_decref(*json);
}

int eh_cmd_ticket(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    const char *source = eh_cli_option(cli, "source");
    char path[EH_CLI_PATH];
    if (!eh_path(path, "/v1/tickets/%s/%s", source ? source : "default", cli->args[0]))
        return eh_say(cli, EH_EXIT_USAGE, "%s: too long for a ticket's id", cli->args[0]);
    int r = eh_http_get(cli, path, &answer);
    if (r != EH_EXIT_DONE)
        return r;
    EH_AUTO(json_auto) json_t *chances = NULL;
    const char *db = eh_cli_option(cli, "db");
    if (db)
        r = eh_chances_from_log(cli, db, source ? source : "default", cli->args[0], &chances);
    if (r != EH_EXIT_DONE)
        return r;
    if (cli->json && !chances) {
        eh_answer_print(cli, &answer);
    } else if (cli->json) {
        json_object_set(answer.json, "chances", chances);
        json_dumpf(answer.json, stdout, JSON_COMPACT);
        putchar('\n');
    } else {
        eh_object_clean(answer.json);
        eh_object_clean(chances);
        show_what(cli, answer.json);
        state_show(cli, answer.json);
        history_show(cli, answer.json);
        receipt_show(cli, answer.json);
        eh_chances_show(cli, chances);
    }
    return EH_EXIT_DONE;
}
