/*
 * effects: what a step hands out: one item per effect, and what became of the message itself.
 * Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_EFFECTS_H
#define EVENHAND_LIB_ENGINE_EFFECTS_H

#include "units.h"

struct decision;
struct step;
struct story_entry;
struct ticket;

void eh_step_begin(struct eh_effects *);
/* Refuses the message; nothing may have changed before. 0, or -EH_ENOMEM. */
int eh_step_refuse(struct step *, int code, const char *format, ...) EH_PRINTF(3, 4);
/* Takes the refusal back: the message is taken and changes nothing. */
void eh_step_take(struct step *);
int eh_step_refused_notice(struct step *, const struct eh_message *, uint8_t origin,
                           uint64_t stream_ms, uint64_t stream_no) EH_MUST_CHECK;
/* Of an outcome that came earlier: it is refused now, and why, or it is taken now. */
int eh_step_corrected_notice(struct step *, int type, const struct ticket *,
                             const struct story_entry *, struct eh_str why) EH_MUST_CHECK;
int eh_step_emit(struct step *, int type, const struct ticket *, uint32_t rep, uint32_t was,
                 const struct decision *) EH_MUST_CHECK;
/* Commitment or seed of a draw epoch. */
int eh_step_epoch_notice(struct step *, int type, uint32_t epoch,
                         const uint8_t bytes[EH_SEED_BYTES]) EH_MUST_CHECK;
/* About a rep, and a team or none: a sentence. */
int eh_step_rep_notice(struct step *, int type, struct eh_str team, struct eh_str rep,
                       struct eh_str sentence) EH_MUST_CHECK;
/* Of an epoch whose seed is lost. */
int eh_step_lost_notice(struct step *, uint32_t epoch) EH_MUST_CHECK;
/* The ticket was cancelled before, under this id. */
int eh_step_resent_notice(struct step *, const struct ticket *, struct eh_str id) EH_MUST_CHECK;
/* Notes what a rep did with the ticket; nothing if there is no rep. */
void eh_step_did(struct step *, enum eh_deed, uint32_t rep, const struct ticket *);
int eh_step_image(struct step *, const struct ticket *) EH_MUST_CHECK;
int eh_step_signal(struct step *, uint32_t rep, int status, int64_t from_us,
                   int64_t until_us) EH_MUST_CHECK;
int eh_step_dead(struct step *, const struct eh_message *, uint64_t stream_ms,
                 uint64_t stream_no) EH_MUST_CHECK;

#endif
