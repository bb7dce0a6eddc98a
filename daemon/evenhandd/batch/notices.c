/* notices: the memory of one batch of committed rows. */
#include "batch/notices.h"

#include <stdlib.h>

struct eh_outbox_batch *eh_outbox_batch_new(void)
{
    return calloc(1, sizeof(struct eh_outbox_batch));
}

void eh_outbox_batch_free(struct eh_outbox_batch *batch)
{
    if (!batch)
        return;
    eh_arena_done(&batch->arena);
    free(batch);
}
