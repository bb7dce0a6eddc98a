/*
 * check: checks rows against the desk and against each other before anything is sent.
 *
 * Refuses what the daemon would refuse: a kind, team or currency that the desk does not have, and a
 * ticket that comes twice with different content. A caller who may not read the desk file is told
 * by the daemon's answers afterwards.
 */
#include <stdlib.h>

#include <evenhand/engine/engine.h>
#include <evenhand/wire/desk.h>

#include "client/http.h"
#include "client/object.h"
#include "push.h"

#define REASON_TEXT 400

struct checking {
    const struct eh_messages *messages;
    struct eh_fates *fates;
    const struct eh_desk *desk; /* NULL: not to be read */
    struct eh_table known;      /* identity -> index of the item that has it */
    struct eh_key *digests;     /* of each item */
    struct eh_arena arena;
};

static const char *against_desk(const struct eh_message *m, const struct eh_desk *desk,
                                char reason[REASON_TEXT])
{
    if (!desk || m->type != EH_MESSAGE_TICKET)
        return NULL;
    if (!eh_desk_team(desk, m->team))
        eh_format(reason, REASON_TEXT, "team: %.*s is not on the desk", EH_STR_ARG(m->team));
    else if (!eh_desk_kind(desk, m->kind))
        eh_format(reason, REASON_TEXT, "kind: %.*s is not on the desk", EH_STR_ARG(m->kind));
    else if (eh_message_has(m, EH_FIELD_CURRENCY) && !eh_str_equal(m->currency, desk->currency))
        eh_format(reason, REASON_TEXT, "currency: %.*s, but the desk counts in %.*s",
                  EH_STR_ARG(m->currency), EH_STR_ARG(desk->currency));
    else
        return NULL;
    return reason;
}

/* For tickets and messages that name an event: the second one must have the same content. */
static const char *against_others(struct checking *c, size_t at, struct eh_input *in,
                                  char reason[REASON_TEXT])
{
    const struct eh_message *m = &in->message;
    uint64_t first;
    if (m->type != EH_MESSAGE_TICKET && !eh_message_has(m, EH_FIELD_EVENT))
        return NULL;
    eh_input_identify(in);
    c->digests[at] = in->digest;
    if (!eh_table_get(&c->known, in->identity, &first)) {
        eh_require(eh_table_put(&c->known, in->identity, at) == 0);
        return NULL;
    }
    if (eh_key_equal(c->digests[first], in->digest) || eh_message_has(m, EH_FIELD_CHANGED_AT))
        return NULL;
    bool ticket = m->type == EH_MESSAGE_TICKET;
    eh_format(reason, REASON_TEXT, "%s %.*s stands in line %u already, with other content",
              ticket ? "ticket" : "event", EH_STR_ARG(ticket ? m->id : m->event),
              c->messages->items[first].line);
    return reason;
}

static void item_check(struct checking *c, size_t at)
{
    struct eh_input in = {.origin = EH_ORIGIN_STREAM};
    struct eh_str body = eh_messages_body(c->messages, at);
    char reason[REASON_TEXT];
    int r = c->messages->field == 'm' ? eh_message_from_msgpack(body, &c->arena, &in.message, NULL)
                                      : eh_message_from_json(body, &c->arena, &in.message, NULL);
    const char *why = r < 0 ? NULL : against_desk(&in.message, c->desk, reason);
    if (r == 0 && !why)
        why = against_others(c, at, &in, reason);
    if (why)
        eh_fates_set(c->fates, c->messages->items[at].line, EH_FATE_REFUSED, why);
    eh_arena_reset(&c->arena);
}

/* The daemon's desk; NULL: the caller may not read all of it. */
static const struct eh_desk *desk_from_daemon(const struct eh_cli *cli, struct eh_arena *arena)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    struct eh_desk *desk;
    if (!eh_http_try(cli, "/v1/desk", &answer) ||
        !json_is_true(json_object_get(answer.json, "whole")))
        return NULL;
    struct eh_str text = eh_arena_str(arena, eh_str(eh_object_text(answer.json, "text")));
    return text.data && eh_desk_parse(text, arena, &desk, NULL) == 0 ? desk : NULL;
}

bool eh_push_check(const struct eh_cli *cli, const struct eh_messages *messages, bool ask,
                   struct eh_fates *fates)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct checking c = {.messages = messages,
                         .fates = fates,
                         .desk = ask ? desk_from_daemon(cli, &arena) : NULL,
                         .digests = calloc(messages->count + 1, sizeof *c.digests)};
    size_t counts[EH_FATE_COUNT];
    eh_require(c.digests);
    for (size_t i = 0; i < messages->count; i++)
        item_check(&c, i);
    free(c.digests);
    eh_table_done(&c.known);
    eh_arena_done(&c.arena);
    eh_fates_count(fates, counts);
    return counts[EH_FATE_REFUSED] == 0;
}
