/*
 * bounded: counts what JSON would become before any of it does.
 */
#include "host/bounded.h"

struct scan {
    unsigned depth, deepest;
    size_t items;
    bool in_text, escaped;
};

static void scan_structure(struct scan *scan, char byte)
{
    switch (byte) {
    case '"':
        scan->in_text = true;
        break;
    case '[':
    case '{':
        if (++scan->depth > scan->deepest)
            scan->deepest = scan->depth;
        scan->items++;
        break;
    case ']':
    case '}':
        scan->depth -= scan->depth > 0;
        break;
    case ',':
    case ':':
        scan->items++;
        break;
    default:
        break;
    }
}

static void scan_byte(struct scan *scan, char byte)
{
    if (!scan->in_text)
        scan_structure(scan, byte);
    else if (scan->escaped)
        scan->escaped = false;
    else if (byte == '\\')
        scan->escaped = true;
    else if (byte == '"')
        scan->in_text = false;
}

int eh_bounded_json(struct eh_str text, json_t **ret, struct eh_error *error)
{
    struct scan scan = {0};
    if (text.size > EH_BOUNDED_BYTES_MAX)
        return eh_error_set(error, EH_ERANGE, "JSON: larger than %u bytes", EH_BOUNDED_BYTES_MAX);
    for (uint32_t i = 0; i < text.size; i++)
        scan_byte(&scan, text.data[i]);
    if (scan.deepest > EH_BOUNDED_DEPTH_MAX)
        return eh_error_set(error, EH_ERANGE, "JSON: nested deeper than %d levels",
                            EH_BOUNDED_DEPTH_MAX);
    if (scan.items > EH_BOUNDED_ITEMS_MAX)
        return eh_error_set(error, EH_ERANGE, "JSON: more than %d values", EH_BOUNDED_ITEMS_MAX);
    json_error_t why;
    json_t *value = json_loadb(text.data ? text.data : "", text.size,
                               JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (!value)
        return eh_error_set(error, EH_EPARSE, "JSON: line %d: %s", why.line, why.text);
    *ret = value;
    return 0;
}
