/* notices: the memory of one batch of committed rows. */
#include "batch/notices.h"

#include <stdlib.h>

int eh_outbox_batch_new(struct eh_outbox_batch **ret, struct eh_error *error)
{
    struct eh_outbox_batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    *ret = batch;
    return 0;
}

void eh_outbox_batch_free(struct eh_outbox_batch *batch)
{
    if (!batch)
        return;
    eh_arena_done(&batch->arena);
    free(batch);
}
