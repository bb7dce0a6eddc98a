/* list: lists, page by page. */
#include "list.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "object.h"
#include "term/say.h"
#include "term/text.h"

#define SINCE_TEXT 40 /* bytes of a time in a query */

/* The option where the command has it, else NULL. */
static const char *option_of_own(const struct eh_cli *cli, const char *name)
{
    for (int i = 0; cli->command->options && cli->command->options[i].name; i++)
        if (strcmp(cli->command->options[i].name, name) == 0)
            return cli->values[i];
    return NULL;
}

void eh_list_next(const json_t *answer, char ret[EH_CLI_PATH])
{
    const json_t *after = json_object_get(answer, "after");
    if (json_is_integer(after))
        eh_format(ret, EH_CLI_PATH, "%lld", (long long)json_integer_value(after));
    else if (json_is_string(after))
        eh_format(ret, EH_CLI_PATH, "%s", json_string_value(after));
    else
        ret[0] = '\0';
}

void eh_list_take(struct eh_list *list, const json_t *answer)
{
    json_t *items = json_object_get(answer, list->key);
    for (size_t i = 0; i < json_array_size(items) && list->count < list->shown_max; i++) {
        list->add(list->grid, json_array_get(items, i), list->context);
        list->count++;
    }
    eh_list_next(answer, list->after);
}

/* ---- Which part is wanted. */

/* --since as the daemon takes it: a time, a day, or how long ago. */
static int option_since_text(const struct eh_cli *cli, const char *since, char ret[SINCE_TEXT])
{
    int64_t us, span_s;
    int32_t days;
    if (eh_date_parse(eh_str(since), &days, NULL) ==
        0) { /* a day of the desk's zone, whatever $TZ is */
        eh_format(ret, SINCE_TEXT, "%s", since);
        return EH_EXIT_DONE;
    }
    if (eh_duration_parse(eh_str(since), &span_s, NULL) == 0)
        us = eh_text_now_us() - span_s * 1000000;
    else if (eh_time_parse(eh_str(since), &us, NULL) < 0)
        return eh_say_usage(cli,
                            "--since: `%s` is neither a day (2026-03-01), a time "
                            "(2026-03-01T12:00:00Z) nor a span (2h, 7d)",
                            since);
    char text[EH_DECIMAL_TEXT_MAX];
    eh_format(ret, SINCE_TEXT, "%.*s", (int)eh_time_print(us, text), text);
    return EH_EXIT_DONE;
}

static int path_add_query(const struct eh_cli *cli, char path[EH_CLI_PATH], const char *name,
                          const char *value)
{
    char before[24];
    eh_format(before, sizeof before, "%c%s=", strchr(path, '?') ? '&' : '?', name);
    return eh_path_add(path, before, value) ? EH_EXIT_DONE
                                            : eh_say(cli, EH_EXIT_USAGE, "--%s: too long", name);
}

/* --limit bounds the rows printed and the size of a page. */
static int list_take_limit(struct eh_list *list)
{
    const char *text = option_of_own(list->cli, "limit");
    int64_t limit = 0;
    char page[EH_DECIMAL_TEXT_MAX];
    if (!text)
        return EH_EXIT_DONE;
    if (eh_integer_parse(eh_str(text), &limit, NULL) < 0 || limit < 1 || limit > INT32_MAX)
        return eh_say_usage(list->cli, "--limit: `%s` is not a number from 1 on", text);
    list->shown_max = (size_t)limit;
    if (list->page == 0)
        return EH_EXIT_DONE;
    eh_format(page, sizeof page, "%lld", (long long)(limit < list->page ? limit : list->page));
    return path_add_query(list->cli, list->asked, "limit", page);
}

static int list_take_options(struct eh_list *list)
{
    const char *since = option_of_own(list->cli, "since"),
               *after = option_of_own(list->cli, "after");
    char text[SINCE_TEXT];
    eh_format(list->after, sizeof list->after, "%s", after ? after : "");
    eh_format(list->asked, sizeof list->asked, "%s", list->path);
    int r = list_take_limit(list);
    if (r == EH_EXIT_DONE && option_of_own(list->cli, "newest"))
        r = path_add_query(list->cli, list->asked, "newest", "1");
    if (r == EH_EXIT_DONE && since)
        r = option_since_text(list->cli, since, text);
    if (r == EH_EXIT_DONE && since)
        r = path_add_query(list->cli, list->asked, "since", text);
    return r;
}

/* ---- Asking. */

/* Asks for the page that begins at list->after. */
static int list_get_page(const struct eh_list *list, struct eh_answer *ret)
{
    char path[EH_CLI_PATH];
    eh_format(path, sizeof path, "%s", list->asked[0] ? list->asked : list->path);
    int r = list->after[0] ? path_add_query(list->cli, path, "after", list->after) : EH_EXIT_DONE;
    return r == EH_EXIT_DONE ? eh_http_get(list->cli, path, ret) : r;
}

int eh_list_walk(struct eh_list *list)
{
    int r = EH_EXIT_DONE;
    do {
        EH_AUTO(eh_answer) struct eh_answer answer = {0};
        r = list_get_page(list, &answer);
        if (r == EH_EXIT_DONE) {
            eh_object_clean(answer.json);
            eh_list_take(list, answer.json);
        }
    } while (r == EH_EXIT_DONE && list->after[0] && list->count < list->shown_max);
    return r;
}

/* Prints a word, quoted where a shell needs that. */
static void shell_word_print(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_.,:/@%+=";
    if (*word && word[strspn(word, plain)] == '\0') {
        printf(" %s", word);
        return;
    }
    fputs(" '", stdout);
    for (; *word; word++)
        *word == '\'' ? fputs("'\\''", stdout) : putchar(*word);
    putchar('\'');
}

void eh_list_more(const struct eh_cli *cli, const char *after)
{
    const struct eh_cli_option *options = cli->command->options;
    printf("… and more: evenhand %s", cli->command->name);
    for (int i = 0; i < cli->arg_count; i++)
        shell_word_print(cli->args[i]);
    for (int i = 0; options && options[i].name; i++) {
        if (!cli->values[i] || strcmp(options[i].name, "after") == 0)
            continue;
        printf(" --%s", options[i].name);
        if (options[i].value)
            shell_word_print(cli->values[i]);
    }
    fputs(" --after", stdout);
    shell_word_print(after);
    putchar('\n');
}

int eh_list_show(struct eh_list *list, const char *columns, const char *none)
{
    int r = list_take_options(list);
    if (r != EH_EXIT_DONE)
        return r;
    if (list->cli->json) {
        EH_AUTO(eh_answer) struct eh_answer answer = {0};
        r = list_get_page(list, &answer);
        if (r == EH_EXIT_DONE)
            eh_answer_print(list->cli, &answer);
        return r;
    }
    list->grid = eh_grid_begin(list->cli, columns);
    r = eh_list_walk(list);
    eh_grid_print(list->grid);
    if (r == EH_EXIT_DONE && list->count == 0)
        puts(none);
    if (r == EH_EXIT_DONE && list->after[0])
        eh_list_more(list->cli, list->after);
    return r;
}
