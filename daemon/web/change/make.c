/* make: what the rows of the table have in common. */
#include "web/change/changes.h"

#include "web/html/html.h"

void eh_change_to(struct eh_change_made *made, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    eh_bytes_clear(&made->target);
    eh_url_v(&made->target, format, values);
    va_end(values);
}

void eh_change_put(struct eh_change_made *made, const char *key, json_t *value)
{
    if (!made->body)
        made->body = json_object();
    json_object_set_new(made->body, key, value);
}

void eh_change_put_text(struct eh_change_made *made, const struct eh_form *form, const char *field)
{
    const char *text = eh_form_get(form, field);
    if (*text)
        eh_change_put(made, field, json_string(text));
}

void eh_change_made_done(struct eh_change_made *made)
{
    eh_bytes_done(&made->target);
    json_decref(made->body);
    made->body = NULL;
}
