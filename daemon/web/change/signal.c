/* signal: available, overloaded for some time, away. */
#include "web/change/changes.h"

/* A button says the state, and the seconds it holds: "overloaded 1800". */
int eh_change_signal(const struct eh_form *form, struct eh_change_made *ret, struct eh_error *error)
{
    const char *said = eh_form_get(form, "status"), *blank = strchr(said, ' ');
    size_t size = blank ? (size_t)(blank - said) : strlen(said);
    int64_t seconds = 0;
    if (!*eh_form_get(form, "rep"))
        return eh_error_set(error, EH_EINVAL, "The form does not say whose state it is.");
    if (blank && eh_integer_parse(eh_str(blank + 1), &seconds, NULL) < 0)
        return eh_error_set(error, EH_EINVAL, "The form says no time that can be read.");
    eh_change_to(ret, "/v1/reps/%s/signal", eh_form_get(form, "rep"));
    eh_change_put(ret, "status", json_stringn(said, size));
    if (blank)
        eh_change_put(ret, "for", json_integer(seconds));
    if (strncmp(said, "overloaded", size) == 0)
        eh_change_put_text(ret, form, "reason");
    return 0;
}
