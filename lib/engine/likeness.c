/*
 * likeness: what two tickets have in common that may be one ticket sent twice.
 */
#include "likeness.h"

uint32_t eh_likeness(const struct eh_message *m)
{
    uint8_t room[32];
    struct eh_bytes out = {room, 0, sizeof room, false};
    bool subject = eh_message_has(m, EH_FIELD_SUBJECT_DIGEST) && m->subject_digest.size == 16;
    if (!subject && !eh_message_has(m, EH_FIELD_CUSTOMER_DIGEST) && m->value == 0)
        return 0;
    if (subject)
        eh_bytes_put(&out, m->subject_digest.data, 16);
    eh_bytes_put_i(&out, m->value);
    eh_require(!out.failed);
    uint32_t likeness = (uint32_t)eh_hash_state(out.data, out.size).low;
    return likeness ? likeness : 1;
}
