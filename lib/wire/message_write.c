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
        eh_entries_add_flag(list, row->name, eh_field_number(m, row) != 0);
    } else if (row->kind == EH_KIND_STATUS || row->kind == EH_KIND_OUTCOME) {
        int number = (int)eh_field_number(m, row);
        name = row->kind == EH_KIND_STATUS ? eh_status_name(number) : eh_outcome_name(number);
        eh_entries_add(list, row->name, EH_ENTRY_TEXT, eh_str(name));
    } else {
        eh_entries_add_number(list, row->name, eh_field_number(m, row));
    }
}

/* The texts of times that were told as days, which a list points to. */
struct days {
    char texts[3][EH_DECIMAL_TEXT_MAX];
    int count;
};

/* Adds a time by its day. */
static void day_add(struct eh_entries *list, const struct eh_message *m, int field,
                    struct days *days)
{
    int64_t day = eh_field_number(m, &eh_field_rows[eh_field_of_day(field)]);
    char *text = days->texts[days->count++];
    eh_entries_add(list, eh_field_rows[field].name, EH_ENTRY_TEXT,
                   eh_str_n(text, eh_date_print((int32_t)day, text)));
}

/* Fields that the message does not have are left out, so the text reads back as the same message.
 */
static void fields_list(const struct eh_message *m, struct days *days, struct eh_entries *ret)
{
    static const int dated[] = {EH_FIELD_AT, EH_FIELD_FROM, EH_FIELD_UNTIL};
    uint64_t has = m->has & ~EH_FIELD_BIT(EH_FIELD_MENDED);
    *days = (struct days){.count = 0};
    for (size_t i = 0; i < sizeof dated / sizeof *dated; i++) {
        int day = eh_field_of_day(dated[i]);
        if (has & EH_FIELD_BIT(day))
            has &= ~(EH_FIELD_BIT(day) | EH_FIELD_BIT(dated[i]));
    }
    ret->count = 0;
    eh_entries_add(ret, "type", EH_ENTRY_TEXT, eh_str(eh_message_type_name(m->type)));
    for (int field = 0; field < EH_FIELD_COUNT; field++)
        if (has & EH_FIELD_BIT(field))
            field_add(ret, m, &eh_field_rows[field]);
    for (size_t i = 0; i < sizeof dated / sizeof *dated; i++)
        if (m->has & EH_FIELD_BIT(eh_field_of_day(dated[i])))
            day_add(ret, m, dated[i], days);
}

int eh_message_to_json(const struct eh_message *m, struct eh_bytes *out)
{
    struct eh_entries list;
    struct days days;
    fields_list(m, &days, &list);
    return eh_entries_to_json(&list, out);
}

int eh_message_to_msgpack(const struct eh_message *m, struct eh_bytes *out)
{
    struct eh_entries list;
    struct days days;
    fields_list(m, &days, &list);
    return eh_entries_to_msgpack(&list, out);
}
