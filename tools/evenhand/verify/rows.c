/* rows: compares a row of the log with the one that deciding it again gives, column by column. */
#include "private.h"

/* ---- What a row says by itself. */

struct eh_key proof_own_identity(uint64_t no)
{
    char text[40];
    size_t size = eh_format(text, sizeof text, "input %llu", big(no));
    return eh_hash_128(EH_DOMAIN_ENTRY, text, size);
}

/* Salted digests are copied from the row: the salt may have been erased with its text. */
static void keep_digests(const struct eh_replay *replay, struct eh_input *in)
{
    if (proof_rules(replay) < EH_RULES_SALTED)
        return;
    if (eh_message_has(&in->message, EH_FIELD_CUSTOMER_DIGEST))
        in->customer_salt.how = EH_DIGEST_KEPT;
    if (eh_message_has(&in->message, EH_FIELD_SUBJECT_DIGEST))
        in->subject_salt.how = EH_DIGEST_KEPT;
    if (eh_message_has(&in->message, EH_FIELD_REASON_DIGEST))
        in->reason_salt.how = EH_DIGEST_KEPT;
}

int proof_compare_digests(const struct eh_replay *replay, struct eh_error *error)
{
    const struct eh_input *in = &replay->in;
    const struct eh_record *record = &replay->row.record;
    if (in->message.type == EH_MESSAGE_UNPARSED)
        return 0; /* its bytes stand with the dead letters */
    struct eh_input again = *in;
    again.rules = proof_rules(replay);
    again.bare = record->type == EH_MESSAGE_TICKET && again.rules >= EH_RULES_CONTENT;
    keep_digests(replay, &again);
    eh_input_identify(&again);
    if (!eh_key_equal(again.digest, record->digest))
        return eh_error_set(error, EH_ECORRUPT,
                            "input %llu: %s %.*s: what stands there is not what its digest was "
                            "made of: the value or another column was changed",
                            big(record->input), eh_message_type_name(in->message.type),
                            EH_STR_ARG(record->id));
    bool own = in->origin != EH_ORIGIN_STREAM && in->message.type != EH_MESSAGE_TICKET &&
               !eh_message_has(&in->message, EH_FIELD_EVENT);
    struct eh_key identity = own ? proof_own_identity(record->input) : again.identity;
    if (record->type > 0 && !eh_key_equal(identity, record->identity))
        return eh_error_set(error, EH_ECORRUPT, "input %llu: its identity is that of another row",
                            big(record->input));
    return 0;
}

/* ---- Effects. */

static const char *effect_name(int type)
{
    const char *name = eh_notice_type_name(type);
    return type == EH_NOTICE_ASSIGNED ? "assignment" : name ? name : "effect";
}

static int effect_differs(const struct eh_cli_log_row *row, const struct eh_effect *recorded,
                          const char *column, struct eh_str found, struct eh_str wanted,
                          struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT,
                        "input %llu: %s seq %llu: recorded %s %.*s, the log gives %.*s",
                        big(row->record.input), effect_name(recorded->type), big(recorded->seq),
                        column, EH_STR_ARG(found.size ? found : eh_str("nothing")),
                        EH_STR_ARG(wanted.size ? wanted : eh_str("nothing")));
}

/* The value of a column as people read it. A text is not copied. */
static struct eh_str cell_text(const struct eh_column *column, const struct eh_effect_row *row,
                               char number[24])
{
    if (column->cell == EH_CELL_TEXT)
        return *(const struct eh_str *)((const char *)row + column->at);
    uint64_t value = (uint64_t)eh_column_number(column, row);
    return eh_str_n(number, eh_format(number, 24, "%llu", big(value)));
}

static int compare_effect(const struct eh_cli_log_row *row, const struct eh_effect *recorded,
                          const struct eh_effect *made, struct eh_error *error)
{
    const struct eh_effect_row found = {*recorded, row->record.input};
    const struct eh_effect_row wanted = {*made, row->record.input};
    for (int i = 0; i < EH_EFFECT_COLUMN_COUNT; i++) {
        const struct eh_column *column = &eh_effect_columns.items[i];
        char a[24], b[24];
        if (eh_column_same(column, &found, &wanted))
            continue;
        if (i == EH_EFFECT_DETAIL)
            return eh_error_set(
                error, EH_ECORRUPT,
                "input %llu: %s seq %llu: the recorded detail is not what the log gives",
                big(row->record.input), effect_name(recorded->type), big(recorded->seq));
        return effect_differs(row, recorded, column->name, cell_text(column, &found, a),
                              cell_text(column, &wanted, b), error);
    }
    return 0;
}

int proof_compare_effects(const struct eh_replay *replay, struct eh_error *error)
{
    const struct eh_cli_log_row *row = &replay->row;
    const struct eh_effects *fx = &replay->effects;
    for (uint32_t i = 0; i < row->effect_count || i < fx->count; i++) {
        const struct eh_effect *recorded = i < row->effect_count ? &row->effects[i] : NULL;
        const struct eh_effect *made = i < fx->count ? &fx->items[i] : NULL;
        if (!recorded || (made && recorded->seq > made->seq))
            return eh_error_set(
                error, EH_ECORRUPT, "input %llu: seq %llu: is missing; the log gives %s %.*s%s%.*s",
                big(row->record.input), big(made->seq), effect_name(made->type),
                EH_STR_ARG(made->id), made->rep.size ? " to " : "", EH_STR_ARG(made->rep));
        if (!made || recorded->seq < made->seq)
            return eh_error_set(error, EH_ECORRUPT,
                                "input %llu: seq %llu: recorded %s, the log gives nothing there",
                                big(row->record.input), big(recorded->seq),
                                effect_name(recorded->type));
        int r = compare_effect(row, recorded, made, error);
        if (r < 0)
            return r;
    }
    return 0;
}

/* ---- Columns that follow from the decision. */

static int row_differs(const struct eh_cli_log_row *row, const char *name, struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT, "input %llu: the recorded %s is not what the log gives",
                        big(row->record.input), name);
}

static int compare_change(const struct eh_cli_log_row *row, struct eh_error *error)
{
    struct eh_change_row wanted;
    if (row->record.image_ticket == 0)
        return 0;
    if (eh_change_of_record(&row->record, &wanted) < 0)
        return row_differs(row, "image of the ticket", error);
    uint64_t nulls = eh_columns_nulls(&eh_change_columns, &wanted);
    bool same = nulls == eh_columns_nulls(&eh_change_columns, &row->change);
    for (int i = 0; same && i < EH_CHANGE_COLUMN_COUNT; i++)
        same = nulls >> i & 1 || eh_column_same(&eh_change_columns.items[i], &row->change, &wanted);
    return same ? 0 : row_differs(row, "state of the ticket (ticket_change)", error);
}

int proof_compare_record(struct eh_replay *replay, struct eh_error *error)
{
    /* The columns that say what the input caused. The other columns say what the input was. */
    static const uint8_t caused[] = {EH_INPUT_REP, EH_INPUT_WORD, EH_INPUT_UNTIL, EH_INPUT_REST};
    const struct eh_cli_log_row *row = &replay->row;
    const struct eh_record *found = &row->record;
    struct eh_record made;
    if (eh_record_from_input(&replay->in, &replay->effects, &replay->arena, &made) < 0)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    if (found->type != made.type)
        return row_differs(row, "type (refused or not)", error);
    uint64_t nulls =
        eh_columns_nulls(&eh_input_columns, found) ^ eh_columns_nulls(&eh_input_columns, &made);
    for (size_t i = 0; i < sizeof caused; i++) {
        const struct eh_column *column = &eh_input_columns.items[caused[i]];
        if (nulls >> caused[i] & 1 || !eh_column_same(column, found, &made))
            return row_differs(row, column->name, error);
    }
    if (found->image_ticket != made.image_ticket || !eh_ticket_image_same(found->image, made.image))
        return row_differs(row, "image of the ticket", error);
    return compare_change(row, error);
}
