/*
 * path: splits and decodes the target of a request. Pure; the fuzz target begins here.
 */
#include "http/path.h"

/* Percent-decodes `in` into the arena; '+' is a space only in queries. */
static int decode(struct eh_str in, bool plus, struct eh_arena *arena, struct eh_str *ret,
                  struct eh_error *error)
{
    char *out = eh_arena_alloc(arena, (size_t)in.size + 1);
    if (!out)
        return eh_error_set(error, EH_ENOMEM, "out of memory");

    size_t size = 0;
    for (uint32_t i = 0; i < in.size; i++) {
        char c = in.data[i];
        if (c == '%') {
            int high = i + 2 < in.size ? eh_hex_digit(in.data[i + 1]) : -1;
            int low = i + 2 < in.size ? eh_hex_digit(in.data[i + 2]) : -1;
            if (high < 0 || low < 0)
                return eh_error_set(error, EH_EPARSE,
                                    "the address has a '%%' that two hex digits do not follow");
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        out[size++] = c;
    }
    struct eh_str decoded = eh_str_n(out, size);
    if (size > 0 && !eh_name_valid(decoded, EH_NAME_MAX))
        return eh_error_set(error, EH_EINVAL,
                            "a part of the address is longer than %d bytes, not UTF-8 or has "
                            "control characters",
                            EH_NAME_MAX);
    *ret = decoded;
    return 0;
}

/* Cuts the next piece before `separator` off `*rest`; false at the end. */
static bool next_piece(const char **rest, char separator, struct eh_str *ret)
{
    if (!*rest)
        return false;
    const char *end = strchr(*rest, separator);
    *ret = eh_str_n(*rest, end ? (size_t)(end - *rest) : strlen(*rest));
    *rest = end ? end + 1 : NULL;
    return true;
}

static int parse_parts(const char *path, struct eh_arena *arena, struct eh_http_path *out,
                       struct eh_error *error)
{
    if (!path || *path != '/')
        return eh_error_set(error, EH_EPARSE, "the address does not begin with '/'");

    const char *rest = path + 1;
    struct eh_str piece;
    while (next_piece(&rest, '/', &piece)) {
        if (piece.size == 0 && !rest)
            break; /* one '/' at the end does no harm */
        if (piece.size == 0)
            return eh_error_set(error, EH_EPARSE, "the address has an empty part");
        if (out->part_count == EH_HTTP_PARTS_MAX)
            return eh_error_set(error, EH_EINVAL, "the address has more than %d parts",
                                EH_HTTP_PARTS_MAX);
        int r = decode(piece, false, arena, &out->parts[out->part_count], error);
        if (r < 0)
            return r;
        out->part_count++;
    }
    return 0;
}

static int query_add(struct eh_str piece, struct eh_arena *arena, struct eh_http_path *out,
                     struct eh_error *error)
{
    if (out->query_count == EH_HTTP_QUERIES_MAX)
        return eh_error_set(error, EH_EINVAL, "more than %d query parameters", EH_HTTP_QUERIES_MAX);

    const char *equals = memchr(piece.data, '=', piece.size);
    size_t name_size = equals ? (size_t)(equals - piece.data) : piece.size;
    struct eh_str value = {NULL, 0};
    if (equals)
        value = eh_str_n(equals + 1, piece.size - name_size - 1);

    struct eh_http_query query;
    int r = decode(eh_str_n(piece.data, name_size), true, arena, &query.name, error);
    if (r < 0)
        return r;
    r = decode(value, true, arena, &query.value, error);
    if (r < 0)
        return r;
    for (uint32_t i = 0; i < out->query_count; i++)
        if (eh_str_equal(out->queries[i].name, query.name))
            return eh_error_set(error, EH_EINVAL, "query parameter %.*s: given twice",
                                EH_STR_ARG(query.name));
    out->queries[out->query_count++] = query;
    return 0;
}

int eh_http_path_parse(const char *path, const char *query, struct eh_arena *arena,
                       struct eh_http_path *ret, struct eh_error *error)
{
    struct eh_http_path out = {0};
    int r = parse_parts(path, arena, &out, error);
    if (r < 0)
        return r;

    struct eh_str piece;
    while (next_piece(&query, '&', &piece)) {
        if (piece.size == 0)
            continue;
        r = query_add(piece, arena, &out, error);
        if (r < 0)
            return r;
    }
    *ret = out;
    return 0;
}

bool eh_http_path_matches(const struct eh_http_path *path, const char *pattern)
{
    const char *rest = pattern + 1;
    struct eh_str piece;
    uint32_t i = 0;
    while (next_piece(&rest, '/', &piece)) {
        if (i == path->part_count)
            return false;
        if (piece.data[0] != '{' && !eh_str_equal(piece, path->parts[i]))
            return false;
        i++;
    }
    return i == path->part_count;
}

struct eh_str eh_http_path_part(const struct eh_http_path *path, const char *pattern,
                                const char *name)
{
    const char *rest = pattern + 1;
    struct eh_str piece, wanted = eh_str(name);
    for (uint32_t i = 0; i < path->part_count && next_piece(&rest, '/', &piece); i++)
        if (piece.data[0] == '{' && eh_str_equal(eh_str_n(piece.data + 1, piece.size - 2), wanted))
            return path->parts[i];
    eh_require_failed("the pattern has this name", __FILE__, __LINE__);
}

struct eh_str eh_http_path_query(const struct eh_http_path *path, const char *name)
{
    for (uint32_t i = 0; i < path->query_count; i++)
        if (eh_str_equal(path->queries[i].name, eh_str(name)))
            return path->queries[i].value;
    return (struct eh_str){NULL, 0};
}

static bool listed(const char *names, struct eh_str name)
{
    struct eh_str piece;
    while (next_piece(&names, ' ', &piece))
        if (piece.size > 0 && eh_str_equal(piece, name))
            return true;
    return false;
}

const struct eh_http_query *eh_http_path_unknown_query(const struct eh_http_path *path,
                                                       const char *names)
{
    for (uint32_t i = 0; i < path->query_count; i++)
        if (!listed(names, path->queries[i].name))
            return &path->queries[i];
    return NULL;
}
