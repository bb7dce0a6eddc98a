/* period: freeze, close or pay a period of a pool; set a rep aside in it, or take them in again. */
#include "web/change/changes.h"

int eh_change_period(const struct eh_form *form, struct eh_change_made *ret, struct eh_error *error)
{
    static const char *const steps[] = {"freeze", "close", "pay"};
    const char *step = eh_form_get(form, "step");
    if (!*eh_form_get(form, "team") || !*eh_form_get(form, "period"))
        return eh_error_set(error, EH_EINVAL, "The form does not say which period.");
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (strcmp(steps[i], step) != 0)
            continue;
        eh_change_to(ret, "/v1/teams/%s/periods/%s/%s", eh_form_get(form, "team"),
                     eh_form_get(form, "period"), step);
        return 0;
    }
    return eh_error_set(error, EH_EINVAL, "A period can be frozen, closed and paid.");
}

int eh_change_aside(const struct eh_form *form, struct eh_change_made *ret, struct eh_error *error)
{
    const char *what = eh_form_get(form, "what"), *reason = eh_form_get(form, "reason");
    if (strcmp(what, "exclude") != 0 && strcmp(what, "include") != 0)
        return eh_error_set(error, EH_EINVAL, "A rep is set aside, or taken in again.");
    if (!*eh_form_get(form, "team") || !*eh_form_get(form, "period") || !*eh_form_get(form, "rep"))
        return eh_error_set(error, EH_EINVAL, "The form does not say who, and in which period.");
    if (!reason[strspn(reason, " ")])
        return eh_error_field(error, EH_EINVAL, "reason",
                              "A reason is needed: it stands in the log.");
    eh_change_to(ret, "/v1/teams/%s/periods/%s/%s", eh_form_get(form, "team"),
                 eh_form_get(form, "period"), what);
    eh_change_put_text(ret, form, "rep");
    eh_change_put_text(ret, form, "reason");
    return 0;
}
