/*
 * desk_read: reads maps by tables of keys, checks scalars, and words the refusals of a desk file.
 */
#include "desk_read.h"

#define PATH_TEXT_MAX 192 /* bytes of a path in a sentence; the front of a longer one is cut */
#define SHOWN_MAX     40  /* bytes of a value or a key in a sentence */
#define KEY_MAX       32  /* bytes of a key that is compared with the known ones */
#define NEAR_MAX      2   /* letters a misspelt key may be away from the one it means */

/* The beginning of a text that a sentence shows. */
static struct eh_str text_shown(struct eh_str text)
{
    return eh_str_cut(text, SHOWN_MAX);
}

struct desk_path eh_desk_path_key(const struct desk_path *up, struct eh_str key)
{
    key = text_shown(key);
    return (struct desk_path){.up = up, .key = key.data, .key_size = key.size};
}

struct desk_path eh_desk_path_item(const struct desk_path *up, uint32_t index)
{
    return (struct desk_path){.up = up, .index = index};
}

static size_t part_print(const struct desk_path *path, char *ret, size_t size)
{
    if (!path->key)
        return eh_format(ret, size, "[%u]", path->index);
    bool dot = path->up && path->up->up;
    return eh_format(ret, size, "%s%.*s", dot ? "." : "", (int)path->key_size, path->key);
}

/* Writes from the back of `text`: a path leads from the node to the top. Returns where the written
 * path begins. */
static const char *path_print(const struct desk_path *path, char text[PATH_TEXT_MAX])
{
    size_t at = PATH_TEXT_MAX - 1;
    text[at] = '\0';
    for (; path && path->up; path = path->up) {
        char part[SHOWN_MAX + 8];
        size_t size = part_print(path, part, sizeof part);
        if (size > at)
            break;
        at -= size;
        memcpy(text + at, part, size);
    }
    return text + at;
}

int eh_desk_refuse(const struct desk_reader *reader, const struct desk_node *node,
                   const struct desk_path *path, int code, const char *format, ...)
{
    char what[EH_ERROR_TEXT_MAX], text[PATH_TEXT_MAX];
    va_list args;
    va_start(args, format);
    eh_format_v(what, sizeof what, format, args);
    va_end(args);
    const char *where = path_print(path, text);
    return eh_error_field(reader->error, code, where, "%u: %s%s%s", node->line, where,
                          *where ? ": " : "", what);
}

int eh_desk_out_of_memory(const struct desk_reader *reader)
{
    return eh_error_set(reader->error, EH_ENOMEM, "1: out of memory while reading the file");
}

static const char *kind_name(const struct desk_node *node)
{
    static const char *const names[] = {
        [DESK_SCALAR] = "a single value", [DESK_LIST] = "a list", [DESK_MAP] = "a map"};
    return names[node->kind];
}

/* A null of YAML: nothing, `~` or `null` without quotes. */
static bool node_is_null(const struct desk_node *node)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    if (node->kind != DESK_SCALAR || !node->plain)
        return false;
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
        if (eh_str_equal(eh_str_n(node->text, node->size), eh_str(nulls[i])))
            return true;
    return false;
}

static int node_check_kind(const struct desk_reader *reader, const struct desk_node *node,
                           const struct desk_path *path, enum desk_node_kind kind,
                           const char *wanted)
{
    if (node_is_null(node))
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "has no value; give it one or leave it out");
    if (node->kind != kind)
        return eh_desk_refuse(reader, node, path, EH_EINVAL, "must be %s, not %s", wanted,
                              kind_name(node));
    return 0;
}

int eh_desk_check_list(struct desk_reader *reader, const struct desk_node *node,
                       const struct desk_path *path, uint32_t max)
{
    int r = node_check_kind(reader, node, path, DESK_LIST, "a list");
    if (r < 0)
        return r;
    if (node->size > max)
        return eh_desk_refuse(reader, node, path, EH_ERANGE, "has %u items, more than %u",
                              node->size, max);
    return 0;
}

int eh_desk_check_map(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path)
{
    return node_check_kind(reader, node, path, DESK_MAP, "a map");
}

static size_t three_least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* The Levenshtein distance: how many letters must be added, dropped or changed to make one word of
 * the other. */
static size_t words_distance(struct eh_str a, struct eh_str b)
{
    size_t row[KEY_MAX + 1];
    for (size_t j = 0; j <= b.size; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.size; i++) {
        size_t before = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            size_t above = row[j];
            row[j] = three_least(row[j] + 1, row[j - 1] + 1,
                                 before + (a.data[i - 1] != b.data[j - 1] ? 1 : 0));
            before = above;
        }
    }
    return row[b.size];
}

static const char *key_nearest(struct eh_str key, const struct desk_field *fields, size_t count)
{
    const char *best = NULL;
    size_t best_distance = NEAR_MAX + 1;
    for (size_t i = 0; i < count && key.size <= KEY_MAX; i++) {
        struct eh_str known = eh_str(fields[i].key);
        size_t d = words_distance(key, known);
        if (d < best_distance && d < known.size) {
            best_distance = d;
            best = fields[i].key;
        }
    }
    return best;
}

static int key_refuse_unknown(struct desk_reader *reader, const struct desk_node *key,
                              const struct desk_path *path, const struct desk_field *fields,
                              size_t count)
{
    const char *meant = key_nearest(eh_str_n(key->text, key->size), fields, count);
    if (meant)
        return eh_desk_refuse(reader, key, path, EH_EINVAL, "unknown key; did you mean `%s`?",
                              meant);
    char known[160];
    size_t at = 0;
    for (size_t i = 0; i < count && at < sizeof known; i++)
        at += eh_format(known + at, sizeof known - at, "%s%s", i ? ", " : "", fields[i].key);
    return eh_desk_refuse(reader, key, path, EH_EINVAL, "unknown key; known here: %s", known);
}

static int pair_read(struct desk_reader *reader, const struct desk_node *key,
                     const struct desk_path *up, const struct desk_field *fields, size_t count,
                     uint32_t *seen, void *target)
{
    if (key->kind != DESK_SCALAR)
        return eh_desk_refuse(reader, key, up, EH_EINVAL, "a key must be a word, not %s",
                              kind_name(key));
    struct eh_str name = eh_str_n(key->text, key->size);
    struct desk_path path = eh_desk_path_key(up, name);
    for (size_t i = 0; i < count; i++) {
        if (!eh_str_equal(name, eh_str(fields[i].key)))
            continue;
        if (*seen & UINT32_C(1) << i)
            return eh_desk_refuse(reader, key, &path, EH_EINVAL, "stands twice in the same map");
        *seen |= UINT32_C(1) << i;
        return fields[i].read(reader, key->next, &path, (char *)target + fields[i].at);
    }
    return key_refuse_unknown(reader, key, &path, fields, count);
}

int eh_desk_read_map(struct desk_reader *reader, const struct desk_node *node,
                     const struct desk_path *path, const struct desk_field *fields, size_t count,
                     void *target)
{
    eh_require(count <= EH_DESK_FIELDS_MAX);
    int r = eh_desk_check_map(reader, node, path);
    if (r < 0)
        return r;
    uint32_t seen = 0;
    for (const struct desk_node *key = node->first; key; key = key->next->next) {
        r = pair_read(reader, key, path, fields, count, &seen, target);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < count; i++)
        if (fields[i].required && !(seen & UINT32_C(1) << i)) {
            struct desk_path missing = eh_desk_path_key(path, eh_str(fields[i].key));
            return eh_desk_refuse(reader, node, &missing, EH_EINVAL, "is missing");
        }
    return 0;
}

int eh_desk_read_text(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, struct eh_str *ret)
{
    int r = node_check_kind(reader, node, path, DESK_SCALAR, "a single value");
    if (r < 0)
        return r;
    *ret = eh_str_n(node->text, node->size);
    return 0;
}

int eh_desk_keep_text(struct desk_reader *reader, struct eh_str text, struct eh_str *ret)
{
    struct eh_str copy = eh_arena_str(reader->arena, text);
    if (!copy.data)
        return eh_desk_out_of_memory(reader);
    *ret = copy;
    return 0;
}

int eh_desk_read_id(struct desk_reader *reader, const struct desk_node *node,
                    const struct desk_path *path, void *ret)
{
    struct eh_str text;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    if (!eh_id_valid(text))
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "`%.*s` is no id; an id is 1 to 63 of a-z 0-9 . _ - and begins with "
                              "a letter or digit",
                              EH_STR_ARG(text_shown(text)));
    return eh_desk_keep_text(reader, text, ret);
}

int eh_desk_read_name(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, void *ret)
{
    struct eh_str text;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    if (!eh_name_valid(text, EH_NAME_MAX))
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "`%.*s` is no name; a name is 1 to %d bytes without control "
                              "characters",
                              EH_STR_ARG(text_shown(text)), EH_NAME_MAX);
    return eh_desk_keep_text(reader, text, ret);
}

bool eh_desk_user_valid(struct eh_str text)
{
    if (!eh_name_valid(text, EH_DESK_USER_MAX))
        return false;
    for (uint32_t i = 0; i < text.size; i++)
        if (text.data[i] == ':' || text.data[i] == '/' || text.data[i] == ' ')
            return false;
    return text.data[0] != '-';
}

int eh_desk_read_user(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, void *ret)
{
    struct eh_str text;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    if (!eh_desk_user_valid(text))
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "`%.*s` is no name of a Unix user or group",
                              EH_STR_ARG(text_shown(text)));
    return eh_desk_keep_text(reader, text, ret);
}

int eh_desk_read_date(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, void *ret)
{
    struct eh_str text;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    int32_t days;
    struct eh_error inner;
    if (eh_date_parse(text, &days, &inner) < 0)
        return eh_desk_refuse(reader, node, path, EH_EINVAL, "%s", inner.text);
    *(int32_t *)ret = days;
    return 0;
}

static int seconds_read(struct desk_reader *reader, const struct desk_node *node,
                        const struct desk_path *path, int64_t least_s, void *ret)
{
    struct eh_str text;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    int64_t seconds;
    struct eh_error inner;
    if (eh_duration_parse(text, &seconds, &inner) < 0)
        return eh_desk_refuse(reader, node, path, EH_EINVAL, "%s", inner.text);
    if (seconds < least_s || seconds > EH_DESK_DURATION_MAX_S)
        return eh_desk_refuse(reader, node, path, EH_ERANGE, "%.*s is not between %ds and 366d",
                              EH_STR_ARG(text_shown(text)), (int)least_s);
    *(int64_t *)ret = seconds;
    return 0;
}

int eh_desk_read_duration(struct desk_reader *reader, const struct desk_node *node,
                          const struct desk_path *path, void *ret)
{
    return seconds_read(reader, node, path, 0, ret);
}

int eh_desk_read_time(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, void *ret)
{
    return seconds_read(reader, node, path, 1, ret);
}

int eh_desk_read_node(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, void *ret)
{
    (void)reader;
    (void)path;
    *(const struct desk_node **)ret = node;
    return 0;
}

int eh_desk_read_number(struct desk_reader *reader, const struct desk_node *node,
                        const struct desk_path *path, uint32_t least_allowed, uint32_t most,
                        uint32_t *ret)
{
    struct eh_str text;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    int64_t number;
    struct eh_error inner;
    if (eh_integer_parse(text, &number, &inner) < 0)
        return eh_desk_refuse(reader, node, path, EH_EINVAL, "%s", inner.text);
    if (number < least_allowed || number > most)
        return eh_desk_refuse(reader, node, path, EH_ERANGE, "%.*s is not between %u and %u",
                              EH_STR_ARG(text_shown(text)), least_allowed, most);
    *ret = (uint32_t)number;
    return 0;
}

int eh_desk_parse_percent(const struct desk_reader *reader, struct eh_str text, int64_t *ret_ppm,
                          struct eh_error *error)
{
    return reader->written_now ? eh_percent_parse(text, ret_ppm, error)
                               : eh_ppm_parse(text, ret_ppm, error);
}

int eh_desk_read_share(struct desk_reader *reader, const struct desk_node *node,
                       const struct desk_path *path, uint32_t least_allowed, const char *whole,
                       uint32_t *ret_ppm)
{
    struct eh_str text;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    int64_t ppm;
    struct eh_error inner;
    bool percent = whole[strlen(whole) - 1] == '%';
    if ((percent ? eh_desk_parse_percent(reader, text, &ppm, &inner)
                 : eh_ppm_parse(text, &ppm, &inner)) < 0)
        return eh_desk_refuse(reader, node, path, EH_EINVAL, "%s", inner.text);
    if (ppm >= 2 * EH_PPM && !percent && text.data[text.size - 1] != '%')
        return eh_desk_refuse(reader, node, path, EH_ERANGE,
                              "%.*s is above %s; a percentage has its sign: %.*s%%",
                              EH_STR_ARG(text_shown(text)), whole, EH_STR_ARG(text_shown(text)));
    if (ppm > EH_PPM)
        return eh_desk_refuse(reader, node, path, EH_ERANGE, "%.*s is above %s",
                              EH_STR_ARG(text_shown(text)), whole);
    if (ppm < least_allowed)
        return eh_desk_refuse(reader, node, path, EH_ERANGE, "%.*s is %s",
                              EH_STR_ARG(text_shown(text)),
                              least_allowed ? "not above 0" : "below 0");
    *ret_ppm = (uint32_t)ppm;
    return 0;
}

int eh_desk_read_word(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, const char *const *words, size_t count,
                      size_t *ret)
{
    struct eh_str text;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    char known[160];
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (!words[i])
            continue;
        if (eh_str_equal(text, eh_str(words[i]))) {
            *ret = i;
            return 0;
        }
        if (at < sizeof known)
            at += eh_format(known + at, sizeof known - at, "%s%s", at ? ", " : "", words[i]);
    }
    return eh_desk_refuse(reader, node, path, EH_EINVAL, "`%.*s` is none of %s",
                          EH_STR_ARG(text_shown(text)), known);
}

int eh_desk_read_choice(struct desk_reader *reader, const struct desk_node *node,
                        const struct desk_path *path, const char *const *words, size_t count,
                        uint8_t *ret)
{
    size_t number;
    int r = eh_desk_read_word(reader, node, path, words, count, &number);
    if (r == 0)
        *ret = (uint8_t)number;
    return r;
}
