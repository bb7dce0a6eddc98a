/*
 * path: the target of a request taken apart: decoded path parts and query parameters.
 *
 * Parts are split before they are decoded, so "%2F" in a ticket's id stays inside its part.
 *
 *     struct eh_http_path path;
 *     r = eh_http_path_parse("/v1/tickets/shop/A%2F1", "after=7", &arena, &path, &error);
 *     // path.parts: "v1" "tickets" "shop" "A/1"; eh_http_path_query(&path, "after"): "7"
 *
 * Limits: EH_HTTP_PARTS_MAX parts, EH_HTTP_QUERIES_MAX parameters, each one valid UTF-8 without
 * control characters; names at most once.
 */
#ifndef EVENHAND_HTTP_PATH_H
#define EVENHAND_HTTP_PATH_H

#include <evenhand/base/base.h>

#define EH_HTTP_PARTS_MAX   8
#define EH_HTTP_QUERIES_MAX 8

struct eh_http_query {
    struct eh_str name, value;
};

struct eh_http_path {
    struct eh_str parts[EH_HTTP_PARTS_MAX];
    uint32_t part_count;
    struct eh_http_query queries[EH_HTTP_QUERIES_MAX];
    uint32_t query_count;
};

/* path and query as they stand in the request line; either may be NULL. -EH_EPARSE, -EH_EINVAL,
 * -EH_ENOMEM. */
int eh_http_path_parse(const char *path, const char *query, struct eh_arena *,
                       struct eh_http_path *ret, struct eh_error *) EH_MUST_CHECK;
/* A pattern such as "/v1/reps/{rep}/signal": a name in braces stands for any one part. */
bool eh_http_path_matches(const struct eh_http_path *, const char *pattern);
/* The part that stands where the pattern has this name in braces. The path matches the pattern, and
 * the pattern has the name. */
struct eh_str eh_http_path_part(const struct eh_http_path *, const char *pattern, const char *name);
/* Value of a parameter; empty when it is not there. */
struct eh_str eh_http_path_query(const struct eh_http_path *, const char *name);
/* A parameter that is none of `names` (separated by spaces), or NULL. */
const struct eh_http_query *eh_http_path_unknown_query(const struct eh_http_path *,
                                                       const char *names);

#endif
