/*
 * complete: `evenhand complete WORD...`: prints what may stand in place of the last word, a line
 * each: the word, a tab, its meaning. The line `:files` stands for file names. The completion
 * scripts of bash, zsh and fish call it, so they know all that --help knows. Ids come from the
 * daemon; when it cannot be reached none are printed.
 */
#include "complete.h"

#include <stdio.h>

#include <evenhand/wire/message.h>
#include <evenhand/wire/policies.h>

#include "client/http.h"
#include "client/object.h"
#include "term/args.h"

#define PERIODS_ASKED "/v1/teams/%s/pools"

struct typed {
    const struct eh_cli_command *commands, *command;
    const char *first;  /* the word before the command is known, or NULL */
    const char *option; /* its value is being typed, or NULL */
    const char *option_value;
    const char *args[EH_CLI_ARGS_MAX];
    int arg_count;
    const char *word;  /* the beginning that was typed */
    const char *whole; /* "--team=s" of which `word` is the end; or NULL */
    struct eh_cli *cli;
};

static void word_offer(const struct typed *t, const char *word, const char *what)
{
    if (!word || strncmp(word, t->word, strlen(t->word)) != 0)
        return;
    printf("%.*s%s%s%s\n", t->whole ? (int)(t->word - t->whole) : 0, t->whole ? t->whole : "", word,
           what ? "\t" : "", what ? what : "");
}

static void words_offer(const struct typed *t, const char *const *words)
{
    for (; *words; words++)
        word_offer(t, *words, NULL);
}

/* ---- Ids, from the daemon. */

static void ids_offer(const struct typed *t, const char *path, const char *list, const char *id,
                      const char *what)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    size_t i;
    json_t *item;
    if (!eh_http_try(t->cli, path, &answer))
        return;
    eh_object_clean(answer.json);
    json_array_foreach(json_object_get(answer.json, list), i, item)
    {
        const json_t *word = json_object_get(item, id);
        char number[EH_DECIMAL_TEXT_MAX];
        if (json_is_integer(word))
            eh_format(number, sizeof number, "%lld", (long long)json_integer_value(word));
        word_offer(t, json_is_integer(word) ? number : json_string_value(word),
                   eh_object_text(item, what));
    }
}

/* Periods of the team that was typed. */
static void periods_offer(const struct typed *t)
{
    char path[EH_CLI_PATH];
    if (t->arg_count > 0 && eh_path(path, PERIODS_ASKED, t->args[0]))
        ids_offer(t, path, "pools", "period", "state");
}

/* ---- What an argument or a value is. */

static const char *const outcomes[] = {"won",      "lost",     "resolved", "cancelled",
                                       "reopened", "refunded", "rated",    NULL};
static const char *const states[] = {"waiting", "assigned", "open", "held", "closed", NULL};
static const char *const reasons[] = {EH_CANCELLED_REASONS, NULL};
static const char *const ratings[] = {"1", "2", "3", "4", "5", NULL};
static const char *const minutes[] = {"paid_minutes", "contract_minutes", NULL};

static void policies_offer(const struct typed *t)
{
    for (int i = 0; i < EH_POLICY_COUNT; i++)
        word_offer(t, eh_policy_rows[i].name, eh_policy_rows[i].help);
}

/* By the name that stands for the value in the help. */
static void kind_offer(const struct typed *t, const char *kind)
{
    if (strstr(kind, "FILE") || strstr(kind, "PATH") || strstr(kind, ".yaml"))
        puts(":files");
    else if (strcmp(kind, "T") == 0)
        ids_offer(t, "/v1/teams", "teams", "id", "name");
    else if (strcmp(kind, "R") == 0)
        ids_offer(t, "/v1/reps", "reps", "id", "name");
    else if (strcmp(kind, "ID") == 0)
        ids_offer(t, "/v1/tickets?newest=1", "tickets", "id", "state");
    else if (strcmp(kind, "INPUT") == 0)
        ids_offer(t, "/v1/dead?newest=1", "letters", "input", "reason");
    else if (strcmp(kind, "PERIOD") == 0 || strcmp(kind, "P") == 0)
        periods_offer(t);
    else if (strcmp(kind, "OUTCOME") == 0)
        words_offer(t, outcomes);
    else if (strcmp(kind, "NAME") == 0 && t->command && strcmp(t->command->name, "metric") == 0)
        words_offer(t, minutes);
}

static void value_offer(const struct typed *t)
{
    if (strcmp(t->option, "state") == 0)
        words_offer(t, states);
    else if (strcmp(t->option, "policy") == 0)
        policies_offer(t);
    else if (strcmp(t->option, "csat") == 0)
        words_offer(t, ratings);
    else if (strcmp(t->option, "reason") == 0 && strcmp(t->option_value, "R") == 0)
        words_offer(t, reasons); /* of an outcome; other reasons are said in own words */
    else if (strcmp(t->option, "desk") != 0 || strcmp(t->option_value, "FILE") == 0)
        kind_offer(t, t->option_value);
}

/* The kind of the argument that comes next: a word of "T NAME PERIOD VALUE" or "[R]". */
static void argument_offer(const struct typed *t)
{
    const char *kind = t->command->args;
    char word[32];
    for (int i = 0; i < t->arg_count && *kind; i++) {
        kind += strcspn(kind, " ");
        kind += *kind == ' ';
    }
    kind += *kind == '[';
    eh_format(word, sizeof word, "%.*s", (int)strcspn(kind, " ]"), kind);
    if (*word)
        kind_offer(t, word);
}

/* ---- Commands and options. */

/* First words, each once; or the second words that belong to `first`. */
static void commands_offer(const struct typed *t)
{
    size_t size = t->first ? strlen(t->first) : 0;
    const char *last = "";
    for (const struct eh_cli_command *c = t->commands; c->name; c++) {
        size_t first = strcspn(c->name, " ");
        char word[32];
        eh_format(word, sizeof word, "%.*s", (int)first, c->name);
        bool again = strncmp(last, c->name, first) == 0 && (last[first] == ' ' || !last[first]);
        if (t->first && first == size && strncmp(c->name, t->first, size) == 0 && c->name[first])
            word_offer(t, c->name + first + 1, c->help);
        else if (!t->first && !again && strcmp(word, "complete") != 0)
            word_offer(t, word, c->name[first] ? NULL : c->help);
        last = c->name;
    }
}

static void options_offer(const struct typed *t)
{
    for (int own = 1; own >= 0; own--) {
        const struct eh_cli_option *o =
            own ? t->command ? t->command->options : NULL : eh_cli_everywhere;
        for (; o && o->name; o++) {
            char word[40];
            eh_format(word, sizeof word, "--%s", o->name);
            word_offer(t, word, o->help);
        }
    }
    if (!t->command && !t->first)
        word_offer(t, "--version", "print the version");
}

/* ---- What was typed before. */

static const struct eh_cli_option *option_find(const struct eh_cli_option *o, const char *name)
{
    while (o && o->name && strcmp(o->name, name) != 0)
        o++;
    return o && o->name ? o : NULL;
}

static void typed_take_word(struct typed *t, const char *word)
{
    char both[64];
    const char *first = t->command ? t->command->name : t->first; /* draws, then draws reveal */
    eh_format(both, sizeof both, "%s%s%s", first ? first : "", first ? " " : "", word);
    for (const struct eh_cli_command *c = t->commands; t->arg_count == 0 && c->name; c++)
        if (strcmp(c->name, both) == 0 && !(t->first == NULL && strcmp(word, "help") == 0)) {
            t->command = c;
            return;
        }
    if (!t->command && !(t->first == NULL && strcmp(word, "help") == 0))
        t->first = word;
    else if (t->command && t->arg_count < EH_CLI_ARGS_MAX)
        t->args[t->arg_count++] = word;
}

static void typed_take_before(struct typed *t, const char *word)
{
    const struct eh_cli_option *o = NULL;
    if (t->option && strcmp(word, "=") == 0)
        return;      /* bash breaks --team=s in three */
    if (t->option) { /* this is its value */
        if (strcmp(t->option, "socket") == 0)
            t->cli->socket = word;
        t->option = NULL;
        return;
    }
    if (strncmp(word, "--", 2) != 0) {
        typed_take_word(t, word);
        return;
    }
    if (t->command)
        o = option_find(t->command->options, word + 2);
    if (!o)
        o = option_find(eh_cli_everywhere, word + 2);
    t->option = o && o->value ? o->name : NULL;
    t->option_value = t->option ? o->value : NULL;
}

/* "--team=s": the value of --team is typed. */
static void typed_take_joined(struct typed *t)
{
    const char *equals = strchr(t->word, '=');
    char option[40];
    if (t->option && strcmp(t->word, "=") == 0)
        t->word = "";
    if (t->option || strncmp(t->word, "--", 2) != 0 || !equals)
        return;
    eh_format(option, sizeof option, "%.*s", (int)(equals - t->word), t->word);
    typed_take_before(t, option);
    if (t->option) {
        t->whole = t->word;
        t->word = equals + 1;
    }
}

/* The second words of draws and draws reveal; or what the command takes. */
static void behind_command_offer(const struct typed *t)
{
    if (t->arg_count == 0 && !strchr(t->command->name, ' '))
        commands_offer(
            &(struct typed){.commands = t->commands, .first = t->command->name, .word = t->word});
    argument_offer(t);
}

int eh_complete(const struct eh_cli_command *commands, int argc, char **argv, struct eh_cli *cli)
{
    struct typed t = {.commands = commands, .word = argc ? argv[argc - 1] : "", .cli = cli};
    for (int i = 0; i + 1 < argc; i++)
        typed_take_before(&t, argv[i]);
    typed_take_joined(&t);
    if (t.option)
        value_offer(&t);
    else if (t.word[0] == '-')
        options_offer(&t);
    else if (!t.command)
        commands_offer(&t);
    else
        behind_command_offer(&t);
    return EH_EXIT_DONE;
}
