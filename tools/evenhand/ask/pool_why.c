/* pool_why: the rules of a pool, and the tree that explains it: every node with its formula,
 * its numbers, and how it was made whole. */
#include <stdio.h>

#include "client/object.h"
#include "pool.h"
#include "term/table.h"
#include "term/text.h"

#define STEP     2    /* columns by which a child is indented */
#define DEEPEST  12   /* columns; deeper nodes are not indented further */
#define TEXT_MAX 1024 /* bytes of a formula with its numbers */

/* "184 of them", for a figure that counts facts. */
static void input_words(const json_t *input, unsigned exponent, char *ret, size_t size)
{
    char value[EH_CLI_TEXT], count[EH_CLI_TEXT];
    eh_pool_value(input, "value", exponent, value);
    if (eh_object_int(input, "count") == 0) {
        eh_format(ret, size, "%s", value);
        return;
    }
    eh_text_count(eh_object_int(input, "count"), count);
    eh_format(ret, size, "%s (of %s)", value, count);
}

static bool is_name_char(char c)
{
    return c == '_' || ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9');
}

/* The place where the formula names the input as a whole word; NULL: it does not. */
static const char *formula_find_name(const char *formula, const char *name)
{
    size_t size = strlen(name);
    for (const char *at = formula; size && (at = strstr(at, name)); at += size)
        if ((at == formula || !is_name_char(at[-1])) && !is_name_char(at[size]))
            return at;
    return NULL;
}

/* The formula with the value behind each input it names: "target_pool 6,000.00 * funding 109%". */
static void formula_words(const json_t *node, unsigned exponent, char ret[TEXT_MAX])
{
    const char *formula = eh_object_text(node, "formula");
    const json_t *inputs = json_object_get(node, "inputs");
    char value[2 * EH_CLI_TEXT];
    size_t used = 0, i;
    json_t *input;
    ret[0] = '\0';
    for (const char *at = formula ? formula : ""; *at && used < TEXT_MAX - 1;) {
        const char *name = NULL;
        json_array_foreach((json_t *)inputs, i, input)
        {
            const char *found = eh_object_text(input, "name");
            if (found && formula_find_name(formula, found) == at) {
                name = found;
                input_words(input, exponent, value, sizeof value);
                break;
            }
        }
        if (name)
            used += eh_format(ret + used, TEXT_MAX - used, "%s %s", name, value);
        else
            used += eh_format(ret + used, TEXT_MAX - used, "%c", *at);
        at += name ? strlen(name) : 1;
    }
}

/* Prints the inputs that the formula does not name. */
static void other_inputs(const json_t *node, unsigned exponent, char ret[TEXT_MAX])
{
    const char *formula = eh_object_text(node, "formula");
    char value[2 * EH_CLI_TEXT];
    size_t used = 0, i;
    json_t *input;
    ret[0] = '\0';
    json_array_foreach(json_object_get(node, "inputs"), i, input)
    {
        const char *name = eh_object_text(input, "name");
        if (!name || (formula && formula_find_name(formula, name)) || used >= TEXT_MAX)
            continue;
        input_words(input, exponent, value, sizeof value);
        used += eh_format(ret + used, TEXT_MAX - used, "%s%s %s", used ? ", " : "", name, value);
    }
}

static void show_node(const struct eh_cli *cli, const json_t *node, unsigned exponent, int depth)
{
    int in = STEP * (depth < DEEPEST ? depth : DEEPEST);
    const char *name = eh_object_text(node, "name"), *rounding = eh_object_text(node, "rounding");
    char value[EH_CLI_TEXT], formula[TEXT_MAX], others[TEXT_MAX], text[2 * TEXT_MAX + 128];
    eh_pool_value(node, "value", exponent, value);
    formula_words(node, exponent, formula);
    other_inputs(node, exponent, others);
    bool rounded = rounding && strcmp(rounding, "none") != 0;
    eh_format(text, sizeof text, " = %s%s%s%s%s%s", formula, *others ? "; " : "", others,
              rounded ? "; rounded: " : "", rounded ? rounding : "", "");
    printf("%*s%s%s %s%s", in, "", eh_colour_bold(cli), name ? name : "?", value,
           eh_colour_end(cli));
    eh_text_print_wrapped(text, in + eh_text_width(name ? name : "?") + 1 + eh_text_width(value),
                          in + 2 * STEP);
    size_t i;
    json_t *child;
    json_array_foreach(json_object_get(node, "children"), i, child)
        show_node(cli, child, exponent, depth + 1);
}

void eh_pool_show_rules(const struct eh_cli *cli, const json_t *rules)
{
    size_t i;
    json_t *rule;
    printf("\n%srules%s\n", eh_colour_bold(cli), eh_colour_end(cli));
    json_array_foreach((json_t *)rules, i, rule)
    {
        const char *text = json_string_value(rule);
        eh_text_print_wrapped(text ? text : "?", 0, 2 * STEP);
    }
}

void eh_pool_show_why(const struct eh_cli *cli, const json_t *pool)
{
    const json_t *root = json_object_get(pool, "explain");
    if (!json_is_object(root))
        return;
    eh_pool_show_rules(cli, json_object_get(pool, "rules"));
    printf("\n%swhy%s\n", eh_colour_bold(cli), eh_colour_end(cli));
    show_node(cli, root, eh_object_exponent(pool), 0);
}
