/*
 * answering: which helpdesks tell the first answer.
 */
#include "answering.h"

#include "digest.h"
#include "state.h"

bool eh_answering_known(const struct eh_engine *e, struct eh_str source)
{
    return eh_interner_find(&e->answering, source) != NONE;
}

int eh_answering_note(struct eh_engine *e, struct eh_str source)
{
    uint32_t no, count = e->answering.count;
    if (count >= EH_ANSWERING_MAX || eh_answering_known(e, source))
        return 0;
    int r = eh_intern_source(e, source, &no);
    if (r == 0)
        eh_digest_answering(e, source);
    return r;
}

void eh_answering_put(const struct eh_engine *e, struct eh_bytes *out)
{
    eh_bytes_put_u(out, e->answering.count);
    for (uint32_t i = 0; i < e->answering.count; i++)
        eh_bytes_put_str(out, e->answering.items[i]);
}

int eh_answering_read(struct eh_engine *e, struct eh_reader *in)
{
    uint64_t count = eh_read_u(in);
    int r = in->failed || count > EH_ANSWERING_MAX ? -EH_ECORRUPT : 0;
    for (uint64_t i = 0; r == 0 && i < count; i++) {
        struct eh_str source = eh_read_str(in);
        r = in->failed || eh_answering_known(e, source) ? -EH_ECORRUPT
                                                        : eh_answering_note(e, source);
    }
    return r;
}
