/* period: freeze, close or pay a period of a pool. */
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
