/* args: reads the call: which command, which arguments, which options; suggests a word for a
 * misspelt one.
 */
#include "args.h"

#include "say.h"

#define NEAR 3 /* edits: words nearer than that are suggested */

const struct eh_cli_option eh_cli_everywhere[] = {
    {"socket", "PATH", "the daemon's admin socket", false},
    {"json", NULL, "print the daemon's answer as JSON", false},
    {"no-pager", NULL, "print a long text at once", false},
    {"help", NULL, "explain the command", false},
    {0},
};
enum { EVERYWHERE_SOCKET, EVERYWHERE_JSON, EVERYWHERE_NO_PAGER };

static void word_keep_nearer(const char *word, const char *candidate, const char **best,
                             unsigned *best_far)
{
    unsigned far = eh_text_distance(eh_str(word), eh_str(candidate));
    if (far < *best_far) {
        *best_far = far;
        *best = candidate;
    }
}

static bool word_is(const char *text, const char *word, size_t size)
{
    return strncmp(text, word, size) == 0 && word[0] && text[size] == '\0';
}

/* The row whose name is the first word, or the first two. *ret_used: how many words that were. */
static const struct eh_cli_command *command_find(const struct eh_cli_command *commands,
                                                 const char *first, const char *second,
                                                 int *ret_used)
{
    for (const struct eh_cli_command *c = commands; c->name; c++) {
        const char *space = strchr(c->name, ' ');
        if (!space && strcmp(c->name, first) == 0) {
            *ret_used = 1;
            return c;
        }
        if (space && second && strlen(first) == (size_t)(space - c->name) &&
            strncmp(c->name, first, strlen(first)) == 0 &&
            word_is(space + 1, second, strlen(second))) {
            *ret_used = 2;
            return c;
        }
    }
    return NULL;
}

/* Lists the second words of a first word: "show, diff, apply, from". */
static bool command_second_words(const struct eh_cli_command *commands, const char *first,
                                 char *text, size_t size)
{
    size_t used = 0, length = strlen(first);
    text[0] = '\0';
    for (const struct eh_cli_command *c = commands; c->name && used < size; c++)
        if (strncmp(c->name, first, length) == 0 && c->name[length] == ' ')
            used +=
                eh_format(text + used, size - used, "%s%s", used ? ", " : "", c->name + length + 1);
    return used > 0;
}

/* The first word of a command nearest to `word`; "": none is near. */
static void command_nearest(const struct eh_cli_command *commands, const char *word,
                            char ret[EH_DISTANCE_MAX + 1])
{
    unsigned nearest = NEAR;
    ret[0] = '\0';
    for (const struct eh_cli_command *c = commands; c->name; c++) {
        char name[EH_DISTANCE_MAX + 1];
        eh_format(name, sizeof name, "%.*s", (int)strcspn(c->name, " "), c->name);
        unsigned far = eh_text_distance(eh_str(word), eh_str(name));
        if (far < nearest) {
            nearest = far;
            eh_format(ret, EH_DISTANCE_MAX + 1, "%s", name);
        }
    }
}

static int command_say_unknown(const struct eh_cli *cli, const struct eh_cli_command *commands,
                               const char *first, const char *second)
{
    char words[128];
    if (second && command_second_words(commands, first, words, sizeof words))
        return eh_say_usage(cli, "%s %s: no such command; %s has %s", first, second, first, words);
    char best[EH_DISTANCE_MAX + 1];
    command_nearest(commands, first, best);
    if (*best)
        return eh_say_usage(cli, "%s: no such command; did you mean `%s`?", first, best);
    return eh_say_usage(cli, "%s: no such command", first);
}

static const struct eh_cli_option *option_find(const struct eh_cli_option *options,
                                               const char *name, size_t size)
{
    for (const struct eh_cli_option *o = options; o && o->name; o++)
        if (word_is(o->name, name, size) && strlen(o->name) == size)
            return o;
    return NULL;
}

static int option_say_unknown(const struct eh_cli *cli, const char *name)
{
    const char *best = NULL;
    unsigned far = NEAR + 1;
    for (const struct eh_cli_option *o = cli->command ? cli->command->options : NULL; o && o->name;
         o++)
        word_keep_nearer(name, o->name, &best, &far);
    for (const struct eh_cli_option *o = eh_cli_everywhere; o->name; o++)
        word_keep_nearer(name, o->name, &best, &far);
    if (best)
        return eh_say_usage(cli, "--%s: no such option; did you mean --%s?", name, best);
    return eh_say_usage(cli, "--%s: no such option", name);
}

/* Takes argv[*at] (and the word after it, when it is the value). */
static int call_take_option(struct eh_cli *cli, int argc, char **argv, int *at, bool *help)
{
    const char *name = argv[*at] + 2, *equals = strchr(name, '=');
    size_t size = equals ? (size_t)(equals - name) : strlen(name);
    const struct eh_cli_option *own = cli->command ? cli->command->options : NULL;
    const struct eh_cli_option *o = option_find(own, name, size);
    bool mine = o != NULL;
    if (!o)
        o = option_find(eh_cli_everywhere, name, size);
    if (!o) {
        char word[64];
        eh_format(word, sizeof word, "%.*s", (int)(size < 60 ? size : 60), name);
        return option_say_unknown(cli, word);
    }
    const char *value = "";
    if (o->value && equals) {
        value = equals + 1;
    } else if (o->value) {
        if (*at + 1 >= argc)
            return eh_say_usage(cli, "--%s: needs %s", o->name, o->value);
        value = argv[++*at];
    } else if (equals) {
        return eh_say_usage(cli, "--%s: takes no value", o->name);
    }
    if (mine)
        cli->values[o - own] = value;
    else if (o == &eh_cli_everywhere[EVERYWHERE_SOCKET])
        cli->socket = value;
    else if (o == &eh_cli_everywhere[EVERYWHERE_JSON])
        cli->json = true;
    else if (o == &eh_cli_everywhere[EVERYWHERE_NO_PAGER])
        cli->no_pager = true;
    else
        *help = true;
    return EH_EXIT_DONE;
}

static int call_check(const struct eh_cli *cli)
{
    const struct eh_cli_command *c = cli->command;
    if (cli->arg_count < c->arg_min)
        return eh_say_usage(cli, "%s: needs %s", c->name, c->args);
    for (int i = 0; c->options && c->options[i].name; i++) {
        if (c->options[i].required && !cli->values[i])
            return eh_say_usage(cli, "%s: needs --%s %s", c->name, c->options[i].name,
                                c->options[i].value);
        if (cli->values[i] && c->options[i].value && !cli->values[i][0])
            return eh_say_usage(cli, "--%s: is empty", c->options[i].name);
    }
    for (int i = 0; i < cli->arg_count; i++)
        if (!cli->args[i][0])
            return eh_say_usage(cli, "%s: an argument is empty", c->name);
    return EH_EXIT_DONE;
}

const char *eh_cli_option(const struct eh_cli *cli, const char *name)
{
    for (int i = 0; cli->command->options && cli->command->options[i].name; i++)
        if (strcmp(cli->command->options[i].name, name) == 0)
            return cli->values[i];
    bool in_the_row = false; /* a command asked for an option that its row does not have */
    eh_require(in_the_row);
    return NULL;
}

/* The first words name the command. One word alone may begin several: then cli->several is set. */
static int call_take_command(const struct eh_cli_command *commands, int argc, char **argv, int *at,
                             struct eh_cli *cli)
{
    const char *first = argv[*at], *second = *at + 1 < argc ? argv[*at + 1] : NULL;
    char words[128];
    if (second && second[0] == '-')
        second = NULL;
    int used = 0;
    cli->command = command_find(commands, first, second, &used);
    if (!cli->command && !second && command_second_words(commands, first, words, sizeof words))
        cli->several = first;
    else if (!cli->command)
        return command_say_unknown(cli, commands, first, second);
    else
        *at += used - 1;
    return EH_EXIT_DONE;
}

static int call_take_argument(struct eh_cli *cli, const char *word)
{
    if (!cli->command) /* the first word is one that several commands have */
        return eh_say_usage(cli, "%s: %s is one argument too many", cli->several, word);
    if (cli->arg_count >= cli->command->arg_max)
        return eh_say_usage(cli, "%s: %s is one argument too many", cli->command->name, word);
    cli->args[cli->arg_count++] = word;
    return EH_EXIT_DONE;
}

int eh_cli_parse(const struct eh_cli_command *commands, int argc, char **argv, struct eh_cli *cli,
                 bool *ret_help)
{
    bool help = false, only_words = false;
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        int r = EH_EXIT_DONE;
        if (!only_words && strcmp(word, "--") == 0)
            only_words = true;
        else if (!only_words && strcmp(word, "-h") == 0)
            help = true;
        else if (!only_words && word[0] == '-' && word[1] == '-')
            r = call_take_option(cli, argc, argv, &i, &help);
        else if (!only_words && word[0] == '-' && word[1])
            r = eh_say_usage(cli, "%s: no such option; options have two dashes", word);
        else if (!cli->command && !cli->several && !help && strcmp(word, "help") == 0)
            help = true;
        else if (!cli->command && !cli->several)
            r = call_take_command(commands, argc, argv, &i, cli);
        else
            r = call_take_argument(cli, word);
        if (r != EH_EXIT_DONE)
            return r;
    }
    *ret_help = help || cli->several;
    if (*ret_help)
        return EH_EXIT_DONE;
    if (!cli->command)
        return eh_say_usage(cli, "which command?");
    return call_check(cli);
}
