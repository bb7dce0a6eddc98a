/* message_check: what must hold for every message that was accepted, whatever it was written in. */
#ifndef TESTS_FUZZ_MESSAGE_CHECK_H
#define TESTS_FUZZ_MESSAGE_CHECK_H

#include <evenhand/wire/message.h>

typedef int message_from_fn(struct eh_str, struct eh_arena *, struct eh_message *,
                            struct eh_error *);

static inline struct eh_str check_str(const struct eh_bytes *bytes)
{
    return eh_str_n((const char *)bytes->data, bytes->size);
}

/* What was mended is told once: written again, it is sound. */
#define TOLD_ONCE EH_FIELD_BIT(EH_FIELD_MENDED)

/* Read back from what was written, the message has the same canonical bytes. */
static inline void check_again(const struct eh_bytes *written, message_from_fn *from,
                               const struct eh_bytes *canonical)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes again = EH_BYTES_INIT;
    struct eh_message m = {0};
    eh_require(from(check_str(written), &arena, &m, NULL) == 0);
    eh_require(!eh_message_has(&m, EH_FIELD_MENDED));
    eh_message_encode(&m, 0, &again);
    eh_require(eh_str_equal(check_str(&again), check_str(canonical)));
}

static inline void check_message(const struct eh_message *m)
{
    EH_AUTO(eh_bytes) struct eh_bytes canonical = EH_BYTES_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes written = EH_BYTES_INIT;
    struct eh_message decoded = {0};
    eh_require(m->type >= EH_MESSAGE_TICKET && m->type <= EH_MESSAGE_METRIC);
    eh_message_encode(m, 0, &canonical);
    eh_require(eh_message_decode(check_str(&canonical), &decoded, NULL) == 0);
    eh_require(decoded.has == m->has);
    eh_bytes_clear(&canonical);
    eh_message_encode(m, TOLD_ONCE, &canonical);
    eh_require(eh_message_to_msgpack(m, &written) == 0);
    check_again(&written, eh_message_from_msgpack, &canonical);
    eh_bytes_clear(&written);
    eh_require(eh_message_to_json(m, &written) == 0);
    check_again(&written, eh_message_from_json, &canonical);
}

static inline void check_bytes(const uint8_t *data, size_t size, message_from_fn *from)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_message m = {0};
    struct eh_error error = {0};
    int r = from(eh_str_n((const char *)data, size), &arena, &m, &error);
    eh_require(r <= 0 && (r == 0) == (error.code == 0));
    eh_require(eh_utf8_valid(eh_str(error.text), NULL)); /* it goes into a column */
    eh_require(arena.held <= 2 * (size_t)EH_MESSAGE_MAX);
    if (r == 0)
        check_message(&m);
    else
        eh_require(error.code == -r && error.text[0] != '\0' && m.has == 0);
}

#endif
