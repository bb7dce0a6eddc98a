/* message_write.c: writes a message for readers, in the keys and units that senders use. */
#include "entries.h"
#include "message_fields.h"

static void field_add(struct eh_entries *list, const struct eh_message *m,
                      const struct eh_field_row *row)
{
    static const uint8_t forms[] = {
        [EH_KIND_TEXT] = EH_ENTRY_TEXT,     [EH_KIND_CURRENCY] = EH_ENTRY_TEXT,
        [EH_KIND_SKILLS] = EH_ENTRY_LIST,   [EH_KIND_RAW] = EH_ENTRY_RAW,
        [EH_KIND_DIGEST] = EH_ENTRY_DIGEST,
    };
    const char *name;
    if (eh_field_is_text(row)) {
        eh_entries_add(list, row->name, forms[row->kind], *eh_field_text(m, row));
    } else if (row->kind == EH_KIND_FLAG) {
        eh_entries_add(list, row->name, EH_ENTRY_TRUE, (struct eh_str){NULL, 0});
    } else if (row->kind == EH_KIND_STATUS || row->kind == EH_KIND_OUTCOME) {
        int number = (int)eh_field_number(m, row);
        name = row->kind == EH_KIND_STATUS ? eh_status_name(number) : eh_outcome_name(number);
        eh_entries_add(list, row->name, EH_ENTRY_TEXT, eh_str(name));
    } else {
        eh_entries_add_number(list, row->name, eh_field_number(m, row));
    }
}

/* Fields that the message does not have are left out, so the text reads back as the same message.
 * `day` holds the text of `at`, which the list points to. */
static void fields_list(const struct eh_message *m, char day[EH_DECIMAL_TEXT_MAX],
                        struct eh_entries *ret)
{
    const uint64_t unsaid = EH_FIELD_BIT(EH_FIELD_MENDED) | EH_FIELD_BIT(EH_FIELD_AT_DAY);
    ret->count = 0;
    eh_entries_add(ret, "type", EH_ENTRY_TEXT, eh_str(eh_message_type_name(m->type)));
    for (int field = 0; field < EH_FIELD_COUNT; field++)
        if (m->has & ~unsaid & EH_FIELD_BIT(field))
            field_add(ret, m, &eh_field_rows[field]);
    if (eh_message_has(m, EH_FIELD_AT_DAY))
        eh_entries_add(ret, "at", EH_ENTRY_TEXT,
                       eh_str_n(day, eh_date_print((int32_t)m->at_day, day)));
}

int eh_message_to_json(const struct eh_message *m, struct eh_bytes *out)
{
    struct eh_entries list;
    char day[EH_DECIMAL_TEXT_MAX];
    fields_list(m, day, &list);
    return eh_entries_to_json(&list, out);
}

int eh_message_to_msgpack(const struct eh_message *m, struct eh_bytes *out)
{
    struct eh_entries list;
    char day[EH_DECIMAL_TEXT_MAX];
    fields_list(m, day, &list);
    return eh_entries_to_msgpack(&list, out);
}
