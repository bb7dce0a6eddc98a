/*
 * period_rows: the rows of a FREEZE, CLOSE or PAY in PostgreSQL, and the answer to whoever sent it.
 *
 * Right after the engine accepted such a step, its figures are read from the engine and from the
 * input. The batch keeps them until it is committed.
 *
 *     r = eh_period_rows(engine, &input, batch, &error);        // appends to batch->period_rows
 *     item->result.period = eh_period_answer(engine, &input, batch);
 */
#ifndef EVENHAND_LEAD_PERIOD_ROWS_H
#define EVENHAND_LEAD_PERIOD_ROWS_H

#include <evenhand/pool/pool.h>

#include "batch/batch.h"

/* Fills in the text of a FREEZE or CLOSE: the facts or the statements. If the step would be
 * refused, it fills in the reason instead. Both live in the arena. -EH_ENOMEM. */
int eh_period_text(const struct eh_engine *, struct eh_arena *, struct eh_message *) EH_MUST_CHECK;

/* Adds the rows of an input to the batch; other types have none. Missing facts are no error.
 * -EH_ECORRUPT, -EH_ENOMEM. */
int eh_period_rows(const struct eh_engine *, const struct eh_input *, struct eh_batch *,
                   struct eh_error *) EH_MUST_CHECK;

/* Which facts a step uses. The first version uses the frozen facts: "freeze". A freeze and a later
 * version use the facts of their own time: "now". NULL: another step. */
const char *eh_period_basis(uint8_t type, bool first);
/* The answer to a FREEZE, CLOSE, PAY or EXCLUDE, in the batch's memory. NULL: another type, or out
 * of memory. */
const struct eh_period_answer *eh_period_answer(const struct eh_engine *, const struct eh_input *,
                                                struct eh_batch *);

/* Tries a step and changes nothing: the answer it would get now, in the arena, or the error it
 * would be refused with. */
int eh_period_try(const struct eh_engine *, const struct eh_message *, int64_t now_us,
                  struct eh_arena *, struct eh_period_answer **ret,
                  struct eh_error *) EH_MUST_CHECK;

#endif
