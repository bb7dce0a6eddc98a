/*
 * period_rows: what a step of a period's life leaves in PostgreSQL, and what who took it is told.
 *
 * Right after the engine accepted a FREEZE, CLOSE or PAY, the figures it stands for are read back
 * from the engine and the input, and kept in the batch until it is committed.
 *
 *     r = eh_period_rows(engine, &input, batch, &error);        // appends to batch->period_rows
 *     item->result.period = eh_period_answer(engine, &input, batch);
 */
#ifndef EVENHAND_LEAD_PERIOD_ROWS_H
#define EVENHAND_LEAD_PERIOD_ROWS_H

#include <evenhand/pool/pool.h>

#include "batch/batch.h"

/* What is frozen or settled, as the text of a FREEZE or CLOSE; or the sentence the engine refuses
 * it with, as its reason. Both live in the arena. -EH_ENOMEM. */
int eh_period_text(const struct eh_engine *, struct eh_arena *, struct eh_message *) EH_MUST_CHECK;

/* Other types: nothing, 0. Facts that are missing are no error. -EH_ECORRUPT, -EH_ENOMEM. */
int eh_period_rows(const struct eh_engine *, const struct eh_input *, struct eh_batch *,
                   struct eh_error *) EH_MUST_CHECK;

/* Which facts a step is made of. The first version is made of what was frozen ("freeze"); a freeze
 * or a later version of what is known then ("now"). NULL: another step. */
const char *eh_period_basis(uint8_t type, bool first);
/* Of FREEZE, CLOSE, PAY or EXCLUDE, in the batch's memory; NULL: another type, or out of memory. */
const struct eh_period_answer *eh_period_answer(const struct eh_engine *, const struct eh_input *,
                                                struct eh_batch *);

/* What such a step would be told now, or refused with; nothing changes. In the arena. */
int eh_period_try(const struct eh_engine *, const struct eh_message *, int64_t now_us,
                  struct eh_arena *, struct eh_period_answer **ret,
                  struct eh_error *) EH_MUST_CHECK;

#endif
