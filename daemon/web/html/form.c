/* form: splits a body into fields, and decodes them. */
#include "web/html/form.h"

/* Percent-decodes `in`, with '+' as a blank. NULL: it is no text. */
static const char *decode(struct eh_str in, struct eh_arena *arena)
{
    char *out = eh_arena_alloc(arena, (size_t)in.size + 1);
    size_t size = 0, bad_at;
    for (uint32_t i = 0; out && i < in.size; i++) {
        char c = in.data[i] == '+' ? ' ' : in.data[i];
        if (c == '%') {
            int high = i + 2 < in.size ? eh_hex_digit(in.data[i + 1]) : -1;
            int low = i + 2 < in.size ? eh_hex_digit(in.data[i + 2]) : -1;
            if (high < 0 || low < 0)
                return NULL;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c == 0)
            return NULL;
        out[size++] = c;
    }
    return out && eh_utf8_valid(eh_str_n(out, size), &bad_at) ? out : NULL;
}

static int add_field(struct eh_form *form, struct eh_str piece, struct eh_arena *arena,
                     struct eh_error *error)
{
    const char *equals = memchr(piece.data, '=', piece.size);
    size_t name_size = equals ? (size_t)(equals - piece.data) : piece.size;
    size_t rest = equals ? piece.size - name_size - 1 : 0;
    const char *name = decode(eh_str_n(piece.data, name_size), arena);
    const char *value = decode(eh_str_n(equals ? equals + 1 : "", rest), arena);
    if (!name || !value)
        return eh_error_set(error, EH_EPARSE, "a field of the form is no text");
    for (unsigned i = 0; i < form->count; i++)
        if (strcmp(form->fields[i].name, name) == 0)
            return eh_error_set(error, EH_EPARSE, "a field of the form is given twice");
    if (form->count == EH_FORM_FIELDS_MAX)
        return eh_error_set(error, EH_ERANGE, "the form has more than %d fields",
                            EH_FORM_FIELDS_MAX);
    form->fields[form->count].name = name;
    form->fields[form->count++].value = value;
    return 0;
}

int eh_form_parse(struct eh_str body, struct eh_arena *arena, struct eh_form *ret,
                  struct eh_error *error)
{
    struct eh_form form = {.count = 0};
    if (body.size > EH_FORM_BYTES_MAX)
        return eh_error_set(error, EH_ERANGE, "the form is over %d bytes", EH_FORM_BYTES_MAX);
    while (body.size > 0) {
        const char *end = memchr(body.data, '&', body.size);
        size_t size = end ? (size_t)(end - body.data) : body.size;
        int r = size ? add_field(&form, eh_str_n(body.data, size), arena, error) : 0;
        if (r < 0)
            return r;
        size += end != NULL;
        body = eh_str_n(body.data + size, body.size - size);
    }
    *ret = form;
    return 0;
}

const char *eh_form_get(const struct eh_form *form, const char *name)
{
    for (unsigned i = 0; i < form->count; i++)
        if (strcmp(form->fields[i].name, name) == 0)
            return form->fields[i].value;
    return "";
}
