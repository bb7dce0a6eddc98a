/*
 * form: what a form sends: application/x-www-form-urlencoded, as fields with values; the query of
 * an address, too.
 *
 *     struct eh_form form;
 *     r = eh_form_parse(eh_str("status=overloaded&for=30m"), &arena, &form, &error);
 *     const char *status = eh_form_get(&form, "status"); // "overloaded"; "": there is none
 */
#ifndef EVENHAND_WEB_HTML_FORM_H
#define EVENHAND_WEB_HTML_FORM_H

#include <evenhand/base/base.h>

#define EH_FORM_FIELDS_MAX 72 /* a what-if of 32 figures has two for each */
#define EH_FORM_BYTES_MAX  65536

struct eh_form {
    struct {
        const char *name, *value;
    } fields[EH_FORM_FIELDS_MAX];
    unsigned count;
};

/* The texts live in the arena. Refused: a name twice, what is no UTF-8, a NUL. -EH_EPARSE,
 * -EH_ERANGE, -EH_ENOMEM. */
int eh_form_parse(struct eh_str body, struct eh_arena *, struct eh_form *ret,
                  struct eh_error *) EH_MUST_CHECK;
const char *eh_form_get(const struct eh_form *, const char *name);

#endif
