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

static int compare_texts(const struct eh_cli_log_row *row, const struct eh_effect *recorded,
                         const struct eh_effect *made, struct eh_error *error)
{
    const struct {
        const char *name;
        struct eh_str found, wanted;
    } texts[] = {
        {"rep", recorded->rep, made->rep},
        {"team", recorded->team, made->team},
        {"was", recorded->was, made->was},
        {"why", recorded->why, made->why},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!eh_str_equal(texts[i].found, texts[i].wanted))
            return effect_differs(row, recorded, texts[i].name, texts[i].found, texts[i].wanted,
                                  error);
    if (!eh_str_equal(recorded->detail, made->detail))
        return eh_error_set(
            error, EH_ECORRUPT,
            "input %llu: %s seq %llu: the recorded detail is not what the log gives",
            big(row->record.input), effect_name(recorded->type), big(recorded->seq));
    return 0;
}

static int compare_numbers(const struct eh_cli_log_row *row, const struct eh_effect *recorded,
                           const struct eh_effect *made, struct eh_error *error)
{
    const struct {
        const char *name;
        uint64_t found, wanted;
    } numbers[] = {
        {"type", recorded->type, made->type},
        {"ticket", recorded->ticket, made->ticket},
        {"epoch", recorded->epoch, made->epoch},
        {"eligible", recorded->eligible, made->eligible},
        {"weight", recorded->weight, made->weight},
        {"draws", recorded->draw_count, made->draw_count},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (numbers[i].found == numbers[i].wanted)
            continue;
        char found[24], wanted[24];
        size_t found_size = eh_format(found, sizeof found, "%llu", big(numbers[i].found));
        size_t wanted_size = eh_format(wanted, sizeof wanted, "%llu", big(numbers[i].wanted));
        return effect_differs(row, recorded, numbers[i].name, eh_str_n(found, found_size),
                              eh_str_n(wanted, wanted_size), error);
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
        int r = compare_numbers(row, recorded, made, error);
        if (r == 0)
            r = compare_texts(row, recorded, made, error);
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
    struct eh_ticket_view v;
    const struct eh_ticket_view *c = &row->change;
    if (row->record.image_ticket == 0)
        return 0;
    if (eh_ticket_image_view(row->record.image, &v, NULL) < 0)
        return row_differs(row, "image of the ticket", error);
    bool same = c->state == v.state && c->priority == v.priority && c->value == v.value &&
                eh_str_equal(c->team, v.team) && eh_str_equal(c->outcome, v.outcome) &&
                c->closed_us == (v.state == EH_TICKET_CLOSED ? v.closed_us : 0);
    return same ? 0 : row_differs(row, "state of the ticket (ticket_change)", error);
}

int proof_compare_record(struct eh_replay *replay, struct eh_error *error)
{
    const struct eh_cli_log_row *row = &replay->row;
    const struct eh_record *found = &row->record;
    struct eh_record made;
    if (eh_record_from_input(&replay->in, &replay->effects, &replay->arena, &made) < 0)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    if (found->type != made.type)
        return row_differs(row, "type (refused or not)", error);
    if (!eh_str_equal(found->rep, made.rep))
        return row_differs(row, "rep", error);
    if (!eh_str_equal(found->word, made.word))
        return row_differs(row, "word", error);
    if (found->has_until != made.has_until || found->until_us != made.until_us)
        return row_differs(row, "until", error);
    if (!eh_str_equal(found->rest, made.rest))
        return row_differs(row, "rest", error);
    if (found->image_ticket != made.image_ticket || !eh_ticket_image_same(found->image, made.image))
        return row_differs(row, "image of the ticket", error);
    return compare_change(row, error);
}
