/* own: what a rep says of a ticket of theirs: answered, waits for the customer, goes on. */
#include "web/change/changes.h"

static int ticket_to(const struct eh_form *form, struct eh_change_made *ret, const char *what,
                     struct eh_error *error)
{
    const char *source = eh_form_get(form, "source"), *id = eh_form_get(form, "id");
    if (!*source || !*id)
        return eh_error_set(error, EH_EINVAL, "The form does not say which ticket.");
    eh_change_to(ret, "/v1/tickets/%s/%s/%s", source, id, what);
    return 0;
}

int eh_change_answered(const struct eh_form *form, struct eh_change_made *ret,
                       struct eh_error *error)
{
    return ticket_to(form, ret, "answered", error);
}

static int paused_to(const struct eh_form *form, struct eh_change_made *ret, bool paused,
                     struct eh_error *error)
{
    int r = ticket_to(form, ret, "update", error);
    if (r == 0)
        eh_change_put(ret, "paused", json_boolean(paused));
    return r;
}

int eh_change_pause(const struct eh_form *form, struct eh_change_made *ret, struct eh_error *error)
{
    return paused_to(form, ret, true, error);
}

int eh_change_resume(const struct eh_form *form, struct eh_change_made *ret, struct eh_error *error)
{
    return paused_to(form, ret, false, error);
}
