/* range: which part of a list is wanted: after, since, newest, limit; and other flags. */
#include "admin/api/api.h"

static int read_after(struct eh_str text, uint64_t *ret, struct eh_error *error)
{
    int64_t number = 0;
    if (text.size > 0 && (eh_integer_parse(text, &number, NULL) < 0 || number < 0))
        return eh_error_field(error, EH_EINVAL, "after",
                              "after: %.*s is no cursor; take it from the answer before",
                              EH_STR_ARG(text));
    *ret = (uint64_t)number;
    return 0;
}

static int read_since(const struct eh_admin_request *request, struct eh_str text, int64_t *ret,
                      struct eh_error *error)
{
    int64_t us = 0;
    int32_t day;
    if (text.size > 0 && eh_date_parse(text, &day, NULL) == 0)
        us = eh_app_day_us(request->admin->app, day);
    else if (text.size > 0 && eh_time_parse(text, &us, NULL) < 0)
        return eh_error_field(error, EH_EINVAL, "since",
                              "since: %.*s is no time; write it like 2026-03-01T12:00:00Z, or a "
                              "day of the desk, 2026-03-01",
                              EH_STR_ARG(text));
    if (us > eh_app_now_us(request->admin->app))
        return eh_error_field(error, EH_ERANGE, "since", "since: %.*s has not come yet",
                              EH_STR_ARG(text));
    *ret = us;
    return 0;
}

static int read_limit(struct eh_str text, uint32_t page, uint32_t *ret, struct eh_error *error)
{
    int64_t number = page;
    if (text.size > 0 && (eh_integer_parse(text, &number, NULL) < 0 || number < 1 || number > page))
        return eh_error_field(error, EH_ERANGE, "limit", "limit: %.*s is not from 1 to %u",
                              EH_STR_ARG(text), page);
    *ret = (uint32_t)number;
    return 0;
}

int eh_admin_range_flag(const struct eh_admin_request *request, const char *name, bool *ret,
                        struct eh_error *error)
{
    struct eh_str text = eh_http_path_query(&request->path, name);
    bool yes = eh_str_equal(text, eh_str("1"));
    if (text.size > 0 && !yes && !eh_str_equal(text, eh_str("0")))
        return eh_error_field(error, EH_EINVAL, name, "%s: %.*s is neither 1 nor 0", name,
                              EH_STR_ARG(text));
    *ret = yes;
    return 0;
}

int eh_admin_range(const struct eh_admin_request *request, uint32_t page,
                   struct eh_admin_range *ret, struct eh_error *error)
{
    struct eh_admin_range range = {0};
    const struct eh_http_path *path = &request->path;
    int r = read_after(eh_http_path_query(path, "after"), &range.after, error);
    if (r == 0)
        r = read_since(request, eh_http_path_query(path, "since"), &range.since_us, error);
    if (r == 0)
        r = read_limit(eh_http_path_query(path, "limit"), page, &range.limit, error);
    if (r == 0)
        r = eh_admin_range_flag(request, "newest", &range.newest, error);
    if (r == 0)
        *ret = range;
    return r;
}

int64_t eh_admin_range_begin(const struct eh_admin_range *range)
{
    return range->newest && range->after == 0 ? INT64_MAX : (int64_t)range->after;
}

json_t *eh_json_cursor(uint64_t after)
{
    char text[24];
    eh_format(text, sizeof text, "%llu", (unsigned long long)after);
    return after ? json_string(text) : NULL;
}
