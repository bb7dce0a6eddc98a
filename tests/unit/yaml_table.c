/*
 * yaml_table: every kind of row, what is wrong with its file and line, and the bounds of a file.
 */
#include <criterion/criterion.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/yaml_json.h"
#include "host/yaml_table.h"

struct fields {
    char text[8], path[32], needed[8];
    char *block;
    int64_t number, inner_number, duration_s;
    bool is_on;
    unsigned colour;
    json_t *any, *map, *list;
};

static const char *colour_read(struct eh_yaml_value *value)
{
    bool is_red = eh_str_equal(value->text, eh_str("red"));
    *(unsigned *)value->field = is_red;
    value->is_sentence = eh_str_equal(value->text, eh_str("secret"));
    return is_red ? NULL : "is not red; write red";
}

#define AT(field) EH_YAML_FIELD(struct fields, field)

static const struct eh_yaml_key inner_keys[] = {
    {.name = "number",
     .kind = EH_YAML_INTEGER,
     AT(inner_number),
     .fallback = "7",
     .least = 1,
     .most = 9},
};
static const struct eh_yaml_table inner = {inner_keys, 1, false};
static const struct eh_yaml_key keys[] = {
    {.name = "text", .kind = EH_YAML_TEXT, AT(text)},
    {.name = "path", .kind = EH_YAML_PATH, AT(path), .fallback = "/a"},
    {.name = "needed", .kind = EH_YAML_TEXT, AT(needed), .required = true},
    {.name = "block", .kind = EH_YAML_BLOCK, AT(block)},
    {.name = "number", .kind = EH_YAML_INTEGER, AT(number), .least = -5, .most = 5},
    {.name = "duration",
     .kind = EH_YAML_DURATION,
     AT(duration_s),
     .fallback = "5m",
     .least = 1,
     .most = 3600},
    {.name = "boolean", .kind = EH_YAML_BOOLEAN, AT(is_on), .fallback = "on"},
    {.name = "colour", .kind = EH_YAML_VALUE, AT(colour), .read = colour_read},
    {.name = "any", .kind = EH_YAML_JSON, AT(any)},
    {.name = "map", .kind = EH_YAML_MAP, AT(map)},
    {.name = "list", .kind = EH_YAML_LIST, AT(list)},
    {.name = "inner", .kind = EH_YAML_SECTION, .section = &inner},
};
static const struct eh_yaml_table table = {keys, sizeof keys / sizeof *keys, false};

static void refuse_n(struct eh_str text, const char *sentence)
{
    struct fields fields = {0};
    struct eh_error error = {0};
    cr_assert_eq(eh_yaml_parse(text, "d/x.yaml", &table, &fields, &error), -EH_EINVAL);
    cr_assert_str_eq(error.text, sentence);
    eh_yaml_done(&table, &fields);
}

static void refuse(const char *text, const char *sentence)
{
    refuse_n(eh_str(text), sentence);
}

static struct fields parse(const char *text)
{
    struct fields fields = {0};
    struct eh_error error = {0};
    cr_assert_eq(eh_yaml_parse(eh_str(text), "d/x.yaml", &table, &fields, &error), 0, "%s",
                 error.text);
    return fields;
}

Test(yaml_table, what_is_not_given_has_its_fallback)
{
    struct fields f = parse("needed: a\n");
    cr_assert_str_eq(f.text, "");
    cr_assert_str_eq(f.path, "/a");
    cr_assert_null(f.block);
    cr_assert_eq(f.number, 0);
    cr_assert_eq(f.inner_number, 7);
    cr_assert_eq(f.duration_s, 300);
    cr_assert(f.is_on);
    cr_assert_null(f.list);
    eh_yaml_done(&table, &f);
}

Test(yaml_table, each_kind_is_read)
{
    struct fields f = parse("text: 'true'\npath: b/c\nneeded: a\nblock: |\n  one\n  two\n"
                            "number: -5\nduration: 1h\nboolean: off\ncolour: red\n"
                            "any: [1, '1', ~, true, {a: b}]\nmap: {a: 1}\nlist: [a, '7']\n"
                            "inner: {number: 9}\n");
    cr_assert_str_eq(f.text, "true");
    cr_assert_str_eq(f.path, "d/b/c");
    cr_assert_str_eq(f.block, "one\ntwo\n");
    cr_assert_eq(f.number, -5);
    cr_assert_eq(f.duration_s, 3600);
    cr_assert_not(f.is_on);
    cr_assert_eq(f.colour, 1);
    cr_assert_eq(f.inner_number, 9);
    char *any = json_dumps(f.any, JSON_COMPACT);
    cr_assert_str_eq(any, "[1,\"1\",null,true,{\"a\":\"b\"}]");
    free(any);
    cr_assert_eq(json_integer_value(json_object_get(f.map, "a")), 1);
    cr_assert_str_eq(json_string_value(json_array_get(f.list, 1)), "7");
    eh_yaml_done(&table, &f);
}

#define OK "needed: a\n"

Test(yaml_table, what_is_wrong_has_its_line)
{
    refuse(OK "text: 12345678\n", "d/x.yaml:2: text: is longer than 7 bytes");
    refuse(OK "text: [a]\n", "d/x.yaml:2: text: not a single value");
    refuse(OK "text: \"a\\tb\"\n", "d/x.yaml:2: text: `a?b` contains control characters");
    refuse(OK "path: 123456789012345678901234567890\n",
           "d/x.yaml:2: path: is longer than 31 bytes");
    refuse(OK "path: ''\n", "d/x.yaml:2: path: `` may not be empty");
    refuse("needed: ''\n", "d/x.yaml:1: needed: `` may not be empty");
    refuse(OK "block: \"a\\0b\"\n", "d/x.yaml:2: block: `a` has a NUL in it");
    refuse(OK "number: 6\n", "d/x.yaml:2: number: `6` is not within -5 and 5");
    refuse(OK "number: -6\n", "d/x.yaml:2: number: `-6` is not within -5 and 5");
    refuse(OK "number: one\n", "d/x.yaml:2: number: `one` is not a whole number");
    refuse(OK "number: ''\n", "d/x.yaml:2: number: `` is not a whole number");
    refuse(OK "duration: soon\n",
           "d/x.yaml:2: duration: `soon` is no duration, such as 90s, 5m or 2h");
    refuse(OK "duration: 61m\n", "d/x.yaml:2: duration: `61m` is not within 1 and 3600 seconds");
    refuse(OK "duration: 0\n", "d/x.yaml:2: duration: `0` is not within 1 and 3600 seconds");
    refuse(OK "boolean: true\n", "d/x.yaml:2: boolean: `true` is neither on nor off");
    refuse(OK "colour: blue\n", "d/x.yaml:2: colour: `blue` is not red; write red");
    refuse(OK "colour: secret\n", "d/x.yaml:2: colour: is not red; write red");
    refuse(OK "map: [a]\n", "d/x.yaml:2: map: not a mapping; write {theirs: ours}");
    refuse(OK "list: a\n", "d/x.yaml:2: list: not a list of texts; write [\"a\", \"b\"]");
    refuse(OK "list: [1]\n", "d/x.yaml:2: list: not a list of texts; write [\"a\", \"b\"]");
    refuse(OK "inner: 5\n", "d/x.yaml:2: inner: not a mapping of keys to values");
    refuse(OK "inner:\n  number: 10\n", "d/x.yaml:3: inner.number: `10` is not within 1 and 9");
    refuse(OK "any:\n  a: 1\n  a: 2\n", "d/x.yaml:4: a: given twice");
}

Test(yaml_table, a_key_is_known_given_once_and_given_where_it_has_to_be)
{
    refuse(OK "txet: a\n", "d/x.yaml:2: txet: unknown key; did you mean `text`?");
    refuse(OK "text_file: a\n", "d/x.yaml:2: text_file: unknown key; did you mean `text`?");
    refuse(OK "zzzzzz: a\n", "d/x.yaml:2: zzzzzz: unknown key");
    refuse(OK "inner: {nubmer: 1}\n",
           "d/x.yaml:2: inner.nubmer: unknown key; did you mean `number`?");
    refuse(OK "text: a\ntext: b\n", "d/x.yaml:3: text: given twice");
    refuse(OK "inner: {number: 1, number: 2}\n", "d/x.yaml:2: inner.number: given twice");
    refuse("needed:\n", "d/x.yaml:1: needed: has to be given");
    refuse("text: a\n", "d/x.yaml:1: needed: has to be given");
    refuse("", "d/x.yaml:1: the file is empty");
    refuse("- a\n", "d/x.yaml:1: not a mapping of keys to values");
    refuse("[a]: b\n", "d/x.yaml:1: a key must be a single word");
    refuse(OK "---\n{}\n", "d/x.yaml:3: a second document: there may be only one");
    refuse("needed: \"\xff\"\n", "d/x.yaml:1: not UTF-8 text");
}

/* The bounds of a text with its folder, each reached and crossed by one byte. */
Test(yaml_table, texts_and_paths_fit_to_the_byte)
{
    struct fields f = parse(OK "text: 1234567\npath: 12345678901234567890123456789\n");
    cr_assert_str_eq(f.text, "1234567");
    cr_assert_str_eq(f.path, "d/12345678901234567890123456789");
    eh_yaml_done(&table, &f);
}

static const char *nested(unsigned depth)
{
    static char text[128];
    strcpy(text, OK "any: ");
    for (unsigned i = 0; i < depth; i++)
        strcat(text, "[");
    for (unsigned i = 0; i < depth; i++)
        strcat(text, "]");
    return strcat(text, "\n");
}

static const char *many(unsigned count)
{
    static char text[EH_YAML_NODES_MAX * 6 + 64];
    size_t size = (size_t)sprintf(text, OK "any:\n");
    for (unsigned i = 0; i < count; i++)
        size += (size_t)sprintf(text + size, "  - a\n");
    return text;
}

Test(yaml_table, depth_and_values_have_bounds)
{
    struct fields f = parse(nested(EH_YAML_DEPTH_MAX));
    eh_yaml_done(&table, &f);
    refuse(nested(EH_YAML_DEPTH_MAX + 1), "d/x.yaml:2: nested deeper than 12 levels");
    f = parse(many(EH_YAML_NODES_MAX - 1)); /* the list counts, too */
    eh_yaml_done(&table, &f);
    refuse(many(EH_YAML_NODES_MAX), "d/x.yaml:10002: more than 10000 values");
}

Test(yaml_table, a_file_has_at_most_its_bytes)
{
    static char text[EH_YAML_FILE_MAX + 1];
    memset(text, '#', sizeof text);
    memcpy(text, OK, strlen(OK));
    struct fields f = {0};
    cr_assert_eq(eh_yaml_parse(eh_str_n(text, EH_YAML_FILE_MAX), "x", &table, &f, NULL), 0);
    eh_yaml_done(&table, &f);
    refuse_n(eh_str_n(text, EH_YAML_FILE_MAX + 1), "d/x.yaml:1: larger than 262144 bytes");
}

Test(yaml_table, a_link_is_followed_where_the_table_says_so)
{
    static const struct eh_yaml_table following = {keys, sizeof keys / sizeof *keys, true};
    char folder[] = "/tmp/evenhand-yaml-XXXXXX", file[64], other[64], expected[64];
    cr_assert(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/in/x.yaml", folder);
    snprintf(other, sizeof other, "%s/y.yaml", folder);
    snprintf(expected, sizeof expected, "%s/in", folder);
    cr_assert_eq(mkdir(expected, 0700), 0);
    FILE *out = fopen(file, "w");
    cr_assert(out);
    fputs(OK "path: b\n", out);
    fclose(out);
    cr_assert_eq(symlink(file, other), 0);
    struct fields f = {0};
    cr_expect_eq(eh_yaml_read(other, &following, &f, NULL), 0);
    snprintf(expected, sizeof expected, "%s/in/b", folder);
    cr_expect_str_eq(f.path, expected);
    cr_expect_eq(eh_yaml_read(other, &table, &f, NULL), 0);
    snprintf(expected, sizeof expected, "%s/b", folder);
    cr_expect_str_eq(f.path, expected);
    unlink(other);
    unlink(file);
    *strrchr(file, '/') = 0;
    rmdir(file);
    rmdir(folder);
}

Test(yaml_table, a_file_that_is_not_there_and_one_that_cannot_be_read)
{
    struct fields f = {0};
    struct eh_error error = {0};
    cr_expect_eq(eh_yaml_read("/nowhere/x.yaml", &table, &f, &error), -EH_ENOTFOUND);
    cr_expect_str_eq(error.text, "/nowhere/x.yaml: No such file or directory");
    cr_expect_eq(eh_yaml_read("/tmp", &table, &f, &error), -EH_EUNAVAILABLE);
    cr_expect_str_eq(error.text, "/tmp: cannot be read: Is a directory");
}
