/*
 * intake: from entries of the stream to items of a batch: decoded, identified, ready to be looked
 * up.
 *
 * Nothing is refused here for good: an entry that is no message becomes an UNPARSED input, so that
 * its dead letter is exactly-once like everything else. An entry that keeps coming back is tried in
 * a child process first, and the entries behind it wait (suspects.c).
 */
#include "lead/intake.h"
#include "lead/parts.h"

#include "host/faults.h"

int app_decode(char encoding, struct eh_str body, struct eh_arena *arena, struct eh_message *ret,
               struct eh_error *error)
{
    eh_fault_decoder(body);
    return encoding == 'm' ? eh_message_from_msgpack(body, arena, ret, error)
                           : eh_message_from_json(body, arena, ret, error);
}

static void unparsed(struct eh_message *m, struct eh_str reason)
{
    eh_require(reason.data != NULL);
    *m = (struct eh_message){.type = EH_MESSAGE_UNPARSED, .reason = reason};
    m->has = EH_FIELD_BIT(EH_FIELD_REASON);
}

static void read_entry(struct eh_app *app, struct eh_arena *arena,
                       const struct eh_inbox_entry *entry, bool kills, struct eh_item *item)
{
    struct eh_error error = {0};
    struct eh_message *m = &item->input.message;
    int r = 0;
    if (!entry->encoding)
        unparsed(m, eh_arena_str(arena, eh_str(entry->reason)));
    else if (kills)
        unparsed(m, eh_str("the entry kills its decoder; it was tried in a child process"));
    else if ((r = app_decode(entry->encoding, item->body, arena, m, &error)) < 0)
        unparsed(m, eh_arena_str(arena, eh_str(error.text)));
    else if (m->type == EH_MESSAGE_SIGNAL && !app->services.config->stream_signals)
        unparsed(m, eh_str("signals are taken over the admin socket only (stream_signals: off)"));
    eh_require(r != -EH_ENOMEM); /* it is not the entry's fault: the entry comes again */
}

/* As an earlier build has it in the log, or as an update of the ticket. */
static struct eh_key former_identity(struct eh_input *in)
{
    struct eh_input was = *in;
    was.rules = in->message.type == EH_MESSAGE_OWNER ? EH_RULES_RETOLD : 0;
    eh_input_identify(&was);
    return in->message.type == EH_MESSAGE_TICKET ? eh_retold_identity(&was) : was.identity;
}

void app_take_entry(struct eh_app *app, const struct eh_inbox_entry *entry, bool kills)
{
    struct eh_batch *b = app_filling(app);
    struct eh_item *item = b ? eh_batch_add(b) : NULL;
    eh_require(item != NULL); /* the inbox hands over no more than it was given room for */
    struct eh_input *in = &item->input;
    in->origin = EH_ORIGIN_STREAM;
    eh_input_set_stream_id(in, entry->id);
    item->body = eh_arena_str(&b->arena, entry->body);
    eh_require(item->body.data != NULL);
    item->encoding = entry->encoding;
    item->seen_before = entry->seen_before;
    read_entry(app, &b->arena, entry, kills, item);
    if (entry->seen_before)
        item->former = former_identity(in);
    eh_salts_draw(in);
    eh_input_identify(in);
    item->wants_identity = in->message.type == EH_MESSAGE_TICKET || entry->seen_before ||
                           eh_message_has(&in->message, EH_FIELD_EVENT);
    if (entry->seen_before)
        item->entry = eh_entry_identity(entry->id.ms, entry->id.no, item->body);
    b->bytes += item->body.size;
}
